"""Lets connections in at a socket of this station, one task each. Base of the answering ends `Server` and `Hub`."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Generic, TypeVar

from hmi.link.connection import Connection
from hmi.link.framing import Framing
from hmi.link.transports import Listener, listen

M = TypeVar("M")

log = logging.getLogger("hmi.link")


class Reception(Generic[M]):
    """Listens, and serves everybody of the own account who connects."""

    def __init__(self, framing: Framing[M], place: str, most: int) -> None:
        """Keep what to speak.

        Args:
            framing: of the conversation.
            place: what this end is called in the log.
            most: connections at once; one more is ended at once.
        """
        self._framing = framing
        self._place = place
        self._most = most
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

    async def serve_one(self, connection: Connection[M]) -> None:
        """Serve one connection until it ends; the reception closes it."""
        raise NotImplementedError

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take a connection in."""
        connection = Connection(reader, writer, self._framing, self._place)
        task = asyncio.current_task()
        if task is None or self._listener is None or len(self._connections) >= self._most:
            await connection.close()
            return
        task.set_name(f"link {self._place}")
        self._connections[task] = connection
        try:
            await self.serve_one(connection)
        except asyncio.CancelledError:
            pass  # `close` ends us; the streams' own callback would report a cancelled connection task as an error
        except Exception:
            log.exception("answering on %s failed; the connection is ended", self._place)
        finally:
            del self._connections[task]
            await connection.close()
