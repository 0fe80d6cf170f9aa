"""The base of all symbols: how a value that is not good looks. One table, so that no symbol can leave it out.

The batch asks here for every part of every family. Window, GUI thread; pure apart from numpy.
"""

from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.model.quality import CAUSE_ROOM, Cause, Look, rule_of

U1 = npt.NDArray[np.uint8]


class Seen(IntEnum):
    """What is seen of a quality: the looks, some told apart.

    Both ends of a range; "bad without a last value"; and stale because the engine is silent, which strikes all at
    once: the frame of the window says the reason and the age, the values only that they are not live.
    """

    GOOD = 0
    SIMULATED = 1
    SUBSTITUTED = 2
    FORCED = 3
    ABOVE_RANGE = 4
    UNCERTAIN = 5
    NOT_RUNNING = 6
    STALE = 7
    BAD = 8
    NEVER_READ = 9
    BELOW_RANGE = 10
    BAD_EMPTY = 11
    SILENT = 12


class Line(IntEnum):
    """The line that goes with a value."""

    NONE = 0
    STRUCK = 1
    DOTTED = 2


class SeenRule(msgspec.Struct, frozen=True):
    """How one of them is drawn."""

    muted: bool = False
    """Digits and words in `ink2`: navy means live."""
    hatched: bool = False
    """Fine hatch behind digits, hatched equipment."""
    line: Line = Line.NONE
    dashes: bool = False
    """No value: dashes in place of digits and words."""
    age: bool = False
    """The age stands after the mark."""
    solid: bool = True
    """Pointers are solid and surface lines unbroken."""
    mark: bool = True
    """A mark stands beside it (`marks.py`)."""


RULES: dict[Seen, SeenRule] = {
    Seen.GOOD: SeenRule(mark=False),
    Seen.SIMULATED: SeenRule(),
    Seen.SUBSTITUTED: SeenRule(),
    Seen.FORCED: SeenRule(),
    Seen.ABOVE_RANGE: SeenRule(),
    Seen.BELOW_RANGE: SeenRule(),
    Seen.UNCERTAIN: SeenRule(solid=False),
    Seen.NOT_RUNNING: SeenRule(solid=False),
    Seen.STALE: SeenRule(muted=True, line=Line.DOTTED, age=True, solid=False),
    Seen.BAD: SeenRule(muted=True, hatched=True, line=Line.STRUCK, solid=False, mark=False),
    Seen.BAD_EMPTY: SeenRule(muted=True, hatched=True, line=Line.STRUCK, dashes=True, solid=False, mark=False),
    Seen.NEVER_READ: SeenRule(muted=True, dashes=True, solid=False),
    Seen.SILENT: SeenRule(muted=True, line=Line.DOTTED, solid=False),
}


def _column(name: str) -> npt.NDArray[np.bool_]:
    return np.array([bool(getattr(RULES[seen], name)) for seen in sorted(Seen)], dtype=np.bool_)


MUTED = _column("muted")
HATCHED = _column("hatched")
DASHES = _column("dashes")
AGED = _column("age")
SOLID = _column("solid")
MARKED = _column("mark")
LINE: U1 = np.array([RULES[seen].line for seen in sorted(Seen)], dtype=np.uint8)

_OF_LOOK = {look: Seen(int(look)) for look in Look}


def _seen_of(cause: int) -> Seen:
    if cause == Cause.BELOW_RANGE:
        return Seen.BELOW_RANGE
    if cause == Cause.ENGINE_SILENT:
        return Seen.SILENT
    rule = rule_of(cause)
    return Seen.BAD_EMPTY if rule.look is Look.BAD and not rule.keeps_value else _OF_LOOK[rule.look]


SEEN_OF_CAUSE: U1 = np.array([_seen_of(cause) for cause in range(CAUSE_ROOM)], dtype=np.uint8)
"""Cause -> what is seen; an unknown cause is bad, never good."""
_SEEN_OF_SEVERITY: U1 = np.array([Seen.GOOD, Seen.UNCERTAIN, Seen.BAD, Seen.BAD], dtype=np.uint8)
_EMPTY: U1 = np.array([Seen.BAD_EMPTY] * len(Seen), dtype=np.uint8)
_EMPTY[Seen.NEVER_READ] = Seen.NEVER_READ


def see(status: npt.NDArray[np.uint32], cause: npt.NDArray[np.uint16], missing: npt.NDArray[np.bool_]) -> U1:
    """Turn qualities into what is seen.

    Args:
        status: OPC UA status of each value.
        cause: cause of each value; where it is NONE the severity of the status decides.
        missing: where there is no value to show (never read stays never read, all else is bad without digits).
    """
    seen = SEEN_OF_CAUSE[np.minimum(cause, CAUSE_ROOM - 1)]
    seen = np.where(cause == 0, _SEEN_OF_SEVERITY[status >> 30], seen)
    return np.where(missing, _EMPTY[seen], seen)
