"""The picture of alarms per ten minutes with its two lines of reference. GUI thread, of the alarm page."""

import time

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.model.text import Language
from hmi.views.alarm_rate import ACCEPTABLE, FLOOD, WINDOWS, RateReader
from hmi.views.card import PADDING
from hmi.words import say

FOOT = 30
"""Of the clock times, pixels."""
LEFT = 34
"""Of the numbers at the axis."""
LEAST_TOP = 12
"""The scale never ends below this, so that the line of a flood is in sight."""
APART = 18
"""Least distance of two numbers at the axis, pixels."""


class RateChart(QtWidgets.QWidget):
    """Bars."""

    def __init__(self, reader: RateReader, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Show what the reader counts."""
        super().__init__(parent)
        self._reader, self._theme, self._language = reader, theme, language
        self._now_ns = 0
        reader.counted.connect(self.update)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        self.update()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC."""
        self._now_ns = now_ns

    def source_words(self) -> tuple[str, ...]:
        """Give what the lines mean and who says so; or why nothing is shown."""
        if not self._reader.known:
            return (say("views.rate_unknown", self._language),)
        lines = say("views.rate_lines", self._language, acceptable=ACCEPTABLE, flood=FLOOD)
        return lines, say("views.rate_source", self._language)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint plot, lines, bars and clock times; what the lines mean below."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        theme, size = self._theme, self._size()
        words = self.source_words()
        foot = FOOT + len(words) * round(size * 1.35) + 6
        plot = QtCore.QRectF(PADDING + LEFT, 10, self.width() - 2 * PADDING - LEFT, self.height() - foot - 12)
        painter.fillRect(plot, theme.colour("track"))
        if self._reader.known and self._now_ns:
            self._paint_bars(painter, plot)
        for number, line in enumerate(words):
            shown = theme.shortened(line, self.width() - 2 * PADDING, size)
            y = self.height() - 13 - (len(words) - 1 - number) * round(size * 1.35)
            theme.write(painter, PADDING, y, shown, size=size)
        painter.end()

    def _size(self) -> int:
        return 18 if self.window().width() < 1500 else 17

    def _paint_bars(self, painter: QtGui.QPainter, plot: QtCore.QRectF) -> None:
        theme, size = self._theme, self._size()
        windows = self._reader.rate.windows(self._now_ns)
        highest = max(count for _, count in windows)
        top = max(LEAST_TOP, highest * 1.08)
        pitch = plot.width() / WINDOWS
        self._paint_axis(painter, plot, top, highest)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing, False)
        for number, (begin, count) in enumerate(windows):
            x = plot.left() + number * pitch
            height = count / top * plot.height()
            if count:
                bar = QtCore.QRectF(round(x + 3), plot.bottom() - height, round(pitch - 6), height)
                painter.fillRect(bar, theme.colour("bandline"))
            minute = time.localtime(begin // 1_000_000_000)
            if minute.tm_min == 0 or (minute.tm_min == 30 and pitch * 3 > 76):
                painter.fillRect(QtCore.QRectF(round(x), plot.bottom(), 1, 5), theme.colour("edge"))
                words = time.strftime("%H:%M", minute)
                half = theme.width(words, size) / 2
                if x + half <= self.width() - 6:
                    theme.write(painter, x, plot.bottom() + 5 + size, words, size=size, align=0)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)

    def _paint_axis(self, painter: QtGui.QPainter, plot: QtCore.QRectF, top: float, highest: int) -> None:
        """Paint the lines of reference and the numbers at the axis, as many as have room."""
        theme, size = self._theme, self._size()
        painter.setPen(theme.dashes("mark", 1.5, 4, 3))
        for count in (ACCEPTABLE, FLOOD):
            y = plot.bottom() - count / top * plot.height()
            painter.drawLine(QtCore.QPointF(plot.left(), y), QtCore.QPointF(plot.right(), y))
        taken: list[float] = []
        for count in dict.fromkeys((highest if highest > FLOOD else FLOOD, FLOOD, ACCEPTABLE, 0)):
            y = plot.bottom() - count / top * plot.height()
            if all(abs(y - other) >= APART for other in taken):
                taken.append(y)
                theme.write(painter, plot.left() - 8, y + size * 0.36, f"{count}", size=size, align=-1)
