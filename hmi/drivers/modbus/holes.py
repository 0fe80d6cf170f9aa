"""Memory of what a device refuses: bad values, ranges not to be read in one go, blocks under suspicion (MB-08).

A merged block that is refused (exception 02 or 03) is halved until the values that the device does not have are
found; they are remembered and tried again slowly, their neighbours stay good. Pure; kept by one driver for the life
of its connection.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from hmi.drivers.modbus.pdu import Function
from hmi.drivers.modbus.planner import Span
from hmi.model.quality import Cause

REFUSALS = frozenset({Cause.ILLEGAL_ADDRESS, Cause.ILLEGAL_VALUE})
"""Causes that a part of the block may not deserve."""

FIRST_RETEST_NS = 5 * 10**9
"""Before a refused value is tried again for the first time: a PLC that was being loaded is soon back."""

EVIDENCE_RETEST_NS = 10**9
"""Between two trials of a refused value by which the engine judges the device: all its tags wait for that one."""

Key = tuple[Function, Span]


@dataclass(frozen=True, slots=True)
class Suspect:
    """Values of which at least one is refused, or which must not be read together."""

    function: Function
    spans: tuple[Span, ...]
    """Sorted, two or more."""
    cause: Cause

    def halves(self) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
        """Part the values in the middle."""
        middle = len(self.spans) // 2
        return self.spans[:middle], self.spans[middle:]


def hull(spans: Iterable[Span]) -> Span:
    """Give the range from the first to the last."""
    parts = tuple(spans)
    return min(start for start, _ in parts), max(end for _, end in parts)


@dataclass(slots=True)
class _Bad:
    """One value that the device refuses."""

    cause: Cause
    retest_at_ns: int
    """Monotonic."""
    pause_ns: int
    """Before the trial after the next; doubles up to the device's `retest_s`."""


class Holes:
    """What is known about one device."""

    def __init__(self, retest_ns: int) -> None:
        self.version = 0
        """Goes up with everything that changes how reads are to be merged."""
        self.suspects: deque[Suspect] = deque()
        self._slowest_ns = retest_ns
        self._bad: dict[Key, _Bad] = {}
        self._trials: list[tuple[int, Key]] = []
        """A heap of (time, value); entries that do not agree with `_bad` any more are passed over."""
        self._suspected: dict[Key, Cause] = {}
        self._walls: dict[Function, set[Span]] = {}
        self._evidence: set[Key] = set()

    def hurry(self, function: Function, span: Span) -> None:
        """Try a value again often once it is refused, because the engine judges the device by it."""
        self._evidence.add((function, span))

    def cause(self, function: Function, span: Span) -> Cause:
        """Say why a value is not to be read for now; NONE when it is."""
        bad = self._bad.get((function, span))
        return bad.cause if bad is not None else self._suspected.get((function, span), Cause.NONE)

    def walls(self, function: Function) -> set[Span]:
        """Give the ranges that no request may contain whole."""
        bad = {span for kind, span in self._bad if kind is function}
        return bad | self._walls.get(function, set())

    def refused(self, function: Function, spans: tuple[Span, ...], cause: Cause, now_ns: int) -> None:
        """Take note of a refused request."""
        if len(spans) == 1:
            self._suspected.pop((function, spans[0]), None)
            self._put_off((function, spans[0]), cause, now_ns, FIRST_RETEST_NS)
        else:
            self.suspects.append(Suspect(function, spans, cause))
            self._suspected.update({(function, span): cause for span in spans})
        self.version += 1

    def judged(self, suspect: Suspect, left: Cause, right: Cause, now_ns: int) -> None:
        """Take note of what the two halves of a suspect were answered; only a refusal counts against a half."""
        for span in suspect.spans:
            self._suspected.pop((suspect.function, span), None)
        first, second = suspect.halves()
        for half, cause in ((first, left), (second, right)):
            if cause in REFUSALS:
                self.refused(suspect.function, half, cause, now_ns)
        if not {left, right} & REFUSALS:
            self._part(suspect.function, hull(first), hull(second))
        self.version += 1

    def due(self, now_ns: int) -> Key | None:
        """Give the value that is to be tried again now, at most one."""
        while self._trials and self._trials[0][0] <= now_ns:
            when_ns, key = self._trials[0]
            if key in self._bad and self._bad[key].retest_at_ns == when_ns:
                return key
            heapq.heappop(self._trials)
        return None

    def retested(self, key: Key, cause: Cause, now_ns: int) -> None:
        """Take note of a trial.

        A good answer means that the device's map has changed (a program was loaded, a card came back): all that was
        learned about this table is forgotten and found out anew. Anything else puts the value off for longer.
        """
        old = self._bad.get(key)
        if old is None:
            return
        if cause is not Cause.NONE:
            self._put_off(key, cause if cause in REFUSALS else old.cause, now_ns, 2 * old.pause_ns)
            return
        function = key[0]
        self._bad = {other: bad for other, bad in self._bad.items() if other[0] is not function}
        self._walls.pop(function, None)
        self.version += 1

    def _put_off(self, key: Key, cause: Cause, now_ns: int, pause_ns: int) -> None:
        pause_ns = min(pause_ns, EVIDENCE_RETEST_NS if key in self._evidence else self._slowest_ns)
        self._bad[key] = _Bad(cause, now_ns + pause_ns, pause_ns)
        heapq.heappush(self._trials, (now_ns + pause_ns, key))

    def _part(self, function: Function, left: Span, right: Span) -> None:
        """Keep two readable halves apart: between them lies something that the device does not have."""
        wall = (left[1] - 1, right[0] + 1) if left[1] <= right[0] else (left[0], max(left[1], right[1]))
        self._walls.setdefault(function, set()).add(wall)
