"""Cuts the pictures of a pipe into the pieces that hold ink, so that a long pipe costs what its line costs.

Called while a screen is laid out. Window, GUI thread.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6 import QtCore, QtGui

from hmi.display.layers import StaticStep
from hmi.display.parts import UNKNOWN_STATE, FlowPart
from hmi.display.theme import Theme

GRID = 48
"""Device pixels."""
STATES = (0, 1, UNKNOWN_STATE)
_BLEED = 2
_NEAR = 48
"""Pixels by which a label may stand outside of its element."""


class Tile(msgspec.Struct, frozen=True):
    """One piece; device pixels of the whole screen."""

    left: int
    top: int
    width: int
    height: int
    origin: QtCore.QPoint
    """Left top of the pictures."""
    pictures: dict[int, QtGui.QImage]

    def draw(self, painter: QtGui.QPainter, *, state: int, scale: float) -> None:
        """Copy the piece; the painter is scaled, so the scale is taken back."""
        painter.scale(1 / scale, 1 / scale)
        source = QtCore.QRect(self.left - self.origin.x(), self.top - self.origin.y(), self.width, self.height)
        painter.drawImage(QtCore.QPoint(0, 0), self.pictures[state], source)


def tiles_of(part: FlowPart, theme: Theme, scale: float, before: Sequence[StaticStep]) -> list[Tile]:
    """Paint all states of a flow part and cut them alike.

    Args:
        part: the pipe.
        theme: colours.
        scale: device pixels a pixel of the screen.
        before: the static parts that stand before it; where they cover it, it is taken away.
    """
    x, y, width, height = part.rect
    left, top = int(np.floor((x - _BLEED) * scale)), int(np.floor((y - _BLEED) * scale))
    columns, rows = int(np.ceil((width + 2 * _BLEED) * scale)) + 1, int(np.ceil((height + 2 * _BLEED) * scale)) + 1
    pictures: dict[int, QtGui.QImage] = {}
    ink = np.zeros((rows, columns), dtype=np.bool_)
    rect = QtCore.QRectF(x, y, width, height)
    near = [step for step in before if step.box.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).intersects(rect)]

    def begin() -> tuple[QtGui.QImage, QtGui.QPainter]:
        image = QtGui.QImage(columns, rows, QtGui.QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(image)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.translate(-left, -top)
        painter.scale(scale, scale)
        return image, painter

    cover, painter = begin()
    for step in near:
        painter.save()
        step.paint(painter)
        painter.restore()
    painter.end()
    for state in STATES:
        image, painter = begin()
        painter.save()
        part.paint(painter, rect, state, theme)
        painter.restore()
        if near:
            painter.resetTransform()
            painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_DestinationOut)
            painter.drawImage(0, 0, cover)
        painter.end()
        pixels = np.frombuffer(image.constBits(), dtype=np.uint32).reshape(rows, -1)[:, :columns]
        np.logical_or(ink, pixels != 0, out=ink)
        pictures[state] = image
    origin = QtCore.QPoint(left, top)
    return [Tile(left + x0, top + y0, x1 - x0, y1 - y0, origin, pictures) for x0, y0, x1, y1 in _pieces(ink)]


def _pieces(ink: npt.NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Find rectangles that hold all ink: runs of grid cells in a row, joined downwards, then trimmed."""
    rows, columns = ink.shape
    open_runs: dict[tuple[int, int], list[int]] = {}
    found: list[tuple[int, int, int, int]] = []
    for top in range(0, rows, GRID):
        band = np.atleast_1d(ink[top : top + GRID].any(axis=0))
        cells = [bool(band[left : left + GRID].any()) for left in range(0, columns, GRID)]
        runs: dict[tuple[int, int], list[int]] = {}
        start = -1
        for number, has in enumerate([*cells, False]):
            if has and start < 0:
                start = number
            elif not has and start >= 0:
                run = (start, number)
                runs[run] = [open_runs[run][0] if run in open_runs else top, min(top + GRID, rows)]
                start = -1
        found += [_box(run, span, columns) for run, span in open_runs.items() if run not in runs]
        open_runs = runs
    found += [_box(run, span, columns) for run, span in open_runs.items()]
    return [_trimmed(ink, box) for box in found]


def _box(run: tuple[int, int], span: list[int], columns: int) -> tuple[int, int, int, int]:
    return run[0] * GRID, span[0], min(run[1] * GRID, columns), span[1]


def _trimmed(ink: npt.NDArray[np.bool_], box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    piece = ink[y0:y1, x0:x1]
    across, down = np.flatnonzero(piece.any(axis=0)), np.flatnonzero(piece.any(axis=1))
    return x0 + int(across[0]), y0 + int(down[0]), x0 + int(across[-1]) + 1, y0 + int(down[-1]) + 1
