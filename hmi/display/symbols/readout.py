"""Draws the read-out: label, digits, unit. Window, GUI thread."""

from typing import cast

from PySide6 import QtGui

from hmi.display.marks import HEIGHT
from hmi.display.parts import NumberPart, Part, Placed
from hmi.model.symbols.readout import FAMILY, Props

_LABEL_RISE = 16
"""From the top of the element to the baseline of a label above, pixels."""
_STEP = 28
"""From the label's baseline to that of the value (LOOK.md section 7)."""


class Readout:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label: tag name, then title."""
        props = cast(Props, placed.props)
        if props.label == "none":
            return
        box, theme = placed.box, placed.theme
        baseline = box.top() + _LABEL_RISE if props.label == "above" else _baseline(placed, props)
        x = box.left()
        for words in (props.tag, placed.say(props.title)):
            if words:
                x += theme.write(painter, x, baseline, theme.shortened(words, box.right() - x)) + 8

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the number."""
        props, box, theme = cast(Props, placed.props), placed.box, placed.theme
        facts = placed.facts.get("value")
        unit = props.unit if props.unit is not None else (facts.unit if facts else "")
        x = box.left()
        if props.right:
            unit_size = max(theme.reading_px, round(0.6 * props.size))
            x = box.right() - (theme.width(unit, unit_size) + 5 if unit else 0)
        elif props.label == "left":
            for words in (props.tag, placed.say(props.title)):
                x += theme.width(words) + 8 if words else 0
        mark = _mark_beside_label(placed, props)
        return (
            NumberPart(
                "value",
                x,
                _baseline(placed, props),
                size=props.size,
                right=props.right,
                decimals=props.decimals,
                digits=props.digits,
                unit=props.unit,
                mark_at=mark,
                frame_left=box.left() if props.right and props.label == "none" else None,
            ),
        )


def _mark_beside_label(placed: Placed, props: Props) -> tuple[float, float] | None:
    """Put the quality mark after a label above, where there is room for it; else after the unit."""
    words = [words for words in (props.tag, placed.say(props.title)) if words]
    if props.label != "above" or props.right or not words:
        return None
    end = placed.box.left() + sum(placed.theme.width(one) + 8 for one in words)
    if end + HEIGHT > placed.box.right():
        return None
    return end, placed.box.top() + _LABEL_RISE - placed.theme.reading_px * 0.36


def _baseline(placed: Placed, props: Props) -> float:
    """Give the baseline of the digits: under the label, or centred in the height of the element."""
    if props.label == "above":
        return placed.box.top() + _LABEL_RISE + _STEP + max(0.0, props.size - 22)
    return round(placed.box.center().y() + props.size * 0.36)


DRAWING = Readout()
