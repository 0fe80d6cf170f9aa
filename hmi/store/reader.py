"""Reads the store: journal, audit trail, users. Used by the history server and the command line, never on a loop.

Read only, one short transaction a question, with a limit of time: the writer never waits for a reader. It reads with
and without a running engine.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, Table, select, text
from sqlalchemy.exc import SQLAlchemyError

from hmi.model.errors import EnvironmentFault
from hmi.model.event import AuditRow, HistoryQuery, JournalRow
from hmi.model.user import UserEntry
from hmi.store import database
from hmi.store.aside import checked
from hmi.store.contract import UserRecord
from hmi.store.faults import is_broken, reason_of
from hmi.store.mirror import KINDS, Mirror
from hmi.store.rows import Damaged, audit_row, journal_row
from hmi.store.tables import NEWEST, audit, documents, journal
from hmi.store.verify import Verdict, verify, verify_nothing

R = TypeVar("R")

MOST_ROWS = 1000
LIMIT_S = 3.0
"""Longest time of a question, seconds."""
VERIFY_LIMIT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """Rows, newest first."""

    rows: tuple[R, ...] = ()
    more: bool = False
    """Whether older ones fit the question too."""
    damaged: tuple[int, ...] = ()
    """Numbers of rows that do not read back as they were written; they are left out."""


class StoreReader:
    """Answers questions about one station's store."""

    def __init__(self, folder: Path) -> None:
        """Keep where it lies; nothing is opened before a question.

        Args:
            folder: data folder of the station.
        """
        self._folder = folder
        self._path = folder / database.NAME

    def journal(self, query: HistoryQuery) -> Page[JournalRow]:
        """Read rows of the alarm journal, newest first.

        Raises:
            EnvironmentFault: when the store cannot be read, is of another version, or the question takes too long.
        """
        return self._page(journal, query, journal_row, ("tag", "user", "alarm", "occurrence"))

    def audit(self, query: HistoryQuery) -> Page[AuditRow]:
        """Read rows of the audit trail, newest first.

        Raises:
            EnvironmentFault: when the store cannot be read, is of another version, or the question takes too long.
        """
        return self._page(audit, query, audit_row, ("tag", "user", "command"))

    def verify_audit(self, noted: tuple[int, str] | None = None) -> Verdict:
        """Go through the whole audit trail; see `hmi.store.verify` for what that proves.

        Args:
            noted: count and hash of a head that was noted elsewhere.

        Raises:
            EnvironmentFault: when the store cannot be read or is of another version.
        """
        with self._connection(VERIFY_LIMIT_S) as connection:
            if connection is None:
                return verify_nothing(self._folder, noted)
            return verify(connection, self._folder, noted)

    def users(self) -> tuple[UserEntry, ...]:
        """Read who may sign in, by name; no secrets.

        Raises:
            EnvironmentFault: when the store cannot be read or is of another version.
        """
        found = [one.entry for one in self.mirror().documents["users"].values() if isinstance(one, UserRecord)]
        return tuple(sorted(found, key=lambda user: user.name.casefold()))

    def mirror(self) -> Mirror:
        """Read everything that stands.

        Raises:
            EnvironmentFault: when the store cannot be read or is of another version.
        """
        mirror = Mirror()
        with self._connection(LIMIT_S) as connection:
            if connection is None:
                return mirror
            with connection.begin():
                for name in KINDS:
                    rows = connection.execute(select(documents[name]))
                    mirror.take(checked(name, row.key, row.content, row.check_sum) for row in rows)
        return mirror

    def _page(self, table: Table, query: HistoryQuery, read: Callable[[dict[str, Any]], R], names: Any) -> Page[R]:
        """Ask one table."""
        most = min(max(query.limit, 1), MOST_ROWS)
        with self._connection(LIMIT_S) as connection:
            if connection is None:
                return Page()
            with connection.begin():
                found = connection.execute(_question(table, query, names).limit(most + 1)).mappings().all()
        rows, damaged = [], []
        for values in found[:most]:
            try:
                rows.append(read(dict(values)))
            except Damaged:
                damaged.append(int(values["sequence"]))
        return Page(tuple(rows), len(found) > most, tuple(damaged))

    @contextlib.contextmanager
    def _connection(self, limit_s: float) -> Iterator[Connection | None]:
        """Open the store for a question; None when there is none yet.

        Raises:
            EnvironmentFault: when it cannot be read or is of another version.
        """
        connection: Connection | None = None
        try:
            if not self._path.exists() or not self._path.stat().st_size:
                yield None
                return
            connection = database.open_reading(self._path, limit_s)
            yield connection if self._version(connection) else None
        except (sqlite3.Error, SQLAlchemyError, OSError, Damaged) as error:
            if is_broken(error):
                words = str(getattr(error, "orig", None) or error)
                raise EnvironmentFault("store.broken", place=str(self._path), error=words[:200]) from error
            why = reason_of(error, self._folder)
            raise EnvironmentFault(why.code, place=str(self._path), **why.arguments) from error
        finally:
            if connection is not None:
                database.close(connection)

    def _version(self, connection: Connection) -> str:
        """Give the version of the schema; empty when an engine has not yet made the tables.

        Raises:
            EnvironmentFault: when it is another one than this program reads.
        """
        with connection.begin():
            tables = connection.execute(text("SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"))
            if not tables.scalar():
                return ""
            version = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
        if version and version != NEWEST:
            code = "store.newer" if version > NEWEST else "store.older"
            raise EnvironmentFault(code, place=str(self._path), version=version, known=NEWEST)
        return version


def _question(table: Table, query: HistoryQuery, names: tuple[str, ...]) -> "Select[Any]":
    """Put a query into SQL."""
    columns = table.c
    asked = select(table).order_by(columns.sequence.desc())
    if query.before_sequence:
        asked = asked.where(columns.sequence < query.before_sequence)
    if query.after_sequence:
        asked = asked.where(columns.sequence > query.after_sequence)
    if query.from_ns:
        asked = asked.where(columns.server_ns >= query.from_ns)
    if query.to_ns:
        asked = asked.where(columns.server_ns <= query.to_ns)
    for name in names:
        wanted = getattr(query, name)
        if wanted:
            column = columns[name].collate("NOCASE") if name == "user" else columns[name]
            asked = asked.where(column == wanted)
    return asked
