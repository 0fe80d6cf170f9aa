"""One process that the launcher keeps alive: started, watched, ended; never orphaned. Used by `watch` only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from hmi.launcher.plan import QUIET_S, REFUSAL_S, REFUSALS, Part, pause_s

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
"""Loaded before any child is made: nothing may be imported between fork and exec."""
_PR_SET_PDEATHSIG = 1
FAILED_STARTS = (OSError, subprocess.SubprocessError)
"""What a system raises that does not start a process."""


class Child:
    """A part of the plan and the process that does it at the moment."""

    def __init__(self, part: Part) -> None:
        """Keep the part; nothing is started yet."""
        self.part = part
        self.starts = 0
        self.started_s = 0.0
        """Monotonic seconds of the newest start."""
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._not_before_s = 0.0

    @property
    def pid(self) -> int:
        """Of the running process; 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    def due(self, now_s: float) -> bool:
        """Tell whether it should be started now."""
        return self._process is None and now_s >= self._not_before_s

    def start(self) -> None:
        """Start the process. It dies with the launcher, however that dies, unless it is to outlive it.

        Raises:
            OSError, SubprocessError: (`FAILED_STARTS`) when the system does not start it: no such file, no memory, no
                more processes. Counted as a start that failed, to be tried again after a pause.
        """
        tied = not self.part.outlives
        self.starts += 1
        self.started_s = time.monotonic()
        try:
            self._launch(tied)
        except FAILED_STARTS:
            self._put_off()
            raise

    def _launch(self, tied: bool) -> None:
        self._process = subprocess.Popen(
            self.part.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C of the terminal reaches the launcher alone, which ends them in order
            preexec_fn=_tied_to(os.getpid()) if tied and _LIBC is not None else None,
        )
        if tied and sys.platform == "win32":
            from hmi.launcher.job import tie

            tie(self._process)

    def _put_off(self) -> None:
        """Set when it may be started again."""
        now_s = time.monotonic()
        self._failures = 1 if now_s - self.started_s > QUIET_S else self._failures + 1
        self._not_before_s = now_s + pause_s(self._failures)

    def ended(self) -> int | None:
        """Tell the exit code when the process has ended since the last look (negative for a signal), else None."""
        code = self._process.poll() if self._process is not None else None
        if code is None:
            return None
        self._process = None
        self._put_off()
        return code

    def refused(self, code: int) -> bool:
        """Tell whether an exit code of the very first start says that another one would bring the same."""
        return self.starts == 1 and code in REFUSALS and time.monotonic() - self.started_s < REFUSAL_S

    @property
    def hopeless(self) -> bool:
        """True when it has failed as often as it may."""
        return 0 < self.part.most_starts <= self.starts

    def kill(self) -> None:
        """End a hung process at once; the next look finds it ended."""
        if self._process is not None:
            self._process.kill()

    def stop(self, limit_s: float) -> None:
        """End the process in an orderly way, and by force after `limit_s` seconds."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            if sys.platform != "win32":
                process.send_signal(signal.SIGCONT)  # a stopped process would not hear it
        try:
            process.wait(limit_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _tied_to(parent: int) -> Callable[[], None]:
    """Make what a new process does before its program starts: ask the kernel to be killed with its parent."""

    def tie() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:  # it died before we asked
            os._exit(0)

    return tie
