"""The last quarter of an hour of an alarm's tag: curve, limit, normal band, the flag where it crossed. GUI thread.

Number above, end dot and curve are of the same sample (LOOK.md section 1); the range follows what is to be seen, not
the span of the instrument, so that the crossing can be read.
"""

import math
import time
from collections.abc import Callable

import numpy as np
from PySide6 import QtCore, QtGui

from hmi.display.alarm_shapes import TABLE, Shape, paint_shape
from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand
from hmi.model.tag import Tag
from hmi.model.text import Language
from hmi.views.alarm_words import number_words
from hmi.views.recent import F4, F8, SECONDS, Recent
from hmi.words import say

HEIGHT = 132
"""Of the plot."""
FOOT = 32
"""Of the clock times below it."""
MARGIN = 84
"""At the right, for the words of the limit."""
DOT = 6
GAP_S = 5.0
"""Longer without a sample, and the line is broken."""
_STEP_S = 300
_CLEAR = 0.18
"""Share of the range that stays free above and below."""
_Height = Callable[[float], float]


class AlarmTrend:
    """Paints one trend."""

    def __init__(self, recent: Recent, theme: Theme, language: Language) -> None:
        """Take the samples from here."""
        self._recent, self._theme, self._language = recent, theme, language

    def paint(
        self,
        painter: QtGui.QPainter,
        box: QtCore.QRectF,
        stand: AlarmStand,
        tag: Tag,
        now_ns: int,
        *,
        alarmed: bool,
        alive: bool,
    ) -> None:
        """Paint it.

        Args:
            painter: antialiased.
            box: plot without margin and foot, pixels.
            stand: whose limit and crossing are shown.
            tag: its tag.
            now_ns: the clock that the header shows, wall ns UTC.
            alarmed: whether the condition still holds: the end dot has the colour of the priority then.
            alive: whether the engine is there: the end dot is hollow while it is not.
        """
        theme = self._theme
        ages, values = self._recent.series(stand.tag)
        low, high = range_of(values, stand.limit, tag)

        def height_of(value: float) -> float:
            return box.bottom() - (min(max(value, low), high) - low) / (high - low) * box.height()

        painter.fillRect(box, theme.colour("track"))
        painter.save()
        painter.setClipRect(box)
        self._paint_band(painter, box, tag, height_of)
        painter.restore()
        self._paint_clock(painter, box, now_ns)
        if stand.limit is not None:
            y = height_of(stand.limit)
            painter.setPen(theme.dashes("mark", 1.5, 5, 3))
            painter.drawLine(QtCore.QPointF(box.left(), y), QtCore.QPointF(box.right(), y))
            code = f"views.limit_{stand.kind.value}"
            words = f"{say(code, self._language)} {number_words(stand.limit, tag)}"
            x = box.right() + DOT + 5
            theme.write(painter, x, y + 6, theme.shortened(words, MARGIN - DOT), token="ink")
        self._paint_line(painter, box, ages, values, height_of)
        self._paint_flag(painter, box, stand, now_ns)
        if not len(values):
            theme.write(
                painter, box.center().x(), box.center().y() + 6, say("views.trend_begins", self._language), align=0
            )
        elif not math.isnan(values[-1]):
            centre = QtCore.QPointF(box.right(), height_of(float(values[-1])))
            painter.setPen(QtCore.Qt.PenStyle.NoPen)
            painter.setBrush(theme.brush("card"))
            painter.drawEllipse(centre, DOT + 2.0, DOT + 2.0)
            plain = theme.pen("trend", 2) if not alive else QtCore.Qt.PenStyle.NoPen
            painter.setPen(theme.pen("outl", 1.5) if alarmed and alive else plain)
            token = f"p{min(max(stand.priority, 1), 3)}" if alarmed else "trend"
            painter.setBrush(theme.brush(token if alive else "track"))
            painter.drawEllipse(centre, DOT, DOT)

    def _paint_band(self, painter: QtGui.QPainter, box: QtCore.QRectF, tag: Tag, height_of: _Height) -> None:
        normal = tag.normal
        if normal.low is None or normal.high is None:
            return
        top, bottom = round(height_of(normal.high)), round(height_of(normal.low))
        painter.fillRect(QtCore.QRectF(box.left(), top, box.width(), bottom - top), self._theme.colour("band"))
        for edge in (top, bottom):
            painter.fillRect(QtCore.QRectF(box.left(), edge - 0.5, box.width(), 1), self._theme.colour("bandline"))

    def _paint_clock(self, painter: QtGui.QPainter, box: QtCore.QRectF, now_ns: int) -> None:
        """Paint the grid at round clock times and the times below it."""
        if not now_ns:
            return
        theme, now_s = self._theme, now_ns / 1e9
        stamp = math.floor(now_s / _STEP_S) * _STEP_S
        while now_s - stamp < SECONDS:
            x = round(box.right() - (now_s - stamp) / SECONDS * box.width())
            painter.fillRect(QtCore.QRectF(x, box.top(), 1, box.height()), theme.colour("hair"))
            words = time.strftime("%H:%M", time.localtime(stamp))
            half = theme.width(words) / 2
            if x - half >= box.left() - 4 and x + half <= box.right() + MARGIN:
                theme.write(painter, x, box.bottom() + 21, words, align=0)
            stamp -= _STEP_S

    def _paint_line(
        self, painter: QtGui.QPainter, box: QtCore.QRectF, ages: F8, values: F4, height_of: _Height
    ) -> None:
        painter.setPen(self._theme.pen("trend", 1.75, round_caps=True))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        run: list[QtCore.QPointF] = []
        before = math.inf
        for age, value in zip(ages.tolist(), values.tolist(), strict=True):
            if math.isnan(value) or before - age > GAP_S:
                if len(run) > 1:
                    painter.drawPolyline(run)
                run = []
            if not math.isnan(value):
                run.append(QtCore.QPointF(box.right() - age / SECONDS * box.width(), height_of(value)))
            before = age
        if len(run) > 1:
            painter.drawPolyline(run)

    def _paint_flag(self, painter: QtGui.QPainter, box: QtCore.QRectF, stand: AlarmStand, now_ns: int) -> None:
        """Paint the alarm's shape at the foot of a line that stands where the limit was crossed."""
        age_s = (now_ns - stand.active_since_ns) / 1e9
        if not now_ns or not 0 <= age_s <= SECONDS:
            return
        x = box.right() - age_s / SECONDS * box.width()
        painter.setPen(self._theme.pen("mark", 1.5))
        painter.drawLine(QtCore.QPointF(x, box.top() + 8), QtCore.QPointF(x, box.bottom()))
        foot = QtCore.QPointF(min(max(x, box.left() + 11), box.right() - 11), box.bottom() - 11)
        paint_shape(painter, foot, TABLE, stand.priority, Shape.ACKNOWLEDGED, self._theme)


def range_of(values: F4, limit: float | None, tag: Tag) -> tuple[float, float]:
    """Give low and high end of the picture, never equal."""
    kept = values[~np.isnan(values)]
    seen = [float(kept.min()), float(kept.max())] if len(kept) else []
    seen += [limit] if limit is not None else []
    if not seen:
        return tag.span.low or 0.0, tag.span.high or (tag.span.low or 0.0) + 1.0
    low, high = min(seen), max(seen)
    least = 10.0 ** -(tag.decimals if tag.decimals is not None else 1) * 10
    spare = max(least - (high - low), 0.0) / 2
    room = (high - low + 2 * spare) * _CLEAR
    return low - spare - room, high + spare + room
