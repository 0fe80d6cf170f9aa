"""The state machine of an alarm as data: rows AL-01 to AL-06 of `specs/standards.md`. Pure.

`step` looks a state and an event up; nobody else decides what becomes of an alarm. Flags (shelved, suppressed by
design, out of service) stand beside the base state and change nothing here.
"""

from dataclasses import dataclass
from enum import Flag, auto

from hmi.model.alarm import AlarmEvent, AlarmState


class Effect(Flag):
    """What goes with a step."""

    NONE = 0
    NEW_OCCURRENCE = auto()
    """It gets another id, so that an acknowledge of the one before does not count (AL-04 to AL-06, AL-31)."""
    ANNUNCIATE = auto()
    """It sounds, also when the one before was silenced."""
    COUNT = auto()
    """It came once more while nobody had acknowledged it (AL-02)."""
    JOURNAL = auto()
    REFUSE = auto()
    """Nothing changes; who asked is told why, and the journal keeps that."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a state and an event lead to."""

    state: AlarmState
    effects: Effect
    reason: str = ""
    """Code of the refusal's words."""


_NORMAL, _UNACK, _ACKED = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
_RTNUN, _LTUN, _LTAK = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED
_OCCURRED, _ACKNOWLEDGED, _RETURNED = AlarmEvent.OCCURRED, AlarmEvent.ACKNOWLEDGED, AlarmEvent.RETURNED
_RESET, _REALARMED, _REMOVED = AlarmEvent.RESET, AlarmEvent.REALARMED, AlarmEvent.REMOVED
_NEW = Effect.NEW_OCCURRENCE | Effect.ANNUNCIATE | Effect.JOURNAL
_AGAIN = _NEW | Effect.COUNT
_KEPT = Effect.JOURNAL
_SOUND = Effect.ANNUNCIATE | Effect.JOURNAL


def _refuse(state: AlarmState, why: str) -> Step:
    return Step(state, Effect.REFUSE | Effect.JOURNAL, f"alarms.{why}")


_Table = dict[tuple[AlarmState, AlarmEvent], Step]

TABLE: _Table = {
    # AL-01
    (_NORMAL, _OCCURRED): Step(_UNACK, _NEW),
    (_NORMAL, _ACKNOWLEDGED): _refuse(_NORMAL, "is_normal"),
    (_NORMAL, _RESET): _refuse(_NORMAL, "is_normal"),
    # AL-02
    (_UNACK, _OCCURRED): Step(_UNACK, Effect.COUNT),
    (_UNACK, _ACKNOWLEDGED): Step(_ACKED, _KEPT),
    (_UNACK, _RETURNED): Step(_RTNUN, _KEPT),
    (_UNACK, _RESET): _refuse(_UNACK, "still_active"),
    (_UNACK, _REALARMED): Step(_UNACK, _SOUND),
    # AL-03
    (_ACKED, _ACKNOWLEDGED): _refuse(_ACKED, "already_acknowledged"),
    (_ACKED, _RETURNED): Step(_NORMAL, _KEPT),
    (_ACKED, _RESET): _refuse(_ACKED, "still_active"),
    (_ACKED, _REALARMED): Step(_UNACK, _SOUND),
    # AL-04
    (_RTNUN, _OCCURRED): Step(_UNACK, _AGAIN),
    (_RTNUN, _ACKNOWLEDGED): Step(_NORMAL, _KEPT),
    (_RTNUN, _RESET): _refuse(_RTNUN, "acknowledge_first"),
    # AL-05
    (_LTUN, _OCCURRED): Step(_UNACK, _AGAIN),
    (_LTUN, _ACKNOWLEDGED): Step(_LTAK, _KEPT),
    (_LTUN, _RESET): _refuse(_LTUN, "acknowledge_first"),
    # AL-06
    (_LTAK, _OCCURRED): Step(_UNACK, _NEW),
    (_LTAK, _ACKNOWLEDGED): _refuse(_LTAK, "already_acknowledged"),
    (_LTAK, _RESET): Step(_NORMAL, _KEPT),
    # The project does not have it any more.
    **{(state, _REMOVED): Step(_NORMAL, _KEPT) for state in AlarmState if state is not _NORMAL},
}
"""An alarm that needs an acknowledge and does not latch. What is not in it changes nothing (`-` in the rows)."""

LATCHING: _Table = {(_UNACK, _RETURNED): Step(_LTUN, _KEPT), (_ACKED, _RETURNED): Step(_LTAK, _KEPT)}
"""What is otherwise for a latching alarm (AL-02, AL-03)."""

UNNEEDED: _Table = {(_UNACK, _RETURNED): Step(_NORMAL, _KEPT)}
"""What is otherwise for an alarm that needs no acknowledge (AL-02)."""

LATCHING_UNNEEDED: _Table = {**LATCHING, (_UNACK, _RETURNED): Step(_LTAK, _KEPT)}
"""What is otherwise where both hold: it waits for the reset alone."""

_TABLES: dict[tuple[bool, bool], _Table] = {
    (False, True): TABLE,
    (True, True): TABLE | LATCHING,
    (False, False): TABLE | UNNEEDED,
    (True, False): TABLE | LATCHING_UNNEEDED,
}

ACTIVE = frozenset({_UNACK, _ACKED})
"""States in which the condition holds."""
UNACKNOWLEDGED = frozenset({_UNACK, _RTNUN, _LTUN})
"""States in which somebody has still to acknowledge."""


def step(state: AlarmState, event: AlarmEvent, *, latching: bool, needs_acknowledge: bool) -> Step:
    """Give what becomes of an alarm.

    Args:
        state: before.
        event: what happened or was asked for.
        latching: stays after the condition is gone, until it is reset.
        needs_acknowledge: otherwise it leaves by itself.
    """
    return _TABLES[latching, needs_acknowledge].get((state, event)) or Step(state, Effect.NONE)
