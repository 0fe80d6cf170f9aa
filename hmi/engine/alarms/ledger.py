"""The alarms that are not normal: steps through the state table, journals each, and knows what is durable.

Engine process, event loop. What happens between two `close` is one unit for the store: kept whole or not at all.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import partial

from hmi.engine.alarms.conditions import Evidence
from hmi.engine.alarms.entry import PLANT, Actor, Entry, Stood, restored
from hmi.engine.alarms.hold import Hold
from hmi.engine.alarms.learned import Retold
from hmi.engine.alarms.states import Effect, Step, step
from hmi.engine.alarms.watch import Watch
from hmi.model.alarm import AlarmEvent, AlarmStand, AlarmState
from hmi.model.clock import Clock
from hmi.model.event import JournalRow
from hmi.model.ident import new_id
from hmi.model.reason import Reason
from hmi.store.contract import Keeper, Record

REMEMBERED = 10_000
"""So many ended occurrences are known, to tell whoever acknowledges one of them what became of it."""


class Ledger:
    """All occurrences that stand, by alarm."""

    def __init__(self, keeper: Keeper | None, clock: Clock) -> None:
        """Start with none.

        Args:
            keeper: the store; None keeps nothing, and everything counts as durable.
            clock: stamps.
        """
        self.entries: dict[str, Entry] = {}
        """Id of an alarm -> what stands."""
        self.version = 0
        """Rises whenever `stands` gives something else."""
        self._keeper = keeper
        self._clock = clock
        self._by_occurrence: dict[str, Entry] = {}
        self._ended: OrderedDict[str, Entry] = OrderedDict()
        self._leaving: dict[str, Entry] = {}
        self._records: list[Record] = []
        self._touched: list[Entry] = []
        self._told: list[Callable[[], None]] = []
        self._sounded: dict[str, int] = {}
        """Device -> most urgent priority of a start-up alarm that has sounded since it came."""
        self._stands: tuple[AlarmStand, ...] | None = ()
        self.hold: Hold | None = None
        """Where records wait for as long as it is not known what stood at the start."""

    # ------------------------------------------------------------------------------------------------ shown

    def stands(self) -> tuple[AlarmStand, ...]:
        """Give what stands: unacknowledged first, then the most urgent, then the newest."""
        if self._stands is None:
            every = [*self.entries.values(), *self._leaving.values()]
            self._stands = tuple(entry.stand() for entry in sorted(every, key=lambda entry: entry.order))
        return self._stands

    @property
    def sounding(self) -> int:
        """Priority that sounds now, 0 for none."""
        return min((entry.watch.priority for entry in self.entries.values() if entry.sounds), default=0)

    def subscribe(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have something called after each change; it is to be quick. Gives what ends that."""
        self._told.append(told)
        return partial(self._told.remove, told)

    def find(self, occurrence: str) -> tuple[Entry | None, bool]:
        """Find an occurrence; the second is True while it stands, False when it has ended."""
        standing = self._by_occurrence.get(occurrence)
        return (standing, True) if standing is not None else (self._ended.get(occurrence), False)

    # ------------------------------------------------------------------------------------------------ happening

    def happen(
        self,
        watch: Watch,
        event: AlarmEvent,
        evidence: Evidence,
        *,
        since_ns: int = 0,
        start_up: bool = False,
        reliable: bool = True,
    ) -> Entry | None:
        """Let something happen to an alarm that nobody did.

        Args:
            watch: the alarm.
            event: what.
            evidence: the value by which it was decided.
            since_ns: wall ns UTC when the condition was met, for one that comes.
            start_up: it came with the first data of its device.
            reliable: its source is good.

        Returns:
            What stands now; None when it is normal.
        """
        entry = self.entries.get(watch.id)
        old = entry.state if entry is not None else AlarmState.NORMAL
        found = step(old, event, latching=watch.latching, needs_acknowledge=watch.needs_acknowledge)
        if Effect.NEW_OCCURRENCE in found.effects:
            again = entry.count + 1 if entry is not None and Effect.COUNT in found.effects else 1
            if entry is not None:
                self._end(entry)
            entry = Entry(watch, new_id(), old, since_ns, watch.title, evidence, count=again, start_up=start_up)
            entry.unreliable = not reliable
            self._by_occurrence[entry.occurrence] = self.entries[watch.id] = entry
        elif entry is None or found.effects is Effect.NONE:
            return entry
        elif Effect.COUNT in found.effects:
            entry.count += 1
            self.touch(entry)
        if Effect.ANNUNCIATE in found.effects:
            entry.silenced = not self._may_sound(entry)
        self._move(entry, event, found, evidence=evidence)
        return self.entries.get(watch.id)

    def act(self, entry: Entry, event: AlarmEvent, actor: Actor, note: str) -> Step:
        """Let somebody do something to an occurrence that stands; a refusal is told and not yet journalled."""
        watch = entry.watch
        found = step(entry.state, event, latching=watch.latching, needs_acknowledge=watch.needs_acknowledge)
        if Effect.REFUSE in found.effects:
            return found
        if event is AlarmEvent.ACKNOWLEDGED:
            entry.acknowledged_by, entry.acknowledged_ns = actor, self._clock.wall_ns()
        if found.state is AlarmState.NORMAL and self._keeper is not None:
            entry.leaving = True
            self._leaving[entry.occurrence] = entry
        self._move(entry, event, found, actor=actor, note=note)
        return found

    def refuse(self, entry: Entry, why: Reason, actor: Actor, note: str) -> None:
        """Journal that somebody was refused. The row is of what stands, so that it can be the newest of its alarm."""
        current = self.entries.get(entry.watch.id)
        shown = current or entry
        state = current.state if current is not None else AlarmState.NORMAL
        now_ns = self._clock.wall_ns()
        self._records.append(shown.row(AlarmEvent.REFUSED, state, state, now_ns, actor=actor, note=note, reason=why))

    def remember(self, *records: Record) -> None:
        """Add records that belong to what happens now."""
        self._records += records

    def silence(self) -> int:
        """Silence everything that sounds; tells how many that were."""
        sounding = [entry for entry in self.entries.values() if entry.sounds]
        for entry in sounding:
            entry.silenced = True
            self.touch(entry)
        return len(sounding)

    def trust(self, alarm: str, *, unreliable: bool) -> None:
        """Say whether the source of what stands is to be trusted."""
        entry = self.entries.get(alarm)
        if entry is not None and entry.unreliable is not unreliable:
            entry.unreliable = unreliable
            self.touch(entry)

    def restore(self, watch: Watch, stood: Stood) -> None:
        """Take over an occurrence that stood before the start."""
        entry = restored(watch, stood)
        self._by_occurrence[entry.occurrence] = self.entries[watch.id] = entry
        self.touch(entry)

    def correct(self, entry: Entry, stood: Stood, told: Retold) -> None:
        """Let an occurrence be what it is known to be by now: `told` is it as if that had been known at once."""
        if told.state is AlarmState.NORMAL:
            self._end(entry)
            del self.entries[entry.watch.id]
            self.touch(entry)
            return
        if told.goes_on:
            entry.also, entry.occurrence, entry.evidence = entry.occurrence, told.occurrence, stood.evidence
            self._by_occurrence[entry.occurrence] = entry
            if not entry.acknowledged_ns:
                entry.acknowledged_by, entry.acknowledged_ns = stood.actor, stood.acknowledged_ns
        entry.state, entry.count, entry.start_up = told.state, told.count, told.start_up
        entry.active_since_ns = told.active_since_ns
        self.touch(entry)

    def replan(self, entry: Entry, watch: Watch) -> None:
        """Let what stands be an alarm of a changed project: its state stays, its words and priority follow."""
        if entry.watch == watch:
            return
        entry.watch, entry.title = watch, watch.title
        self.touch(entry)

    def remove(self, entry: Entry, why: Reason) -> None:
        """Take an alarm out that the project does not have any more."""
        watch = entry.watch
        found = step(
            entry.state, AlarmEvent.REMOVED, latching=watch.latching, needs_acknowledge=watch.needs_acknowledge
        )
        self._move(entry, AlarmEvent.REMOVED, found, reason=why)

    def forget_sound(self, device: str | None = None) -> None:
        """Let the next start of a device be heard again; None is of all."""
        if device is None:
            self._sounded.clear()
        else:
            self._sounded.pop(device, None)

    def touch(self, entry: Entry) -> None:
        """Have what is shown of an occurrence made anew at `close`."""
        entry.touch()
        self._touched.append(entry)

    # ------------------------------------------------------------------------------------------------ keeping

    def close(self) -> "asyncio.Future[None] | None":
        """Hand what has happened to the store, and tell whoever listens.

        Returns:
            Done when it is durable; None when there was nothing to keep.
        """
        records, self._records = self._records, []
        touched, self._touched = self._touched, []
        future = None
        if records and self._keeper is not None:
            future = (self.hold or self._keeper).keep(*records)
            journalled = {record.occurrence for record in records if isinstance(record, JournalRow)}
            kept = [entry for entry in touched if entry.occurrence in journalled]
            if future.done() and not future.cancelled():
                self._let_go(kept)
            else:
                for entry in kept:
                    entry.keeping = future
                future.add_done_callback(partial(self._kept, kept))
        if touched:
            self._change()
        return future

    def release(self, hold: Hold, records: list[Record]) -> None:
        """Hand over what was held, told anew, with what has happened since the last `close`: as one unit.

        Args:
            hold: it is done with.
            records: what comes in the place of its own.
        """
        if self._keeper is None:
            return
        now, self._records = self._records, []
        journalled = {record.occurrence for record in now if isinstance(record, JournalRow)}
        future = hold.keep()
        kept = [entry for entry in self._touched if entry.occurrence in journalled]
        for entry in kept:
            entry.keeping = future
        future.add_done_callback(partial(self._kept, kept))
        hold.release(self._keeper, [*records, *now])
        self.close()

    def _kept(self, entries: list[Entry], future: "asyncio.Future[None]") -> None:
        """Show as durable what is; a cancelled future means that the engine stops before that."""
        if future.cancelled() or future.exception() is not None:
            return
        done = [entry for entry in entries if entry.keeping is future]
        for entry in done:
            entry.keeping = None
            entry.touch()
        self._let_go(done)
        if done:
            self._change()

    def _let_go(self, entries: Iterable[Entry]) -> None:
        """Take those out of the list that somebody brought back to normal."""
        for entry in entries:
            if entry.leaving:
                self._leaving.pop(entry.occurrence, None)

    def _change(self) -> None:
        self._stands = None
        self.version += 1
        for told in tuple(self._told):
            told()

    # ------------------------------------------------------------------------------------------------ inside

    def _move(
        self,
        entry: Entry,
        event: AlarmEvent,
        found: Step,
        *,
        evidence: Evidence | None = None,
        actor: Actor = PLANT,
        note: str = "",
        reason: Reason | None = None,
    ) -> None:
        """Bring an entry to its new state and journal it."""
        old, now_ns = entry.state, self._clock.wall_ns()
        if Effect.JOURNAL in found.effects:
            entry.changed_ns = now_ns
            self._records.append(
                entry.row(event, old, found.state, now_ns, evidence=evidence, actor=actor, note=note, reason=reason)
            )
            self.touch(entry)
        if found.state is AlarmState.NORMAL:
            self._end(entry)
            del self.entries[entry.watch.id]
            if entry.leaving:
                return  # it is shown as it was until the record is durable
        entry.state = found.state

    def _end(self, entry: Entry) -> None:
        """Remember an occurrence that stands no more."""
        for occurrence in (entry.occurrence, entry.also) if entry.also else (entry.occurrence,):
            self._by_occurrence.pop(occurrence, None)
            self._ended[occurrence] = entry
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)

    def _may_sound(self, entry: Entry) -> bool:
        """Tell whether an alarm that comes is heard: at the start of a device one for all, and what is more urgent."""
        if not entry.start_up:
            return True
        device, priority = entry.watch.device, entry.watch.priority
        sounded = self._sounded.get(device)
        if sounded is not None and priority >= sounded:
            return False
        self._sounded[device] = priority
        return True
