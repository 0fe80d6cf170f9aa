"""Draws the steps of a batch: done with a tick, the current one in a ring, later ones hollow. Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, Part, Placed, StatePart
from hmi.display.symbols.bodies import circle, paint_body, paint_tick
from hmi.display.theme import Theme
from hmi.model.symbols.step_bar import FAMILY, Props

_DISC = 14.5
_TOP = 18
"""From the top of the element to the middle of the discs, pixels."""
_NAME = 39
"""From the middle of the discs to the baseline of the names."""
_LEAST_LINK = 12


class StepBar:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Nothing stands still: discs, links and the weight of the names are one picture of the step."""

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the whole bar."""
        props, box = cast(Props, placed.props), placed.box
        names = tuple(placed.say(step) for step in props.steps)
        if not names:
            return ()
        shown = names if props.names else ("",) * len(names)

        def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
            paint_steps(painter, rect, state, theme, names=shown)

        rect = (box.left(), box.top(), box.width(), box.height())
        mark = (box.right() - box.width() / len(names) / 2 + _DISC + 6, _middle(box, named=props.names))
        states = tuple(range(len(names) + 2))
        return (StatePart("step", rect, states, paint, key=f"steps {shown}", mark_at=mark),)


def _middle(rect: QtCore.QRectF, *, named: bool) -> float:
    return rect.top() + _TOP if named else rect.center().y()


def paint_steps(
    painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, names: tuple[str, ...]
) -> None:
    """Paint the steps of a batch.

    Args:
        painter: of the picture.
        rect: of the whole bar.
        state: 0 not begun, 1 to n the current step, n + 1 all done, UNKNOWN_STATE hatched.
        theme: colours and fonts.
        names: of the steps, empty words where they are not shown.
    """
    pitch = rect.width() / len(names)
    middle = _middle(rect, named=any(names))
    for number in range(1, len(names) + 1):
        centre = QtCore.QPointF(round(rect.left() + (number - 0.5) * pitch), middle)
        if number < len(names):
            done = state != UNKNOWN_STATE and number < state
            painter.setPen(theme.pen("edge" if done else "ghost", 2))
            end = round(rect.left() + (number + 0.5) * pitch)
            if end - centre.x() > 2 * _DISC + _LEAST_LINK:
                painter.drawLine(centre + QtCore.QPointF(_DISC + 3, 0), QtCore.QPointF(end - _DISC - 3, middle))
        _paint_disc(painter, centre, number, state, theme)
        current = number == state
        weight, token = (600, "ink") if current else (400, "ink2")
        name = theme.shortened(names[number - 1], pitch - 6, theme.reading_px, weight)
        theme.write(painter, centre.x(), middle + _NAME, name, weight=weight, token=token, align=0)


def _paint_disc(painter: QtGui.QPainter, centre: QtCore.QPointF, number: int, state: int, theme: Theme) -> None:
    """Paint one disc with its number, or with a tick when the step is done."""
    baseline = round(centre.y() + theme.reading_px * 0.36)
    if state == UNKNOWN_STATE:
        paint_body(painter, circle(centre, _DISC), UNKNOWN_STATE, theme, 1.5)
        painter.fillPath(circle(centre, 9.5), theme.brush("card"))
        theme.write(painter, centre.x(), baseline, str(number), token="ink2", align=0)
    elif number < state:
        paint_body(painter, circle(centre, _DISC), 0, theme, 0)
        paint_tick(painter, centre, theme.pen("offink", 2.25, round_caps=True))
    elif number == state:
        painter.setPen(theme.pen("edge", 3))
        painter.setBrush(theme.brush("track"))
        painter.drawEllipse(centre, _DISC, _DISC)
        theme.write(painter, centre.x(), baseline, str(number), weight=600, token="ink", align=0)
    else:
        painter.setPen(theme.pen("edge", 1.25))
        painter.setBrush(theme.brush("track"))
        painter.drawEllipse(centre, _DISC, _DISC)
        theme.write(painter, centre.x(), baseline, str(number), token="ink2", align=0)


DRAWING = StepBar()
