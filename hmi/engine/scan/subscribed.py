"""Follows one device that tells changes by itself. Engine, one task a device; the counterpart of polling in `poll`.

Everything is read once at the start, then messages come. Behind each batch of messages, and at least once a second, the
evidence is read that the device runs: what a message brought counts like what a poll brought (decision 0012). After a
loss, after a write whose result is not known and when the device runs again, everything is read anew. A quiet device is
judged by its keep-alives: each makes all values as old as itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

from hmi.drivers.contract import Block, Delivery, Driver, Plan, Sink, Statistics, Subscriber
from hmi.engine.evidence import Watched
from hmi.engine.group import Group
from hmi.engine.plant import PlantDevice
from hmi.engine.scan.held import Held
from hmi.engine.scan.poll import READ_LIMIT_S, DeviceScan, Plans
from hmi.engine.scan.tick import Ruling, Tick
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

EVIDENCE_S = 1.0
"""Longest time between two looks at the evidence, seconds."""
STALE_GRACE_S = 0.2
"""How much longer than the longest silence a value may be without news before it is stale, seconds."""


class SubscribedScan(DeviceScan):
    """The subscription to one device."""

    def __init__(self, device: PlantDevice, groups: Sequence[Group], tick: Tick, clock: Clock) -> None:
        self._anew = False
        """Everything is to be read once more."""
        self._silence_s: float | None = None
        """What the ages in the table of rows go by; None when they go by the scan classes."""
        self._unproven = False
        """Something was told that no evidence speaks for yet."""
        super().__init__(device, groups, tick, clock)

    @property
    def shortest_period_s(self) -> float | None:
        """How often the evidence is read at least."""
        return EVIDENCE_S if self._groups else None

    @property
    def longest_silence_s(self) -> float | None:
        """Longest time without a message of a device that is in order; None when nothing is watched."""
        return max(EVIDENCE_S, self._silence_s or 0.0) if self._groups else None

    def swap(self, device: PlantDevice, groups: Sequence[Group]) -> None:
        """Follow other groups; when they ask for other items the device is subscribed to anew."""
        self._silence_s = None
        super().swap(device, groups)

    # ------------------------------------------------------------------------------------------------ inside

    async def _poll(self, driver: Driver, answered: Callable[[], None]) -> None:
        """Follow until the connection breaks or is not the present one any more."""
        connection = self._connection
        self._errors_before += self.statistics.errors
        self.statistics = Statistics()
        self._begin_liveness()
        plans: Plans = {}
        while connection == self._connection:
            following = _Following(cast("Subscriber", driver), self._groups, answered, plans)
            self._anew, self._silence_s = True, None
            try:
                while connection == self._connection and following.asks(self._groups):
                    await self._step(following)
            finally:
                await following.end()
        raise LinkLost(Cause.DEVICE_OFFLINE, place=self._device.device.name)

    async def _step(self, following: "_Following") -> None:
        """Do what is to be done next: read everything anew, take what has come, or look at the evidence."""
        connection = self._connection
        if self._anew:
            self._anew = False
            async with asyncio.timeout(READ_LIMIT_S):
                batch = [await following.read_all(self._clock)]
        else:
            batch = await self._wait(following)
        self._settle_ages(following)
        watch = self._watched
        if not batch and not watch.items:
            return
        proof = await self._read(following.driver, watch.items, following.plans)
        if connection != self._connection:
            return
        following.looked_s = asyncio.get_running_loop().time()
        self.statistics = following.driver.statistics()
        following.answered()
        if batch:
            following.newest = batch[-1]
        self._take_batch(following, batch, watch, proof)

    async def _wait(self, following: "_Following") -> list[Delivery]:
        """Wait for messages; empty when the evidence is due or the groups were swapped."""
        loop = asyncio.get_running_loop()
        due_s = following.looked_s + EVIDENCE_S - loop.time() if self._watched.items else None
        self._sleeper = loop.create_future()
        try:
            return await following.messages(self._sleeper, due_s)
        finally:
            self._sleeper = None

    def _settle_ages(self, following: "_Following") -> None:
        """Let values grow old by what the device has promised, instead of by their scan class."""
        silence_s = following.sink.silence_s
        if silence_s is not None and silence_s != self._silence_s:
            self._silence_s = silence_s
            self._tick.table.stale_after_ns[self._rows] = int((silence_s + STALE_GRACE_S) * 1e9)

    def _take_batch(self, following: "_Following", batch: list[Delivery], watch: Watched, proof: Block | None) -> None:
        """Hand over what messages brought, change by change: each says of all groups how they are."""
        names = list(self._groups)
        for delivery in batch:
            for _ in following.held.take(delivery):
                if not self._hand(following, names, delivery, watch, proof):
                    # Nothing counts for now: what is held goes out when it does, the rest is only taken note of.
                    names = []
        if not batch:
            names = names if self._unproven else names[:1]
            newest = following.newest if self._unproven else None
            self._hand(following, names, newest, watch, proof)

    def _hand(
        self,
        following: "_Following",
        names: Sequence[str],
        delivery: Delivery | None,
        watch: Watched,
        proof: Block | None,
    ) -> bool:
        """Hand blocks of groups to the tick; tells whether they count."""
        for name in names:
            group = self._groups[name]
            block = following.held.block(following.place[name], delivery) if delivery is not None else None
            before = self.values
            self._take(group, block if len(group.items) else None, watch, proof)
            if delivery is not None and self.values != before:
                self.values = before + following.changed(delivery, name)
            counts = watch is self._watched and (
                self.verdict is not Cause.NONE or proof is None or self._liveness.proven
            )
            self._unproven = delivery is not None and not counts
            if not counts or self._anew:
                return False
        return True

    def _rule(self, watch: Watched, proof: Block | None) -> Ruling:
        """Judge the device; when it runs again, everything is read anew."""
        ruling = super()._rule(watch, proof)
        if ruling.recovered:
            self._anew = True
        return ruling

    def _look(self) -> None:
        """Read everything anew at once: the connection may be gone."""
        self._anew = True
        self._wake()


class _Following:
    """One subscription, from its start to its end."""

    def __init__(
        self, driver: Subscriber, groups: dict[str, Group], answered: Callable[[], None], plans: Plans
    ) -> None:
        self.driver = driver
        self.answered = answered
        self.plans = plans
        self.looked_s = 0.0
        """When the evidence was read, time of the loop."""
        self.newest: Delivery | None = None
        self.place = {name: place for place, name in enumerate(groups)}
        self._asked = tuple(group.items for group in groups.values())
        self.held = Held(self._asked)
        self.sink = Sink()
        self._plan: Plan = driver.plan(self.held.items)
        self._work: asyncio.Task[None] | None = None
        self._taking: asyncio.Task[Delivery] | None = None

    def asks(self, groups: dict[str, Group]) -> bool:
        """Tell whether these groups ask for what is followed."""
        return list(groups) == list(self.place) and self._asked == tuple(group.items for group in groups.values())

    async def read_all(self, clock: Clock) -> Delivery:
        """Read all items once."""
        block = await self.driver.read(self._plan)
        return Delivery(block, clock.wall_ns(), clock.monotonic_ns(), complete=True)

    async def messages(self, woken: "asyncio.Future[None]", limit_s: float | None) -> list[Delivery]:
        """Wait for messages, at first for the subscription to begin; gives all that are there.

        Raises:
            LinkLost: when the subscription ended.
        """
        if self._work is None:
            self._work = asyncio.create_task(self.driver.subscribe(self._plan, self.sink), name="subscription")
        if self._taking is None:
            self._taking = asyncio.create_task(self.sink.take(), name="messages of a subscription")
        ends: tuple[asyncio.Future[Any], ...] = (self._work, self._taking, woken)
        await asyncio.wait(
            ends, timeout=None if limit_s is None else max(0.0, limit_s), return_when=asyncio.FIRST_COMPLETED
        )
        if self._taking.done():
            found = [self._taking.result(), *self.sink.rest()]
            self._taking = None
            return found
        if self._work.done():
            self._work.result()
            raise LinkLost(Cause.SUBSCRIPTION_ENDED)
        return []

    def changed(self, delivery: Delivery, name: str) -> int:
        """Count what a message says of one group."""
        if delivery.block is None:
            return 0
        part = self.held.part(self.place[name])
        index = delivery.block.index
        return int(((index >= part.start) & (index < part.stop)).sum())

    async def end(self) -> None:
        """End it; what was not taken is thrown away."""
        tasks = [task for task in (self._work, self._taking) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
