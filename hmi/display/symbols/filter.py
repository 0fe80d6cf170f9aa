"""Draws the filter: a housing with sheen, the medium in its middle, the pressure drop below. Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, NumberPart, Part, Placed, StatePart
from hmi.display.symbols.bodies import paint_body, rounded, triangle
from hmi.display.symbols.labels import Label, label_of, write_label
from hmi.display.symbols.tank import sheen
from hmi.display.theme import VALUE_PX, Theme
from hmi.model.symbols.filter import FAMILY, Props

_OUTLINE = 2
_SAMPLE = "0.00"
"""Digits by which a number that cannot be centred is placed about the middle."""


class Filter:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label; where nothing says whether it flows, the housing is drawn here."""
        write_label(painter, _label(placed), placed.box, placed.theme)
        if "flow" not in placed.bound:
            _paint_housing(painter, placed.box, placed.theme)
            _paint_medium(painter, placed.box, placed.theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare housing and pressure drop."""
        props, box = cast(Props, placed.props), placed.box
        parts: list[Part] = []
        if "flow" in placed.bound:
            rect = (box.left(), box.top(), box.width(), box.height())
            mark = (box.right() + 5, box.top() + 10)
            parts.append(StatePart("flow", rect, (0, 1), paint_filter, key="filter", mark_at=mark))
        if _numbered(placed):
            parts.append(_number(placed, props))
        return tuple(parts)


def _numbered(placed: Placed) -> bool:
    props = cast(Props, placed.props)
    return props.number and "value" in placed.bound and props.label != "none"


def _label(placed: Placed) -> Label:
    props = cast(Props, placed.props)
    return label_of(props.tag, placed.say(props.title), props.label, more=int(_numbered(placed)))


def _number(placed: Placed, props: Props) -> NumberPart:
    label, theme = _label(placed), placed.theme
    x, baseline = label.point(placed.box, label.lines - 1)
    baseline += 0 if props.label == "above" else 5
    facts = placed.facts.get("value")
    unit = theme.width(facts.unit, theme.reading_px) + 5 if facts and facts.unit else 0.0
    if label.align == 0:
        x -= (theme.width(_SAMPLE, VALUE_PX, 600) + unit) / 2
    elif label.align < 0:
        x -= unit
    return NumberPart("value", x, baseline, size=VALUE_PX, right=label.align < 0, digits=6)


def paint_filter(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
    """Paint one picture of a filter.

    Args:
        painter: of the picture.
        rect: of the housing.
        state: 1 with flow (a solid arrow through the medium), 0 without (a hollow one), UNKNOWN_STATE hatched.
        theme: colours.
    """
    if state == UNKNOWN_STATE:
        housing = rect.adjusted(1, 1, -1, -1)
        paint_body(painter, rounded(housing, _rounding(housing)), UNKNOWN_STATE, theme, _OUTLINE)
        return
    _paint_housing(painter, rect, theme)
    _paint_medium(painter, rect, theme)
    middle = rect.center()
    head = triangle((middle.x() - 7, middle.y() - 9), (middle.x() + 10, middle.y()), (middle.x() - 7, middle.y() + 9))
    painter.setPen(theme.pen("shellhi", 6))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPolygon(head)
    painter.setPen(theme.pen("pipe", 1.75))
    painter.setBrush(theme.brush("pipe" if state == 1 else "shellhi"))
    painter.drawPolygon(head)


def _rounding(housing: QtCore.QRectF) -> float:
    return min(housing.width(), housing.height()) * 0.42


def _paint_housing(painter: QtGui.QPainter, rect: QtCore.QRectF, theme: Theme) -> None:
    housing = rect.adjusted(1, 1, -1, -1)
    painter.setPen(theme.pen("edge", _OUTLINE))
    painter.setBrush(QtGui.QBrush(sheen(housing, "shell", "shellhi", theme)))
    painter.drawRoundedRect(housing, _rounding(housing), _rounding(housing))


def _paint_medium(painter: QtGui.QPainter, rect: QtCore.QRectF, theme: Theme) -> None:
    painter.setPen(theme.dashes("edge", 2, 6, 4))
    x = rect.center().x()
    inset = rect.height() * 0.2
    painter.drawLine(QtCore.QPointF(x, rect.top() + inset), QtCore.QPointF(x, rect.bottom() - inset))


DRAWING = Filter()
