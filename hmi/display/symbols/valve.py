"""Draws the valve: two triangles, stem, actuator (LOOK.md section 7). Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.marks import GAP, paint_hatch
from hmi.display.parts import UNKNOWN_STATE, NumberPart, Part, Placed, StatePart
from hmi.display.theme import VALUE_PX, Theme
from hmi.model.symbols.valve import FAMILY, Props

_SHARE = 0.66
"""Half height of the body as a share of its half length."""
MOVING = 2
"""State between open and closed: half of the body light, half dark."""
_DOME = 1.44
"""Width of the dome of a control valve as a share of the half length."""


def _half_length(box: QtCore.QRectF) -> float:
    """Give s: body, stem and actuator fit into the smaller side; 16 in a box of 56."""
    return min(box.width(), box.height()) / 3.5


class Valve:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the label beside the valve."""
        props, theme = cast(Props, placed.props), placed.theme
        if props.label == "none":
            return
        x, baseline, align = _label_place(placed)
        words = " ".join(one for one in (props.tag, placed.say(props.title)) if one)
        theme.write(painter, x, baseline, words, align=align)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare body and position."""
        props, box = cast(Props, placed.props), placed.box
        slot = "open" if "open" in placed.bound or "value" not in placed.bound else "value"
        kind, upright, flip = props.kind, props.upright, props.flip
        shows_number = kind == "control" and props.number and "value" in placed.bound and props.label != "none"

        def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
            paint_valve(painter, rect, state, theme, kind=kind, upright=upright, flip=flip)

        rect = (box.left(), box.top(), box.width(), box.height())
        body = StatePart(
            slot,
            rect,
            (0, 1, MOVING),
            paint,
            key=f"{kind} {upright} {flip}",
            mark_at=_mark_place(placed),
            above=0.5 if slot == "value" else None,
        )
        if not shows_number:
            return (body,)
        x, baseline, align = _label_place(placed)
        words = " ".join(one for one in (props.tag, placed.say(props.title)) if one)
        advance = placed.theme.width(words) if words else 0.0
        start = x + advance + 8 if align > 0 else x + advance / 2 + 8 if align == 0 else x - advance - 8
        return body, NumberPart("value", start, baseline, size=VALUE_PX, right=align < 0, digits=5, framed=False)


def _label_place(placed: Placed) -> tuple[float, float, int]:
    """Give x, baseline and alignment of the label; the actuator's side is kept free."""
    props, box = cast(Props, placed.props), placed.box
    middle = round(box.center().y() + placed.theme.reading_px * 0.36)
    half = _half_length(box)
    reach = half * 1.9 if props.upright else half
    match props.label:
        case "above":
            up = half * 1.9 if not props.upright and not props.flip else half
            return box.center().x(), round(box.center().y() - up - 7), 0
        case "left":
            return box.center().x() - (reach if props.flip or not props.upright else half * _SHARE) - 10, middle, -1
        case "right":
            return box.center().x() + (reach if not props.flip or not props.upright else half * _SHARE) + 10, middle, 1
        case _:
            down = half * 1.9 if not props.upright and props.flip else half
            return box.center().x(), round(box.center().y() + down + 19), 0


def _mark_place(placed: Placed) -> tuple[float, float]:
    """Put the quality mark off pipe and label: above right of the body, below right where the label stands above."""
    box, half = placed.box, _half_length(placed.box)
    props = cast(Props, placed.props)
    if props.upright:
        return box.center().x() + half * _SHARE + GAP, box.center().y() - half - 7
    down = props.label == "above" or (props.flip and props.label != "below")
    return box.center().x() + half * 0.72 + GAP, box.center().y() + (half + 8 if down else -half - 6)


def paint_valve(
    painter: QtGui.QPainter,
    rect: QtCore.QRectF,
    state: int,
    theme: Theme,
    *,
    kind: str,
    upright: bool = False,
    flip: bool = False,
) -> None:
    """Paint one picture of a valve, its body centred in the rectangle.

    Args:
        painter: of the picture.
        rect: a square around the centre of the pipe.
        state: 1 open, 0 closed, MOVING half and half, UNKNOWN_STATE hatched.
        theme: colours.
        kind: on_off, control or hand.
        upright: in a vertical pipe, the actuator at the right.
        flip: the actuator at the other side.
    """
    half = _half_length(rect)
    painter.translate(rect.center())
    # In the turned frame the pipe runs along x and the actuator stands at negative y.
    painter.rotate((90 if upright else 0) + (180 if flip else 0))
    body = _body(half)
    head = _actuator(kind, half)
    painter.setPen(theme.pen("edge", 1.75))
    painter.drawLine(QtCore.QPointF(0, 0), QtCore.QPointF(0, -half))
    for path in (head, body):
        if state == UNKNOWN_STATE:
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.brush("card"))
            painter.drawPath(path)
            painter.save()
            painter.setClipPath(path, QtCore.Qt.ClipOperation.IntersectClip)
            paint_hatch(painter, path.boundingRect(), theme.pen("hatch", 1.5), 5)
            painter.restore()
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(theme.brush("off" if state == 0 else "on"))
        painter.setPen(theme.pen("edge", 1.75))
        painter.drawPath(path)
    if state == MOVING:
        painter.setClipRect(QtCore.QRectF(0, -half * 4, half * 4, half * 8), QtCore.Qt.ClipOperation.IntersectClip)
        painter.setBrush(theme.brush("off"))
        painter.drawPath(body)


def valve_paths(rect: QtCore.QRectF, kind: str = "on_off") -> QtGui.QPainterPath:
    """Give body, stem and actuator of a lying valve as one path."""
    half = _half_length(rect)
    path = _body(half)
    path.addPath(_actuator(kind, half))
    path.moveTo(0, 0)
    path.lineTo(0, -half)
    return path.translated(rect.center())


def _body(half: float) -> QtGui.QPainterPath:
    """Give the two triangles."""
    height = half * _SHARE
    path = QtGui.QPainterPath()
    path.moveTo(-half, -height)
    path.lineTo(half, height)
    path.lineTo(half, -height)
    path.lineTo(-half, height)
    path.closeSubpath()
    return path


def _actuator(kind: str, half: float) -> QtGui.QPainterPath:
    """Give the outline of what stands on the stem."""
    path = QtGui.QPainterPath()
    if kind == "control":
        width = half * _DOME
        path.moveTo(-width / 2, -half)
        path.arcTo(QtCore.QRectF(-width / 2, -half - width * 0.48, width, width * 0.96), 180, -180)
        path.closeSubpath()
    elif kind == "hand":
        path.addRect(QtCore.QRectF(-half * 0.7, -half - 2, half * 1.4, 2.5))
    else:
        path.addRoundedRect(QtCore.QRectF(-half / 2, -half - half * _SHARE, half, half * _SHARE), 2, 2)
    return path


DRAWING = Valve()
