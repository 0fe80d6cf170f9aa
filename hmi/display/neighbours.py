"""Which parts reach into the cell of a part, so that a cell can be repainted alone. Window, GUI thread."""

import numpy as np
import numpy.typing as npt

from hmi.display.fragments import Rows

GRID = 64
"""Device pixels."""


class Neighbours:
    """Looked up the first time a part changes alone, then remembered."""

    def __init__(self, rects: npt.NDArray[np.int64]) -> None:
        """Enter rectangles: left, top, right, bottom a row, device pixels."""
        self._rects = rects
        self._grid: dict[tuple[int, int], list[int]] | None = None
        self._known: dict[int, Rows] = {}

    def of(self, parts: Rows) -> Rows:
        """Give the parts themselves and all that overlap them, sorted."""
        found = [self._one(part) for part in parts.tolist()]
        if not found:
            return parts
        mask = np.zeros(len(self._rects), dtype=np.bool_)
        mask[np.concatenate(found)] = True
        return np.flatnonzero(mask)

    def _one(self, part: int) -> Rows:
        known = self._known.get(part)
        if known is None:
            grid = self._filled()
            near = {other for cell in self._cells(part) for other in grid.get(cell, ())} | {part}
            candidates = np.array(sorted(near), dtype=np.intp)
            left, top, right, bottom = self._rects[part]
            rects = self._rects[candidates]
            touching = (rects[:, 0] < right) & (rects[:, 2] > left) & (rects[:, 1] < bottom) & (rects[:, 3] > top)
            touching[candidates == part] = True
            known = self._known[part] = candidates[touching]
        return known

    def _filled(self) -> dict[tuple[int, int], list[int]]:
        if self._grid is None:
            self._grid = {}
            for part in range(len(self._rects)):
                for cell in self._cells(part):
                    self._grid.setdefault(cell, []).append(part)
        return self._grid

    def _cells(self, part: int) -> list[tuple[int, int]]:
        left, top, right, bottom = (int(edge) // GRID for edge in self._rects[part])
        return [(column, row) for column in range(left, right + 1) for row in range(top, bottom + 1)]
