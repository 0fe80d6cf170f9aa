"""The answering end of a link. Used by the simulator's control socket and the engine, on their event loop.

Example::

    server = await serve(station.runtime / SIMULATOR_SOCKET, answer, SimulatorMessage)
    ...
    await server.close()
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from hmi.link.connection import Connection
from hmi.link.framing import Framing
from hmi.link.reception import Reception
from hmi.model.errors import LinkLost

M = TypeVar("M")
Handler = Callable[[M], Awaitable[M | None]]
"""Gets each message in turn and gives the answer, or None for none."""

MOST_CONNECTIONS = 16
"""Connections at once; one more is ended at once."""

log = logging.getLogger("hmi.link")


class Server(Reception[M]):
    """Serves one conversation: each message gets its answer, in turn."""

    def __init__(self, framing: Framing[M], handler: Handler[M], place: str) -> None:
        """Keep what to speak and who answers."""
        super().__init__(framing, place, MOST_CONNECTIONS)
        self._handler = handler

    async def serve_one(self, connection: Connection[M]) -> None:
        """Answer one connection until it ends."""
        try:
            while True:
                answer = await self._handler(await connection.receive())
                if answer is not None:
                    await connection.send(answer)
        except LinkLost as lost:
            log.debug("a connection to %s ended: %s", self._place, lost)


async def serve(path: Path, handler: Handler[M], messages: Any) -> Server[M]:
    """Listen on a socket of this station and answer every message by `handler`.

    Args:
        path: of the socket, in the runtime folder.
        handler: gets each message; messages of one connection come one after another, those of several side by side.
        messages: the union of the conversation's structs.

    Returns:
        The server, listening; its owner closes it.

    Raises:
        EnvironmentFault: when the path is too long, already served, or not ours.
    """
    server: Server[M] = Server(Framing(messages), handler, path.name)
    await server.open(path)
    return server
