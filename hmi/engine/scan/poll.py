"""Polls one device: each scan class at its period; a late poll skips, never queues. Engine, one task a device.

The supervisor opens the connection and calls `session`; this ends only by an exception (LinkLost, cancellation).
Behind every poll the evidence is read that the device runs, and runs the program that we know: an answer counts when
the evidence before it and behind it is right. The groups may be swapped at any time, they count from the next poll on;
an answer to a question that nobody asks any more, or of a connection that is not the present one, is dropped.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

import numpy as np

from hmi.drivers.contract import Block, Driver, Item, Plan, Statistics
from hmi.engine.evidence import Watched, watched
from hmi.engine.group import Group
from hmi.engine.liveness import Liveness
from hmi.engine.plant import PlantDevice
from hmi.engine.scan.exchange import Exchange
from hmi.engine.scan.schedule import Schedule
from hmi.engine.scan.tick import Ruling, Tick
from hmi.image.contract import Indices
from hmi.model.clock import Clock
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

log = logging.getLogger("hmi.scan")

READ_LIMIT_S = 30.0
"""No poll may take longer; drivers have their own, shorter deadlines for each request."""

Plans = dict[int, tuple[tuple[Item, ...], Plan]]
"""By identity of the items, which are held so that it cannot become that of others."""


class DeviceScan:
    """The polls of one device."""

    def __init__(self, device: PlantDevice, groups: Sequence[Group], tick: Tick, clock: Clock) -> None:
        """Start without a connection.

        Args:
            device: what its rule and signature are taken from.
            groups: what is polled, shortest period first.
            tick: takes the answers.
            clock: for ages.
        """
        self.verdict = Cause.NONE
        """What liveness rule and signature say; NONE when the device runs or has neither."""
        self.values = 0
        """Values received since start."""
        self.statistics = Statistics()
        """Of the present or last connection."""
        self.judged: Callable[[], None] = _nothing
        """Called after each poll whose answer was taken: the state of the device may be another one."""
        self._errors_before = 0
        self._device = device
        self._watched = watched(device)
        self._tick = tick
        self._clock = clock
        self._groups: dict[str, Group] = {}
        self._schedule = Schedule()
        self._refused: dict[str, int] = {}
        self._rows: Indices = np.empty(0, dtype=np.intp)
        self._liveness = Liveness(None, None, 0)
        self._sleeper: asyncio.Future[None] | None = None
        self.exchange = Exchange(device.device.name, clock, lambda: self._watched, self._judge_read_back, self._look)
        """Single writes and read-backs over the present connection."""
        self._connection = 0
        """Number of the present connection: a session that outlives its own writes nothing any more."""
        self.swap(device, groups)

    @property
    def rows(self) -> Indices:
        """All rows that it writes."""
        return self._rows

    @property
    def missed(self) -> int:
        """Polls skipped because the one before was not finished, since start."""
        return self._schedule.missed

    @property
    def errors(self) -> int:
        """Answers that were refused, malformed or missing since start, over all connections."""
        return self._errors_before + self.statistics.errors

    @property
    def refused(self) -> int:
        """Tags that the device answered badly in their last poll."""
        return sum(self._refused.values())

    @property
    def groups(self) -> tuple[Group, ...]:
        """What is polled."""
        return tuple(self._groups.values())

    @property
    def shortest_period_s(self) -> float | None:
        """Period of the fastest poll; None when nothing is polled."""
        return min((group.scan.period_ms / 1000 for group in self._groups.values()), default=None)

    @property
    def longest_silence_s(self) -> float | None:
        """Longest time without an answer of a device that is in order; None when nothing is asked."""
        return self.shortest_period_s

    def swap(self, device: PlantDevice, groups: Sequence[Group]) -> None:
        """Poll other groups from the next poll on; a poll that stays keeps its beat."""
        before, now = self._device.device, device.device
        changed = (now.liveness, now.signature) != (before.liveness, before.signature)
        self._device = device
        self._watched = watched(device, self._watched)
        self._groups = {group.scan.name: group for group in groups}
        self._schedule.keep(self._groups)
        self._refused = {name: count for name, count in self._refused.items() if name in self._groups}
        rows = [group.rows for group in groups]
        self._rows = np.concatenate(rows) if rows else np.empty(0, dtype=np.intp)
        if changed:
            self._begin_liveness()
            self._tick.table.show(self._rows)
        self._wake()

    def lost(self, cause: Cause) -> None:
        """Give all tags the cause at once, with their last values; what the connection still brings is dropped."""
        self._connection += 1
        self.exchange.end()
        self._tick.flush()
        self._tick.table.say(self._rows, cause)

    def hasten(self, scan_class: str) -> None:
        """Poll a scan class next."""
        self._schedule.hasten(scan_class, asyncio.get_running_loop().time())
        self._wake()

    async def session(self, driver: Driver, answered: Callable[[], None]) -> None:
        """Poll over one connection until it breaks, and let single writes use it meanwhile.

        Args:
            driver: open.
            answered: called after each poll that was answered.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when a poll took longer than `READ_LIMIT_S`.
        """
        self._connection += 1
        with self.exchange.over(driver):
            await self._poll(driver, answered)

    # ------------------------------------------------------------------------------------------------ inside

    async def _poll(self, driver: Driver, answered: Callable[[], None]) -> None:
        """Poll until the connection breaks or is not the present one any more."""
        loop = asyncio.get_running_loop()
        plans: Plans = {}
        connection = self._connection
        self._schedule.restart()
        self._errors_before += self.statistics.errors
        self.statistics = Statistics()
        self._begin_liveness()
        while connection == self._connection:
            scans = {name: group.scan for name, group in self._groups.items()}
            name, wait_s = self._schedule.choose(scans, loop.time()) or (None, None)
            if name is None or wait_s:
                await self._sleep(wait_s)
                continue
            group, asked = self._groups[name], self._watched
            block, proof = await self._read(driver, group.items, plans), await self._read(driver, asked.items, plans)
            if connection != self._connection:
                break
            self.statistics = driver.statistics()
            answered()
            self._take(group, block, asked, proof)
            self._schedule.done(group.scan, loop.time())
        raise LinkLost(Cause.DEVICE_OFFLINE, place=self._device.device.name)

    async def _read(self, driver: Driver, items: tuple[Item, ...], plans: Plans) -> Block | None:
        """Read items, None when there are none; the driver arranges those that it has not seen yet, once."""
        if not items:
            return None
        known = plans.get(id(items))
        if known is None:
            asked = {id(self._watched.items), *(id(each.items) for each in self._groups.values())}
            for stale in [key for key in plans if key not in asked]:
                del plans[stale]
            known = plans[id(items)] = (items, driver.plan(items))
        async with asyncio.timeout(READ_LIMIT_S):
            return await driver.read(known[1])

    def _take(self, asked: Group, block: Block | None, watch: Watched, proof: Block | None) -> None:
        """Judge an answer, and hand it to the tick for the group that asks the same now."""
        if watch is not self._watched:
            return  # asked under another rule: it proves nothing by this one
        ruling = self._rule(watch, proof)
        group = self._groups.get(asked.scan.name)
        if group is None or group.items is not asked.items:
            group = block = None
        if self.verdict is Cause.NONE and proof is not None and not self._liveness.proven:
            group = block = None  # nobody can tell which program these values are of
        self._tick.put(group, block, ruling)
        if group is not None and block is not None:
            self.values += len(block.index)
            self._refused[group.scan.name] = int(np.count_nonzero(block.status >= np.uint32(0x8000_0000)))
        self.judged()

    def _rule(self, watch: Watched, proof: Block | None) -> Ruling:
        """Judge the device by what was read of its evidence."""
        before = self.verdict
        if proof is not None:
            self.verdict = self._liveness.observe(
                rule=watch.rule(proof), signature=watch.signature(proof), now_ns=self._clock.monotonic_ns()
            )
        if self.verdict is not before:
            log.info("device %s: %s after %s", self._device.device.name, self.verdict.name, before.name)
        ruling = Ruling(self.verdict, before, self._rows)
        if ruling.recovered:
            self._schedule.restart()
        return ruling

    def _look(self) -> None:
        """Poll everything at once: the connection may be gone."""
        self._schedule.restart()
        self._wake()

    def _judge_read_back(self, watch: Watched, proof: Block) -> bool:
        """Judge the device by the evidence behind a read-back; tells whether the evidence could be read."""
        if watch is not self._watched:
            return False
        self._tick.put(None, None, self._rule(watch, proof))
        self.judged()
        return self._liveness.proven

    async def _sleep(self, seconds: float | None) -> None:
        """Sleep until a poll is due (None: until there is one), or until the groups were swapped."""
        loop = asyncio.get_running_loop()
        self._sleeper = loop.create_future()
        timer = loop.call_later(seconds, self._wake) if seconds is not None else None
        try:
            await self._sleeper
        finally:
            self._sleeper = None
            if timer is not None:
                timer.cancel()

    def _wake(self) -> None:
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)

    def _begin_liveness(self) -> None:
        """Forget all evidence: after a reconnect the PLC has to prove itself again."""
        device = self._device.device
        self._liveness = Liveness(
            device.liveness,
            device.signature,
            self._clock.monotonic_ns(),
            poll_s=self.shortest_period_s or 0.0,
            unreadable=self._device.evidence.unreadable,
        )
        self.verdict = self._liveness.verdict
        self._tick.table.lay_over(self._rows, self.verdict)


def _nothing() -> None:
    """Do nothing."""
