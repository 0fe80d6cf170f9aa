"""Draws the place of the alarm banner: an empty card, over which the window lays the banner. Window, GUI thread."""

from PySide6 import QtCore, QtGui

from hmi.display.parts import Part, Placed
from hmi.model.symbols.alarm_banner import FAMILY
from hmi.words import say

_RADIUS = 8


class AlarmBanner:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint the card and what belongs there: a picture made without a window shows it empty."""
        theme, box = placed.theme, placed.box
        painter.setPen(theme.pen("line1", 1))
        painter.setBrush(theme.brush("card"))
        painter.drawRoundedRect(QtCore.QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        words = say("display.alarm_banner", placed.language)
        theme.write(painter, box.left() + 20, box.top() + 32, words, size=18, weight=600, token="ink")

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Nothing on it comes from a tag."""
        return ()


DRAWING = AlarmBanner()
