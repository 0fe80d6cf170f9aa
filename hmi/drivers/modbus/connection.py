"""One Modbus TCP connection: frames, transaction ids, deadlines, one slot at a time, writes before waiting reads.

Used by the driver alone, on the engine's event loop. An asyncio protocol, not streams: the answer to one request
sends the next from inside `buffer_updated`, so a batch of requests costs one turn of the loop each and no task
switch. Rows MB-12, 13, 17, 19; DESIGN section 5 (a write past its deadline resets the socket).
"""

import asyncio
import contextlib
import socket
import struct
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

from hmi.drivers.modbus.exchange import GOOD, Batch, PendingRead, PendingWrite, check_read
from hmi.drivers.modbus.pdu import HEADER, HEADER_BYTES, MAX_PDU_BYTES
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

_BUFFER_BYTES = 16_384
_EARLY_NS = 1_000_000
"""By how much the loop's timer may ring before the time by our clock."""
SILENT_REQUESTS = 2
"""Requests in a row without an answer that end a connection (MB-19: half-open is seen within two polls)."""


@dataclass(slots=True)
class Counts:
    """Counts since the connection was made."""

    requests: int = 0
    errors: int = 0
    late_answers: int = 0
    round_trip_ns: int = 0
    restarts_at_depth_one: int = 0
    """1 when pipelining was tried and given up."""


@dataclass(slots=True)
class ConnectionOptions:
    """What the connection needs of the device's options."""

    unit: int
    request_s: float
    delay_s: float
    place: str
    """Host and port, for messages."""
    counts: Counts = field(default_factory=Counts)


class Connection(asyncio.BufferedProtocol):
    """The protocol object of one socket; made by the driver's `open`, never used again after it is lost."""

    def __init__(self, options: ConnectionOptions, clock: Clock) -> None:
        self.counts = options.counts
        self.depth = 1
        """Requests that may be under way at once; the driver raises it after a trial."""
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done as soon as the socket is closed."""
        self._loop = asyncio.get_running_loop()
        self._unit = options.unit
        self._request_ns = int(options.request_s * 1e9)
        self._delay_s = options.delay_s
        self._place = options.place
        self._clock = clock
        self._transport: asyncio.Transport | None = None
        self._failure: Cause | None = None
        self._buffer = bytearray(_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._begin = 0
        self._end = 0
        self._slots: dict[int, PendingRead | PendingWrite] = {}
        """What is under way, by transaction id."""
        self._transaction = 0
        self._batches: list[Batch] = []
        self._writes: deque[PendingWrite] = deque()
        self._writing = False
        self._yielding = False
        """A write or what was read ahead has just ended: who waited for it goes on before others take the line."""
        self._silent = 0
        self._next_send = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._pause: asyncio.TimerHandle | None = None

    # ---------------------------------------------------------------- what the driver calls

    @property
    def failure(self) -> Cause | None:
        """Why the connection is gone; None while it lives."""
        return self._failure

    def check(self) -> None:
        """Refuse to go on with a lost connection.

        Raises:
            LinkLost: when it is gone.
        """
        if self._failure is not None:
            raise LinkLost(self._failure, place=self._place)

    async def run(self, batch: Batch, *, ahead: bool = False) -> None:
        """Send all requests of a batch and wait for their answers; each request ends with a cause, good or not.

        Args:
            batch: what is asked.
            ahead: before all requests that wait, as the read-back of a write is.

        Raises:
            LinkLost: when the connection is or gets lost.
        """
        self.check()
        if not batch.todo:
            return
        batch.done, batch.ahead = self._loop.create_future(), ahead
        self._batches.insert(0 if ahead else len(self._batches), batch)
        self._yielding = self._yielding and not ahead
        self._pump()
        try:
            await batch.done
        finally:
            self._batches.remove(batch)

    async def write(self, pending: PendingWrite, deadline_mono_ns: int) -> None:
        """Send one write before all waiting reads and wait for its end; what became of it stands in `pending`.

        It never leaves after the deadline. Without an answer by then its socket is reset, so that the kernel cannot
        deliver it.

        Raises:
            LinkLost: when the connection is already lost.
        """
        self.check()
        pending.done = self._loop.create_future()
        remaining_s = (deadline_mono_ns - self._clock.monotonic_ns()) / 1e9
        if remaining_s <= 0:
            pending.end(Cause.DEVICE_TIMED_OUT)
            return
        pending.timer = self._loop.call_later(remaining_s, self._write_due, pending)
        self._writes.append(pending)
        self._yielding = False
        self._pump()
        try:
            await pending.done
        except asyncio.CancelledError:
            # What has not left never leaves; what is under way keeps its deadline, although nobody waits any more.
            if pending in self._writes:
                self._writes.remove(pending)
                pending.end(Cause.DEVICE_TIMED_OUT)
            raise

    async def close(self) -> None:
        """End the connection; a write that is under way is torn off, not flushed."""
        self._fail(Cause.DEVICE_OFFLINE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.shield(self.lost)

    # ---------------------------------------------------------------- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Set the socket up: no delay for small frames, and the kernel's own probes for a dead peer."""
        self._transport = cast(asyncio.Transport, transport)
        self._put = self._transport.write
        sock = transport.get_extra_info("socket")
        if sock is None:
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, name):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        self._fail(cause_of_error(exc) if exc is not None else Cause.DEVICE_RESET)
        if not self.lost.done():
            self.lost.set_result(None)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Offer the free part of the one buffer: no allocation for an answer."""
        del sizehint
        return self._view[self._end :] if self._end else self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Take all whole frames out of the buffer, however the segments were cut."""
        self._end += nbytes
        begin, end = self._begin, self._end
        while end - begin >= HEADER_BYTES:
            transaction, protocol, length, unit = HEADER.unpack_from(self._buffer, begin)
            if protocol != 0 or not 2 <= length <= MAX_PDU_BYTES + 1:
                self._fail(Cause.MALFORMED_ANSWER)
                return
            following = begin + HEADER_BYTES - 1 + length
            if following > end:
                break
            self._answered(transaction, unit, begin + HEADER_BYTES, following)
            if self._failure is not None:
                return
            begin = following
        if begin == end:
            begin = end = 0
        elif begin and len(self._buffer) - end < MAX_PDU_BYTES + HEADER_BYTES:
            self._view[: end - begin] = bytes(self._view[begin:end])
            begin, end = 0, end - begin
        self._begin, self._end = begin, end
        self._pump()
        if not self._slots and self._timer is not None:
            # Left alone it would wake the process once between two polls, for nothing.
            self._timer.cancel()
            self._timer = None

    # ---------------------------------------------------------------- inside

    def _pump(self) -> None:
        """Send what may be sent now: a waiting write first and alone, else the next reads up to the depth."""
        while self._failure is None and len(self._slots) < self.depth and not (self._writing or self._yielding):
            if self._writes:
                if not self._slots and not self._pausing():
                    self._send_write(self._writes.popleft())
                return
            for batch in self._batches:
                if batch.todo:
                    break
            else:
                return
            if self._delay_s and self._pausing():
                return
            if self._timer is None:
                self._timer = self._loop.call_later(self._request_ns / 1e9, self._request_due)
            read = PendingRead(batch, batch.todo.pop(), self._clock.monotonic_ns(), self.depth == 1)
            self._send(read, read.request.pdu)

    def _yield_line(self) -> None:
        """Let whoever waited for a write go on with its read-back before another read, which may take long, is sent."""
        self._yielding = True
        self._loop.call_soon(self._end_yield)  # comes behind the turn of the one who was woken

    def _end_yield(self) -> None:
        self._yielding = False
        self._pump()

    def _pausing(self) -> bool:
        """Tell whether the device still has its pause; if so, go on at its end."""
        if not self._delay_s:
            return False
        now = self._loop.time()
        if now >= self._next_send:
            return False
        if self._pause is None:
            self._pause = self._loop.call_at(self._next_send, self._pause_over)
        return True

    def _pause_over(self) -> None:
        self._pause = None
        self._pump()

    def _send_write(self, pending: PendingWrite) -> None:
        """Send a write; its deadline has a timer of its own."""
        self._writing = True
        pending.sent, pending.sent_ns = True, self._clock.monotonic_ns()
        # From here to the answer the kernel drops the request with the socket, also when this process is killed.
        _linger(cast(asyncio.Transport, self._transport), drop=True)
        self._send(pending, pending.pdu)

    def _send(self, pending: PendingRead | PendingWrite, pdu: bytes) -> None:
        """Put one request on the wire."""
        transaction = self._transaction = (self._transaction + 1) & 0xFFFF
        self._slots[transaction] = pending
        self.counts.requests += 1
        self._put(HEADER.pack(transaction, 0, len(pdu) + 1, self._unit) + pdu)

    def _answered(self, transaction: int, unit: int, begin: int, end: int) -> None:
        """Hand one answer (a PDU in the buffer) to the request that it belongs to."""
        pending = self._slots.pop(transaction, None)
        if pending is None:
            self.counts.late_answers += 1
            return
        self._silent = 0
        now_ns = self._clock.monotonic_ns()
        self.counts.round_trip_ns = now_ns - pending.sent_ns
        if self._delay_s:
            self._next_send = self._loop.time() + self._delay_s
        if isinstance(pending, PendingRead):
            cause = Cause.WRONG_UNIT if unit != self._unit else check_read(pending, self._view, begin, end)
            if cause is not GOOD:
                self.counts.errors += 1
            pending.batch.answered(pending.number, cause, self._clock.wall_ns(), now_ns)
            if pending.batch.ahead and not pending.batch.open_requests:
                self._yield_line()
        else:
            self._writing = False
            _linger(cast(asyncio.Transport, self._transport), drop=False)
            pending.answered(unit == self._unit, bytes(self._view[begin:end]))
            self._yield_line()
            if pending.cause is not Cause.NONE:
                self.counts.errors += 1

    def _request_due(self) -> None:
        """Look at the oldest request: one timer serves all, set anew only when it rings or after a silence."""
        self._timer = None
        if self._failure is not None:
            return
        due_ns = self._clock.monotonic_ns() - self._request_ns
        for transaction, pending in list(self._slots.items()):
            if isinstance(pending, PendingWrite):
                continue
            if pending.sent_ns > due_ns + _EARLY_NS:
                break
            del self._slots[transaction]
            self._timed_out(pending)
            if self.failure is not None:
                return
        waiting = [pending.sent_ns for pending in self._slots.values() if isinstance(pending, PendingRead)]
        if waiting:
            self._timer = self._loop.call_later(max(min(waiting) - due_ns, _EARLY_NS) / 1e9, self._request_due)
        self._pump()

    def _timed_out(self, pending: PendingRead) -> None:
        """End a read without an answer; one of several under way is asked again alone."""
        self.counts.errors += 1
        if not pending.alone:
            if self.depth > 1:
                self.depth = 1
                self.counts.restarts_at_depth_one += 1
            pending.batch.todo.append(pending.number)
            return
        self._silent += 1
        if self._silent >= SILENT_REQUESTS:
            self._fail(Cause.DEVICE_TIMED_OUT)
            return
        now_ns = self._clock.monotonic_ns()
        pending.batch.answered(pending.number, Cause.DEVICE_TIMED_OUT, self._clock.wall_ns(), now_ns)

    def _write_due(self, pending: PendingWrite) -> None:
        """End a write at its deadline: unsent it is dropped, under way its socket is reset."""
        if pending.ended:
            return
        if not pending.sent:
            self._writes.remove(pending)
            pending.end(Cause.DEVICE_TIMED_OUT)
            return
        self.counts.errors += 1
        self._fail(Cause.DEVICE_TIMED_OUT, reset=True)

    def _fail(self, cause: Cause, *, reset: bool = False) -> None:
        """End the connection once; everything that waits is told."""
        if self._failure is not None:
            return
        self._failure = cause
        for timer in (self._timer, self._pause):
            if timer is not None:
                timer.cancel()
        if self._transport is not None:
            if reset or self._writing:
                _linger(self._transport, drop=True)
            self._transport.abort()
        pending = list(self._slots.values())
        self._slots.clear()
        for batch in self._batches:
            batch.lost(LinkLost(cause, place=self._place))
        for write in [*(one for one in pending if isinstance(one, PendingWrite)), *self._writes]:
            write.end(cause)
        self._writes.clear()


def _linger(transport: asyncio.Transport, *, drop: bool) -> None:
    """Make the kernel drop what it has not yet sent, and reset the connection at close; or let it end in order."""
    sock: Any = transport.get_extra_info("socket")
    if sock is not None:
        layout = "hh" if sys.platform == "win32" else "ii"
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, int(drop), 0))


def cause_of_error(error: BaseException) -> Cause:
    """Say an error of the operating system in our causes."""
    if isinstance(error, ConnectionRefusedError):
        return Cause.DEVICE_REFUSED
    if isinstance(error, TimeoutError):
        return Cause.DEVICE_TIMED_OUT
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return Cause.DEVICE_RESET
    if isinstance(error, socket.gaierror | UnicodeError):
        return Cause.HOST_UNKNOWN
    return Cause.DEVICE_OFFLINE
