"""Writes units of records into the tables, each batch in one transaction. Used by the writer, on its thread alone.

Opening makes, checks and migrates the file; a broken one is set aside and a new one is begun with what can be saved.
Whoever calls `commit` again after a failure passes the same units first: a commit whose answer was lost is recognised
by its number and not written twice.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import SQLAlchemyError

from hmi.model.clock import Clock
from hmi.model.event import AuditKind, AuditRow
from hmi.model.reason import Reason, reason
from hmi.store import aside, database
from hmi.store.batch import Batch, Heads, plan
from hmi.store.contract import Record
from hmi.store.faults import InjectedFaults, Vanished, is_broken, is_record_fault
from hmi.store.headnote import HeadNote, read_note, write_note
from hmi.store.migrate import STEPS, migrate
from hmi.store.mirror import KINDS, Change, Mirror
from hmi.store.rows import Damaged, check_sum, document
from hmi.store.tables import audit, documents, heads, journal

EXPECTED = (SQLAlchemyError, sqlite3.Error, OSError, Damaged, Vanished, TypeError, ValueError, OverflowError)
"""What disk, file and values can raise; anything else is a fault of the program and ends the writer."""

log = logging.getLogger("hmi.store")

CHECKED_BYTES = 64 * 1024 * 1024
"""Files up to this size are checked page by page at opening (0.2 s); larger ones are only read where it matters."""
_BETWEEN_NS = 60 * 1_000_000_000
"""Shortest time between two stores that are begun in the place of broken ones."""


class Overtaken(Exception):
    """Somebody else has written to the store since it was read; it is read again."""


class Halfway(Exception):
    """The disk refused in the middle of units that were written one by one; the cause says why."""

    def __init__(self, written: int, refused: dict[int, Exception]) -> None:
        """Keep how many units are settled, and which of them no table takes."""
        super().__init__(f"{written} units are settled")
        self.written = written
        self.refused = refused


class Ledger:
    """The store, open for writing."""

    def __init__(self, folder: Path, clock: Clock, faults: InjectedFaults | None = None, steps: str = STEPS) -> None:
        """Prepare; `open` opens.

        Args:
            folder: data folder of the station.
            clock: tells when something was set aside.
            faults: made on purpose, in the demo alone.
            steps: package of the migrations.
        """
        self._folder = folder
        self._path = folder / database.NAME
        self._clock = clock
        self._faults = faults or InjectedFaults()
        self._steps = steps
        self._connection: Connection | None = None
        self._inode = (0, 0)
        self._heads = Heads()
        self._attempted = 0
        """Number of a commit that failed, so that it is not known whether it was written."""
        self._landed = False
        self._first: Reason | None = None
        """Of the record that the next new store begins with."""
        self._not_before_ns = 0
        """Monotonic time before which no other store is begun."""
        self._noted: HeadNote | None = None
        self._copied = True
        """Whether the copy of the users is up to date."""
        self.mirror: Mirror | None = None
        """What stands; None until the store could be read."""

    @property
    def is_open(self) -> bool:
        """Whether there is a file to write to."""
        return self._connection is not None

    # ------------------------------------------------------------------------------------------------ opening

    def open(self) -> None:
        """Open, check and migrate the file; set a broken one aside and begin a new one.

        Raises:
            EnvironmentFault: when it is of a newer version.
            sqlite3.Error, SQLAlchemyError, OSError: when the disk refuses; to be tried again.
        """
        self.close()
        try:
            self._open()
        except EXPECTED as error:
            self.close()
            if not is_broken(error):
                raise
            self._replace(error)

    def _open(self) -> None:
        """Open the file as it is, made when it is missing."""
        self._faults.check()
        if self.mirror is None:
            self.mirror = aside.left(self._folder)
        database.make_file(self._path)
        connection = self._connection = database.open_writing(self._path)
        self._inode = self._found()
        if self._inode[1] and self._path.stat().st_size <= CHECKED_BYTES:
            _check_pages(connection)
        before = read_note(self._folder)
        with connection.begin():
            migrate(connection, self._steps)
            kept = _read_heads(connection)
            self._landed = 0 < self._attempted <= kept.commits
            if self.mirror is None:
                self.mirror = _read_mirror(connection)
            elif not kept.commits:
                _write_changes(connection, self.mirror.everything())
            notes = [self._first] if self._first is not None else _missing(before, kept)
            records = [AuditRow(kind=AuditKind.ENGINE, server_ns=self._clock.wall_ns(), reason=one) for one in notes]
            batch = plan([records], kept)
            # Not counted as a commit: the count tells whether a commit whose answer was lost is there.
            batch.heads = replace(batch.heads, commits=kept.commits)
            _write(connection, batch)
        self._heads, self._noted, self._first = batch.heads, before, None
        aside.done(self._folder)
        for note in notes:
            log.error("the store in %s: %s(%s)", self._folder, note.code, note.arguments)
        if notes or before is None:
            self._copied = False
            self.note()

    def _replace(self, why: Exception) -> None:
        """Begin a new store in the place of a broken one.

        Args:
            why: what it is broken by.

        Raises:
            Exception: `why`, when one was begun within the last minute: then it is not the file that is at fault.
        """
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._not_before_ns:
            raise why
        self._not_before_ns = now_ns + _BETWEEN_NS
        damaged = 0
        if self.mirror is None:
            self.mirror, damaged = aside.save(self._path)
        name = aside.set_aside(self._folder, self._clock.wall_ns())
        before = read_note(self._folder) or HeadNote()
        self._attempted, self._landed = 0, False
        words = str(getattr(why, "orig", None) or why)[:200]
        if isinstance(why, Vanished) or not name:
            self._first = reason("store.vanished", audit=before.audit, journal=before.journal, hash=before.hash)
        else:
            self._first = reason(
                "store.set_aside",
                file=name, error=words, audit=before.audit, journal=before.journal, hash=before.hash, damaged=damaged,
            )  # fmt: skip
        log.error("the store %s is broken (%s); set aside as %r, a new one is begun", self._path, words, name or "gone")
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _found(self) -> tuple[int, int]:
        """Tell which file stands under the name now; zeros for none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return (0, 0)
        return found.st_dev, found.st_ino

    # ------------------------------------------------------------------------------------------------ writing

    def commit(self, units: Sequence[Sequence[Record]]) -> dict[int, Exception]:
        """Write units in one transaction; when it returns, they are durable.

        Args:
            units: in order; each is written whole or not at all.

        Returns:
            Place of a unit -> why no table takes it; all others are written.

        Raises:
            sqlite3.Error, SQLAlchemyError, OSError: when the disk refuses; nothing, or everything, was written.
        """
        try:
            self._faults.check()
            return self._commit(units)
        except EXPECTED as error:
            if is_record_fault(error):
                return self._one_by_one(units, error)
            if not is_broken(error):
                raise
            self.close()
            self._replace(error)
            return self._commit(units)

    def _one_by_one(self, units: Sequence[Sequence[Record]], why: Exception) -> dict[int, Exception]:
        """Find the unit that no table takes, so that it harms no other.

        Units that were written stay written when the disk refuses a later one: `Halfway` says which.
        """
        if len(units) == 1:
            return {0: why}
        refused: dict[int, Exception] = {}
        for place, unit in enumerate(units):
            try:
                found = self._commit([unit])
                if found:
                    refused[place] = found[0]
            except EXPECTED as error:
                if not is_record_fault(error):
                    self._attempted = 0  # the next try brings other units: rather one twice than one lost
                    raise Halfway(place, refused) from error
                refused[place] = error
        return refused

    def _commit(self, units: Sequence[Sequence[Record]]) -> dict[int, Exception]:
        if self._connection is None:
            self.open()
        connection = self._connection
        if connection is None or self.mirror is None:
            message = "the store is not open"
            raise RuntimeError(message)
        if self._found() != self._inode:
            message = f"{self._path} is not the file that was opened"
            raise Vanished(message)
        before = self._heads
        batch = plan(units, before)
        if not self._landed:
            try:
                with connection.begin():
                    if _read_commits(connection) != before.commits:
                        message = "somebody else writes to the store"
                        raise Overtaken(message)
                    self._attempted = batch.heads.commits
                    _write(connection, batch)
            except Exception:
                self.close()
                raise
        else:
            batch.heads = before
        self._attempted, self._landed = 0, False
        self._heads = batch.heads
        self.mirror.take(batch.changes)
        if any(change.table in aside.COPIED for change in batch.changes):
            self._copied = False
        return batch.refused

    # ------------------------------------------------------------------------------------------------ the note

    @property
    def note_is_due(self) -> bool:
        """Whether the note beside the store says less than the tables."""
        return self._connection is not None and (self._noted != self._present() or not self._copied)

    def note(self) -> None:
        """Write down how far the tables have come. A disk that refuses is no fault here: the next time will do."""
        present = self._present()
        try:
            write_note(self._folder, present)
            if not self._copied and self.mirror is not None:
                aside.write_copy(self._folder, self.mirror)
                self._copied = True
        except OSError as error:
            log.debug("the note of the heads cannot be written: %s", error)
            return
        self._noted = present

    def _present(self) -> HeadNote:
        return HeadNote(audit=self._heads.audit, hash=self._heads.hash, journal=self._heads.journal)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            database.close(connection)


def _write(connection: Connection, batch: Batch) -> None:
    """Put a batch into the tables."""
    if batch.journal:
        connection.execute(insert(journal), batch.journal)
    if batch.audit:
        connection.execute(insert(audit), batch.audit)
    _write_changes(connection, batch.changes)
    now = batch.heads
    put = sqlite_insert(heads)
    also = {"count": put.excluded["count"], "hash": put.excluded["hash"]}
    connection.execute(
        put.on_conflict_do_update(index_elements=["name"], set_=also),
        [
            {"name": "journal", "count": now.journal, "hash": ""},
            {"name": "audit", "count": now.audit, "hash": now.hash},
            {"name": "commits", "count": now.commits, "hash": ""},
        ],
    )


def _write_changes(connection: Connection, changes: Sequence[Change]) -> None:
    """Set and take away documents; of several changes of one only the last is written."""
    last = {(change.table, change.key): change for change in changes}
    for name, table in documents.items():
        gone = [change.key for change in last.values() if change.table == name and change.content is None]
        for key in gone:
            connection.execute(delete(table).where(table.c.key == key))
        there = [
            _columns(change.key, document(change.content))
            for change in last.values()
            if change.table == name and change.content is not None
        ]
        if there:
            put = sqlite_insert(table)
            also = {"content": put.excluded.content, "check_sum": put.excluded.check_sum}
            connection.execute(put.on_conflict_do_update(index_elements=["key"], set_=also), there)


def _columns(key: str, content: bytes) -> dict[str, Any]:
    return {"key": key, "content": content, "check_sum": check_sum(key, content.decode())}


def _check_pages(connection: Connection) -> None:
    """Let SQLite look through the file.

    Raises:
        Damaged: when it finds fault with it.
    """
    with connection.begin():
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise Damaged(str(found))


def _read_heads(connection: Connection) -> Heads:
    """Read how far the tables have come; rows that are there count even where the heads say less."""
    found = {row["name"]: row for row in connection.execute(select(heads)).mappings()}
    if not found:
        return Heads()
    if set(found) != {"journal", "audit", "commits"}:
        message = "the heads are not whole"
        raise Damaged(message)
    most = {table.name: connection.execute(select(func.max(table.c.sequence))).scalar() for table in (journal, audit)}
    return Heads(
        journal=max(found["journal"]["count"], most["journal"] or 0),
        audit=max(found["audit"]["count"], most["audit"] or 0),
        hash=found["audit"]["hash"],
        commits=found["commits"]["count"],
    )


def _read_commits(connection: Connection) -> int:
    return int(connection.execute(select(heads.c.count).where(heads.c.name == "commits")).scalar() or 0)


def _read_mirror(connection: Connection) -> Mirror:
    """Read all documents.

    Raises:
        Damaged: when one is not what was written.
    """
    mirror = Mirror()
    for name in KINDS:
        rows = connection.execute(select(documents[name]))
        mirror.take(aside.checked(name, row.key, row.content, row.check_sum) for row in rows)
    return mirror


def _missing(note: HeadNote | None, kept: Heads) -> list[Reason]:
    """Tell which rows are gone since the note was written."""
    if note is None:
        return [reason("store.note_missing", audit=kept.audit)] if kept.audit else []
    found = []
    if kept.audit < note.audit:
        found.append(reason("store.audit_cut", was=note.audit, now=kept.audit, hash=note.hash))
    if kept.journal < note.journal:
        found.append(reason("store.journal_cut", was=note.journal, now=kept.journal))
    return found
