"""The window's link to its engine: connects for ever, says who it is, goes on with its session, pings. asyncio.

Loaded after the first paint. What the engine tells is handed on by signals, on the GUI thread. While nobody answers,
it tries again with growing, jittered waits of at most 2 s.

Signals: `attached_changed()`, `session_changed()`, `told(object)`, `delay_measured(float)`.
"""

import asyncio
import logging
import os
import platform
import random
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6 import QtCore

from hmi.link import engine_messages as say
from hmi.link.messages import ENGINE_SOCKET, Refused
from hmi.link.talk import ANSWER_LIMIT_S, Asking, reach
from hmi.model.errors import HmiError, LinkLost
from hmi.model.quality import Cause
from hmi.model.reason import Reason
from hmi.model.user import SessionState, SignedIn
from hmi.shell.activity import Activity
from hmi.shell.desk_number import DeskNumber

PING_S = 1.0
PONG_LIMIT_S = 5.0
"""An engine that answers no ping for so long is given up; its image says by itself whether it lives."""
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0

LOCKED = "sessions.session_locked"
"""Why a session that is idle for too long is not gone on with."""

log = logging.getLogger("hmi.link")


class EngineLink(QtCore.QObject):
    """One window's link."""

    attached_changed = QtCore.Signal()
    """The engine can be asked from now on, or no more (`attached`)."""
    session_changed = QtCore.Signal()
    """Who is signed in, or in what state, is different (`session`, `state`, `why`)."""
    told = QtCore.Signal(object)
    """What the engine said unasked: `ToldAlarms`, `ToldCommand`, `ToldStore`, `ToldApplied`."""
    delay_measured = QtCore.Signal(float)
    """Time from a ping to its answer, milliseconds."""

    def __init__(self, runtime: Path, desk: DeskNumber, activity: Activity, parent: QtCore.QObject | None) -> None:
        """Prepare; `run` connects.

        Args:
            runtime: folder of the engine's socket.
            desk: number of this window, and keeper of its token.
            activity: of the people before it.
            parent: owner.
        """
        super().__init__(parent)
        self._runtime = runtime
        self._desk, self._activity = desk, activity
        self._asking: Asking | None = None
        self._token = desk.read_token()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.station = f"{platform.node() or 'station'}-{desk.number}"
        self.engine: say.Attached | None = None
        """What this engine said of itself; None while it is away."""
        self.session: SignedIn | None = None
        self.state = SessionState.NOBODY
        self.why: Reason | None = None
        """Why the session ended or was locked."""

    # ------------------------------------------------------------------------------------------------ asking

    @property
    def attached(self) -> bool:
        """Whether the engine can be asked now."""
        return self.engine is not None and self._asking is not None and not self._asking.closed

    @property
    def runtime(self) -> Path:
        """Folder of the sockets."""
        return self._runtime

    async def ask(self, make: Callable[[int], Any], limit_s: float = ANSWER_LIMIT_S) -> Any:
        """Ask the engine.

        Args:
            make: gives the message for its number.
            limit_s: longest wait, seconds.

        Raises:
            LinkLost: the engine is away, or went before it answered.
            TimeoutError: no answer in time.
        """
        return await self.begin(make, limit_s)

    def begin(self, make: Callable[[int], Any], limit_s: float = ANSWER_LIMIT_S) -> Coroutine[Any, Any, Any]:
        """Ask the engine in this very turn of the loop, before anything that waits to be painted; else as `ask`.

        Returns:
            Waits for the answer; to be run by `start`.

        Raises:
            LinkLost: the engine is away; nothing was sent.
        """
        asking = self._asking
        if asking is None or not self.attached:
            raise LinkLost(Cause.ENGINE_SILENT, place=ENGINE_SOCKET)
        return asking.begin(make, limit_s)

    def start(self, work: Callable[[], Any], name: str) -> None:
        """Run a coroutine function; it is cancelled at the end of `run`."""
        coroutine: Coroutine[Any, Any, None] = work()
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)

    # ------------------------------------------------------------------------------------------------ sessions

    async def sign(self, make: Callable[[int], Any]) -> Reason | None:
        """Sign in, in one of the ways that answer `Welcome`.

        Returns:
            Why not; None when it is done.

        Raises:
            LinkLost: as `ask`.
            TimeoutError: as `ask`.
        """
        answer = await self.ask(make)
        if isinstance(answer, Refused):
            return answer.reason
        if isinstance(answer, say.Welcome):
            if self.engine is not None and self.engine.needs_administrator:
                self.engine = msgspec.structs.replace(self.engine, needs_administrator=False)
            self._take_session(answer.session)
        return None

    async def sign_out(self) -> None:
        """End the session.

        Raises:
            LinkLost: as `ask`.
            TimeoutError: as `ask`.
        """
        await self.ask(lambda number: say.AskSignOut(number=number))
        self._lose_session(None)

    def _take_session(self, session: SignedIn) -> None:
        self._token = session.token
        self._desk.keep_token(session.token)
        self.session, self.state, self.why = session, SessionState.SIGNED_IN, None
        self.session_changed.emit()

    def _lose_session(self, why: Reason | None) -> None:
        self._token = ""
        self._desk.keep_token("")
        self.session, self.state, self.why = None, SessionState.NOBODY, why
        self.session_changed.emit()

    # ------------------------------------------------------------------------------------------------ the link

    async def run(self) -> None:
        """Keep the link until cancelled."""
        wait_s = FIRST_WAIT_S
        try:
            while True:
                try:
                    self._asking = await reach(self._runtime / ENGINE_SOCKET, say.EngineMessage, self._told)
                    await self._attach()
                    wait_s = FIRST_WAIT_S
                    await self._stay(self._asking)
                except (LinkLost, TimeoutError):
                    pass
                except HmiError as error:
                    log.warning("the engine cannot be reached: %s", error)
                await self._detach()
                await asyncio.sleep(wait_s * random.uniform(0.7, 1.3))
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self._asking is not None:
                await self._asking.close()

    async def _attach(self) -> None:
        """Say who we are and go on with the session, then let others ask."""
        asking = self._asking
        if asking is None:
            return
        hello = await asking.ask(
            lambda number: say.AskHello(number=number, pid=os.getpid(), station=self.station), PONG_LIMIT_S
        )
        if isinstance(hello, Refused):
            log.warning("the engine refuses this window: %s", hello.reason.code)
            raise LinkLost(Cause.DEVICE_REFUSED, place=ENGINE_SOCKET)
        if not isinstance(hello, say.Attached):
            raise LinkLost(Cause.DEVICE_OFFLINE, place=ENGINE_SOCKET)
        self.engine = hello
        await self._resume(asking, hello)
        self.attached_changed.emit()

    async def _resume(self, asking: Asking, engine: say.Attached) -> None:
        """Go on with the session of before; the demo signs its operator in."""
        token = self._token
        if not token and not engine.demo:
            return
        answer = await asking.ask(lambda number: say.AskResume(number=number, token=token))
        if isinstance(answer, say.Welcome):
            self._take_session(answer.session)
        elif isinstance(answer, Refused) and answer.reason.code == LOCKED:
            self.state, self.why = SessionState.LOCKED, answer.reason
            self.session_changed.emit()
        elif isinstance(answer, Refused):
            self._lose_session(answer.reason)
            if engine.demo:
                answer = await asking.ask(lambda number: say.AskResume(number=number, token=""))
                if isinstance(answer, say.Welcome):
                    self._take_session(answer.session)

    async def _stay(self, asking: Asking) -> None:
        """Ping until the link ends."""
        while not asking.closed:
            begin = time.perf_counter()
            active = self._activity.take()
            await asking.ask(partial(_ping, active), PONG_LIMIT_S)
            self.delay_measured.emit((time.perf_counter() - begin) * 1e3)
            try:
                async with asyncio.timeout(PING_S):
                    await asking.wait_closed()
            except TimeoutError:
                pass

    async def _detach(self) -> None:
        """The link has ended: nothing is asked any more, the session waits for the engine's return."""
        asking, self._asking = self._asking, None
        was = self.engine is not None
        self.engine = None
        if asking is not None:
            await asking.close()
        if was:
            self.attached_changed.emit()

    def _told(self, message: Any) -> None:
        """Hand on what the engine says unasked."""
        if isinstance(message, say.ToldSession):
            if message.locked:
                self.state, self.why = SessionState.LOCKED, message.reason
                self.session_changed.emit()
            else:
                self._lose_session(message.reason)
        else:
            self.told.emit(message)


def _ping(active: bool, number: int) -> say.AskPing:
    return say.AskPing(number=number, active=active)
