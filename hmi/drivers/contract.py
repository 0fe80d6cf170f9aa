"""The driver contract: how the engine speaks to any device. Every driver passes `tests/drivers/conformance.py`.

Expected faults of one item are qualities and results; a broken link is `LinkLost`. A driver makes no callbacks
upward, keeps no table of values and reads no clock but the one it is given. It runs on the engine's event loop; one
task reads, another may write at the same time, and the driver lets a write pass waiting reads.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from hmi.model.clock import Clock
from hmi.model.quality import Cause
from hmi.model.value import PresentValue, TypeCode


@dataclass(frozen=True, slots=True)
class Item:
    """One address that is read or written."""

    index: int
    """The engine's own number for it; blocks and results refer to it."""
    point: Any
    """What the protocol's `parse_address` made."""
    type_code: TypeCode
    sentinels: tuple[float, ...] = ()
    """Raw values that mean "no value"."""
    text_bytes: int = 0
    """For texts: longest UTF-8 length that the engine keeps."""
    evidence: bool = False
    """True when the engine judges the whole device by it: once refused, it is tried again often."""


@dataclass(slots=True)
class Block:
    """What a plan's answers brought. Every item of the plan is in it once, good or not."""

    index: npt.NDArray[np.int32]
    raw: npt.NDArray[np.uint64]
    """Device value, 64 bits by the item's type code; 0 where there is none."""
    status: npt.NDArray[np.uint32]
    cause: npt.NDArray[np.uint16]
    source_ns: npt.NDArray[np.int64]
    """ns UTC; 0 when the device tells no time."""
    receive_ns: npt.NDArray[np.int64]
    """ns UTC of the answer that brought the item."""
    receive_mono_ns: npt.NDArray[np.int64]
    texts: dict[int, str] = field(default_factory=dict)
    """Item index -> words, for items of type TEXT."""


class WriteState(IntEnum):
    """What the device said to a write."""

    DONE = 0
    """Accepted and echoed rightly; not yet read back."""
    REFUSED = 1
    """The device refused, or the value cannot be written; nothing was changed."""
    UNKNOWN = 2
    """Sent, but no valid answer: may have executed."""


@dataclass(frozen=True, slots=True)
class WriteItem:
    """One value to be written, in device units (raw)."""

    item: Item
    value: PresentValue


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What became of one write."""

    index: int
    state: WriteState
    cause: Cause = Cause.NONE
    """Why not done."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of a connection since it was opened."""

    requests: int = 0
    errors: int = 0
    """Answers that were refused, malformed or missing."""
    late_answers: int = 0
    """Answers that came after their deadline and were dropped."""
    round_trip_ns: int = 0
    """Of the newest request."""
    lost_changes: int = 0
    """Changes known to be lost on the way, by a full queue of the device or a message that could not be had again."""


class Plan(Protocol):
    """Items read together, arranged by the driver once (merged into requests); opaque to the engine."""

    @property
    def items(self) -> Sequence[Item]:
        """The items, in the order of the block that a read gives."""
        ...


class Driver(Protocol):
    """One connection to one device. Made anew for each attempt, never reused after `close` or `LinkLost`."""

    async def open(self) -> None:
        """Connect.

        Raises:
            LinkLost: with its cause (refused, timed out, host unknown).
        """
        ...

    async def close(self) -> None:
        """End the connection; never raises, safe to call twice."""
        ...

    def plan(self, items: Sequence[Item]) -> Plan:
        """Arrange items for reading. Never raises: an item that cannot be read becomes bad in each block."""
        ...

    async def read(self, plan: Plan) -> Block:
        """Read all items of a plan once.

        Raises:
            LinkLost: when the connection is gone or does not answer any more.
        """
        ...

    async def write(self, items: Sequence[WriteItem], deadline_mono_ns: int) -> list[WriteResult]:
        """Write items in their order, ahead of waiting reads; nothing leaves after the deadline.

        Raises:
            LinkLost: when the connection broke before anything was sent; after that the results say UNKNOWN.
        """
        ...

    async def read_back(self, items: Sequence[Item], deadline_mono_ns: int) -> Block:
        """Read a few items once, ahead of waiting reads, to see what a write has brought; nothing else is looked for.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first; the connection stays.
        """
        ...

    def statistics(self) -> Statistics:
        """Counts since `open`."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one message of a subscription says."""

    block: Block | None
    """What changed: any items of the plan, one that changed several times as often, oldest first. None: nothing did."""
    receive_ns: int
    """ns UTC of the message. All values of the plan are as they were until then, but for what changed."""
    receive_mono_ns: int
    complete: bool = False
    """All items were read anew, because messages were lost; they are in the block once each."""


class Sink:
    """Bounded queue between a subscription and the engine; the driver puts, the engine takes."""

    def __init__(self, most: int = 16) -> None:
        """Start empty.

        Args:
            most: messages that may wait; after that the driver waits, and by that the device.
        """
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue(most)
        self.silence_s: float | None = None
        """Longest time between two messages of a subscription that is in order, seconds; None until it is granted."""

    async def put(self, delivery: Delivery) -> None:
        """Hand a message over; waits while the queue is full."""
        await self._queue.put(delivery)

    async def take(self) -> Delivery:
        """Take the next message; waits while there is none."""
        return await self._queue.get()

    def rest(self) -> list[Delivery]:
        """Take all messages that are there."""
        found = []
        while not self._queue.empty():
            found.append(self._queue.get_nowait())
        return found


class Subscriber(Driver, Protocol):
    """A driver whose device can tell changes by itself (`ProtocolSpec.subscribes`)."""

    async def subscribe(self, plan: Any, sink: Sink) -> None:
        """Let the device tell changes of all items of a plan until cancelled; one subscription at a time.

        An item that the device refuses to watch is delivered as bad, and tried again from time to time.

        Raises:
            LinkLost: when the connection is gone, the device ends the subscription, or neither change nor keep-alive
                came for longer than the device has promised.
        """
        ...


class DriverFactory(Protocol):
    """What the module of a driver (`ProtocolSpec.driver`) offers as `create`.

    That of a protocol with `ProtocolSpec.secrets` takes a third argument: (name) -> the station's secret of that name,
    or None.
    """

    def __call__(self, options: Any, clock: Clock, *secrets: Callable[[str], str | None]) -> Driver:
        """Make a driver for a device's decoded options; imports of protocol libraries happen here or in `open`."""
        ...
