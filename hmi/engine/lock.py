"""The lock against a second engine for one station: two writers would fight over image and devices.

A separate file, never the image; the system releases it when the process dies, however it dies.
"""

import errno
import os
import sys
from pathlib import Path

from hmi.model.errors import EnvironmentFault


class StationLock:
    """Held for as long as the engine lives."""

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Args:
            path: the lock file; made when missing, never deleted (deleting it would let two engines hold two files).

        Raises:
            EnvironmentFault: when another process holds it.
            OSError: when the file cannot be made.
        """
        self._descriptor = _open(path)
        try:
            _lock(self._descriptor)
        except OSError as error:
            os.close(self._descriptor)
            raise EnvironmentFault("engine.already_running", place=str(path)) from error

    def release(self) -> None:
        """Let go; safe to call twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _open(path: Path) -> int:
    """Open the lock file; on a disk that has turned read-only it is locked as it lies, for the plant has to be seen."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        return os.open(path, os.O_RDONLY)


def _lock(descriptor: int) -> None:
    """Lock the first byte of a file for this process, or raise OSError at once."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
