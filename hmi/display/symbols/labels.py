"""Where the label of a machine stands: tag name, title, and the words of its state in the line under them.

Beside the equipment, never across a pipe (LOOK.md section 7). Used by the drawings of machines. Window, GUI thread.
"""

from collections.abc import Mapping

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.parts import Placed, WordPart
from hmi.display.theme import READING_PX, Theme
from hmi.words import say

GAP = 8
"""Between a tag name and its title, pixels."""
LINE = 22
"""From one baseline of a label to the next, pixels."""
_BELOW = 20
_ABOVE = 9
_BESIDE = 10
_WORD_ROOM = 150


class Label(msgspec.Struct, frozen=True):
    """The label of one element."""

    tag: str
    title: str
    place: str
    """above, below, left, right or none."""
    lines: int = 1
    """Lines in all: the first holds tag name and title, where there is one."""

    @property
    def align(self) -> int:
        """Say where the edge lies, as `Theme.write` wants it."""
        return {"left": -1, "right": 1}.get(self.place, 0)

    def width(self, theme: Theme) -> float:
        """Give the width of tag name and title, pixels."""
        gap = GAP if self.tag and self.title else 0
        return theme.width(self.tag, theme.reading_px, 600) + gap + theme.width(self.title, theme.reading_px)

    def point(self, box: QtCore.QRectF, line: int) -> tuple[float, float]:
        """Give x (edge or middle, by `align`) and baseline of a line, counted from 0."""
        match self.place:
            case "above":
                return box.center().x(), round(box.top() - _ABOVE - (self.lines - 1 - line) * LINE)
            case "left" | "right":
                x = box.left() - _BESIDE if self.place == "left" else box.right() + _BESIDE
                first = box.center().y() + READING_PX * 0.36 - (self.lines - 1) * LINE / 2
                return x, round(first + line * LINE)
            case _:
                return box.center().x(), round(box.bottom() + _BELOW + line * LINE)


def label_of(tag: str, title: str, place: str, *, more: int = 0) -> Label:
    """Make a label; `more` counts the lines under tag name and title."""
    own = 1 if tag or title else 0
    return Label(tag, title, place, max(1, own + more))


def write_label(painter: QtGui.QPainter, label: Label, box: QtCore.QRectF, theme: Theme) -> None:
    """Write tag name (600) and title."""
    if label.place == "none" or not (label.tag or label.title):
        return
    x, baseline = label.point(box, 0)
    width = label.width(theme)
    x -= width / 2 if label.align == 0 else width if label.align < 0 else 0
    if label.tag:
        x += theme.write(painter, x, baseline, label.tag, weight=600, token="ink") + GAP
    if label.title:
        theme.write(painter, x, baseline, label.title)


def state_words(placed: Placed, slot: str, on: str, off: str) -> Mapping[int, str] | None:
    """Give the words of a state by number: None lets the tag's own speak, else those of two codes of the catalogue.

    Args:
        placed: the element.
        slot: whose tag is asked.
        on: code of the words for 1.
        off: code of the words for 0.
    """
    facts = placed.facts.get(slot)
    if facts is not None and facts.states:
        return None
    return {0: say(off, placed.language), 1: say(on, placed.language)}


def word_part(placed: Placed, label: Label, slot: str, words: Mapping[int, str] | None) -> WordPart:
    """Declare the words of the state in the line under tag name and title; the quality mark stands at the machine."""
    x, baseline = label.point(placed.box, label.lines - 1)
    return WordPart(slot, x, baseline, align=label.align, words=words, width=_WORD_ROOM, mark_at=corner(placed.box))


def corner(box: QtCore.QRectF) -> tuple[float, float]:
    """Give the place of a quality mark that no words carry: at the upper right corner, off the pipe's axis."""
    return box.right() + 2, box.top() + 8
