"""Draws the pump: disc on a foot, the impeller pointing where it delivers (LOOK.md section 7). Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import Part, Placed, StatePart
from hmi.display.symbols.bodies import LINE, circle, paint_body, triangle
from hmi.display.symbols.labels import Label, corner, label_of, state_words, word_part, write_label
from hmi.display.theme import Theme
from hmi.model.symbols.pump import FAMILY, Props

_TURNS = {"right": 0, "down": 90, "left": 180, "up": 270}
_AXIS = 0.45
"""Height of the middle of the disc as a share of the element's height: the ports of the family lie there."""


class Pump:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label."""
        write_label(painter, _label(placed), placed.box, placed.theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare disc and words of the state."""
        props, box = cast(Props, placed.props), placed.box
        turn = _TURNS[props.towards]

        def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
            paint_pump(painter, rect, state, theme, turn=turn)

        rect = (box.left(), box.top(), box.width(), box.height())
        body = StatePart("state", rect, (0, 1), paint, key=f"pump {turn}", mark_at=corner(box))
        if not props.word or props.label == "none":
            return (body,)
        words = state_words(placed, "state", "symbols.running", "symbols.stopped")
        return body, word_part(placed, _label(placed), "state", words)


def _label(placed: Placed) -> Label:
    props = cast(Props, placed.props)
    return label_of(props.tag, placed.say(props.title), props.label, more=int(props.word))


def paint_pump(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, turn: float = 0) -> None:
    """Paint one picture of a pump.

    Args:
        painter: of the picture.
        rect: holds disc and foot; a radius of 24 needs 56 x 60.
        state: 1 running, 0 stopped, UNKNOWN_STATE hatched.
        theme: colours.
        turn: degrees clockwise from "delivers to the right".
    """
    radius = min(rect.width() * 3 / 7, rect.height() / 2.5)
    centre = QtCore.QPointF(rect.center().x(), rect.top() + rect.height() * _AXIS)
    foot = [(-0.66, 0.75), (0.66, 0.75), (0.97, 1.25), (-0.97, 1.25)]
    painter.setPen(theme.pen("edge", LINE))
    painter.setBrush(theme.brush("shell2"))
    painter.drawPolygon(triangle(*((centre.x() + x * radius, centre.y() + y * radius) for x, y in foot)))
    paint_body(painter, circle(centre, radius), state, theme)
    painter.translate(centre)
    painter.rotate(turn)
    impeller = triangle((-0.39 * radius, -0.58 * radius), (0.74 * radius, 0), (-0.39 * radius, 0.58 * radius))
    if state == 1:
        painter.setPen(theme.pen("off", LINE))
        painter.setBrush(theme.brush("off"))
    elif state == 0:
        painter.setPen(theme.pen("offink", LINE))
        painter.setBrush(theme.brush("off"))
    else:
        painter.setPen(theme.pen("edge", LINE))
        painter.setBrush(theme.brush("track"))
    painter.drawPolygon(impeller)


DRAWING = Pump()
