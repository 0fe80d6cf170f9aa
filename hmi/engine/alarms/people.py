"""What people do to alarms: acknowledge, reset, silence. Each is told to them once its record is durable.

Engine process, event loop; part of the desk. Rights are checked by who calls.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from hmi.engine.alarms.entry import Actor, Entry
from hmi.engine.alarms.ledger import Ledger
from hmi.engine.alarms.watch import Watch
from hmi.model.alarm import AcknowledgeOutcome, AlarmEvent
from hmi.model.clock import Clock
from hmi.model.event import AuditKind, AuditRow
from hmi.model.reason import Reason, reason

_KINDS = {AlarmEvent.ACKNOWLEDGED: AuditKind.ACKNOWLEDGE, AlarmEvent.RESET: AuditKind.RESET}


class People:
    """The acts of people on the ledger."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Take the ledger.

        Args:
            ledger: what stands.
            clock: stamps.
        """
        self._ledger = ledger
        self._clock = clock

    async def act(
        self, event: AlarmEvent, occurrences: Iterable[str], actor: Actor, note: str, done: Callable[[Watch], None]
    ) -> tuple[AcknowledgeOutcome, ...]:
        """Acknowledge or reset occurrences; see `AlarmDesk.acknowledge`.

        Args:
            event: which of the two.
            occurrences: ids that the person saw.
            actor: who.
            note: what they say to it.
            done: told each alarm that changed, before anything is waited for.
        """
        outcomes: list[AcknowledgeOutcome] = []
        waits: list[asyncio.Future[None]] = []
        for occurrence in dict.fromkeys(occurrences):
            entry, why = self._decide(event, occurrence, actor, note)
            if entry is not None and why is None:
                done(entry.watch)
            elif entry is not None and entry.keeping is not None:
                waits.append(entry.keeping)  # what it refers to is not said before it is durable either
            outcomes.append(AcknowledgeOutcome(occurrence=occurrence, done=why is None, reason=why))
        future = self._ledger.close()
        if await _durable([*waits, *([future] if future is not None else [])]):
            return tuple(outcomes)
        lost = reason("alarms.not_kept")
        return tuple(
            AcknowledgeOutcome(occurrence=one.occurrence, done=False, reason=one.reason or lost) for one in outcomes
        )

    async def silence(self, actor: Actor) -> int:
        """Silence what sounds: the sound ends at once, the answer comes once the record is durable."""
        count = self._ledger.silence()
        if count:
            self._ledger.remember(self._audit(AuditKind.SILENCE, actor, details={"count": str(count)}))
        future = self._ledger.close()
        if future is not None:
            await _durable([future])
        return count

    # ------------------------------------------------------------------------------------------------ inside

    def _decide(
        self, event: AlarmEvent, occurrence: str, actor: Actor, note: str
    ) -> tuple[Entry | None, Reason | None]:
        """Do it, or say why not; either way with its records."""
        entry, stands = self._ledger.find(occurrence)
        why: Reason | None
        if entry is None:
            why = reason("alarms.unknown_occurrence")
        elif not stands:
            why = self._ended(entry, event)
        else:
            found = self._ledger.act(entry, event, actor, note)
            why = _why(found.reason, entry) if found.reason else None
        if entry is not None and why is not None:
            self._ledger.refuse(entry, why, actor, note)
        details = {"occurrence": occurrence} | ({"alarm": entry.watch.path} if entry is not None else {})
        self._ledger.remember(self._audit(_KINDS[event], actor, entry=entry, note=note, why=why, details=details))
        return entry, why

    def _ended(self, entry: Entry, event: AlarmEvent) -> Reason:
        """Say what became of an occurrence that stands no more."""
        if event is AlarmEvent.ACKNOWLEDGED and entry.acknowledged_ns:
            return _why("alarms.already_acknowledged", entry)
        if entry.watch.id in self._ledger.entries:
            return reason("alarms.newer_occurrence")
        return reason("alarms.is_normal")

    def _audit(
        self,
        kind: AuditKind,
        actor: Actor,
        *,
        details: dict[str, str],
        entry: Entry | None = None,
        note: str = "",
        why: Reason | None = None,
    ) -> AuditRow:
        return AuditRow(
            kind=kind,
            server_ns=self._clock.wall_ns(),
            user=actor.user,
            station=actor.station,
            screen=actor.screen,
            tag=entry.watch.tag if entry is not None else "",
            tag_id=entry.watch.tag_id if entry is not None else "",
            note=note,
            reason=why,
            details=details,
        )


def _why(code: str, entry: Entry) -> Reason:
    """Give the reason of a refusal with what its words need."""
    if code != "alarms.already_acknowledged":
        return reason(code)
    if not entry.acknowledged_ns:
        return reason("alarms.already_acknowledged_before")  # before a restart, by somebody whom the journal names
    at = datetime.fromtimestamp(entry.acknowledged_ns // 1_000_000_000, UTC)
    return reason(
        code,
        user=entry.acknowledged_by.user,
        station=entry.acknowledged_by.station,
        time=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        at_ns=entry.acknowledged_ns,
    )


async def _durable(futures: list["asyncio.Future[None]"]) -> bool:
    """Wait until records are durable; False when the engine stops before that. Whoever waits may be cancelled."""
    if futures:
        await asyncio.wait(futures)
    return not any(future.cancelled() or future.exception() is not None for future in futures)
