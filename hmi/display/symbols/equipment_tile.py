"""Draws the equipment tile: name, state bar and counts of a machine (LOOK.md section 7). Window, GUI thread."""

from collections.abc import Mapping
from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.marks import HEIGHT
from hmi.display.parts import UNKNOWN_STATE, NumberPart, Part, Placed, StatePart
from hmi.display.symbols.bodies import paint_body, rounded
from hmi.display.theme import Theme
from hmi.model.symbols.equipment_tile import FAMILY, Props
from hmi.words import say

_RADIUS = 6
_EDGE = 1.5
_PADDING = 14
_TITLE = 26
"""From the top of the tile to the baseline of its name, pixels."""
_BAR_TOP = 37
_BAR_INSET = 12
_BAR = 26
_ROW = 27
"""From one count to the next; the first stands as far under the bar."""
_COUNT_PX = 19


class EquipmentTile:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint the block with its name and the names of the counts."""
        theme, box = placed.theme, placed.box
        painter.setPen(theme.pen("edge", _EDGE))
        painter.setBrush(theme.brush("head"))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), _RADIUS, _RADIUS)
        _title(painter, placed)
        room = min(box.width() / 2, box.width() - 2 * _PADDING - theme.width("0 000", _COUNT_PX, 600) - 6)
        for (_, title), baseline in zip(_counts(placed), _baselines(placed), strict=True):
            theme.write(painter, box.left() + _PADDING, baseline, theme.shortened(title, room))

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare state bar and counts."""
        props, box = cast(Props, placed.props), placed.box
        words, running = _words(placed), frozenset(props.running)
        unknown = say("display.state_unknown", placed.language)
        if placed.theme.width(unknown) > box.width() - 2 * _BAR_INSET - 8:
            unknown = say("display.unknown", placed.language)

        def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
            known = state if state == UNKNOWN_STATE else int(state in running)
            paint_state_bar(painter, rect, known, theme, words=words.get(state, unknown))

        rect = (box.left() + _BAR_INSET, box.top() + _BAR_TOP, box.width() - 2 * _BAR_INSET, float(_BAR))
        mark = (_title(None, placed), box.top() + _TITLE - placed.theme.reading_px * 0.36)
        key = f"tile {sorted(running)} {sorted(words.items())} {unknown}"
        parts: list[Part] = [StatePart("state", rect, tuple(sorted(words)), paint, key=key, mark_at=mark, aged=False)]
        for (slot, _), baseline in zip(_counts(placed), _baselines(placed), strict=True):
            parts.append(
                NumberPart(
                    slot,
                    box.right() - _PADDING,
                    baseline,
                    size=_COUNT_PX,
                    right=True,
                    unit="",
                    digits=9,
                    aged=False,
                    framed=False,
                )
            )
        return tuple(parts)


def _title(painter: QtGui.QPainter | None, placed: Placed) -> float:
    """Write tag name (600) and title; give where the quality mark of the state follows them. None only measures."""
    props, theme, box = cast(Props, placed.props), placed.theme, placed.box
    x, right = box.left() + _PADDING, box.right() - _PADDING
    for words, weight in ((props.tag, 600), (placed.say(props.title), 400)):
        if words and right > x:
            shown = theme.shortened(words, right - x, theme.reading_px, weight)
            if painter is not None:
                theme.write(painter, x, box.top() + _TITLE, shown, weight=weight, token="ink")
            x += theme.width(shown, theme.reading_px, weight) + 8
    return min(x, box.right() - HEIGHT - 2)


def _words(placed: Placed) -> Mapping[int, str]:
    """Give the words of each state: the tag's, else running and stopped."""
    facts = placed.facts.get("state")
    if facts is not None and facts.states:
        return {int(n): placed.say(text) for n, text in facts.states.items() if n.lstrip("-").isdigit()}
    names = dict.fromkeys(cast(Props, placed.props).running, say("symbols.running", placed.language))
    return {0: say("symbols.stopped", placed.language)} | names


def _counts(placed: Placed) -> list[tuple[str, str]]:
    """Give slot and name of the counts that are bound."""
    props = cast(Props, placed.props)
    both = (("count", placed.say(props.count_title)), ("extra", placed.say(props.extra_title)))
    return [(slot, title) for slot, title in both if slot in placed.bound]


def _baselines(placed: Placed) -> list[float]:
    first = placed.box.top() + _BAR_TOP + _BAR + _ROW
    return [first + number * _ROW for number in range(len(_counts(placed)))]


def paint_state_bar(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, words: str) -> None:
    """Paint the state bar of a machine with its words.

    Args:
        painter: of the picture.
        rect: 26 px high in a tile.
        state: 1 producing (light, outlined), 0 not (dark), UNKNOWN_STATE hatched.
        theme: colours and fonts.
        words: of the state.
    """
    paint_body(painter, rounded(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4), state, theme, 0 if state == 0 else 1.5)
    weight = 400 if state == UNKNOWN_STATE else 600
    shown = theme.shortened(words, rect.width() - 8, theme.reading_px, weight)
    if state == UNKNOWN_STATE:
        width = min(theme.width(shown, theme.reading_px, weight) + 8, rect.width() - 4)
        plate = QtCore.QRectF(rect.center().x() - width / 2, rect.top() + 2, width, rect.height() - 4)
        painter.fillRect(plate, theme.colour("card"))
    token = {0: "offink", 1: "off"}.get(state, "ink")
    baseline = round(rect.center().y() + theme.reading_px * 0.36)
    theme.write(painter, rect.center().x(), baseline, shown, weight=weight, token=token, align=0)


DRAWING = EquipmentTile()
