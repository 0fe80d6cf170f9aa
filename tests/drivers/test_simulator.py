"""The simulator driver: values by the clock that it is given, faults by its bench."""

import asyncio
import math

import pytest

from hmi.drivers.contract import WriteItem, WriteState
from hmi.drivers.simulator import Bench, bench
from hmi.drivers.simulator.driver import SimulatorDriver
from hmi.model.devices.simulator import SimulatorOptions, parse_address
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from tests.drivers.conformance import item_of, shown

MILLISECOND, SECOND = 10**6, 10**9


class HandClock:
    def __init__(self) -> None:
        self.now_ns = 0

    def wall_ns(self) -> int:
        return 1_700_000_000 * SECOND + self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns


async def values_at(
    now_ns: int, *addresses: str, data_type: DataType | None = None, device: Bench | None = None
) -> list:
    clock = HandClock()
    clock.now_ns = now_ns
    driver = SimulatorDriver(SimulatorOptions(), clock, device or Bench())
    await driver.open()
    items = [item_of(number, parse_address(one, data_type, SimulatorOptions())) for number, one in enumerate(addresses)]
    block = await driver.read(driver.plan(items))
    await driver.close()
    return list(shown(block, items).values())


async def test_that_signals_follow_the_clock():
    addresses = ("sine:10s", "sine:10s:-5:5", "ramp:10s:0:40", "toggle:2s", "counter:100ms")
    assert await values_at(0, *addresses) == [50, 0, 0, False, 0]
    high = await values_at(2500 * MILLISECOND, *addresses)
    assert high == [pytest.approx(100), pytest.approx(5), 10, True, 25]
    assert await values_at(5 * SECOND, *addresses) == [pytest.approx(50), pytest.approx(0, abs=1e-9), 20, False, 50]


async def test_that_a_bare_counter_counts_reads_across_connections():
    device = Bench()
    assert [await values_at(0, "counter", device=device) for _ in range(3)] == [[0], [1], [2]]


async def test_that_whole_types_wrap_and_float32_is_rounded():
    assert await values_at(33 * SECOND, "counter:1ms", data_type=DataType.INT16) == [33000 - 65536]
    (value,) = await values_at(0, "const:0.1", data_type=DataType.FLOAT32)
    assert value != 0.1
    assert math.isclose(value, 0.1, rel_tol=1e-7)


async def test_that_a_cause_can_be_asked_for_or_set():
    device = Bench(item_faults={"const:1": Cause.DEVICE_BUSY})
    assert await values_at(0, "fail:sentinel", "const:1", "const:2", device=device) == [
        Cause.SENTINEL, Cause.DEVICE_BUSY, 2,
    ]  # fmt: skip


async def test_that_a_text_longer_than_its_slot_is_cut_and_told():
    driver = SimulatorDriver(SimulatorOptions(), HandClock(), Bench())
    await driver.open()
    item = item_of(3, parse_address("text:灌装线", None, SimulatorOptions()), text_bytes=7)
    block = await driver.read(driver.plan([item]))
    assert block.texts == {3: "灌装"}
    assert block.cause.tolist() == [Cause.TEXT_TOO_LONG]
    await driver.close()


async def test_that_a_cell_keeps_what_was_written_and_refuses_what_does_not_fit():
    device = Bench()
    driver = SimulatorDriver(SimulatorOptions(), HandClock(), device)
    await driver.open()
    item = item_of(0, parse_address("cell:speed", DataType.UINT16, SimulatorOptions()))
    for value, state, cause in (
        (70_000, WriteState.REFUSED, Cause.ABOVE_RANGE),
        (-1, WriteState.REFUSED, Cause.BELOW_RANGE),
        (math.nan, WriteState.REFUSED, Cause.NOT_A_NUMBER),
        (1200, WriteState.DONE, Cause.NONE),
    ):
        (result,) = await driver.write([WriteItem(item, value)], SECOND)
        assert (result.state, result.cause) == (state, cause)
    assert device.written == [("cell:speed", 1200)]
    assert shown(await driver.read(driver.plan([item])), [item]) == {0: 1200}
    device.refuse_write = Cause.ILLEGAL_VALUE
    (result,) = await driver.write([WriteItem(item, 5)], SECOND)
    assert (result.state, result.cause) == (WriteState.REFUSED, Cause.ILLEGAL_VALUE)
    await driver.close()


async def test_that_a_bench_is_found_by_its_name_and_hangs_until_released():
    device = bench("hanging")
    driver = SimulatorDriver(SimulatorOptions(bench="hanging"), HandClock(), bench("hanging"))
    await driver.open()
    device.hang()
    reading = asyncio.create_task(driver.read(driver.plan([])))
    await asyncio.sleep(0.01)
    assert not reading.done()
    device.release()
    assert len((await reading).index) == 0
    await driver.close()
    assert bench("hanging").opens == 1


async def test_that_the_causes_of_a_refused_opening_and_a_lost_link_are_those_of_the_bench():
    device = Bench(refuse_open=Cause.DEVICE_REFUSED)
    driver = SimulatorDriver(SimulatorOptions(), HandClock(), device)
    with pytest.raises(LinkLost) as refused:
        await driver.open()
    device.refuse_open, device.lose_link = None, Cause.DEVICE_RESET
    await driver.open()
    with pytest.raises(LinkLost) as lost:
        await driver.read(driver.plan([]))
    await driver.close()
    assert (refused.value.cause, lost.value.cause) == (Cause.DEVICE_REFUSED, Cause.DEVICE_RESET)
