"""Keeps tests on loopback: a connection, a listener, a datagram or a name outside of it is refused and fails the test.

Autouse for every test. The refusal looks like the network's own (a ConnectionRefusedError), so that code under test
goes its ordinary way; the test fails at its end with the address, even when the code swallowed the error.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


class OutsideLoopback(ConnectionRefusedError):
    """The test tried to leave this machine, or to listen where others can reach it."""


def is_loopback(host: object) -> bool:
    """Whether a host, as given to connect or bind, is this machine and nothing but it."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or not host:
        return False
    if host in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


class _Fence:
    """Replaces the outgoing doors of `socket` and remembers who was refused."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def guard(self, name: str) -> Callable[..., Any]:
        original = getattr(socket.socket, name)

        def fenced(sock: socket.socket, *args: Any) -> Any:
            address = args[-1] if args else None
            if sock.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
                self.check(name, address[0])
            return original(sock, *args)

        return fenced

    def check(self, verb: str, host: object) -> None:
        if not is_loopback(host):
            self.refused.append(f"{verb} {host!r}")
            raise OutsideLoopback(f"tests stay on loopback: {verb} {host!r} was refused")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    fence = _Fence()
    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, fence.guard(name))
    resolve = socket.getaddrinfo

    def fenced_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        numeric = isinstance(host, str) and host.replace(".", "").isdigit()
        if host and not numeric and ":" not in str(host):
            fence.check("look-up of", host)
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", fenced_resolve)
    yield
    if fence.refused:
        pytest.fail(
            f"tests stay on loopback, but this one tried: {', '.join(fence.refused)}; use 127.0.0.1 and port 0",
            pytrace=False,
        )
