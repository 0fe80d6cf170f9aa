"""The link between processes of one station: Unix socket or named pipe, never TCP; the peer's account is checked.

`serve` is the answering end (simulator, engine), `connect` the asking end (window, command line); `messages` holds
what is said. The ends are loaded when they are first asked for: a window writes its beat (`beat`) with this package
before its first paint, and has no use for asyncio until then.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmi.link.client import Client, connect
    from hmi.link.connection import Connection
    from hmi.link.framing import MAX_MESSAGE_BYTES, FrameError, Framing
    from hmi.link.server import Handler, Server, serve

__all__ = [
    "MAX_MESSAGE_BYTES",
    "Client",
    "Connection",
    "FrameError",
    "Framing",
    "Handler",
    "Server",
    "connect",
    "serve",
]

_HOMES = {
    **dict.fromkeys(("Client", "connect"), "client"),
    "Connection": "connection",
    **dict.fromkeys(("MAX_MESSAGE_BYTES", "FrameError", "Framing"), "framing"),
    **dict.fromkeys(("Handler", "Server", "serve"), "server"),
}
"""Name -> module of this package."""


def __getattr__(name: str) -> object:
    """Load the module of a name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__} has no attribute {name}"
        raise AttributeError(message)
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
