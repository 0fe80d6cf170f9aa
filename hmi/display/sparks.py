"""A small trend inside a screen: the last minutes of one value, its end dot on the value that is shown.

It remembers what it was shown; when its screen opens it takes over what the window remembers (`memory.py`). Where no
value is to be trusted there is a gap. It scrolls by whole pixels. Window, GUI thread.
"""

import math
import time
from collections import deque
from collections.abc import Sequence

import numpy as np
from PySide6 import QtCore, QtGui

from hmi.display.alarm_shapes import TABLE, Shape, paint_shape
from hmi.display.item import RULES, Seen
from hmi.display.marks import HEIGHT, paint_dashes, paint_hatch, paint_mark
from hmi.display.painted import Glance
from hmi.display.parts import SparkPart
from hmi.display.theme import MINUS, Theme
from hmi.model.text import Language

_STEPS_S = (10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 86400)
"""Distances of clock times that are used."""
_LEAST_PX = 90
"""Least distance of two clock times, pixels."""
_LINE_PX = 20
"""Height of a line of words at the right."""
_DOT = 6
_MARK_GAP = 4
_LEAST_SHARE = 0.02
"""Narrowest range of a trend that follows its curve, as a share of the whole."""
_LOOSE = 4
"""How much wider than what is shown its range may become before it is drawn anew."""
_Words = list[tuple[float, str, str, Seen]]
"""Height, words, colour and mark of each line of words at the right."""


def lost(seen: Seen) -> bool:
    """Tell whether nothing is known of a value at this moment, so that a trend has a gap: bad, stale, silent."""
    rule = RULES[seen]
    return rule.dashes or rule.hatched or rule.muted


class PaintedSpark:
    """One trend. A sample is kept for each pixel column; the newest value holds until now."""

    ages = False

    def __init__(self, sources: tuple[int, ...], part: SparkPart, theme: Theme, language: Language) -> None:
        """Begin empty; the second source, where there is one, is the set-point."""
        self.sources = sources
        self._part, self._theme, self._language = part, theme, language
        self._width, self._height = part.rect[2], part.rect[3]
        self.seconds = part.seconds
        self.alarm = 0
        """Priority of the alarm that the value is in; 0 for none."""
        self._low, self._high = part.low, part.high
        self._steady = not part.fit
        self.period_s = part.seconds / max(2.0, self._width)
        """Time of one pixel column."""
        self._samples: deque[tuple[float, float]] = deque()
        """(monotonic seconds, value or NaN)"""

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Keep the value and paint ground, band, limits, line, dot and words."""
        glance, theme = glances[0], self._theme
        rule = RULES[glance.seen]
        value = math.nan if rule.dashes or rule.hatched else glance.value
        self._keep(glance.now_s, math.nan if lost(glance.seen) else value)
        ground = QtCore.QRectF(0, 0, self._width, self._height)
        painter.fillRect(ground, theme.colour("track"))
        if not self._steady:
            self._fit([value, *([glances[1].value] if len(glances) > 1 else [])])
        self._clock_times(painter, glance.wall_s)
        self._band(painter)
        if rule.hatched:
            paint_hatch(painter, ground, theme.pen("hatch", 1.1), 6)
        words = self._limits(painter)
        words += self._setpoint(painter, glances[1], glance.seen) if len(glances) > 1 else []
        self._line(painter, glance.now_s)
        if rule.dashes:
            middle = QtCore.QPointF(self._width / 2 - 14, self._height / 2)
            paint_dashes(painter, middle, 1.0, theme.pen("ink2", 2))
        elif not rule.hatched:
            self._flag(painter, glance.now_s, value)
            self._dot(painter, value, solid=rule.solid)
        if self._part.margin > 2 * _DOT:
            self._words(painter, words)

    # ------------------------------------------------------------------------------------------- samples

    def _keep(self, now: float, value: float) -> None:
        """Add a sample, or replace the newest while its pixel column lasts; forget what has left the picture."""
        samples = self._samples
        if len(samples) > 1 and now - samples[-2][0] < self.period_s:
            samples[-1] = (now, value)
        else:
            samples.append((now, value))
        while samples and now - samples[0][0] > self._part.seconds:
            samples.popleft()

    def recall(self, stamps: Sequence[float], values: Sequence[float]) -> None:
        """Take over what was remembered, in place of what this trend saw itself; one sample a pixel column.

        Args:
            stamps: monotonic seconds, ascending.
            values: one each; NaN is a gap.
        """
        column = np.floor(np.asarray(stamps) / self.period_s)
        gaps = np.isnan(np.asarray(values, dtype=np.float64))
        kept = np.diff(column, append=np.inf) > 0
        kept[1:] |= gaps[1:] & ~gaps[:-1]
        self._samples = deque((stamps[at], values[at]) for at in np.flatnonzero(kept).tolist())

    def _fit(self, now: list[float]) -> None:
        """Let the range follow what is shown, in round steps and rarely, inside the range of the part."""
        from hmi.display.axes import round_step  # faceplates alone have such trends

        part = self._part
        found = [value for _, value in self._samples if not math.isnan(value)]
        found += [value for value in (*now, *(part.normal or ())) if not math.isnan(value)]
        if not found:
            return
        low, high = max(min(found), part.low), min(max(found), part.high)
        room = max(high - low, (part.high - part.low) * _LEAST_SHARE)
        fits = self._low <= low and high <= self._high and self._high - self._low <= _LOOSE * room
        if fits and (self._low, self._high) != (part.low, part.high):
            return
        step = round_step(room / 2)
        self._low = max(part.low, math.floor((low - room * 0.15) / step) * step)
        self._high = min(part.high, max(math.ceil((high + room * 0.15) / step) * step, self._low + step))

    def _y(self, value: float) -> float:
        """Give the height of a value, clipped to the picture."""
        share = (value - self._low) / (self._high - self._low)
        return self._height * (1 - min(max(share, 0.0), 1.0))

    # ------------------------------------------------------------------------------------------- behind the line

    def _clock_times(self, painter: QtGui.QPainter, wall_s: float) -> None:
        """Paint the time grid at round clock times, never as minutes before now, and the times below it."""
        if not wall_s or not self._part.clock:
            return
        theme, seconds = self._theme, self._part.seconds
        step = next((one for one in _STEPS_S if one / seconds * self._width >= _LEAST_PX), _STEPS_S[-1])
        shift = time.localtime(wall_s).tm_gmtoff or 0
        first = math.ceil((wall_s - seconds + shift) / step) * step - shift
        for number in range(int((wall_s - first) // step) + 1):
            stamp = first + number * step
            x = round(self._width - (wall_s - stamp) / self.period_s)
            painter.fillRect(QtCore.QRectF(x, 0, 1, self._height), theme.colour("hair"))
            text = time.strftime("%H:%M" if step >= 60 else "%H:%M:%S", time.localtime(stamp))
            half = theme.width(text) / 2
            if half <= x <= self._width - half:
                theme.write(painter, x, self._height + 19, text, align=0)

    def _band(self, painter: QtGui.QPainter) -> None:
        if self._part.normal is None:
            return
        low, high = (round(self._y(one)) for one in self._part.normal)
        if low == high:
            return
        painter.fillRect(QtCore.QRectF(0, high, self._width, low - high), self._theme.colour("band"))
        for edge in (low, high):
            painter.fillRect(QtCore.QRectF(0, edge - 0.5, self._width, 1), self._theme.colour("bandline"))

    def _limits(self, painter: QtGui.QPainter) -> _Words:
        """Paint the limits; give the words of each."""
        painter.setPen(self._theme.dashes("mark", 1.5, 5, 3))
        limits = [(value, words) for value, words in self._part.limits if self._low <= value <= self._high]
        for value, _ in limits:
            painter.drawLine(QtCore.QPointF(0, self._y(value)), QtCore.QPointF(self._width, self._y(value)))
        found = [(self._y(value), words, "ink", Seen.GOOD) for value, words in limits]
        if self._part.fit:
            taken = {value for value, _ in limits}
            ends = [value for value in (self._low, self._high) if value not in taken]
            found += [(self._y(value), f"{value:g}".replace("-", MINUS), "ink2", Seen.GOOD) for value in ends]
        return found

    def _setpoint(self, painter: QtGui.QPainter, glance: Glance, said: Seen) -> _Words:
        """Paint the set-point: dashed when it is not to be trusted, left out when there is none or it is bad.

        Its mark is left out where the value beside the title has the same: `said`.
        """
        rule, theme = RULES[glance.seen], self._theme
        if rule.dashes or rule.hatched:
            return []
        y = self._y(glance.value)
        painter.setPen(theme.pen("sp", 1.5) if rule.solid else theme.dashes("sp", 1.5, 2, 4))
        painter.drawLine(QtCore.QPointF(0, y), QtCore.QPointF(self._width, y))
        if not self._part.setpoint_word:
            return []
        number = f"{glance.value:.{self._part.decimals}f}".replace("-", MINUS)
        mark = glance.seen if rule.mark and glance.seen not in (said, Seen.SILENT) else Seen.GOOD
        return [(y, f"{self._part.setpoint_word} {number}", "sp", mark)]

    # ------------------------------------------------------------------------------------------- the line

    def _line(self, painter: QtGui.QPainter, now: float) -> None:
        """Paint the line up to now, with gaps where there was no value to trust."""
        painter.setPen(self._theme.pen("trend", 1.75, round_caps=True))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        run: list[QtCore.QPointF] = []
        for stamp, sample in [*self._samples, (now, math.nan)]:
            if not math.isnan(sample):
                x = max(0.0, self._width - (now - stamp) / self.period_s)
                run.append(QtCore.QPointF(x, self._y(sample)))
                continue
            if len(run) > 1:
                painter.drawPolyline(run)
            run = []

    def crossed(self, value: float) -> tuple[float, float] | None:
        """Give when the curve crossed the limit that the value is beyond, and that limit; the outermost of several.

        Args:
            value: that is shown.

        Returns:
            Monotonic seconds of the first sample beyond the limit since it was last inside, and the limit; None when
            the value is inside all limits, or when the crossing is not in the picture.
        """
        part = self._part
        low, high = part.normal if part.normal is not None else (part.low, part.high)
        middle = (low + high) / 2
        beyond = [limit for limit, _ in part.limits if (value - limit) * (middle - limit) < 0]
        limit = max(beyond, key=lambda one: abs(one - middle), default=None)
        if limit is None:
            return None
        since = None
        for stamp, sample in reversed(self._samples):
            if math.isnan(sample):
                return None
            if (sample - limit) * (middle - limit) >= 0:
                return None if since is None else (since, limit)
            since = stamp
        return None

    def _flag(self, painter: QtGui.QPainter, now: float, value: float) -> None:
        """Paint the shape of the alarm at the foot of a line from where the curve crossed its limit."""
        found = self.crossed(value) if self.alarm else None
        if found is None:
            return
        x = round(self._width - (now - found[0]) / self.period_s)
        foot = self._height - 1.25 * TABLE - 3
        painter.setPen(self._theme.pen("mark", 1.5))
        painter.drawLine(QtCore.QPointF(x, self._y(found[1])), QtCore.QPointF(x, foot))
        paint_shape(painter, QtCore.QPointF(x, foot), TABLE, self.alarm, Shape.ACKNOWLEDGED, self._theme)

    def _dot(self, painter: QtGui.QPainter, value: float, *, solid: bool) -> None:
        """Paint the end dot with a ring of the card; hollow when the value is not to be trusted."""
        theme, centre = self._theme, QtCore.QPointF(self._width, self._y(value))
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("card"))
        painter.drawEllipse(centre, _DOT + 2.0, _DOT + 2.0)
        if self.alarm:
            painter.setPen(theme.pen("outl", 1.5))
            painter.setBrush(theme.brush(f"p{self.alarm}"))
            painter.drawEllipse(centre, _DOT, _DOT)
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.brush(f"p{self.alarm}" if solid else "track"))
            painter.drawEllipse(centre, _DOT / 2, _DOT / 2)
            return
        painter.setPen(QtCore.Qt.PenStyle.NoPen if solid else theme.pen("trend", 2))
        painter.setBrush(theme.brush("trend" if solid else "track"))
        painter.drawEllipse(centre, _DOT, _DOT)

    def _words(self, painter: QtGui.QPainter, words: _Words) -> None:
        """Write words at their lines, moved apart where they would cover each other."""
        places = sorted(words)
        heights: list[float] = []
        for y, *_ in places:
            heights.append(max(y, heights[-1] + _LINE_PX if heights else y, _LINE_PX / 2))
        limit = self._height - _LINE_PX / 2
        for number in range(len(heights) - 1, -1, -1):
            heights[number] = min(heights[number], limit)
            limit = heights[number] - _LINE_PX
        for height, (_, text, token, mark) in zip(heights, places, strict=True):
            x = self._width + _DOT + 5
            x += self._theme.write(painter, x, height + self._theme.reading_px * 0.36, text, token=token) + _MARK_GAP
            if mark is not Seen.GOOD:
                painter.save()
                painter.translate(x, height - HEIGHT / 2)
                paint_mark(painter, mark, self._theme, self._language)
                painter.restore()
