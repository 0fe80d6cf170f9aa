"""The surface lines of liquids as strips that are cut to length. Window, GUI thread."""

from PySide6 import QtCore, QtGui

from hmi.display.atlas import Atlas
from hmi.display.marks import STRIP
from hmi.display.theme import Theme


def surface_strips(atlas: Atlas, theme: Theme) -> tuple[int, int]:
    """Paint the unbroken line and the dashed one of values that are not to be trusted; give their cells."""

    def solid(painter: QtGui.QPainter) -> None:
        painter.fillRect(QtCore.QRectF(0, 0, STRIP, 2), theme.colour("liqline"))

    def dashed(painter: QtGui.QPainter) -> None:
        for x in range(0, STRIP, 10):
            painter.fillRect(QtCore.QRectF(x, 0, 6, 2), theme.colour("mark"))

    return (
        atlas.paint("surface", STRIP, 2, solid, dy=1).number,
        atlas.paint("surface dashed", STRIP, 2, dashed, dy=1).number,
    )
