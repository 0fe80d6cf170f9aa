"""The window's way to the history server: where it is, the engine says; it is asked for on demand. asyncio.

One connection is kept while it lasts. A history server that died is started by the engine when it is asked for again.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hmi.link.engine_messages import AskHistoryServer, HistoryAt, HistoryMessage
from hmi.link.messages import Refused
from hmi.link.talk import Asking, reach
from hmi.shell.engine_link import EngineLink


class HistoryLink:
    """Asks journal and audit."""

    def __init__(self, link: EngineLink) -> None:
        """Keep the link to the engine; nothing is connected yet."""
        self._link = link
        self._asking: Asking | None = None
        self._reaching = asyncio.Lock()

    def start(self, work: Callable[[], Any], name: str) -> None:
        """Run a coroutine function as a task of the link."""
        self._link.start(work, name)

    async def ask_history(self, make: Callable[[int], Any]) -> Any:
        """Ask the history server.

        Raises:
            LinkLost: it or the engine is away.
            EnvironmentFault: its socket cannot be reached from here.
            TimeoutError: no answer in time.
        """
        async with self._reaching:
            asking = self._asking
            if asking is None or asking.closed:
                where = await self._link.ask(lambda number: AskHistoryServer(number=number))
                if isinstance(where, Refused) or not isinstance(where, HistoryAt):
                    return where
                socket = self._link.runtime / Path(where.socket).name
                asking = self._asking = await reach(socket, HistoryMessage, _nothing)
        return await asking.ask(make)

    async def close(self) -> None:
        """End the connection; never raises."""
        asking, self._asking = self._asking, None
        if asking is not None:
            await asking.close()


def _nothing(message: Any) -> None:
    """The history server tells nothing unasked."""
