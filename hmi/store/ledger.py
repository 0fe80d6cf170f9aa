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

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hmi.model.clock import Clock
from hmi.model.event import AuditKind, AuditRow
from hmi.model.reason import Reason, reason
from hmi.store import aside, database, statements
from hmi.store.batch import Heads, plan
from hmi.store.contract import Record
from hmi.store.faults import InjectedFaults, Vanished, is_broken, is_record_fault
from hmi.store.headnote import HeadNote, read_note, write_note
from hmi.store.migrate import STEPS, migrate
from hmi.store.mirror import Mirror
from hmi.store.rows import Damaged

EXPECTED = (SQLAlchemyError, sqlite3.Error, OSError, Damaged, Vanished, TypeError, ValueError, OverflowError)
"""What disk, file and values can raise; anything else is a fault of the program and ends the writer."""

log = logging.getLogger("hmi.store")

CHECKED_BYTES = 64 * 1024 * 1024
"""Files up to this size are checked page by page at opening (0.2 s); larger ones are only read where it matters."""
_BETWEEN_NS = 60 * 1_000_000_000
"""Shortest time between two stores that are begun in the place of broken ones."""


_COPY_PAUSE_NS = 1_000_000
"""Shortest time between two copies of the standing alarms, for each of them (about a thousandth of it is work)."""


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
        self._stale: set[str] = set()
        """Copies beside the store that say less than its tables."""
        self._alarms_copied_ns = 0
        self.mirror: Mirror | None = None
        """What stands; None until the store could be read."""
        self.notice: Reason | None = None
        """What was lost or set aside, in short; stays until the engine stops."""

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
            statements.check_pages(connection)
        before = read_note(self._folder)
        with connection.begin():
            migrate(connection, self._steps)
            kept = statements.read_heads(connection)
            self._landed = 0 < self._attempted <= kept.commits
            if self.mirror is None:
                self.mirror = statements.read_mirror(connection)
            elif not kept.commits:
                statements.write_changes(connection, self.mirror.everything())
            if before is not None and kept.journal < before.journal and self._first is None:
                lost = aside.cut_off(self._folder, kept.journal)
                self.mirror.take(lost)
                statements.write_changes(connection, lost)
            notes = [self._first] if self._first is not None else _missing(before, kept)
            records = [AuditRow(kind=AuditKind.ENGINE, server_ns=self._clock.wall_ns(), reason=one) for one in notes]
            batch = plan([records], kept)
            # Not counted as a commit: the count tells whether a commit whose answer was lost is there.
            batch.heads = replace(batch.heads, commits=kept.commits)
            statements.write(connection, batch)
        self._heads, self._noted, self._first = batch.heads, before, None
        aside.done(self._folder)
        for note in notes:
            log.error("the store in %s: %s(%s)", self._folder, note.code, note.arguments)
        if notes:
            self.notice = _short(notes[0])
        if notes or before is None:
            self._stale.update(aside.COPIES)
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
                    if statements.read_commits(connection) != before.commits:
                        message = "somebody else writes to the store"
                        raise Overtaken(message)
                    self._attempted = batch.heads.commits
                    statements.write(connection, batch)
            except Exception:
                self.close()
                raise
        else:
            batch.heads = before
        self._attempted, self._landed = 0, False
        self._heads = batch.heads
        self.mirror.take(batch.changes)
        changed = {change.table for change in batch.changes}
        self._stale.update(name for name, tables in aside.COPIES.items() if not changed.isdisjoint(tables))
        return batch.refused

    # ------------------------------------------------------------------------------------------------ the note

    @property
    def note_is_due(self) -> bool:
        """Whether the note beside the store says less than the tables."""
        return self._connection is not None and (self._noted != self._present() or bool(self._stale))

    def note(self, *, last: bool = False) -> None:
        """Write down how far the tables have come. A disk that refuses is no fault here: the next time will do.

        Args:
            last: the store is about to be closed.
        """
        present = self._present()
        try:
            write_note(self._folder, present)
            for name in sorted(self._stale if self.mirror is not None else ()):
                self._copy(name, last=last)
        except OSError as error:
            log.debug("the note of the heads cannot be written: %s", error)
            return
        self._noted = present

    def _copy(self, name: str, *, last: bool) -> None:
        """Bring one copy up to date; that of very many alarms not every second.

        Raises:
            OSError: when the disk refuses.
        """
        if self.mirror is None:
            return
        if name == "alarms.copy":
            now_ns = self._clock.monotonic_ns()
            pause_ns = len(self.mirror.documents["standing"]) * _COPY_PAUSE_NS
            if not last and now_ns - self._alarms_copied_ns < pause_ns:
                return
            self._alarms_copied_ns = now_ns
        aside.write_copy(self._folder, name, self.mirror)
        self._stale.discard(name)

    def _present(self) -> HeadNote:
        return HeadNote(audit=self._heads.audit, hash=self._heads.hash, journal=self._heads.journal)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            database.close(connection)


def _short(note: Reason) -> Reason:
    """Say a record of the store's own in as few words as a header has room for."""
    match note.code:
        case "store.set_aside":
            return reason("store.begun_anew", file=note.arguments["file"])
        case "store.vanished":
            return reason("store.begun_after_loss")
        case _:
            return reason("store.rows_missing")


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
