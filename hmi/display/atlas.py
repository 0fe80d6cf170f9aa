"""Packs the pictures of a screen (digits, states, marks, words) into one pixmap, drawn 1:1. Window, GUI thread.

Filled while a screen is laid out, then sealed; later only cells that are painted when they are needed may be added.
Pictures are painted at zoom x device pixel ratio, so that they are crisp and a draw is a copy. Cells that change
their content later (words of a text tag, small trends, free painters) are reserved and painted again in place.
"""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6 import QtCore, QtGui

WIDTH = 2048
"""Device pixels; wider pictures widen the atlas."""
ROWS = 8192
"""Room for so many rows is taken at once: rows that nobody paints take addresses, but no memory."""
BAND = 64
"""So many rows at once are cleared while the packing goes down."""

Paint = Callable[[QtGui.QPainter], object]


class PaintOne(Protocol):
    """Paints one of several pictures of one size."""

    def __call__(self, painter: QtGui.QPainter, *, index: int) -> object:
        """Paint the picture of an index."""
        ...


class Cell(msgspec.Struct, frozen=True):
    """Where a picture lies, device pixels; `dx`, `dy` lead from its left top to the point that it is placed by."""

    number: int
    left: int
    top: int
    width: int
    height: int
    dx: float = 0.0
    dy: float = 0.0


class _Run(msgspec.Struct, frozen=True):
    """Cells of one size that are painted later; device pixels, `top` from where those begin."""

    first: int
    count: int
    width: int
    height: int
    columns: int
    top: int
    dx: int
    dy: int
    paint: PaintOne


_NOT_YET = Cell(-1, 0, 0, 1, 1)


class Atlas:
    """Shelf packing; equal keys share one cell."""

    def __init__(self, scale: float, width: int = WIDTH) -> None:
        """Begin.

        Args:
            scale: device pixels a pixel of the screen.
            width: of the pixmap, device pixels.
        """
        self.scale = scale
        self.cells: list[Cell] = []
        self._keys: dict[Hashable, Cell] = {}
        self._width = width
        self._image = self._room(ROWS)
        self._painter = self._begin(self._image)
        self._x = self._y = self._shelf = 0
        self._clear = 0
        """Rows from the top that are transparent where nothing is painted; below them the memory is as it was found."""
        self._runs: dict[Hashable, _Run] = {}
        self._run_of: dict[int, _Run] = {}
        self._y_later = self._width_later = 0
        self._sealed = 0
        """Row from which on pictures are painted later."""
        self._left: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._pixmap: QtGui.QPixmap | None = None
        self.columns: npt.NDArray[np.float64] = np.zeros((0, 6))
        """After `seal`: left, top, width, height, dx, dy of each cell, whole device pixels."""

    def _room(self, height: int) -> QtGui.QImage:
        """Give an image that is not cleared: to clear it would touch, and so cost, all of its memory."""
        return QtGui.QImage(self._width, height, QtGui.QImage.Format.Format_ARGB32_Premultiplied)

    @staticmethod
    def _begin(device: QtGui.QPaintDevice) -> QtGui.QPainter:
        painter = QtGui.QPainter(device)
        painter.setRenderHints(
            QtGui.QPainter.RenderHint.Antialiasing
            | QtGui.QPainter.RenderHint.TextAntialiasing
            | QtGui.QPainter.RenderHint.SmoothPixmapTransform
        )
        return painter

    def _grow(self, width: int, height: int) -> None:
        """Make the image larger, keeping what is painted."""
        self._painter.end()
        old, kept = self._image, self._clear
        narrow = width > self._width
        self._width = max(self._width, width)
        self._image = self._room(max(height, old.height()))
        self._painter = self._begin(self._image)
        self._clear = 0
        self._clear_to(kept if narrow else 0)
        self._painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
        self._painter.drawImage(0, 0, old, 0, 0, old.width(), kept)
        self._painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_SourceOver)
        self._clear = kept

    def _clear_to(self, row: int) -> None:
        """Make the rows above a row transparent that are not yet."""
        if row > self._clear:
            row = min(row + BAND, self._image.height())
            _wipe(self._painter, QtCore.QRect(0, self._clear, self._width, row - self._clear))
            self._clear = row

    def reserve(self, width: float, height: float, dx: float = 0.0, dy: float = 0.0) -> Cell:
        """Give a free cell; all in device pixels, sizes are rounded up."""
        w, h = max(1, int(np.ceil(width))), max(1, int(np.ceil(height)))
        if self._x + w + 1 > self._width and self._x:
            self._x, self._y, self._shelf = 0, self._y + self._shelf, 0
        if w + 1 > self._width or self._y + h + 1 > self._image.height():
            self._grow(w + 1, 2 * (self._y + h + 1))
        self._clear_to(self._y + h + 1)
        cell = Cell(len(self.cells), self._x, self._y, w, h, dx, dy)
        self._x += w + 1
        self._shelf = max(self._shelf, h + 1)
        self.cells.append(cell)
        return cell

    def find(self, key: Hashable) -> Cell | None:
        """Give the cell of a key, if there is one."""
        return self._keys.get(key)

    def paint(
        self, key: Hashable, width: float, height: float, paint: Paint, *, dx: float = 0.0, dy: float = 0.0
    ) -> Cell:
        """Give the cell of a key, painted now unless it is there already.

        Args:
            key: equal keys mean equal pictures.
            width: pixels of the screen.
            height: pixels of the screen.
            paint: paints in pixels of the screen; the painter's origin is the left top of the cell.
            dx: where the placing point lies in the cell, pixels of the screen.
            dy: the same downwards.
        """
        known = self._keys.get(key)
        if known is not None:
            return known
        scale = self.scale
        cell = self.reserve(width * scale, height * scale, dx * scale, dy * scale)
        self._into(self._painter, cell, paint)
        self._keys[key] = cell
        return cell

    def later(
        self, key: Hashable, count: int, width: float, height: float, paint: PaintOne, *, dx: float, dy: float
    ) -> int:
        """Give the number of the first of `count` cells of one size, each to be painted when it is first needed.

        Args:
            key: equal keys mean equal pictures.
            count: they are numbered one after the other.
            width: of each, pixels of the screen; the others as in `paint`.
            height: of each.
            paint: paints the picture of an index, 0 to `count` - 1.
            dx: see `paint`.
            dy: see `paint`.
        """
        known = self._runs.get(key)
        if known is not None:
            return known.first
        scale = self.scale
        w, h = max(1, int(np.ceil(width * scale))), max(1, int(np.ceil(height * scale)))
        self._width_later = max(self._width_later, w + 1)
        columns = max(1, self._width // (w + 1))
        run = _Run(len(self.cells), count, w, h, columns, self._y_later, round(dx * scale), round(dy * scale), paint)
        self._runs[key] = run
        self._y_later += -(-count // columns) * (h + 1)
        self.cells.extend([_NOT_YET] * count)
        if self._pixmap is not None:
            self._enlarge(self._sealed + self._y_later)
            self.columns = np.concatenate([self.columns, np.zeros((count, 6))])
            self._left = np.concatenate([self._left, np.zeros(count, dtype=np.bool_)])
            self._enter(run)
        return run.first

    def _enlarge(self, height: int) -> None:
        """Make the sealed pixmap larger, keeping what is painted."""
        old = self.pixmap
        if height <= old.height() and self._width_later <= old.width():
            return
        image = QtGui.QImage(
            max(old.width(), self._width_later),
            max(height, old.height()),
            QtGui.QImage.Format.Format_ARGB32_Premultiplied,
        )
        painter = QtGui.QPainter(image)
        painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
        painter.drawPixmap(0, 0, old)
        painter.end()
        self._pixmap = QtGui.QPixmap.fromImage(image, QtCore.Qt.ImageConversionFlag.NoOpaqueDetection)

    def _enter(self, run: _Run) -> None:
        """Put the cells of a run into the columns of the sealed atlas."""
        where = slice(run.first, run.first + run.count)
        number = np.arange(run.count)
        self.columns[where, 0] = number % run.columns * (run.width + 1)
        self.columns[where, 1] = self._sealed + run.top + number // run.columns * (run.height + 1)
        self.columns[where, 2:] = (run.width, run.height, run.dx, run.dy)
        self._left[where] = True
        self._run_of.update(dict.fromkeys(range(run.first, run.first + run.count), run))

    def ensure(self, cells: npt.NDArray[np.intp]) -> None:
        """Paint those of some cells that were left for later; after the sealing."""
        missing = cells[self._left[cells]]
        if not len(missing):
            return
        painter = self._begin(self.pixmap)
        for number in dict.fromkeys(missing.tolist()):
            run = self._run_of[number]
            left, top, width, height = (int(edge) for edge in self.columns[number, :4])
            _wipe(painter, QtCore.QRect(left - 1, top - 1, width + 2, height + 2))
            self._into(painter, Cell(number, left, top, width, height), partial(run.paint, index=number - run.first))
        painter.end()
        self._left[missing] = False

    def _into(self, painter: QtGui.QPainter, cell: Cell, paint: Paint) -> None:
        painter.save()
        painter.setClipRect(QtCore.QRect(cell.left, cell.top, cell.width, cell.height))
        painter.translate(cell.left, cell.top)
        painter.scale(self.scale, self.scale)
        try:
            paint(painter)
        finally:
            painter.restore()

    def seal(self) -> None:
        """End the packing: from now on there are only draws, and repaints of cells in place.

        What is painted later lies below what is painted already.
        """
        used = self._y + self._shelf + 1
        self._clear_to(used)
        if used + self._y_later > self._image.height() or self._width_later > self._width:
            self._grow(self._width_later, used + self._y_later)
        self._painter.end()
        # Nothing else may hold the image, or the first picture that is painted later would copy all of it.
        self._painter = QtGui.QPainter()
        flags = QtCore.Qt.ImageConversionFlag
        self._pixmap = QtGui.QPixmap.fromImage(self._image, flags.NoOpaqueDetection)
        self._image = QtGui.QImage()
        self.columns = np.array(
            [(one.left, one.top, one.width, one.height, round(one.dx), round(one.dy)) for one in self.cells],
            dtype=np.float64,
        ).reshape(-1, 6)
        self._left = np.zeros(len(self.cells), dtype=np.bool_)
        self._sealed = used
        for run in self._runs.values():
            self._enter(run)

    @property
    def pixmap(self) -> QtGui.QPixmap:
        """All pictures.

        Raises:
            RuntimeError: the atlas is not sealed yet.
        """
        if self._pixmap is None:
            message = "the atlas is not sealed"
            raise RuntimeError(message)
        return self._pixmap

    def repaint_inside(self, number: int, paint: Paint) -> None:
        """Paint a cell anew after the sealing; the painter's origin is the placing point, pixels of the screen."""
        cell = self.cells[number]
        painter = self._begin(self.pixmap)
        rect = QtCore.QRect(cell.left, cell.top, cell.width, cell.height)
        _wipe(painter, rect)
        painter.setClipRect(rect)
        painter.translate(cell.left + round(cell.dx), cell.top + round(cell.dy))
        painter.scale(self.scale, self.scale)
        paint(painter)
        painter.end()


def _wipe(painter: QtGui.QPainter, rect: QtCore.QRect) -> None:
    """Make a rectangle of device pixels transparent."""
    painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
    painter.fillRect(rect, QtCore.Qt.GlobalColor.transparent)
    painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_SourceOver)
