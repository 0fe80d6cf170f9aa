"""The link between processes of one station: Unix socket or named pipe, never TCP; the peer's account is checked.

`serve` is the answering end (simulator, engine), `connect` the asking end (window, command line); `messages` holds
what is said.
"""

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
