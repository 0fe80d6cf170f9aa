"""Draws a loop in one line of a table: measured value, set-point, output, mode (LOOK.md 9). Window, GUI thread."""

from collections.abc import Mapping
from typing import cast

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, FaceplateSubject, NumberPart, OpenPart, Part, Placed, StatePart
from hmi.display.symbols.bodies import paint_body, rounded
from hmi.display.symbols.numeric_entry import ramp_part
from hmi.display.theme import Theme
from hmi.model.symbols.loop_row import FAMILY, Props
from hmi.model.text import Text

_NUMBER_PX = 18
_GAP = 9
_CHIP = 26
_CHIP_LEAST = 50
_CHIP_INSET = 9
"""From the right end of the row to the chip, pixels: its quality mark stands there, half in the card's padding."""
_CHIP_PADDING = 9
_MARK_GAP = 3
"""Between a number and its mark: rows of a small screen have no room for more."""
_SLOTS = ("pv", "sp", "out")
_TWO_LINES = 40
"""Least height of a row with a second line, pixels."""
_RAMP = 90
"""Room of the second line, pixels: there is none for the rate."""
_RAISED, _LOWER = 7, 11
"""How far the two lines stand from the middle, pixels, while there are two."""
LOOP_SLOTS = (*_SLOTS, "mode")
LEAST = 32
"""Smallest edge of a place for pointers, pixels."""


class LoopRow:
    """See `Drawing`."""

    family = FAMILY

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Write the name of the loop and draw the rule under the row."""
        props, theme, box = cast(Props, placed.props), placed.theme, placed.box
        x = box.left()
        room = box.left() + box.width() * _ends(props)[0] - theme.width("000.0", _NUMBER_PX, 600)
        for words, weight, token in ((props.tag, 600, "ink"), (placed.say(props.title), 400, "ink2")):
            if words and room > x:
                shown = theme.shortened(words, room - x, theme.reading_px, weight)
                x += (
                    theme.write(painter, x, _baseline(placed, theme.reading_px), shown, weight=weight, token=token)
                    + _GAP
                )
        if props.rule:
            y = round(box.bottom()) - 0.5
            painter.setPen(theme.pen("line1", 1))
            painter.drawLine(QtCore.QPointF(box.left(), y), QtCore.QPointF(box.right(), y))

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare the numbers and the mode."""
        props, box = cast(Props, placed.props), placed.box
        parts: list[Part] = []
        for slot, share in zip(_SLOTS, _ends(props), strict=False):
            if slot in placed.bound:
                right = round(box.left() + box.width() * share)
                baseline = _baseline(placed, _NUMBER_PX)
                if slot == "sp" and _two_lines(placed):
                    ramp = ramp_part(placed, "sp", right, baseline + _LOWER, _RAMP)
                    parts.extend([ramp] if ramp is not None else [])
                parts.append(
                    NumberPart(
                        slot,
                        right,
                        baseline,
                        size=_NUMBER_PX,
                        right=True,
                        unit="",
                        setpoint=slot == "sp",
                        aged=False,
                        mark_gap=_MARK_GAP,
                        framed=False,
                        lift=_RAISED if slot == "sp" and _two_lines(placed) else 0,
                    )
                )
        if "mode" in placed.bound:
            parts.append(_mode(placed, props))
        parts.extend(loop_opens(placed, props.tag, props.title, props.normal_mode))
        return tuple(parts)


def loop_opens(placed: Placed, tag: str, title: Text, normal_mode: int = 1) -> tuple[OpenPart, ...]:
    """Let an element whose slots are those of a loop open its faceplate; none without a measured value.

    Args:
        placed: the element.
        tag: name of the loop; empty takes the path of its measured value.
        title: what it is; empty takes the title of its measured value.
        normal_mode: state number of the normal mode.
    """
    paths = {slot: placed.names[slot] for slot in LOOP_SLOTS if slot in placed.names}
    if "pv" not in paths:
        return ()
    box = placed.box
    high, wide = max(0.0, LEAST - box.height()) / 2, max(0.0, LEAST - box.width()) / 2
    grown = box.adjusted(-wide, -high, wide, high)
    named = tag or paths["pv"].rpartition("/")[2].removesuffix(".PV")
    words = title or placed.facts["pv"].title
    subject = FaceplateSubject("loop", named, words, paths, normal_mode)
    return (OpenPart(subject, (grown.x(), grown.y(), grown.width(), grown.height())),)


def _two_lines(placed: Placed) -> bool:
    """Tell whether the working set-point stands under the set-point."""
    return "working" in placed.bound and placed.box.height() >= _TWO_LINES


def _ends(props: Props) -> tuple[float, ...]:
    """Give the right ends of the four columns as shares; those that are missing take their defaults."""
    return (*props.columns, *Props().columns[len(props.columns) :])[:4]


def _baseline(placed: Placed, size: float) -> float:
    return round(placed.box.center().y() + size * 0.36)


def _mode(placed: Placed, props: Props) -> StatePart:
    """Declare the mode, centred in a column as wide as its longest word."""
    theme, box = placed.theme, placed.box
    words = _words(placed)
    widest = max((theme.width(word, theme.reading_px, 600) for word in words.values()), default=0.0)
    ends = _ends(props)
    room = box.width() * (ends[3] - ends[2]) - _CHIP_INSET - 8
    width = round(min(max(_CHIP_LEAST, widest + 2 * _CHIP_PADDING), room))
    normal = props.normal_mode

    def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
        paint_mode(painter, rect, state, theme, words=words.get(state, "?"), normal=state == normal)

    left = box.left() + round(box.width() * ends[3]) - _CHIP_INSET - width
    rect = (left, box.center().y() - _CHIP / 2, float(width), float(_CHIP))
    mark = (left + width + 2, box.center().y())
    key = f"mode {normal} {sorted(words.items())}"
    return StatePart("mode", rect, tuple(sorted(words)), paint, key=key, mark_at=mark, aged=False)


def _words(placed: Placed) -> Mapping[int, str]:
    """Give the words of the modes: the tag's, else the bare numbers."""
    facts = placed.facts.get("mode")
    states = facts.states if facts is not None else {}
    words = {int(n): placed.say(text) for n, text in states.items() if n.lstrip("-").isdigit()}
    return words or {n: str(n) for n in range(8)}


def paint_mode(
    painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme, *, words: str, normal: bool
) -> None:
    """Paint a mode: plain words when it is the normal one, else on a dark chip, hatched when not known.

    Args:
        painter: of the picture.
        rect: of the chip.
        state: number of the mode, or UNKNOWN_STATE.
        theme: colours and fonts.
        words: of the mode.
        normal: whether it is the normal mode.
    """
    baseline = round(rect.center().y() + theme.reading_px * 0.36)
    middle = rect.center().x()
    if state == UNKNOWN_STATE:
        paint_body(painter, rounded(rect.adjusted(1, 1, -1, -1), 4), UNKNOWN_STATE, theme, 1.5)
        painter.fillRect(QtCore.QRectF(middle - 10, rect.top() + 3, 20, rect.height() - 6), theme.colour("card"))
        theme.write(painter, middle, baseline, "?", weight=600, token="ink", align=0)
        return
    if not normal:
        painter.fillPath(rounded(rect, 4), theme.brush("mark"))
    weight, token = (400, "ink2") if normal else (600, "markink")
    shown = theme.shortened(words, rect.width() - 4, theme.reading_px, weight)
    theme.write(painter, middle, baseline, shown, weight=weight, token=token, align=0)


DRAWING = LoopRow()
