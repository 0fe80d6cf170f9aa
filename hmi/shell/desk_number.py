"""Which number a window has among those of its station: 1 to 8, kept while it lives. GUI thread, before the link.

The number names the window in the audit trail and its session's token, so a window that was killed and started again
takes the lowest free number: its own. Held by a lock file that the system gives back with the process.
"""

import contextlib
import os
from pathlib import Path

from PySide6 import QtCore

MOST = 8


class DeskNumber:
    """Holds a number until `release`, or until the process ends."""

    def __init__(self, runtime: Path) -> None:
        """Take the lowest free number.

        Args:
            runtime: folder of the station; it exists.
        """
        self._lock: QtCore.QLockFile | None = None
        self.number = MOST + os.getpid()
        """Beyond 8 windows a number of its own, whose session is not kept."""
        for number in range(1, MOST + 1):
            lock = QtCore.QLockFile(str(runtime / f"window-{number}.lock"))
            lock.setStaleLockTime(0)  # a live owner keeps it however long it runs
            if lock.tryLock(0):
                self._lock, self.number = lock, number
                break
        self._token = runtime / f"session-{self.number}.token"

    def release(self) -> None:
        """Give the number back."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def read_token(self) -> str:
        """Give the token of the session that this desk had; empty when there is none."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return self._token.read_text(encoding="ascii").strip()
        return ""

    def keep_token(self, token: str) -> None:
        """Keep the token for a window that is started again; an empty one forgets it. Nobody else can read the file."""
        with contextlib.suppress(OSError):
            if not token or self._lock is None:
                self._token.unlink(missing_ok=True)
                return
            fresh = self._token.with_suffix(f".{os.getpid()}")
            fresh.unlink(missing_ok=True)
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(token)
            fresh.replace(self._token)
