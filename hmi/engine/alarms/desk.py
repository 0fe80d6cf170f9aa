"""The alarms of the engine: judged on what a tick changed, stepped through the state table, journalled, told.

Engine process, event loop; `hmi.engine.core` feeds it: ticks, states of devices, the passing of time, changed projects.
Nothing in here waits but `acknowledge`, `reset` and `silence`, whose answers wait for their records to be durable.
"""

import logging
from collections.abc import Callable, Iterable

from hmi.engine.alarms.communication import TROUBLE, WELL, Communication, Turned
from hmi.engine.alarms.conditions import NEVER, Conditions, Evidence, Found
from hmi.engine.alarms.entry import Actor, stood_of
from hmi.engine.alarms.hold import Hold
from hmi.engine.alarms.ledger import Ledger
from hmi.engine.alarms.people import People
from hmi.engine.alarms.plan import AlarmPlan
from hmi.engine.alarms.ports import Report, Rows
from hmi.engine.alarms.start import Start
from hmi.engine.alarms.watch import Watch
from hmi.model.alarm import AcknowledgeOutcome, AlarmEvent, AlarmStand
from hmi.model.clock import Clock
from hmi.model.device import DeviceState
from hmi.model.event import JournalRow
from hmi.model.health import STATE_NUMBERS
from hmi.model.reason import reason
from hmi.store.contract import Keeper

log = logging.getLogger("hmi.alarm")

COMMUNICATION_DELAY_S = 2.0
"""How long a device has to be in trouble before that is an alarm: a blink is none."""
SWEEP_NS = 200_000_000
"""Shortest time between two looks at what no tick reports (quality laid over rows, stale rows, health tags)."""


class AlarmDesk:
    """Everything about alarms, for the rest of the engine."""

    def __init__(
        self,
        keeper: Keeper | None,
        clock: Clock,
        standing: Iterable[JournalRow] = (),
        *,
        known: bool = True,
        communication_delay_s: float = COMMUNICATION_DELAY_S,
    ) -> None:
        """Start without a project; `plan` gives it one.

        Args:
            keeper: the store; None keeps nothing, and everything counts as durable.
            clock: delays run on its monotonic side, its wall side only stamps.
            standing: every alarm that was not normal when the engine before stopped, as `Standing.alarms` has it.
            known: whether that is what the store holds; otherwise `learn` brings it, and until then no record of an
                alarm is handed to the store.
            communication_delay_s: how long a device has to be in trouble before that is an alarm, seconds.
        """
        self._clock = clock
        self._ledger = Ledger(keeper, clock)
        self._people = People(self._ledger, clock)
        self._standing = stood_of(standing)
        if not known and keeper is not None:
            self._ledger.hold = Hold()
        self._conditions: Conditions | None = None
        self._communication = Communication(int(communication_delay_s * 1e9))
        self._plan: AlarmPlan | None = None
        self._states: dict[str, DeviceState] = {}
        self._swept_ns = 0

    # ------------------------------------------------------------------------------------------------ shown

    @property
    def version(self) -> int:
        """Rises whenever `stands` gives something else."""
        return self._ledger.version

    @property
    def sounding(self) -> int:
        """Priority that sounds now (1 is the most urgent), 0 for none: unacknowledged and not silenced."""
        return self._ledger.sounding

    def stands(self) -> tuple[AlarmStand, ...]:
        """Give all alarms that are not normal: unacknowledged first, then the most urgent, then the newest."""
        return self._ledger.stands()

    @property
    def waiting(self) -> int:
        """Records that wait for it to be known what stood at the start; the store does not count them."""
        return len(self._ledger.hold.records) if self._ledger.hold is not None else 0

    def subscribe(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have something called on the event loop after each change of `version`.

        Args:
            told: quick, and does not raise: a tick waits for it.

        Returns:
            What ends the subscription.
        """
        return self._ledger.subscribe(told)

    # ------------------------------------------------------------------------------------------------ fed

    def plan(self, plan: AlarmPlan, rows: Rows) -> None:
        """Follow a project from now on; to be called with each change of rows, before the next tick.

        Alarms that stay keep state, occurrence and running delays; one that watches another tag or in another way is a
        new one. What the project does not have any more leaves with a row in the journal.

        Args:
            plan: `alarm_plan` of the project.
            rows: where its tags are.
        """
        before, now = self._conditions, Conditions(plan, rows)
        if before is not None:
            now.carry(before)
        for device, state in self._states.items():
            now.set_well(device, well=state in WELL)
        self._conditions, self._plan = now, plan
        self._communication.plan(plan.communication)
        for entry in tuple(self._ledger.entries.values()):
            watch = plan.by_id.get(entry.watch.id)
            if watch is not None and watch.key == entry.watch.key:
                self._ledger.replan(entry, watch)
            else:
                self._ledger.remove(entry, reason("alarms.not_watched"))
        standing, self._standing = self._standing, {}
        for one in Start(self._ledger, now, self._communication, plan).take(standing):
            self._turn(one)
        self._ledger.forget_sound()
        now.judge_all()
        self._settle()

    def learn(self, standing: Iterable[JournalRow]) -> None:
        """Take over what stood at the start, when the store could not be read then; once.

        What stood comes back with its occurrence and first time; what came meanwhile and is the same goes on as that.

        Args:
            standing: as for a new desk.
        """
        hold, self._ledger.hold = self._ledger.hold, None
        if hold is None:
            return
        if self._conditions is None or self._plan is None:
            self._standing = stood_of(standing)
            return
        start = Start(self._ledger, self._conditions, self._communication, self._plan)
        records, turned = start.learn(stood_of(standing), hold.records)
        for one in turned:
            self._turn(one)
        self._conditions.judge_all()
        self._step()
        self._ledger.release(hold, records)

    def close(self) -> None:
        """The engine stops."""
        if self._ledger.hold is not None:
            self._ledger.hold.drop()

    def look(self, report: Report) -> None:
        """Judge what a tick changed."""
        conditions = self._conditions
        if conditions is None:
            return
        conditions.look(report)
        if conditions.earliest != NEVER:
            conditions.pass_time(self._clock.monotonic_ns())
        if conditions.found or conditions.again or conditions.changed_trust:
            self._settle()

    def pass_time(self) -> None:
        """Bring delays to their end, and look at what no tick reports; called by the engine's timer and at 4 Hz."""
        now_ns = self._clock.monotonic_ns()
        turned = self._communication.pass_time(now_ns)
        for one in turned:
            self._turn(one)
        if turned:
            self._ledger.close()
        conditions = self._conditions
        if conditions is not None:
            if now_ns - self._swept_ns >= SWEEP_NS:
                self._swept_ns = now_ns
                conditions.sweep()
            conditions.pass_time(now_ns)
            if conditions.found or conditions.again or conditions.changed_trust:
                self._settle()

    def next_due_ns(self) -> int | None:
        """Monotonic ns at which `pass_time` has something to do at the latest; None when no delay runs."""
        due = self._conditions.earliest if self._conditions is not None else NEVER
        return min(
            (one for one in (due, self._communication.next_due_ns) if one is not None and one != NEVER), default=None
        )

    def device_state(self, name: str, state: DeviceState, now_ns: int) -> None:
        """Take the state of a device; one that is known already costs nothing.

        Args:
            name: of the device.
            state: as its line says.
            now_ns: monotonic.
        """
        before = self._states.get(name)
        if before is state:
            return
        self._states[name] = state
        well = state in WELL
        if well and before not in WELL:
            self._ledger.forget_sound(name)
        turned = self._communication.state(name, state, now_ns, self._clock.wall_ns())
        if turned is not None:
            self._turn(turned)
        watch = self._communication.watch(name)
        if watch is not None:
            self._ledger.trust(watch.id, unreliable=not (well or state in TROUBLE))
        if self._conditions is not None:
            self._conditions.judge_device(name, well=well)
        self._settle()

    # ------------------------------------------------------------------------------------------------ people

    async def acknowledge(
        self, occurrences: Iterable[str], *, user: str, station: str, note: str = "", screen: str = ""
    ) -> tuple[AcknowledgeOutcome, ...]:
        """Acknowledge the occurrences that somebody saw, and only those (AL-31).

        Args:
            occurrences: their ids.
            user: who; the right was checked before.
            station: from where.
            note: what they say to it.
            screen: path of the screen.

        Returns:
            What became of each, once that is durable.
        """
        return await self._people.act(
            AlarmEvent.ACKNOWLEDGED, occurrences, Actor(user, station, screen), note, self._note
        )

    async def reset(
        self, occurrences: Iterable[str], *, user: str, station: str, note: str = "", screen: str = ""
    ) -> tuple[AcknowledgeOutcome, ...]:
        """Reset latched alarms whose condition is gone; as `acknowledge`."""
        return await self._people.act(AlarmEvent.RESET, occurrences, Actor(user, station, screen), note, self._note)

    async def silence(self, *, user: str, station: str, screen: str = "") -> int:
        """Silence what sounds, at once; returns how many alarms that were, once the record is durable."""
        return await self._people.silence(Actor(user, station, screen))

    # ------------------------------------------------------------------------------------------------ inside

    def _settle(self) -> None:
        """Let what was found become steps of the state table, then records."""
        self._step()
        self._ledger.close()

    def _step(self) -> None:
        """Let what was found become steps of the state table."""
        conditions = self._conditions
        if conditions is not None:
            for index in conditions.again:
                watch = conditions.watch(index)
                self._ledger.happen(watch, AlarmEvent.OCCURRED, conditions.evidence(index))
            conditions.again = []
            for index in conditions.changed_trust:
                self._ledger.trust(conditions.watch(index).id, unreliable=bool(conditions.trouble[index]))
            conditions.changed_trust = []
            for found in conditions.take():
                self._happen(conditions, found)

    def _happen(self, conditions: Conditions, found: Found) -> None:
        event = AlarmEvent.OCCURRED if found.rising else AlarmEvent.RETURNED
        watch = conditions.watch(found.place)
        entry = self._ledger.happen(
            watch, event, found.evidence, since_ns=found.since_ns, start_up=found.start_up, reliable=found.reliable
        )
        conditions.set_live(found.place, live=entry is not None)
        conditions.trouble[found.place] = entry is not None and entry.unreliable

    def _turn(self, turned: Turned) -> None:
        state = self._states.get(turned.watch.device)
        value = float(STATE_NUMBERS[state]) if state is not None else None
        self._ledger.happen(
            turned.watch,
            AlarmEvent.OCCURRED if turned.rising else AlarmEvent.RETURNED,
            Evidence(value, receive_ns=turned.since_ns),
            since_ns=turned.since_ns,
            start_up=turned.start_up,
        )

    def _note(self, watch: Watch) -> None:
        """Follow what somebody did to an alarm."""
        conditions = self._conditions
        at = conditions.place(watch) if conditions is not None else None
        if conditions is not None and at is not None:
            conditions.set_live(at, live=watch.id in self._ledger.entries)
