"""Merging: as few reads as the limits allow for a set of values, no value ever split (rows MB-05, MB-06). Pure.

Spans are half-open ranges (first, behind the last) of one table. A window is what one request reads.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass

Span = tuple[int, int]
"""First register or bit, and the one behind the last."""


@dataclass(frozen=True, slots=True)
class Window:
    """One request: its range and the spans that it brings."""

    start: int
    end: int
    spans: tuple[Span, ...]


def plan_windows(spans: Iterable[Span], most: int, gap: int, forbidden: Collection[Span] = ()) -> list[Window]:
    """Cover all spans with the fewest windows.

    Leftmost first and as far as possible is optimal here: whether a range may be read passes on to every part of it.

    Args:
        spans: what is wanted; may overlap, repeat and nest; none longer than `most`.
        most: longest window, registers or bits.
        gap: longest run inside a window that nobody wants.
        forbidden: ranges that no window may contain whole (known to be refused). A span that contains one itself is
            read alone.

    Returns:
        Windows by their start; each wanted span is in exactly one of them.
    """
    wanted = sorted(set(spans))
    walls = _Walls(forbidden)
    windows: list[Window] = []
    for run_end, members in _runs(wanted, gap):
        waiting = members
        while waiting:
            start, first_end = waiting[0]
            limit = max(first_end, min(start + most, run_end, walls.limit(start)))
            taken = [span for span in waiting[: bisect_left(waiting, (limit, 0))] if span[1] <= limit]
            windows.append(Window(start, max(end for _, end in taken), tuple(taken)))
            waiting = _without(waiting, taken, limit)
    return windows


def _without(waiting: list[Span], taken: list[Span], limit: int) -> list[Span]:
    """Give the spans that a window has not taken (all behind `limit`, and those that pass it)."""
    behind = bisect_left(waiting, (limit, 0))
    if len(taken) == behind:
        return waiting[behind:]
    return [span for span in waiting[:behind] if span[1] > limit] + waiting[behind:]


def _runs(wanted: list[Span], gap: int) -> list[tuple[int, list[Span]]]:
    """Part the spans where more than `gap` unwanted places lie between them: (end of the run, its spans)."""
    runs: list[tuple[int, list[Span]]] = []
    end = -1
    for span in wanted:
        if not runs or span[0] - end > gap:
            runs.append((span[1], [span]))
            end = span[1]
        else:
            end = max(end, span[1])
            runs[-1][1].append(span)
            runs[-1] = (end, runs[-1][1])
    return runs


class _Walls:
    """Forbidden ranges, ready to answer how far a window from a given start may reach."""

    def __init__(self, forbidden: Collection[Span]) -> None:
        ordered = sorted(forbidden)
        self._starts = [low for low, _ in ordered]
        self._nearest: list[int] = [0] * len(ordered)
        nearest = 1 << 30
        for position in range(len(ordered) - 1, -1, -1):
            nearest = min(nearest, ordered[position][1])
            self._nearest[position] = nearest

    def limit(self, start: int) -> int:
        """Give the farthest end of a window from `start` that contains no forbidden range."""
        position = bisect_left(self._starts, start)
        return self._nearest[position] - 1 if position < len(self._nearest) else 1 << 30
