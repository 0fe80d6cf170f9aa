"""Where the alarm of a tag is shown on a laid-out screen, by what shows the tag and where that stands.

LOOK.md section 5: a value on the mimic gets one frame; cards, lists, tables and scales carry the small shape; a machine
has the shape beside its tag, a device in the chip that names the cause. Used by `alarm_marks.py` when the alarms or the
screen have changed. Window, GUI thread.
"""

import msgspec
import numpy as np
from PySide6 import QtCore

from hmi.display.alarm_shapes import FRAME, LIST, MIMIC, TABLE, reach
from hmi.display.fragments import WIDTH, Rows, X
from hmi.display.hit import Target
from hmi.display.laid_out import Kind
from hmi.display.lay_numbers import decimals_of
from hmi.display.numbers import AGE_LEAD, AGE_TAIL, MARK, SIGN, UNIT, WHOLE
from hmi.display.numbers import ROWS as NUMBER_ROWS
from hmi.display.painted import PaintedCause
from hmi.display.stage import Stage
from hmi.display.theme import MINUS
from hmi.model.health import device_path
from hmi.model.symbols.schema import Palette
from hmi.words import say

_DIGITS: Rows = np.array([*range(SIGN, UNIT + 1), WHOLE], dtype=np.intp)
"""Rows of a number without its hatch, line, mark and age."""
_ALL: Rows = np.array([*range(SIGN, UNIT + 1), MARK, AGE_LEAD, AGE_TAIL, WHOLE], dtype=np.intp)
_TABLE_PX = 18
"""Digits up to this height are those of a table."""
_BESIDE = 4.0
"""Between digits and shape, pixels."""
PAD_X, PAD_Y, WIDE_PAD_Y = 7.0, 7.0, 10.0
"""Between a value and its frame, pixels; the last is over and under one whose shape stands inside."""
ROOM = 11.0
"""Left of a value for the half of its shape that lies in the frame, pixels."""


class Spot(msgspec.Struct, frozen=True):
    """One place for the alarm of one tag."""

    path: str
    number: int = -1
    """Among the numbers of the screen; -1 for none."""
    framed: bool = False
    chip: int = -1
    """Index among the painted cells; -1 for none."""
    box: QtCore.QRectF | None = None
    """Of the element, where there is neither number nor chip."""


def spots_of(stage: Stage, path: str) -> list[Spot]:
    """Choose where the alarm of a tag is shown: at most one of the places is framed.

    Args:
        stage: the screen.
        path: of the tag.
    """
    found = [
        Spot(path, chip=place)
        for place, (painted, _) in stage.layout.painted.items()
        if isinstance(painted, PaintedCause) and painted.device and device_path(painted.device, "State") == path
    ]
    source = stage.bindings.known_source(path)
    if not source:
        return found
    targets = {target.number: target for target in stage.targets}
    numbers = _numbers_of(stage, source)
    places = stage.layout.numbers
    values = [
        number for number, element in numbers if places[number].framed and _on_mimic(stage.targets, targets[element])
    ]
    frame = max(values, key=lambda number: places[number].size, default=-1)
    found += [Spot(path, number, framed=True) for number, _ in numbers if number == frame]
    found += [Spot(path, number) for number, _ in numbers if number != frame]
    counted = {element for _, element in numbers}
    machines = [
        target
        for target in stage.targets
        if path in target.names.values() and target.number not in counted and _carries_shape(target, alone=not found)
    ]
    found += [Spot(path, box=target.box) for target in machines[:1]]
    return found


def _numbers_of(stage: Stage, source: int) -> list[tuple[int, int]]:
    """Give the numbers that show a source, each with the number of its element."""
    parts = np.flatnonzero((stage.source == source) & (stage.kind == Kind.NUMBER))
    return [(int(stage.index[part]), int(stage.element[part])) for part in parts.tolist()]


def _on_mimic(targets: list[Target], target: Target) -> bool:
    """Tell whether an element stands on a mimic: on no card, or on one that holds equipment or pipes."""
    middle = target.box.center()
    cards = [one.box for one in targets if one.card and one.box.contains(middle)]
    whole = QtCore.QRectF()
    for one in targets:
        if not one.card:
            whole = whole.united(one.box)
    cards = [card for card in cards if not card.contains(whole)]
    if not cards:
        return True
    card = max(cards, key=lambda one: one.width() * one.height())
    return any(
        one.palette in (Palette.EQUIPMENT, Palette.PIPING) and card.contains(one.box.center()) for one in targets
    )


def _carries_shape(target: Target, *, alone: bool) -> bool:
    """Tell whether an element without a number of the tag shows its alarm: machines, and lamps when nothing else."""
    return target.palette is Palette.EQUIPMENT or (alone and target.palette is Palette.INDICATOR)


def frame_of(stage: Stage, number: int, priority: int) -> tuple[QtCore.QRectF, QtCore.QPointF] | None:
    """Give the frame of a value, and the middle of the shape at its left; None when nothing is drawn.

    The shape stands inside where the element keeps room for it, else it rides on the edge of the frame: beside the
    value stand pipes, walls and labels.
    """
    digits = _extent(stage, number, _DIGITS)
    if digits is None:
        return None
    edge = stage.layout.numbers[number].frame_left
    left = None if edge is None else edge - PAD_X
    half = reach(MIMIC, priority) - FRAME
    if left is not None and digits.left() - left >= 2 * half + 3 * PAD_X:
        box = QtCore.QRectF(
            left, digits.top() - WIDE_PAD_Y, digits.right() + PAD_X - left, digits.height() + 2 * WIDE_PAD_Y
        )
        return box, QtCore.QPointF(left + 2 * PAD_X + half, box.center().y())
    box = digits.adjusted(-PAD_X - ROOM, -PAD_Y, PAD_X, PAD_Y)
    return box, QtCore.QPointF(box.left(), box.center().y())


def words_in(stage: Stage, number: int, box: QtCore.QRectF, priority: int) -> str:
    """Give the outermost limit that a framed value is beyond, in words; empty where the frame has no room for it.

    Args:
        stage: the screen.
        number: that is framed.
        box: of the frame.
        priority: of the alarm.
    """
    part = int(np.flatnonzero((stage.kind == Kind.NUMBER) & (stage.index == number))[0])
    source, digits = int(stage.source[part]), _extent(stage, number, _ALL)
    target = next((one for one in stage.targets if one.number == int(stage.element[part])), None)
    names = target.names if target is not None else {}
    slot = next((one for one, path in names.items() if stage.bindings.known_source(path) == source), "")
    if target is None or not slot or target.facts is None or digits is None:
        return ""
    facts, value = target.facts[slot], float(stage.bindings.values[source])
    found = [
        (name, limit)
        for name in ("high_high", "high", "low_low", "low")
        if (limit := getattr(facts.limits, name)) is not None
        and (value > limit if name.startswith("high") else value < limit)
    ]
    if not found:
        return ""
    name, limit = found[0]
    number_words = f"{limit:.{decimals_of(facts)}f}".replace("-", MINUS)
    words = f"{say(f'symbols.{name}', stage.language)} {number_words}"
    room = digits.left() - box.left() - 3 * PAD_X - 2 * (reach(MIMIC, priority) - FRAME)
    return words if stage.theme.width(words, None, 600) + 2 * PAD_X <= room else ""


def shape_beside(stage: Stage, number: int, priority: int) -> tuple[QtCore.QPointF, float] | None:
    """Give middle and half-size of the small shape beside a number; None when nothing is drawn.

    Args:
        stage: the screen.
        number: which.
        priority: of the alarm.
    """
    place = stage.layout.numbers[number]
    box = _extent(stage, number, _ALL)
    if box is None:
        return None
    half = TABLE if place.size <= _TABLE_PX else LIST
    room = reach(half, priority)
    if place.alarm_at is not None:
        x, y = place.alarm_at
        return QtCore.QPointF(x + room, y), half
    x = box.left() - _BESIDE - room if place.right else box.right() + _BESIDE + room
    return QtCore.QPointF(x, box.center().y()), half


def shape_in_chip(stage: Stage, chip: int) -> tuple[QtCore.QPointF, float] | None:
    """Give middle and half-size of the shape in a chip; None while there is no chip, or no room was made in it."""
    painted, _ = stage.layout.painted[chip]
    if not isinstance(painted, PaintedCause) or painted.shape_at is None:
        return None
    place = stage.layout.over[chip]
    return QtCore.QPointF(place.x / stage.scale, place.y / stage.scale) + painted.shape_at, TABLE


def shape_of_machine(box: QtCore.QRectF) -> tuple[QtCore.QPointF, float]:
    """Give middle and half-size of the shape at a machine: its upper right corner."""
    return QtCore.QPointF(box.right() - 6, box.top() + 6), MIMIC


def _extent(stage: Stage, number: int, rows: Rows) -> QtCore.QRectF | None:
    numbers, fragments = stage.numbers, stage.fragments
    drawn = numbers.first + number * NUMBER_ROWS + rows
    drawn = drawn[fragments.alive[drawn]]
    if not len(drawn):
        return None
    half = fragments.rows[drawn, WIDTH] / 2
    left = float((fragments.rows[drawn, X] - half).min()) / stage.scale
    right = float((fragments.rows[drawn, X] + half).max()) / stage.scale
    baseline = float(numbers.baseline[number]) / stage.scale
    size = float(numbers.size[number]) / stage.scale
    return QtCore.QRectF(left, baseline - 0.74 * size, right - left, 0.74 * size)
