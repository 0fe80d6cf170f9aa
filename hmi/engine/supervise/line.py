"""Keeps one device connected. Engine process, one task a device; a fault of one disturbs no other.

A driver is made anew for every attempt and closed after it. The first fault is logged, the next ones are counted,
the return is logged with the count. A link that opens but brings no data for too long is ended like a broken one. The
tags learn of a lost link before anything is waited for that belongs to it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from hmi.drivers.contract import Driver
from hmi.engine.supervise.backoff import Backoff
from hmi.model.clock import Clock
from hmi.model.device import DeviceState
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause

log = logging.getLogger("hmi.driver")

_SECOND_NS = 1_000_000_000
_HELD_AFTER = 2
"""So many connections in a row that end before the first answer mean that the device has no free slot."""


SILENT_S = 15.0
"""Age of the newest data at which a link counts as lost, seconds, unless the polls are slower than that."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Time limits of a connection, seconds."""

    open_s: float = 5.0
    close_s: float = 2.0
    steady_s: float = 5.0
    """A connection that held so long resets the back-off."""
    look_s: float = 1.0
    """How often the age of the data is looked at."""


def limits_of(options: object) -> Limits:
    """Give the time limits of a device: one that may take long to connect by its options is not cut off before.

    Args:
        options: of the device; `connect_ms` counts, where there is one.
    """
    connect_ms = getattr(options, "connect_ms", 0)
    return Limits(open_s=max(Limits().open_s, connect_ms / 1000 + 1.0))


class Session(Protocol):
    """What is done over an open connection; ends only by an exception."""

    def __call__(self, driver: Driver, answered: Callable[[], None]) -> Awaitable[None]:
        """Work; call `answered` whenever data came."""
        ...


class Line:
    """The connection to one device."""

    def __init__(
        self,
        name: str,
        make_driver: Callable[[], Driver],
        session: Session,
        lost: Callable[[Cause], None],
        clock: Clock,
        *,
        limits: Limits | None = None,
        silent_after_s: Callable[[], float | None] | None = None,
        chance: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Start without a connection; `run` works.

        Args:
            name: of the device, for the log.
            make_driver: makes a new driver; its faults count as faults of the device.
            session: what is done over an open connection.
            lost: told each time when the connection ends or an attempt fails, with what the tags get.
            clock: for ages.
            limits: time limits.
            silent_after_s: age of the newest data at which the link counts as lost, seconds; None expects no data.
            chance: of the jitter.
            sleep: waits between attempts, seconds.
        """
        self.state = DeviceState.CONNECTING
        self.last_cause = Cause.NONE
        """Of the newest fault."""
        self.attempts = 0
        """Attempts since start."""
        self.faults = 0
        """Attempts and connections that failed since start."""
        self._name = name
        self._make_driver = make_driver
        self._session = session
        self._lost = lost
        self._clock = clock
        self._limits = limits or Limits()
        self._silent_after_s = silent_after_s or (lambda: SILENT_S)
        self._backoff = Backoff(chance or random.Random())
        self._sleep = sleep
        self._heard: Driver | None = None
        self._answered_ns = 0
        self._answers = False
        self._fault_run = 0
        self._unanswered_run = 0

    async def run(self) -> None:
        """Connect, work, and connect again until cancelled."""
        while True:
            self.attempts += 1
            await self._attempt(self._clock.monotonic_ns())
            await self._sleep(self._backoff.next_s())

    # ------------------------------------------------------------------------------------------------ inside

    async def _attempt(self, started_ns: int) -> None:
        """Try one connection to its end."""
        driver: Driver | None = None
        work: asyncio.Task[None] | None = None
        self._answers = opened = False
        try:
            try:
                driver = self._make_driver()
                async with asyncio.timeout(self._limits.open_s):
                    await driver.open()
                opened = True
                self._heard = driver
                work = asyncio.create_task(self._work(driver), name=f"session of {self._name}")
                await self._watch(work)
            except LinkLost as fault:
                cause = fault.cause
            except TimeoutError:
                cause = Cause.DEVICE_TIMED_OUT
            except (Exception, asyncio.CancelledError) as fault:
                # A cancellation that nobody asked of us was let out by the driver: a fault like any other.
                if _is_ours(fault):
                    raise
                if not self._fault_run:
                    log.exception("device %s: its driver failed", self._name)
                cause = Cause.DEVICE_FAILURE
            else:
                cause = Cause.DEVICE_OFFLINE  # the session gave up by itself
            held = opened and not self._answers and cause is Cause.DEVICE_RESET
            self._unanswered_run = self._unanswered_run + 1 if held else 0
            self._record(cause, self._clock.monotonic_ns() - started_ns)
        finally:
            if work is not None:
                await self._end(work)
            if driver is not None:
                await self._close(driver)

    async def _work(self, driver: Driver) -> None:
        """Do the session; one that outlives its connection is not heard any more."""

        def answered() -> None:
            if self._heard is driver:
                self._note_answer()

        await self._session(driver, answered)

    async def _watch(self, work: "asyncio.Task[None]") -> None:
        """Wait for the end of a session, or for its data to grow too old.

        Raises:
            LinkLost: when they have.
            Exception: what ended the session.
        """
        self._answered_ns = self._clock.monotonic_ns()
        while True:
            done, _ = await asyncio.wait({work}, timeout=self._limits.look_s)
            if done:
                work.result()
                return
            silent_s = self._silent_after_s()
            if silent_s is None:
                self._note_answer()  # nothing is polled: that the link is open is all there is to know
            elif self._clock.monotonic_ns() - self._answered_ns > silent_s * _SECOND_NS:
                raise LinkLost(Cause.DEVICE_TIMED_OUT, place=self._name)

    async def _end(self, work: "asyncio.Task[None]") -> None:
        """End a session; one that does not hear of it is left behind with a line in the log."""
        work.cancel()
        ended, _ = await asyncio.wait({work}, timeout=self._limits.close_s)
        if not ended:
            log.error("device %s: its session does not end", self._name)
        elif not work.cancelled():
            work.exception()  # a fault while it was being ended is of no interest, nor to be reported as forgotten

    def _note_answer(self) -> None:
        self._answered_ns = self._clock.monotonic_ns()
        if self._answers:
            return
        self._answers = True
        self.state = DeviceState.ONLINE
        if self._fault_run:
            log.info("device %s: back after %d failed attempts", self._name, self._fault_run)
        else:
            log.info("device %s: online", self._name)
        self._fault_run = 0

    def _record(self, cause: Cause, held_ns: int) -> None:
        """Keep what happened and tell the tags."""
        self.faults += 1
        self._fault_run += 1
        self.last_cause = cause
        self._heard = None
        if self._answers and held_ns > self._limits.steady_s * _SECOND_NS:
            self._backoff.reset()
        self.state = DeviceState.SLOTS_HELD if self._unanswered_run >= _HELD_AFTER else DeviceState.OFFLINE
        if self._fault_run == 1:
            log.warning("device %s: %s; trying again until it answers", self._name, cause.name)
        self._lost(cause)

    async def _close(self, driver: Driver) -> None:
        """Close a driver; one that hangs or fails in that is left behind with a line in the log."""
        try:
            async with asyncio.timeout(self._limits.close_s):
                await driver.close()
        except (Exception, asyncio.CancelledError) as fault:
            if _is_ours(fault):
                raise
            log.exception("device %s: its driver cannot be closed", self._name)


def _is_ours(fault: BaseException) -> bool:
    """Tell whether it is the cancellation of the present task, to be let through."""
    task = asyncio.current_task()
    return isinstance(fault, asyncio.CancelledError) and task is not None and task.cancelling() > 0
