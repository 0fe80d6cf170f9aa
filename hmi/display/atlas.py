"""Packs the pictures of a screen (digits, states, marks, words) into one pixmap, drawn 1:1. Window, GUI thread.

Filled while a screen is laid out, then sealed. Pictures are painted at zoom x device pixel ratio, so that they are
crisp and a draw is a copy. Cells that change their content later (words of a text tag, small trends, free painters)
are reserved and painted again in place.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6 import QtCore, QtGui

WIDTH = 2048
"""Device pixels; wider pictures widen the atlas."""

Paint = Callable[[QtGui.QPainter], object]


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a picture lies, device pixels; `dx`, `dy` lead from its left top to the point that it is placed by."""

    number: int
    left: int
    top: int
    width: int
    height: int
    dx: float = 0.0
    dy: float = 0.0


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
        self._image = self._blank(256)
        self._painter = self._begin(self._image)
        self._x = self._y = self._shelf = 0
        self._pixmap: QtGui.QPixmap | None = None
        self.columns: npt.NDArray[np.float64] = np.zeros((0, 6))
        """After `seal`: left, top, width, height, dx, dy of each cell, whole device pixels."""

    def _blank(self, height: int) -> QtGui.QImage:
        image = QtGui.QImage(self._width, height, QtGui.QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QtCore.Qt.GlobalColor.transparent)
        return image

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
        old, self._width = self._image, max(self._width, width)
        self._image = self._blank(max(height, 2 * old.height()))
        self._painter = self._begin(self._image)
        self._painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
        self._painter.drawImage(0, 0, old)
        self._painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_SourceOver)

    def reserve(self, width: float, height: float, dx: float = 0.0, dy: float = 0.0) -> Cell:
        """Give a free cell; all in device pixels, sizes are rounded up."""
        w, h = max(1, int(np.ceil(width))), max(1, int(np.ceil(height)))
        if self._x + w + 1 > self._width and self._x:
            self._x, self._y, self._shelf = 0, self._y + self._shelf, 0
        if w + 1 > self._width or self._y + h + 1 > self._image.height():
            self._grow(w + 1, self._y + h + 1)
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
        """End the packing: from now on there are only draws, and repaints of cells in place."""
        self._painter.end()
        used = min(self._image.height(), self._y + self._shelf + 1)
        self._pixmap = QtGui.QPixmap.fromImage(self._image.copy(0, 0, self._width, max(1, used)))
        self._image = QtGui.QImage()
        self.columns = np.array(
            [(one.left, one.top, one.width, one.height, round(one.dx), round(one.dy)) for one in self.cells],
            dtype=np.float64,
        ).reshape(-1, 6)

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
        painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_Source)
        painter.fillRect(rect, QtCore.Qt.GlobalColor.transparent)
        painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setClipRect(rect)
        painter.translate(cell.left + round(cell.dx), cell.top + round(cell.dy))
        painter.scale(self.scale, self.scale)
        paint(painter)
        painter.end()
