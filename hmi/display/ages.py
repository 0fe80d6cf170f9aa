"""Ages of stale values: "48 s", "6:12", "3 h", "12 d". One number a part and second, two pictures, no string.

Window, GUI thread.
"""

import numpy as np
import numpy.typing as npt
from PySide6 import QtGui

from hmi.display.atlas import Atlas
from hmi.display.digits import DigitFonts
from hmi.display.fragments import F8, Fragments, Rows
from hmi.display.theme import Theme

I8 = npt.NDArray[np.int64]
NONE = -1
WEIGHT = 600
_GAP = 4
_TAILS = 64
"""Tails: 0 to 59 are seconds after minutes, then s, h, d."""
TAILS = (*(f":{number:02}" for number in range(60)), " s", " h", " d")
_SECONDS, _HOURS, _DAYS = 60, 61, 62


def age_codes(age_ns: I8) -> I8:
    """Turn ages into what is shown of them: leading number x 64 + tail. Up to 99 s, 99:59 min, 99 h, 99 d."""
    seconds = np.maximum(age_ns // 1_000_000_000, 0)
    minutes, hours = seconds // 60, seconds // 3600
    code = np.minimum(hours // 24, 99) * _TAILS + _DAYS
    code = np.where(hours < 100, hours * _TAILS + _HOURS, code)
    code = np.where(minutes < 100, minutes * _TAILS + seconds % 60, code)
    return np.where(seconds < 100, seconds * _TAILS + _SECONDS, code)


class AgeCells:
    """The pictures that ages are made of."""

    def __init__(self, atlas: Atlas, fonts: DigitFonts, theme: Theme) -> None:
        """Make room for them, reading size, 600, `ink`."""
        self._atlas = atlas
        cells = fonts.cells(theme.reading_px, WEIGHT, "ink")
        self._digit, self._single, self._pair = cells.digit, cells.single, cells.pair
        metrics = theme.metrics(theme.reading_px, WEIGHT)
        rise = round(metrics.ascent() + 1)

        def paint(painter: QtGui.QPainter, *, index: int) -> None:
            theme.write(painter, 2, rise, TAILS[index], weight=WEIGHT, token="ink")

        width = max(theme.width(text, theme.reading_px, WEIGHT) for text in (":00", " s", " h", " d")) + 4
        height = rise + metrics.descent() + 1
        first = atlas.later("ages", len(TAILS), width, height, paint, dx=2, dy=rise)
        self._tails = np.arange(first, first + len(TAILS), dtype=np.intp)
        self._drop = theme.reading_px * 0.36 * atlas.scale
        self._gap = _GAP * atlas.scale

    def width(self, age: I8, table: F8) -> F8:
        """Give the room of ages with the gap before them, device pixels; 0 for NONE."""
        known = np.maximum(age, 0)
        wide = np.where(known // _TAILS >= 10, 2, 1) * self._digit + table[self._tails[known % _TAILS], 2]
        return np.where(age >= 0, wide + self._gap, 0.0)

    def place(self, fragments: Fragments, lead: Rows, tail: Rows, age: I8, x: F8, middle: F8, table: F8) -> None:
        """Put ages.

        Args:
            fragments: where to.
            lead: row of the leading number of each.
            tail: row of what follows.
            age: age code of each, NONE for none.
            x: right edge of the clock mark, device pixels.
            middle: middle of the mark's height, device pixels.
            table: `Atlas.columns`.
        """
        pick = np.flatnonzero(age >= 0)
        if not len(pick):
            return
        number = age[pick] // _TAILS
        baseline = middle[pick] + self._drop
        left = x[pick] + self._gap
        double = number >= 10
        leads, tails = np.where(double, self._pair, self._single) + number, self._tails[age[pick] % _TAILS]
        self._atlas.ensure(leads)
        self._atlas.ensure(tails)
        fragments.place(lead[pick], leads, table, left, baseline)
        left = left + np.where(double, 2, 1) * self._digit
        fragments.place(tail[pick], tails, table, left, baseline)


def short_age(age_ns: int) -> str:
    """Give an age as people read it: `12 s`, `6:12`, `1:05:09`."""
    seconds = age_ns // 1_000_000_000
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
