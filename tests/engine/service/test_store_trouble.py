"""A store in trouble under a real engine in a process of its own: named, told to windows, nothing lost, nothing twice.

Each begins with an alarm that stands unacknowledged when the engine is killed; it has to come back as the same.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from hmi.engine.deployment import Copies
from hmi.link.engine_messages import (
    AskAcknowledge,
    AskDemoFault,
    AskHello,
    AskResume,
    EngineMessage,
    ToldAlarms,
    ToldStore,
)
from hmi.link.messages import ENGINE_SOCKET
from hmi.link.talk import reach
from hmi.model.alarm import Alarm, AlarmEvent, AlarmKind, AlarmStand, AlarmState
from hmi.model.errors import HmiError
from hmi.model.event import HistoryQuery
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.station import Station, station_of
from hmi.project import write_project
from hmi.store import StoreReader
from tests.engine.service.test_service import Seat
from tests.engine.works import device, project, tag

ROOT = Path(__file__).resolve().parents[3]
U, A = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
NO_RIGHTS = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--"]
"""The account of the tests may be one that no right of a file stops; an engine that is started so is stopped."""
ENGINE = """
import logging, os, sys
from pathlib import Path
from hmi.engine.run import load_project, serve
from hmi.model.station import station_of

logging.basicConfig(level=logging.INFO)
header = load_project(Path(sys.argv[1])).header
serve(Path(sys.argv[1]), station_of(header.name, header.id, data=None, environ=os.environ), demo=True)
"""
LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA locking_mode=EXCLUSIVE")
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE heads SET count = count")
print("locked", flush=True)
sys.stdin.read()
"""


class Plant:
    """A project with one alarm that is always on, and its station."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), "HMI_DATA_DIR": str(folder / "data")}
        alarm = Alarm(id=derived_id("alarm", "level"), path="Level:high", tag="Level", kind=AlarmKind.HIGH, limit=50.0)
        made = project([device()], [tag("Level", "const:60")])
        what = Project(header=made.header, devices=made.devices, tags=made.tags, alarms=(alarm,))
        write_project(what, self.folder)
        self.station: Station = station_of(what.header.name, what.header.id, data=None, environ=self.environ)
        self.store = self.station.data / "store.sqlite"
        self.log = folder / "engine.log"

    @contextlib.asynccontextmanager
    async def engine(self, *before: str) -> AsyncIterator[Seat]:
        """Run an engine that can be broken on purpose, with a window at it; it is killed at the end."""
        shutil.rmtree(Copies(self.station.data).folder, ignore_errors=True)
        command = [*before, sys.executable, "-c", ENGINE, str(self.folder)]
        with self.log.open("ab") as log, subprocess.Popen(command, cwd=ROOT, env=self.environ, stderr=log) as process:
            try:
                async with self._window(process) as seat:
                    yield seat
            finally:
                process.send_signal(signal.SIGKILL)

    @contextlib.asynccontextmanager
    async def _window(self, process: "subprocess.Popen[bytes]") -> AsyncIterator[Seat]:
        seat = Seat()
        async with asyncio.timeout(20.0):
            while True:
                assert process.poll() is None, self.log.read_text()
                try:
                    seat.asking = await reach(self.station.runtime / ENGINE_SOCKET, EngineMessage, seat.hear)
                    break
                except (HmiError, OSError):
                    await asyncio.sleep(0.05)
        try:
            seat.attached = await seat.ask(lambda n: AskHello(number=n, pid=1, station="PC1"))
            yield seat
        finally:
            await seat.asking.close()

    async def standing(self) -> AlarmStand:
        """Let the alarm come, and kill the engine once that is durable."""
        async with self.engine() as seat:
            return await stand(seat, durable=True)

    def journal(self) -> list[tuple[AlarmEvent, str]]:
        rows = StoreReader(self.station.data).journal(HistoryQuery()).rows
        return [(row.event, row.occurrence) for row in reversed(rows)]


async def stand(seat: Seat, **wanted: Any) -> AlarmStand:
    """The alarm as the window is told of it, once it is as wanted."""

    def fits(told: Any) -> bool:
        return isinstance(told, ToldAlarms) and any(
            all(getattr(one, name) == value for name, value in wanted.items()) for one in told.stands
        )

    told = await seat.wait(fits, 15.0)
    assert len(told.stands) == 1, "nothing is there twice"
    return told.stands[0]


async def trouble(seat: Seat) -> ToldStore:
    """What the window is told of the store's trouble."""
    return await seat.wait(lambda one: isinstance(one, ToldStore) and one.reason is not None, 15.0)


async def well(seat: Seat) -> None:
    """The window is told that the store is well again."""
    async with asyncio.timeout(15.0):
        while next(one for one in reversed(seat.told) if isinstance(one, ToldStore)).reason is not None:
            seat.news.clear()
            await seat.news.wait()


async def operator(seat: Seat) -> None:
    await seat.ask(lambda n: AskResume(number=n, token=""))


def same(after: AlarmStand, before: AlarmStand) -> bool:
    return (after.occurrence, after.active_since_ns) == (before.occurrence, before.active_since_ns)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    return Plant(tmp_path)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        yield
        assert process.stdin is not None
        process.stdin.close()
        process.wait(5)


@pytest.mark.timeout(40)
async def test_that_a_store_that_is_locked_at_the_start_brings_its_alarms_when_it_is_let_go(plant):
    before = await plant.standing()
    with locked(plant.store):
        context = plant.engine()
        seat = await context.__aenter__()
        shown = await stand(seat, unreliable=False)
        assert not same(shown, before)
        assert shown.durable is False, "what is in no store is not painted as kept"
        told = await trouble(seat)
        assert told.reason.code == "store.locked"
        told = await seat.wait(lambda one: isinstance(one, ToldStore) and one.waiting >= 1)
        assert told.reason.code == "store.locked"
    try:
        after = await stand(seat, occurrence=before.occurrence, unreliable=False)
        assert (same(after, before), after.state) == (True, U)
        await well(seat)
        await operator(seat)
        answer = await seat.ask(lambda n: AskAcknowledge(number=n, occurrences=(shown.occurrence,)))
        assert answer.outcomes[0].done is True, "by the name under which it was painted"
        assert (await stand(seat, state=A, durable=True)).acknowledged_by != ""
    finally:
        await context.__aexit__(None, None, None)
    assert plant.journal() == [(AlarmEvent.OCCURRED, before.occurrence), (AlarmEvent.ACKNOWLEDGED, before.occurrence)]


@pytest.mark.timeout(40)
async def test_that_a_store_without_rights_at_the_start_brings_its_alarms_when_it_has_them(plant):
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("this account may read everything, and nothing here takes that from it")
    before = await plant.standing()
    plant.store.chmod(0o000)
    async with plant.engine(*(NO_RIGHTS if os.geteuid() == 0 else ())) as seat:
        told = await trouble(seat)
        assert told.reason.code == "store.cannot_open"
        shown = await stand(seat, unreliable=False)
        assert not same(shown, before)
        plant.store.chmod(0o600)
        after = await stand(seat, occurrence=before.occurrence, unreliable=False)
        assert (same(after, before), after.state) == (True, U)
        await well(seat)
    assert plant.journal() == [(AlarmEvent.OCCURRED, before.occurrence)]


PLACES = {
    "its first line": b"SQLite format",
    "its schema": b"CREATE TABLE standing",
    "the alarm": b'"sequence":1',
    "its log": b'"sequence":1',
}


@pytest.mark.timeout(40)
@pytest.mark.parametrize("where", PLACES)
async def test_that_one_flipped_bit_is_told_and_costs_no_standing_alarm(plant, where):
    async with plant.engine() as seat:
        before = await stand(seat, durable=True)
        copy = plant.station.data / "alarms.copy"
        async with asyncio.timeout(5.0):  # it is at most a second old
            while not copy.exists() or before.occurrence.encode() not in copy.read_bytes():
                await asyncio.sleep(0.02)
    if where != "its log":
        with contextlib.closing(sqlite3.connect(plant.store)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    path = plant.station.data / ("store.sqlite-wal" if where == "its log" else "store.sqlite")
    content = bytearray(path.read_bytes())
    content[content.index(PLACES[where]) + 3] ^= 0x04
    path.write_bytes(content)
    async with plant.engine() as seat:
        told = await trouble(seat)
        code = "store.rows_missing" if where == "its log" else "store.begun_anew"
        assert (told.reason.code, told.waiting) == (code, 0)
        after = await stand(seat, unreliable=False, durable=True)
        assert (same(after, before), after.state) == (True, U)
    assert len(list(plant.station.data.glob("store-*.sqlite"))) == (where != "its log")
    rows = StoreReader(plant.station.data).audit(HistoryQuery()).rows
    codes = {row.reason.code for row in rows if row.reason is not None}
    assert codes & {"store.set_aside", "store.journal_cut"}, "the audit trail says it too"


@pytest.mark.timeout(40)
async def test_that_on_a_full_disk_nobody_is_told_of_an_acknowledge_and_a_kill_then_forgets_it(plant):
    before = await plant.standing()
    async with plant.engine() as seat:
        await operator(seat)
        await seat.ask(lambda n: AskDemoFault(number=n, kind="disk_full"))
        ask = asyncio.create_task(seat.ask(lambda n: AskAcknowledge(number=n, occurrences=(before.occurrence,))))
        shown = await stand(seat, state=A)
        assert (same(shown, before), shown.durable) == (True, False)
        told = await trouble(seat)
        assert told.reason.code == "store.disk_full"
        told = await seat.wait(lambda one: isinstance(one, ToldStore) and one.waiting >= 2)
        assert not ask.done()
        ask.cancel()
        await asyncio.wait({ask})
    async with plant.engine() as seat:
        after = await stand(seat, unreliable=False)
        assert (same(after, before), after.state, after.durable) == (True, U, True)
        await operator(seat)
        await seat.ask(lambda n: AskDemoFault(number=n, kind="disk_full"))
        ask = asyncio.create_task(seat.ask(lambda n: AskAcknowledge(number=n, occurrences=(before.occurrence,))))
        await trouble(seat)
        await seat.ask(lambda n: AskDemoFault(number=n, kind="whole"))
        assert (await ask).outcomes[0].done is True
        await well(seat)
    assert plant.journal()[-1] == (AlarmEvent.ACKNOWLEDGED, before.occurrence)
    assert [event for event, _ in plant.journal()] == [AlarmEvent.OCCURRED, AlarmEvent.ACKNOWLEDGED]


@pytest.fixture
def small_disk(plant: Plant) -> Iterator[Path]:
    """The data folder on a disk of its own, where we may make one."""
    folder = plant.station.data
    folder.mkdir(mode=0o700, parents=True)
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", folder], capture_output=True)
    if mount.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.timeout(40)
async def test_that_a_read_only_disk_is_told_and_what_waits_is_written_when_it_takes_it(plant, small_disk):
    before = await plant.standing()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    async with plant.engine() as seat:
        told = await trouble(seat)
        assert told.reason.code == "store.read_only"
        assert same(await stand(seat, unreliable=False), before), "it can be read all the same"
        signing_in = asyncio.create_task(operator(seat))
        told = await seat.wait(lambda one: isinstance(one, ToldStore) and one.waiting >= 1)
        assert (told.reason.code, signing_in.done()) == ("store.read_only", False)
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        await signing_in
        await well(seat)
        answer = await seat.ask(lambda n: AskAcknowledge(number=n, occurrences=(before.occurrence,)))
        assert answer.outcomes[0].done is True
        assert (await stand(seat, state=A, durable=True)).occurrence == before.occurrence
    assert plant.journal() == [(AlarmEvent.OCCURRED, before.occurrence), (AlarmEvent.ACKNOWLEDGED, before.occurrence)]
