"""The one conformance test: every driver's test inherits `DriverConformance` and says how its device is set up.

A subclass gives `bench`, an async context manager with a device that can be read, written and broken; what is tested
here is the contract of `hmi.drivers.contract` and nothing of the protocol.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pytest

from hmi.drivers.contract import Block, Driver, Item, WriteItem, WriteState
from hmi.model.errors import LinkLost
from hmi.model.quality import CAUSES, Cause
from hmi.model.tag import TYPE_CODES, DataType
from hmi.model.value import PresentValue, value_of

SECOND = 10**9


def item_of(index: int, point: Any, text_bytes: int = 100, sentinels: tuple[float, ...] = ()) -> Item:
    return Item(index, point, TYPE_CODES[point.data_type], sentinels, text_bytes)


def shown(block: Block, items: Sequence[Item]) -> dict[int, PresentValue | Cause | None]:
    """Item index -> value, or the cause where it is not good."""
    found: dict[int, PresentValue | Cause | None] = {}
    codes = {item.index: item.type_code for item in items}
    for index, raw, cause in zip(block.index.tolist(), block.raw.tolist(), block.cause.tolist(), strict=True):
        found[index] = Cause(cause) if cause else block.texts.get(index, value_of(raw, codes[index]))
    return found


def soon(seconds: float = 2.0) -> int:
    return time.monotonic_ns() + round(seconds * SECOND)


class Bench(Protocol):
    """A device as the conformance test needs it."""

    good: dict[str, PresentValue]
    """Addresses with the values that they hold."""
    bad: str
    """An address that the device refuses or that is never good."""
    cell: str
    """An address that can be written and takes 41 and 42."""
    fixed: str
    """An address that cannot be written."""

    def driver(self) -> Driver: ...
    def point(self, address: str, data_type: DataType | None = None) -> Any: ...
    def break_link(self) -> None:
        """From now on the device is gone, for connections that stand and new ones."""
        ...

    def hang(self) -> None:
        """From now on the device does not answer."""
        ...

    def release(self) -> None: ...
    def connected(self) -> int:
        """Connections that the device sees."""
        ...


@dataclass
class Opened:
    bench: Bench
    driver: Driver

    def items(self, *addresses: str) -> list[Item]:
        return [item_of(100 + number, self.bench.point(address)) for number, address in enumerate(addresses)]


class DriverConformance:
    """Inherit and give `bench`."""

    def bench(self) -> AbstractAsyncContextManager[Bench]:
        raise NotImplementedError

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Opened]:
        async with self.bench() as bench:
            driver = bench.driver()
            await driver.open()
            try:
                yield Opened(bench, driver)
            finally:
                bench.release()
                await driver.close()

    async def test_that_closing_ends_the_connection_and_may_be_repeated(self):
        async with self.opened() as at:
            assert at.bench.connected() == 1
            await at.driver.close()
            await at.driver.close()
            await _until(lambda: at.bench.connected() == 0)

    async def test_that_closing_before_opening_is_allowed(self):
        async with self.bench() as bench:
            await bench.driver().close()
            assert bench.connected() == 0

    async def test_that_a_device_that_is_gone_refuses_to_open_with_a_cause(self):
        async with self.bench() as bench:
            bench.break_link()
            driver = bench.driver()
            with pytest.raises(LinkLost) as caught:
                await driver.open()
            assert caught.value.cause is not Cause.NONE
            await driver.close()

    async def test_that_a_block_holds_every_item_once_with_value_quality_and_times(self):
        async with self.opened() as at:
            items = at.items(*at.bench.good, at.bench.bad)
            before_ns, before_mono_ns = time.time_ns(), time.monotonic_ns()
            block = await at.driver.read(at.driver.plan(items))
            after_ns, after_mono_ns = time.time_ns(), time.monotonic_ns()
            assert sorted(block.index.tolist()) == [item.index for item in items]
            values = shown(block, items)
            assert [values[item.index] for item in items[:-1]] == list(at.bench.good.values())
            assert ((block.receive_ns >= before_ns) & (block.receive_ns <= after_ns)).all()
            assert ((block.receive_mono_ns >= before_mono_ns) & (block.receive_mono_ns <= after_mono_ns)).all()
            for name, dtype in {
                "index": np.int32, "raw": np.uint64, "status": np.uint32, "cause": np.uint16, "source_ns": np.int64,
                "receive_ns": np.int64, "receive_mono_ns": np.int64,
            }.items():  # fmt: skip
                column = getattr(block, name)
                assert column.dtype == dtype
                assert column.shape == (len(items),)

    async def test_that_a_bad_item_is_a_quality_and_harms_no_other(self):
        async with self.opened() as at:
            items = at.items(at.bench.bad, *at.bench.good)
            for _ in range(3):
                block = await at.driver.read(at.driver.plan(items))
                values = shown(block, items)
                assert isinstance(values.pop(items[0].index), Cause)
                assert list(values.values()) == list(at.bench.good.values())
                where = block.index.tolist().index(items[0].index)
                assert block.status[where] == CAUSES[Cause(int(block.cause[where]))].status
                assert block.raw[where] == 0

    async def test_that_an_item_of_a_foreign_protocol_is_a_configuration_error(self):
        async with self.opened() as at:
            items = [Item(7, object(), TYPE_CODES[DataType.INT16]), *at.items(*at.bench.good)]
            values = shown(await at.driver.read(at.driver.plan(items)), items)
            assert values.pop(7) is Cause.CONFIGURATION_ERROR
            assert list(values.values()) == list(at.bench.good.values())

    async def test_that_a_plan_without_items_gives_an_empty_block(self):
        async with self.opened() as at:
            block = await at.driver.read(at.driver.plan([]))
            assert block.index.shape == (0,)

    async def test_that_a_lost_link_raises_and_stays_lost(self):
        async with self.opened() as at:
            plan = at.driver.plan(at.items(*at.bench.good))
            await at.driver.read(plan)
            at.bench.break_link()
            for _ in range(2):
                with pytest.raises(LinkLost):
                    await at.driver.read(plan)
            with pytest.raises(LinkLost):
                await at.driver.write([WriteItem(at.items(at.bench.cell)[0], 42)], soon())

    async def test_that_a_written_value_is_read_back(self):
        async with self.opened() as at:
            items = at.items(at.bench.cell)
            for value in (41, 42):
                (result,) = await at.driver.write([WriteItem(items[0], value)], soon())
                assert (result.index, result.state, result.cause) == (items[0].index, WriteState.DONE, Cause.NONE)
                block = await at.driver.read(at.driver.plan(items))
                assert shown(block, items) == {items[0].index: value}

    async def test_that_writes_keep_their_order_and_each_has_a_result(self):
        async with self.opened() as at:
            cell, fixed = at.items(at.bench.cell, at.bench.fixed)
            results = await at.driver.write(
                [WriteItem(cell, 42), WriteItem(fixed, 1), WriteItem(cell, 41), WriteItem(cell, "words")], soon()
            )
            assert [result.state for result in results] == [
                WriteState.DONE, WriteState.REFUSED, WriteState.DONE, WriteState.REFUSED,
            ]  # fmt: skip
            assert results[1].cause is not Cause.NONE
            assert results[3].cause is Cause.TYPE_MISMATCH
            assert shown(await at.driver.read(at.driver.plan([cell])), [cell]) == {cell.index: 41}

    async def test_that_nothing_is_written_after_the_deadline(self):
        async with self.opened() as at:
            (cell,) = at.items(at.bench.cell)
            before = shown(await at.driver.read(at.driver.plan([cell])), [cell])
            (result,) = await at.driver.write([WriteItem(cell, 42)], time.monotonic_ns() - 1)
            assert (result.state, result.cause) == (WriteState.REFUSED, Cause.DEVICE_TIMED_OUT)
            assert shown(await at.driver.read(at.driver.plan([cell])), [cell]) == before

    async def test_that_reading_back_gives_what_was_written(self):
        async with self.opened() as at:
            (cell,) = at.items(at.bench.cell)
            await at.driver.write([WriteItem(cell, 42)], soon())
            assert shown(await at.driver.read_back([cell], soon()), [cell]) == {cell.index: 42}

    async def test_that_reading_back_ends_with_its_deadline_and_keeps_the_connection(self):
        async with self.opened() as at:
            (cell,) = at.items(at.bench.cell)
            at.bench.hang()
            with pytest.raises(TimeoutError):
                await at.driver.read_back([cell], soon(0.05))
            at.bench.release()
            assert list(shown(await at.driver.read_back([cell], soon()), [cell])) == [cell.index]

    async def test_that_reading_back_over_a_lost_link_raises(self):
        async with self.opened() as at:
            items = at.items(at.bench.cell)
            at.bench.break_link()
            with pytest.raises(LinkLost):
                await at.driver.read_back(items, soon())

    async def test_that_a_cancelled_read_leaves_nothing_behind(self):
        async with self.opened() as at:
            at.bench.hang()
            before = asyncio.all_tasks()
            reading = asyncio.create_task(at.driver.read(at.driver.plan(at.items(*at.bench.good))))
            await asyncio.sleep(0.02)
            assert not reading.done()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            assert asyncio.all_tasks() == before

    async def test_that_a_cancelled_open_leaves_nothing_behind(self):
        async with self.bench() as bench:
            driver = bench.driver()
            opening = asyncio.create_task(driver.open())
            await asyncio.sleep(0)
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await driver.close()
            await _until(lambda: bench.connected() == 0)
            assert opening.done()
            assert bench.connected() == 0

    async def test_that_statistics_count_requests(self):
        async with self.opened() as at:
            plan = at.driver.plan(at.items(*at.bench.good))
            await at.driver.read(plan)
            first = at.driver.statistics().requests
            await at.driver.read(plan)
            assert at.driver.statistics().requests > first > 0


async def _until(condition: Any, limit_s: float = 2.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.005)
