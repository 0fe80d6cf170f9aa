"""Tick and polls by themselves: gathering, the idle heartbeat, the beat of a poll."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from hmi.drivers.contract import Block
from hmi.drivers.simulator import bench, create
from hmi.engine.group import groups_of
from hmi.engine.plant import build_plant
from hmi.engine.rows import RowTable
from hmi.engine.scan import DeviceScan, Ruling, Tick
from hmi.image.layout import Word
from hmi.model.clock import SystemClock
from hmi.model.device import ScanClass
from hmi.model.devices import PROTOCOLS
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.engine.works import bench_name, device, project, tag

FAST = (ScanClass(name="fast", period_ms=20),)


class Bed:
    """Rows, tick and the polls of one device, without an engine."""

    def __init__(self, folder, tags, *, bench: str = "", scans=FAST, **fields) -> None:
        self.plant = build_plant(project([device(bench=bench, **fields)], tags, scans), PROTOCOLS)
        self.clock = SystemClock()
        self.table = RowTable(folder, folder / "current", self.clock)
        self.table.begin(self.plant.tags, None, project=1)
        self.tick = Tick(self.table, self.clock)
        (self.device,) = self.plant.devices.values()
        self.groups = groups_of(self.device, self.table)
        self.scan = DeviceScan(self.device, self.groups, self.tick, self.clock)

    def block(self, group, value: int, **changed) -> Block:
        count = len(group.whole)
        stamp = np.full(count, self.clock.monotonic_ns(), dtype=np.int64)
        columns = {
            "index": np.arange(count, dtype=np.int32),
            "raw": np.full(count, value, dtype=np.uint64),
            "status": np.zeros(count, dtype=np.uint32),
            "cause": np.zeros(count, dtype=np.uint16),
            "source_ns": stamp,
            "receive_ns": stamp,
            "receive_mono_ns": stamp,
        }
        return Block(**(columns | changed))

    def put(self, group, block: Block) -> None:
        """As a device that runs answers."""
        self.tick.put(group, block, Ruling(Cause.NONE, Cause.NONE, self.scan.rows))

    @property
    def ticks(self) -> int:
        return int(self.table.writer.columns.header[Word.TICKS])


async def test_that_answers_of_one_moment_become_one_tick(tmp_path):
    bed = Bed(
        tmp_path,
        [tag("A", "const:1"), tag("B", "const:1", scan="slow")],
        scans=(ScanClass(name="fast", period_ms=20), ScanClass(name="slow", period_ms=50)),
    )
    first, second = bed.groups
    bed.put(first, bed.block(first, 5))
    bed.put(second, bed.block(second, 6))
    assert bed.ticks == 0
    await asyncio.sleep(0.05)
    assert bed.ticks == 1
    assert bed.table.writer.columns.value[np.concatenate([first.rows, second.rows])].tolist() == [5.0, 6.0]
    assert bed.tick.depth == 2


async def test_that_a_second_answer_of_one_poll_never_replaces_the_first(tmp_path):
    bed = Bed(tmp_path, [tag("A", "const:1")])
    seen: list[float] = []
    (group,) = bed.groups
    bed.tick.listeners.append(lambda report: seen.append(float(bed.table.writer.columns.value[group.rows[0]])))
    for value in (5, 6, 7):
        bed.put(group, bed.block(group, value))
    bed.tick.flush()
    assert seen == [5.0, 6.0, 7.0]


async def test_that_consumers_are_told_which_rows_changed_and_which_are_only_initialised(tmp_path):
    bed = Bed(tmp_path, [tag("A", "const:1"), tag("B", "const:1")])
    reports = []
    bed.tick.listeners.append(reports.append)
    (group,) = bed.groups
    for values in ([5, 5], [5, 6], [5, 6]):
        block = bed.block(group, 0)
        block.raw[:] = values
        bed.put(group, block)
        bed.tick.flush()
    assert [report.changed.tolist() for report in reports] == [group.rows.tolist(), [int(group.rows[1])], []]
    assert [report.initial.tolist() for report in reports] == [[True, True], [False, False], [False, False]]


@pytest.mark.parametrize(
    "wrong",
    [
        {"index": np.array([0], dtype=np.int32)},
        {"index": np.array([0, 0], dtype=np.int32)},
        {"index": np.array([0, 2], dtype=np.int32)},
        {"index": np.array([-1, 1], dtype=np.int32)},
        {"raw": np.zeros(3, dtype=np.uint64)},
        {"raw": np.zeros(2)},
        {"status": np.zeros(2, dtype=np.int64)},
        {"receive_mono_ns": np.zeros(1, dtype=np.int64)},
    ],
)
async def test_that_a_block_of_another_form_is_refused_before_the_tick(tmp_path, wrong):
    bed = Bed(tmp_path, [tag("A", "const:1"), tag("B", "const:1")])
    (group,) = bed.groups
    with pytest.raises(ValueError, match="PLC1"):
        bed.put(group, bed.block(group, 5, **wrong))
    bed.tick.flush()
    assert bed.ticks == 0


async def test_that_the_idle_heartbeat_stops_while_a_flush_is_overdue(tmp_path):
    bed = Bed(tmp_path, [tag("A", "const:1")])
    header = bed.table.writer.columns.header
    before = int(header[Word.BEAT_MONO])
    bed.tick.idle()
    beat = int(header[Word.BEAT_MONO])
    assert beat > before
    bed.tick._timer = SimpleNamespace(when=lambda: asyncio.get_running_loop().time() - 0.6, cancel=lambda: None)
    bed.tick.idle()
    assert int(header[Word.BEAT_MONO]) == beat
    bed.tick._timer = None
    bed.tick.idle()
    assert int(header[Word.BEAT_MONO]) > beat


async def test_that_an_answer_to_a_poll_that_was_taken_away_is_dropped(tmp_path):
    bed = Bed(tmp_path, [tag("A", "const:1")])
    (group,) = bed.groups
    bed.scan.swap(bed.device, ())
    bed.scan._take(group, bed.block(group, 5), bed.scan._watched, None)
    bed.tick.flush()
    assert bed.ticks == 0


async def test_that_a_poll_keeps_its_beat_and_leaves_missed_beats_out(tmp_path):
    name = bench_name()
    bed = Bed(tmp_path, [tag("A", "counter")], bench=name)
    driver = create(bed.device.options, bed.clock)
    await driver.open()
    work = asyncio.create_task(bed.scan.session(driver, lambda: None))
    await asyncio.sleep(0.21)
    assert bed.scan.missed == 0
    assert 9 <= bench(name).reads <= 12
    bench(name).hang()
    await asyncio.sleep(0.4)
    reads = bench(name).reads
    bench(name).release()
    await asyncio.sleep(0.1)
    assert 4 <= bench(name).reads - reads <= 7  # no burst for the twenty missed ones
    assert 16 <= bed.scan.missed <= 21
    work.cancel()
    await asyncio.wait({work})
    await driver.close()
    bed.tick.flush()


async def test_that_a_group_added_while_everything_sleeps_is_polled_at_once(tmp_path):
    name = bench_name()
    slow = (ScanClass(name="slow", period_ms=60_000), ScanClass(name="fast", period_ms=20))
    bed = Bed(tmp_path, [tag("A", "const:1", scan="slow"), tag("B", "const:1")], bench=name, scans=slow)
    fast, only_slow = bed.groups
    assert only_slow.scan.name == "slow"
    bed.scan.swap(bed.device, (only_slow,))
    driver = create(bed.device.options, bed.clock)
    await driver.open()
    work = asyncio.create_task(bed.scan.session(driver, lambda: None))
    await asyncio.sleep(0.1)
    assert bench(name).reads == 1
    bed.scan.swap(bed.device, (fast, only_slow))
    await asyncio.sleep(0.05)
    assert bench(name).reads >= 2
    assert bed.table.own_cause[fast.rows[0]] == Cause.NONE
    work.cancel()
    await asyncio.wait({work})
    await driver.close()
    bed.tick.flush()


async def test_that_an_answer_older_than_its_class_allows_is_stale_at_once(tmp_path):
    bed = Bed(tmp_path, [tag("A", "const:1")], scans=(ScanClass(name="fast", period_ms=20, stale_after_ms=100),))
    (group,) = bed.groups
    causes = bed.table.writer.columns.cause
    for age_s, cause in ((5, Cause.STALE), (0, Cause.NONE), (0.2, Cause.STALE), (0.02, Cause.NONE)):
        stamp = np.full(1, bed.clock.monotonic_ns() - int(age_s * 10**9), dtype=np.int64)
        bed.put(group, bed.block(group, 5, receive_mono_ns=stamp))
        bed.tick.flush()
        assert causes[group.rows[0]] == cause


async def test_that_a_tick_that_failed_writes_nothing_and_beats_no_more(tmp_path, expected_logs):
    expected_logs.expect("hmi.scan", "nobody watches")
    bed = Bed(tmp_path, [tag("A", "const:1")])
    (group,) = bed.groups
    header = bed.table.writer.columns.header
    bed.tick.fail(ValueError("a fault"))
    before = header.copy()
    bed.put(group, bed.block(group, 5))
    with pytest.raises(RuntimeError, match="has failed"):
        bed.tick.flush()
    bed.tick.idle()
    assert (header == before).all()


async def test_that_a_session_that_outlives_its_connection_writes_nothing(tmp_path):
    name = bench_name()
    bed = Bed(tmp_path, [tag("A", "cell:x")], bench=name)
    (group,) = bed.groups
    bench(name).cells["x"] = 5
    drivers = [create(bed.device.options, bed.clock) for _ in range(2)]
    for driver in drivers:
        await driver.open()
    first = asyncio.create_task(bed.scan.session(drivers[0], lambda: None))
    await asyncio.sleep(0.06)
    bench(name).hang()
    await asyncio.sleep(0.03)
    bed.scan.lost(Cause.DEVICE_TIMED_OUT)  # but the session is not cancelled: its read is still on its way
    bench(name).cells["x"] = 999
    bench(name).release()
    with pytest.raises(LinkLost):
        await asyncio.wait_for(first, 1)
    bed.tick.flush()
    columns = bed.table.writer.columns
    assert columns.value[group.rows[0]] == 5.0
    assert columns.cause[group.rows[0]] == Cause.DEVICE_TIMED_OUT
    second = asyncio.create_task(bed.scan.session(drivers[1], lambda: None))
    await asyncio.sleep(0.06)
    bed.tick.flush()
    assert columns.value[group.rows[0]] == 999.0
    second.cancel()
    await asyncio.wait({second})
    for driver in drivers:
        await driver.close()
