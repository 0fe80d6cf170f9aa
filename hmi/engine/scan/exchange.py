"""Single writes and read-backs of one device, over the connection that polls. Engine process, event loop.

There is never more than the present connection: without one a write is refused, and nothing waits for the next.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from hmi.drivers.contract import Block, Driver, Item, WriteItem, WriteResult, WriteState
from hmi.engine.device_port import RawReading
from hmi.engine.evidence import Watched
from hmi.engine.plant import PlantTag
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause, cause_of
from hmi.model.value import PresentValue, value_of

log = logging.getLogger("hmi.command")

GRACE_S = 0.5
"""A driver that has not come back so long after a write's deadline has broken its contract: it is closed."""


class Exchange:
    """The way of a write to one device, and of its read-back."""

    def __init__(
        self,
        place: str,
        clock: Clock,
        evidence: Callable[[], Watched],
        judge: Callable[[Watched, Block], bool],
        look: Callable[[], None],
    ) -> None:
        """Start without a connection.

        Args:
            place: name of the device, for messages.
            clock: of the deadlines.
            evidence: gives the hidden addresses by which the device is judged.
            judge: takes what was read of them; tells whether they could be read.
            look: polls at once, because the connection may be gone, which a slow poll would see late.
        """
        self._place = place
        self._clock = clock
        self._evidence = evidence
        self._judge = judge
        self._look = look
        self._driver: Driver | None = None

    @contextlib.contextmanager
    def over(self, driver: Driver) -> Iterator[None]:
        """Use a connection while it is open."""
        self._driver = driver
        try:
            yield
        finally:
            if self._driver is driver:
                self._driver = None

    def end(self) -> None:
        """Use the present connection no more."""
        self._driver = None

    async def write(self, tag: PlantTag, value: PresentValue, deadline_mono_ns: int) -> WriteResult:
        """Write one value; see `DevicePort.write`.

        Raises:
            LinkLost: when there is no connection, or it broke before anything was sent.
        """
        driver = self._present()
        remaining_s = (deadline_mono_ns - self._clock.monotonic_ns()) / 1e9
        try:
            async with asyncio.timeout(max(remaining_s, 0.0) + GRACE_S):
                (result,) = await driver.write([WriteItem(_item(0, tag), value)], deadline_mono_ns)
        except TimeoutError:
            log.exception("device %s: its driver let the deadline of a write pass and is closed", self._place)
            await driver.close()
            result = WriteResult(0, WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT)
        except LinkLost:
            self._look()
            raise
        if result.state is WriteState.UNKNOWN:
            self._look()
        return result

    async def read_back(self, tags: Sequence[PlantTag], deadline_mono_ns: int) -> list[RawReading]:
        """Read a few tags and the evidence behind them; see `DevicePort.read_back`.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first.
        """
        driver, watched = self._present(), self._evidence()
        items = [_item(index, tag) for index, tag in enumerate(tags)]
        block = await driver.read_back(items, deadline_mono_ns)
        proven = True
        if watched.items:
            proof = await driver.read_back(watched.items, deadline_mono_ns)
            if driver is not self._driver:
                raise LinkLost(Cause.DEVICE_OFFLINE, place=self._place)
            proven = self._judge(watched, proof)
        return [_reading(block, item) if proven else RawReading(None, Cause.LIVENESS_PENDING) for item in items]

    def _present(self) -> Driver:
        """Give the connection.

        Raises:
            LinkLost: when there is none.
        """
        if self._driver is None:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=self._place)
        return self._driver


def _item(index: int, tag: PlantTag) -> Item:
    return Item(index, tag.point, tag.type_code, tag.tag.sentinels, tag.text_bytes)


def _reading(block: Block, item: Item) -> RawReading:
    """Take one item out of a block."""
    places = np.flatnonzero(block.index == item.index)
    if len(places) != 1:
        return RawReading(None, Cause.MALFORMED_ANSWER)
    at = int(places[0])
    cause = cause_of(int(block.cause[at]))
    if cause is not Cause.NONE:
        return RawReading(None, cause)
    return RawReading(block.texts.get(item.index, value_of(int(block.raw[at]), item.type_code)))
