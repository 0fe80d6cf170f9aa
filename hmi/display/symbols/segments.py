"""Draws the states of a tag side by side, the present one dark (LOOK.md, faceplate). Window, GUI thread."""

from functools import partial
from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.marks import HEIGHT, paint_hatch
from hmi.display.parts import UNKNOWN_STATE, Part, Placed, StatePart, TouchPart
from hmi.display.symbols.bodies import rounded
from hmi.display.theme import Theme
from hmi.model.symbols.segments import FAMILY, Props

_RADIUS = 5
_RAIL = 3
"""Between the rail and the dark segment, pixels."""
_PADDING = 6


class Segments:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Nothing stands still: rail and words are one picture of the tag's state."""

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the picture and a place for each segment."""
        props, box = cast(Props, placed.props), placed.box
        words = segment_words(placed, props.states)
        rect = (box.left(), box.top(), box.width(), box.height())
        paint = partial(paint_segments, words=tuple(words.values()), states=tuple(words))
        mark = (box.right() - HEIGHT - 6, box.center().y())
        face = StatePart("value", rect, tuple(words), paint, key=f"segments {words}", mark_at=mark, aged=False)
        width = box.width() / len(words)
        touches = tuple(
            TouchPart(
                "value",
                (box.left() + place * width, box.top(), width, box.height()),
                value=float(state),
                confirm=props.confirm,
            )
            for place, state in enumerate(words)
        )
        return face, *touches


def segment_words(placed: Placed, wanted: tuple[int, ...] = ()) -> dict[int, str]:
    """Give the words of the segments in order: the tag's, else bare numbers.

    Args:
        placed: the element; its slot is `value`.
        wanted: numbers of states; empty takes all that have words.
    """
    facts = placed.facts.get("value")
    states = facts.states if facts is not None else {}
    known = {int(n): placed.say(text) for n, text in states.items() if n.lstrip("-").isdigit()}
    order = wanted or tuple(sorted(known)) or (0, 1)
    return {state: known.get(state, str(state)) for state in order}


def paint_segments(
    painter: QtGui.QPainter,
    rect: QtCore.QRectF,
    state: int,
    theme: Theme,
    *,
    words: tuple[str, ...],
    states: tuple[int, ...],
) -> None:
    """Paint one picture of the segments.

    Args:
        painter: of the picture.
        rect: of all of them.
        state: the present one; UNKNOWN_STATE hatches the rail.
        theme: colours and fonts.
        words: of each segment.
        states: number of each segment.
    """
    rail = rounded(rect.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS)
    painter.fillPath(rail, theme.brush("well"))
    if state == UNKNOWN_STATE:
        painter.save()
        painter.setClipPath(rail, QtCore.Qt.ClipOperation.IntersectClip)
        paint_hatch(painter, rect, theme.pen("hatch", 1.1), 6)
        painter.restore()
    painter.setPen(theme.pen("edge", 1.5))
    painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    painter.drawPath(rail)
    width = rect.width() / len(words)
    baseline = round(rect.center().y() + theme.reading_px * 0.36)
    for place, (number, word) in enumerate(zip(states, words, strict=True)):
        left = rect.left() + place * width
        chosen = number == state
        shown = theme.shortened(word, width - 2 * _PADDING, theme.reading_px, 600)
        if chosen:
            inner = QtCore.QRectF(left + _RAIL, rect.top() + _RAIL, width - 2 * _RAIL, rect.height() - 2 * _RAIL)
            painter.fillPath(rounded(inner, _RADIUS - 1), theme.brush("mark"))
        elif state == UNKNOWN_STATE:
            half = theme.width(shown) / 2 + 5
            plate = QtCore.QRectF(left + width / 2 - half, rect.center().y() - 12, 2 * half, 24)
            painter.fillPath(rounded(plate, 3), theme.brush("well"))
        token = "markink" if chosen else "ink"
        theme.write(painter, left + width / 2, baseline, shown, weight=600 if chosen else 400, token=token, align=0)


DRAWING = Segments()
