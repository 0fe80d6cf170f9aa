"""Round numbers beside an upright scale, as in a faceplate: chosen, measured and painted. Window, GUI thread."""

import math

from PySide6 import QtCore, QtGui

from hmi.display.scales import Scale
from hmi.display.theme import MINUS, Theme

TICK = 8
"""Length of a tick, pixels."""
_GAP = 5
_MOST = 6
"""Numbers beside one scale."""


def round_numbers(low: float, high: float, most: int = _MOST) -> list[float]:
    """Give round numbers from `low` to `high`, at most so many: steps of 1, 2, 2.5 or 5 times a power of ten."""
    step = round_step((high - low) / max(1, most - 1))
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def round_step(least: float) -> float:
    """Give the smallest round step that is no smaller than `least` (above 0)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= least * (1 - 1e-9))


def words_of(number: float) -> str:
    """Write a number of an axis."""
    return f"{round(number, 9):g}".replace("-", MINUS)


def axis_room(theme: Theme, scale: Scale) -> float:
    """Give the width of the widest number with its tick."""
    numbers = round_numbers(scale.low, scale.high)
    return max((theme.width(words_of(one)) for one in numbers), default=0.0) + _GAP


def paint_axis(painter: QtGui.QPainter, track: QtCore.QRectF, scale: Scale, theme: Theme, *, left: bool) -> None:
    """Paint numbers and ticks.

    Args:
        painter: of the static layer.
        track: of the scale.
        scale: its ends.
        theme: colours and fonts.
        left: at the left of the track, beyond the diamond of the set-point, or at its right.
    """
    edge = track.left() - TICK if left else track.right()
    for number in round_numbers(scale.low, scale.high):
        y = round(track.bottom() - scale.share(number) * track.height())
        painter.fillRect(QtCore.QRectF(edge, y - 0.5, TICK, 1), theme.colour("edge"))
        x = edge - 15 if left else edge + TICK + _GAP
        theme.write(painter, x, y + theme.reading_px * 0.36, words_of(number), align=-1 if left else 1)
