"""A disk that refuses: records wait in order, the reason is said, nothing is lost, it mends itself."""

import asyncio
import contextlib
import subprocess
import sys

import pytest

from hmi.model.event import HistoryQuery
from hmi.store import InjectedFaults, StoreReader, open_store
from tests.store.works import act, count, journal_row, opened, user

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode=" + sys.argv[2])
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE heads SET count = count")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _trouble_is_logged(expected_logs):
    expected_logs.allow("hmi.store", "records wait in memory|takes records again|the store refuses")


async def until(what, limit_s=5.0):
    async with asyncio.timeout(limit_s):
        while not what():
            await asyncio.sleep(0.01)


def notes(folder):
    return [row.new for row in reversed(StoreReader(folder).audit(HistoryQuery(limit=1000)).rows)]


@contextlib.contextmanager
def locked(folder, mode="NORMAL"):
    command = [sys.executable, "-c", LOCK, str(folder / "store.sqlite"), mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield
        process.stdin.close()
        process.wait(5)


async def test_that_records_wait_for_a_full_disk_and_are_written_in_order(tmp_path):
    faults, told = InjectedFaults(), []
    async with opened(tmp_path, faults=faults) as store:
        await store.writer.keep(act(0))
        store.writer.listener = told.append
        faults.disk_full = True
        waiting = [store.writer.keep(act(number)) for number in range(1, 50)]
        await until(lambda: store.writer.state.reason is not None)
        assert store.writer.state.reason.code == "store.disk_full"
        assert store.writer.state.waiting == 49
        assert not any(future.done() for future in waiting)
        assert notes(tmp_path) == [0]
        faults.disk_full = False
        await asyncio.gather(*waiting)
        await until(lambda: len(told) == 2)
        assert store.writer.state.reason is None
        assert store.writer.state.waiting == 0
    assert [state.reason and state.reason.code for state in told] == ["store.disk_full", None]
    assert notes(tmp_path) == list(range(50))


async def test_that_a_station_starts_on_a_full_disk_and_does_not_claim_to_know_what_stands(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(journal_row(1), user("ann"))
    faults = InjectedFaults()
    faults.disk_full = True
    async with opened(tmp_path, faults=faults) as store:
        assert store.standing.known  # it can be read all the same
        assert len(store.standing.alarms) == len(store.standing.users) == 1
        assert store.writer.state.reason.code == "store.disk_full"
        done = store.writer.keep(act(5))
        faults.disk_full = False
        await done
    assert notes(tmp_path) == [5]


async def test_that_closing_on_a_full_disk_cancels_and_names_what_is_lost(tmp_path, expected_logs):
    expected_logs.expect("hmi.store", "stops with 1 records that the disk never took")
    faults = InjectedFaults()
    store = await open_store(tmp_path, faults=faults)
    faults.disk_full = True
    done = store.writer.keep(act())
    await until(lambda: store.writer.state.reason is not None)
    await store.writer.close()
    assert done.cancelled()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB, where we may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f"no disk can be mounted here: {mount.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


async def test_that_a_disk_that_is_really_full_is_named_and_recovers(small_disk, expected_logs):
    async with opened(small_disk) as store:
        await store.writer.keep(act(0))
        room = small_disk / "rubbish"
        with contextlib.suppress(OSError), room.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        waiting = [store.writer.keep(act(number, note="n" * 5000)) for number in range(1, 100)]
        await until(lambda: store.writer.state.reason is not None)
        assert store.writer.state.reason.code == "store.disk_full"
        room.unlink()
        # They are more than the disk holds at once with its log: what fits is there, in order.
        await asyncio.wait(waiting, timeout=3.0)
    kept = notes(small_disk)
    assert kept == list(range(len(kept)))
    assert len(kept) == 1 + sum(future.done() and not future.cancelled() for future in waiting) == 100


async def test_that_a_disk_that_turns_read_only_is_named_and_recovers(small_disk):
    async with opened(small_disk) as store:
        await store.writer.keep(act(0))
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    async with opened(small_disk) as store:
        assert store.writer.state.reason.code == "store.read_only"
        assert store.standing.known
        done = store.writer.keep(act(1))
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        await done
    assert notes(small_disk) == [0, 1]


async def test_that_a_store_locked_by_another_process_is_named_and_recovers(tmp_path):
    async with opened(tmp_path) as store:
        await store.writer.keep(act(0))
        with locked(tmp_path):
            done = store.writer.keep(act(1))
            await until(lambda: store.writer.state.reason is not None)
            assert store.writer.state.reason.code == "store.locked"
            assert notes(tmp_path) == [0]  # who reads is not held up
        await done
    assert notes(tmp_path) == [0, 1]


async def test_that_a_store_that_cannot_even_be_read_is_not_taken_for_an_empty_one(tmp_path, expected_logs):
    expected_logs.expect("hmi.store", "cannot be read either")
    async with opened(tmp_path) as store:
        await store.writer.keep(journal_row(1), user("ann"))
    with locked(tmp_path, "EXCLUSIVE"):
        async with asyncio.timeout(7.5):
            store = await open_store(tmp_path)
        assert not store.standing.known
        assert store.writer.state.reason.code == "store.locked"
        done = store.writer.keep(act(1))
    later = await asyncio.shield(store.later)
    assert [one.entry.name for one in later.users] == ["ann"]
    await done
    await store.writer.close()
    assert count(tmp_path, "audit") == 1


async def test_that_a_commit_whose_answer_was_lost_is_not_written_twice(tmp_path, monkeypatch):
    import sqlalchemy
    from sqlalchemy.exc import OperationalError

    async with opened(tmp_path) as store:
        await store.writer.keep(act(0))
        honest = sqlalchemy.engine.default.DefaultDialect.do_commit
        lost = []

        def commit(dialect, connection):
            honest(dialect, connection)
            if not lost:
                lost.append(1)
                raise OperationalError("COMMIT", {}, OSError("the answer was lost"))

        monkeypatch.setattr(sqlalchemy.engine.default.DefaultDialect, "do_commit", commit)
        await store.writer.keep(act(1), journal_row(1))
        await store.writer.keep(act(2))
    assert lost
    assert notes(tmp_path) == [0, 1, 2]
    assert count(tmp_path, "journal") == 1
    assert StoreReader(tmp_path).verify_audit().broken is None
