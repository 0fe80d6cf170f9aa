"""A broken store: set aside under a name with the time, never deleted, and what can still be read of it saved.

Called by the ledger on the writer's thread. Alarms that stand, users, sessions and station data go on in the new
store; journal and audit trail stay in the file that was set aside.
"""

import contextlib
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hmi.model.event import JournalRow
from hmi.store.database import COMPANIONS, NAME, sync_folder
from hmi.store.headnote import replace_durably
from hmi.store.mirror import KINDS, Change, Mirror, changes_of, document_of, numbered
from hmi.store.rows import JOURNAL_COLUMNS, Damaged, check_sum, document, journal_row

_MARK = "store.replacing"
"""Names the store that was set aside until the new one is begun."""

COPIES = {"users.copy": ("users", "station"), "alarms.copy": ("standing",)}
"""Copy beside the store -> its tables. One flipped bit in its schema makes a whole store unreadable: then nobody could
sign in, and no alarm would know any more since when it stands."""
LOOKED_THROUGH = 200_000
"""So many rows of the journal are looked through for what stands (about two seconds)."""

log = logging.getLogger("hmi.store")


class _Copy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One document in the copy."""

    table: str
    key: str
    content: msgspec.Raw
    check_sum: int


def write_copy(folder: Path, name: str, mirror: Mirror) -> None:
    """Replace a copy, durably.

    Args:
        folder: of the store.
        name: one of `COPIES`.
        mirror: what the tables hold.

    Raises:
        OSError: when the disk refuses.
    """
    entries = []
    for table in COPIES[name]:
        for key, content in mirror.documents[table].items():
            encoded = document(content)
            summed = check_sum(key, encoded.decode())
            entries.append(_Copy(table=table, key=key, content=msgspec.Raw(encoded), check_sum=summed))
    replace_durably(folder / name, msgspec.json.encode(entries))


def _copied(folder: Path, name: str) -> list[Change]:
    """Read a copy as far as it is whole."""
    try:
        entries = msgspec.json.decode((folder / name).read_bytes(), type=list[_Copy])
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return []
    changes = []
    for entry in entries:
        with contextlib.suppress(Damaged, KeyError):
            changes.append(checked(entry.table, entry.key, bytes(entry.content), entry.check_sum))
    return changes


def cut_off(folder: Path, last: int) -> list[Change]:
    """Give the alarms of the copy whose newest rows the journal has lost.

    Args:
        folder: of the store.
        last: number of the newest row that the journal still has; those that are given count as that old.
    """
    return [
        numbered(change, last)
        for change in _copied(folder, "alarms.copy")
        if isinstance(change.content, JournalRow) and change.content.sequence > last
    ]


def set_aside(folder: Path, wall_ns: int) -> str:
    """Rename the store and what belongs to it.

    Args:
        folder: of the store; nobody of ours has it open for writing any more.
        wall_ns: now, ns UTC.

    Returns:
        The name that it has now; empty when there was none.

    Raises:
        OSError: when it cannot be renamed.
    """
    stem = f"store-{datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC):%Y%m%dT%H%M%SZ}"
    name, number = f"{stem}.sqlite", 1
    while any((folder / f"{name}{companion}").exists() for companion in ("", *COMPANIONS)):
        number += 1
        name = f"{stem}-{number}.sqlite"
    there = (folder / NAME).exists()
    if there:
        (folder / _MARK).write_text(name, encoding="utf-8")
    # The companions first: were we killed in between, the next start finds a broken store without a log and sets it
    # aside too, while a log without its store would be taken for that of the new one.
    for companion in (*COMPANIONS, ""):
        with contextlib.suppress(FileNotFoundError):
            (folder / f"{NAME}{companion}").rename(folder / f"{name}{companion}")
    sync_folder(folder)
    return name if there else ""


def save(path: Path) -> tuple[Mirror, int]:
    """Read what can still be read of the documents of a broken store.

    Returns:
        Them, and how many were damaged (a table that cannot be read at all counts as one). Users and station data
        that are not in it are taken from the copy beside it.
    """
    mirror, damaged, folder = Mirror(), 0, path.parent
    if not path.exists():
        return mirror, 0
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as raw:
        raw.text_factory = bytes
        for table in KINDS:
            changes, lost = _readable(raw, table)
            mirror.take(changes)
            damaged += lost
        if damaged:
            damaged -= min(damaged, _find_alarms(mirror, _journalled(raw), _copied(folder, "alarms.copy")))
    known = mirror.documents
    mirror.take(change for change in _copied(folder, "users.copy") if change.key not in known[change.table])
    return mirror, damaged


def _find_alarms(mirror: Mirror, journalled: dict[str, Change], copied: list[Change]) -> int:
    """Take over alarms whose documents are damaged: by the journal, and where that is silent by the copy.

    Returns:
        How many were found.
    """
    known = mirror.documents["standing"]
    changes = [*journalled.values(), *(change for change in copied if change.key not in journalled)]
    found = [change for change in changes if change.content is not None and change.key not in known]
    mirror.take(found)
    return len(found)


def _journalled(raw: sqlite3.Connection) -> dict[str, Change]:
    """Tell by the journal, as far as it can be read, how the alarms stand; by key."""
    state: dict[str, Change] = {}
    columns = ", ".join(f'"{name}"' for name in (*JOURNAL_COLUMNS, "check_sum"))
    try:
        newest = raw.execute("SELECT max(sequence) FROM journal").fetchone()[0] or 0
        found = raw.execute(
            f"SELECT {columns} FROM journal WHERE sequence > ? ORDER BY sequence", (newest - LOOKED_THROUGH,)
        )
        for values in found:
            with contextlib.suppress(Damaged, UnicodeDecodeError):
                texts = [each.decode() if isinstance(each, bytes) else each for each in values]
                row = journal_row(dict(zip((*JOURNAL_COLUMNS, "check_sum"), texts, strict=True)))
                state |= {change.key: change for change in changes_of(row)}
    except (sqlite3.Error, OverflowError):
        log.warning("the journal of the broken store can be read in part only")
    return state


def left(folder: Path) -> Mirror | None:
    """Read the documents of a store that was set aside by a process that died before the new one was begun."""
    try:
        name = (folder / _MARK).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return save(folder / Path(name).name)[0] if name else None


def done(folder: Path) -> None:
    """The new store is begun: what was set aside is history."""
    (folder / _MARK).unlink(missing_ok=True)


def _readable(raw: sqlite3.Connection, table: str) -> tuple[list[Change], int]:
    """Read the documents of one table as far as that goes."""
    changes, damaged = [], 0
    try:
        for key, content, kept in raw.execute(f"SELECT key, content, check_sum FROM {table}"):
            try:
                changes.append(checked(table, key.decode(), content, kept))
            except (Damaged, AttributeError, UnicodeDecodeError):
                damaged += 1
    except sqlite3.Error:
        damaged += 1
    return changes, damaged


def checked(table: str, key: str, content: Any, kept: Any) -> Change:
    """Read a document whose sum must fit.

    Raises:
        Damaged: when it does not, or cannot be read.
    """
    if not isinstance(content, bytes) or check_sum(key, content.decode("utf-8", "replace")) != kept:
        message = f"a document of {table}: wrong check sum"
        raise Damaged(message)
    return Change(table, key, document_of(table, content))
