"""Draws the heat exchanger: a circle with the zigzag of its tubes, light while it is at work. Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, Part, Placed, StatePart
from hmi.display.symbols.bodies import LINE, circle, paint_body
from hmi.display.symbols.labels import Label, corner, label_of, state_words, word_part, write_label
from hmi.display.symbols.tank import sheen
from hmi.display.theme import Theme
from hmi.model.symbols.heat_exchanger import FAMILY, Props

_TUBES = ((-1.0, 0.0), (-0.56, 0.0), (-0.28, -0.46), (0.28, 0.46), (0.56, 0.0), (1.0, 0.0))
"""The zigzag of ISO 10628-2, in radii from the middle."""


class HeatExchanger:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label; where nothing says whether it is at work, the whole of it is drawn here."""
        write_label(painter, _label(placed), placed.box, placed.theme)
        if "running" not in placed.bound:
            _paint_shell(painter, placed.box, placed.theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the body and the words of its state."""
        if "running" not in placed.bound:
            return ()
        props, box = cast(Props, placed.props), placed.box
        rect = (box.left(), box.top(), box.width(), box.height())
        body = StatePart("running", rect, (0, 1), paint_heat_exchanger, key="heat exchanger", mark_at=corner(box))
        if not props.word or props.label == "none":
            return (body,)
        words = state_words(placed, "running", "symbols.at_work", "symbols.at_rest")
        return body, word_part(placed, _label(placed), "running", words)


def _label(placed: Placed) -> Label:
    props = cast(Props, placed.props)
    more = int(props.word and "running" in placed.bound)
    return label_of(props.tag, placed.say(props.title), props.label, more=more)


def _radius(rect: QtCore.QRectF) -> float:
    return min(rect.width(), rect.height()) / 2 - 2


def paint_heat_exchanger(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
    """Paint one picture of a heat exchanger.

    Args:
        painter: of the picture.
        rect: the circle stands in its middle.
        state: 1 at work (tubes solid), 0 not (tubes thin), UNKNOWN_STATE hatched.
        theme: colours.
    """
    paint_body(painter, circle(rect.center(), _radius(rect)), state, theme)
    if state == UNKNOWN_STATE:
        _paint_tubes(painter, rect, theme.pen("card", 7))
        _paint_tubes(painter, rect, theme.pen("edge", LINE))
    else:
        _paint_tubes(painter, rect, theme.pen("off", 3.5) if state == 1 else theme.pen("offink", LINE))


def _paint_shell(painter: QtGui.QPainter, rect: QtCore.QRectF, theme: Theme) -> None:
    """Paint the look without any state: the sheen of vessels."""
    radius = _radius(rect)
    painter.setPen(theme.pen("edge", LINE))
    painter.setBrush(QtGui.QBrush(sheen(rect, "shell", "shellhi", theme)))
    painter.drawEllipse(rect.center(), radius, radius)
    _paint_tubes(painter, rect, theme.pen("edge", 2.5))


def _paint_tubes(painter: QtGui.QPainter, rect: QtCore.QRectF, pen: QtGui.QPen) -> None:
    radius = _radius(rect)
    painter.setPen(pen)
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPolyline([rect.center() + QtCore.QPointF(x, y) * radius for x, y in _TUBES])


DRAWING = HeatExchanger()
