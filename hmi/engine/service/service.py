"""Serves the engine's socket: tells every window what changed, and lets nothing of a window reach a scan.

Engine process, event loop. A stopped window costs what its socket buffers hold and is let go after 5 s.
"""

import asyncio
import logging
import os
from pathlib import Path

from hmi.engine.commands.ports import Sender
from hmi.engine.service.fitting import fitting
from hmi.engine.service.parts import Parts, Seat
from hmi.engine.service.window import Window
from hmi.engine.sessions import Session
from hmi.link.engine_messages import (
    Attached,
    EngineMessage,
    ToldAlarms,
    ToldApplied,
    ToldCommand,
    ToldSession,
    ToldStore,
)
from hmi.link.talk import Attended, Hub, attend
from hmi.model.command import CommandResult
from hmi.model.reason import Reason

log = logging.getLogger("hmi.link")

ALARMS_S, MANY_ALARMS_S, MANY = 0.1, 0.5, 200
"""Shortest time between two lists of alarms, seconds; with many of them longer, for each is told whole."""
LOOK_S = 0.25
"""How often sessions and store are looked at."""


class Service:
    """All windows of one engine."""

    def __init__(self, parts: Parts) -> None:
        """Prepare; `run` serves."""
        self.parts = parts
        self._windows: set[Seat] = set()
        self._hub: Hub | None = None
        self._alarms_due: asyncio.TimerHandle | None = None
        self._alarms_told_s = 0.0
        self._store: ToldStore | None = None

    async def run(self, path: Path, ready: asyncio.Event | None = None) -> None:
        """Serve until cancelled.

        Args:
            path: of the socket.
            ready: set when it listens.

        Raises:
            EnvironmentFault: when the socket cannot be made.
        """
        parts = self.parts
        self._hub = await attend(path, self._window, EngineMessage)
        if ready is not None:
            ready.set()
        unsubscribe = parts.alarms.subscribe(self._alarms_changed)
        parts.sessions.ended.append(self._session_ended)
        parts.commands.listeners.append(self._command_told)
        try:
            while True:
                await asyncio.sleep(LOOK_S)
                parts.sessions.pass_time()
                self._look_at_store()
        finally:
            unsubscribe()
            parts.sessions.ended.remove(self._session_ended)
            parts.commands.listeners.remove(self._command_told)
            if self._alarms_due is not None:
                self._alarms_due.cancel()
            await self._hub.close()

    # ------------------------------------------------------------------------------------------------ for windows

    def attached(self, number: int) -> Attached:
        """Answer to a window's first words."""
        parts = self.parts
        return Attached(
            number=number,
            pid=os.getpid(),
            generation=parts.generation(),
            project=parts.project_id,
            applied=parts.deployment.running.number,
            needs_administrator=parts.sessions.needs_administrator,
            demo=parts.demo is not None,
        )

    def watches(self, window: Seat) -> None:
        """Tell a new window how everything is."""
        window.tell("alarms", self._pack(self.told_alarms()))
        window.tell("store", self._pack(self._told_store()))

    def gone(self, window: Seat) -> None:
        """Forget a window."""
        self._windows.discard(window)

    def told_alarms(self) -> ToldAlarms:
        """Give the list of alarms."""
        alarms = self.parts.alarms
        stands = alarms.stands()
        return ToldAlarms(version=alarms.version, stands=fitting(stands), total=len(stands), sounding=alarms.sounding)

    def applied(self) -> None:
        """Tell all windows that another project runs."""
        copy = self.parts.deployment.running
        self._tell_all("applied", ToldApplied(applied=copy.number, folder=str(copy.folder)))

    # ------------------------------------------------------------------------------------------------ inside

    def _window(self, attended: Attended) -> Window:
        window = Window(self, attended)
        self._windows.add(window)
        return window

    def _pack(self, message: EngineMessage) -> bytes:
        return self._hub.pack(message) if self._hub is not None else b""

    def _tell_all(self, kind: str, message: EngineMessage) -> None:
        """Tell every window that watches; packed once."""
        frame = b""
        for window in self._windows:
            if window.watching:
                frame = frame or self._pack(message)
                window.tell(kind, frame)

    def _alarms_changed(self) -> None:
        """Gather changes for a moment; called by the alarms inside a tick, so nothing is made here."""
        if self._alarms_due is None and any(window.watching for window in self._windows):
            loop = asyncio.get_running_loop()
            due = self._alarms_told_s + ALARMS_S
            self._alarms_due = loop.call_at(max(due, loop.time()), self._tell_alarms)

    def _tell_alarms(self) -> None:
        self._alarms_due = None
        told = self.told_alarms()
        late = MANY_ALARMS_S - ALARMS_S if told.total > MANY else 0.0
        self._alarms_told_s = asyncio.get_running_loop().time() + late
        self._tell_all("alarms", told)

    def _session_ended(self, session: Session, why: Reason) -> None:
        for window in self._windows:
            if window.session is session:
                window.session = None if session.record.ended else session
                window.tell("session", self._pack(ToldSession(reason=why, locked=session.record.locked)))

    def _command_told(self, sender: Sender, result: CommandResult) -> None:
        for window in self._windows:
            mine = window.session is sender.session if sender.session is not None else window.station == sender.station
            if mine and window.watching:
                window.tell(f"command {result.id}", self._pack(ToldCommand(result=result)))

    def _told_store(self) -> ToldStore:
        state = self.parts.keeper.state
        waiting = state.waiting + self.parts.alarms.waiting
        return ToldStore(reason=state.reason or state.notice, waiting=waiting if state.reason is not None else 0)

    def _look_at_store(self) -> None:
        now = self._told_store()
        if now != self._store:
            self._store = now
            self._tell_all("store", now)
