"""Requests and answers as the connection handles them: batches of reads, single writes, and the check of every answer.

Used by connection and driver, on the engine's event loop; no I/O. The check compares function, byte count and length
of each answer with what was asked: a client that trusts the answer shifts values silently.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from hmi.drivers.modbus.pdu import EXCEPTION_BIT, ExceptionCode, Function, data_bytes, echo_of, read_request
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

GOOD = Cause.NONE
"""By a name of its own, because Python 3.11 takes 0.1 µs to find a member in its class, thrice a request."""
EXCEPTION_CAUSES: dict[int, Cause] = {
    ExceptionCode.ILLEGAL_FUNCTION: Cause.ILLEGAL_FUNCTION,
    ExceptionCode.ILLEGAL_ADDRESS: Cause.ILLEGAL_ADDRESS,
    ExceptionCode.ILLEGAL_VALUE: Cause.ILLEGAL_VALUE,
    ExceptionCode.DEVICE_FAILURE: Cause.DEVICE_FAILURE,
    ExceptionCode.ACKNOWLEDGE: Cause.DEVICE_BUSY,
    ExceptionCode.BUSY: Cause.DEVICE_BUSY,
    ExceptionCode.MEMORY_PARITY: Cause.DEVICE_FAILURE,
    ExceptionCode.GATEWAY_NO_PATH: Cause.GATEWAY_NO_PATH,
    ExceptionCode.GATEWAY_TARGET_SILENT: Cause.GATEWAY_TARGET_SILENT,
}
"""What each exception means for the values; any other code is a malformed answer."""

_MAY_HAVE_EXECUTED = frozenset(
    {
        ExceptionCode.DEVICE_FAILURE,
        ExceptionCode.ACKNOWLEDGE,
        ExceptionCode.MEMORY_PARITY,
        ExceptionCode.GATEWAY_TARGET_SILENT,
    }
)
"""Exceptions to a write after which it may yet have happened (V1.1b3, section 7: 5 means accepted and in progress)."""
_GATEWAY = frozenset({Cause.GATEWAY_NO_PATH, Cause.GATEWAY_TARGET_SILENT})


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One read of a plan, made once and sent at every scan."""

    function: Function
    address: int
    count: int
    """Registers or bits."""
    offset: int
    """Where its data lie in the batch's buffer, bytes."""
    pdu: bytes
    size: int
    """Bytes of data that a right answer carries."""

    @classmethod
    def make(cls, function: Function, address: int, count: int, offset: int) -> "ReadRequest":
        """Make a request and what its answer must look like."""
        pdu = read_request(function, address, count)
        return cls(function, address, count, offset, pdu, data_bytes(function, count))


class Batch:
    """One reading of a list of requests: their data in one buffer, a cause and two times for each."""

    __slots__ = (
        "ahead", "buffer", "causes", "done", "faults", "mono_ns", "open_requests", "requests", "todo", "view",
        "wall_ns",
    )  # fmt: skip

    def __init__(self, requests: Sequence[ReadRequest], size: int) -> None:
        count = len(requests)
        self.requests = requests
        self.buffer = bytearray(size)
        self.view = memoryview(self.buffer)
        self.causes = [GOOD] * count
        self.wall_ns = [0] * count
        self.mono_ns = [0] * count
        self.todo = list(range(count - 1, -1, -1))
        """Numbers of the requests that are still to be sent, the next one last."""
        self.open_requests = count
        self.faults = 0
        self.ahead = False
        """Sent before all others, and somebody waits for it."""
        self.done: asyncio.Future[None] | None = None

    def answered(self, number: int, cause: Cause, wall_ns: int, mono_ns: int) -> None:
        """Take the end of one request; behind a gateway that cannot reach its device the others are not asked."""
        self._end(number, cause, wall_ns, mono_ns)
        if cause is not GOOD and cause in _GATEWAY:
            for other in self.todo:
                self._end(other, cause, wall_ns, mono_ns)
            self.todo.clear()
        if self.open_requests == 0 and self.done is not None and not self.done.done():
            self.done.set_result(None)

    def again(self, numbers: list[int]) -> None:
        """Make ready for asking some requests once more."""
        for number in numbers:
            self.causes[number] = Cause.NONE
        self.todo = numbers[::-1]
        self.open_requests = len(numbers)
        self.faults -= len(numbers)

    def lost(self, error: LinkLost) -> None:
        """Take the end of the connection."""
        self.todo.clear()
        if self.done is not None and not self.done.done():
            self.done.set_exception(error)

    def _end(self, number: int, cause: Cause, wall_ns: int, mono_ns: int) -> None:
        self.wall_ns[number] = wall_ns
        self.mono_ns[number] = mono_ns
        self.open_requests -= 1
        if cause is not GOOD:
            self.causes[number] = cause
            self.faults += 1


class PendingRead:
    """One request of a batch under way."""

    __slots__ = ("alone", "batch", "number", "request", "sent_ns")

    def __init__(self, batch: Batch, number: int, sent_ns: int, alone: bool) -> None:
        self.batch = batch
        self.number = number
        self.request = batch.requests[number]
        self.sent_ns = sent_ns
        """Monotonic."""
        self.alone = alone
        """Sent while only one request may be under way; False puts a missing answer down to pipelining."""


@dataclass(slots=True)
class PendingWrite:
    """One write (or a read for a read-modify-write) and its end."""

    pdu: bytes
    is_read: bool = False
    sent: bool = False
    sent_ns: int = 0
    """Monotonic."""
    ended: bool = False
    executed: bool | None = None
    """True: echoed rightly. False: certainly not. None: may have been."""
    cause: Cause = Cause.NONE
    answer: bytes = b""
    timer: asyncio.TimerHandle | None = field(default=None, repr=False)
    """Rings at the deadline."""
    done: "asyncio.Future[None] | None" = field(default=None, repr=False)

    def answered(self, right_unit: bool, answer: bytes) -> None:
        """Take the device's answer and judge it."""
        self.answer = answer
        if not right_unit:
            self._finish(Cause.WRONG_UNIT, None)
        elif answer[0] == self.pdu[0] | EXCEPTION_BIT and len(answer) == 2:
            cause = EXCEPTION_CAUSES.get(answer[1], Cause.MALFORMED_ANSWER)
            known = answer[1] in EXCEPTION_CAUSES and answer[1] not in _MAY_HAVE_EXECUTED
            self._finish(cause, False if known else None)
        elif answer[0] != self.pdu[0]:
            self._finish(Cause.WRONG_FUNCTION, None)
        elif self.is_read or answer == echo_of(self.pdu):
            self._finish(Cause.NONE, True)
        else:
            self._finish(Cause.MALFORMED_ANSWER, None)

    def end(self, cause: Cause) -> None:
        """End without an answer: certainly not executed when it was never sent."""
        if not self.ended:
            self._finish(cause, None if self.sent else False)

    def _finish(self, cause: Cause, executed: bool | None) -> None:
        self.cause, self.executed, self.ended = cause, executed, True
        if self.timer is not None:
            self.timer.cancel()
        if self.done is not None and not self.done.done():
            self.done.set_result(None)


def check_read(pending: PendingRead, view: memoryview, begin: int, end: int) -> Cause:
    """Compare an answer with its request and take its data over when everything agrees.

    Args:
        pending: the request.
        view: the connection's buffer.
        begin: of the answer's PDU in it.
        end: behind the PDU.
    """
    request = pending.request
    size = request.size
    function = view[begin]
    if function == request.function and end - begin == size + 2 and view[begin + 1] == size:
        pending.batch.view[request.offset : request.offset + size] = view[begin + 2 : end]
        return GOOD
    if function == request.function | EXCEPTION_BIT:
        code = view[begin + 1] if end - begin == 2 else 0
        return EXCEPTION_CAUSES.get(code, Cause.MALFORMED_ANSWER)
    if function != request.function:
        return Cause.WRONG_FUNCTION
    return Cause.WRONG_COUNT
