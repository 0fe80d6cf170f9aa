"""A running engine follows a changed project: what changes, and above all what does not."""

import asyncio
import itertools
from dataclasses import replace

import msgspec
import pytest

from hmi.drivers.simulator import bench
from hmi.engine.apply import compare
from hmi.engine.plant import build_plant
from hmi.model.device import MapSignature
from hmi.model.devices import PROTOCOLS
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text
from tests.engine.works import Look, bench_name, device, project, running, tag

change = msgspec.structs.replace


def difference(before: list[Tag], after: list[Tag], devices=None, devices_after=None):
    devices = devices or [device(bench="x"), device("PLC2", bench="y")]
    old = build_plant(project(devices, before), PROTOCOLS)
    return compare(old, build_plant(project(devices_after or devices, after), PROTOCOLS, old))


A, B = tag("A", "cell:a"), tag("B", "cell:b", of="PLC2")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([A, B], {}),
        ([change(A, path="Renamed"), B], {"replanned": ["PLC1"]}),
        ([change(A, title=Text(en="Level"), unit="m"), B], {"replanned": ["PLC1"]}),
        ([B], {"removed": ["A"], "replanned": ["PLC1"]}),
        ([A, B, tag("C", "cell:c")], {"added": ["C"], "replanned": ["PLC1"]}),
        ([change(A, address="cell:other"), B], {"reread": ["A"], "replanned": ["PLC1"]}),
        ([change(A, scale=2.0), B], {"reread": ["A"], "replanned": ["PLC1"]}),
        ([change(A, scan="normal"), B], {"reread": ["A"], "replanned": ["PLC1"]}),
        ([change(A, type=DataType.BOOL), B], {"retyped": ["A"], "replanned": ["PLC1"]}),
        ([change(A, device="PLC2"), B], {"reread": ["A"], "replanned": ["PLC1", "PLC2"]}),
    ],
)
def test_that_only_what_changed_is_touched(after, expected):
    found = difference([A, B], after)
    for name in ("added", "removed", "reread", "retyped"):
        assert [each.tag.path for each in getattr(found, name)] == expected.get(name, []), name
    assert [each.device.name for each in found.replanned] == expected.get("replanned", [])
    assert found.started == found.stopped == ()


@pytest.mark.parametrize(
    ("fields", "touched"),
    [
        ({"title": Text(en="New")}, "replanned"),
        ({"signature": MapSignature(address="cell:v", expected=1)}, "replanned"),
        ({"options": b'{"bench": "x", "delay_ms": 1}'}, "restarted"),
        ({"options": b'{ "bench":  "x" }'}, "replanned"),
        ({"enabled": False}, "restarted"),
    ],
)
def test_that_only_a_changed_connection_is_made_anew(fields, touched):
    devices = [device(bench="x"), device("PLC2", bench="y")]
    after = [device(**({"bench": "x"} | fields)), devices[1]]
    found = difference([A, B], [A, B], devices, after)
    assert [each.device.name for each in found.replanned] == (["PLC1"] if touched == "replanned" else [])
    assert [each.device.name for each in found.started] == (["PLC1"] if touched == "restarted" else [])
    assert [each.device.name for each in found.stopped] == (["PLC1"] if touched == "restarted" else [])


def test_that_a_longer_text_needs_another_slot_and_a_shorter_one_does_not():
    text = tag("W", "text:abc", slot_bytes=64)
    assert difference([text], [change(text, slot_bytes=65)]).retyped
    assert not difference([text], [change(text, slot_bytes=63)]).retyped


async def test_that_a_removed_tag_says_so_and_comes_back_to_its_own_row(tmp_path):
    devices = [device(bench=bench_name())]
    keep, gone = tag("Keep", "counter"), tag("Gone", "const:5")
    full, less = project(devices, [keep, gone]), project(devices, [keep])
    async with running(full, tmp_path) as engine:
        look = Look(tmp_path, full)
        await look.until("Gone", Cause.NONE)
        row = engine.table.row_of(number_of_id(gone.id))
        await engine.apply(less)
        assert look.cause("Gone") is Cause.NOT_IN_PROJECT
        await asyncio.sleep(0.6)  # longer than its class lets a value live
        assert look.cause("Gone") is Cause.NOT_IN_PROJECT
        await engine.apply(full)
        assert engine.table.row_of(number_of_id(gone.id)) == row
        assert await look.until("Gone", Cause.NONE) == 5.0


async def test_that_a_changed_address_is_stale_until_read_and_a_changed_type_moves_to_a_new_row(tmp_path):
    name = bench_name()
    bench(name).cells.update(a=1, b=2)
    devices = [device(bench=name)]
    first = tag("A", "cell:a", type=DataType.INT16)
    before = project(devices, [first])
    async with running(before, tmp_path) as engine:
        look = Look(tmp_path, before)
        assert await look.until("A", Cause.NONE) == 1.0
        row = engine.table.row_of(number_of_id(first.id))
        bench(name).hang()
        await asyncio.sleep(0.05)
        await engine.apply(project(devices, [change(first, address="cell:b")]))
        assert look("A") == (1.0, Cause.STALE)
        bench(name).release()
        assert await look.until("A", Cause.NONE) == 2.0
        assert engine.table.row_of(number_of_id(first.id)) == row
        bench(name).cells["b"] = 2.5
        await engine.apply(project(devices, [change(first, address="cell:b", type=DataType.FLOAT64)]))
        assert engine.table.row_of(number_of_id(first.id)) != row
        assert await look.until("A", Cause.NONE) == 2.5
        assert bench(name).opens == 1


async def test_that_an_answer_to_the_old_question_never_fills_the_new_one(tmp_path):
    """The poll is on its way when the address changes: what it brings belongs to the old address."""
    name = bench_name()
    bench(name).cells.update(a=1, b=2)
    devices = [device(bench=name)]
    first = tag("A", "cell:a")
    what = project(devices, [first])
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        row = engine.table.row_of(number_of_id(first.id))
        seen: list[float] = []
        for _ in range(5):
            for address, expected in (("cell:b", 2.0), ("cell:a", 1.0)):
                bench(name).hang()
                await asyncio.sleep(0.03)
                await engine.apply(project(devices, [change(first, address=address)]))

                def watch(report, wanted=expected) -> None:
                    if row in report.rows:
                        seen.append(float(engine.table.writer.columns.value[row]) - wanted)

                engine.tick.listeners[:] = [watch]
                bench(name).release()
                await look.until("A", Cause.NONE)
        assert seen
        assert set(seen) == {0.0}


async def test_that_a_scale_applied_shows_with_the_next_poll(tmp_path):
    devices = [device(bench=bench_name())]
    first = tag("A", "const:5")
    what = project(devices, [first])
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        assert await look.until("A", Cause.NONE) == 5.0
        await engine.apply(project(devices, [change(first, scale=10.0)]))
        assert await look.until("A", Cause.NONE) == 50.0


async def test_that_a_fault_applied_stays_with_its_tag_and_is_mended_by_the_next_apply(tmp_path, expected_logs):
    expected_logs.expect("hmi.scan", "nonsense")
    devices = [device(bench=bench_name())]
    first, other = tag("A", "const:5"), tag("B", "counter")
    what = project(devices, [first, other])
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        await engine.apply(project(devices, [change(first, address="nonsense"), other]))
        assert look.cause("A") is Cause.CONFIGURATION_ERROR
        assert look.cause("B") is Cause.NONE
        await engine.apply(what)
        assert await look.until("A", Cause.NONE) == 5.0


async def test_that_a_changed_connection_restarts_alone(tmp_path):
    one, other, new = bench_name(), bench_name(), bench_name()
    before = [device(bench=one), device("PLC2", bench=other)]
    tags = [tag("A", "const:5"), tag("B", "counter", of="PLC2")]
    async with running(project(before, tags), tmp_path) as engine:
        look = Look(tmp_path, project(before, tags))
        await look.until("A", Cause.NONE)
        await look.until("B", Cause.NONE)
        await engine.apply(project([device(bench=new), before[1]], tags))
        await look.until("A", Cause.NONE)
        assert (bench(one).opens, bench(one).connected) == (1, 0)
        assert (bench(new).opens, bench(other).opens) == (1, 1)


async def test_that_a_new_device_is_connected_and_a_removed_one_is_left(tmp_path):
    one, other = bench_name(), bench_name()
    devices = [device(bench=one), device("PLC2", bench=other)]
    tags = [tag("A", "const:5"), tag("B", "const:6", of="PLC2")]
    what, less = project(devices, tags), project(devices[:1], tags[:1])
    async with running(less, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        assert look.cause("B") is Cause.NEVER_READ
        await engine.apply(what)
        await look.until("B", Cause.NONE)
        await engine.apply(less)
        assert look.cause("B") is Cause.NOT_IN_PROJECT
        assert (bench(other).opens, bench(other).connected) == (1, 0)
        assert bench(one).opens == 1


async def test_that_a_device_to_be_stopped_writes_nothing_any_more_from_the_moment_of_the_apply(tmp_path):
    devices = [device(bench=bench_name()), device("PLC2", bench=bench_name())]
    tags = [tag("A", "counter"), tag("B", "counter", of="PLC2")]
    what = project(devices, tags)
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        await look.until("B", Cause.NONE)
        reconnect = engine._reconnect

        async def slowly(found) -> None:
            await asyncio.sleep(0.15)
            await reconnect(found)

        engine._reconnect = slowly
        applying = asyncio.create_task(engine.apply(project(devices[:1], tags[:1])))
        await look.until("B", Cause.NOT_IN_PROJECT)
        while not applying.done():
            assert look.cause("B") is Cause.NOT_IN_PROJECT
            await asyncio.sleep(0.005)
        await applying
        assert look.cause("A") is Cause.NONE


async def test_that_a_rename_on_a_device_misses_no_answer_that_is_on_its_way(tmp_path):
    name = bench_name()
    devices = [device(options=b'{"bench": "%s", "delay_ms": 15}' % name.encode())]
    counter, other = tag("N", "counter"), tag("Other", "const:1")
    async with running(project(devices, [counter, other]), tmp_path) as engine:
        row = engine.table.row_of(number_of_id(counter.id))
        values: list[float] = []
        engine.tick.listeners.append(lambda report: values.append(float(engine.table.writer.columns.value[row])))
        for step in range(20):
            await engine.apply(project(devices, [counter, change(other, path=f"Renamed{step}")]))
            await asyncio.sleep(0.03)
    counted = [value for value in dict.fromkeys(values) if value == value]
    assert len(counted) > 10
    assert counted == [counted[0] + step for step in range(len(counted))]


async def _counter_while_applying(folder, seconds: float, every_s: float) -> tuple[list[float], int]:
    """Add, rename and delete on one device while a counter at 10 Hz runs on another; gives its gaps, and opens."""
    one, other = bench_name(), bench_name()
    devices = [device(bench=one, scan="tenth"), device("PLC2", bench=other)]
    base = [tag("Count", "counter"), tag("B", "counter", of="PLC2")]
    what = project(devices, base)
    loop = asyncio.get_running_loop()
    async with running(what, folder) as engine:
        row = engine.table.row_of(number_of_id(base[0].id))
        stamps: list[float] = []
        values: list[float] = []

        def listen(report) -> None:
            if row in report.rows:
                stamps.append(loop.time())
                values.append(float(engine.table.writer.columns.value[row]))

        engine.tick.listeners.append(listen)
        end, step = loop.time() + seconds, 0
        while loop.time() < end:
            await asyncio.sleep(every_s)
            extra = tag(f"Extra{step // 3}", "const:1", of="PLC2")
            steps = [[*base, extra], [*base, change(extra, path=f"Renamed{step}")], base]
            await engine.apply(replace(what, tags=tuple(steps[step % 3])))
            step += 1
        assert step >= 3
        assert bench(other).opens == 1
    assert values == list(range(int(values[0]), int(values[0]) + len(values)))
    return [later - before for before, later in itertools.pairwise(stamps)], bench(one).opens


@pytest.mark.timeout(15)
async def test_that_an_apply_misses_no_scan_of_another_device(tmp_path):
    gaps, opens = await _counter_while_applying(tmp_path, 1.2, 0.15)
    assert len(gaps) > 8
    assert max(gaps) <= 0.15
    assert opens == 1


@pytest.mark.long
@pytest.mark.timeout(90)
async def test_that_a_minute_of_applying_misses_no_scan_of_another_device(tmp_path):
    gaps, opens = await _counter_while_applying(tmp_path, 60.0, 2.0)
    assert len(gaps) > 580
    assert max(gaps) <= 0.15
    assert opens == 1
