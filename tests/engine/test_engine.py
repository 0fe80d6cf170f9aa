"""The engine at work on simulated devices, seen through its image as a window sees it."""

import asyncio
import shutil
import tracemalloc
from dataclasses import astuple, replace

import numpy as np
import pytest

from hmi.drivers.simulator import bench
from hmi.engine import core
from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.image.reader import LiveSource
from hmi.model.clock import SystemClock
from hmi.model.device import CpuState, DeviceState, Heartbeat, MapSignature, ScanClass
from hmi.model.health import device_path, engine_path, state_of_number
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause
from hmi.model.tag import DataType, Span
from hmi.model.value import TypeCode
from tests.engine.works import Look, bench_name, device, each, project, running, station, tag


async def test_that_values_texts_and_faults_come_through_to_the_image(tmp_path, expected_logs):
    expected_logs.expect("hmi.scan", "nonsense")
    name = bench_name()
    bench(name).cells["level"] = 41
    what = project(
        [device(bench=name)],
        [
            tag("Level", "cell:level", type=DataType.INT16, scale=0.1, offset=1.0),
            tag("Held", "cell:level", type=DataType.INT16, instrument=Span(low=0, high=40)),
            tag("Words", "text:液位"),
            tag("Gone", "fail:illegal_address"),
            tag("Wrong", "nonsense"),
            tag("Lost", "const:1", of="PLC9"),
            tag("Loose", "", of=""),
        ],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        assert await look.until("Level", Cause.NONE) == pytest.approx(5.1)
        assert look("Held") == (40.0, Cause.ABOVE_RANGE)
        assert look.text("Words") == "液位"
        assert look.cause("Gone") is Cause.ILLEGAL_ADDRESS
        assert look.cause("Wrong") is Cause.CONFIGURATION_ERROR
        assert look.cause("Lost") is Cause.CONFIGURATION_ERROR
        assert look.cause("Loose") is Cause.NEVER_READ


async def test_that_a_lost_device_is_bad_at_once_with_its_last_values_and_disturbs_no_other(tmp_path, expected_logs):
    expected_logs.expect("hmi.driver", "PLC1: DEVICE_RESET")
    one, other = bench_name(), bench_name()
    bench(one).cells["x"] = 7
    what = project(
        [device(bench=one), device("PLC2", bench=other)],
        [tag("A", "cell:x"), tag("Slow", "cell:x", scan="normal"), tag("B", "counter", of="PLC2")],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        await look.until("Slow", Cause.NONE)
        bench(one).lose_link = Cause.DEVICE_RESET
        assert await look.until("A", Cause.DEVICE_RESET, 0.5) == 7.0
        assert look("Slow") == (7.0, Cause.DEVICE_RESET)
        before = look.value("B")
        assert look.cause("B") is Cause.NONE
        bench(one).lose_link = None
        bench(one).cells["x"] = 8
        assert await look.until("Slow", Cause.NONE) == 8.0
        assert look.value("B") > before
        assert bench(other).opens == 1


async def test_that_values_of_a_device_that_hangs_grow_stale_and_those_of_others_do_not(tmp_path):
    one, other = bench_name(), bench_name()
    what = project(
        [device(bench=one), device("PLC2", bench=other)],
        [tag("A", "const:5"), tag("Slow", "const:6", scan="normal"), tag("B", "counter", of="PLC2")],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("Slow", Cause.NONE)
        bench(one).hang()
        assert await look.until("A", Cause.STALE, 2.0) == 5.0
        assert look.cause("Slow") is Cause.NONE  # its class has three seconds
        assert look.cause("B") is Cause.NONE
        bench(one).release()
        assert await look.until("A", Cause.NONE) == 5.0


async def test_that_a_restarted_engine_shows_the_last_values_as_stale_until_they_are_read_again(tmp_path):
    name = bench_name()
    bench(name).cells.update(x=7, s="steam")
    what = project([device(bench=name)], [tag("A", "cell:x"), tag("S", "cell:s", type=DataType.STRING)])
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        first = look.source.poll().generation
    assert look.source.poll().reason.code == "engine.closed"
    assert look("A") == (7.0, Cause.ENGINE_SILENT)
    bench(name).hang()
    again = project([device(bench=name)], [tag("0 new", "cell:y"), *reversed(what.tags)])
    async with running(again, tmp_path):
        look = Look(tmp_path, again)
        assert look.source.poll().generation > first
        assert look("A") == (7.0, Cause.ENGINE_RESTARTED)
        assert look.text("S") == "steam"
        assert look.cause("S") is Cause.ENGINE_RESTARTED
        assert look.cause("0 new") is Cause.NEVER_READ
        bench(name).release()
        assert await look.until("A", Cause.NONE) == 7.0


async def test_that_after_a_power_cut_the_snapshot_takes_the_place_of_the_image(tmp_path):
    name = bench_name()
    bench(name).cells["x"] = 7
    what = project([device(bench=name)], [tag("A", "cell:x")])
    async with running(what, tmp_path):
        await Look(tmp_path, what).until("A", Cause.NONE)
    shutil.rmtree(station(tmp_path).runtime)
    bench(name).hang()
    async with running(what, tmp_path):
        assert Look(tmp_path, what)("A") == (7.0, Cause.ENGINE_RESTARTED)
        bench(name).release()


async def test_that_a_damaged_snapshot_is_said_and_the_engine_starts_without_it(tmp_path, expected_logs):
    expected_logs.expect("hmi.scan", "snapshot cannot be used")
    name = bench_name()
    what = project([device(bench=name)], [tag("A", "const:1")])
    make_folders(station(tmp_path))
    (station(tmp_path).data / "snapshot.bin").write_bytes(b"rubbish")
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        assert look.value("A") == 1


async def test_that_a_held_heartbeat_takes_the_good_look_off_all_values_which_go_on_moving(tmp_path):
    name = bench_name()
    bench(name).cells.update(beat=1, x=1)
    rule = Heartbeat(address="cell:beat", within_s=0.3)
    what = project(
        [device(bench=name, liveness=rule)],
        [tag("A", "cell:x"), tag("Slow", "cell:x", scan="normal"), tag("N", "counter")],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what, ["A", "Slow", "N", device_path("PLC1", "State")])
        await look.until("A", Cause.LIVENESS_PENDING)
        await look.until("A", Cause.HEARTBEAT_STOPPED)
        assert look.cause("Slow") is Cause.HEARTBEAT_STOPPED
        before = look.value("N")
        bench(name).cells["x"] = 9
        async with asyncio.timeout(2):
            while look("A") != (9.0, Cause.HEARTBEAT_STOPPED):
                await asyncio.sleep(0.01)
        assert look.value("N") > before
        bench(name).cells["beat"] = 2
        await look.until("A", Cause.NONE, 0.5)
        assert look.cause("Slow") is Cause.NONE


async def test_that_another_map_makes_every_value_bad_before_it_is_shown(tmp_path):
    name = bench_name()
    bench(name).cells.update(version=7, run=1, x=1)
    what = project(
        [
            device(
                bench=name,
                liveness=CpuState(address="cell:run"),
                signature=MapSignature(address="cell:version", expected=7),
            )
        ],
        [tag("A", "cell:x")],
    )
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        good_values = []
        row = engine.table.row_of(look.shown.idents[0])

        def watch(report) -> None:
            if row in report.rows:
                at = report.rows.tolist().index(row)
                if report.cause[at] == Cause.NONE:
                    good_values.append(float(engine.table.writer.columns.value[row]))

        engine.tick.listeners.append(watch)
        bench(name).cells.update(version=8, x=666)
        await look.until("A", Cause.MAP_CHANGED)
        assert 666.0 not in good_values
        bench(name).cells["version"] = 7
        assert await look.until("A", Cause.NONE) == 666.0
        bench(name).cells["run"] = 0
        assert await look.until("A", Cause.PLC_NOT_RUNNING) == 666.0


async def test_that_devices_switched_off_or_not_installed_are_not_polled(tmp_path):
    off, absent = bench_name(), bench_name()
    what = project(
        [device(bench=off, enabled=False), device("PLC2", bench=absent, commissioned=False)],
        [tag("A", "const:1"), tag("B", "const:1", of="PLC2")],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        assert look.cause("A") is Cause.DEVICE_DISABLED
        assert look.cause("B") is Cause.DEVICE_NOT_COMMISSIONED
        await asyncio.sleep(0.1)
    assert bench(off).opens == bench(absent).opens == 0


@pytest.mark.parametrize(
    "broken", [{"protocol": "no-such"}, {"options": b'{"bench": 5}'}, {"options": b'{"misspelt": ""}'}]
)
def test_that_a_device_nobody_can_connect_harms_no_other(tmp_path, expected_logs, run_async, broken):
    expected_logs.expect("hmi.scan", "device PLC1")
    what = project(
        [device(bench="x", **broken), device("PLC2", bench=bench_name())],
        [tag("A", "const:1"), tag("B", "const:1", of="PLC2")],
    )

    async def work() -> None:
        async with running(what, tmp_path):
            look = Look(tmp_path, what)
            await look.until("B", Cause.NONE)
            assert look.cause("A") is Cause.CONFIGURATION_ERROR

    run_async(work())


async def test_that_the_engine_tells_its_own_health(tmp_path, monkeypatch):
    monkeypatch.setattr(core, "HEALTH_S", 0.3)
    name = bench_name()
    what = project([device(bench=name)], [tag(path, "counter") for path in each(10)] + [tag("F", "fail:device_busy")])
    paths = [engine_path(member) for member in ("Overrun", "TickMs", "QueueDepth", "DiskFreeGb", "Uptime")]
    paths += [device_path("PLC1", member) for member in ("State", "Rate", "Errors", "RoundTripMs", "LastError")]
    async with running(what, tmp_path):
        look = Look(tmp_path, what, paths)
        async with asyncio.timeout(4):
            while not look.value(device_path("PLC1", "Rate")) > 0:
                await asyncio.sleep(0.02)
        assert look.value(device_path("PLC1", "State")) == 4  # degraded: one tag is refused
        assert 300 < look.value(device_path("PLC1", "Rate")) < 600  # 11 tags at 50 Hz
        assert look.value(device_path("PLC1", "Errors")) > 10
        assert look.value(device_path("PLC1", "LastError")) == 0
        assert 0 < look.value(engine_path("TickMs")) < 50
        assert look.value(engine_path("QueueDepth")) >= 1
        assert look.value(engine_path("DiskFreeGb")) == pytest.approx(shutil.disk_usage(tmp_path).free / 1e9, abs=5)
        assert 0.2 < look.value(engine_path("Uptime")) < 5
        assert all(look.cause(path) is Cause.NONE for path in paths)


async def test_that_the_first_good_value_after_start_and_reconnect_only_initialises(tmp_path, expected_logs):
    expected_logs.allow("hmi.driver", "trying again")
    name = bench_name()
    what = project([device(bench=name)], [tag("A", "counter"), tag("F", "cell:f")])
    bench(name).item_faults["cell:f"] = Cause.DEVICE_BUSY
    async with running(what, tmp_path) as engine:
        a, f = (engine.table.row_of(number_of_id(each.id)) for each in what.tags)
        initial: list[int] = []
        seen = 0

        def listen(report) -> None:
            nonlocal seen
            seen += 1
            initial.extend(report.rows[report.initial].tolist())

        engine.tick.listeners.append(listen)
        async with asyncio.timeout(4):
            while seen < 5:
                await asyncio.sleep(0.01)
            assert initial == [a]
            bench(name).item_faults.clear()
            while initial != [a, f]:
                await asyncio.sleep(0.01)
            bench(name).lose_link = Cause.DEVICE_RESET
            await Look(tmp_path, what).until("A", Cause.DEVICE_RESET)
            bench(name).lose_link = None
            while sorted(initial) != sorted([a, f, a, f]):
                await asyncio.sleep(0.01)


async def test_that_a_fault_in_the_tick_ends_the_engine(tmp_path):
    what = project([device(bench=bench_name())], [tag("A", "counter")])
    place = station(tmp_path)
    make_folders(place)
    engine = Engine(what, place, SystemClock())
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(engine.run(stop, ready))
    await ready.wait()

    def broken(*_: object) -> None:
        raise ValueError("a fault")

    engine.tick._write = broken
    with pytest.raises(ExceptionGroup) as caught:
        await work
    assert caught.group_contains(ValueError, match="a fault")
    assert not LiveSource(place.pointer).poll().reason  # no closed word: the window sees a death, not a clean stop


async def test_that_a_driver_that_gives_other_items_than_asked_for_ends_its_own_session_only(
    tmp_path, expected_logs, monkeypatch
):
    expected_logs.expect("hmi.driver", "PLC1: its driver failed")
    expected_logs.expect("hmi.driver", "PLC1: DEVICE_FAILURE")
    from hmi.drivers.simulator.driver import SimulatorDriver

    read, spoilt = SimulatorDriver.read, bench_name()

    async def spoil(self, plan):
        block = await read(self, plan)
        if self._bench is bench(spoilt):
            block.index = block.index[::-1] + 1
        return block

    monkeypatch.setattr(SimulatorDriver, "read", spoil)
    what = project(
        [device(bench=spoilt), device("PLC2", bench=bench_name())],
        [tag("A", "const:1"), tag("A2", "const:2"), tag("B", "const:1", of="PLC2")],
    )
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("A", Cause.DEVICE_FAILURE)
        assert await look.until("B", Cause.NONE) == 1
        assert look.cause("A2") is Cause.DEVICE_FAILURE


async def test_that_items_in_any_order_reach_their_own_tags(tmp_path, monkeypatch):
    from hmi.drivers.simulator.driver import SimulatorDriver

    read = SimulatorDriver.read

    async def shuffle(self, plan):
        block = await read(self, plan)
        order = np.random.default_rng(1).permutation(len(block.index))
        for name in ("index", "raw", "status", "cause", "source_ns", "receive_ns", "receive_mono_ns"):
            setattr(block, name, getattr(block, name)[order])
        return block

    monkeypatch.setattr(SimulatorDriver, "read", shuffle)
    name = bench_name()
    bench(name).cells["beat"] = 1
    tags = [tag(path, f"const:{number}", scale=2.0) for number, path in enumerate(each(20))] + [tag("W", "text:abc")]
    what = project([device(bench=name, liveness=CpuState(address="cell:beat"))], tags)
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("T00007", Cause.NONE)
        assert [look.value(path) for path in each(20)] == [2.0 * number for number in range(20)]
        assert look.text("W") == "abc"


@pytest.mark.parametrize("seconds", [0.8, pytest.param(10.0, marks=pytest.mark.long)])
async def test_that_a_tenfold_overload_skips_polls_and_holds_no_more_memory(tmp_path, seconds):
    name = bench_name()
    what = project(
        [device(bench=name, options=b'{"bench": "%s", "delay_ms": 50}' % name.encode(), scan="mad")],
        [tag(path, "counter") for path in each(500)],
        (ScanClass(name="mad", period_ms=5),),
    )
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("T00000", Cause.NONE)
        (at_work,) = engine._devices.values()
        while at_work.scan.values < 5 * 500:
            await asyncio.sleep(0.02)
        tracemalloc.start()
        before, missed, values = tracemalloc.get_traced_memory()[0], at_work.scan.missed, at_work.scan.values
        await asyncio.sleep(seconds)
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        polls = (at_work.scan.values - values) / 500
        assert 10 * seconds < polls < 21 * seconds + 1
        assert at_work.scan.missed - missed + polls == pytest.approx(
            200 * seconds, rel=0.1, abs=20
        )  # each beat of 5 ms, done or missed
        assert grown < 300_000
        assert engine.tick.depth <= 1
        assert look.cause("T00000") is Cause.NONE


async def test_that_a_full_image_makes_room_in_a_new_generation_without_disturbing_a_device(tmp_path):
    one, other = bench_name(), bench_name()
    devices = [device(bench=one), device("PLC2", bench=other)]
    counter = [tag("N", "counter"), tag("W", "text:words")]
    what = project(devices, [*counter, tag("B", "const:1", of="PLC2"), tag("Old", "const:3")])
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("B", Cause.NONE)
        await look.until("Old", Cause.NONE)
        first, before = engine.generation, look.value("N")
        more = project(
            devices, [*counter, tag("B", "const:1", of="PLC2"), *(tag(p, "const:2", of="PLC2") for p in each(1500))]
        )
        difference = await engine.apply(more)
        assert len(difference.added) == 1500
        assert engine.generation > first
        again = Look(tmp_path, more)
        assert again.cause("N") is Cause.NONE
        assert again.value("N") >= before
        assert again.text("W") == "words"
        await again.until("T01499", Cause.NONE)
        now = again.value("N")
        await asyncio.sleep(0.1)
        assert again.value("N") > now
        assert bench(one).opens == 1
        bench(other).hang()
        even_more = replace(more, tags=(*more.tags, *(tag(f"More{p}", "const:2") for p in each(900))))
        await engine.apply(even_more)
        await Look(tmp_path, even_more).until("B", Cause.STALE)  # how long it has been unanswered came along
        bench(other).release()
        look.source.look_now()
        assert look.value("N") > before  # the window that was attached moved over
        assert look.cause("Old") is Cause.NEVER_READ


def test_that_nothing_is_done_for_the_same_project_again(tmp_path, run_async):
    what = project([device(bench=bench_name())], [tag("A", "counter")])

    async def work() -> None:
        async with running(what, tmp_path) as engine:
            assert not any(astuple(await engine.apply(what)))

    run_async(work())


async def test_that_a_type_is_found_by_its_address_where_the_tag_names_none(tmp_path):
    what = project([device(bench=bench_name())], [tag("A", "const:true"), tag("B", "const:2.5"), tag("C", "const:3")])
    async with running(what, tmp_path) as engine:
        codes = [engine.table.type_code(engine.table.row_of(number_of_id(each.id))) for each in what.tags]
        assert codes == [TypeCode.BOOL, TypeCode.FLOAT64, TypeCode.INT64]


async def test_that_the_state_of_a_device_is_there_with_the_values_that_follow_from_it(
    tmp_path, expected_logs, monkeypatch
):
    expected_logs.allow("hmi.driver", "trying again")
    monkeypatch.setattr(core, "HEALTH_S", 3600.0)
    name = bench_name()
    bench(name).cells.update(run=1, version=7)
    rule, signature = CpuState(address="cell:run"), MapSignature(address="cell:version", expected=7)
    what = project([device(bench=name, liveness=rule, signature=signature)], [tag("A", "counter")])
    state, error = device_path("PLC1", "State"), device_path("PLC1", "LastError")

    def state_now() -> DeviceState | None:
        return state_of_number(int(look.value(state)))  # no turn of the loop since the value was seen

    async with running(what, tmp_path):
        look = Look(tmp_path, what, ["A", state, error])
        await look.until("A", Cause.NONE)
        assert state_now() is DeviceState.ONLINE
        bench(name).lose_link = bench(name).refuse_open = Cause.DEVICE_REFUSED
        await look.until("A", Cause.DEVICE_REFUSED)
        assert state_now() is DeviceState.OFFLINE
        assert look.value(error) == Cause.DEVICE_REFUSED
        bench(name).lose_link = bench(name).refuse_open = None
        await look.until("A", Cause.NONE)
        assert state_now() is DeviceState.ONLINE
        for cells, cause in (({"run": 0}, Cause.PLC_NOT_RUNNING), ({"version": 0}, Cause.ONLY_ZEROS)):
            bench(name).cells.update(cells)
            await look.until("A", cause)
            assert state_now() is DeviceState.NOT_RUNNING
        bench(name).cells.update(run=1, version=7)
        await look.until("A", Cause.NONE)
        assert state_now() is DeviceState.ONLINE


async def test_that_a_tag_that_is_refused_degrades_its_device_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(core, "HEALTH_S", 3600.0)
    name = bench_name()
    what = project([device(bench=name)], [tag("A", "counter"), tag("B", "cell:b")])
    state = device_path("PLC1", "State")
    async with running(what, tmp_path):
        look = Look(tmp_path, what, ["B", state])
        await look.until("B", Cause.NONE)
        bench(name).item_faults["cell:b"] = Cause.DEVICE_BUSY
        await look.until("B", Cause.DEVICE_BUSY)
        assert state_of_number(int(look.value(state))) is DeviceState.DEGRADED
