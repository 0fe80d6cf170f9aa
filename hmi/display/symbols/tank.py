"""Draws the tank: vessel with sheen, dishes, legs, jacket, liquid, scale, numbers (LOOK.md section 7).

Window, GUI thread.
"""

from typing import cast

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.marks import HEIGHT, paint_hatch
from hmi.display.parts import UNKNOWN_STATE, LevelPart, NumberPart, Part, Placed, PointerPart, StatePart
from hmi.display.scales import Scale, scale_of, scale_part
from hmi.display.theme import VALUE_PX, Theme
from hmi.model.symbols.tank import FAMILY, Props

_TOP_DISH = 0.15
_BOTTOM_DISH = 0.20
"""Heights of the dishes as shares of the width."""
_LEG = 14
"""Pixels of a leg below the bottom dish's rim that the element keeps free."""
_JACKET = 13
_OUTLINE = 2
_TRACK = 14


class Vessel(msgspec.Struct, frozen=True):
    """Where the shell of one tank lies, pixels of the screen."""

    shell: QtCore.QRectF
    """From the crown of the top dish to that of the bottom dish."""
    top_weld: float
    bottom_weld: float

    def outline(self, inset: float = 0.0) -> QtGui.QPainterPath:
        """Give the outline: two half ellipses and the cylinder between them."""
        shell = self.shell.adjusted(inset, inset, -inset, -inset)
        rise = self.top_weld - shell.top()
        drop = shell.bottom() - self.bottom_weld
        path = QtGui.QPainterPath()
        path.moveTo(shell.left(), self.top_weld)
        path.arcTo(QtCore.QRectF(shell.left(), shell.top(), shell.width(), 2 * rise), 180, -180)
        path.lineTo(shell.right(), self.bottom_weld)
        path.arcTo(QtCore.QRectF(shell.left(), shell.bottom() - 2 * drop, shell.width(), 2 * drop), 0, -180)
        path.closeSubpath()
        return path


def vessel_in(box: QtCore.QRectF, *, jacket: bool, legs: bool) -> Vessel:
    """Fit a vessel into the rectangle of an element."""
    proud = _JACKET if jacket else 0
    shell = box.adjusted(1 + proud, 1, -1 - proud, -(_LEG if legs else 1))
    width = shell.width()
    top, bottom = round(shell.top() + width * _TOP_DISH), round(shell.bottom() - width * _BOTTOM_DISH)
    return Vessel(shell, top, bottom)


def sheen(rect: QtCore.QRectF, side: str, light: str, theme: Theme) -> QtGui.QLinearGradient:
    """Make the three-stop horizontal sheen of vessels, liquid and filters: side, light at 30 %, side."""
    gradient = QtGui.QLinearGradient(rect.left(), 0, rect.right(), 0)
    gradient.setColorAt(0.0, theme.colour(side))
    gradient.setColorAt(0.3, theme.colour(light))
    gradient.setColorAt(1.0, theme.colour(side))
    return gradient


class Tank:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint legs, jacket ground and the empty vessel."""
        props, theme = cast(Props, placed.props), placed.theme
        vessel = vessel_in(placed.box, jacket=props.jacket, legs=props.legs)
        if props.legs:
            _legs(painter, vessel, placed.box.bottom(), theme)
        painter.setPen(theme.pen("edge", _OUTLINE))
        painter.setBrush(QtGui.QBrush(sheen(vessel.shell, "shell", "shellhi", theme)))
        painter.drawPath(vessel.outline())

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare liquid, scale, pointer, jacket and numbers."""
        props, box = cast(Props, placed.props), placed.box
        vessel = vessel_in(box, jacket=props.jacket, legs=props.legs)
        shell = vessel.shell
        low, high = placed.span("level", props.low, props.high)
        scale = scale_of(placed.facts.get("level"), low, high)
        inner = (shell.left() + 1, vessel.top_weld, shell.width() - 2, vessel.bottom_weld - vessel.top_weld)
        parts: list[Part] = []
        if props.jacket:
            parts.append(_jacket(placed, vessel))
        parts.append(
            LevelPart(
                "level",
                inner,
                low,
                high,
                lambda painter, rect, state, theme: _liquid(painter, rect, state, theme, vessel),
                key="tank",
                foot=shell.bottom() - vessel.bottom_weld - 1,
                clear=_block(placed, vessel) if props.number else None,
            )
        )
        room = vessel.bottom_weld - vessel.top_weld
        if props.scale and shell.width() >= 100 and room >= 80:
            parts += _scale(scale, vessel)
        if props.number:
            parts += _numbers(placed, vessel)
        return tuple(parts)


def _legs(painter: QtGui.QPainter, vessel: Vessel, bottom: float, theme: Theme) -> None:
    shell = vessel.shell
    for share in (0.18, 0.82):
        x = round(shell.left() + share * shell.width())
        painter.fillRect(QtCore.QRectF(x - 3, vessel.bottom_weld, 6, bottom - vessel.bottom_weld), theme.colour("edge"))


def _jacket(placed: Placed, vessel: Vessel) -> StatePart:
    """Make the jacket from 40 to 86 % of the height, 13 px proud at both sides."""
    shell = vessel.shell
    top = round(shell.top() + 0.40 * shell.height())
    height = round(0.46 * shell.height())
    rect = (shell.left() - _JACKET, float(top), shell.width() + 2 * _JACKET, float(height))
    slot = "running"
    mark = (shell.right() + _JACKET + 7, top + 12.0)
    return StatePart(slot, rect, (0, 1), _paint_jacket, key="jacket", mark_at=mark, echo="level")


def _paint_jacket(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
    for left in (rect.left() + 1, rect.right() - _JACKET):
        side = QtCore.QRectF(left, rect.top() + 1, _JACKET - 1, rect.height() - 2)
        painter.setPen(theme.pen("edge", 1.75))
        painter.setBrush(theme.brush("card" if state == UNKNOWN_STATE else "on" if state == 1 else "off"))
        painter.drawRoundedRect(side, 3, 3)
        if state == UNKNOWN_STATE:
            paint_hatch(painter, side, theme.pen("hatch", 1.5), 5)
            continue
        painter.setPen(theme.pen("edge" if state == 1 else "offink", 1.25))
        step = 22
        count = int(side.height() // step)
        for number in range(1, count + 1):
            y = side.top() + number * side.height() / (count + 1)
            middle = side.center().x()
            painter.drawLine(QtCore.QPointF(middle - 3, y), QtCore.QPointF(middle + 3, y))


def _liquid(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, vessel: Vessel) -> None:
    """Paint the vessel full of liquid up to the top weld, or hatched."""
    painter.save()
    painter.setClipRect(rect, QtCore.Qt.ClipOperation.IntersectClip)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    if state == UNKNOWN_STATE:
        painter.setBrush(theme.brush("shell2"))
        painter.drawPath(vessel.outline())
        painter.setClipPath(vessel.outline(), QtCore.Qt.ClipOperation.IntersectClip)
        paint_hatch(painter, vessel.shell, theme.pen("hatch", 1.1), 7)
    else:
        painter.setBrush(QtGui.QBrush(sheen(vessel.shell, "liq", "liqhi", theme)))
        painter.drawPath(vessel.outline())
    painter.restore()
    painter.save()
    painter.setClipRect(rect, QtCore.Qt.ClipOperation.IntersectClip)
    painter.setPen(theme.pen("edge", _OUTLINE))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPath(vessel.outline())
    painter.restore()


def _scale(scale: Scale, vessel: Vessel) -> list[Part]:
    """Put the scale 44 px from the right wall, on the axis of the liquid."""
    left = round(vessel.shell.right() - 44)
    top, bottom = vessel.top_weld, vessel.bottom_weld
    rect = (left, top, _TRACK, bottom - top)
    pointer = PointerPart("level", left + _TRACK, top, bottom, scale.low, scale.high, track=_TRACK)
    return [scale_part("level", scale, rect), pointer]


def _number_place(placed: Placed, vessel: Vessel) -> tuple[float, float, float]:
    """Give left edge, baseline and size of the level: 16 px from the left wall."""
    size = cast(Props, placed.props).size
    size = size if vessel.shell.width() >= 150 else min(size, VALUE_PX)
    return vessel.shell.left() + 16, round(vessel.top_weld + (vessel.bottom_weld - vessel.top_weld) * 0.66), size


def _block(placed: Placed, vessel: Vessel) -> tuple[float, float, float, float]:
    """Give left, top, right, bottom of the numbers with their units."""
    x, baseline, size = _number_place(placed, vessel)
    theme, right = placed.theme, x
    both = (("level", size, 600, "100.0"), ("value", theme.reading_px + 1, 400, "0 000"))
    for slot, px, weight, digits in both:
        facts = placed.facts.get(slot)
        if slot in placed.bound and facts is not None:
            unit = theme.width(facts.unit, max(theme.reading_px, round(0.6 * px))) + 5 if facts.unit else 0
            right = max(right, x + theme.width(digits, px, weight) + unit)
    bottom = baseline + (25 if "value" in placed.bound else 0) + 6
    return x, baseline - size * 0.76 - 4, min(right + 4, vessel.shell.right() - 50), bottom


def _numbers(placed: Placed, vessel: Vessel) -> list[Part]:
    """Put the level, and the second value under it."""
    x, baseline, size = _number_place(placed, vessel)
    mark = (x, baseline - size - 10)
    parts: list[Part] = [NumberPart("level", x, baseline, size=size, on_liquid=True, digits=6, mark_at=mark)]
    if "value" in placed.bound:
        mark = (x, baseline + 25 + HEIGHT - 5)
        parts.append(
            NumberPart(
                "value",
                x,
                baseline + 25,
                size=placed.theme.reading_px + 1,
                on_liquid=True,
                digits=6,
                weight=400,
                mark_at=mark,
                echo="level",
            )
        )
    return parts


DRAWING = Tank()
