"""How a piece of equipment shows its state: light when at work, dark when not, hatched when not known (LOOK.md 7).

Used by the drawings of machines in this package. Window, GUI thread.
"""

from PySide6 import QtCore, QtGui

from hmi.display.marks import paint_hatch
from hmi.display.parts import UNKNOWN_STATE
from hmi.display.theme import Theme

LINE = 1.75
"""Outline of equipment, pixels."""
_STEP = 5.5


def paint_body(painter: QtGui.QPainter, path: QtGui.QPainterPath, state: int, theme: Theme, line: float = LINE) -> None:
    """Fill and outline a shape by its state.

    Args:
        painter: of the picture.
        path: a closed shape.
        state: 1 light, UNKNOWN_STATE hatched, anything else dark.
        theme: colours.
        line: width of the outline, pixels; 0 leaves it out.
    """
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    if state == UNKNOWN_STATE:
        painter.setBrush(theme.brush("card"))
        painter.drawPath(path)
        painter.save()
        painter.setClipPath(path, QtCore.Qt.ClipOperation.IntersectClip)
        paint_hatch(painter, path.boundingRect(), theme.pen("hatch", 1.5), _STEP)
        painter.restore()
    else:
        painter.setBrush(theme.brush("on" if state == 1 else "off"))
        painter.drawPath(path)
    if line:
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.setPen(theme.pen("edge", line))
        painter.drawPath(path)


def circle(centre: QtCore.QPointF, radius: float) -> QtGui.QPainterPath:
    """Give a circle as a path."""
    path = QtGui.QPainterPath()
    path.addEllipse(centre, radius, radius)
    return path


def rounded(rect: QtCore.QRectF, radius: float) -> QtGui.QPainterPath:
    """Give a rounded rectangle as a path."""
    path = QtGui.QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def triangle(*corners: tuple[float, float]) -> QtGui.QPolygonF:
    """Give a polygon from its corners."""
    return QtGui.QPolygonF([QtCore.QPointF(x, y) for x, y in corners])


def paint_tick(painter: QtGui.QPainter, centre: QtCore.QPointF, pen: QtGui.QPen) -> None:
    """Paint the tick of "done" or "met", 13 px wide."""
    painter.setPen(pen)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPolyline(
        [centre + QtCore.QPointF(-6, 0.5), centre + QtCore.QPointF(-2, 4.5), centre + QtCore.QPointF(6.5, -4.5)]
    )
