"""The Modbus TCP driver: one connection to one device (or one unit behind a gateway). Engine process, event loop.

Reading: the plan's requests go out as one batch, the answers are decoded together. A refused block is halved until
the values that the device does not have are found (MB-08). Writing: each value is a request of its own, ahead of
waiting reads, its echo compared (MB-15, 17). A driver is made anew for each connection.
"""

import asyncio
from collections.abc import Sequence

from hmi.drivers.contract import Block, Item, Statistics, WriteItem, WriteResult, WriteState
from hmi.drivers.modbus.connection import Connection, ConnectionOptions, cause_of_error
from hmi.drivers.modbus.encode import changed_register, encode_write, multiple_form
from hmi.drivers.modbus.exchange import Batch, PendingWrite, ReadRequest
from hmi.drivers.modbus.holes import REFUSALS, Holes, hull
from hmi.drivers.modbus.pdu import Function, data_bytes, read_request
from hmi.drivers.modbus.plan import Arrangement, ModbusPlan
from hmi.drivers.modbus.planner import Span
from hmi.drivers.resolve import resolve
from hmi.model.clock import Clock
from hmi.model.devices.modbus_address import ModbusPoint
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

PROBES_PER_READ = 32
"""Most extra requests that the search for refused addresses may add to one reading."""
BUSY_PAUSE_S = 0.05
"""Before a busy device (exception 05 or 06) is asked once more within the same reading."""
_JUDGED = REFUSALS | {Cause.NONE, Cause.DEVICE_FAILURE, Cause.ILLEGAL_FUNCTION}
"""Answers to a probe that tell whether the address is there."""


def create(options: ModbusTcpOptions, clock: Clock) -> "ModbusDriver":
    """Make a driver for one connection."""
    return ModbusDriver(options, clock)


class ModbusDriver:
    """One connection to one Modbus TCP device."""

    def __init__(self, options: ModbusTcpOptions, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._holes = Holes(options.retest_s * 10**9)
        self._place = f"{options.host}:{options.port}/{options.unit}"
        self._connection: Connection | None = None

    async def open(self) -> None:
        """Connect within `connect_ms`.

        Raises:
            LinkLost: HOST_UNKNOWN, DEVICE_REFUSED, DEVICE_TIMED_OUT, DEVICE_RESET or DEVICE_OFFLINE.
        """
        cause = Cause.HOST_UNKNOWN
        try:
            async with asyncio.timeout(self._options.connect_ms / 1000):
                addresses = await resolve(self._options.host)
                cause = Cause.DEVICE_TIMED_OUT
                self._connection = await self._connect(addresses)
        except TimeoutError:
            raise LinkLost(cause, place=self._place) from None
        except (OSError, UnicodeError) as error:
            raise LinkLost(cause_of_error(error), place=self._place) from error

    async def close(self) -> None:
        """End the connection; safe to call twice."""
        if self._connection is not None:
            await self._connection.close()

    def plan(self, items: Sequence[Item]) -> ModbusPlan:
        """Merge items into as few requests as the device's limits allow."""
        return ModbusPlan(items, self._options, self._holes)

    async def read(self, plan: ModbusPlan) -> Block:
        """Read all items of a plan once.

        Raises:
            LinkLost: when the connection is gone, or two requests in a row were not answered.
        """
        connection = self._alive()
        key = self._holes.due(self._clock.monotonic_ns())
        if key is not None:
            await self._retest(connection, *key)
        arrangement = plan.arrangement()
        batch = await self._reading(connection, arrangement)
        if batch.faults or self._holes.suspects:
            await self._search(connection, arrangement, batch)
            if plan.arrangement() is not arrangement:
                arrangement = plan.arrangement()
                batch = await self._reading(connection, arrangement)
                self._note_refusals(arrangement, batch)
        return arrangement.block(batch, self._clock.wall_ns(), self._clock.monotonic_ns())

    async def write(self, items: Sequence[WriteItem], deadline_mono_ns: int) -> list[WriteResult]:
        """Write items one after the other, ahead of waiting reads; nothing leaves after the deadline.

        Raises:
            LinkLost: when the connection was gone before anything was sent.
        """
        connection = self._alive()
        sent = False
        results = []
        for one in items:
            pending = await self._write(connection, one, deadline_mono_ns)
            sent = sent or pending.sent
            if connection.failure is not None and not sent:
                raise LinkLost(connection.failure, place=self._place)
            state = {True: WriteState.DONE, False: WriteState.REFUSED, None: WriteState.UNKNOWN}[pending.executed]
            results.append(WriteResult(one.item.index, state, pending.cause))
        return results

    async def read_back(self, items: Sequence[Item], deadline_mono_ns: int) -> Block:
        """Read a few items once, ahead of waiting reads; refused addresses are not looked for.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first.
        """
        connection = self._alive()
        arrangement = self.plan(items).arrangement()
        batch = arrangement.batch()
        async with asyncio.timeout((deadline_mono_ns - self._clock.monotonic_ns()) / 1e9):
            await connection.run(batch, ahead=True)
        return arrangement.block(batch, self._clock.wall_ns(), self._clock.monotonic_ns())

    def statistics(self) -> Statistics:
        """Counts since `open`."""
        if self._connection is None:
            return Statistics()
        counts = self._connection.counts
        return Statistics(counts.requests, counts.errors, counts.late_answers, counts.round_trip_ns)

    # ---------------------------------------------------------------- connecting

    async def _connect(self, addresses: list[str]) -> Connection:
        """Try the addresses of the host in turn.

        Raises:
            OSError: of the last one.
        """
        loop = asyncio.get_running_loop()
        options = ConnectionOptions(
            self._options.unit, self._options.request_ms / 1000, self._options.delay_ms / 1000, self._place
        )
        failure: OSError = OSError("no address")
        for address in addresses:
            try:
                transport, connection = await loop.create_connection(
                    lambda: Connection(options, self._clock), address, self._options.port
                )
            except OSError as error:
                failure = error
                continue
            if transport.get_extra_info("sockname") == transport.get_extra_info("peername"):
                # Nobody listens on this loopback port and the kernel has connected the socket to itself.
                await connection.close()
                failure = ConnectionRefusedError("connected to itself")
                continue
            return connection
        raise failure

    def _alive(self) -> Connection:
        """Give the connection.

        Raises:
            LinkLost: when there is none or it is gone.
        """
        if self._connection is None:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=self._place)
        self._connection.check()
        return self._connection

    # ---------------------------------------------------------------- reading

    async def _reading(self, connection: Connection, arrangement: Arrangement) -> Batch:
        """Ask all requests of a plan; a busy device is asked once more."""
        batch = arrangement.batch()
        trial = self._options.depth > connection.depth and not connection.counts.restarts_at_depth_one
        if trial and len(batch.requests) > 1:
            # Some servers drop all but the first request of a segment, so two are tried before more are sent.
            connection.depth = 2
            await connection.run(batch)
            if not connection.counts.restarts_at_depth_one:
                connection.depth = self._options.depth
        else:
            await connection.run(batch)
        if batch.faults and Cause.DEVICE_BUSY in batch.causes:
            await asyncio.sleep(BUSY_PAUSE_S)
            batch.again([number for number, cause in enumerate(batch.causes) if cause is Cause.DEVICE_BUSY])
            await connection.run(batch)
        return batch

    async def _search(self, connection: Connection, arrangement: Arrangement, batch: Batch) -> None:
        """Look for the addresses that the device refuses, with a bounded number of extra requests."""
        self._note_refusals(arrangement, batch)
        for _ in range(PROBES_PER_READ // 2):
            if not self._holes.suspects:
                return
            suspect = self._holes.suspects.popleft()
            try:
                left, right = await self._probe(connection, suspect.function, *suspect.halves())
            except BaseException:
                self._holes.suspects.append(suspect)
                raise
            if not {left, right} <= _JUDGED:
                # Silent, busy or malformed says nothing about the address: once more with the next reading.
                self._holes.suspects.append(suspect)
                return
            self._holes.judged(suspect, left, right, self._clock.monotonic_ns())

    def _note_refusals(self, arrangement: Arrangement, batch: Batch) -> None:
        """Remember the refused requests of a reading."""
        now_ns = self._clock.monotonic_ns()
        for number, cause in enumerate(batch.causes):
            if cause in REFUSALS:
                self._holes.refused(batch.requests[number].function, arrangement.spans[number], cause, now_ns)

    async def _retest(self, connection: Connection, function: Function, span: Span) -> None:
        """Try one refused address again."""
        (cause,) = await self._probe(connection, function, (span,))
        self._holes.retested((function, span), cause, self._clock.monotonic_ns())

    async def _probe(self, connection: Connection, function: Function, *groups: tuple[Span, ...]) -> list[Cause]:
        """Read the hull of each group and give the causes; the data are not used."""
        requests, size = [], 0
        for group in groups:
            start, end = hull(group)
            requests.append(ReadRequest.make(function, start, end - start, size))
            size += data_bytes(function, end - start)
        batch = Batch(requests, size)
        await connection.run(batch)
        return batch.causes

    # ---------------------------------------------------------------- writing

    async def _write(self, connection: Connection, one: WriteItem, deadline_mono_ns: int) -> PendingWrite:
        """Write one value; what became of it stands in the answer."""
        point = one.item.point
        pdu = encode_write(point, one.value) if isinstance(point, ModbusPoint) else Cause.CONFIGURATION_ERROR
        if isinstance(pdu, Cause):
            return PendingWrite(b"", ended=True, executed=False, cause=pdu)
        first = await self._exchange(connection, PendingWrite(pdu), deadline_mono_ns)
        if first.executed is not False or first.cause is not Cause.ILLEGAL_FUNCTION:
            return first
        if self._options.fallback_multiple and (other := multiple_form(pdu)) is not None:
            return await self._exchange(connection, PendingWrite(other), deadline_mono_ns)
        if self._options.unsafe_bit_write and pdu[0] == Function.MASK_REGISTER:
            return await self._read_modify_write(connection, point, pdu, deadline_mono_ns)
        return first

    async def _read_modify_write(
        self, connection: Connection, point: ModbusPoint, mask_pdu: bytes, deadline_mono_ns: int
    ) -> PendingWrite:
        """Change a bit the unsafe way, for devices without function 22 whose options allow it (MB-16)."""
        asked = PendingWrite(read_request(Function.READ_HOLDING, point.address, 1), is_read=True)
        await self._exchange(connection, asked, deadline_mono_ns)
        pdu = changed_register(asked.answer, point, mask_pdu) if asked.executed else None
        if pdu is None:
            return PendingWrite(b"", ended=True, executed=False, cause=asked.cause or Cause.MALFORMED_ANSWER)
        return await self._exchange(connection, PendingWrite(pdu), deadline_mono_ns)

    async def _exchange(self, connection: Connection, pending: PendingWrite, deadline_mono_ns: int) -> PendingWrite:
        """Send one request of a write; a lost connection is a result, not an exception."""
        try:
            await connection.write(pending, deadline_mono_ns)
        except LinkLost as error:
            pending.end(error.cause)
        return pending
