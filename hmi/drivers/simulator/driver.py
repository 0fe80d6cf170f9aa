"""The driver of the simulator protocol: computes each value from its address and the clock. Engine, event loop.

It keeps the driver contract like any other and passes the same conformance test; what goes wrong is set on its bench.
"""

import asyncio
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hmi.drivers.contract import Block, Item, Statistics, WriteItem, WriteResult, WriteState
from hmi.drivers.simulator.bench import Bench, bench
from hmi.model.clock import Clock
from hmi.model.devices.simulator import Signal, SimulatorOptions, SimulatorPoint
from hmi.model.errors import LinkLost
from hmi.model.quality import CAUSES, Cause
from hmi.model.tag import DataType
from hmi.model.value import PresentValue, TypeCode, bits_of

_INTEGERS: dict[DataType, tuple[int, int]] = {
    DataType.INT16: (-(2**15), 2**15 - 1),
    DataType.UINT16: (0, 2**16 - 1),
    DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.UINT32: (0, 2**32 - 1),
    DataType.INT64: (-(2**63), 2**63 - 1),
    DataType.UINT64: (0, 2**64 - 1),
    DataType.BCD16: (0, 9999),
    DataType.BCD32: (0, 99_999_999),
}
"""Lowest and highest value of each whole type; counters wrap inside."""


def create(options: SimulatorOptions, clock: Clock) -> "SimulatorDriver":
    """Make a driver for one connection to a simulated device."""
    return SimulatorDriver(options, clock, bench(options.bench))


@dataclass(frozen=True, slots=True)
class SimulatorPlan:
    """Items as they were given: there is nothing to merge."""

    items: Sequence[Item]


class SimulatorDriver:
    """One connection to a simulated device."""

    def __init__(self, options: SimulatorOptions, clock: Clock, device: Bench) -> None:
        self._delay_s = options.delay_ms / 1000
        self._clock = clock
        self._bench = device
        self._open = False
        self._requests = 0
        self._errors = 0
        self._round_trip_ns = 0

    async def open(self) -> None:
        """Connect.

        Raises:
            LinkLost: with the cause that the bench sets.
        """
        await self._bench.passage()
        if self._bench.refuse_open is not None:
            raise LinkLost(self._bench.refuse_open, place="simulator")
        self._open = True
        self._bench.opens += 1
        self._bench.connected += 1

    async def close(self) -> None:
        """End the connection; safe to call twice."""
        if self._open:
            self._open = False
            self._bench.connected -= 1

    def plan(self, items: Sequence[Item]) -> SimulatorPlan:
        """Keep the items."""
        return SimulatorPlan(tuple(items))

    async def read(self, plan: SimulatorPlan) -> Block:
        """Compute all items for one moment of the clock.

        Raises:
            LinkLost: while the bench loses the link, or when the driver is not open.
        """
        began_ns = self._clock.monotonic_ns()
        await self._exchange()
        self._bench.reads += 1
        wall_ns, mono_ns = self._clock.wall_ns(), self._clock.monotonic_ns()
        self._round_trip_ns = mono_ns - began_ns
        count = len(plan.items)
        block = Block(
            index=np.fromiter((item.index for item in plan.items), np.int32, count),
            raw=np.zeros(count, np.uint64),
            status=np.zeros(count, np.uint32),
            cause=np.zeros(count, np.uint16),
            source_ns=np.full(count, wall_ns, np.int64),
            receive_ns=np.full(count, wall_ns, np.int64),
            receive_mono_ns=np.full(count, mono_ns, np.int64),
        )
        for position, item in enumerate(plan.items):
            self._put(block, position, item, mono_ns)
        self._errors += int(np.count_nonzero(block.cause))
        return block

    async def write(self, items: Sequence[WriteItem], deadline_mono_ns: int) -> list[WriteResult]:
        """Write cells in their order; nothing is written after the deadline.

        Raises:
            LinkLost: while the bench loses the link, or when the driver is not open.
        """
        remaining_s = (deadline_mono_ns - self._clock.monotonic_ns()) / 1e9
        try:
            async with asyncio.timeout(max(remaining_s, 0.0) if self._bench.hangs else None):
                await self._exchange()
        except TimeoutError:
            return [WriteResult(one.item.index, WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT) for one in items]
        results = [WriteResult(one.item.index, *self._write(one, deadline_mono_ns)) for one in items]
        if self._bench.lose_answers:
            self._open = False
            self._bench.connected -= 1
            return [WriteResult(one.item.index, WriteState.UNKNOWN, Cause.DEVICE_RESET) for one in items]
        return results

    async def read_back(self, items: Sequence[Item], deadline_mono_ns: int) -> Block:
        """Read a few items once.

        Raises:
            LinkLost: as `read`.
            TimeoutError: when the deadline passes first.
        """
        async with asyncio.timeout((deadline_mono_ns - self._clock.monotonic_ns()) / 1e9):
            return await self.read(self.plan(items))

    def statistics(self) -> Statistics:
        """Counts since `open`."""
        return Statistics(requests=self._requests, errors=self._errors, round_trip_ns=self._round_trip_ns)

    async def _exchange(self) -> None:
        """Take the time and the faults of one exchange with the device."""
        self._requests += 1
        await self._bench.passage()
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if not self._open or self._bench.lose_link is not None:
            self._errors += 1
            raise LinkLost(self._bench.lose_link or Cause.DEVICE_OFFLINE, place="simulator")

    def _put(self, block: Block, position: int, item: Item, mono_ns: int) -> None:
        """Put one item into the block."""
        point = item.point
        if not isinstance(point, SimulatorPoint):
            cause, value = Cause.CONFIGURATION_ERROR, None
        else:
            cause = self._bench.item_faults.get(point.canonical, point.cause)
            value = None if cause is not Cause.NONE else self._value(point, mono_ns)
        if isinstance(value, str) != (item.type_code is TypeCode.TEXT) and value is not None:
            cause, value = Cause.TYPE_MISMATCH, None
        if isinstance(value, str):
            encoded = value.encode()
            if item.text_bytes and len(encoded) > item.text_bytes:
                cause, value = Cause.TEXT_TOO_LONG, encoded[: item.text_bytes].decode(errors="ignore")
            block.texts[item.index] = value
        elif value is not None and value in item.sentinels:
            cause = Cause.SENTINEL
        elif value is not None:
            block.raw[position] = bits_of(value, item.type_code)
        block.cause[position] = cause
        block.status[position] = CAUSES[cause].status

    def _value(self, point: SimulatorPoint, mono_ns: int) -> PresentValue:
        """Compute the value of an address at a moment."""
        match point.signal:
            case Signal.COUNTER if point.period_ns == 0:
                number = self._bench.counts[point.canonical] = self._bench.counts.get(point.canonical, -1) + 1
                return _fitted(number, point.data_type)
            case Signal.COUNTER:
                return _fitted(mono_ns // point.period_ns, point.data_type)
            case Signal.TOGGLE:
                return _fitted(mono_ns // point.period_ns % 2 == 1, point.data_type)
            case Signal.SINE:
                phase = mono_ns % point.period_ns / point.period_ns
                middle, swing = (point.high + point.low) / 2, (point.high - point.low) / 2
                return _fitted(middle + swing * math.sin(2 * math.pi * phase), point.data_type)
            case Signal.RAMP:
                phase = mono_ns % point.period_ns / point.period_ns
                return _fitted(point.low + (point.high - point.low) * phase, point.data_type)
            case Signal.CELL:
                empty: PresentValue = "" if point.data_type is DataType.STRING else 0
                return _fitted(self._bench.cells.get(point.name, empty), point.data_type)
            case _:
                return _fitted(point.value, point.data_type)

    def _write(self, one: WriteItem, deadline_mono_ns: int) -> tuple[WriteState, Cause]:
        """Write one cell."""
        point = one.item.point
        if self._clock.monotonic_ns() > deadline_mono_ns:
            return WriteState.REFUSED, Cause.DEVICE_TIMED_OUT
        if not isinstance(point, SimulatorPoint) or not point.writable:
            return WriteState.REFUSED, Cause.CONFIGURATION_ERROR
        if self._bench.refuse_write is not None:
            return WriteState.REFUSED, self._bench.refuse_write
        if cause := _unfit(one.value, point.data_type):
            return WriteState.REFUSED, cause
        self._bench.cells[point.name] = one.value
        self._bench.written.append((point.canonical, one.value))
        return WriteState.DONE, Cause.NONE


def _fitted(value: PresentValue, data_type: DataType) -> PresentValue:
    """Give a value as its type would hold it: whole numbers wrap, float32 is rounded."""
    if isinstance(value, str):
        return value
    if data_type in _INTEGERS:
        low, high = _INTEGERS[data_type]
        return (math.floor(value) - low) % (high - low + 1) + low
    if data_type is DataType.BOOL:
        return bool(value)
    if data_type is DataType.FLOAT32:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    return float(value)


def _unfit(value: PresentValue, data_type: DataType) -> Cause:
    """Say why a value cannot be written to a type; NONE when it can."""
    if isinstance(value, str) != (data_type is DataType.STRING):
        return Cause.TYPE_MISMATCH
    if isinstance(value, str):
        return Cause.NONE
    if not math.isfinite(value):
        return Cause.NOT_A_NUMBER if math.isnan(value) else Cause.INFINITE
    low, high = _INTEGERS.get(data_type, (-math.inf, math.inf))
    if data_type is DataType.FLOAT32:
        low, high = -3.4028234663852886e38, 3.4028234663852886e38
    return Cause.BELOW_RANGE if value < low else Cause.ABOVE_RANGE if value > high else Cause.NONE
