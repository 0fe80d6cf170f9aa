"""The writer: takes records on the event loop, writes them on a thread of its own, says when they are durable.

Lives in the engine process. The thread owns the ledger (and imports SQLAlchemy); the event loop never waits for a
disk. While the disk refuses, records wait in memory, in order, and the thread tries again: after 0.1 s, then ever
later, at most every 5 s.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.model.errors import EnvironmentFault
from hmi.model.reason import Reason
from hmi.store.contract import Record, Standing, StoreState
from hmi.store.faults import reason_of
from hmi.store.pace import Pace

if TYPE_CHECKING:
    from hmi.store.ledger import Ledger

log = logging.getLogger("hmi.store")

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
MOST_UNITS = 4000
"""Most units of one commit: what has piled up while a disk was full is written in several."""
NOTE_S = 1.0
"""Shortest time between two notes of the heads."""
PATIENCE = 2
"""Tries at opening before an engine goes on without knowing what the store holds."""


@dataclass(slots=True)
class _Unit:
    """Records that are kept whole or not at all, and who waits for them."""

    records: tuple[Record, ...]
    done: "asyncio.Future[None]"
    came_s: float
    """Monotonic seconds."""


class StoreWriter:
    """A `Keeper`. Made by `open_store` on the running loop; its owner closes it."""

    def __init__(self, folder: Path, make_ledger: "Callable[[], Ledger]") -> None:
        """Start the thread.

        Args:
            folder: data folder of the station.
            make_ledger: called on the thread: it imports what is slow to import.
        """
        self._folder = folder
        self._make_ledger = make_ledger
        self._loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[Standing] = self._loop.create_future()
        """What the store held, or what is known of it after some tries."""
        self.later: asyncio.Future[Standing] = self._loop.create_future()
        """What the store held, once it could be read."""
        self.listener: Callable[[StoreState], None] | None = None
        """Called on the loop when the reason of `state` changes."""
        self._units: deque[_Unit] = deque()
        self._wake = threading.Condition()
        self._reason: Reason | None = None
        self._waiting = 0
        self._closing = False
        self._ledger: Ledger | None = None
        """Belongs to the thread; only its notice is looked at on the loop."""
        self._thread = threading.Thread(target=self._run, name="store writer", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------------------------------------------ on the loop

    def keep(self, *records: Record) -> "asyncio.Future[None]":
        """Hand records over, in this order, as one unit that is kept whole or not at all.

        Returns:
            Done when they are durable; cancelled when the engine stops before that. It fails only for records that
            no table takes (a number of more than 64 bits): that is a fault of the caller, harms no other unit, and
            is logged.
        """
        done: asyncio.Future[None] = self._loop.create_future()
        if not records:
            done.set_result(None)
            return done
        with self._wake:
            if self._closing:
                done.cancel()
                return done
            self._units.append(_Unit(records, done, time.monotonic()))
            self._waiting += len(records)
            self._wake.notify()
        return done

    @property
    def state(self) -> StoreState:
        """How it is now."""
        notice = self._ledger.notice if self._ledger is not None else None
        return StoreState(reason=self._reason, waiting=self._waiting, notice=notice)

    async def close(self) -> None:
        """Write what waits, if the disk takes it, and end the thread; safe to call twice."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)
        await asyncio.sleep(0)  # what the thread left for the loop to do

    # ------------------------------------------------------------------------------------------------ on the thread

    def _run(self) -> None:
        """Work until closed; nothing that a disk or a record does ends the thread before that."""
        ledger: Ledger | None = None
        try:
            ledger = self._ledger = self._make_ledger()
            self._open(ledger)
            self._work(ledger)
        except EnvironmentFault as error:  # of a newer version: said by whoever waits for `opened`
            self._call(_fail, self.opened, error)
        except Exception as error:
            log.exception("the writer of the store failed")
            self._call(_fail, self.opened, error)
        finally:
            if ledger is not None:
                ledger.close()
            self._give_up()

    def _open(self, ledger: "Ledger") -> None:
        """Open the store; after some tries the engine goes on with what can be read of it, or without."""
        pause_s, tries = FIRST_PAUSE_S, 0
        while not self._try(ledger.open) and not self._closing:
            tries += 1
            if tries == PATIENCE:
                self._call(_settle, self.opened, self._peek(ledger))
            self._sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        self._say_standing(ledger)

    def _peek(self, ledger: "Ledger") -> Standing:
        """Read a store that cannot be written."""
        from hmi.store.reader import StoreReader

        if ledger.mirror is None:
            try:
                ledger.mirror = StoreReader(self._folder).mirror()
            except Exception as error:  # whatever the disk says, once more: then it is not known
                log.warning("the store cannot be read either: %s", error)
                return Standing(known=False)
        return ledger.mirror.standing(known=True)

    def _say_standing(self, ledger: "Ledger") -> None:
        if ledger.mirror is None:
            return
        standing = ledger.mirror.standing(known=True)
        self._call(_settle, self.opened, standing)
        self._call(_settle, self.later, standing)

    def _work(self, ledger: "Ledger") -> None:
        """Write what comes until closed and nothing waits, or the disk refuses while closing."""
        pace, note_s = Pace(), 0.0
        while True:
            units = self._next(pace, NOTE_S if ledger.note_is_due else None)
            if units and not self._commit(ledger, units):
                return
            now_s = time.monotonic()
            if ledger.note_is_due and (now_s - note_s >= NOTE_S or self._closing):
                ledger.note(last=self._closing)
                note_s = now_s
            if self._closing and not self._units:
                return

    def _next(self, pace: Pace, limit_s: float | None) -> list[_Unit]:
        """Wait for units and gather what belongs into the same commit; nothing when closing, or after the limit."""
        with self._wake:
            if not self._units and not self._closing:
                self._wake.wait(limit_s)
            if not self._units:
                return []
            now_s = time.monotonic()
            end_s = self._units[0].came_s + pace.wait_s(now_s)
            while not self._closing and len(self._units) < MOST_UNITS and (left_s := end_s - time.monotonic()) > 0:
                self._wake.wait(left_s)
            return [self._units.popleft() for _ in range(min(len(self._units), MOST_UNITS))]

    def _commit(self, ledger: "Ledger", units: list[_Unit]) -> bool:
        """Write units, however often that takes; False when the engine stops before."""
        pause_s = FIRST_PAUSE_S
        while units:
            settled, refused = self._attempt(ledger, [unit.records for unit in units])
            self._settle(units[:settled], refused)
            units = units[settled:]
            if not units:
                return True
            if self._closing:
                self._call(_cancel, units)
                return False
            self._sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        return True

    def _attempt(self, ledger: "Ledger", units: list[tuple[Record, ...]]) -> tuple[int, dict[int, Exception]]:
        """Try once; gives how many units are settled (all, none, seldom some), and which of them no table takes."""
        refused: dict[int, Exception] = {}
        written = 0

        def write() -> None:
            nonlocal written
            try:
                refused.update(ledger.commit(units))
            except Exception as error:
                written = getattr(error, "written", 0)
                refused.update(getattr(error, "refused", {}))
                raise

        return (len(units) if self._try(write) else written), refused

    def _settle(self, units: list[_Unit], refused: dict[int, Exception]) -> None:
        """Tell those who wait that their records are durable, or why no table takes them."""
        if not units:
            return
        with self._wake:
            self._waiting -= sum(len(unit.records) for unit in units)
        for place, error in refused.items():
            log.error("no table takes %r: %s", units[place].records, error)
        self._call(_resolve, units, refused)

    def _try(self, work: Callable[[], None]) -> bool:
        """Do something with the disk; tells whether it went, and keeps why not.

        Raises:
            EnvironmentFault: when the store is of a newer version.
        """
        try:
            work()
        except EnvironmentFault:
            raise
        except Exception as error:
            why = reason_of(error.__cause__ if hasattr(error, "written") and error.__cause__ else error, self._folder)
            if why.code == "store.refused":
                log.warning("the store refuses", exc_info=True)
            self._say(why)
            return False
        self._say(None)
        return True

    def _say(self, why: Reason | None) -> None:
        """Keep the reason; log and tell it when it is another one."""
        if why == self._reason:
            return
        self._reason = why
        if why is None:
            log.warning("the store takes records again")
        else:
            log.error("records wait in memory: %s(%s)", why.code, why.arguments)
        self._call(self._tell)

    def _tell(self) -> None:
        if self.listener is not None:
            self.listener(self.state)

    def _sleep(self, pause_s: float) -> None:
        """Wait before the next try; closing ends the wait."""
        end_s = time.monotonic() + pause_s
        with self._wake:
            while not self._closing and (left_s := end_s - time.monotonic()) > 0:
                self._wake.wait(left_s)

    def _give_up(self) -> None:
        """The thread ends: nobody waits for it any more."""
        with self._wake:
            self._closing = True
            units = list(self._units)
            self._units.clear()
        if units or self._waiting:
            log.error("the engine stops with %d records that the disk never took", self._waiting)
        self._call(_cancel, units)
        for future in (self.opened, self.later):
            self._call(future.cancel)

    def _call(self, work: Callable[..., object], *arguments: object) -> None:
        """Let the loop do something; a loop that is gone needs nothing any more."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, *arguments)


def _settle(future: "asyncio.Future[Standing]", standing: Standing) -> None:
    if not future.done():
        future.set_result(standing)


def _fail(future: "asyncio.Future[Standing]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _resolve(units: list[_Unit], refused: dict[int, Exception]) -> None:
    for place, unit in enumerate(units):
        if unit.done.done():
            continue
        if place in refused:
            unit.done.set_exception(refused[place])
        else:
            unit.done.set_result(None)


def _cancel(units: list[_Unit]) -> None:
    for unit in units:
        unit.done.cancel()
