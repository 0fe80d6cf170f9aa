"""A permanent numpy buffer that Qt draws from without one object per picture. Window, GUI thread.

`QPainter.drawPixmapFragments` takes (first fragment, count): the first is a wrapper laid over the buffer's memory, so a
thousand pictures cost one call and no Python object. The only place of the product that lays a Qt class over memory.
"""

from typing import cast

import numpy as np
import numpy.typing as npt
import shiboken6
from PySide6 import QtGui

F8 = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
COLUMNS = 10
"""x, y (of the centre), source left, top, width, height, scale x, scale y, rotation, opacity: ten float64 a
fragment."""
X, Y, LEFT, TOP, WIDTH, HEIGHT = range(6)


class Fragments:
    """What may be drawn (`rows`, one picture each, `alive` says which) and the buffer of what is drawn."""

    def __init__(self, count: int) -> None:
        """Make room for `count` pictures; none is alive."""
        self.count = count
        self.rows: F8 = np.zeros((count, COLUMNS))
        self.rows[:, 6:8] = 1.0
        self.rows[:, 9] = 1.0
        self.alive: npt.NDArray[np.bool_] = np.zeros(count, dtype=np.bool_)
        self._buffer: F8 = np.zeros((max(count, 1), COLUMNS))
        address = int(self._buffer.__array_interface__["data"][0])  # `.ctypes` would load that module
        kind = QtGui.QPainter.PixmapFragment
        self._first = cast(QtGui.QPainter.PixmapFragment, shiboken6.wrapInstance(address, kind))

    def place(self, rows: Rows, cells: Rows, table: F8, x: F8, y: F8) -> None:
        """Put pictures into rows, on whole device pixels, and bring them to life.

        Args:
            rows: which rows, n of them.
            cells: number of the cell of each.
            table: `Atlas.columns`.
            x: where the placing point of each picture goes, device pixels.
            y: the same downwards.
        """
        source = table[cells]
        width, height = source[:, 2], source[:, 3]
        self.rows[rows, X] = np.rint(x) - source[:, 4] + width * 0.5
        self.rows[rows, Y] = np.rint(y) - source[:, 5] + height * 0.5
        self.rows[rows, LEFT : HEIGHT + 1] = source[:, :4]
        self.alive[rows] = True

    def place_cut(self, rows: Rows, cells: Rows, table: F8, x: F8, y: F8, width: F8) -> None:
        """Put left parts of pictures (strips of lines and hatches), `width` device pixels of each."""
        cut = np.minimum(np.maximum(np.rint(width), 1.0), table[cells, 2])
        self.place(rows, cells, table, x, y)
        self.rows[rows, WIDTH] = cut
        self.rows[rows, X] = np.rint(x) - table[cells, 4] + cut * 0.5

    def draw(self, painter: QtGui.QPainter, pixmap: QtGui.QPixmap, chosen: Rows | None = None) -> int:
        """Draw what is alive, in the order of the rows; give how many that were.

        Args:
            painter: with a transform under which one unit is one device pixel.
            pixmap: the pictures.
            chosen: sorted rows to be looked at; None is all of them.
        """
        indices = np.flatnonzero(self.alive) if chosen is None else chosen[self.alive[chosen]]
        count = len(indices)
        if count:
            np.take(self.rows, indices, axis=0, out=self._buffer[:count], mode="clip")
            painter.drawPixmapFragments(self._first, count, pixmap)
        return count
