"""What the ledger asks of SQLite, statement by statement. Used on the writer's thread alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hmi.store.aside import checked
from hmi.store.batch import Batch, Heads
from hmi.store.mirror import KINDS, Change, Mirror
from hmi.store.rows import Damaged, check_sum, document
from hmi.store.tables import audit, documents, heads, journal


def write(connection: Connection, batch: Batch) -> None:
    """Put a batch into the tables."""
    if batch.journal:
        connection.execute(insert(journal), batch.journal)
    if batch.audit:
        connection.execute(insert(audit), batch.audit)
    write_changes(connection, batch.changes)
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


def write_changes(connection: Connection, changes: Sequence[Change]) -> None:
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


def check_pages(connection: Connection) -> None:
    """Let SQLite look through the file.

    Raises:
        Damaged: when it finds fault with it.
    """
    with connection.begin():
        found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise Damaged(str(found))


def read_heads(connection: Connection) -> Heads:
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


def read_commits(connection: Connection) -> int:
    """Read how many commits there were."""
    return int(connection.execute(select(heads.c.count).where(heads.c.name == "commits")).scalar() or 0)


def read_mirror(connection: Connection) -> Mirror:
    """Read all documents.

    Raises:
        Damaged: when one is not what was written.
    """
    mirror = Mirror()
    for name in KINDS:
        rows = connection.execute(select(documents[name]))
        mirror.take(checked(name, row.key, row.content, row.check_sum) for row in rows)
    return mirror
