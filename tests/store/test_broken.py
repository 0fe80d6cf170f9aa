"""A broken store is set aside, never deleted, named in the audit trail of the new one; what stands goes on."""

import os
import random
import shutil
import sqlite3

import pytest

from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.errors import EnvironmentFault
from hmi.model.event import HistoryQuery
from hmi.model.reason import reason
from hmi.store import StoreReader
from tests.store.works import act, count, journal_row, opened, raw, returned, session, user


@pytest.fixture(autouse=True)
def _breakage_is_logged(expected_logs):
    expected_logs.allow("hmi.store")


async def filled(folder):
    folder.mkdir(exist_ok=True)
    async with opened(folder) as store:
        for number in range(200):
            last = store.writer.keep(journal_row(number % 5), act(number))
        await last
        await store.writer.keep(user("ann"), session("d1"))


def damage(path, places):
    content = bytearray(path.read_bytes())
    for place in places:
        content[place] ^= 0x10
    path.write_bytes(content)


def page_of(folder, table):
    with raw(folder) as connection:
        number = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    return (number - 1) * size


def asides(folder):
    return sorted(path.name for path in folder.glob("store-*.sqlite"))


async def test_that_a_broken_page_sets_the_store_aside_and_saves_what_stands(tmp_path):
    await filled(tmp_path)
    damage(tmp_path / "store.sqlite", range(page_of(tmp_path, "journal"), page_of(tmp_path, "journal") + 8))
    broken = (tmp_path / "store.sqlite").read_bytes()
    async with opened(tmp_path) as store:
        assert len(store.standing.alarms) == 5
        assert [one.entry.name for one in store.standing.users] == ["ann"]
        await store.writer.keep(act(1))
    (name,) = asides(tmp_path)
    assert name.startswith("store-2")
    assert (tmp_path / name).read_bytes() == broken
    first = StoreReader(tmp_path).audit(HistoryQuery()).rows[-1]
    assert (first.reason.code, first.reason.arguments["file"], first.reason.arguments["audit"]) == (
        "store.set_aside", name, 200,
    )  # fmt: skip
    verdict = StoreReader(tmp_path).verify_audit()
    assert (verdict.broken, verdict.rows, verdict.earlier) == (None, 2, name)
    assert count(tmp_path, "standing") == 5
    assert not (tmp_path / "store.replacing").exists()
    async with opened(tmp_path) as store:
        assert len(store.standing.alarms) == 5
    assert len(asides(tmp_path)) == 1


async def test_that_a_store_that_breaks_while_it_is_written_goes_on_from_memory(tmp_path):
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        with sqlite3.connect(tmp_path / "store.sqlite") as other:
            other.execute("DELETE FROM users")
            other.execute("DROP TABLE journal")
        other.close()
        await store.writer.keep(journal_row(9), act(9))
    assert len(asides(tmp_path)) == 1
    async with opened(tmp_path) as store:
        assert {row.alarm for row in store.standing.alarms} == {"a0", "a1", "a2", "a3", "a4", "a9"}
        assert [one.entry.name for one in store.standing.users] == ["ann"]
    assert [row.new for row in StoreReader(tmp_path).audit(HistoryQuery(user="ANN")).rows] == [9]


async def test_that_a_file_that_is_taken_away_under_the_writer_is_noticed(tmp_path):
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        for name in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        await store.writer.keep(act(1))
    rows = StoreReader(tmp_path).audit(HistoryQuery()).rows
    assert [row.reason and row.reason.code for row in rows] == [None, "store.vanished"]
    async with opened(tmp_path) as store:
        assert len(store.standing.alarms) == 5


@pytest.mark.parametrize("copied", [True, False])
@pytest.mark.parametrize("what", ["a document", "a page"])
async def test_that_alarms_whose_documents_are_damaged_are_found_again_by_copy_and_journal(tmp_path, what, copied):
    latched = {"old_state": AlarmState.ACKNOWLEDGED, "new_state": AlarmState.LATCHED_ACKNOWLEDGED}
    async with opened(tmp_path) as store:
        await store.writer.keep(journal_row(1), journal_row(2), journal_row(3), returned(3))
        by = {"old_state": AlarmState.UNACKNOWLEDGED, "new_state": AlarmState.ACKNOWLEDGED, "user": "ann"}
        await store.writer.keep(journal_row(2, event=AlarmEvent.ACKNOWLEDGED, **by))
        await store.writer.keep(journal_row(2, event=AlarmEvent.RETURNED, **latched))
    whole = (tmp_path / "store.sqlite").read_bytes()
    if what == "a page":
        page = page_of(tmp_path, "standing")
        damage(tmp_path / "store.sqlite", range(page, page + 8))
    else:
        damage(tmp_path / "store.sqlite", [whole.index(b'{"sequence":1,')])
    if not copied:
        (tmp_path / "alarms.copy").unlink()
    async with opened(tmp_path) as store:
        assert [(row.alarm, row.sequence, row.event) for row in store.standing.alarms] == [
            ("a1", 1, AlarmEvent.OCCURRED),
            ("a2", 5, AlarmEvent.ACKNOWLEDGED),
            ("a2", 6, AlarmEvent.RETURNED),
        ]
        assert store.writer.state.notice.code == "store.begun_anew"
    assert len(asides(tmp_path)) == 1


async def test_that_what_was_lost_is_said_in_short_until_the_engine_stops(tmp_path):
    await filled(tmp_path)
    async with opened(tmp_path) as store:
        assert store.writer.state.notice is None
    damage(tmp_path / "store.sqlite", [0])
    async with opened(tmp_path) as store:
        (name,) = asides(tmp_path)
        assert store.writer.state.notice == reason("store.begun_anew", file=name)
        await store.writer.keep(act(1))
        assert (store.writer.state.reason, store.writer.state.notice.code) == (None, "store.begun_anew")
        for gone in ("store.sqlite", "store.sqlite-wal", "store.sqlite-shm"):
            (tmp_path / gone).unlink(missing_ok=True)
    async with opened(tmp_path) as store:
        assert store.writer.state.notice.code == "store.rows_missing"
    async with opened(tmp_path) as store:
        assert store.writer.state.notice is None


async def test_that_rubbish_in_the_place_of_a_store_is_set_aside(tmp_path):
    (tmp_path / "store.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(EnvironmentFault, match=r"store\.broken"):
        StoreReader(tmp_path).audit(HistoryQuery())
    async with opened(tmp_path) as store:
        await store.writer.keep(act(1))
    assert len(asides(tmp_path)) == 1


async def test_that_what_was_saved_survives_a_death_before_the_new_store_is_there(tmp_path):
    await filled(tmp_path)
    from hmi.store import aside

    name = aside.set_aside(tmp_path, 1_000_000_000)
    assert name == "store-19700101T000001Z.sqlite"
    async with opened(tmp_path) as store:
        assert [one.entry.name for one in store.standing.users] == ["ann"]
    verdict = StoreReader(tmp_path).verify_audit()
    assert verdict.broken.code == "store.audit_told"


async def test_that_any_flipped_bit_is_named_or_harmless_and_stops_no_engine(tmp_path):
    await filled(tmp_path / "whole")
    whole = dict(await _everything(tmp_path / "whole"))
    choice = random.Random(4711)
    size = (tmp_path / "whole" / "store.sqlite").stat().st_size
    for turn in range(40):
        folder = tmp_path / f"n{turn}"
        shutil.copytree(tmp_path / "whole", folder)
        damage(folder / "store.sqlite", [choice.randrange(size)])
        async with opened(folder) as store:
            assert store.writer.state.reason is None
            assert [one.entry.name for one in store.standing.users] == ["ann"]
            assert {row.alarm: row.sequence for row in store.standing.alarms} == {
                f"a{number}": 196 + number for number in range(5)
            }
            await store.writer.keep(act(1000))
        if asides(folder):
            continue
        reader = StoreReader(folder)
        found = dict(await _everything(folder))
        page = reader.journal(HistoryQuery(limit=1000))
        assert page.damaged or found["journal"] == whole["journal"]
        assert reader.verify_audit().broken or found["audit"][1:] == whole["audit"]


async def _everything(folder):
    reader = StoreReader(folder)
    question = HistoryQuery(limit=1000)
    return [("journal", reader.journal(question).rows), ("audit", reader.audit(question).rows)]


async def test_that_a_log_whose_end_was_damaged_is_told_by_the_note(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(act(1), journal_row(1))
        await store.writer.keep(act(2), journal_row(2))
    async with opened(tmp_path) as store:
        await store.writer.keep(act(3), journal_row(3))
        copies = {name: (tmp_path / name).read_bytes() for name in ("store.sqlite", "store.sqlite-wal")}
    for name, content in copies.items():
        (tmp_path / name).write_bytes(content)
    os.truncate(tmp_path / "store.sqlite-wal", len(copies["store.sqlite-wal"]) - 4096)
    async with opened(tmp_path) as store:
        await store.writer.keep(act(4))
    codes = [row.reason and row.reason.code for row in StoreReader(tmp_path).audit(HistoryQuery()).rows]
    assert codes == [None, "store.journal_cut", "store.audit_cut", None, None]
    assert StoreReader(tmp_path).verify_audit().broken.code == "store.audit_told"
