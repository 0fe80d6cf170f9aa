"""Polls one device: each scan class at its period; a late poll skips, never queues. Engine, one task a device.

The supervisor opens the connection and calls `session`; this ends only by an exception (LinkLost, cancellation).
The groups may be swapped at any time, they count from the next poll on; an answer to a question that nobody asks
any more is dropped.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Sequence

import numpy as np

from hmi.drivers.contract import Block, Driver, Plan, Statistics
from hmi.engine.group import Group
from hmi.engine.liveness import Liveness, Seen
from hmi.engine.scan.tick import Tick
from hmi.image.contract import Indices
from hmi.model.clock import Clock
from hmi.model.device import Device
from hmi.model.quality import Cause
from hmi.model.value import value_of

log = logging.getLogger("hmi.scan")

_CAUSES = frozenset(int(cause) for cause in Cause)

READ_LIMIT_S = 30.0
"""No poll may take longer; drivers have their own, shorter deadlines for each request."""


class DeviceScan:
    """The polls of one device."""

    def __init__(self, device: Device, groups: Sequence[Group], tick: Tick, clock: Clock) -> None:
        """Start without a connection.

        Args:
            device: what its rule and signature are taken from.
            groups: what is polled, shortest period first.
            tick: takes the answers.
            clock: for ages.
        """
        self.verdict = Cause.NONE
        """What liveness rule and signature say; NONE when the device runs or has neither."""
        self.missed = 0
        """Polls skipped because the one before was not finished, since start."""
        self.values = 0
        """Values received since start."""
        self.statistics = Statistics()
        """Of the present or last connection."""
        self._errors_before = 0
        self._device = device
        self._tick = tick
        self._clock = clock
        self._groups: dict[str, Group] = {}
        self._due_s: dict[str, float] = {}
        self._refused: dict[str, int] = {}
        self._rows: Indices = np.empty(0, dtype=np.intp)
        self._liveness = Liveness(None, None, 0)
        self._sleeper: asyncio.Future[None] | None = None
        self.swap(device, groups)

    @property
    def rows(self) -> Indices:
        """All rows that it writes."""
        return self._rows

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

    def swap(self, device: Device, groups: Sequence[Group]) -> None:
        """Poll other groups from the next poll on; a poll that stays keeps its beat."""
        if (device.liveness, device.signature) != (self._device.liveness, self._device.signature):
            self._begin_liveness(device)
        self._device = device
        self._groups = {group.scan.name: group for group in groups}
        self._due_s = {name: due for name, due in self._due_s.items() if name in self._groups}
        self._refused = {name: count for name, count in self._refused.items() if name in self._groups}
        rows = [group.rows for group in groups]
        self._rows = np.concatenate(rows) if rows else np.empty(0, dtype=np.intp)
        self._wake()

    def judge(self, group: Group, block: Block) -> Cause:
        """Say by the hidden addresses of a poll whether the device runs."""
        rule, signature = _seen(group, block, group.rule_index), _seen(group, block, group.signature_index)
        if rule is None and signature is None:
            return self.verdict
        return self._liveness.observe(rule=rule, signature=signature, now_ns=self._clock.monotonic_ns())

    async def session(self, driver: Driver, answered: Callable[[], None]) -> None:
        """Poll over one connection until it breaks.

        Args:
            driver: open.
            answered: called after each poll that was answered.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when a poll took longer than `READ_LIMIT_S`.
        """
        loop = asyncio.get_running_loop()
        plans: dict[int, tuple[Group, Plan]] = {}
        self._due_s = {}
        self._errors_before += self.statistics.errors
        self.statistics = Statistics()
        self._begin_liveness(self._device)
        while True:
            group = self._next(loop.time())
            if group is None:
                await self._sleep(None)
                continue
            wait_s = self._due_s[group.scan.name] - loop.time()
            if wait_s > 0:
                await self._sleep(wait_s)
                continue
            block = await self._read(driver, group, plans)
            self.statistics = driver.statistics()
            answered()
            self._take(group, block)
            self._schedule(group, loop.time())

    # ------------------------------------------------------------------------------------------------ inside

    async def _read(self, driver: Driver, group: Group, plans: dict[int, tuple[Group, Plan]]) -> Block:
        """Read a group; the driver arranges items that it has not seen yet, and forgets those that nobody asks for."""
        known = plans.get(id(group.items))
        if known is None:
            asked = {id(each.items) for each in self._groups.values()}
            for stale in [key for key in plans if key not in asked]:
                del plans[stale]
            # The group holds the items, so that their identity, the key, cannot become that of others.
            known = plans[id(group.items)] = (group, driver.plan(group.items))
        async with asyncio.timeout(READ_LIMIT_S):
            return await driver.read(known[1])

    def _take(self, asked: Group, block: Block) -> None:
        """Hand an answer to the tick, for the group that asks the same now."""
        group = self._groups.get(asked.scan.name)
        if group is None or group.items is not asked.items:
            return
        self._tick.put(self, group, block)
        count = len(block.index)
        self.values += count
        self._refused[group.scan.name] = int(np.count_nonzero(block.status >= np.uint32(0x8000_0000)))

    def _next(self, now_s: float) -> Group | None:
        """Choose the poll that is due first; of several that are late the one with the shorter period."""
        best: tuple[float, int] | None = None
        chosen: Group | None = None
        for name, group in self._groups.items():
            due_s = self._due_s.setdefault(name, now_s)
            key = (max(due_s, now_s), group.scan.period_ms)
            if best is None or key < best:
                best, chosen = key, group
        return chosen

    def _schedule(self, group: Group, now_s: float) -> None:
        """Set when a group is due again: on its own beat, leaving out the beats that have passed."""
        name = group.scan.name
        if name not in self._due_s:
            return
        period_s = group.scan.period_ms / 1000
        due_s = self._due_s[name] + period_s
        if due_s <= now_s:
            missed = int((now_s - due_s) / period_s) + 1
            self.missed += missed
            due_s += missed * period_s
        self._due_s[name] = due_s

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

    def _begin_liveness(self, device: Device) -> None:
        """Forget all evidence: after a reconnect the PLC has to prove itself again."""
        now_ns = self._clock.monotonic_ns()
        self._liveness = Liveness(device.liveness, device.signature, now_ns, poll_s=self.shortest_period_s or 0.0)
        pending = device.liveness is not None or device.signature is not None
        self.verdict = Cause.LIVENESS_PENDING if pending else Cause.NONE
        self._tick.table.lay_over(self._rows, self.verdict)


def _seen(group: Group, block: Block, index: int) -> Seen | None:
    """Look a hidden item up in a block; None when the poll does not hold it."""
    if index < 0:
        return None
    at = index if block.index[index] == index else int(np.flatnonzero(block.index == index)[0])
    cause = int(block.cause[at])
    if cause not in _CAUSES:
        return Seen(0, Cause.DEVICE_FAILURE)
    value = value_of(int(block.raw[at]), group.items[index].type_code)
    if cause == Cause.NONE and (value is None or isinstance(value, str) or not math.isfinite(value)):
        return Seen(0, Cause.NOT_A_NUMBER)
    return Seen(0 if value is None or cause != Cause.NONE else int(value), Cause(cause))
