"""Takes over what stood before the engine's start: at once, or later when the store could not be read. Event loop.

Part of the desk. Later means that the alarms have worked meanwhile: what they did is told anew (`learned`), and what
they show is corrected; nothing is there twice, and nothing is lost.
"""

import logging
from dataclasses import dataclass

import msgspec

from hmi.engine.alarms.communication import Communication, Turned
from hmi.engine.alarms.conditions import Conditions
from hmi.engine.alarms.entry import Stood
from hmi.engine.alarms.learned import Retold, retell
from hmi.engine.alarms.ledger import Ledger
from hmi.engine.alarms.plan import AlarmPlan
from hmi.engine.alarms.states import ACTIVE
from hmi.engine.alarms.watch import Watch, watch_of_row
from hmi.model.alarm import AlarmKind
from hmi.model.event import AuditRow, JournalRow
from hmi.model.reason import reason
from hmi.store.contract import Record

log = logging.getLogger("hmi.alarm")


@dataclass(frozen=True, slots=True)
class Start:
    """The rooms of the desk that what stood goes to."""

    ledger: Ledger
    conditions: Conditions
    communication: Communication
    plan: AlarmPlan

    def take(self, standing: dict[str, Stood]) -> list[Turned]:
        """Take over what stood, as far as nothing has happened to it since; what the project does not have leaves.

        Returns:
            Communication alarms that went while nobody knew that they stood.
        """
        turned = []
        for alarm, stood in standing.items():
            watch = self.plan.by_id.get(alarm)
            if watch is None:
                self.ledger.restore(watch_of_row(stood.row), stood)
                self.ledger.remove(self.ledger.entries[alarm], reason("alarms.not_watched"))
                continue
            self.ledger.restore(watch, stood)
            turned += self._stood(watch, active=stood.row.new_state in ACTIVE)
        if standing:
            log.info("%d alarms stood before the start", len(standing))
        return turned

    def learn(self, standing: dict[str, Stood], held: list[Record]) -> tuple[list[Record], list[Turned]]:
        """Take over what stood, although the alarms have worked without it.

        Args:
            standing: by alarm.
            held: what was journalled and audited meanwhile.

        Returns:
            What is to be kept in the place of that, and the communication alarms that went meanwhile.
        """
        told = {alarm: self._retold(stood, held) for alarm, stood in standing.items()}
        touched = {alarm for alarm, one in told.items() if one.rows}
        for alarm in touched:
            entry = self.ledger.entries.get(alarm)
            if entry is not None:
                self.ledger.correct(entry, standing[alarm], told[alarm])
                at = self.conditions.place(entry.watch)
                if at is not None:
                    self.conditions.set_live(at, live=alarm in self.ledger.entries)
        return _replaced(held, told), self.take({a: stood for a, stood in standing.items() if a not in touched})

    def _stood(self, watch: Watch, *, active: bool) -> list[Turned]:
        at = self.conditions.place(watch)
        if at is not None:
            self.conditions.stood(at, active=active)
        elif watch.kind is AlarmKind.COMMUNICATION:
            turned = self.communication.stood(watch.device, active=active)
            return [turned] if turned is not None else []
        return []

    def _retold(self, stood: Stood, held: list[Record]) -> Retold:
        rows = [one for one in held if isinstance(one, JournalRow) and one.alarm == stood.row.alarm]
        watch = self.plan.by_id.get(stood.row.alarm) or watch_of_row(stood.row)
        return retell(stood, rows, latching=watch.latching, needs_acknowledge=watch.needs_acknowledge)


def _replaced(held: list[Record], told: dict[str, Retold]) -> list[Record]:
    """Put the rows told anew in the place of those that were held."""
    following = {alarm: iter(one.rows) for alarm, one in told.items()}
    names = {one.shown_as: one.stood for one in told.values() if one.shown_as}
    records: list[Record] = []
    for record in held:
        if isinstance(record, JournalRow) and record.alarm in following:
            records += next(following[record.alarm])
        elif isinstance(record, AuditRow) and record.details.get("occurrence") in names:
            details = record.details | {"occurrence": names[record.details["occurrence"]]}
            records.append(msgspec.structs.replace(record, details=details))
        else:
            records.append(record)
    return records
