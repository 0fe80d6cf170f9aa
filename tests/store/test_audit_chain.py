"""`verify` names the first row that was changed, removed or put in, also at the end."""

import contextlib
import shutil

import pytest

from hmi.model.event import HistoryQuery
from hmi.store import StoreReader
from hmi.store.rows import audit_hash
from hmi.store.verify import _AT_ONCE
from tests.store.works import act, opened, raw

ROWS = 20


@pytest.fixture
def trail(tmp_path, run_async):
    async def fill():
        async with opened(tmp_path) as store:
            for number in range(1, ROWS + 1):
                last = store.writer.keep(act(number, note=f"n{number}", details={"b": "1", "a": "2"}))
            await last

    run_async(fill())
    return tmp_path


def forge(folder, *statements):
    with contextlib.closing(raw(folder)) as connection:
        for statement in statements:
            connection.execute(statement)


def broken(folder):
    found = StoreReader(folder).verify_audit().broken
    return (found.code.removeprefix("store.audit_"), found.arguments) if found is not None else None


def test_that_an_untouched_trail_is_whole(trail):
    verdict = StoreReader(trail).verify_audit()
    assert (verdict.rows, verdict.broken) == (ROWS, None)


@pytest.mark.parametrize(
    "change",
    ["user = 'bob'", "new = '8'", "note = ''", "server_ns = 1", "state = 'confirmed'", "details = '{}'", "screen = 'x'",
     "tag = 'T'", "old = 'null'", "reason = '{}'", "form = 2", "hash = 'abc'", "user = x'00'", "server_ns = 1.5"],
)  # fmt: skip
def test_that_a_changed_field_is_found_at_its_row(trail, change):
    forge(trail, f"UPDATE audit SET {change} WHERE sequence = 7")
    assert broken(trail) == ("changed", {"sequence": 7})


def test_that_a_removed_row_is_found(trail):
    forge(trail, "DELETE FROM audit WHERE sequence IN (7, 8)")
    assert broken(trail) == ("missing", {"first": 7, "last": 8})


def test_that_a_removed_row_whose_successors_were_renumbered_is_found(trail):
    forge(trail, "DELETE FROM audit WHERE sequence = 7", *(
        f"UPDATE audit SET sequence = {number - 1} WHERE sequence = {number}" for number in range(8, ROWS + 1)
    ))  # fmt: skip
    assert broken(trail) == ("changed", {"sequence": 7})


def test_that_a_row_that_was_put_in_is_found(trail):
    columns = "kind, server_ns, user, station, screen, tag, tag_id, command, note, details, form, hash"
    forge(
        trail,
        *(f"UPDATE audit SET sequence = {number + 1} WHERE sequence = {number}" for number in range(ROWS, 6, -1)),
        f"INSERT INTO audit (sequence, {columns}) SELECT 7, {columns} FROM audit WHERE sequence = 6",
        f"UPDATE heads SET count = {ROWS + 1} WHERE name = 'audit'",
    )
    assert broken(trail) == ("changed", {"sequence": 7})


def test_that_a_row_before_the_first_is_found(trail):
    columns = "kind, server_ns, user, station, screen, tag, tag_id, command, note, details, form, hash"
    forge(trail, f"INSERT INTO audit (sequence, {columns}) SELECT -3, {columns} FROM audit WHERE sequence = 6")
    assert broken(trail) == ("extra", {"sequence": -3})


def test_that_swapped_rows_are_found(trail):
    forge(
        trail,
        "UPDATE audit SET sequence = 100 WHERE sequence = 7",
        "UPDATE audit SET sequence = 7 WHERE sequence = 12",
        "UPDATE audit SET sequence = 12 WHERE sequence = 100",
    )
    assert broken(trail) == ("changed", {"sequence": 7})


def test_that_rows_cut_off_at_the_end_are_found_by_the_head(trail):
    forge(trail, "DELETE FROM audit WHERE sequence > 17")
    assert broken(trail) == ("end_missing", {"first": 18, "last": ROWS})


def cut_with_head(folder):
    with contextlib.closing(raw(folder)) as connection:
        (hashed,) = connection.execute("SELECT hash FROM audit WHERE sequence = 17").fetchone()
    forge(
        folder,
        "DELETE FROM audit WHERE sequence > 17",
        f"UPDATE heads SET count = 17, hash = '{hashed}' WHERE name = 'audit'",
    )


def test_that_rows_cut_off_together_with_the_head_are_found_by_the_note(trail):
    cut_with_head(trail)
    assert broken(trail) == ("end_missing", {"first": 18, "last": ROWS})
    (trail / "audit.head").unlink()
    assert broken(trail) == ("no_note", {"sequence": 17})


def test_that_a_trail_that_was_cut_stays_broken_after_the_next_start(trail, run_async, expected_logs):
    expected_logs.expect("hmi.store", "store.audit_cut")
    cut_with_head(trail)

    async def start():
        async with opened(trail) as store:
            await store.writer.keep(act(1))

    run_async(start())
    assert broken(trail) == ("told", {"sequence": 18})


def test_that_an_older_copy_put_back_is_found(trail, tmp_path_factory, run_async):
    copy = tmp_path_factory.mktemp("copy") / "store.sqlite"
    shutil.copy(trail / "store.sqlite", copy)

    async def go_on():
        async with opened(trail) as store:
            await store.writer.keep(act(21))

    run_async(go_on())
    shutil.copy(copy, trail / "store.sqlite")
    assert broken(trail) == ("end_missing", {"first": 21, "last": 21})


def test_that_a_deleted_store_is_found(trail):
    (trail / "store.sqlite").unlink()
    assert broken(trail) == ("end_missing", {"first": 1, "last": ROWS})


def rewrite_all(folder):
    """What somebody can do who knows the program: change a row, then all hashes, the head and the note."""
    from hmi.store.headnote import HeadNote, write_note

    with contextlib.closing(raw(folder)) as connection:
        connection.execute("UPDATE audit SET user = 'bob' WHERE sequence = 7")
        cursor = connection.execute("SELECT * FROM audit ORDER BY sequence")
        names = [column[0] for column in cursor.description]
        before = "0" * 64
        for row in cursor.fetchall():
            values = dict(zip(names, row, strict=True))
            before = audit_hash(values, before)
            connection.execute("UPDATE audit SET hash = ? WHERE sequence = ?", (before, values["sequence"]))
        connection.execute("UPDATE heads SET hash = ? WHERE name = 'audit'", (before,))
    write_note(folder, HeadNote(audit=ROWS, hash=before))


def test_that_only_a_head_noted_elsewhere_finds_a_trail_written_anew(trail):
    noted = StoreReader(trail).verify_audit()
    rewrite_all(trail)
    assert broken(trail) is None
    verdict = StoreReader(trail).verify_audit((noted.rows, noted.hash))
    assert verdict.broken.code == "store.audit_other_head"
    assert StoreReader(trail).verify_audit((ROWS + 1, noted.hash)).broken.code == "store.audit_end_missing"


def test_that_a_trail_longer_than_one_read_is_checked_to_its_end(tmp_path, run_async):
    async def fill():
        async with opened(tmp_path) as store:
            await store.writer.keep(*(act(number) for number in range(_AT_ONCE * 2)))

    run_async(fill())
    assert StoreReader(tmp_path).verify_audit().rows == _AT_ONCE * 2
    forge(tmp_path, f"UPDATE audit SET note = 'x' WHERE sequence = {_AT_ONCE + 1}")
    assert broken(tmp_path) == ("changed", {"sequence": _AT_ONCE + 1})
    assert len(StoreReader(tmp_path).audit(HistoryQuery(limit=5)).rows) == 5
