"""Draws a condition of an interlock: tick, cross with padlock, or question mark (LOOK.md section 6).

Window, GUI thread.
"""

from functools import partial
from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, Part, Placed, StatePart
from hmi.display.symbols.bodies import paint_tick
from hmi.display.theme import Theme
from hmi.model.symbols.condition import FAMILY, Props

_DISC = 10.0
_LEFT = 36
"""Where the words begin, pixels."""
_LOCK = 22
"""Room of the padlock, pixels."""


_TWO_LINES = 42
"""Least height for two lines of words, pixels."""
_PITCH = 20


class Condition:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the note and draw the rule."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        baseline = round(box.center().y() + theme.reading_px * 0.36)
        theme.write(painter, box.right(), baseline, placed.say(props.note), align=-1)
        if props.rule:
            painter.setPen(theme.pen("line1", 1))
            y = round(box.bottom()) - 0.5
            painter.drawLine(QtCore.QPointF(box.left(), y), QtCore.QPointF(box.right(), y))

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the picture."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        note = placed.say(props.note)
        width = box.width() - (theme.width(note) + 12 if note else 0)
        words, met = placed.say(props.title), placed.say(props.met or props.title)
        paint = partial(paint_condition, words=words, met=met)
        rect = (box.left(), box.top(), width, box.height() - 2)
        mark = (box.left(), box.center().y())
        return (StatePart("value", rect, (0, 1), paint, key=f"condition {words} {met}", mark_at=mark, above=0.5),)


def paint_condition(
    painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, words: str, met: str
) -> None:
    """Paint one picture of a condition.

    Args:
        painter: of the picture.
        rect: of disc and words.
        state: 1 met, 0 not met, UNKNOWN_STATE not known.
        theme: colours and fonts.
        words: of the condition.
        met: what is said while it is met.
    """
    centre = QtCore.QPointF(rect.left() + _DISC + 1, rect.center().y())
    baseline = round(rect.center().y() + theme.reading_px * 0.36)
    x = rect.left() + _LEFT
    painter.setPen(theme.pen("mark", 1.75))
    painter.setBrush(theme.brush("mark" if state == 0 else "track"))
    painter.drawEllipse(centre, _DISC, _DISC)
    if state == 1:
        small = QtCore.QPointF(centre.x() - 0.2, centre.y())
        paint_tick(painter, small, theme.pen("mark", 1.75, round_caps=True))
    elif state == UNKNOWN_STATE:
        theme.write(painter, centre.x(), baseline, "?", weight=600, token="ink", align=0)
    else:
        painter.setPen(theme.pen("markink", 2, round_caps=True))
        for way in (-1, 1):
            painter.drawLine(centre + QtCore.QPointF(-4, -4 * way), centre + QtCore.QPointF(4, 4 * way))
        paint_padlock(painter, QtCore.QPointF(x + 7, rect.center().y()), theme)
        x += _LOCK
    weight, token = (600, "ink") if state == 0 else (400, "ink2")
    lines = _lines(met if state == 1 else words, rect.right() - x, theme, weight, two=rect.height() >= _TWO_LINES)
    first = baseline - (len(lines) - 1) * _PITCH / 2
    for number, line in enumerate(lines):
        theme.write(painter, x, first + number * _PITCH, line, weight=weight, token=token)


def _lines(words: str, width: float, theme: Theme, weight: int, *, two: bool) -> list[str]:
    """Give the words in one line, or two where they are long and there is room, broken at a blank if there is any."""
    if not two or theme.width(words, theme.reading_px, weight) <= width:
        return [theme.shortened(words, width, theme.reading_px, weight)]
    fits = next(n for n in range(len(words), -1, -1) if theme.width(words[:n], theme.reading_px, weight) <= width)
    blank = words.rfind(" ", 1, fits + 1)
    end = blank if blank > 0 else max(1, fits)
    return [words[:end], theme.shortened(words[end:].lstrip(), width, theme.reading_px, weight)]


def paint_padlock(painter: QtGui.QPainter, centre: QtCore.QPointF, theme: Theme) -> None:
    """Paint a closed padlock, 13 x 16 px."""
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.setPen(theme.pen("mark", 2))
    x, y = centre.x(), centre.y()
    painter.drawArc(QtCore.QRectF(x - 4, y - 8, 8, 11), 0, 180 * 16)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(theme.brush("mark"))
    painter.drawRoundedRect(QtCore.QRectF(x - 6.5, y - 2, 13, 10), 2, 2)


DRAWING = Condition()
