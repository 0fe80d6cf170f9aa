"""What an engine did about an alarm before it could read what stood at its start, told as if it had known. Pure.

A store that is locked, or in a folder without rights, may be readable a minute after the engine's start. Until then the
engine works without it, and nothing of that is on any disk: the ledger holds the rows. Here they are told anew, by the
same state table. What was true from the first value on goes on as the occurrence that stood, with its first time, and
so comes into the journal once; what was seen to be normal in between is a new occurrence (AL-04, AL-14).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from hmi.engine.alarms.entry import Stood
from hmi.engine.alarms.states import ACTIVE, Effect, step
from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.event import JournalRow

_replace = msgspec.structs.replace


@dataclass(slots=True)
class Retold:
    """The rows of one alarm, told anew, and where that ends."""

    stood: str
    """The occurrence that stood at the start."""
    state: AlarmState
    occurrence: str
    active_since_ns: int
    count: int
    start_up: bool
    rows: list[tuple[JournalRow, ...]] = field(default_factory=list)
    """For each row that was given what comes in its place."""
    shown_as: str = ""
    """Occurrence under which the one that stood was shown meanwhile; empty when it was not."""

    @property
    def goes_on(self) -> bool:
        """The occurrence that it ends with is the one that stood and was shown under another id."""
        return bool(self.shown_as) and self.occurrence == self.stood


def retell(stood: Stood, rows: Sequence[JournalRow], *, latching: bool, needs_acknowledge: bool) -> Retold:
    """Tell the rows of an alarm anew.

    Args:
        stood: what the store knows of it.
        rows: what was done meanwhile, in order, as if it had been normal at the start.
        latching: of the alarm.
        needs_acknowledge: of the alarm.
    """
    first = stood.row
    told = Retold(
        stood=first.occurrence,
        state=first.new_state,
        occurrence=first.occurrence,
        active_since_ns=first.active_since_ns,
        count=first.count,
        start_up=first.start_up,
    )
    for row in rows:
        if not told.rows and row.event is AlarmEvent.OCCURRED and row.start_up and told.state in ACTIVE:
            told.shown_as = row.occurrence
            told.rows.append(())
            continue
        before: tuple[JournalRow, ...] = ()
        if row.event is AlarmEvent.OCCURRED and told.state in ACTIVE:  # its return was seen, and not known as one
            gone = step(told.state, AlarmEvent.RETURNED, latching=latching, needs_acknowledge=needs_acknowledge)
            before = (_return(first, row, told.state, gone.state),)
            told.state = gone.state
        told.rows.append((*before, _again(told, row, latching=latching, needs_acknowledge=needs_acknowledge)))
    return told


def _again(told: Retold, row: JournalRow, *, latching: bool, needs_acknowledge: bool) -> JournalRow:
    """Tell one row by the state that the alarm had in truth."""
    old = told.state
    if row.event is not AlarmEvent.REFUSED:
        found = step(old, row.event, latching=latching, needs_acknowledge=needs_acknowledge)
        if Effect.NEW_OCCURRENCE in found.effects:
            told.count = told.count + 1 if Effect.COUNT in found.effects else 1
            told.occurrence, told.active_since_ns, told.start_up = row.occurrence, row.active_since_ns, row.start_up
        told.state = found.state
    occurrence = told.stood if row.occurrence == told.shown_as else row.occurrence
    if occurrence != told.occurrence:
        return _replace(row, occurrence=occurrence, old_state=old, new_state=told.state)
    return _replace(
        row,
        occurrence=occurrence,
        active_since_ns=told.active_since_ns,
        start_up=told.start_up,
        count=told.count,
        old_state=old,
        new_state=told.state,
    )


def _return(stood: JournalRow, next_one: JournalRow, old: AlarmState, new: AlarmState) -> JournalRow:
    """Give the row of a return that was seen only by what came after it; its value is not known any more."""
    return _replace(
        stood,
        sequence=0,
        event=AlarmEvent.RETURNED,
        old_state=old,
        new_state=new,
        value=None,
        status=0,
        cause=0,
        source_ns=0,
        receive_ns=0,
        server_ns=next_one.server_ns,
        user="",
        station="",
        note="",
        reason=None,
    )
