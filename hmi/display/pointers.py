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
    return pointer_box(part.track, left=part.left)


def pointer_box(track: float, *, left: bool) -> tuple[float, float, float]:
    """Give width, height and placing point of a triangle, as `pointer_size`."""
    width = track * 0.75 + OUTSIDE + 2
    return width, HEIGHT + 4, (OUTSIDE + 1 if left else track * 0.75 + 1)


def paint_pointer(
    painter: QtGui.QPainter, theme: Theme, solid: bool, *, track: float, left: bool, priority: int = 0
) -> None:
    """Paint the triangle: the tip at 25 % of the track, the base 11 px outside; hollow with a track-coloured core.

    Args:
        painter: of the picture.
        theme: colours.
        solid: whether the value is to be trusted.
        track: width of the scale, pixels.
        left: it stands at the left of the scale.
        priority: of the alarm that the value is in, which gives the colour; 0 for none.
    """
    width = track * 0.75 + OUTSIDE + 2
    middle = HEIGHT / 2 + 2
    if left:
        painter.translate(width, 0)
        painter.scale(-1, 1)
    inset = 1.0 if solid else 1.75
    path = _triangle(width, middle, inset)
    if priority:
        painter.setPen(theme.pen("outl", 1.5))
        painter.setBrush(theme.brush(f"p{priority}"))
        painter.drawPolygon(_triangle(width, middle, 1.75))
        if not solid:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.brush("track"))
            painter.drawPolygon(_triangle(width, middle, 5.0))
        return
    if solid:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
    else:
        painter.setPen(theme.pen("mark", 1.75))
        painter.setBrush(theme.brush("track"))
    painter.drawPolygon(path)


def _triangle(width: float, middle: float, inset: float) -> QtGui.QPolygonF:
    """Give the triangle, drawn in by `inset` pixels from its full size."""
    return QtGui.QPolygonF(
        [
            QtCore.QPointF(1 + (inset - 1) * 2, middle),
            QtCore.QPointF(width - inset, middle - HEIGHT / 2 + inset - 1),
            QtCore.QPointF(width - inset, middle + HEIGHT / 2 - inset + 1),
        ]
    )


def paint_diamond(painter: QtGui.QPainter, theme: Theme, solid: bool, *, filled: bool = False) -> None:
    """Paint the set-point diamond, open or filled; open with dashes when its value is not to be trusted."""
    half, middle = DIAMOND / 2, DIAMOND / 2 + 1.5
    painter.setPen(theme.pen("sp", 1.75, round_joins=False) if solid else theme.dashes("sp", 1.75, 2.5, 2))
    painter.setBrush(theme.brush("sp" if filled and solid else "track"))
    painter.drawPolygon(
        [
            QtCore.QPointF(middle - half, middle),
            QtCore.QPointF(middle, middle - half),
            QtCore.QPointF(middle + half, middle),
            QtCore.QPointF(middle, middle + half),
        ]
    )
