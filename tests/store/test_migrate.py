"""The schema comes whole or not at all; a newer store is refused in one sentence."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hmi.model.errors import EnvironmentFault
from hmi.model.event import AuditRow, HistoryQuery, JournalRow
from hmi.model.text import Language
from hmi.store import StoreReader, database, open_store
from hmi.store.migrate import migrate
from hmi.store.rows import AUDIT_COLUMNS, AUDIT_FORM, AUDIT_FORMS, JOURNAL_COLUMNS
from hmi.store.tables import NEWEST, audit, journal, metadata
from hmi.words import say_error
from tests.store.works import act, journal_row, opened, raw

ROOT = Path(__file__).resolve().parents[2]

STEP = """
import sys
from alembic import op
revision, down_revision = "0002", "0001"

def upgrade():
    op.execute("ALTER TABLE audit ADD COLUMN shift TEXT")
    op.execute("UPDATE audit SET shift = 'late'")
    op.execute("CREATE TABLE shifts (name TEXT)")
    # More than the page cache holds, so that half of it lies in the log when we are killed.
    op.execute("PRAGMA cache_size = 10")
    op.execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
               "INSERT INTO shifts SELECT printf('%0100d', i) FROM n")
    if PAUSE:
        print("middle", flush=True)
        sys.stdin.read()
"""
PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from hmi.store import database
from hmi.store.migrate import migrate
connection = database.open_writing(Path(sys.argv[1]) / "store.sqlite")
with connection.begin():
    migrate(connection, "steps")
print("done", flush=True)
sys.stdin.read()
"""


def steps(folder, pause):
    """The steps of this version and one more, as a package of its own."""
    package = folder / "steps"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    for path in (ROOT / "hmi" / "store" / "migrations").glob("r*.py"):
        (package / path.name).write_text(path.read_text())
    (package / "r0002_shifts.py").write_text(STEP.replace("PAUSE", str(pause)))
    return folder


def killed_at(word, folder, home):
    command = [sys.executable, "-c", PROGRAM, str(folder), str(home)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == word
        process.send_signal(signal.SIGKILL)


async def test_that_a_kill_in_the_middle_of_a_migration_leaves_the_old_schema_whole(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(act(1), journal_row(1))
    killed_at("middle", tmp_path, steps(tmp_path / "home", pause=True))
    assert (tmp_path / "store.sqlite-wal").stat().st_size > 1_000_000
    assert version_and_tables(tmp_path) == ("0001", False)
    async with opened(tmp_path) as store:
        assert len(store.standing.alarms) == 1
        await store.writer.keep(act(2))
    assert StoreReader(tmp_path).verify_audit().rows == 2


async def test_that_a_kill_after_a_migration_leaves_the_new_schema_whole(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(act(1))
    killed_at("done", tmp_path, steps(tmp_path / "home", pause=False))
    assert version_and_tables(tmp_path) == ("0002", True)
    with contextlib.closing(raw(tmp_path)) as connection:
        assert connection.execute("SELECT shift FROM audit").fetchall() == [("late",)]


def version_and_tables(folder):
    with contextlib.closing(raw(folder)) as connection:
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'shifts'").fetchone()
        columns = [row[1] for row in connection.execute("PRAGMA table_info(audit)")]
    assert ("shift" in columns) is bool(tables)
    return version, bool(tables)


@pytest.mark.parametrize("language", list(Language))
async def test_that_a_store_of_a_newer_version_is_refused_in_one_sentence_and_left_alone(tmp_path, language):
    async with opened(tmp_path) as store:
        await store.writer.keep(act(1))
    with raw(tmp_path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    with pytest.raises(EnvironmentFault, match=r"store\.newer") as caught:
        await open_store(tmp_path)
    sentence = say_error(caught.value, language)
    assert "0999" in sentence
    assert "\n" not in sentence
    with pytest.raises(EnvironmentFault, match=r"store\.newer"):
        StoreReader(tmp_path).audit(HistoryQuery())
    assert [path.name for path in tmp_path.glob("store*.sqlite")] == ["store.sqlite"]


async def test_that_the_steps_make_the_tables_that_the_program_knows(tmp_path):
    async with opened(tmp_path):
        pass
    connection = database.open_reading(tmp_path / "store.sqlite", 5.0)
    try:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    finally:
        database.close(connection)
    with raw(tmp_path) as other:
        assert other.execute("SELECT version_num FROM alembic_version").fetchone() == (NEWEST,)
    other.close()


async def test_that_a_store_that_is_up_to_date_is_left_as_it_is(tmp_path):
    async with opened(tmp_path):
        pass
    connection = database.open_writing(tmp_path / "store.sqlite")
    try:
        with connection.begin():
            assert migrate(connection) is False
    finally:
        database.close(connection)


def test_that_every_field_of_a_row_has_its_column_and_is_covered():
    assert {column.name for column in journal.c} == {*JOURNAL_COLUMNS, "check_sum"}
    assert {column.name for column in audit.c} == {*AUDIT_COLUMNS, "form", "hash"}
    assert set(AUDIT_FORMS[AUDIT_FORM]) == set(AUDIT_COLUMNS) == set(AuditRow.__struct_fields__)
    assert set(JOURNAL_COLUMNS) == set(JournalRow.__struct_fields__)


def test_that_sqlite_is_new_enough():
    assert sqlite3.sqlite_version_info >= (3, 35)
