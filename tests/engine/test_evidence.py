"""An answer counts when the evidence before it and behind it is right, whatever poll it came with."""

import asyncio
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from hmi.drivers.simulator import bench
from hmi.engine.evidence import watched
from hmi.engine.plant import build_plant
from hmi.model.device import CpuState, Heartbeat, MapSignature, ScanClass
from hmi.model.devices import PROTOCOLS
from hmi.model.health import device_path
from hmi.model.quality import Cause
from hmi.model.value import bits_of
from tests.engine.test_tick import Bed
from tests.engine.works import Look, bench_name, device, project, running, tag

MAP = MapSignature(address="cell:version", expected=7)
CPU = CpuState(address="cell:run")


async def _seen_within(look: Look, path: str, seconds: float) -> set[tuple[float, Cause]]:
    """Everything that a tag shows for so long."""
    loop = asyncio.get_running_loop()
    end, found = loop.time() + seconds, set()
    while loop.time() < end:
        found.add(look(path))
        await asyncio.sleep(0.002)
    return found


def _scans(fast_ms: int, slow_ms: int) -> tuple[ScanClass, ...]:
    return ScanClass(name="fast", period_ms=fast_ms), ScanClass(name="slow", period_ms=slow_ms)


async def test_that_a_value_read_under_another_program_is_never_good_not_even_when_the_right_one_is_back(tmp_path):
    name = bench_name()
    bench(name).cells.update(version=7, x=1, y=1)
    tags = [tag("A", "cell:x"), tag("Slow", "cell:y", scan="slow")]
    what = project([device(bench=name, signature=MAP)], tags, _scans(20, 300))
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("Slow", Cause.NONE)
        bench(name).cells.update(version=8, y=666)
        async with asyncio.timeout(3):
            while look.value("Slow") != 666:
                await asyncio.sleep(0.002)
        assert look.cause("Slow") is Cause.MAP_CHANGED
        bench(name).cells.update(version=7, y=1)
        seen = await _seen_within(look, "Slow", 0.4)
        assert (666.0, Cause.NONE) not in seen
        assert look("Slow") == (1.0, Cause.NONE)


async def test_that_all_polls_are_due_at_once_when_a_device_has_recovered(tmp_path):
    name = bench_name()
    bench(name).cells.update(run=1, y=1)
    tags = [tag("A", "const:1"), tag("Slow", "cell:y", scan="slow")]
    what = project([device(bench=name, liveness=CPU)], tags, _scans(20, 60_000))
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("Slow", Cause.NONE)
        bench(name).cells.update(run=0)
        await look.until("Slow", Cause.PLC_NOT_RUNNING)
        bench(name).cells.update(run=1, y=2)
        assert await look.until("Slow", Cause.NONE, 0.5) == 2.0


async def test_that_a_slow_poll_shows_no_value_of_another_program_as_good_before_the_fast_one_has_seen_it(tmp_path):
    name = bench_name()
    bench(name).cells.update(version=7, x=1, y=1)
    tags = [tag("A", "cell:x"), tag("Slow", "cell:y", scan="slow")]
    what = project([device(bench=name, signature=MAP)], tags, _scans(130, 140))
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("Slow", Cause.NONE)
        for version, value in ((8, 666), (7, 1), (9, 667)):
            await asyncio.sleep(0.06)
            bench(name).cells.update(version=version, y=value)
            seen = await _seen_within(look, "Slow", 0.15)
            assert {(666.0, Cause.NONE), (667.0, Cause.NONE)}.isdisjoint(seen)
        assert look.cause("Slow") is Cause.MAP_CHANGED


async def test_that_the_zeros_of_a_stop_never_become_good_with_the_first_beat(tmp_path):
    name = bench_name()
    bench(name).cells.update(beat=0, y=0)
    tags = [tag("A", "counter"), tag("Slow", "cell:y", scan="slow")]
    rule = Heartbeat(address="cell:beat", within_s=30)
    what = project([device(bench=name, liveness=rule)], tags, _scans(20, 400))
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("Slow", Cause.LIVENESS_PENDING)
        bench(name).cells.update(beat=1, y=50)
        seen = await _seen_within(look, "Slow", 0.5)
        assert (0.0, Cause.NONE) not in seen
        assert look("Slow") == (50.0, Cause.NONE)


async def test_that_the_values_of_a_poll_whose_signature_cannot_be_read_do_not_count(tmp_path):
    name = bench_name()
    bench(name).cells.update(version=7, x=1)
    what = project([device(bench=name, signature=MAP)], [tag("A", "cell:x")])
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        await look.until("A", Cause.NONE)
        bench(name).item_faults["cell:version"] = Cause.DEVICE_BUSY
        await asyncio.sleep(0.05)
        bench(name).cells["x"] = 666
        assert {value for value, _ in await _seen_within(look, "A", 0.3)} == {1.0}
        assert await look.until("A", Cause.STALE, 1.0) == 1.0
        bench(name).item_faults.clear()
        assert await look.until("A", Cause.NONE, 0.5) == 666.0


async def test_that_a_tag_added_to_or_changed_on_a_stopped_plc_is_not_good(tmp_path):
    name = bench_name()
    bench(name).cells.update(run=0, x=5)
    devices, first = [device(bench=name, liveness=CPU)], tag("A", "cell:x")
    before = project(devices, [first])
    async with running(before, tmp_path) as engine:
        await Look(tmp_path, before).until("A", Cause.PLC_NOT_RUNNING)
        after = project(devices, [msgspec.structs.replace(first, scale=2.0), tag("New", "cell:x")])
        await engine.apply(after)
        look = Look(tmp_path, after)
        assert await look.until("New", Cause.PLC_NOT_RUNNING) == 5.0
        assert await look.until("A", Cause.PLC_NOT_RUNNING) == 10.0
        assert Cause.NONE not in {cause for _, cause in await _seen_within(look, "New", 0.1)}
        assert look.cause("A") is Cause.PLC_NOT_RUNNING


async def test_that_a_changed_rule_is_laid_over_the_rows_of_its_own_device_only(tmp_path):
    """With a new generation, in which every row has another place."""
    one, other = bench_name(), bench_name()
    bench(other).cells.update(x=1)
    second = device("PLC2", bench=other)
    mine = [tag("A", "cell:a"), tag("A2", "cell:a")]
    others = [tag("B", "cell:x", of="PLC2"), tag("B2", "cell:x", of="PLC2")]
    before = project([device(bench=one), second], [*mine, *others])
    async with running(before, tmp_path) as engine:
        await Look(tmp_path, before).until("A", Cause.NONE)
        await Look(tmp_path, before).until("B", Cause.NONE)
        first = engine.generation
        ruled = device(bench=one, liveness=Heartbeat(address="cell:beat", within_s=30))
        more = [tag(f"T{number}", "const:1", of="PLC2") for number in range(1500)]
        after = project([second, ruled], [*others, *mine, *more])
        await engine.apply(after)
        assert engine.generation > first
        look = Look(tmp_path, after)
        assert {look.cause(path) for path in ("A", "A2")} == {Cause.LIVENESS_PENDING}
        assert {look.cause(path) for path in ("B", "B2")} == {Cause.NONE}
        await look.until("T1499", Cause.NONE)
        assert {look.cause(path) for path in ("B", "B2")} == {Cause.NONE}
        assert {look.cause(path) for path in ("A", "A2")} == {Cause.LIVENESS_PENDING}


async def test_that_a_plc_that_clears_its_heartbeat_when_it_stops_is_not_good(tmp_path):
    name = bench_name()
    bench(name).cells.update(beat=100, x=50)
    rule = Heartbeat(address="cell:beat", within_s=0.2)
    what = project([device(bench=name, liveness=rule)], [tag("A", "cell:x")])
    async with running(what, tmp_path):
        look = Look(tmp_path, what)
        for beat in range(5):
            bench(name).cells["beat"] = 101 + beat
            await asyncio.sleep(0.03)
        await look.until("A", Cause.NONE)
        await look.until("A", Cause.HEARTBEAT_STOPPED)
        bench(name).cells.update(beat=0, x=0)
        assert (0.0, Cause.NONE) not in await _seen_within(look, "A", 0.3)
        assert look("A") == (0.0, Cause.HEARTBEAT_STOPPED)


@pytest.mark.parametrize(
    "fields", [{"liveness": Heartbeat(address="rubbish!")}, {"signature": MapSignature(address="rubbish!", expected=1)}]
)
def test_that_an_address_of_the_evidence_that_nobody_can_read_is_said_by_all_tags(
    tmp_path, expected_logs, run_async, fields
):
    expected_logs.expect("hmi.scan", "address of its")
    what = project([device(bench=bench_name(), **fields)], [tag("A", "const:1")])

    async def work() -> None:
        async with running(what, tmp_path):
            look = Look(tmp_path, what, ["A", device_path("PLC1", "State")])
            await look.until("A", Cause.CONFIGURATION_ERROR)
            seen = await _seen_within(look, "A", 0.2)
            assert {cause for _, cause in seen} == {Cause.CONFIGURATION_ERROR}

    run_async(work())


def test_that_the_evidence_is_marked_for_the_driver_and_keeps_its_items_while_nothing_changes():
    def described(**fields):
        plant = build_plant(project([device(bench="x", signature=MAP, **fields)], []), PROTOCOLS)
        return next(iter(plant.devices.values()))

    first = watched(described(liveness=CPU))
    assert [item.evidence for item in first.items] == [True, True]
    assert (first.rule_index, first.signature_index) == (0, 1)
    assert watched(described(liveness=CPU, scan="normal"), first) is first
    assert watched(described(), first).items != first.items


def test_that_an_answer_without_the_items_of_the_evidence_proves_nothing(tmp_path):
    bed = Bed(tmp_path, [], bench="x", signature=MAP, liveness=CPU)
    asked = watched(bed.device)
    (group,) = bed.groups
    assert not group.items
    two = SimpleNamespace(whole=np.arange(2))
    seven = bits_of(7.0, asked.items[1].type_code)
    block = bed.block(two, seven, index=np.array([1, 1], dtype=np.int32))
    assert asked.rule(block).cause is Cause.DEVICE_FAILURE
    assert asked.signature(block).cause is Cause.DEVICE_FAILURE
    unknown = bed.block(two, seven, cause=np.array([999, 0], dtype=np.uint16))
    assert asked.rule(unknown).cause is not Cause.NONE
    assert asked.signature(unknown).value == 7
    assert asked.signature(bed.block(two, bits_of(7.9, asked.items[1].type_code))).value == 7.9
