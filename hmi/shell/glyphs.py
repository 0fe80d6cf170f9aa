"""Small pictures of the header: device discs, person, heartbeat. Painted with theme tokens, LOOK.md section 6 and 9.

Called by the header's rows and the device panel. GUI thread.
"""

from enum import IntEnum

from PySide6 import QtCore, QtGui

from hmi.display.theme import Theme
from hmi.model.device import DeviceState


class Disc(IntEnum):
    """What stands before a device's name."""

    GOOD = 0
    HALF = 1
    """Answers, but not everything is well."""
    DEAD = 2
    EMPTY = 3
    """Not meant to be connected."""
    UNKNOWN = 4
    """Nobody says how it is: the engine is silent."""


DISC_OF_STATE: dict[DeviceState, Disc] = {
    DeviceState.NOT_COMMISSIONED: Disc.EMPTY,
    DeviceState.DISABLED: Disc.EMPTY,
    DeviceState.CONNECTING: Disc.DEAD,
    DeviceState.ONLINE: Disc.GOOD,
    DeviceState.DEGRADED: Disc.HALF,
    DeviceState.NOT_RUNNING: Disc.HALF,
    DeviceState.OFFLINE: Disc.DEAD,
    DeviceState.SLOTS_HELD: Disc.DEAD,
}
DISC_WIDTH = 18.0
"""Of the place of a disc, pixels."""


def paint_disc(painter: QtGui.QPainter, centre: QtCore.QPointF, disc: Disc, theme: Theme) -> None:
    """Paint a disc: full, left half filled, hollow with a cross, hollow, or hollow and dashed."""
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    if disc is Disc.GOOD:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
        painter.drawEllipse(centre, 7, 7)
        return
    painter.setPen(theme.dashes("mark", 1.75, 2.6, 2.2) if disc is Disc.UNKNOWN else theme.pen("mark", 1.75))
    if disc is Disc.EMPTY:
        painter.setPen(theme.pen("ink3", 1.75))
    painter.drawEllipse(centre, 7, 7)
    if disc is Disc.HALF:
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
        painter.drawPie(QtCore.QRectF(centre.x() - 7, centre.y() - 7, 14, 14), 90 * 16, 180 * 16)
    elif disc is Disc.DEAD:
        painter.setPen(theme.pen("mark", 1.75, round_caps=True))
        painter.drawLine(centre + QtCore.QPointF(-3, -3), centre + QtCore.QPointF(3, 3))
        painter.drawLine(centre + QtCore.QPointF(-3, 3), centre + QtCore.QPointF(3, -3))


def paint_person(painter: QtGui.QPainter, left: float, middle: float, theme: Theme) -> None:
    """Paint the person mark, 18 px wide, before the name of the user."""
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(theme.brush("ink2"))
    painter.drawEllipse(QtCore.QPointF(left + 9, middle - 4.5), 4.6, 4.6)
    body = QtGui.QPainterPath(QtCore.QPointF(left + 0.5, middle + 9.5))
    body.cubicTo(left + 0.5, middle + 0.5, left + 17.5, middle + 0.5, left + 17.5, middle + 9.5)
    body.closeSubpath()
    painter.drawPath(body)


def paint_heartbeat(painter: QtGui.QPainter, left: float, middle: float, theme: Theme, *, beating: bool) -> None:
    """Paint the heartbeat mark, 28 px wide: a beat, or a flat line when the engine is silent."""
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.setPen(theme.pen("mark", 2.0, round_caps=True))
    heights = (0, 0, -9, 8, 0, 0) if beating else (0, 0, 0, 0, 0, 0)
    places = (0, 8, 12, 18, 21, 28)
    painter.drawPolyline([QtCore.QPointF(left + x, middle + y) for x, y in zip(places, heights, strict=True)])


def program_icon(theme: Theme) -> QtGui.QIcon:
    """Make the icon of the program: a bright line that rises on a dark ground."""
    icon = QtGui.QIcon()
    for size in (16, 32, 48, 128):
        pixmap = QtGui.QPixmap(size, size)
        pixmap.fill(QtCore.Qt.GlobalColor.transparent)
        painter = QtGui.QPainter(pixmap)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.scale(size / 32, size / 32)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("value"))
        painter.drawRoundedRect(QtCore.QRectF(1, 1, 30, 30), 6, 6)
        painter.setPen(theme.pen("track", 3.0, round_caps=True))
        painter.drawPolyline([QtCore.QPointF(x, y) for x, y in ((6, 22), (12, 22), (17, 10), (21, 17), (26, 17))])
        painter.end()
        icon.addPixmap(pixmap)
    return icon
