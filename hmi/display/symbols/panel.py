"""Draws the card that things stand on. Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import CausePart, Part, Placed
from hmi.display.symbols.loop_row import loop_opens
from hmi.model.symbols.panel import FAMILY, Props

_PADDING = 20
_RADIUS = 8
_TITLE_MIDDLE = 26
"""From the top of the card to the middle of its title, pixels."""


class Panel:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint the card, its title and its note."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        if props.ground != "none":
            painter.setPen(theme.pen("line1", 1))
            painter.setBrush(theme.brush(props.ground))
            painter.drawRoundedRect(QtCore.QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        baseline = box.top() + _TITLE_MIDDLE + round(props.size * 0.36)
        right = box.right() - _PADDING
        note = placed.say(props.note)
        if note:
            room = (right - box.left() - _PADDING) / 2
            right -= theme.write(painter, right, baseline, theme.shortened(note, room), align=-1) + 12
        _title(painter, placed, baseline, right)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the chip that says once for the group why values are not good, and the faceplate of a loop."""
        props, theme = cast(Props, placed.props), placed.theme
        opens = loop_opens(placed, props.tag, props.title)
        if "value" not in placed.bound:
            return opens
        start = _title(None, placed, 0, placed.box.right() - _PADDING - 80)
        width = placed.box.right() - _PADDING - start
        tag = theme.width(props.tag, props.size, 600) + 12 if props.tag else 0.0
        covers = max(0.0, start - placed.box.left() - _PADDING - tag) if props.tag else 0.0
        ground = "card" if props.ground == "none" else props.ground
        middle = placed.box.top() + _TITLE_MIDDLE
        return (
            CausePart("value", start, middle, width=max(80.0, width), covers=covers, ground=ground, known=props.tag),
            *opens,
        )


def _title(painter: QtGui.QPainter | None, placed: Placed, baseline: float, right: float) -> float:
    """Write tag name (600, ink) and title (ink2 after a tag name); give where they end. None only measures."""
    props, theme = cast(Props, placed.props), placed.theme
    x = placed.box.left() + _PADDING
    for words, weight, token in (
        (props.tag, 600, "ink"),
        (placed.say(props.title), 400 if props.tag else 600, "ink2" if props.tag else "ink"),
    ):
        if words:
            shown = theme.shortened(words, right - x, props.size, weight)
            if painter is not None:
                theme.write(painter, x, baseline, shown, size=props.size, weight=weight, token=token)
            x += theme.width(shown, props.size, weight) + 12
    return x


DRAWING = Panel()
