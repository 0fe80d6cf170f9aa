"""One subscription: watches nodes, takes messages, finds and fills gaps, notices silence. Engine process, event loop.

Used by `driver`. Several publish requests are kept at the server, each answer is decoded to columns, nothing is made
for a single change. OPC UA part 4, 5.13; rows UA-20 (lost data is seen and had again), 23 to 27 and 30.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np

from hmi.drivers.contract import Block, Delivery, Sink
from hmi.drivers.opcua import messages
from hmi.drivers.opcua.binary import MalformedAnswer
from hmi.drivers.opcua.messages import Notification, Service, Terms
from hmi.drivers.opcua.plan import OpcUaPlan, joined
from hmi.drivers.opcua.sequence import Sequence
from hmi.drivers.opcua.status import (
    BAD_TOO_MANY_PUBLISH_REQUESTS,
    OVERFLOW,
    cause_of_fault,
    cause_of_value,
    ends_the_link,
)
from hmi.drivers.opcua.wire import Fault, Wire
from hmi.model.clock import Clock
from hmi.model.devices.opcua import OpcUaOptions
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

log = logging.getLogger("hmi.driver.opcua")

OUTSTANDING = 3
"""Publish requests kept at the server."""
GRACE_S = 0.8
"""How much later than promised a message may come."""
LIFETIME_S = 30.0
"""Shortest time after which the server may forget a subscription that nobody asks about."""
MOST_REPUBLISHED = 100
"""Missing messages that are asked for once more; of more than that everything is read anew."""


class Subscription:
    """The watch over the items of one plan."""

    def __init__(
        self,
        wire: Wire,
        options: OpcUaOptions,
        clock: Clock,
        *,
        batch: int,
        read_all: Callable[[], Awaitable[Block]],
        place: str,
    ) -> None:
        """Make ready.

        Args:
            wire: the connection.
            options: of the device.
            clock: for times and the silence.
            batch: most items of one request.
            read_all: reads the whole plan anew.
            place: what errors and the log name.
        """
        self._wire = wire
        self._options = options
        self._clock = clock
        self._batch = batch
        self._read_all = read_all
        self._place = place
        self._depth = OUTSTANDING
        self._sequence = Sequence()
        self._acknowledge: list[tuple[int, int]] = []
        self._refused: list[int] = []
        self.terms: Terms | None = None
        """What the server granted."""
        self.lost_changes = 0

    async def run(self, plan: OpcUaPlan, sink: Sink) -> None:
        """Watch until cancelled.

        Raises:
            LinkLost: see `Subscriber.subscribe`.
        """
        try:
            self.terms = await self._create()
            sink.silence_s = self.terms.silence_s + GRACE_S
            await self._watch(plan, range(len(plan.nodes)), sink)
            await self._messages(plan, sink, self.terms)
        except Fault as fault:
            raise LinkLost(cause_of_fault(fault.status), place=self._place) from fault
        except TimeoutError as error:
            raise LinkLost(Cause.DEVICE_TIMED_OUT, place=self._place) from error
        except MalformedAnswer as error:
            raise LinkLost(Cause.MALFORMED_ANSWER, place=self._place) from error

    async def delete(self) -> None:
        """End it at the server, because another one takes its place.

        Raises:
            LinkLost: when the connection is gone.
        """
        if self.terms is None:
            return
        try:
            await self._wire.ask(Service.DELETE_SUBSCRIPTIONS, messages.delete_subscriptions(self.terms.subscription))
        except (Fault, TimeoutError, MalformedAnswer) as error:
            log.info("%s: an old subscription was not ended: %s", self._place, error)

    # ------------------------------------------------------------------------------------------------ start

    async def _create(self) -> Terms:
        wanted_ms = self._options.publishing_ms
        keep_alive = max(1, round(self._options.keep_alive_ms / wanted_ms))
        lifetime = max(3 * keep_alive, math.ceil(LIFETIME_S * 1000 / wanted_ms))
        answer = await self._wire.ask(
            Service.CREATE_SUBSCRIPTION, messages.create_subscription(wanted_ms, lifetime, keep_alive)
        )
        granted = messages.terms(answer)
        if not (0 < granted.publishing_ms < 1e9 and granted.keep_alive_count):
            raise MalformedAnswer("a subscription without an interval")
        if granted.publishing_ms > 1.5 * wanted_ms or granted.silence_s > 1.5 * self._options.keep_alive_ms / 1000:
            log.warning(
                "%s: changes come every %.0f ms and not every %d, a silence lasts up to %.1f s: the server wants it so",
                self._place,
                granted.publishing_ms,
                wanted_ms,
                granted.silence_s,
            )
        return granted

    async def _watch(self, plan: OpcUaPlan, handles: "range | list[int]", sink: Sink) -> None:
        """Ask for nodes to be watched; what is refused is delivered as bad, and kept for later."""
        refused: dict[int, int] = {}
        slower = shorter = 0
        for start in range(0, len(handles), self._batch):
            part = handles[start : start + self._batch]
            answer = await self._wire.ask(
                Service.CREATE_ITEMS,
                messages.create_items(
                    self.terms.subscription if self.terms else 0,
                    [(handle, plan.nodes[handle]) for handle in part],
                    self._options.sampling_ms,
                    self._options.queue_size,
                ),
            )
            for handle, granted in zip(part, messages.granted(answer, len(part)), strict=True):
                if granted.status >> 30 >= 2:
                    refused[handle] = granted.status
                slower += granted.sampling_ms > max(self._options.sampling_ms, self._options.publishing_ms) * 1.5
                shorter += granted.status >> 30 < 2 and granted.queue_size < self._options.queue_size
        if slower or shorter:
            log.info("%s: %d values are sampled slower, %d queues are shorter", self._place, slower, shorter)
        self._refused = list(refused)
        if refused:
            await self._deliver_refused(plan, refused, sink)

    async def _deliver_refused(self, plan: OpcUaPlan, refused: dict[int, int], sink: Sink) -> None:
        wall_ns, mono_ns = self._clock.wall_ns(), self._clock.monotonic_ns()
        block = plan.failed(plan.places[list(refused)], Cause.REPORTED_BAD, wall_ns, mono_ns)
        block.status[:] = list(refused.values())
        block.cause[:] = [cause_of_value(status) for status in refused.values()]
        await sink.put(Delivery(block, wall_ns, mono_ns))

    # ------------------------------------------------------------------------------------------------ messages

    async def _messages(self, plan: OpcUaPlan, sink: Sink, terms: Terms) -> None:
        """Take messages as they come."""
        waiting: list[asyncio.Future[Any]] = []
        heard_ns = retried_ns = self._clock.monotonic_ns()
        try:
            while True:
                while len(waiting) < self._depth:
                    acknowledged, self._acknowledge = self._acknowledge, []
                    waiting.append(self._wire.begin(Service.PUBLISH, messages.publish(acknowledged)))
                limit_s = terms.silence_s + GRACE_S - (self._clock.monotonic_ns() - heard_ns) / 1e9
                done = await _first(waiting, limit_s)
                if not done:
                    raise LinkLost(Cause.DEVICE_TIMED_OUT, place=self._place)
                for one in done:
                    waiting.remove(one)
                    now_ns = self._clock.monotonic_ns()
                    if await self._answered(one, plan, sink, terms):
                        heard_ns = now_ns
                if self._refused and heard_ns - retried_ns > self._options.retest_s * 10**9:
                    retried_ns = heard_ns
                    await self._watch(plan, self._refused, sink)
        finally:
            for one in waiting:
                if not one.cancel() and not one.cancelled():
                    one.exception()  # of no interest any more, nor to be reported as forgotten

    async def _answered(self, answer: "asyncio.Future[Any]", plan: OpcUaPlan, sink: Sink, terms: Terms) -> bool:
        """Take the answer to one publish request; tells whether it is a message of this subscription."""
        try:
            published = messages.published(self._wire.end(Service.PUBLISH, answer))
        except Fault as fault:
            if fault.status >> 16 == BAD_TOO_MANY_PUBLISH_REQUESTS and self._depth > 1:
                self._depth -= 1
                return False
            if ends_the_link(fault.status):
                raise
            log.info("%s: a publish request was refused: %s", self._place, fault)
            await asyncio.sleep(min(1.0, terms.publishing_ms / 1000))
            return False
        if published.subscription != terms.subscription:
            return False  # of one before, which has been deleted
        wall_ns, mono_ns = self._clock.wall_ns(), self._clock.monotonic_ns()
        message = published.notification
        self._check_lasts(message)
        missing = self._sequence.take(message.sequence, keep_alive=message.keep_alive)
        if not message.keep_alive:
            self._acknowledge.append((terms.subscription, message.sequence))
        if missing is None:
            return True
        had_again, lost = await self._again(missing, terms) if missing else ([], False)
        for one in (*had_again, message):
            self._check_lasts(one)
            await sink.put(Delivery(self._block(plan, one, wall_ns, mono_ns), wall_ns, mono_ns))
        if lost:
            self.lost_changes += 1
            log.warning("%s: messages were lost, all values are read anew", self._place)
            block = await self._read_all()
            await sink.put(Delivery(block, self._clock.wall_ns(), self._clock.monotonic_ns(), complete=True))
        return True

    def _check_lasts(self, message: Notification) -> None:
        """Give up when the server ends the subscription (UA-23).

        Raises:
            LinkLost: SUBSCRIPTION_ENDED.
        """
        if message.ended is not None:
            log.info("%s: the server ended the subscription: %#010x", self._place, message.ended)
            raise LinkLost(Cause.SUBSCRIPTION_ENDED, place=self._place)

    async def _again(self, missing: list[int], terms: Terms) -> tuple[list[Notification], bool]:
        """Ask for missing messages once more; tells whether some could not be had."""
        found: list[Notification] = []
        for number in missing[:MOST_REPUBLISHED]:
            try:
                answer = await self._wire.ask(Service.REPUBLISH, messages.republish(terms.subscription, number))
            except Fault as fault:
                if ends_the_link(fault.status):
                    raise
                return found, True
            found.append(messages.notification(answer))
            self._acknowledge.append((terms.subscription, number))
        return found, len(missing) > MOST_REPUBLISHED

    def _block(self, plan: OpcUaPlan, message: Notification, wall_ns: int, mono_ns: int) -> Block | None:
        """Make the block of a message, None when nothing changed."""
        blocks = []
        for columns in message.changes:
            known = columns.handle < len(plan.places)
            if not known.all():
                raise MalformedAnswer("a change of a node that is not watched")
            if not len(columns.handle):
                continue
            over = int(np.count_nonzero(columns.status & np.uint32(OVERFLOW) == OVERFLOW))
            if over and not self.lost_changes:
                log.warning("%s: the server's queue overflowed, changes are lost", self._place)
            self.lost_changes += over
            blocks.append(plan.block(plan.places[columns.handle], columns, wall_ns, mono_ns))
        return joined(blocks) if blocks else None


async def _first(waiting: "list[asyncio.Future[Any]]", limit_s: float) -> "list[asyncio.Future[Any]]":
    """Wait for the first answers; empty when none came in time.

    A loop that was held up finds the answer and the end of the time in one turn: then the answer counts.
    """
    await asyncio.wait(waiting, timeout=max(0.0, limit_s), return_when=asyncio.FIRST_COMPLETED)
    if not any(one.done() for one in waiting):
        await asyncio.sleep(0)
    return [one for one in waiting if one.done()]
