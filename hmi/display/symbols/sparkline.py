"""Draws the live trend: title, plot, limits and set-point in words, clock (LOOK.md section 8). Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.marks import HEIGHT
from hmi.display.parts import NumberPart, Part, Placed, SparkPart
from hmi.display.scales import scale_of
from hmi.display.theme import MINUS
from hmi.model.symbols.sparkline import FAMILY, Props
from hmi.model.tag import Limits
from hmi.words import say

_TITLE = 32
"""Height of the title's line above the plot, pixels."""
_BASELINE = 19
_CLOCK = 26
"""Height of the clock's line below the plot."""
_GAP = 11
_MARK = HEIGHT + 4
"""Room for the mark of a set-point after its number."""
_DOT = 8
"""Room at the right of the plot for the end dot where no words stand there."""


class Sparkline:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write title and tag name."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        x, baseline = box.left(), box.top() + _BASELINE
        room = _digits_left(placed) - 12 if props.number else box.right()
        title = placed.say(props.title)
        for words, size, weight, token in _title(props.tag, title, theme.reading_px):
            shown = theme.shortened(words, max(0.0, room - x), size, weight)
            x += theme.write(painter, x, baseline, shown, size=size, weight=weight, token=token) + _GAP

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare plot and number."""
        props = cast(Props, placed.props)
        low, high = placed.span("value", props.low, props.high)
        scale = scale_of(placed.facts.get("value"), low, high)
        plot = _plot(placed)
        parts: list[Part] = [
            SparkPart(
                "value",
                (plot.x(), plot.y(), plot.width(), plot.height()),
                low,
                high,
                seconds=props.seconds,
                normal=scale.normal,
                limits=_limits(placed),
                setpoint="setpoint" if "setpoint" in placed.bound else None,
                setpoint_word=say("symbols.setpoint", placed.language) if props.words else "",
                decimals=_decimals(placed),
                margin=_margin(placed),
                clock=_CLOCK if props.clock else 0,
                fit=props.fit,
            )
        ]
        if props.number:
            middle = placed.box.top() + _BASELINE - props.size * 0.36
            parts.append(
                NumberPart(
                    "value",
                    _digits_right(placed),
                    placed.box.top() + _BASELINE,
                    size=props.size,
                    right=True,
                    mark_at=(_title_end(placed), middle),
                    framed=False,
                )
            )
        return tuple(parts)


def _title(tag: str, title: str, reading_px: int) -> list[tuple[str, float, int, str]]:
    """Give words, size, weight and colour of what stands above the plot: title first, then tag name."""
    first, second = (title, tag) if title else (tag, "")
    lines: list[tuple[str, float, int, str]] = [(first, reading_px + 1, 600, "ink"), (second, reading_px, 400, "ink2")]
    return [line for line in lines if line[0]]


def _title_end(placed: Placed) -> float:
    props, x = cast(Props, placed.props), placed.box.left()
    for words, size, weight, _ in _title(props.tag, placed.say(props.title), placed.theme.reading_px):
        x += placed.theme.width(words, size, weight) + _GAP
    return min(x, _digits_left(placed) - 30)


def _digits_right(placed: Placed) -> float:
    facts, size = placed.facts.get("value"), cast(Props, placed.props).size
    unit = facts.unit if facts is not None else ""
    return placed.box.right() - (
        placed.theme.width(unit, max(placed.theme.reading_px, round(0.6 * size))) + 5 if unit else 0
    )


def _digits_left(placed: Placed) -> float:
    return _digits_right(placed) - placed.theme.width("00000", cast(Props, placed.props).size, 600)


def _decimals(placed: Placed) -> int:
    facts = placed.facts.get("value")
    return facts.decimals if facts is not None and facts.decimals is not None else 1


def _limits(placed: Placed) -> tuple[tuple[float, str], ...]:
    """Give the limits between the ends of the plot, each with its words."""
    facts, props = placed.facts.get("value"), cast(Props, placed.props)
    limits = facts.limits if facts is not None else Limits()
    low, high = placed.span("value", props.low, props.high)
    found = []
    for name in ("high_high", "high", "low", "low_low"):
        value: float | None = getattr(limits, name)
        if value is not None and low <= value <= high:
            number = f"{value:.{_decimals(placed)}f}".replace("-", MINUS)
            found.append((value, f"{say(f'symbols.{name}', placed.language)} {number}"))
    return tuple(found)


def _plot(placed: Placed) -> QtCore.QRectF:
    """Give the rectangle of the plot."""
    props, box = cast(Props, placed.props), placed.box
    top = _TITLE if props.number or props.tag or props.title else 0
    return box.adjusted(0, top, -_margin(placed), -(_CLOCK if props.clock else 0))


def _margin(placed: Placed) -> float:
    """Give the room at the right of the plot: for the longest words, or for the end dot."""
    props, theme = cast(Props, placed.props), placed.theme
    if not props.words:
        return _DOT
    words = [words for _, words in _limits(placed)]
    if "setpoint" in placed.bound:
        _, high = placed.span("value", props.low, props.high)
        words.append(f"{say('symbols.setpoint', placed.language)} {high:.{_decimals(placed)}f}")
    mark = _MARK if "setpoint" in placed.bound else 0
    return max((theme.width(one) + _GAP + (mark if one is words[-1] else 0) for one in words), default=_DOT)


DRAWING = Sparkline()
