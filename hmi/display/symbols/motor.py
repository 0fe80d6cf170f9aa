"""Draws the motor: a drive box, on request with shaft and blades of an agitator (LOOK.md 7). Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, Part, Placed, StatePart
from hmi.display.symbols.bodies import circle, paint_body, rounded
from hmi.display.symbols.labels import GAP, Label, corner, label_of, state_words, word_part, write_label
from hmi.display.theme import Theme
from hmi.model.symbols.motor import FAMILY, Props

_SHAFT = 3
"""Width of the shaft, pixels."""
_BLADE = 0.40
"""Height of a blade as a share of its width."""


class Motor:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label."""
        write_label(painter, _label(placed), placed.box, placed.theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare box, agitator and words of the state."""
        props, box = cast(Props, placed.props), placed.box
        shaft, blades = (props.shaft, props.blades) if props.agitator else (0.0, 0.0)

        def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
            drive = QtCore.QRectF(rect.center().x() - box.width() / 2, rect.top(), box.width(), box.height())
            paint_motor(painter, drive, state, theme, shaft=shaft, blades=blades)

        width = max(box.width(), blades + 4)
        height = box.height() + (shaft + blades * _BLADE / 4 + 2 if shaft else 0)
        rect = (box.center().x() - width / 2, box.top(), width, height)
        key = f"motor {box.width()} {box.height()} {shaft} {blades}"
        body = StatePart("state", rect, (0, 1), paint, key=key, mark_at=_mark(box, agitator=props.agitator))
        if not props.word or props.label == "none":
            return (body,)
        words = state_words(placed, "state", "symbols.running", "symbols.stopped")
        return body, word_part(placed, _label(placed), "state", words)


def _mark(box: QtCore.QRectF, *, agitator: bool) -> tuple[float, float]:
    return (box.right() + GAP, box.center().y()) if agitator else corner(box)


def _label(placed: Placed) -> Label:
    props = cast(Props, placed.props)
    return label_of(props.tag, placed.say(props.title), props.label, more=int(props.word))


def paint_motor(
    painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, shaft: float = 0, blades: float = 0
) -> None:
    """Paint one picture of a motor.

    Args:
        painter: of the picture.
        rect: of the drive; 34 x 38 gives a box of 30 x 34.
        state: 1 running, 0 stopped, UNKNOWN_STATE hatched.
        theme: colours and fonts.
        shaft: from the lower edge of `rect` to the middle of the blades, pixels; 0 draws no agitator.
        blades: width of both blades together, pixels.
    """
    middle = rect.center().x()
    if shaft:
        painter.setPen(theme.pen("edge", _SHAFT))
        painter.drawLine(QtCore.QPointF(middle, rect.bottom() - 2), QtCore.QPointF(middle, rect.bottom() + shaft))
        for side in (-1, 1):
            blade = QtGui.QPainterPath()
            blade.addEllipse(
                QtCore.QPointF(middle + side * blades / 4, rect.bottom() + shaft), blades / 4 - 0.5, blades * _BLADE / 4
            )
            paint_body(painter, blade, state, theme)
    box = rect.adjusted(2, 2, -2, -2)
    paint_body(painter, rounded(box, 4), state, theme)
    if state == UNKNOWN_STATE:
        painter.fillPath(circle(box.center(), 10), theme.brush("card"))
    painter.setFont(theme.font(theme.reading_px, 600))
    painter.setPen(theme.pen("offink" if state == 0 else "off" if state == 1 else "ink"))
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, "M")


DRAWING = Motor()
