"""The first schema: journal, audit, heads, and the four tables of documents. Run by `hmi.store.migrate`."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "journal",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("occurrence", "alarm", "path", "tag", "tag_id", "kind"),
        *_integers("priority"),
        *_texts("event"),
        *_integers("old_state", "new_state"),
        sa.Column("value", sa.Float),
        sa.Column("limit", sa.Float),
        *_longs("status"),
        *_integers("cause"),
        *_longs("active_since_ns", "source_ns", "receive_ns", "server_ns"),
        *_texts("user", "station", "note"),
        sa.Column("reason", sa.Text),
        *_texts("title"),
        *_integers("start_up", "count"),
        *_longs("check_sum"),
    )
    op.create_index("journal_by_time", "journal", ["server_ns"])
    op.create_index("journal_by_alarm", "journal", ["alarm", "sequence"])
    op.create_index("journal_by_tag", "journal", ["tag", "sequence"])
    op.create_index("journal_by_occurrence", "journal", ["occurrence", "sequence"])
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("kind"),
        *_longs("server_ns"),
        *_texts("user", "station", "screen", "tag", "tag_id", "command"),
        *(sa.Column(name, sa.Text) for name in ("state", "old", "new", "read_back")),
        *_texts("note"),
        sa.Column("reason", sa.Text),
        *_texts("details"),
        *_integers("form"),
        *_texts("hash"),
    )
    op.create_index("audit_by_time", "audit", ["server_ns"])
    op.create_index("audit_by_tag", "audit", ["tag", "sequence"])
    op.create_index("audit_by_command", "audit", ["command", "sequence"])
    op.create_table("heads", sa.Column("name", sa.Text, primary_key=True), *_longs("count"), *_texts("hash"))
    for name in ("standing", "users", "sessions", "station"):
        op.create_table(
            name,
            sa.Column("key", sa.Text, primary_key=True),
            sa.Column("content", sa.LargeBinary, nullable=False),
            *_longs("check_sum"),
        )


def _texts(*names: str) -> list["sa.Column[str]"]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _integers(*names: str) -> list["sa.Column[int]"]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]


def _longs(*names: str) -> list["sa.Column[int]"]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]
