"""Draws the pipe: solid with flow, a hollow tube without; and the signal line (LOOK.md 7). Window, GUI thread."""

import itertools
import math
from typing import cast

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.marks import HEIGHT, paint_hatch
from hmi.display.parts import UNKNOWN_STATE, FlowPart, Part, Placed
from hmi.display.symbols.bodies import triangle
from hmi.display.theme import Theme
from hmi.model.symbols.pipe import FAMILY, Props

_WIDTH = 6
_CORE = 3
_HEAD = 18.0
"""Length of an arrow head, pixels."""
_HALF = 8.5
"""Half its width."""
_STUB = 10
"""A piece of pipe shorter than this is not left between a head and the end, pixels."""
_REACH = _HALF + 3
"""How far a pipe's ink lies from its line at most."""
_ROUND = 0.5523
"""Share of a bend's legs at which the handles of its curve stand: a quarter of a circle to 0.03 %."""

Line = tuple[QtCore.QPointF, ...]

_MARK_SHARE = 1 / 4


class _Run(msgspec.Struct, frozen=True):
    """One pipe as it is painted, from the corner of its rectangle."""

    line: QtGui.QPainterPath
    heads: tuple[QtGui.QPolygonF, ...]


class Pipe:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Draw a signal line, or a pipe of which nobody says whether it flows."""
        props, theme = cast(Props, placed.props), placed.theme
        if len(props.points) < 2:
            return
        rect = _rect(placed)
        run = _run(placed, rect)
        painter.translate(rect.topLeft())
        if props.kind == "signal":
            _paint_signal(painter, run, theme)
        elif "flow" not in placed.bound:
            _paint_run(painter, run, 0, theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the pipe with its flow."""
        props = cast(Props, placed.props)
        if props.kind == "signal" or "flow" not in placed.bound or len(props.points) < 2:
            return ()
        rect = _rect(placed)
        run = _run(placed, rect)

        def paint(painter: QtGui.QPainter, picture: QtCore.QRectF, state: int, theme: Theme) -> None:
            painter.translate(picture.topLeft())
            _paint_run(painter, run, state, theme)

        key = f"pipe {props.points} {props.arrows} {props.radius}"
        whole = (rect.x(), rect.y(), rect.width(), rect.height())
        return (FlowPart("flow", whole, paint, key=key, above=props.above, mark_at=_mark(placed)),)


def _mark(placed: Placed) -> tuple[float, float]:
    """Put the quality mark on the pipe itself, a quarter along its longest leg: beside it stand other labels."""
    corner, props = placed.box.topLeft(), cast(Props, placed.props)
    points = [corner + QtCore.QPointF(x, y) for x, y in props.points]
    if props.mark is not None:
        spot = line_path(tuple(points), props.radius).pointAtPercent(min(max(props.mark, 0.0), 1.0))
        return round(spot.x() - HEIGHT / 2), round(spot.y())
    start, end = max(itertools.pairwise(points), key=lambda leg: math.dist(leg[0].toTuple(), leg[1].toTuple()))
    middle = start + (end - start) * _MARK_SHARE
    return round(middle.x() - HEIGHT / 2), round(middle.y())


def _rect(placed: Placed) -> QtCore.QRectF:
    """Give all that the pipe may touch, pixels of the screen."""
    props, box = cast(Props, placed.props), placed.box
    ground = QtGui.QPolygonF([box.topLeft() + QtCore.QPointF(x, y) for x, y in props.points]).boundingRect()
    return ground.adjusted(-_REACH, -_REACH, _REACH, _REACH)


def _run(placed: Placed, rect: QtCore.QRectF) -> _Run:
    """Lay the line with its bends and arrow heads, from the corner of `rect`."""
    props = cast(Props, placed.props)
    shift = placed.box.topLeft() - rect.topLeft()
    points = tuple(QtCore.QPointF(x, y) + shift for x, y in props.points)
    length = line_path(points, props.radius).length()
    places = [_place_of_head(share * length, length) for share in props.arrows]
    heads = tuple(_head(points, props.radius, place) for place in places)
    if length > 2 * _HEAD and length - _HEAD / 2 in places:
        points = _shortened(points, _HEAD - 3)
    if length > 2 * _HEAD and _HEAD / 2 in places:
        points = _shortened(points[::-1], 3)[::-1]
    return _Run(line_path(points, props.radius), heads)


def line_path(points: Line, radius: float) -> QtGui.QPainterPath:
    """Give a line through points with rounded bends.

    Args:
        points: two or more.
        radius: of each bend, pixels; less where a leg is too short for it.
    """
    path = QtGui.QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        legs = math.dist(before.toTuple(), corner.toTuple()), math.dist(corner.toTuple(), after.toTuple())
        bend = min(radius, legs[0] / 2, legs[1] / 2)
        if bend <= 0:
            path.lineTo(corner)
            continue
        start = corner + (before - corner) * (bend / legs[0])
        end = corner + (after - corner) * (bend / legs[1])
        path.lineTo(start)
        path.cubicTo(start + (corner - start) * _ROUND, end + (corner - end) * _ROUND, end)
    path.lineTo(points[-1])
    return path


def _place_of_head(at: float, length: float) -> float:
    """Give where the middle of an arrow head lies on a line: near an end it moves up to it, so that no stub is left."""
    near = _HEAD / 2 + _STUB
    if at > length - near:
        return max(length - _HEAD / 2, _HEAD / 2)
    return _HEAD / 2 if at < near else at


def _head(points: Line, radius: float, at: float) -> QtGui.QPolygonF:
    """Give an arrow head with its middle at a length of the line, pixels."""
    path = line_path(points, radius)
    share = path.percentAtLength(min(at, path.length()))
    turn = QtGui.QTransform()
    spot = path.pointAtPercent(share)
    turn.translate(spot.x(), spot.y())
    turn.rotate(-path.angleAtPercent(share))
    return turn.map(triangle((-_HEAD / 2, -_HALF), (_HEAD / 2, 0), (-_HEAD / 2, _HALF)))


def _shortened(points: Line, by: float) -> Line:
    """Take a piece off the end of a line, so that it does not stand out of the tip of an arrow."""
    before, last = points[-2], points[-1]
    leg = math.dist(before.toTuple(), last.toTuple())
    if leg <= by:
        return points
    return (*points[:-1], last + (before - last) * (by / leg))


def _paint_run(painter: QtGui.QPainter, run: _Run, state: int, theme: Theme) -> None:
    """Paint the pipe: 1 with flow, 0 without, UNKNOWN_STATE a tube with bars and hatched heads."""
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.setPen(theme.pen("pipe", _WIDTH))
    painter.drawPath(run.line)
    if state == UNKNOWN_STATE:
        painter.setPen(theme.dashes("card", _CORE, 7, 5))
        painter.drawPath(run.line)
    elif state != 1:
        painter.setPen(theme.pen("card", _CORE))
        painter.drawPath(run.line)
    for head in run.heads:
        painter.setPen(theme.pen("card", 5))
        painter.setBrush(theme.brush("card"))
        painter.drawPolygon(head)
        painter.setBrush(theme.brush("pipe" if state == 1 else "card"))
        painter.setPen(theme.pen("pipe", 1.75))
        painter.drawPolygon(head)
        if state == UNKNOWN_STATE:
            outline = QtGui.QPainterPath()
            outline.addPolygon(head)
            painter.save()
            painter.setClipPath(outline, QtCore.Qt.ClipOperation.IntersectClip)
            paint_hatch(painter, head.boundingRect(), theme.pen("hatch", 1.5), 5)
            painter.restore()


def _paint_signal(painter: QtGui.QPainter, run: _Run, theme: Theme) -> None:
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.setPen(theme.dashes("edge", 1.5, 4, 3))
    painter.drawPath(run.line)
    painter.setPen(QtCore.Qt.PenStyle.NoPen)
    painter.setBrush(theme.brush("edge"))
    for head in run.heads:
        painter.drawPolygon(head)


DRAWING = Pipe()
