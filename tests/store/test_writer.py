"""What is reported done is on the disk, whole and in order; what stands is found again."""

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.errors import EnvironmentFault
from hmi.model.event import HistoryQuery
from hmi.store import StoreReader, open_store
from hmi.store.contract import Standing, StationValue
from hmi.store.pace import MOST_QUICK, Pace
from tests.store.works import act, count, journal_row, opened, raw, returned, session, user

ROOT = Path(__file__).resolve().parents[2]


async def test_that_a_new_store_is_empty_and_for_its_owner_alone(tmp_path):
    async with opened(tmp_path) as store:
        assert store.standing == Standing()
        assert await store.later == Standing()
        for path in tmp_path.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


async def test_that_a_file_open_to_others_is_closed_to_them(tmp_path):
    (tmp_path / "store.sqlite").touch(mode=0o644)
    async with opened(tmp_path):
        assert stat.S_IMODE((tmp_path / "store.sqlite").stat().st_mode) == 0o600


async def test_that_commits_are_synchronous_and_readers_are_let_in(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(act())
        from hmi.store import database

        connection = database.open_writing(tmp_path / "store.sqlite")
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        connection.rollback()
        database.close(connection)
        assert pragmas == ["wal", 2]


async def test_that_what_is_done_is_there_while_the_writer_runs_on(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(journal_row(1), act())
        assert (count(tmp_path, "journal"), count(tmp_path, "audit"), count(tmp_path, "standing")) == (1, 1, 1)
        assert store.writer.state.waiting == 0


async def test_that_an_engine_finds_again_what_stood(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(
            journal_row(1), journal_row(2), user("Ann", role="engineer"), session("d1"), session("d2")
        )
        await store.writer.keep(
            journal_row(2, event=AlarmEvent.ACKNOWLEDGED, new_state=AlarmState.ACKNOWLEDGED, user="ann"),
            journal_row(3),
            returned(1),
            session("d2", ended=True),
            user("ANN", role="operator"),
            StationValue(key="applied", value=b"7"),
        )
        await store.writer.keep(journal_row(2, event=AlarmEvent.REFUSED, new_state=AlarmState.NORMAL))
    async with opened(tmp_path) as store:
        found = store.standing
    assert [(row.alarm, row.sequence, row.new_state) for row in found.alarms] == [
        ("a2", 3, AlarmState.ACKNOWLEDGED),
        ("a3", 4, AlarmState.UNACKNOWLEDGED),
    ]
    assert found.alarms[0].title.zh == "温度高"
    assert [(one.entry.name, one.entry.role) for one in found.users] == [("ANN", "operator")]
    assert [one.digest for one in found.sessions] == ["d1"]
    assert found.station == {"applied": b"7"}


async def test_that_who_acknowledged_is_kept_beside_the_alarm_for_as_long_as_it_counts(tmp_path):
    acknowledged = {"event": AlarmEvent.ACKNOWLEDGED, "old_state": AlarmState.UNACKNOWLEDGED, "user": "ann"}
    latched = {"old_state": AlarmState.ACKNOWLEDGED, "new_state": AlarmState.LATCHED_ACKNOWLEDGED}
    reset = {"event": AlarmEvent.RESET, "old_state": AlarmState.LATCHED_ACKNOWLEDGED, "new_state": AlarmState.NORMAL}
    async with opened(tmp_path) as store:
        await store.writer.keep(journal_row(1), journal_row(1, new_state=AlarmState.ACKNOWLEDGED, **acknowledged))
    async with opened(tmp_path) as store:
        assert [row.user for row in store.standing.alarms] == ["ann"], "its newest row is that of the acknowledge"
        await store.writer.keep(journal_row(1, event=AlarmEvent.RETURNED, **latched))
    async with opened(tmp_path) as store:
        assert [(row.event, row.user) for row in store.standing.alarms] == [
            (AlarmEvent.ACKNOWLEDGED, "ann"),
            (AlarmEvent.RETURNED, ""),
        ]
        await store.writer.keep(journal_row(1, **reset))
    async with opened(tmp_path) as store:
        assert store.standing.alarms == ()
    assert count(tmp_path, "standing") == 0


async def test_that_ten_thousand_transitions_in_a_flood_are_all_kept_in_order(tmp_path):
    async with opened(tmp_path) as store:
        done = [store.writer.keep(journal_row(number % 50, occurrence=f"o{number}")) for number in range(10_000)]
        await asyncio.gather(*done)
    with raw(tmp_path) as connection:
        rows = connection.execute("SELECT sequence, occurrence FROM journal ORDER BY sequence").fetchall()
    connection.close()
    assert rows == [(number + 1, f"o{number}") for number in range(10_000)]


async def test_that_done_futures_come_in_the_order_of_their_records(tmp_path):
    seen = []
    async with opened(tmp_path) as store:
        futures = [store.writer.keep(act(number)) for number in range(300)]
        for number, future in enumerate(futures):
            future.add_done_callback(lambda _, number=number: seen.append(number))
        await futures[-1]
        await asyncio.sleep(0)
    assert seen == list(range(300))


async def test_that_closing_writes_what_waits(tmp_path):
    store = await open_store(tmp_path)
    done = store.writer.keep(act())
    await store.writer.close()
    await store.writer.close()
    assert done.done()
    assert not done.cancelled()
    assert count(tmp_path, "audit") == 1
    assert store.writer.keep(act()).cancelled()


async def test_that_a_caller_who_gave_up_holds_up_nobody(tmp_path):
    async with opened(tmp_path) as store:
        given_up = store.writer.keep(act(1))
        given_up.cancel()
        await store.writer.keep(act(2))
    assert count(tmp_path, "audit") == 2


async def test_that_a_record_that_no_table_takes_harms_no_other(tmp_path, expected_logs):
    expected_logs.expect("hmi.store", "no table takes")
    async with opened(tmp_path) as store:
        before, after = store.writer.keep(act(1)), None
        wrong = store.writer.keep(act(2), journal_row(1, server_ns=2**70))
        after = store.writer.keep(act(3))
        await asyncio.gather(before, after)
        with pytest.raises(OverflowError):
            await wrong
        assert store.writer.state.waiting == 0
    found = StoreReader(tmp_path)
    assert [row.new for row in found.audit(HistoryQuery()).rows] == [3, 1]
    assert found.verify_audit().broken is None


async def test_that_what_only_sqlite_refuses_harms_no_other_either(tmp_path, expected_logs, monkeypatch):
    """Whatever the plan lets through: the unit that cannot be written is found and named."""
    from hmi.store import batch

    expected_logs.expect("hmi.store", "no table takes")
    honest = batch.audit_values

    def careless(row, sequence, before):
        return honest(row, sequence, before) | ({"note": object()} if row.note == "odd" else {})

    monkeypatch.setattr(batch, "audit_values", careless)
    async with opened(tmp_path) as store:
        done = [store.writer.keep(act(number, note="odd" if number == 2 else "")) for number in range(5)]
        answers = await asyncio.gather(*done, return_exceptions=True)
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, True, False, False]
    assert [row.new for row in StoreReader(tmp_path).audit(HistoryQuery()).rows] == [4, 3, 1, 0]
    assert StoreReader(tmp_path).verify_audit().broken is None


async def test_that_odd_texts_and_numbers_come_back_as_far_as_they_can(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(
            act(
                1,
                note="half \udc80 of a pair",
                old=2**64 - 1,
                new="a\0b",
                read_back=float("nan"),
                details={"\ud800": "x"},
            ),
            journal_row(1, value=float("nan"), limit=float("inf"), note="\udcff"),
            user("\udcaa"),
        )
    row = StoreReader(tmp_path).audit(HistoryQuery()).rows[0]
    assert (row.note, row.old, row.new, row.read_back) == ("half \\udc80 of a pair", 2**64 - 1, "a\0b", None)
    alarm = StoreReader(tmp_path).journal(HistoryQuery()).rows[0]
    assert (alarm.value, alarm.limit, alarm.note) == (None, float("inf"), "\\udcff")
    assert StoreReader(tmp_path).verify_audit().broken is None
    async with opened(tmp_path) as store:
        assert len(store.standing.users) == 1


async def test_that_without_leave_no_store_is_made(tmp_path):
    with pytest.raises(EnvironmentFault, match=r"store\.none"):
        await open_store(tmp_path, make=False)
    assert list(tmp_path.iterdir()) == []


def test_that_a_lonely_commit_goes_at_once_and_a_flood_is_gathered():
    pace = Pace()
    waits = [pace.wait_s(100.0 + number * 0.003) for number in range(MOST_QUICK * 2)]
    assert waits[0] < 0.005
    assert waits[-1] == 0.05
    assert pace.wait_s(200.0) < 0.005


def test_that_neither_the_engine_nor_other_verbs_import_sqlalchemy_on_the_way():
    code = (
        "import sys, hmi.store, hmi.store.contract, hmi.store.opening, hmi.store.writer, hmi.cli.main, hmi.cli.tags\n"
        "import hmi.cli.audit, hmi.cli.alarms, hmi.engine.history_server, hmi.engine.core\n"
        "print(sorted(name for name in sys.modules if name in ('sqlalchemy', 'alembic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
