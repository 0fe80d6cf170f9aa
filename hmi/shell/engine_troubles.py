"""The window's way to break the engine of `hmi demo`: kill it, fill its disk, step its clock, mend all. asyncio.

Each wish is a conversation of its own with the engine, which takes it under `hmi demo` alone: the link that the window
works with is not touched, so that what follows is what any window would see. For `demo_tools`.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from hmi.link.messages import ENGINE_SOCKET, Refused
from hmi.model.errors import HmiError
from hmi.model.reason import Reason, reason

STATION = "demo"
"""What the engine is told that asks."""
LIMIT_S = 5.0
KILL, DISK_FULL, CLOCK_STEP, WHOLE = "kill", "disk_full", "clock_step", "whole"
TROUBLES = (KILL, DISK_FULL, CLOCK_STEP)
"""What can be wished for, beside `WHOLE`, which mends the rest; an engine that was killed comes back whole."""


class EngineTroubles:
    """Brings wishes to the engine, one after the other."""

    def __init__(self, runtime: Path, tell: Callable[[str, Reason | None], None]) -> None:
        """Prepare.

        Args:
            runtime: folder of the engine's socket.
            tell: called on the GUI thread when a wish came to an end: which, and why not (None: it was done).
        """
        self._path = runtime / ENGINE_SOCKET
        self._tell = tell
        self._wishes: list[str] = []
        self._wished = asyncio.Event()

    def wish(self, kind: str) -> None:
        """Wish for a trouble; it is brought at once, or refused when no engine answers."""
        self._wishes.append(kind)
        self._wished.set()

    async def run(self) -> None:
        """Bring wishes until cancelled."""
        while True:
            await self._wished.wait()
            self._wished.clear()
            while self._wishes:
                kind = self._wishes.pop(0)
                self._tell(kind, await self._bring(kind))

    async def _bring(self, kind: str) -> Reason | None:
        """Bring one; gives why it was not done."""
        from hmi.link.engine_messages import AskDemoFault, AskHello, EngineMessage
        from hmi.link.talk import reach

        try:
            asking = await reach(self._path, EngineMessage, _nothing)
        except HmiError:
            return reason("shell.break.engine_away")
        try:
            me = os.getpid()
            await asking.ask(lambda n: AskHello(number=n, pid=me, station=STATION, watches=False), LIMIT_S)
            answer = await asking.ask(lambda n: AskDemoFault(number=n, kind=kind), LIMIT_S)
        except (HmiError, TimeoutError):
            return reason("shell.break.engine_away")
        finally:
            await asking.close()
        return answer.reason if isinstance(answer, Refused) else None


def _nothing(message: object) -> None:
    """Take what was told to nobody."""
    del message
