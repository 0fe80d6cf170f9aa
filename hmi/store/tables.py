"""The tables, as SQLAlchemy Core knows them. Used by ledger, reader and migrations' tests; threads of their own.

The truth about a file is what its migrations made of it; a test holds both together.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, LargeBinary, MetaData, Table, Text

NEWEST = "0001"
"""Version of the schema that this program reads and writes: the last of `hmi.store.migrations`."""

metadata = MetaData()

journal = Table(
    "journal",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("occurrence", Text, nullable=False),
    Column("alarm", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("tag_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("old_state", Integer, nullable=False),
    Column("new_state", Integer, nullable=False),
    Column("value", Float),
    Column("limit", Float),
    Column("status", BigInteger, nullable=False),
    Column("cause", Integer, nullable=False),
    Column("active_since_ns", BigInteger, nullable=False),
    Column("source_ns", BigInteger, nullable=False),
    Column("receive_ns", BigInteger, nullable=False),
    Column("server_ns", BigInteger, nullable=False),
    Column("user", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("reason", Text),
    Column("title", Text, nullable=False),
    Column("start_up", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("check_sum", BigInteger, nullable=False),
    Index("journal_by_time", "server_ns"),
    Index("journal_by_alarm", "alarm", "sequence"),
    Index("journal_by_tag", "tag", "sequence"),
    Index("journal_by_occurrence", "occurrence", "sequence"),
)
"""Changes of alarms, append-only."""

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("server_ns", BigInteger, nullable=False),
    Column("user", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("screen", Text, nullable=False),
    Column("tag", Text, nullable=False),
    Column("tag_id", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("state", Text),
    Column("old", Text),
    Column("new", Text),
    Column("read_back", Text),
    Column("note", Text, nullable=False),
    Column("reason", Text),
    Column("details", Text, nullable=False),
    Column("form", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Index("audit_by_time", "server_ns"),
    Index("audit_by_tag", "tag", "sequence"),
    Index("audit_by_command", "command", "sequence"),
)
"""Acts of people and states of commands, append-only and hash-chained."""

heads = Table(
    "heads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)
"""How far `journal`, `audit` (with the hash of its newest row) and `commits` have come."""


def _documents(name: str) -> Table:
    """Describe a table of documents: key, JSON, check sum of both."""
    return Table(
        name,
        metadata,
        Column("key", Text, primary_key=True),
        Column("content", LargeBinary, nullable=False),
        Column("check_sum", BigInteger, nullable=False),
    )


documents = {name: _documents(name) for name in ("standing", "users", "sessions", "station")}
"""What stands now, each with one row a key."""
