"""Everything that fills up to a value, and the pointers on the same axis: one number of pixels for all.

Window, GUI thread.
A level is a part of a second static layer, painted with everything full, copied up to the value: opaque, so it is a
copy of memory, and whatever stands before the liquid (a shaft, a label) is in that layer as well.
"""

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.display.fragments import F8, HEIGHT, LEFT, TOP, WIDTH, Fragments, Rows, X, Y
from hmi.display.item import HATCHED, SOLID, U1, Seen

PIECES = 2
"""Rows of a surface line: the line, or its right piece, and the left piece where numbers stand between them."""
I8 = npt.NDArray[np.int64]


class LevelPlace(msgspec.Struct, frozen=True):
    """One level, whole device pixels."""

    left: int
    top: int
    width: int
    height: int
    foot: int
    sideways: bool
    surface: bool
    clear: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Left, top, right, bottom of what the surface line must not cross."""


class Levels:
    """The level parts of one screen. `first` is the row of the first surface line, `PIECES` a level."""

    def __init__(self, places: list[LevelPlace], first: int, fragments: Fragments, solid: int, dashed: int) -> None:
        """Turn the places into columns."""
        self.count = len(places)
        self.first = first
        self._fragments = fragments
        self.full = Fragments(len(places))
        self.hatched = Fragments(len(places))
        self.left = np.array([place.left for place in places], dtype=np.int64)
        self.top = np.array([place.top for place in places], dtype=np.int64)
        self.width = np.array([place.width for place in places], dtype=np.int64)
        self.height = np.array([place.height for place in places], dtype=np.int64)
        self.foot = np.array([place.foot for place in places], dtype=np.int64)
        self.sideways = np.array([place.sideways for place in places], dtype=np.bool_)
        self.surface = np.array([place.surface for place in places], dtype=np.bool_)
        self._clear = np.array([place.clear for place in places], dtype=np.int64).reshape(-1, 4)
        self._lines = np.array([dashed, solid], dtype=np.intp)

    def fill(self, which: Rows, shown: I8, seen: U1, missing: npt.NDArray[np.bool_], table: F8) -> None:
        """Lay out the levels `which` anew.

        Args:
            which: levels that changed.
            shown: device pixels above the low end, clipped to the scale.
            seen: `Seen` of each.
            missing: where there is no value: all of it hatched and no surface; nothing at all without a surface line.
            table: `Atlas.columns`.
        """
        full_length = np.where(self.sideways[which], self.width[which], self.height[which])
        # Without a surface line an untrusted level would look full: its scale is hatched by a plate instead.
        length = np.where(missing, np.where(self.surface[which], full_length, 0), shown)
        for fragments, chosen in ((self.full, ~HATCHED[seen] & ~missing), (self.hatched, HATCHED[seen] | missing)):
            fragments.alive[which] = False
            pick = np.flatnonzero(chosen & (length + self.foot[which] > 0))
            if len(pick):
                self._copy(fragments, which[pick], length[pick])
        rows = self.first + which * PIECES
        self._fragments.alive[(rows[:, None] + np.arange(PIECES)).ravel()] = False
        pick = np.flatnonzero(self.surface[which] & ~missing)
        if len(pick):
            levels = which[pick]
            y = (self.top[levels] + self.height[levels] - shown[pick]).astype(np.float64)
            line = self._lines[SOLID[seen[pick]].astype(np.intp)]
            left, width = self.left[levels].astype(np.float64), self.width[levels].astype(np.float64)
            before, top, behind, bottom = self._clear[levels].T
            crosses = (y > top) & (y < bottom)
            end = left + width
            start = np.where(crosses, behind, left)
            self._fragments.place_cut(rows[pick], line, table, start, y, end - start)
            some = np.flatnonzero(crosses)
            if len(some):
                stub = before[some] - left[some]
                self._fragments.place_cut(rows[pick][some] + 1, line[some], table, left[some], y[some], stub)

    def _copy(self, fragments: Fragments, levels: Rows, length: I8) -> None:
        """Copy the parts of the layer between the low end (with the foot) and the value."""
        sideways = self.sideways[levels]
        width = np.where(sideways, length, self.width[levels])
        height = np.where(sideways, self.height[levels], length + self.foot[levels])
        left = self.left[levels]
        top = np.where(sideways, self.top[levels], self.top[levels] + self.height[levels] - length)
        rows = fragments.rows
        rows[levels, X] = left + width * 0.5
        rows[levels, Y] = top + height * 0.5
        rows[levels, LEFT] = left
        rows[levels, TOP] = top
        rows[levels, WIDTH] = width
        rows[levels, HEIGHT] = height
        fragments.alive[levels] = (width > 0) & (height > 0)


class PointerPlace(msgspec.Struct, frozen=True):
    """One pointer; device pixels, cells by number."""

    x: float
    bottom: int
    """The low end of the scale, the same whole pixel as that of the level beside it."""
    solid: int
    hollow: int
    shape: tuple[float, bool] | None = None
    """Width of the scale, and whether it stands at its left; None for a diamond, which no alarm colours."""


class Pointers:
    """The pointers of one screen, one row each from `first`."""

    def __init__(
        self, places: list[PointerPlace], first: int, fragments: Fragments, ensure: Callable[[Rows], None]
    ) -> None:
        """Turn the places into columns; `ensure` is that of the atlas."""
        self.first = first
        self._ensure = ensure
        self._plain = [(place.hollow, place.solid) for place in places]
        self._fragments = fragments
        self.x: F8 = np.array([place.x for place in places])
        self.bottom: F8 = np.array([float(place.bottom) for place in places])
        self._cells = np.array(self._plain, dtype=np.intp).reshape(-1, 2)

    def colour(self, pointer: int, cells: tuple[int, int] | None) -> None:
        """Draw a pointer by other cells (hollow, solid) from now on; None goes back to its own."""
        self._cells[pointer] = cells or self._plain[pointer]

    def fill(self, which: Rows, shown: I8, seen: U1, missing: npt.NDArray[np.bool_], table: F8) -> None:
        """Put the pointers `which` anew; `shown` is device pixels above the low end."""
        rows = self.first + which
        self._fragments.alive[rows] = False
        pick = np.flatnonzero(~missing & (seen != Seen.NEVER_READ))
        if len(pick):
            pointers = which[pick]
            cell = self._cells[pointers, SOLID[seen[pick]].astype(np.intp)]
            self._ensure(cell)
            self._fragments.place(rows[pick], cell, table, self.x[pointers], self.bottom[pointers] - shown[pick])
