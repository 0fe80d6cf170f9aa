"""The asking end of a link. Used by the window (on its qasync loop) and the command line.

Example::

    client = await connect(station.runtime / SIMULATOR_SOCKET, SimulatorMessage)
    status = await client.ask(AskStatus())
    await client.close()
"""

import asyncio
from pathlib import Path
from typing import Any, Generic, TypeVar

from hmi.link.connection import Connection
from hmi.link.framing import Framing
from hmi.link.transports import dial

M = TypeVar("M")

CONNECT_LIMIT_S = 2.0
ANSWER_LIMIT_S = 5.0


class Client(Generic[M]):
    """Asks one question after another. After a lost link make a new one: a client is never reused."""

    def __init__(self, connection: Connection[M]) -> None:
        """Take over a connection."""
        self._connection = connection
        self._turn = asyncio.Lock()

    @property
    def closed(self) -> bool:
        """True once the link has ended."""
        return self._connection.closed

    async def ask(self, message: M, limit_s: float = ANSWER_LIMIT_S) -> M:
        """Send a message and wait for its answer.

        Args:
            message: the question.
            limit_s: longest wait for the answer, seconds.

        Raises:
            LinkLost: when the link ends first.
            TimeoutError: when no answer came in time.

        Whatever goes wrong, a cancellation of the caller too, ends the link: a late answer must meet no other question.
        """
        async with self._turn:
            try:
                await self._connection.send(message)
                return await self._connection.receive(limit_s)
            except BaseException:
                self._connection.abort()
                raise

    async def close(self) -> None:
        """End the link; never raises, safe to call twice."""
        await self._connection.close()


async def connect(path: Path, messages: Any, limit_s: float = CONNECT_LIMIT_S) -> Client[Any]:
    """Connect to a server of this station.

    Args:
        path: of the socket, in the runtime folder.
        messages: the union of the conversation's structs.
        limit_s: longest wait, seconds.

    Raises:
        LinkLost: when nobody serves it, or another account does.
        EnvironmentFault: when the path is too long for a socket.
    """
    reader, writer = await dial(path, limit_s)
    return Client(Connection(reader, writer, Framing(messages), path.name))
