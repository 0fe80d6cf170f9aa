"""Pictures of the pointer and the set-point diamond of a scale (LOOK.md section 8). Window, GUI thread."""

from PySide6 import QtCore, QtGui

from hmi.display.parts import PointerPart
from hmi.display.theme import Theme

HEIGHT = 16
OUTSIDE = 11
"""Pixels by which the pointer stands out of the track."""
DIAMOND = 11


def pointer_size(part: PointerPart) -> tuple[float, float, float]:
    """Give width and height of the picture, and how far its placing point (the edge of the track) is from its left."""
    if part.diamond:
        return DIAMOND + 3, DIAMOND + 3, DIAMOND + 6
    width = part.track * 0.75 + OUTSIDE + 2
    return width, HEIGHT + 4, (OUTSIDE + 1 if part.left else part.track * 0.75 + 1)


def paint_pointer(painter: QtGui.QPainter, theme: Theme, solid: bool, *, track: float, left: bool) -> None:
    """Paint the triangle: the tip at 25 % of the track, the base 11 px outside; hollow with a track-coloured core."""
    width = track * 0.75 + OUTSIDE + 2
    middle = HEIGHT / 2 + 2
    if left:
        painter.translate(width, 0)
        painter.scale(-1, 1)
    inset = 1.0 if solid else 1.75
    path = QtGui.QPolygonF(
        [
            QtCore.QPointF(1 + (inset - 1) * 2, middle),
            QtCore.QPointF(width - inset, middle - HEIGHT / 2 + inset - 1),
            QtCore.QPointF(width - inset, middle + HEIGHT / 2 - inset + 1),
        ]
    )
    if solid:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
    else:
        painter.setPen(theme.pen("mark", 1.75))
        painter.setBrush(theme.brush("track"))
    painter.drawPolygon(path)


def paint_diamond(painter: QtGui.QPainter, theme: Theme, solid: bool) -> None:
    """Paint the set-point diamond, open; with a dashed outline when its value is not to be trusted."""
    half, middle = DIAMOND / 2, DIAMOND / 2 + 1.5
    painter.setPen(theme.pen("sp", 1.75, round_joins=False) if solid else theme.dashes("sp", 1.75, 2.5, 2))
    painter.setBrush(theme.brush("track"))
    painter.drawPolygon(
        [
            QtCore.QPointF(middle - half, middle),
            QtCore.QPointF(middle, middle - half),
            QtCore.QPointF(middle + half, middle),
            QtCore.QPointF(middle, middle + half),
        ]
    )
