"""All numbers of a screen as columns: turns changed values into pictures of digits, vectorised. Window, GUI thread.

A number has a fixed set of rows: hatch, sign, three groups of digits, decimals, unit, line, mark and age. No string
is built.
"""

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.display.ages import AgeCells
from hmi.display.digits import DigitCells
from hmi.display.fragments import F8, Fragments, Rows
from hmi.display.item import DASHES, HATCHED, LINE, MARKED, MUTED, U1, Line, Seen
from hmi.display.marks import MarkCells, mark_width

I8 = npt.NDArray[np.int64]
ROWS = 17
(
    HATCH,
    SIGN,
    HUNDREDS_2,
    PAIR_2,
    HUNDREDS_1,
    PAIR_1,
    HUNDREDS_0,
    PAIR_0,
    DECIMALS_A,
    DECIMALS_B,
    DECIMALS_C,
    UNIT,
    LINE_ROW,
    MARK,
    AGE_LEAD,
    AGE_TAIL,
    WHOLE,
) = range(ROWS)
MOST = 10**9
"""Whole parts from here on are shown as hash signs, whatever the room."""
_POWERS: I8 = 10 ** np.arange(10, dtype=np.int64)
_UNIT_GAP = 5
OVERHANG = 6
"""Pixels by which strike and hatch reach beyond the digits."""


class NumberPlace(msgspec.Struct, frozen=True):
    """What the layout knows of one number; lengths in device pixels."""

    x: float
    """Right edge of the digits when `right`, else their left edge."""
    baseline: float
    right: bool
    decimals: int
    room: int
    live: DigitCells
    muted: DigitCells
    hatch: int
    """Cell of what lies behind a bad value."""
    plate: int
    """Cell of what lies behind the dashes of a value that was never read, or -1."""
    unit: int
    """Cell of the unit, or -1."""
    unit_width: float
    unit_at: tuple[float, float] | None
    """Place of the unit's baseline where it does not follow the digits."""
    mark_at: tuple[float, float] | None
    """Left middle of the mark; None is after the unit, before the digits of a number that ends at its place."""
    aged: bool
    """The age of a stale value stands after the mark."""
    mark_gap: float
    """Between digits and mark, device pixels."""
    marked: bool
    """False where another part of the element carries the marks of this slot."""
    size: float
    weight: int = 600
    framed: bool = True
    frame_left: float | None = None
    alarm_at: tuple[float, float] | None = None
    lift: float = 0.0


class Numbers:
    """The number parts of one screen; `first` is their first row in the fragments."""

    def __init__(
        self,
        places: list[NumberPlace],
        first: int,
        fragments: Fragments,
        marks: MarkCells,
        ages: AgeCells,
        scale: float,
        ensure: Callable[[Rows], None],
    ) -> None:
        """Turn the places into columns; `ensure` is that of the atlas."""
        self._ensure = ensure
        self.first = first
        self._fragments = fragments
        self._scale = scale
        self._ages = ages
        self.x: F8 = np.array([place.x for place in places])
        self.baseline: F8 = np.array([place.baseline for place in places])
        self._level = self.baseline.copy()
        self.right = np.array([place.right for place in places], dtype=np.bool_)
        self.decimals = np.array([place.decimals for place in places], dtype=np.intp)
        self.room = np.array([place.room for place in places], dtype=np.int64)
        self.size: F8 = np.array([place.size * scale for place in places])
        self.unit = np.array([place.unit for place in places], dtype=np.intp)
        self.unit_width: F8 = np.array([place.unit_width for place in places])
        self.marked = np.array([place.marked for place in places], dtype=np.bool_)
        self.mark_gap: F8 = np.array([place.mark_gap for place in places])
        self.aged = np.array([place.aged for place in places], dtype=np.bool_)
        self.hatch = np.array([(place.plate, place.hatch) for place in places], dtype=np.intp).reshape(-1, 2)
        self.unit_fixed, self.unit_x, self.unit_y = _fixed([place.unit_at for place in places])
        self.mark_fixed, self.mark_x, self.mark_y = _fixed([place.mark_at for place in places])
        names = ("single", "pair", "tenth", "hundredth", "minus", "hashes", "dashes")
        self._cells = np.array(
            [[[getattr(one, name) for name in names] for one in (place.live, place.muted)] for place in places],
            dtype=np.intp,
        ).reshape(len(places), 2, len(names))
        self._live = self._cells[:, 0].copy()
        widths = ("digit", "point", "sign", "thin", "hashes_width", "dashes_width")
        self._widths: F8 = np.array([[getattr(place.live, name) for name in widths] for place in places]).reshape(
            len(places), len(widths)
        )
        self._mark_cells = np.array(
            [marks.marks[seen].number if seen in marks.marks else 0 for seen in sorted(Seen)], dtype=np.intp
        )
        self._mark_widths: F8 = np.array([mark_width(seen) * scale for seen in sorted(Seen)])
        self._lines = np.array([0, marks.struck.number, marks.dotted.number], dtype=np.intp)

    def recolour(self, number: int, cells: tuple[int, ...] | None) -> None:
        """Write the live digits of a number by other cells from now on; None goes back to its own.

        Args:
            number: which.
            cells: single, pair, tenth, hundredth, minus, hashes, dashes, as in `DigitCells`.
        """
        self._cells[number, 0] = self._live[number] if cells is None else cells

    def lift(self, number: int, by: float) -> None:
        """Let a number stand higher by some device pixels from its next `fill` on; 0 puts it back."""
        self.baseline[number] = self._level[number] - by

    def fill(self, which: Rows, shown: I8, seen: U1, age: I8, table: F8) -> None:
        """Lay out the numbers `which` anew.

        Args:
            which: numbers (not rows) that changed.
            shown: value x 10 ** decimals of each of them, 0 where there is none.
            seen: `Seen` of each.
            age: age code of each (`ages.py`), -1 for none.
            table: `Atlas.columns`.
        """
        fragments = self._fragments
        base = self.first + which * ROWS
        fragments.alive[(base[:, None] + np.arange(ROWS)).ravel()] = False
        decimals = self.decimals[which]
        power = _POWERS[decimals]
        negative = shown < 0
        size = np.abs(shown)
        whole = size // power
        fraction = size - whole * power
        digits = np.maximum(np.searchsorted(_POWERS, whole, side="right"), 1)
        fractional = decimals > 0
        too_long = (digits + np.where(fractional, decimals + 1, 0) + negative > self.room[which]) | (whole >= MOST)
        dashes = DASHES[seen]
        too_long &= ~dashes
        text = ~(dashes | too_long)
        cells = self._cells[which, MUTED[seen].astype(np.intp)]
        digit, point, sign, thin, hashes_width, dashes_width = self._widths[which].T
        whole_width = digits * digit + (digits - 1) // 3 * thin
        fraction_width = np.where(fractional, point + decimals * digit, 0.0)
        total = np.where(negative, sign, 0.0) + whole_width + fraction_width
        total = np.where(dashes, dashes_width, np.where(too_long, hashes_width, total))
        x = self.x[which]
        right = np.rint(np.where(self.right[which], x, x + total))
        y = self.baseline[which]
        point_x = right - fraction_width

        def put(row: int, chosen: npt.NDArray[np.bool_], cell: Rows, at: F8) -> None:
            pick = np.flatnonzero(chosen)
            if len(pick):
                chosen_cells = cell[pick]
                self._ensure(chosen_cells)
                fragments.place(base[pick] + row, chosen_cells, table, at[pick], y[pick])

        group = whole % 1000
        single, pair = cells[:, 0], cells[:, 1]
        double = whole >= 10
        cell = np.where(double, pair + group % 100, single + group % 10)
        put(PAIR_0, text, cell, point_x - np.where(double, 2, 1) * digit)
        put(HUNDREDS_0, text & (whole >= 100), single + group // 100, point_x - 3 * digit)
        if (whole >= 1000).any():
            group = whole // 1000 % 1000
            edge = point_x - 3 * digit - thin
            double = whole >= 10_000
            cell = np.where(double, pair + group % 100, single + group % 10)
            put(PAIR_1, text & (whole >= 1000), cell, edge - np.where(double, 2, 1) * digit)
            put(HUNDREDS_1, text & (whole >= 100_000), single + group // 100, edge - 3 * digit)
            group = whole // 1_000_000 % 1000
            edge -= 3 * digit + thin
            double = whole >= 10_000_000
            cell = np.where(double, pair + group % 100, single + group % 10)
            put(PAIR_2, text & (whole >= 1_000_000), cell, edge - np.where(double, 2, 1) * digit)
            put(HUNDREDS_2, text & (whole >= 100_000_000), single + group // 100, edge - 3 * digit)
        put(SIGN, text & negative, cells[:, 4], point_x - whole_width - sign)
        self._decimals(put, text, decimals, fraction, cells, point_x, point, digit)
        put(WHOLE, dashes | too_long, np.where(dashes, cells[:, 6], cells[:, 5]), right - total)
        self._around(base, which, right - total, right, seen, age, table)

    @staticmethod
    def _decimals(
        put: Callable[[int, npt.NDArray[np.bool_], Rows, F8], None],
        text: npt.NDArray[np.bool_],
        decimals: Rows,
        fraction: I8,
        cells: Rows,
        point_x: F8,
        point: F8,
        digit: F8,
    ) -> None:
        """Put the decimals: one or two with the point, then pairs."""
        odd = decimals % 2 == 1
        rest = np.where(odd, decimals - 1, np.maximum(decimals - 2, 0))
        head = fraction // _POWERS[rest]
        put(DECIMALS_A, text & (decimals > 0), np.where(odd, cells[:, 2], cells[:, 3]) + head, point_x)
        if rest.any():
            after = point_x + point + (decimals - rest) * digit
            for row in (DECIMALS_B, DECIMALS_C):
                has = rest >= 2
                rest = np.where(has, rest - 2, 0)
                couple = fraction // _POWERS[rest] % 100
                put(row, text & has, cells[:, 1] + couple, after)
                after = after + 2 * digit

    def _around(self, base: Rows, which: Rows, left: F8, right: F8, seen: U1, age: I8, table: F8) -> None:
        """Put unit, hatch, line, mark and age of the numbers."""
        fragments, scale = self._fragments, self._scale
        y, size = self.baseline[which], self.size[which]
        unit = self.unit[which]
        end = right.copy()
        pick = np.flatnonzero(unit >= 0)
        if len(pick):
            numbers = which[pick]
            fixed = self.unit_fixed[numbers]
            follows = right[pick] + np.where(HATCHED[seen[pick]], OVERHANG + _UNIT_GAP, _UNIT_GAP) * scale
            fragments.place(
                base[pick] + UNIT,
                unit[pick],
                table,
                np.where(fixed, self.unit_x[numbers], follows),
                np.where(fixed, self.unit_y[numbers], y[pick]),
            )
            end[pick] = np.where(fixed, right[pick], follows + self.unit_width[numbers])
        behind = self.hatch[which, HATCHED[seen].astype(np.intp)]
        pick = np.flatnonzero((HATCHED[seen] | DASHES[seen]) & (behind >= 0))
        if len(pick):
            over = OVERHANG * scale
            width = right[pick] - left[pick] + 2 * over
            top = y[pick] - size[pick] * 0.84
            fragments.place_cut(base[pick] + HATCH, behind[pick], table, left[pick] - over, top, width)
        line = LINE[seen]
        pick = np.flatnonzero(line)
        if len(pick):
            struck = line[pick] == Line.STRUCK
            beyond = np.where(struck, OVERHANG * scale, 0.0)
            height = np.where(struck, y[pick] - size[pick] * 0.36, y[pick] + 4.5 * scale)
            width = right[pick] - left[pick] + 2 * beyond
            lines = self._lines[line[pick]]
            fragments.place_cut(base[pick] + LINE_ROW, lines, table, left[pick] - beyond, height, width)
        pick = np.flatnonzero(MARKED[seen] & ~DASHES[seen] & (seen != Seen.SILENT) & self.marked[which])
        if len(pick):
            numbers = which[pick]
            fixed = self.mark_fixed[numbers]
            age = np.where(self.aged[numbers], age[pick], -1)
            room = self._mark_widths[seen[pick]] + self._ages.width(age, table)
            gap = self.mark_gap[numbers]
            beside = np.where(self.right[numbers], left[pick] - gap - room, end[pick] + gap)
            x = np.where(fixed, self.mark_x[numbers], beside)
            middle = np.where(fixed, self.mark_y[numbers], y[pick] - size[pick] * 0.36)
            fragments.place(base[pick] + MARK, self._mark_cells[seen[pick]], table, x, middle)
            x = x + self._mark_widths[seen[pick]]
            self._ages.place(fragments, base[pick] + AGE_LEAD, base[pick] + AGE_TAIL, age, x, middle, table)


def _fixed(places: list[tuple[float, float] | None]) -> tuple[npt.NDArray[np.bool_], F8, F8]:
    """Split optional places into three columns: is there one, x, y."""
    return (
        np.array([place is not None for place in places], dtype=np.bool_),
        np.array([place[0] if place else 0.0 for place in places]),
        np.array([place[1] if place else 0.0 for place in places]),
    )
