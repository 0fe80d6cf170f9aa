"""Records and stores for the tests of this room."""

import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.event import AuditKind, AuditRow, JournalRow
from hmi.model.text import Text
from hmi.model.user import UserEntry
from hmi.store import OpenStore, open_store
from hmi.store.contract import SessionRecord, UserRecord


def journal_row(number: int = 1, **more) -> JournalRow:
    given = {
        "occurrence": f"o{number}",
        "alarm": f"a{number}",
        "path": f"Line/T{number}:high",
        "tag": f"Line/T{number}",
        "tag_id": f"t{number}",
        "kind": AlarmKind.HIGH,
        "priority": 1,
        "event": AlarmEvent.OCCURRED,
        "old_state": AlarmState.NORMAL,
        "new_state": AlarmState.UNACKNOWLEDGED,
        "value": 81.5,
        "limit": 80,
        "active_since_ns": 1,
        "server_ns": time.time_ns(),
        "title": Text(zh="温度高", en="Temperature high"),
    }
    return JournalRow(**(given | more))


def returned(number: int, **more) -> JournalRow:
    states = {"old_state": AlarmState.ACKNOWLEDGED, "new_state": AlarmState.NORMAL, "event": AlarmEvent.RETURNED}
    return journal_row(number, **(states | more))


def act(number: int = 1, **more) -> AuditRow:
    return AuditRow(**({"kind": AuditKind.COMMAND, "server_ns": 1000 + number, "user": "ann", "new": number} | more))


def user(name: str, **more) -> UserRecord:
    return UserRecord(entry=UserEntry(name=name, **more), password_hash="$argon2id$x")


def session(digest: str, **more) -> SessionRecord:
    return SessionRecord(**({"digest": digest, "user": "ann", "station": "w1", "since_ns": 1, "used_ns": 2} | more))


@contextlib.asynccontextmanager
async def opened(folder: Path, **more) -> AsyncIterator[OpenStore]:
    store = await open_store(folder, **more)
    try:
        yield store
    finally:
        await store.writer.close()


def raw(folder: Path) -> sqlite3.Connection:
    """The file as somebody else opens it."""
    return sqlite3.connect(folder / "store.sqlite", isolation_level=None)


def count(folder: Path, table: str) -> int:
    with contextlib.closing(raw(folder)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
