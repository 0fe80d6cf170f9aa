"""`hmi audit list|verify`, `hmi alarms journal`: read with and without an engine."""

import contextlib
import json
import os
import sqlite3
from pathlib import Path

import pytest

from hmi.cli.history import moment_ns
from hmi.cli.main import main
from hmi.cli.station import open_project
from hmi.model.command import CommandState
from hmi.model.reason import Reason
from hmi.model.station import station_of
from tests.store.works import act, journal_row, opened

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
PROJECT = str(EXAMPLE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HMI_LANG", "en")
    monkeypatch.setenv("HMI_DATA_DIR", str(tmp_path))
    header = open_project(EXAMPLE).header
    found = station_of(header.name, header.id, data=None, environ=os.environ).data
    found.mkdir(parents=True, mode=0o700)
    return found


@pytest.fixture
def filled(folder, run_async):
    async def fill():
        async with opened(folder) as store:
            await store.writer.keep(
                act(
                    1,
                    server_ns=1_000_000_000,
                    tag="Line/A",
                    old=40.0,
                    new=41.0,
                    state=CommandState.SENT,
                    note="warm up",
                ),
                journal_row(1, server_ns=1_000_000_000, user="bob"),
            )
            await store.writer.keep(
                act(2, server_ns=1_700_000_000_000_000_000, user="bob", reason=Reason("cause.stale")),
                journal_row(2, source_ns=5, status=0x80310000, cause=10, value=None),
            )

    run_async(fill())
    return folder


def answer(capsys, *words, code=0):
    assert main(list(words)) == code
    return json.loads(capsys.readouterr().out)


def test_that_the_audit_trail_is_listed_newest_first(filled, capsys):
    newest, oldest = answer(capsys, "audit", "list", PROJECT, "--json")
    assert (newest["sequence"], newest["time"], newest["reason_code"]) == (
        2,
        "2023-11-14T22:13:20.000000Z",
        "cause.stale",
    )
    assert newest["reason"]
    assert newest["state"] is None
    assert (oldest["old"], oldest["new"], oldest["state"], oldest["note"]) == (40.0, 41.0, "sent", "warm up")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--user", "BOB"], [2]),
        (["--tag", "Line/A"], [1]),
        (["--since", "2023-01-01"], [2]),
        (["--until", "1970-01-01T00:00:02Z"], [1]),
        (["--limit", "1"], [2]),
        (["--since", "1h"], []),
        (["--command", "nothing"], []),
    ],
)
def test_that_the_audit_trail_is_filtered(filled, capsys, options, found):
    assert [row["sequence"] for row in answer(capsys, "audit", "list", PROJECT, "--json", *options)] == found


def test_that_the_journal_is_listed(filled, capsys):
    newest, oldest = answer(capsys, "alarms", "journal", PROJECT, "--json")
    assert newest | {"time": None, "active_since": None} == {
        "sequence": 2, "time": None, "alarm": "Line/T2:high", "alarm_id": "a2", "occurrence": "o2", "tag": "Line/T2",
        "kind": "high", "priority": 1, "event": "occurred", "old_state": "normal", "state": "unacknowledged",
        "value": None, "limit": 80.0, "quality": "bad", "cause": "device_offline", "active_since": None,
        "source_time": "1970-01-01T00:00:00.000000Z", "receive_time": None, "user": "", "station": "", "note": "",
        "reason": None, "reason_code": None, "message": "Temperature high", "start_up": False, "count": 1,
    }  # fmt: skip
    assert oldest["user"] == "bob"
    assert main(["alarms", "journal", PROJECT, "--occurrence", "o1", "--language", "zh-CN"]) == 0
    assert "温度高" in capsys.readouterr().out


async def test_that_it_is_read_while_an_engine_writes(folder, capsys):
    async with opened(folder) as store:
        await store.writer.keep(act(5))
        assert [row["new"] for row in answer(capsys, "audit", "list", PROJECT, "--json")] == [5]
        await store.writer.keep(act(6))
        assert [row["new"] for row in answer(capsys, "audit", "list", PROJECT, "--json")] == [6, 5]


def test_that_more_rows_than_one_question_brings_come_in_order(folder, capsys, run_async):
    async def fill():
        async with opened(folder) as store:
            await store.writer.keep(*(act(number) for number in range(2500)))

    run_async(fill())
    rows = answer(capsys, "audit", "list", PROJECT, "--json", "--limit", "2400")
    assert [row["new"] for row in rows] == list(range(2499, 99, -1))


def test_that_a_whole_trail_is_said_with_its_head(filled, capsys):
    assert main(["audit", "verify", PROJECT]) == 0
    head = capsys.readouterr().out.split()[-1]
    assert head.startswith("2:")
    assert main(["audit", "verify", PROJECT, "--head", head]) == 0
    found = answer(capsys, "audit", "verify", PROJECT, "--json", "--head", head) if capsys.readouterr() else None
    assert found == {
        "whole": True, "rows": 2, "hash": head[2:], "broken": None, "code": None, "earlier": None,
    }  # fmt: skip
    assert main(["audit", "verify", PROJECT, "--head", f"1:{head[2:]}"]) == 1


@pytest.mark.parametrize(("language", "words"), [("en", "Row 1 does not fit"), ("zh-CN", "第 1 行与其前文不符")])
def test_that_a_broken_trail_names_the_first_row(filled, capsys, language, words):
    with contextlib.closing(sqlite3.connect(filled / "store.sqlite")) as connection, connection:
        connection.execute("UPDATE audit SET user = 'eve' WHERE sequence = 1")
    assert main(["audit", "verify", PROJECT, "--language", language]) == 1
    assert words in capsys.readouterr().err
    found = answer(capsys, "audit", "verify", PROJECT, "--json", code=1)
    assert (found["whole"], found["rows"], found["code"]) == (False, 0, "store.audit_changed")


def test_that_damaged_rows_are_named_and_are_errors(filled, capsys):
    with contextlib.closing(sqlite3.connect(filled / "store.sqlite")) as connection, connection:
        connection.execute("UPDATE journal SET value = 7 WHERE sequence = 1")
    assert main(["alarms", "journal", PROJECT, "--json"]) == 1
    said = capsys.readouterr()
    assert [row["sequence"] for row in json.loads(said.out)] == [2]
    assert said.err.strip().endswith("1")


def test_that_without_a_store_there_is_nothing_to_list(folder, capsys):
    assert answer(capsys, "audit", "list", PROJECT, "--json") == []
    assert main(["audit", "verify", PROJECT]) == 0
    assert list(folder.iterdir()) == []


def test_that_a_broken_store_is_one_sentence(folder, capsys):
    (folder / "store.sqlite").write_bytes(b"rubbish" * 1000)
    assert main(["audit", "list", PROJECT]) == 3
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("wrong", [["--since", "x"], ["--until", "2023-13-01"], ["--limit", "0"], ["--limit", "1e3"]])
def test_that_odd_options_are_usage_errors(folder, capsys, wrong):
    assert main(["audit", "list", PROJECT, *wrong]) == 2
    assert main(["audit", "verify", PROJECT, "--head", "x"]) == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", 86_400),
        ("1970-01-01T01:00:00Z", 3600),
        ("1970-01-01T01:00:00+01:00", 1e-9),
        ("2262-01-01", 9214646400),
    ],
)
def test_that_moments_are_utc_unless_they_say_otherwise(text, seconds):
    assert moment_ns(text) == int(seconds * 1e9)
