"""Questions about journal and audit: filters, order, limits; never in the writer's way."""

import contextlib
import time

import pytest

from hmi.model.alarm import AlarmEvent
from hmi.model.errors import EnvironmentFault
from hmi.model.event import AuditKind, HistoryQuery
from hmi.model.reason import Reason
from hmi.store import StoreReader, reader
from tests.store.works import act, journal_row, opened, raw, user


@pytest.fixture
def store(tmp_path, run_async):
    async def fill():
        async with opened(tmp_path) as made:
            for number in range(1, 101):
                last = made.writer.keep(
                    journal_row(
                        number % 4, occurrence=f"o{number % 10}", server_ns=number * 1000, user="Bob" * (number % 2)
                    ),
                    act(number, tag=f"T{number % 3}", command=f"c{number // 5}", user=("Ann", "")[number % 2]),
                )
            await last
            await made.writer.keep(user("zoe"), user("Ann"))

    run_async(fill())
    return StoreReader(tmp_path)


def sequences(page):
    return [row.sequence for row in page.rows]


def test_that_rows_come_newest_first_in_pages(store):
    first = store.journal(HistoryQuery(limit=30))
    assert (sequences(first), first.more) == (list(range(100, 70, -1)), True)
    rest = store.journal(HistoryQuery(before_sequence=71, limit=70))
    assert (sequences(rest), rest.more) == (list(range(70, 0, -1)), False)
    assert sequences(store.journal(HistoryQuery(after_sequence=98))) == [100, 99]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"tag": "Line/T3"}, lambda n: n % 4 == 3),
        ({"alarm": "a2"}, lambda n: n % 4 == 2),
        ({"occurrence": "o7"}, lambda n: n % 10 == 7),
        ({"user": "bob"}, lambda n: n % 2 == 1),
        ({"from_ns": 20_000, "to_ns": 22_000}, lambda n: 20 <= n <= 22),
        ({"tag": "Line/T3", "user": "BOB", "from_ns": 50_000}, lambda n: n % 4 == 3 and n % 2 == 1 and n >= 50),
        ({"tag": "Line/T3' OR 1=1 --"}, lambda n: False),
    ],
)
def test_that_the_journal_is_filtered(store, query, wanted):
    assert sequences(store.journal(HistoryQuery(**query))) == [n for n in range(100, 0, -1) if wanted(n)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"tag": "T1"}, lambda n: n % 3 == 1),
        ({"command": "c3"}, lambda n: n // 5 == 3),
        ({"user": "ann"}, lambda n: n % 2 == 0),
    ],
)
def test_that_the_audit_trail_is_filtered(store, query, wanted):
    assert sequences(store.audit(HistoryQuery(**query))) == [n for n in range(100, 0, -1) if wanted(n)]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (10**9, 100)])
def test_that_the_number_of_rows_is_bounded(store, asked, given):
    assert len(store.journal(HistoryQuery(limit=asked)).rows) == given


def test_that_users_come_by_name_without_secrets(store):
    assert [one.name for one in store.users()] == ["Ann", "zoe"]


def test_that_a_row_comes_back_as_it_was_made(tmp_path, run_async):
    alarm = journal_row(
        event=AlarmEvent.REFUSED,
        reason=Reason("alarm.other", {"who": "ann", "n": 3}),
        note="一",
        start_up=True,
        source_ns=5,
    )
    deed = act(kind=AuditKind.APPLY, old=True, new=2.0, read_back="x", details={"lines": "3"}, reason=Reason("a.b"))

    async def fill():
        async with opened(tmp_path) as made:
            await made.writer.keep(alarm, deed)

    run_async(fill())
    (got,) = StoreReader(tmp_path).journal(HistoryQuery()).rows
    assert got == type(alarm)(**{name: getattr(alarm, name) for name in alarm.__struct_fields__} | {"sequence": 1})
    (got,) = StoreReader(tmp_path).audit(HistoryQuery()).rows
    assert (got.old, got.new, got.read_back, got.details, got.reason) == (True, 2.0, "x", {"lines": "3"}, Reason("a.b"))
    assert got.old is True


@pytest.mark.parametrize(
    "change", ["value = 1e9", "kind = 'odd'", "title = '{'", "priority = 'x'", "server_ns = x'ff'"]
)
def test_that_a_damaged_row_is_named_and_left_out(store, tmp_path, change):
    with contextlib.closing(raw(tmp_path)) as connection:
        connection.execute(f"UPDATE journal SET {change} WHERE sequence = 99")
    page = store.journal(HistoryQuery(limit=3))
    assert (sequences(page), page.damaged) == ([100, 98], (99,))


def test_that_where_there_is_no_store_there_are_no_rows(tmp_path):
    assert StoreReader(tmp_path).journal(HistoryQuery()).rows == ()
    assert StoreReader(tmp_path).users() == ()
    assert list(tmp_path.iterdir()) == []


def test_that_a_reader_changes_nothing(store, tmp_path):
    before = (tmp_path / "store.sqlite").read_bytes()
    store.journal(HistoryQuery())
    store.verify_audit()
    assert (tmp_path / "store.sqlite").read_bytes() == before


def test_that_a_question_that_takes_too_long_is_ended(store, tmp_path, monkeypatch):
    monkeypatch.setattr(reader, "LIMIT_S", 0.0)
    with contextlib.closing(raw(tmp_path)) as connection:
        connection.execute("BEGIN")
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
            "INSERT INTO journal SELECT i, occurrence, alarm, path, tag, tag_id, kind, priority, event, old_state, "
            'new_state, value, "limit", status, cause, active_since_ns, source_ns, receive_ns, server_ns, user, '
            "station, note, reason, title, start_up, count, check_sum FROM n, journal WHERE sequence = 1"
        )
        connection.execute("COMMIT")
    with pytest.raises(EnvironmentFault) as caught:
        store.journal(HistoryQuery(user="nobody"))
    assert caught.value.reason.code == "store.took_too_long"
    monkeypatch.setattr(reader, "LIMIT_S", 5.0)
    assert store.journal(HistoryQuery(user="nobody")).rows == (), "it was the time, not the question"


async def test_that_questions_do_not_hold_up_the_writer(tmp_path):
    async with opened(tmp_path) as made:
        await made.writer.keep(act(0))
        from hmi.store import database

        connection = database.open_reading(tmp_path / "store.sqlite", 5.0)
        try:
            with connection.begin():
                connection.exec_driver_sql("SELECT count(*) FROM audit").scalar()
                started = time.monotonic()
                await made.writer.keep(act(1))
                assert time.monotonic() - started < 0.9  # a writer that met a lock would wait for 1 s
                assert connection.exec_driver_sql("SELECT count(*) FROM audit").scalar() == 1
        finally:
            database.close(connection)
