"""What can go wrong with a disk, in words; and the one fault that can be made on purpose. No SQLAlchemy.

Used by the writer's thread and the reader. SQLAlchemy wraps the errors of SQLite; their `orig` has the code.
"""

import errno
import os
import sqlite3
from pathlib import Path

from hmi.model.reason import Reason, reason
from hmi.store.rows import Damaged

_BROKEN = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_LITTLE_BYTES = 256 * 1024
"""Less room than this on a disk makes every other complaint of SQLite one about a full disk."""
_CODES = {
    sqlite3.SQLITE_FULL: "store.disk_full",
    sqlite3.SQLITE_READONLY: "store.read_only",
    sqlite3.SQLITE_PERM: "store.read_only",
    sqlite3.SQLITE_BUSY: "store.locked",
    sqlite3.SQLITE_LOCKED: "store.locked",
    sqlite3.SQLITE_PROTOCOL: "store.locked",
    sqlite3.SQLITE_CANTOPEN: "store.cannot_open",
    sqlite3.SQLITE_IOERR: "store.io_error",
    sqlite3.SQLITE_INTERRUPT: "store.took_too_long",
}
_ERRNOS = {
    errno.ENOSPC: "store.disk_full",
    errno.EDQUOT: "store.disk_full",
    errno.EROFS: "store.read_only",
    errno.EACCES: "store.read_only",
    errno.EPERM: "store.read_only",
}


_RECORD_FAULTS = (TypeError, ValueError, OverflowError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
"""What a value raises that SQLite does not take; UnicodeEncodeError is a ValueError."""


class Vanished(Exception):
    """The file is not where it was: somebody took it away or put another in its place."""


class InjectedFaults:
    """Faults that are made on purpose, for the break panel of `hmi demo`; the machine's own disk is never touched."""

    def __init__(self) -> None:
        """Begin whole."""
        self.disk_full = False
        """While true, every commit is refused as by a full disk. Set on any thread."""

    def check(self) -> None:
        """Stand in for the disk.

        Raises:
            sqlite3.OperationalError: as SQLite says it.
        """
        if self.disk_full:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error


def code_of(error: BaseException) -> int:
    """Give the primary result code of SQLite behind an error; 0 when there is none."""
    original = getattr(error, "orig", None) or error
    return int(getattr(original, "sqlite_errorcode", None) or 0) & 0xFF


def is_record_fault(error: BaseException) -> bool:
    """Tell whether an error is about what was to be written rather than about the disk."""
    original = getattr(error, "orig", None) or error
    if code_of(error) in (sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG):
        return True
    return isinstance(original, _RECORD_FAULTS) and not code_of(error)


def is_broken(error: BaseException) -> bool:
    """Tell whether an error says that the file itself is damaged: trying again will not help.

    A table that is not there (plain SQLITE_ERROR, for our statements never change) is one such.
    """
    if isinstance(error, Damaged | Vanished) or code_of(error) in _BROKEN:
        return True
    return code_of(error) == sqlite3.SQLITE_ERROR


def reason_of(error: BaseException, folder: Path) -> Reason:
    """Say an error that a later try may not meet again.

    Args:
        error: what came.
        folder: of the store; asked for its rights and free room, because a full or read-only
            disk has many names.
    """
    if isinstance(error, OSError):
        code = _ERRNOS.get(error.errno or 0, "store.refused")
        words = error.strerror or str(error)
    else:
        code = _CODES.get(code_of(error), "store.refused")
        words = str(getattr(error, "orig", None) or error)
    if code in ("store.io_error", "store.cannot_open", "store.refused"):
        if not os.access(folder, os.W_OK):
            code = "store.read_only"
        elif _room_bytes(folder) < _LITTLE_BYTES:
            code = "store.disk_full"
    return reason(code, error=words[:200])


def _room_bytes(folder: Path) -> int:
    """Give the free room on the disk of a folder; much when the system does not tell."""
    try:
        found = os.statvfs(folder)
    except (OSError, AttributeError):
        return 2**62
    return found.f_bavail * found.f_frsize
