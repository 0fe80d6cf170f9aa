"""A plan: the items of one reading, merged into requests, and anew when more is known about the device."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Block, Item
from hmi.drivers.modbus.decode import Decoder, Placed, fits
from hmi.drivers.modbus.exchange import Batch, ReadRequest
from hmi.drivers.modbus.holes import Holes
from hmi.drivers.modbus.pdu import BIT_READS, Function, data_bytes
from hmi.drivers.modbus.planner import Span, Window, plan_windows
from hmi.model.devices.modbus_address import ModbusPoint, Table
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.quality import CAUSES, Cause

FUNCTIONS: dict[Table, Function] = {
    Table.COIL: Function.READ_COILS,
    Table.DISCRETE: Function.READ_DISCRETE,
    Table.HOLDING: Function.READ_HOLDING,
    Table.INPUT: Function.READ_INPUT,
}
_STATUS: npt.NDArray[np.uint32] = np.zeros(max(CAUSES) + 1, np.uint32)
for _cause, _rule in CAUSES.items():
    _STATUS[_cause] = _rule.status


@dataclass(slots=True)
class _Wanted:
    """One item that can be read."""

    position: int
    item: Item
    function: Function
    span: Span


class ModbusPlan:
    """Items read together; opaque to the engine."""

    def __init__(self, items: Sequence[Item], options: ModbusTcpOptions, holes: Holes) -> None:
        self.items: Sequence[Item] = tuple(items)
        self._options = options
        self._holes = holes
        self._index = np.array([item.index for item in items], np.int32)
        self._wanted: list[_Wanted] = []
        self._unreadable: list[int] = []
        for position, item in enumerate(items):
            point = item.point
            if isinstance(point, ModbusPoint) and fits(point, item.type_code) and point.span <= self._most(point.table):
                span = (point.address, point.address + point.span)
                self._wanted.append(_Wanted(position, item, FUNCTIONS[point.table], span))
                if item.evidence:
                    holes.hurry(FUNCTIONS[point.table], span)
            else:
                self._unreadable.append(position)
        self._arrangement = self._arrange()

    def arrangement(self) -> "Arrangement":
        """Give the requests as they are merged now, around what the device is known to refuse."""
        if self._arrangement.version != self._holes.version:
            self._arrangement = self._arrange()
        return self._arrangement

    def _arrange(self) -> "Arrangement":
        """Merge the items into requests."""
        arrangement = Arrangement(self._holes.version, self._index)
        fixed = dict.fromkeys(self._unreadable, Cause.CONFIGURATION_ERROR)
        readable: dict[Function, list[_Wanted]] = defaultdict(list)
        for one in self._wanted:
            cause = self._holes.cause(one.function, one.span)
            if cause is Cause.NONE:
                readable[one.function].append(one)
            else:
                fixed[one.position] = cause
        for function, members in readable.items():
            bits = function in BIT_READS
            windows = plan_windows(
                (one.span for one in members),
                self._options.max_bits if bits else self._options.max_registers,
                self._options.gap_bits if bits else self._options.gap_registers,
                self._holes.walls(function),
            )
            arrangement.add(function, windows)
        arrangement.finish([one for members in readable.values() for one in members], fixed)
        return arrangement

    def _most(self, table: Table) -> int:
        """Give the longest read of a table."""
        return self._options.max_bits if table in (Table.COIL, Table.DISCRETE) else self._options.max_registers


class Arrangement:
    """One way of merging a plan's items; never changed once it is finished."""

    def __init__(self, version: int, index: npt.NDArray[np.int32]) -> None:
        self.version = version
        """Of the knowledge about the device that it rests on."""
        self.requests: list[ReadRequest] = []
        self.spans: list[tuple[Span, ...]] = []
        """What each request brings."""
        self._index = index
        self._size = 0
        self._request_of: dict[tuple[Function, Span], int] = {}

    def add(self, function: Function, windows: Sequence[Window]) -> None:
        """Make the requests of one table."""
        for window in windows:
            for span in window.spans:
                self._request_of[function, span] = len(self.requests)
            count = window.end - window.start
            self.requests.append(ReadRequest.make(function, window.start, count, self._size))
            self.spans.append(window.spans)
            self._size += data_bytes(function, count)

    def finish(self, wanted: Sequence[_Wanted], fixed: dict[int, Cause]) -> None:
        """Place the items in the requests; `fixed` are those that no request brings, with their causes."""
        # These take the entry behind that of the last request.
        behind = len(self.requests)
        self._request = np.full(len(self._index), behind, np.intp)
        placed = []
        for one in wanted:
            number = self._request_of[one.function, one.span]
            self._request[one.position] = number
            placed.append(_placed(one, number, self.requests[number]))
        self._decoder = Decoder(placed)
        self._times = np.stack([self._request, self._request + behind + 1])
        # What is the same in every reading without a fault; shared by its blocks, so nobody may write to it.
        self._cause = np.zeros(len(self._index), np.uint16)
        self._cause[list(fixed)] = list(fixed.values())
        self._status = _STATUS[self._cause]
        self._no_time = np.zeros(len(self._index), np.int64)
        for column in (self._cause, self._status, self._no_time):
            column.flags.writeable = False

    def batch(self) -> Batch:
        """Make a reading of all requests."""
        return Batch(self.requests, self._size)

    def block(self, batch: Batch, wall_ns: int, mono_ns: int) -> Block:
        """Decode a finished reading.

        Args:
            batch: made by `batch`.
            wall_ns: time for the items that no request brought.
            mono_ns: the same on the monotonic clock.
        """
        raw = np.zeros(len(self._index), np.uint64)
        texts, wrong = self._decoder.decode(batch.buffer, batch.causes, raw)
        cause, status = self._cause, self._status
        if batch.faults or wrong:
            cause = cause.copy()
            for rows, why in wrong:
                cause[rows] = why
            # Raw is 0 where a request failed: a refused answer leaves no data in the buffer.
            failed = np.array([*batch.causes, Cause.NONE], np.uint16)[self._request]
            np.copyto(cause, failed, where=failed != 0)
            status = _STATUS[cause]
        received = np.array([*batch.wall_ns, wall_ns, *batch.mono_ns, mono_ns], np.int64).take(self._times)
        return Block(
            index=self._index,
            raw=raw,
            status=status,
            cause=cause,
            source_ns=self._no_time,
            receive_ns=received[0],
            receive_mono_ns=received[1],
            texts=texts,
        )


def _placed(one: _Wanted, number: int, request: ReadRequest) -> Placed:
    """Say where an item's data lie in the buffer of a reading."""
    point: ModbusPoint = one.item.point
    distance = point.address - request.address
    if one.function in BIT_READS:
        return Placed(one.position, one.item, request.offset + distance // 8, distance % 8, number)
    offset = request.offset + 2 * distance
    if point.bit is None:
        return Placed(one.position, one.item, offset, 0, number)
    return Placed(one.position, one.item, offset + (0 if point.bit > 7 else 1), point.bit % 8, number)
