"""Draws the bar: scale, band, ticks, diamond, pointer or filling, and the number beside it. Window, GUI thread."""

from typing import cast

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.marks import paint_hatch
from hmi.display.parts import UNKNOWN_STATE, LevelPart, NumberPart, Part, Placed, PlatePart, PointerPart
from hmi.display.scales import Scale, paint_tick, paint_track, scale_of, scale_part
from hmi.display.theme import MINUS, READING_PX, VALUE_PX, Theme
from hmi.model.symbols.bar import FAMILY, Props

_LEFT = 19
"""Room at the left of the scale for the diamond of the set-point, pixels."""
_TEXT = 20
"""From the scale to the texts beside it: the pointer stands 11 px out of the scale."""
_LINE = 23
_ABOVE = 34
"""Room above a scale with an axis for its title, pixels."""
_AXIS = 13
"""Between the numbers of an axis and what stands at that side of the scale, pixels."""


class _Places(msgspec.Struct, frozen=True):
    """Where everything of one bar goes."""

    track: QtCore.QRectF
    text_x: float
    scale: Scale
    filled: bool


def _places(placed: Placed) -> _Places:
    props, box = cast(Props, placed.props), placed.box
    low, high = placed.span("value", props.low, props.high)
    scale = scale_of(placed.facts.get("value"), low, high, sideways=props.sideways)
    if props.sideways:
        lines = _label_rows(placed) * _LINE
        top = box.top() + lines + max(0.0, (box.height() - lines - props.thickness) / 2)
        track = QtCore.QRectF(box.left(), round(top), box.width(), props.thickness)
        return _Places(track, box.left(), scale, filled=True)
    left = box.left() + (_LEFT if "setpoint" in placed.bound else 4)
    if props.axis == "left":
        from hmi.display.axes import axis_room  # faceplates alone have axes

        left += axis_room(placed.theme, scale) + _AXIS
    above = _ABOVE if props.axis != "none" and (props.tag or placed.say(props.title)) else 4
    track = QtCore.QRectF(left, box.top() + above, props.thickness, box.height() - above - 4)
    return _Places(track, track.right() + _TEXT, scale, filled=props.style == "fill")


def _label_rows(placed: Placed) -> int:
    props = cast(Props, placed.props)
    if props.sideways:
        return 1 if props.tag or props.title or props.number else 0
    return int(bool(props.tag)) + int(bool(props.title))


class Bar:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the labels; a filled bar has its empty track here."""
        props, theme, places = cast(Props, placed.props), placed.theme, _places(placed)
        title = placed.say(props.title)
        if props.sideways:
            x = placed.box.left()
            for words, token in ((props.tag, "ink2"), (title, "ink2")):
                if words:
                    x += theme.write(painter, x, placed.box.top() + 17, words, token=token) + 8
        elif props.axis != "none":
            words = " ".join(one for one in (props.tag, title) if one)
            theme.write(painter, places.track.center().x(), placed.box.top() + 17, words, align=0)
        else:
            baseline = places.track.top() + 13
            width = placed.box.right() - places.text_x
            for words, token in ((props.tag, "ink2"), (title, "ink")):
                if words:
                    theme.write(painter, places.text_x, baseline, theme.shortened(words, width), token=token)
                    baseline += _LINE
        if props.ends:
            _ends(painter, placed, places)
        if props.axis != "none" and not props.sideways:
            from hmi.display.axes import paint_axis

            paint_axis(painter, places.track, places.scale, theme, left=props.axis == "left")
        if places.filled:
            paint_track(painter, places.track, theme)
            _ticks(painter, places, theme)

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare scale, filling or pointer, diamond and number."""
        props, places = cast(Props, placed.props), _places(placed)
        track, scale = places.track, places.scale
        rect = (track.left(), track.top(), track.width(), track.height())
        parts: list[Part] = []
        if places.filled:
            parts.append(_hatching(places, rect, mark_at=_scale_mark(placed, places)))
            inner = (rect[0], rect[1] + 1, rect[2], rect[3] - 2) if props.sideways else rect
            parts.append(
                LevelPart(
                    "value",
                    inner,
                    scale.low,
                    scale.high,
                    lambda painter, picture, state, theme: _filling(painter, picture, state, theme, places),
                    key=f"bar {scale}",
                    surface=False,
                    sideways=props.sideways,
                    mark_at=_scale_mark(placed, places),
                )
            )
        else:
            parts.append(scale_part("value", scale, rect, mark_at=_scale_mark(placed, places)))
            parts.append(
                PointerPart(
                    "value", track.right(), track.top(), track.bottom(), scale.low, scale.high, track=track.width()
                )
            )
        if "setpoint" in placed.bound and not props.sideways:
            parts.append(_diamond(placed, places, "setpoint"))
        if "working" in placed.bound and "setpoint" in placed.bound and not props.sideways:
            parts.append(_diamond(placed, places, "working"))
        if props.number:
            parts.append(_number(placed, places))
        return tuple(parts)


def _diamond(placed: Placed, places: _Places, slot: str) -> PointerPart:
    """Declare the open diamond of a set-point, or the solid one of the working set-point."""
    track, scale = places.track, places.scale
    return PointerPart(
        slot,
        track.left(),
        track.top(),
        track.bottom(),
        scale.low,
        scale.high,
        diamond=True,
        filled=slot == "working",
        mark_at=_setpoint_mark(placed, places),
        echo="value" if slot == "setpoint" else "setpoint",
    )


def _number(placed: Placed, places: _Places) -> NumberPart:
    """Put the number under the labels, its unit under it; beside them for a bar that lies."""
    props, theme, box = cast(Props, placed.props), placed.theme, placed.box
    facts = placed.facts.get("value")
    unit = facts.unit if facts else ""
    if props.sideways:
        right = box.right() - (theme.width(unit) + 5 if unit else 0)
        return NumberPart("value", right, box.top() + 17, size=VALUE_PX, right=True, framed=False)
    baseline = _number_baseline(placed, places)
    below = box.bottom() - baseline >= theme.reading_px * 1.4
    shape = (places.text_x + theme.width(props.tag) + 2, places.track.top() + 7) if props.tag else None
    return NumberPart("value", places.text_x, baseline, size=VALUE_PX, unit_below=below, framed=False, alarm_at=shape)


def _number_baseline(placed: Placed, places: _Places) -> float:
    return places.track.top() + 13 + _label_rows(placed) * _LINE + 11


def _scale_mark(placed: Placed, places: _Places) -> tuple[float, float] | None:
    """Put the mark of a bar without a number under the words of its upper end; None is beside the top."""
    props = cast(Props, placed.props)
    if not props.ends or props.sideways:
        return None
    return places.text_x - 4, places.track.top() + READING_PX + 12


def _setpoint_mark(placed: Placed, places: _Places) -> tuple[float, float]:
    """Put the quality mark of the set-point into the line of the unit."""
    facts = placed.facts.get("value")
    x = places.text_x + (placed.theme.width(facts.unit) + 10 if facts and facts.unit else 0)
    return x, _number_baseline(placed, places) + placed.theme.reading_px + 2


def _ends(painter: QtGui.QPainter, placed: Placed, places: _Places) -> None:
    """Write the ends of the range beside the scale, where the texts leave room."""
    theme, track, scale = placed.theme, places.track, places.scale
    for share, value in ((0.0, scale.low), (1.0, scale.high)):
        words = f"{value:g}".replace("-", MINUS)
        if scale.sideways:
            align = 1 if share == 0.0 else -1
            x = track.left() if share == 0.0 else track.right()
            theme.write(painter, x, track.bottom() + 19, words, align=align)
        else:
            y = track.bottom() - share * track.height()
            theme.write(painter, places.text_x, y + theme.reading_px * 0.36, words)


def _ticks(painter: QtGui.QPainter, places: _Places, theme: Theme) -> None:
    for limit in places.scale.limits:
        paint_tick(painter, places.track, places.scale, limit, theme)


def _hatching(
    places: _Places, rect: tuple[float, float, float, float], mark_at: tuple[float, float] | None
) -> PlatePart:
    """Declare the hatch over the whole track of a filled bar: an untrusted 0 has no filling that could carry it."""

    def paint(painter: QtGui.QPainter, track: QtCore.QRectF, state: int, theme: Theme) -> None:
        if state == UNKNOWN_STATE:
            paint_hatch(painter, track.adjusted(1, 1, -1, -1), theme.pen("hatch", 1.5), 5)

    return PlatePart("value", rect, paint, key=f"bar hatch {places.scale}", mark_at=mark_at)


def _filling(painter: QtGui.QPainter, _: QtCore.QRectF, state: int, theme: Theme, places: _Places) -> None:
    """Paint the full bar, pale when the value is not to be trusted: `_hatching` lies over it."""
    painter.setPen(theme.pen("edge", 1))
    painter.setBrush(theme.brush("bandS" if state == UNKNOWN_STATE else "bandline"))
    painter.drawRoundedRect(places.track.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    _ticks(painter, places, theme)


DRAWING = Bar()
