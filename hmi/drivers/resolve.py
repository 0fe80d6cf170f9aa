"""From a host to addresses in bounded time. Used by the `open` of drivers, on the engine's event loop.

Numbers are taken as they are. A name is looked up in a thread of its own, one for each name that is being asked: a
resolver that hangs for minutes holds up neither the loop nor the thread pool that others share.
"""

import asyncio
import ipaddress
import socket
import threading
from concurrent.futures import Future

_LOOK_UPS: dict[str, "Future[list[str]]"] = {}
"""Names that are being asked now; touched on the event loop's thread only."""


async def resolve(host: str) -> list[str]:
    """Give the numeric addresses of a host, in the resolver's order.

    Args:
        host: an IPv4 or IPv6 address, or a name.

    Raises:
        OSError: (socket.gaierror) when the name is not known.
    """
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    answer = _LOOK_UPS.get(host)
    if answer is None or answer.done():
        answer = _LOOK_UPS[host] = Future()
        # As a running one it cannot be cancelled: who gives up waiting does not end the look-up for others.
        answer.set_running_or_notify_cancel()
        threading.Thread(target=_look_up, args=(host, answer), name=f"look-up of {host}", daemon=True).start()
    return await asyncio.wrap_future(answer)


def _look_up(host: str, answer: "Future[list[str]]") -> None:
    """Ask the resolver (its own thread)."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answer.set_exception(socket.gaierror(str(error)))
    else:
        answer.set_result(list(dict.fromkeys(str(entry[4][0]) for entry in found)))
