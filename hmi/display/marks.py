"""Pictures that say why a value is not plain good: marks, hatch, struck and dotted lines, dashes.

Painted into the atlas once a screen; `item.py` says which goes with what. Window, GUI thread.
"""

import math
from functools import partial

from PySide6 import QtCore, QtGui

from hmi.display.atlas import Atlas, Cell
from hmi.display.item import RULES, Seen
from hmi.display.theme import READING_PX, Theme
from hmi.model.text import Language
from hmi.words import say

HEIGHT = READING_PX + 6
"""Height of every mark, pixels of the screen."""
STRIP = 640
"""Length of the strips that lines and hatches are cut from, pixels of the screen."""
GAP = 7
"""Between a value and its mark, pixels of the screen."""
LETTERED = {
    Seen.FORCED: ("display.mark_forced", True),
    Seen.SIMULATED: ("display.mark_simulated", False),
    Seen.SUBSTITUTED: ("display.mark_substituted", False),
}
"""Code of the letter, and whether its square is solid."""
_WIDTHS = {Seen.STALE: 18, Seen.SILENT: 18, Seen.ABOVE_RANGE: 18, Seen.BELOW_RANGE: 18, Seen.NEVER_READ: 33}


def mark_width(seen: Seen) -> float:
    """Give the width of a mark, pixels of the screen."""
    return _WIDTHS.get(seen, HEIGHT)


def paint_mark(painter: QtGui.QPainter, seen: Seen, theme: Theme, language: Language) -> None:
    """Paint a mark with its left top corner at the origin."""
    middle = HEIGHT / 2
    if seen in LETTERED:
        code, solid = LETTERED[seen]
        _letter(painter, say(code, language), theme, solid=solid)
    elif seen in (Seen.STALE, Seen.SILENT):
        _clock(painter, QtCore.QPointF(9, middle), theme)
    elif seen is Seen.UNCERTAIN:
        _question(painter, QtCore.QPointF(middle, middle), theme)
    elif seen is Seen.NOT_RUNNING:
        _half_question(painter, QtCore.QPointF(middle, middle), theme)
    elif seen in (Seen.ABOVE_RANGE, Seen.BELOW_RANGE):
        _arrow(painter, theme, up=seen is Seen.ABOVE_RANGE)
    elif seen is Seen.NEVER_READ:
        paint_dashes(painter, QtCore.QPointF(3, middle), 1.0, theme.pen("mark", 2.0))


def paint_dashes(painter: QtGui.QPainter, left: QtCore.QPointF, size: float, pen: QtGui.QPen) -> None:
    """Paint the three dashes of "there is no value", each 7 x `size` long, 4 x `size` apart."""
    painter.setPen(pen)
    for number in range(3):
        x = left.x() + number * 11 * size
        painter.drawLine(QtCore.QPointF(x, left.y()), QtCore.QPointF(x + 7 * size, left.y()))


def _letter(painter: QtGui.QPainter, letter: str, theme: Theme, *, solid: bool) -> None:
    box = QtCore.QRectF(1.5, 1.5, HEIGHT - 3, HEIGHT - 3)
    painter.setPen(theme.pen("mark", 1.75))
    painter.setBrush(theme.brush("mark" if solid else "track"))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(theme.font(15 if letter.isascii() else 16, 700))
    painter.setPen(theme.pen("markink" if solid else "mark"))
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, letter)


def _clock(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    painter.setPen(theme.pen("mark", 1.75, round_caps=True))
    painter.setBrush(theme.brush("track"))
    painter.drawEllipse(centre, 7.5, 7.5)
    painter.drawPolyline([centre + QtCore.QPointF(0, -4.5), centre, centre + QtCore.QPointF(3.2, 1.6)])


def _question(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    painter.setPen(theme.pen("mark", 1.75))
    painter.setBrush(theme.brush("track"))
    painter.drawEllipse(centre, 10, 10)
    painter.setFont(theme.font(15, 600))
    box = QtCore.QRectF(centre.x() - 10, centre.y() - 10, 20, 20)
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, "?")


def _half_question(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    """Paint "uncertain, for its PLC does not run": the question mark, its left rim heavy as on the disc of a device."""
    _question(painter, centre, theme)
    pen = theme.pen("mark", 4)
    pen.setCapStyle(QtCore.Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawArc(QtCore.QRectF(centre.x() - 9, centre.y() - 9, 18, 18), 90 * 16, 180 * 16)


def half_disc(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    """Paint "answers, but does not run": a disc whose left half is filled."""
    painter.setPen(theme.pen("mark", 1.75))
    painter.setBrush(theme.brush("track"))
    painter.drawEllipse(centre, 7, 7)
    painter.setBrush(theme.brush("mark"))
    painter.drawPie(QtCore.QRectF(centre.x() - 7, centre.y() - 7, 14, 14), 90 * 16, 180 * 16)


def crossed_disc(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    """Paint "does not answer": a hollow disc with a cross."""
    painter.setPen(theme.pen("mark", 1.75))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawEllipse(centre, 8, 8)
    for sign in (-1, 1):
        painter.drawLine(centre + QtCore.QPointF(-3.5, -3.5 * sign), centre + QtCore.QPointF(3.5, 3.5 * sign))


def _arrow(painter: QtGui.QPainter, theme: Theme, *, up: bool) -> None:
    if not up:
        painter.translate(0, HEIGHT)
        painter.scale(1, -1)
    pen = theme.pen("mark", 2.25)
    painter.setPen(pen)
    painter.drawLine(QtCore.QPointF(2, 3.5), QtCore.QPointF(16, 3.5))
    painter.drawLine(QtCore.QPointF(9, 12), QtCore.QPointF(9, 20))
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(theme.brush("mark"))
    painter.drawPolygon([QtCore.QPointF(9, 5.5), QtCore.QPointF(15, 13), QtCore.QPointF(3, 13)])


def paint_hatch(painter: QtGui.QPainter, rect: QtCore.QRectF, pen: QtGui.QPen, step: float) -> None:
    """Paint a hatch rising to the right, clipped to the rectangle and to the painter's clip; phase from the origin."""
    painter.save()
    painter.setClipRect(rect, QtCore.Qt.ClipOperation.IntersectClip)
    painter.setPen(pen)
    pitch = step * math.sqrt(2)
    count = int((rect.width() + rect.height()) / pitch) + 2
    start = math.floor((rect.left() + rect.top()) / pitch) * pitch
    for number in range(count):
        base = start + number * pitch
        painter.drawLine(
            QtCore.QPointF(base - rect.top(), rect.top()), QtCore.QPointF(base - rect.bottom(), rect.bottom())
        )
    painter.restore()


class MarkCells:
    """The cells of all marks of one screen."""

    def __init__(self, atlas: Atlas, theme: Theme, language: Language) -> None:
        """Paint them."""
        self.marks: dict[Seen, Cell] = {}
        for seen in Seen:
            if RULES[seen].mark:
                width = mark_width(seen)
                paint = partial(paint_mark, seen=seen, theme=theme, language=language)
                self.marks[seen] = atlas.paint(("mark", seen), width, HEIGHT, paint, dy=HEIGHT / 2)
        self.struck = atlas.paint(
            "struck", STRIP, 2, lambda painter: painter.fillRect(0, 0, STRIP, 2, theme.colour("ink")), dy=1
        )
        self.dotted = atlas.paint("dotted", STRIP, 2, lambda painter: _dots(painter, theme))
        self._atlas, self._theme = atlas, theme

    def hatch(self, height: float, *, ground: bool = False, lines: bool = True) -> Cell:
        """Give the strip of fine hatch of a height (pixels of the screen), placed by its top left.

        Args:
            height: of the digits.
            ground: on a plain ground, so that digits can be read on hatched equipment.
            lines: with the hatch; without, it is the plain ground alone.
        """
        theme = self._theme
        rect = QtCore.QRectF(0, 0, STRIP, height)

        def paint(painter: QtGui.QPainter) -> None:
            if ground:
                painter.fillRect(rect, theme.colour("shell2"))
            if lines:
                paint_hatch(painter, rect, theme.pen("ghost", 1.1), 6)

        return self._atlas.paint(("hatch", height, ground, lines), STRIP, height, paint)


def _dots(painter: QtGui.QPainter, theme: Theme) -> None:
    for x in range(0, STRIP, 4):
        painter.fillRect(QtCore.QRectF(x, 0, 2, 2), theme.colour("ink2"))
