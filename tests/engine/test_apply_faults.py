"""An apply that is cancelled, refused, interrupted by a stop, or broken by a fault: nothing is lost, nothing hangs."""

import asyncio
import threading
import time

import msgspec
import pytest

from hmi.drivers.simulator import bench
from hmi.drivers.simulator.driver import SimulatorDriver
from hmi.engine import snapshots
from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.image import writer
from hmi.image.layout import Word
from hmi.model.clock import SystemClock
from hmi.model.device import Device, ScanClass
from hmi.model.quality import Cause
from tests.engine.works import Look, bench_name, device, each, project, running, station, tag

SLOW = (ScanClass(name="fast", period_ms=1000),)


def moved(name: str) -> Device:
    """The same device, to be connected otherwise."""
    return device(options=msgspec.json.encode({"bench": name, "delay_ms": 1}))


@pytest.fixture
def slow_close(monkeypatch):
    """Drivers that take 0.3 s to close."""
    close = SimulatorDriver.close

    async def slowly(self) -> None:
        await asyncio.sleep(0.3)
        await close(self)

    monkeypatch.setattr(SimulatorDriver, "close", slowly)


async def _until_applied(engine: Engine, after) -> None:
    async with asyncio.timeout(3):
        while engine.project is not after:
            await asyncio.sleep(0)


async def test_that_an_apply_cancelled_half_way_loses_no_device(tmp_path, slow_close):
    one, other = bench_name(), bench_name()
    before = project([device(bench=one)], [tag("A", "counter")])
    async with running(before, tmp_path) as engine:
        look = Look(tmp_path, before)
        await look.until("A", Cause.NONE)
        after = project([moved(other)], [tag("A", "counter")])
        work = asyncio.create_task(engine.apply(after))
        await _until_applied(engine, after)
        work.cancel()
        await asyncio.wait({work})
        assert work.cancelled()
        await engine.apply(after)  # waits for what the first one began
        await look.until("A", Cause.NONE)
        assert (bench(one).connected, bench(other).opens) == (0, 1)


async def test_that_a_device_to_be_connected_otherwise_says_so_before_its_old_connection_is_closed(
    tmp_path, slow_close
):
    before = project([device(bench=bench_name())], [tag("A", "const:5")], SLOW)
    async with running(before, tmp_path) as engine:
        look = Look(tmp_path, before)
        await look.until("A", Cause.NONE)
        after = project([moved(bench_name())], [tag("A", "const:5")], SLOW)
        work = asyncio.create_task(engine.apply(after))
        await _until_applied(engine, after)
        assert look("A") == (5.0, Cause.DEVICE_CONNECTING)
        await work
        assert await look.until("A", Cause.NONE) == 5.0


async def test_that_a_stop_during_an_apply_ends_the_engine_and_refuses_the_apply(tmp_path, slow_close):
    place = station(tmp_path)
    make_folders(place)
    tags = [tag("A", "counter"), tag("B", "counter", of="PLC2")]
    second = device("PLC2", bench=bench_name())
    before = project([device(bench=bench_name()), second], tags)
    engine = Engine(before, place, SystemClock())
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(engine.run(stop, ready))
    await ready.wait()
    await Look(tmp_path, before).until("B", Cause.NONE)
    after = project([moved(bench_name()), second], tags)
    applying = asyncio.create_task(engine.apply(after))
    await _until_applied(engine, after)
    stop.set()
    done, _ = await asyncio.wait({work, applying}, timeout=3)
    assert done == {work, applying}
    assert work.exception() is None
    with pytest.raises(RuntimeError, match="does not run"):
        applying.result()
    with pytest.raises(RuntimeError, match="does not run"):
        await engine.apply(before)


async def test_that_a_pointer_that_cannot_be_written_leaves_the_old_generation_at_work(tmp_path, monkeypatch):
    before = project([device(bench=bench_name())], [tag("A", "counter"), tag("C", "const:5")])
    async with running(before, tmp_path) as engine:
        look = Look(tmp_path, before)
        await look.until("A", Cause.NONE)
        await look.until("C", Cause.NONE)

        def refuse(*_: object, **__: object) -> None:
            raise OSError(28, "no room")

        monkeypatch.setattr(writer, "write_pointer", refuse)
        bigger = project(
            [device(bench=bench_name(), options=before.devices[0].options)],
            [tag("C", "const:5"), tag("A", "counter"), *(tag(path, "const:1") for path in each(1500))],
        )
        with pytest.raises(OSError, match="no room"):
            await engine.apply(bigger)
        monkeypatch.undo()
        assert engine.project is before
        value = look.value("A")
        async with asyncio.timeout(1):
            while look.value("A") < value + 3:
                await asyncio.sleep(0.01)
        assert look.source.poll().alive
        assert look("C") == (5.0, Cause.NONE)
        await engine.apply(bigger)
        again = Look(tmp_path, bigger)
        await again.until("T01499", Cause.NONE)
        assert again.value("A") > value


@pytest.mark.parametrize("where", ["flush", "apply"])
async def test_that_a_fault_while_an_apply_changes_the_rows_ends_the_engine(tmp_path, monkeypatch, where):
    place = station(tmp_path)
    make_folders(place)
    before = project([device(bench=bench_name())], [tag("A", "counter")])
    engine = Engine(before, place, SystemClock())
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(engine.run(stop, ready))
    await ready.wait()
    await Look(tmp_path, before).until("A", Cause.NONE)

    def broken(*_: object, **__: object) -> None:
        monkeypatch.undo()  # once only: what comes after it would go well
        raise ValueError("a fault")

    if where == "flush":
        async with asyncio.timeout(3):
            while not engine.tick._pending:
                await asyncio.sleep(0.001)
        monkeypatch.setattr(engine.table.writer._blocks, "write", broken)
    else:
        monkeypatch.setattr(engine.table, "say", broken)
    after = project([*before.devices], [tag("A", "const:1"), tag("B", "counter")])
    with pytest.raises(ValueError, match="a fault"):
        await engine.apply(after)
    done, _ = await asyncio.wait({work}, timeout=3)
    assert done
    assert isinstance(work.exception(), ExceptionGroup)
    beat = int(engine.table.writer.columns.header[Word.BEAT_MONO])
    await asyncio.sleep(0.3)
    assert int(engine.table.writer.columns.header[Word.BEAT_MONO]) == beat


async def test_that_tags_changed_on_a_device_that_is_switched_off_still_say_that_it_is_off(tmp_path):
    off, absent = device(bench=bench_name(), enabled=False), device("PLC2", bench=bench_name(), commissioned=False)
    before = project([off, absent], [tag("A", "const:1"), tag("B", "const:1", of="PLC2")])
    async with running(before, tmp_path) as engine:
        others = [tag("B", "const:2", of="PLC2"), tag("B2", "const:1", of="PLC2")]
        after = project([off, absent], [tag("A", "const:2"), tag("A2", "const:1"), *others])
        await engine.apply(after)
        look = Look(tmp_path, after)
        assert {look.cause(path) for path in ("A", "A2")} == {Cause.DEVICE_DISABLED}
        assert {look.cause(path) for path in ("B", "B2")} == {Cause.DEVICE_NOT_COMMISSIONED}


async def test_that_the_snapshot_of_a_stop_meets_no_other_that_is_being_written(tmp_path, monkeypatch):
    """Both would write to one temporary file."""
    monkeypatch.setattr(snapshots, "SNAPSHOT_S", 0.05)
    began = threading.Event()
    at_work = most = 0
    real = snapshots.write_snapshot

    def slowly(path, remains) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        began.set()
        time.sleep(0.2)
        real(path, remains)
        at_work -= 1

    monkeypatch.setattr(snapshots, "write_snapshot", slowly)
    what = project([device(bench=bench_name())], [tag("A", "counter")])
    async with running(what, tmp_path):
        await Look(tmp_path, what).until("A", Cause.NONE)
        async with asyncio.timeout(2):
            while not began.is_set():
                await asyncio.sleep(0.01)
    assert most == 1
    assert (station(tmp_path).data / "snapshot.bin").exists()
