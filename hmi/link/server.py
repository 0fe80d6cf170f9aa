"""The answering end of a link. Used by the simulator's control socket and the engine, on their event loop.

Example::

    server = await serve(station.runtime / SIMULATOR_SOCKET, answer, SimulatorMessage)
    ...
    await server.close()
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from hmi.link.connection import Connection
from hmi.link.framing import Framing
from hmi.link.transports import Listener, listen
from hmi.model.errors import LinkLost

M = TypeVar("M")
Handler = Callable[[M], Awaitable[M | None]]
"""Gets each message in turn and gives the answer, or None for none."""

MOST_CONNECTIONS = 16
"""Connections at once; one more is ended at once."""

log = logging.getLogger("hmi.link")


class Server(Generic[M]):
    """Serves one conversation to everybody of the own account who connects."""

    def __init__(self, framing: Framing[M], handler: Handler[M], place: str) -> None:
        """Keep what to speak and who answers."""
        self._framing = framing
        self._handler = handler
        self._place = place
        self._listener: Listener | None = None
        self._connections: dict[asyncio.Task[Any], Connection[M]] = {}

    async def open(self, path: Path) -> None:
        """Begin to listen.

        Raises:
            EnvironmentFault: when this cannot be done there.
        """
        self._listener = await listen(path, self._attend)

    async def close(self) -> None:
        """Stop listening and end every connection; safe to call twice."""
        if self._listener is not None:
            listener, self._listener = self._listener, None
            await listener.close()
        tasks = [task for task in self._connections if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        connection = Connection(reader, writer, self._framing, self._place)
        task = asyncio.current_task()
        if task is None or self._listener is None or len(self._connections) >= MOST_CONNECTIONS:
            await connection.close()
            return
        task.set_name(f"link {self._place}")
        self._connections[task] = connection
        try:
            while True:
                answer = await self._handler(await connection.receive())
                if answer is not None:
                    await connection.send(answer)
        except LinkLost as lost:
            log.debug("a connection to %s ended: %s", self._place, lost)
        except asyncio.CancelledError:
            pass  # `close` ends us; the streams' own callback would report a cancelled connection task as an error
        except Exception:
            log.exception("answering on %s failed; the connection is ended", self._place)
        finally:
            del self._connections[task]
            await connection.close()


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
