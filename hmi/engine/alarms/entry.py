"""One alarm that is not normal, and how it is told: to windows as a stand, to the journal as a row. Engine process."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from hmi.engine.alarms.conditions import Evidence
from hmi.engine.alarms.states import ACTIVE, UNACKNOWLEDGED
from hmi.engine.alarms.watch import Watch
from hmi.model.alarm import AlarmEvent, AlarmStand, AlarmState
from hmi.model.event import JournalRow
from hmi.model.reason import Reason
from hmi.model.text import Text


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and from where."""

    user: str
    station: str
    screen: str = ""
    """Path of the screen."""


PLANT = Actor("", "")
"""Nobody: the plant itself."""


@dataclass(slots=True)
class Entry:
    """One occurrence of an alarm."""

    watch: Watch
    occurrence: str
    state: AlarmState
    active_since_ns: int
    title: Text
    evidence: Evidence
    changed_ns: int = 0
    count: int = 1
    start_up: bool = False
    silenced: bool = False
    unreliable: bool = False
    acknowledged_by: Actor = PLANT
    acknowledged_ns: int = 0
    keeping: "asyncio.Future[None] | None" = None
    """Of its newest record, until that is durable."""
    also: str = ""
    """Id under which it was shown before it was known that it stood already (`hmi.engine.alarms.learned`)."""
    leaving: bool = False
    """Somebody brought it back to normal, and the record of that is not yet durable: it still stands in the list."""
    _stand: AlarmStand | None = None

    @property
    def unacknowledged(self) -> bool:
        """True while somebody has to acknowledge it."""
        return self.state in UNACKNOWLEDGED

    @property
    def sounds(self) -> bool:
        """True while it is heard."""
        return self.unacknowledged and not self.silenced and not self.leaving

    @property
    def order(self) -> tuple[bool, int, bool, int, str]:
        """Its place in the list: unacknowledged first, the most urgent, active before returned, the newest."""
        active = self.state in ACTIVE
        return (not self.unacknowledged, self.watch.priority, not active, -self.active_since_ns, self.watch.id)

    def touch(self) -> None:
        """Let what is shown be made anew."""
        self._stand = None

    def stand(self) -> AlarmStand:
        """Give it as windows and command line see it."""
        if self._stand is None:
            watch = self.watch
            self._stand = AlarmStand(
                alarm=watch.id,
                occurrence=self.occurrence,
                path=watch.path,
                tag=watch.tag,
                kind=watch.kind,
                priority=watch.priority,
                state=self.state,
                title=self.title,
                active_since_ns=self.active_since_ns,
                changed_ns=self.changed_ns,
                value=self.evidence.value,
                limit=watch.limit,
                unreliable=self.unreliable,
                count=self.count,
                silenced=self.silenced,
                durable=self.keeping is None,
                acknowledged_by=self.acknowledged_by.user,
                acknowledged_on=self.acknowledged_by.station,
                acknowledged_ns=self.acknowledged_ns,
                start_up=self.start_up,
            )
        return self._stand

    def row(
        self,
        event: AlarmEvent,
        old: AlarmState,
        new: AlarmState,
        now_ns: int,
        *,
        evidence: Evidence | None = None,
        actor: Actor = PLANT,
        note: str = "",
        reason: Reason | None = None,
    ) -> JournalRow:
        """Give a row of the journal.

        Args:
            event: what happened or was refused.
            old: state before.
            new: state after it; that before, for a refusal.
            now_ns: wall ns UTC of the decision.
            evidence: the value by which it was decided; None takes that of the occurrence.
            actor: who did it.
            note: what they said to it.
            reason: of a refusal.
        """
        watch, proof = self.watch, evidence or self.evidence
        return JournalRow(
            occurrence=self.occurrence,
            alarm=watch.id,
            path=watch.path,
            tag=watch.tag,
            tag_id=watch.tag_id,
            kind=watch.kind,
            priority=watch.priority,
            event=event,
            old_state=old,
            new_state=new,
            value=proof.value,
            limit=watch.limit,
            status=proof.status,
            cause=proof.cause,
            active_since_ns=self.active_since_ns,
            source_ns=proof.source_ns,
            receive_ns=proof.receive_ns,
            server_ns=now_ns,
            user=actor.user,
            station=actor.station,
            note=note,
            reason=reason,
            title=self.title,
            start_up=self.start_up,
            count=self.count,
        )


@dataclass(frozen=True, slots=True)
class Stood:
    """An occurrence that stood when the engine before stopped, as the store knows it."""

    row: JournalRow
    """The newest."""
    by: JournalRow | None = None
    """That of its acknowledge, while that counts."""

    @property
    def actor(self) -> Actor:
        """Who acknowledged it."""
        return Actor(self.by.user, self.by.station) if self.by is not None else PLANT

    @property
    def acknowledged_ns(self) -> int:
        """When; 0 for an occurrence that is not acknowledged."""
        return self.by.server_ns if self.by is not None else 0

    @property
    def evidence(self) -> Evidence:
        """The value of its newest row."""
        row = self.row
        return Evidence(row.value, row.status, row.cause, row.source_ns, row.receive_ns)


def stood_of(rows: Iterable[JournalRow]) -> dict[str, Stood]:
    """Gather what stood by alarm, from what a store gives (`Standing.alarms`); what is normal is left out."""
    found: dict[str, Stood] = {}
    for row in rows:
        before = found.get(row.alarm)
        by = row if row.event is AlarmEvent.ACKNOWLEDGED else before.by if before is not None else None
        found[row.alarm] = Stood(row, by if by is not None and by.occurrence == row.occurrence else None)
    return {alarm: stood for alarm, stood in found.items() if stood.row.new_state is not AlarmState.NORMAL}


def restored(watch: Watch, stood: Stood) -> Entry:
    """Give the occurrence that stood before the start. It is not annunciated again."""
    row = stood.row
    return Entry(
        watch=watch,
        occurrence=row.occurrence,
        state=row.new_state,
        active_since_ns=row.active_since_ns,
        title=row.title,
        evidence=stood.evidence,
        changed_ns=row.server_ns,
        count=row.count,
        start_up=row.start_up,
        silenced=True,
        unreliable=True,
        acknowledged_by=stood.actor,
        acknowledged_ns=stood.acknowledged_ns,
    )
