"""A listening Modbus TCP port on loopback, with one or more PLCs behind it. asyncio, Qt-free; made by `simulation`.

Answers split and pipelined requests in their order, and can be cut off like a real cable: decision record 0010.
"""

import asyncio

from hmi.simulate.listener import BACKLOG, MOST_CLIENTS, Listener
from hmi.simulate.plc import Plc
from hmi.simulate.session import Session

__all__ = ["BACKLOG", "MOST_CLIENTS", "Endpoint"]


class Endpoint(Listener[Plc]):
    """One port."""

    def _session(self) -> asyncio.Protocol:
        """Make what speaks over one connection."""
        return Session(self)
