"""Draws the numeric entry: a field with the set-point that holds; a click asks for another. Window, GUI thread."""

from typing import cast

from PySide6 import QtGui

from hmi.display.marks import GAP, HEIGHT
from hmi.display.parts import NumberPart, Part, Placed, TouchPart
from hmi.display.theme import MINUS
from hmi.model.symbols.numeric_entry import FAMILY, Props
from hmi.words import say

_RADIUS = 5
_PADDING = 14
_RISE = 9
"""From the top of the field up to the baseline of the label, pixels."""
_DIGITS = 7


class NumericEntry:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint the field, its label above, and the range that may be entered where there is room for it."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        painter.setPen(theme.pen("edge", 1.5))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        x = box.left()
        for words in (props.tag, placed.say(props.title)):
            if words:
                x += theme.write(painter, x, box.top() - _RISE, theme.shortened(words, box.right() - x)) + 8
        hint = _range(placed)
        mark = HEIGHT + GAP
        if hint and theme.width(hint) + 2 * _PADDING + mark <= _digits_left(placed) - box.left():
            theme.write(painter, box.left() + _PADDING, _baseline(placed, theme.reading_px), hint)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the number and the place that is clicked."""
        props, box = cast(Props, placed.props), placed.box
        number = NumberPart(
            "setpoint",
            _digits_right(placed),
            _baseline(placed, props.size),
            size=props.size,
            right=True,
            digits=_DIGITS,
            setpoint=True,
            aged=False,
        )
        rect = (box.left(), box.top(), box.width(), box.height())
        return number, TouchPart("setpoint", rect, confirm=props.confirm)


def _baseline(placed: Placed, size: float) -> float:
    return round(placed.box.center().y() + size * 0.36)


def _digits_right(placed: Placed) -> float:
    facts, theme = placed.facts.get("setpoint"), placed.theme
    unit_size = max(theme.reading_px, round(0.6 * cast(Props, placed.props).size))
    unit = theme.width(facts.unit, unit_size) + 5 if facts is not None and facts.unit else 0.0
    return placed.box.right() - _PADDING - unit


def _digits_left(placed: Placed) -> float:
    """Give where six digits of the number would begin."""
    return _digits_right(placed) - placed.theme.width("000000", cast(Props, placed.props).size, 600)


def _range(placed: Placed) -> str:
    """Say what may be entered; nothing where an end is open."""
    facts = placed.facts.get("setpoint")
    if facts is None or facts.write.low is None or facts.write.high is None:
        return ""
    low, high = (f"{end:g}".replace("-", MINUS) for end in (facts.write.low, facts.write.high))
    return say("symbols.range", placed.language, low=low, high=high)


DRAWING = NumericEntry()
