"""The launcher's loop: starts what is missing, ends what hangs, stops everything in order.

Called by `hmi run` and `hmi demo`. Runs on the main thread of a process of its own; nothing here waits for more than
a tenth of a second.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from hmi.launcher.child import FAILED_STARTS, Child
from hmi.launcher.plan import HUNG_S, START_LIMIT_S, STOP_ORDER, Part, Role
from hmi.launcher.silence import last_sign_ns
from hmi.link.beat import PROCESSES, Processes, window_beat_path, write_beside

LOOK_EVERY_S = 0.1
STOP_LIMIT_S = 5.0
"""Longest time that each process may take to end in an orderly way."""

log = logging.getLogger("hmi.launcher")


def keep_alive(parts: Sequence[Part], runtime: Path, limit_s: float | None = None) -> int:
    """Keep processes alive until one of them ends everything or a signal does.

    Args:
        parts: what to keep alive, in the order of starting.
        runtime: the runtime folder, where they leave their signs of life.
        limit_s: end everything after so many seconds, with code 0; None never does.

    Returns:
        The exit code: that of the process that ended everything (0 when the user closed the window), 0 after SIGTERM,
        130 after SIGINT.
    """
    return Launcher(parts, runtime).run(limit_s)


class Launcher:
    """Holds the children of one station."""

    def __init__(self, parts: Sequence[Part], runtime: Path) -> None:
        """Make the children; nothing is started yet."""
        self._children = [Child(part) for part in parts]
        self._runtime = runtime
        self._wake = threading.Event()
        self._code: int | None = None

    def run(self, limit_s: float | None = None) -> int:
        """Run until something ends everything; see `keep_alive`."""
        deadline_s = None if limit_s is None else time.monotonic() + limit_s
        before = {number: signal.signal(number, self._on_signal) for number in _signals()}
        try:
            while self._code is None:
                for child in self._children:
                    self._look_at(child)
                self._wake.wait(LOOK_EVERY_S)
                if deadline_s is not None and time.monotonic() > deadline_s and self._code is None:
                    self._code = 0
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)
        return self._code

    def _look_at(self, child: Child) -> None:
        """Start, judge or end one child."""
        if self._code is not None:
            return
        now_s = time.monotonic()
        if child.due(now_s):
            self._start(child)
            return
        pid, code = child.pid, child.ended()
        if code is not None:
            window_beat_path(self._runtime, pid).unlink(missing_ok=True)
            self._say_who_runs()
            if code in child.part.ends_all or child.refused(code):
                log.info("%s ended with %d, and everything with it", child.part.role, code)
                self._code = code
            elif child.hopeless:
                log.error(
                    "%s ended with %d after %d starts; everything is given up", child.part.role, code, child.starts
                )
                self._code = 1
            else:
                log.warning("%s ended with %d; it is started again", child.part.role, code)
        elif child.pid and self._hangs(child, now_s):
            log.warning("%s (pid %d) gives no sign of life; it is ended and started again", child.part.role, child.pid)
            child.kill()

    def _start(self, child: Child) -> None:
        """Start a child; what the system refuses at a restart is tried again, for the others run on meanwhile.

        Raises:
            OSError, SubprocessError: when the very first start is refused.
        """
        try:
            child.start()
        except FAILED_STARTS as error:
            if child.starts == 1:
                raise
            log.warning("%s cannot be started now: %s; it is tried again", child.part.role, error)
            if child.hopeless:
                log.error("%s could not be started in %d starts; everything is given up", child.part.role, child.starts)
                self._code = 1
            return
        log.info("%s started, pid %d, start %d", child.part.role, child.pid, child.starts)
        self._say_who_runs()

    def _hangs(self, child: Child, now_s: float) -> bool:
        """Tell whether a running child has been silent for too long."""
        if child.part.role is Role.SIMULATOR:
            return False
        sign_ns = last_sign_ns(child.part.role, self._runtime, child.pid)
        if not sign_ns:
            return now_s - child.started_s > START_LIMIT_S
        return now_s - sign_ns / 1e9 > HUNG_S

    def _stop(self) -> None:
        """End every child in order; one that is to outlive us is left alone."""
        for role in STOP_ORDER:
            for child in self._children:
                if child.part.role is role and not child.part.outlives:
                    child.stop(STOP_LIMIT_S)
        (self._runtime / PROCESSES).unlink(missing_ok=True)

    def _say_who_runs(self) -> None:
        """Leave a note of who runs."""
        running = {child.part.role.value: child.pid for child in self._children if child.pid}
        starts = {child.part.role.value: child.starts for child in self._children}
        self._runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_beside(self._runtime / PROCESSES, Processes(launcher=os.getpid(), running=running, starts=starts))

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        """End everything in order."""
        self._code = 130 if number == signal.SIGINT else 0
        self._wake.set()


def _signals() -> list[signal.Signals]:
    """Give the signals that ask for an end on this platform."""
    names = ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK")
    return [getattr(signal, name) for name in names if hasattr(signal, name)]
