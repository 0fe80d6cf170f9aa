"""Wakes the alarm desk when a delay ends. Engine process, event loop; made by `hmi.engine.core`."""

import asyncio
import logging
from collections.abc import Callable

from hmi.engine.alarms.desk import AlarmDesk
from hmi.engine.alarms.ports import Report
from hmi.model.clock import Clock

log = logging.getLogger("hmi.alarm")


class AlarmTimer:
    """One timer of the loop, at the earliest end of a delay."""

    def __init__(
        self, desk: AlarmDesk, clock: Clock, flush: Callable[[], None], fail: Callable[[BaseException], None]
    ) -> None:
        """Start without a timer.

        Args:
            desk: to be woken.
            clock: that of the delays.
            flush: writes what has been answered until now: a value that came before the end of a delay counts first.
            fail: ends the engine, because a desk that failed looks alive.
        """
        self._desk = desk
        self._clock = clock
        self._flush = flush
        self._fail = fail
        self._timer: asyncio.TimerHandle | None = None
        self._due_ns = 0

    def look(self, report: Report) -> None:
        """Hand a tick on."""
        self._desk.look(report)
        self.arm()

    def pass_time(self) -> None:
        """Let time pass, now."""
        self._desk.pass_time()
        self.arm()

    def arm(self) -> None:
        """See to it that the loop wakes up in time."""
        due_ns = self._desk.next_due_ns()
        if due_ns is None or (self._timer is not None and self._due_ns <= due_ns):
            return
        self.stop()
        self._due_ns = due_ns
        wait_s = max(0.0, (due_ns - self._clock.monotonic_ns()) / 1e9)
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._wake)

    def stop(self) -> None:
        """Wake up no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        self._timer = None
        try:
            self._flush()
            self.pass_time()
        except Exception as error:
            log.critical("the alarms failed", exc_info=True)
            self._fail(error)
