"""Alarms of a real engine on a simulated device: wired to ticks, states of devices, the timer and an apply."""

import asyncio
import contextlib
import time
from dataclasses import replace

import pytest

from hmi.drivers.simulator import bench
from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.clock import SystemClock
from hmi.model.quality import Cause
from hmi.store.contract import Standing
from tests.engine.alarms.rig import HandKeeper, alarm
from tests.engine.works import bench_name, device, project, station, tag


@contextlib.asynccontextmanager
async def running(what, folder, keeper, standing=()):
    place = station(folder)
    make_folders(place)
    engine = Engine(what, place, SystemClock(), keeper=keeper, standing=Standing(alarms=tuple(standing)))
    stop = asyncio.Event()
    work = asyncio.create_task(engine.run(stop), name="engine under test")
    try:
        yield engine
    finally:
        stop.set()
        await work


async def until(holds, limit_s: float = 6.0):
    async with asyncio.timeout(limit_s):
        while not holds():
            await asyncio.sleep(0.01)


async def test_that_an_alarm_goes_its_way_through_engine_restart_and_apply(tmp_path):
    name = bench_name()
    plc = bench(name)
    plc.cells["level"] = 50
    what = replace(
        project([device(bench=name)], [tag("L", "cell:level")]), alarms=(alarm("L:high", on_delay_s=0.3, priority=1),)
    )
    keeper = HandKeeper()
    async with running(what, tmp_path, keeper) as engine:
        await until(lambda: plc.reads > 4)
        began = time.monotonic()
        plc.cells["level"] = 95
        await until(lambda: engine.alarms.stands() != ())
        assert 0.3 <= time.monotonic() - began < 2.0
        (stand,) = engine.alarms.stands()
        assert (stand.path, stand.value, stand.state, stand.start_up) == (
            "L:high",
            95.0,
            AlarmState.UNACKNOWLEDGED,
            False,
        )
        assert engine.alarms.sounding == 1
    standing = keeper.standing()
    keeper = HandKeeper()
    async with running(what, tmp_path, keeper, standing) as engine:
        await until(lambda: engine.alarms.stands() != () and not engine.alarms.stands()[0].unreliable)
        assert engine.alarms.stands()[0].occurrence == stand.occurrence
        assert keeper.journal == []
        await engine.apply(replace(what, alarms=(*what.alarms, alarm("L:top", AlarmKind.HIGH_HIGH, 93.0))))
        assert [(row.event, row.path, row.start_up) for row in keeper.journal] == [(AlarmEvent.OCCURRED, "L:top", True)]
        await engine.apply(replace(what, alarms=()))
        assert engine.alarms.stands() == ()
        assert keeper.events == [AlarmEvent.OCCURRED, AlarmEvent.REMOVED, AlarmEvent.REMOVED]


async def test_that_a_device_that_is_gone_is_one_alarm_and_its_return_ends_that(tmp_path, expected_logs):
    expected_logs.expect("hmi.driver", "trying again")
    name = bench_name()
    plc = bench(name)
    tags = [tag(f"T{number}", f"cell:{number}") for number in range(40)]
    for number in range(40):
        plc.cells[str(number)] = 95
    what = replace(project([device(bench=name)], tags), alarms=tuple(alarm(f"T{number}:a") for number in range(40)))
    keeper = HandKeeper()
    async with running(what, tmp_path, keeper) as engine:
        await until(lambda: len(engine.alarms.stands()) == 40)
        stands = engine.alarms.stands()
        assert all(one.start_up for one in stands)
        assert sum(not one.silenced for one in stands) == 1
        plc.refuse_open = plc.lose_link = Cause.DEVICE_OFFLINE
        await until(lambda: len(engine.alarms.stands()) == 41)
        assert sum(one.unreliable for one in engine.alarms.stands()) == 40
        plc.refuse_open = plc.lose_link = None
        await until(lambda: keeper.events.count(AlarmEvent.RETURNED) == 1)
        await until(lambda: not any(one.unreliable for one in engine.alarms.stands()))
    kinds = [(row.event, row.kind) for row in keeper.journal[40:]]
    assert kinds == [
        (AlarmEvent.OCCURRED, AlarmKind.COMMUNICATION), (AlarmEvent.RETURNED, AlarmKind.COMMUNICATION)
    ]  # fmt: skip


async def test_that_a_fault_of_the_desk_ends_the_engine(tmp_path, monkeypatch):
    name = bench_name()
    what = replace(project([device(bench=name)], [tag("L", "const:95")]), alarms=(alarm("L:a"),))
    place = station(tmp_path)
    make_folders(place)
    engine = Engine(what, place, SystemClock())
    monkeypatch.setattr(engine.alarms._ledger, "close", lambda: 1 / 0)
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(5):
            await engine.run(asyncio.Event())
    assert caught.group_contains(ZeroDivisionError)
