"""All parts of a screen that show one picture out of several: states, words, plates, pieces of pipes, painted cells.

Columns as in `numbers.py`: a changed part is a look into a table of cells. Window, GUI thread.
"""

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.display.ages import AgeCells
from hmi.display.fragments import F8, Fragments, Rows
from hmi.display.item import HATCHED, LINE, MARKED, U1, Line, Seen
from hmi.display.marks import GAP, MarkCells, mark_width

I8 = npt.NDArray[np.int64]
ROWS = 5
PICTURE, LINE_ROW, MARK, AGE_LEAD, AGE_TAIL = range(ROWS)


class PicturePlace(msgspec.Struct, frozen=True):
    """What the layout knows of one picture part; lengths in device pixels, cells by number."""

    x: float
    y: float
    """Where the placing point of its cells goes."""
    cells: dict[int, int]
    """State -> cell."""
    unknown: int
    """Cell for other states, and for values that are not to be trusted (-1: no picture)."""
    never: int
    """Cell for a value that was never read."""
    always: bool = False
    """The state does not matter: state 0 while the value is to be trusted."""
    words: bool = False
    """Words take the dotted line of a stale value."""
    marked: bool = False
    mark_at: tuple[float, float] | None = None
    """Left middle of the mark; None is behind the picture, at the height `mark_rise` above its placing point."""
    mark_rise: float = 0.0
    aged: bool = True
    """The age of a stale value stands after the mark."""


class Pictures:
    """The picture parts of one screen; `first` is their first row in the fragments."""

    def __init__(
        self,
        places: list[PicturePlace],
        first: int,
        fragments: Fragments,
        marks: MarkCells,
        ages: AgeCells,
        scale: float,
        ensure: Callable[[Rows], None],
    ) -> None:
        """Turn the places into columns and their cells into one table; `ensure` is that of the atlas."""
        self._ensure = ensure
        self.first = first
        self._fragments = fragments
        self._ages = ages
        self._gap = GAP * scale
        self.x: F8 = np.array([place.x for place in places])
        self.y: F8 = np.array([place.y for place in places])
        self.marked = np.array([place.marked for place in places], dtype=np.bool_)
        self.words = np.array([place.words for place in places], dtype=np.bool_)
        self.bare = np.array([place.words or not place.cells for place in places], dtype=np.bool_)
        self.aged = np.array([place.aged for place in places], dtype=np.bool_)
        self.mark_fixed = np.array([place.mark_at is not None for place in places], dtype=np.bool_)
        self.mark_x: F8 = np.array([place.mark_at[0] if place.mark_at else 0.0 for place in places])
        self.mark_y: F8 = np.array([place.mark_at[1] if place.mark_at else 0.0 for place in places])
        self.mark_rise: F8 = np.array([place.mark_rise for place in places])
        self.always = np.array([place.always for place in places], dtype=np.bool_)
        self.unknown = np.array([place.unknown for place in places], dtype=np.intp)
        self.never = np.array([place.never for place in places], dtype=np.intp)
        self._lowest = np.array([min(place.cells, default=0) for place in places], dtype=np.int64)
        spans = [max(place.cells, default=0) - min(place.cells, default=0) + 1 for place in places]
        self._spans = np.array(spans, dtype=np.int64)
        self._starts = (np.cumsum(self._spans) - self._spans).astype(np.intp)
        self._table = np.full(int(sum(spans)) or 1, -1, dtype=np.intp)
        for start, place in zip(self._starts.tolist(), places, strict=True):
            lowest = min(place.cells, default=0)
            for state, cell in place.cells.items():
                self._table[start + state - lowest] = cell
        self._mark_cells = np.array(
            [marks.marks[seen].number if seen in marks.marks else 0 for seen in sorted(Seen)], dtype=np.intp
        )
        self._mark_widths: F8 = np.array([mark_width(seen) * scale for seen in sorted(Seen)])
        self._dotted = marks.dotted.number
        self._drop = 4.5 * scale

    def fill(self, which: Rows, shown: I8, seen: U1, age: I8, table: F8) -> None:
        """Choose the pictures of the parts `which` anew; arguments as of `Numbers.fill`, `shown` the state."""
        fragments = self._fragments
        base = self.first + which * ROWS
        fragments.alive[(base[:, None] + np.arange(ROWS)).ravel()] = False
        offset = np.where(self.always[which], 0, shown - self._lowest[which])
        known = (offset >= 0) & (offset < self._spans[which])
        cell = self._table[self._starts[which] + np.where(known, offset, 0).astype(np.intp)]
        cell = np.where(known & (cell >= 0) & ~HATCHED[seen], cell, self.unknown[which])
        cell = np.where(seen == Seen.NEVER_READ, self.never[which], cell)
        pick = np.flatnonzero(cell >= 0)
        numbers = which[pick]
        self._ensure(cell[pick])
        fragments.place(base[pick] + PICTURE, cell[pick], table, self.x[numbers], self.y[numbers])
        source = table[np.maximum(cell, 0)]
        left = self.x[which] - source[:, 4]
        right = left + source[:, 2]
        pick = np.flatnonzero(self.words[which] & (LINE[seen] == Line.DOTTED))
        if len(pick):
            dotted = np.full(len(pick), self._dotted, dtype=np.intp)
            y = self.y[which[pick]] + self._drop
            fragments.place_cut(base[pick] + LINE_ROW, dotted, table, left[pick], y, source[pick, 2])
        marked = MARKED[seen] & self.marked[which]
        marked &= ~(self.words[which] & (seen == Seen.NEVER_READ))
        marked &= ~(self.bare[which] & (seen == Seen.SILENT))
        pick = np.flatnonzero(marked)
        if len(pick):
            numbers = which[pick]
            fixed = self.mark_fixed[numbers]
            x = np.where(fixed, self.mark_x[numbers], right[pick] + self._gap)
            middle = np.where(fixed, self.mark_y[numbers], self.y[numbers] - self.mark_rise[numbers])
            fragments.place(base[pick] + MARK, self._mark_cells[seen[pick]], table, x, middle)
            x = x + self._mark_widths[seen[pick]]
            age = np.where(self.aged[numbers], age[pick], -1)
            self._ages.place(fragments, base[pick] + AGE_LEAD, base[pick] + AGE_TAIL, age, x, middle, table)
