"""What to do about one alarm: value, curve, numbered actions, time to respond, causes, consequence. GUI thread.

Painted as one card beside the list; a tall text scrolls. Buttons belong to the page.
"""

import math

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.ages import short_age
from hmi.display.alarm_shapes import GUIDANCE, paint_shape, shape_of, shown_state
from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.quality import words_of
from hmi.model.tag import Tag
from hmi.model.text import Language
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_trend import FOOT, HEIGHT, MARGIN, AlarmTrend
from hmi.views.alarm_words import (
    age_words,
    first_action,
    message_words,
    number_words,
    state_words,
    steps_of,
    tag_words,
    value_words,
)
from hmi.views.people import People
from hmi.views.recent import TRENDED, Recent
from hmi.words import say

PADDING = 20
VALUE_PX = 34
_ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
"""States whose condition still holds."""


class Guidance(QtWidgets.QWidget):
    """The words of one alarm."""

    def __init__(
        self, board: AlarmBoard, people: People, theme: Theme, language: Language, parent: QtWidgets.QWidget
    ) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._board, self._people, self._theme, self._language = board, people, theme, language
        self._recent: Recent | None = None
        self._stand: AlarmStand | None = None
        self._now_ns = 0
        self.painted = ""
        """Occurrence as it was painted last: what acknowledging and resetting name."""
        board.flash.flashed.connect(self._flashed)
        people.changed.connect(self.update)

    def watch(self, recent: Recent) -> None:
        """Take value and curve from here."""
        self._recent = recent
        self.update()

    @property
    def stand(self) -> AlarmStand | None:
        """What is shown."""
        return self._stand

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        self.update()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC."""
        if now_ns // 1_000_000_000 != self._now_ns // 1_000_000_000:
            self._now_ns = now_ns
            if self._stand is not None:
                self.update()

    def show_stand(self, stand: AlarmStand | None) -> None:
        """Show another alarm, or how the same one is now."""
        if stand is not self._stand:
            self._stand = stand
            words = "" if stand is None else f"{tag_words(stand.tag)} {message_words(stand, self._language)}"
            self.setAccessibleName(words)
            if stand is not None:
                self.setAccessibleDescription(first_action(stand, self._board.alarm(stand), self._language))
            self.update()

    @QtCore.Slot(bool)
    def _flashed(self, lit: bool) -> None:
        if self._stand is not None and self.isVisible():
            self.update(0, 0, 60, 60)

    # ------------------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the words from above."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        stand, theme, language = self._stand, self._theme, self._language
        self.painted = stand.occurrence if stand is not None else ""
        if stand is None:
            box = QtCore.QRectF(self.rect()).adjusted(PADDING, 0, -PADDING, 0)
            painter.setFont(theme.font(18))
            painter.setPen(theme.pen("ink2"))
            flags = QtCore.Qt.AlignmentFlag.AlignCenter | QtCore.Qt.TextFlag.TextWordWrap
            code = "views.choose_alarm" if self._board.stands else "views.nothing_to_do"
            painter.drawText(box, flags, say(code, language))
            painter.end()
            return
        y = self._paint_head(painter, stand)
        y = self._paint_value(painter, stand, y)
        alarm = self._board.alarm(stand)
        if alarm is not None:
            y = self._paint_steps(painter, y, "views.actions", steps_of(alarm.action.pick(language)), numbered=True)
            if alarm.respond_s > 0 and shown_state(stand) in _ACTIVE:
                y = self._paint_time(painter, y, stand, alarm.respond_s)
            y = self._paint_steps(painter, y, "views.causes", steps_of(alarm.cause.pick(language)))
            y = self._paint_steps(painter, y, "views.consequence", steps_of(alarm.consequence.pick(language)))
            if not alarm.action:
                y = self._paint_steps(painter, y, "views.actions", (say("views.no_action", language),))
        else:
            steps = (say("views.device_first", language), say("views.device_then", language))
            y = self._paint_steps(painter, y, "views.actions", steps, numbered=True)
        painter.end()
        self.setMinimumHeight(round(y))

    def _paint_head(self, painter: QtGui.QPainter, stand: AlarmStand) -> float:
        theme, width = self._theme, self.width()
        shape = shape_of(shown_state(stand))
        paint_shape(
            painter, QtCore.QPointF(36, 34), GUIDANCE, stand.priority, shape, theme, frame=self._board.flash.lit
        )
        x = 64 + theme.write(painter, 64, 41, tag_words(stand.tag), size=20, weight=600, token="ink") + 10
        words, y = message_words(stand, self._language), 41.0
        if theme.width(words, 20) > width - x - PADDING:
            x, y = 64.0, y + 28
        theme.write(painter, x, y, theme.shortened(words, width - x - PADDING, 20), size=20, token="ink")
        return y + 23

    def _paint_value(self, painter: QtGui.QPainter, stand: AlarmStand, y: float) -> float:
        """Paint the value as it is now, large, what is wrong for how long, and how it was at the occurrence."""
        theme, tag, language = self._theme, self._board.tag(stand), self._language
        x, room = float(PADDING), self.width() - 2.0 * PADDING
        trended = stand.kind in TRENDED and tag is not None and self._recent is not None and self._recent.has(stand.tag)
        if trended and tag is not None and self._recent is not None:
            x += self._paint_now(painter, x, y + 30, tag, self._recent) + 18
        else:
            words = theme.shortened(value_words(stand, tag, language), room / 2, 20, 600)
            x += theme.write(painter, x, y + 28, words, size=20, weight=600, token="ink") + (18 if words else 0)
        told = f"{state_words(stand, language, self._people.name_of)} · {age_words(stand, self._now_ns)}".rstrip(" ·")
        if theme.width(told) > self.width() - x - PADDING and x > PADDING:
            x, y = float(PADDING), y + 32
        theme.write(painter, x, y + 28, theme.shortened(told, self.width() - x - PADDING))
        if stand.limit is not None:
            y += 28
            limit = say("views.limit", language, limit=value_words(stand, tag, language))
            theme.write(painter, PADDING, y + 28, theme.shortened(limit, room))
        y += 44
        if trended and tag is not None and self._recent is not None:
            box = QtCore.QRectF(PADDING, y, room - MARGIN + 12, HEIGHT)
            alarmed = shown_state(stand) in _ACTIVE
            trend = AlarmTrend(self._recent, theme, language)
            trend.paint(painter, box, stand, tag, self._now_ns, alarmed=alarmed, alive=self._board.known)
            y += HEIGHT + FOOT + 6
        return y

    def _paint_now(self, painter: QtGui.QPainter, x: float, baseline: float, tag: Tag, recent: Recent) -> float:
        """Paint the value of the newest sample, or in words why there is none; give its width."""
        theme, language = self._theme, self._language
        value, cause = recent.value(tag.path)
        if not self._board.known:
            return theme.write(painter, x, baseline - 2, say("views.value_unknown", language), size=20)
        if math.isnan(value):
            words = theme.shortened(say(words_of(cause), language), self.width() * 0.55, 20)
            return theme.write(painter, x, baseline - 2, words, size=20, weight=600, token="ink")
        width = theme.write(painter, x, baseline, number_words(value, tag), size=VALUE_PX, weight=600, token="value")
        if tag.unit:
            width += 6 + theme.write(painter, x + width + 6, baseline, tag.unit, size=20)
        return width

    def _rule(self, painter: QtGui.QPainter, y: float) -> None:
        painter.setPen(self._theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(PADDING, y + 0.5), QtCore.QPointF(self.width() - PADDING, y + 0.5))

    def _paint_steps(
        self, painter: QtGui.QPainter, y: float, code: str, steps: tuple[str, ...], *, numbered: bool = False
    ) -> float:
        """Paint a heading and its points; gives where the next begins."""
        if not steps:
            return y
        theme = self._theme
        self._rule(painter, y)
        theme.write(painter, PADDING, y + 28, say(code, self._language), size=18, weight=600, token="ink")
        y += 40
        flags = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.TextFlag.TextWordWrap
        for number, step in enumerate(steps, 1):
            weight = 600 if numbered and number == 1 else 400
            left = PADDING + (38 if numbered else 18)
            room = QtCore.QRectF(left, y + 3, self.width() - left - PADDING, 400)
            height = theme.metrics(18, weight).boundingRect(room, flags, step).height()
            painter.setPen(theme.pen("ink2", 1.5))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            if numbered:
                painter.drawEllipse(QtCore.QPointF(PADDING + 13, y + 15), 12, 12)
                theme.write(painter, PADDING + 13, y + 21, str(number), size=17, token="ink", align=0)
            else:
                painter.setBrush(theme.brush("ink2"))
                painter.drawEllipse(QtCore.QPointF(PADDING + 5, y + 15), 2.5, 2.5)
            painter.setFont(theme.font(18, weight))
            painter.setPen(theme.pen("ink"))
            painter.drawText(room, flags, step)
            y += max(height, 24) + 10
        return y + 6

    def _paint_time(self, painter: QtGui.QPainter, y: float, stand: AlarmStand, respond_s: float) -> float:
        """Paint how much of the time to respond is left."""
        theme = self._theme
        self._rule(painter, y)
        title = say("views.time_available", self._language)
        theme.write(painter, PADDING, y + 28, title, size=18, weight=600, token="ink")
        used_s = max(0.0, (self._now_ns - stand.active_since_ns) / 1e9) if self._now_ns else 0.0
        left_ns = int(max(0.0, respond_s - used_s) * 1e9)
        total = short_age(int(respond_s * 1e9))
        words = say("views.time_left", self._language, left=short_age(left_ns), total=total)
        theme.write(painter, self.width() - PADDING, y + 28, words, align=-1)
        bar = QtCore.QRectF(PADDING, y + 40, self.width() - 2 * PADDING, 8)
        painter.setPen(theme.pen("edge"))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(bar, 4, 4)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
        bar.setWidth(bar.width() * min(1.0, used_s / respond_s))
        painter.drawRoundedRect(bar, 4, 4)
        return y + 62
