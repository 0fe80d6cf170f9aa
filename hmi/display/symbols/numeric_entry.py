"""Draws the numeric entry: a field with the set-point that holds; a click asks for another. Window, GUI thread.

Where the PLC approaches the set-point by a ramp, the field shows the target, and working set-point and rate stand in
the line above it. Steps are buttons below the field.
"""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.lay_numbers import decimals_of
from hmi.display.marks import GAP, HEIGHT
from hmi.display.parts import NumberPart, Part, Placed, RampPart, TouchPart
from hmi.display.theme import MINUS
from hmi.model.symbols.numeric_entry import FAMILY, Props
from hmi.words import say

_RADIUS = 5
_PADDING = 14
_RISE = 9
"""From the top of the field up to the baseline of the label, pixels."""
_DIGITS = 7
_STEP_GAP = 10
"""Between the field and its buttons, pixels."""
_BUTTON_GAP = 8
_LEAST_BUTTON, _MOST_BUTTON = 32, 44


class NumericEntry:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint the field, its label above, the range that may be entered, the buttons, and the signs of a ramp."""
        props, theme, field = cast(Props, placed.props), placed.theme, _field(placed)
        painter.setPen(theme.pen("edge", 1.5))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(field.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        x, right = field.left(), field.right()
        for words in (props.tag, placed.say(props.title)):
            if words:
                x += theme.write(painter, x, field.top() - _RISE, theme.shortened(words, right - x)) + 8
        hint = _range(placed)
        mark = HEIGHT + GAP
        if hint and theme.width(hint) + 2 * _PADDING + mark <= _digits_left(placed) - field.left():
            theme.write(painter, field.left() + _PADDING, _baseline(placed, theme.reading_px), hint)
        for rect, step in _buttons(placed):
            painter.setPen(theme.pen("edge", 1.5))
            painter.setBrush(theme.brush("head"))
            painter.drawRoundedRect(rect.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
            baseline = round(rect.center().y() + theme.reading_px * 0.36)
            theme.write(painter, rect.center().x(), baseline, _step_words(step), token="ink", align=0)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the number, the ramp, and the places that are clicked."""
        props, field = cast(Props, placed.props), _field(placed)
        parts: list[Part] = [
            NumberPart(
                "setpoint",
                _digits_right(placed),
                _baseline(placed, props.size),
                size=props.size,
                right=True,
                digits=_DIGITS,
                setpoint=True,
                aged=False,
                framed=False,
            )
        ]
        theme = placed.theme
        labels = sum(theme.width(words) + 8 for words in (props.tag, placed.say(props.title)) if words)
        ramp = ramp_part(placed, "setpoint", field.right(), field.top() - _RISE, max(0.0, field.width() - labels))
        if ramp is not None:
            parts.append(ramp)
        rect = _plain(field)
        parts.append(TouchPart("setpoint", rect, confirm=props.confirm))
        for button, step in _buttons(placed):
            parts.append(TouchPart("setpoint", _plain(button), change=step, confirm=props.confirm, frame=rect))
        return tuple(parts)


def ramp_part(placed: Placed, target: str, right: float, baseline: float, width: float) -> RampPart | None:
    """Declare where the PLC is on its ramp to a set-point; None where there is no ramp.

    The rate is left out where there is no room for it.

    Args:
        placed: an element with the slot `working`, and perhaps `rate`.
        target: slot of the set-point.
        right: right edge of the words, pixels.
        baseline: of the words.
        width: room of the words, pixels.
    """
    if "working" not in placed.bound:
        return None
    facts, theme = placed.facts.get(target), placed.theme
    ramp = facts.rules.ramp if facts is not None else None
    unit = facts.unit if facts is not None else ""
    decimals = decimals_of(facts)
    ends = placed.span(target)
    widest = max(theme.width(f"→ {end:.{decimals}f} · 00.0 {unit}/min", None, 600) for end in ends)
    slot = "rate" if "rate" in placed.bound else ""
    rate = ramp.rate_per_min if ramp is not None else None
    return RampPart("working", target, right, baseline, width, decimals, unit, slot, rate, with_rate=widest <= width)


def _plain(rect: QtCore.QRectF) -> tuple[float, float, float, float]:
    return rect.x(), rect.y(), rect.width(), rect.height()


def _button_height(placed: Placed) -> float:
    return min(max(placed.box.height() * 0.49 - _STEP_GAP / 2, _LEAST_BUTTON), _MOST_BUTTON)


def _field(placed: Placed) -> QtCore.QRectF:
    """Give the field: the element without its buttons."""
    if not cast(Props, placed.props).steps:
        return placed.box
    return placed.box.adjusted(0, 0, 0, -_button_height(placed) - _STEP_GAP)


def _buttons(placed: Placed) -> list[tuple[QtCore.QRectF, float]]:
    """Give the buttons in the order of their steps."""
    steps, box = cast(Props, placed.props).steps, placed.box
    if not steps:
        return []
    height = _button_height(placed)
    width = (box.width() - (len(steps) - 1) * _BUTTON_GAP) / len(steps)
    return [
        (QtCore.QRectF(box.left() + place * (width + _BUTTON_GAP), box.bottom() - height, width, height), step)
        for place, step in enumerate(steps)
    ]


def _step_words(step: float) -> str:
    return f"{step:+g}".replace("-", MINUS)


def _baseline(placed: Placed, size: float) -> float:
    return round(_field(placed).center().y() + size * 0.36)


def _digits_right(placed: Placed) -> float:
    facts, theme = placed.facts.get("setpoint"), placed.theme
    unit_size = max(theme.reading_px, round(0.6 * cast(Props, placed.props).size))
    unit = theme.width(facts.unit, unit_size) + 5 if facts is not None and facts.unit else 0.0
    return placed.box.right() - _PADDING - unit


def _digits_left(placed: Placed) -> float:
    """Give where the longest number that may be entered begins."""
    facts = placed.facts.get("setpoint")
    ends = (facts.write.low, facts.write.high) if facts is not None else (None, None)
    longest = max((f"{end:.{decimals_of(facts)}f}" for end in ends if end is not None), key=len, default="000000")
    return _digits_right(placed) - placed.theme.width(longest, cast(Props, placed.props).size, 600)


def _range(placed: Placed) -> str:
    """Say what may be entered; nothing where an end is open."""
    facts = placed.facts.get("setpoint")
    if facts is None or facts.write.low is None or facts.write.high is None:
        return ""
    low, high = (f"{end:g}".replace("-", MINUS) for end in (facts.write.low, facts.write.high))
    return say("symbols.range", placed.language, low=low, high=high)


DRAWING = NumericEntry()
