"""Draws the lamp: rays and a light disc for 1, a dark disc for 0, and the state in words. Window, GUI thread."""

import math
from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import Part, Placed, StatePart, WordPart
from hmi.display.symbols.bodies import LINE, circle, paint_body
from hmi.display.symbols.labels import state_words
from hmi.display.theme import Theme
from hmi.model.symbols.lamp import FAMILY, Props
from hmi.words import say

_SIZE = 30.0
"""Side of the square that holds disc and rays, pixels."""
_DISC = 7.5
_RAYS = 8
_GAP = 8
_WORDS = 120
"""Least room of the words, pixels: "state unknown" is the longest."""
_COLUMN = 0.55
"""Where the words of the state begin, as a share of the width, so that lamps under each other line up."""


class Lamp:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write tag name and title."""
        props, theme = cast(Props, placed.props), placed.theme
        x, baseline = _text_left(placed), _baseline(placed)
        if props.tag:
            x += theme.write(painter, x, baseline, props.tag, weight=600, token="ink") + _GAP
        theme.write(painter, x, baseline, theme.shortened(placed.say(props.title), placed.box.right() - x))

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the lamp and its words."""
        props, box, theme = cast(Props, placed.props), placed.box, placed.theme
        size = min(_SIZE, box.height(), box.width())
        rect = (box.left(), box.center().y() - size / 2, size, size)
        mark = (box.left() + size + 4, box.center().y())
        lamp = StatePart("value", rect, (0, 1), paint_lamp, key="lamp", mark_at=mark, above=0.5)
        if not props.word:
            return (lamp,)
        title = placed.say(props.title)
        end = _text_left(placed)
        end += theme.width(props.tag, theme.reading_px, 600) + _GAP if props.tag else 0
        end += theme.width(title, theme.reading_px) + _GAP if title else 0
        labelled = bool(props.tag or title)
        x = max(end, box.left() + box.width() * _COLUMN) if labelled else end
        words = state_words(placed, "value", "symbols.on", "symbols.off")
        if props.on or props.off:
            words = {**_own(placed), **{n: placed.say(text) for n, text in ((0, props.off), (1, props.on)) if text}}
        width = max(float(_WORDS), box.right() - x)
        return lamp, WordPart("value", x, _baseline(placed), align=1, words=words, width=width, weight=600, role="ink")


def _own(placed: Placed) -> dict[int, str]:
    """Give the tag's words for 0 and 1, those of the catalogue where it has none."""
    facts = placed.facts.get("value")
    states = facts.states if facts is not None else {}
    found = {n: placed.say(states[str(n)]) for n in (0, 1) if str(n) in states}
    return found if len(found) == 2 else {**_plain(placed), **found}


def _plain(placed: Placed) -> dict[int, str]:
    return {0: say("symbols.off", placed.language), 1: say("symbols.on", placed.language)}


def _text_left(placed: Placed) -> float:
    return placed.box.left() + min(_SIZE, placed.box.height()) + _GAP


def _baseline(placed: Placed) -> float:
    return round(placed.box.center().y() + placed.theme.reading_px * 0.36)


def paint_lamp(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
    """Paint one picture of a lamp.

    Args:
        painter: of the picture.
        rect: a square; the disc takes half of it, the rays the rest.
        state: 1 light with rays, 0 dark without, UNKNOWN_STATE hatched.
        theme: colours.
    """
    scale = rect.width() / _SIZE
    paint_body(painter, circle(rect.center(), _DISC * scale), state, theme)
    if state != 1:
        return
    painter.setPen(theme.pen("edge", LINE, round_caps=True))
    for number in range(_RAYS):
        turn = number * 2 * math.pi / _RAYS
        way = QtCore.QPointF(math.cos(turn), math.sin(turn)) * scale
        painter.drawLine(rect.center() + way * (_DISC + 3), rect.center() + way * (_DISC + 6))


DRAWING = Lamp()
