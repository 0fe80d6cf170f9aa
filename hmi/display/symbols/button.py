"""Draws the button: what stands on it, and whether the tag has its value now. Window, GUI thread."""

from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.marks import GAP, HEIGHT, paint_hatch
from hmi.display.parts import UNKNOWN_STATE, Part, Placed, PlatePart, StatePart, TouchPart
from hmi.display.symbols.bodies import paint_tick, rounded
from hmi.display.theme import Theme
from hmi.model.symbols.button import FAMILY, Props
from hmi.model.tag import DataType, TagFields

_RADIUS = 5
_PADDING = 10
_TICK = 24
"""Room of the tick at the left of the words, pixels."""
_MOST_STATES = 32


class Button:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Nothing stands still: ground, words and tick are one picture of the tag's state."""

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the button and the place that is clicked."""
        props, box = cast(Props, placed.props), placed.box
        words, primary = placed.say(props.title), props.primary
        rect = (box.left(), box.top(), box.width(), box.height())
        states = _states(placed.facts.get("value"), props.value)
        wanted = round(props.value)

        def paint(painter: QtGui.QPainter, picture: QtCore.QRectF, state: int, theme: Theme) -> None:
            known = state if state == UNKNOWN_STATE else int(state == wanted and bool(states))
            paint_button(painter, picture, known, theme, words=words, primary=primary)

        key = f"button {wanted} {primary} {words}"
        face: Part
        if states:
            face = StatePart("value", rect, states, paint, key=key, mark_at=_mark(placed), aged=False)
        else:
            face = PlatePart("value", rect, paint, key=f"{key} plate", mark_at=_mark(placed))
        return face, TouchPart("value", rect, value=props.value, confirm=props.confirm)


def _mark(placed: Placed) -> tuple[float, float]:
    """Put the quality mark at the right end of the button where its words leave room, else right of it."""
    words = placed.theme.width(placed.say(cast(Props, placed.props).title), placed.theme.reading_px, 600)
    inside = words + _TICK + 2 * (HEIGHT + 2 * GAP) <= placed.box.width()
    return placed.box.right() + (-HEIGHT - GAP if inside else GAP), placed.box.center().y()


def _states(facts: TagFields | None, value: float) -> tuple[int, ...]:
    """Give the numbers by which a picture says whether the tag has the value; none where it is no state."""
    if value != round(value) or facts is None:
        return ()
    if facts.states:
        numbers = {int(text) for text in facts.states if text.lstrip("-").isdigit()}
        return tuple(sorted({*numbers, round(value)}))
    if facts.type is DataType.BOOL:
        return (0, 1)
    low, high = facts.span.low, facts.span.high
    if low is not None and high is not None and 0 < high - low <= _MOST_STATES:
        return tuple(range(round(low), round(high) + 1))
    return ()


def paint_button(
    painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, words: str, primary: bool = False
) -> None:
    """Paint one picture of a button.

    Args:
        painter: of the picture.
        rect: of the button.
        state: 1 when the tag has the button's value (strong outline, tick; a bar where it is narrow),
            0 when not, UNKNOWN_STATE hatched.
        theme: colours and fonts.
        words: what stands on it.
        primary: dark ground.
    """
    ground, ink, line = ("mark", "markink", "mark") if primary else ("head", "ink", "edge")
    inner = rect.adjusted(1.25, 1.25, -1.25, -1.25)
    shape = rounded(inner, _RADIUS)
    painter.fillPath(shape, theme.brush(ground))
    has_tick = state == 1 and rect.width() >= 72
    room = rect.width() - 2 * _PADDING - (_TICK if has_tick else 0)
    shown = theme.shortened(words, room, theme.reading_px, 600)
    advance = theme.width(shown, theme.reading_px, 600)
    left = rect.center().x() - advance / 2 + (_TICK / 2 if has_tick else 0)
    baseline = round(rect.center().y() + theme.reading_px * 0.36)
    if state == UNKNOWN_STATE:
        painter.save()
        painter.setClipPath(shape, QtCore.Qt.ClipOperation.IntersectClip)
        paint_hatch(painter, inner, theme.pen("hatch", 1.5), 5.5)
        painter.restore()
        plate = QtCore.QRectF(left - 6, rect.center().y() - 12, advance + 12, 24)
        painter.fillPath(rounded(plate, 3), theme.brush(ground))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.setPen(theme.dashes(line, 1.5, 5, 3) if state == UNKNOWN_STATE else theme.pen(line, 1.5))
    if state == 1:
        painter.setPen(theme.pen("mark", 2.5))
        if not has_tick:
            foot = QtCore.QRectF(inner.left() + 5, inner.bottom() - 6, inner.width() - 10, 3)
            painter.fillRect(foot, theme.colour(ink))
    painter.drawPath(shape)
    if has_tick:
        paint_tick(painter, QtCore.QPointF(left - 14, rect.center().y()), theme.pen(ink, 2, round_caps=True))
    theme.write(painter, left, baseline, shown, weight=600 if primary or state == 1 else 500, token=ink)


DRAWING = Button()
