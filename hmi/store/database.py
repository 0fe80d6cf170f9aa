"""Opens the file of the store. Used by ledger (writing) and reader (reading); never on an event loop.

One file, `store.sqlite`, for the owner alone, with a write-ahead log (WAL): who reads never holds up who writes.
`synchronous=FULL`, so that a commit is on the disk when it returns (specs/performance.md section 5).
"""

import contextlib
import os
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event

NAME = "store.sqlite"
COMPANIONS = ("-wal", "-shm")
BUSY_S = 1.0
"""How long SQLite itself waits for somebody's lock."""
_STEPS_BETWEEN_LOOKS = 20_000
"""Steps of SQLite's machine between two looks at the clock (about a millisecond)."""


def make_file(path: Path) -> None:
    """Make the file when it is missing, and see to it that it is for the owner alone.

    Raises:
        OSError: when that cannot be done.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if sys.platform != "win32" and path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_writing(path: Path) -> Connection:
    """Open the store for its one writer; each transaction begins with BEGIN IMMEDIATE.

    Raises:
        sqlite3.Error, SQLAlchemyError: when SQLite refuses.
    """

    def connect() -> sqlite3.Connection:
        raw = _connect(path, "rw")
        try:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "trusted_schema=OFF", "cell_size_check=ON"):
                raw.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            raw.close()
            raise
        return raw

    engine = _engine(connect)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine.connect()


def open_reading(path: Path, limit_s: float) -> Connection:
    """Open the store for one question; each transaction sees one state of it.

    Args:
        path: of the file, which exists.
        limit_s: after this time SQLite gives up, seconds.

    Raises:
        sqlite3.Error, SQLAlchemyError: when SQLite refuses.
    """
    end_s = time.monotonic() + limit_s

    def connect() -> sqlite3.Connection:
        raw = _connect(path, "ro")
        raw.set_progress_handler(lambda: int(time.monotonic() > end_s), _STEPS_BETWEEN_LOOKS)
        raw.execute("PRAGMA query_only=ON")
        raw.execute("PRAGMA trusted_schema=OFF")
        return raw

    engine = _engine(connect)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine.connect()


def close(connection: Connection) -> None:
    """Close a connection and its engine, whatever state it is in."""
    with contextlib.suppress(Exception):  # a broken file may refuse even this, and nobody needs it any more
        connection.invalidate()
    with contextlib.suppress(Exception):
        connection.close()
    connection.engine.dispose()


def _engine(connect: Any) -> Engine:
    return create_engine("sqlite+pysqlite://", creator=connect, poolclass=NullPool)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """Open the file by SQLite's own module, without its hidden transactions."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    if mode == "ro" and not os.access(path.parent, os.W_OK) and not _has_log(path):
        uri += "&immutable=1"  # nobody can write here, and the companions that SQLite would make cannot be made
    return sqlite3.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def _has_log(path: Path) -> bool:
    """Tell whether commits wait in the write-ahead log that are not yet in the file itself."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0
