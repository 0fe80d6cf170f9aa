"""The banner: the three most urgent alarms, always in sight, each with what to do first. GUI thread.

It acknowledges what was painted at the place that is pressed: a press counts only when press and release meet the same
occurrence. Signals: `row_chosen(str)`.
"""

import msgspec
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import LIST, WAITING, paint_shape, shape_of, shown_state
from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.text import Language
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_words import (
    age_words,
    first_action,
    message_words,
    state_words,
    tag_words,
    time_words,
    value_words,
)
from hmi.views.buttons import paint_button
from hmi.words import say, say_reason

ROWS = 3
ROW = 36
TITLE = 40
TITLE_PX = 18
PADDING = 8
LOW = ROWS * ROW + 2 * PADDING
"""Height without a title, pixels."""
BUTTON = QtCore.QSize(88, 30)
VALUE = 240
"""Of the column of values and states: the longest state in one line."""
UNDER_EDGE = 10
"""What the frame round the room covers of the lowest rows while the engine is away, pixels more than `PADDING`."""
SMALL = 1200
"""A narrower banner has no value column, and larger letters (LOOK.md section 9)."""


class PaintedRow(msgspec.Struct, frozen=True):
    """One row as it was painted last."""

    occurrence: str
    state: AlarmState
    box: QtCore.QRectF
    button: QtCore.QRectF | None


class Banner(QtWidgets.QWidget):
    """Three alarms."""

    row_chosen = QtCore.Signal(str)
    """The user wants to know more about an occurrence."""

    def __init__(
        self, board: AlarmBoard, asks: Acknowledging, theme: Theme, language: Language, parent: QtWidgets.QWidget
    ) -> None:
        """Show what the board has.

        Args:
            board: what stands.
            asks: who acknowledges.
            theme: colours and fonts.
            language: of the words.
            parent: owner.
        """
        super().__init__(parent)
        self._board, self._asks = board, asks
        self._theme, self._language = theme, language
        self._now_ns = 0
        self._pressed = ""
        self._row = 0
        self.painted: tuple[PaintedRow, ...] = ()
        """What stood there at the last paint: what a press acknowledges."""
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        board.changed.connect(self._changed)
        board.flash.flashed.connect(self._flashed)
        asks.answered.connect(self._changed)

    @property
    def size_px(self) -> int:
        """Size of the words, pixels."""
        return 18 if self.width() < SMALL else 17

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        self._changed()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC; ages move with it once a second."""
        if now_ns // 1_000_000_000 != self._now_ns // 1_000_000_000:
            self._now_ns = now_ns
            if self._board.stands:
                self.update()

    @QtCore.Slot()
    def _changed(self) -> None:
        self.setAccessibleName(self._title())
        self.update()

    @QtCore.Slot(bool)
    def _flashed(self, lit: bool) -> None:
        self.update(0, 0, 48, self.height())

    def _title(self) -> str:
        counts = self._board.counts
        waiting = sum(counts.unacknowledged)
        return say("views.banner_counts", self._language, total=counts.total, waiting=waiting)

    # ------------------------------------------------------------------------------------------------ painting

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint card, title and rows; remember what is painted where."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(theme.pen("line1"))
        painter.setBrush(theme.brush("card"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        top = float(PADDING)
        if self.height() >= LOW + TITLE:
            self._paint_title(painter)
            top = float(TITLE)
        stands = self._board.stands[:ROWS]
        pitch = (self.height() - top - PADDING - (0 if self._board.known else UNDER_EDGE)) / ROWS
        rows = [self._paint_row(painter, stand, top + number * pitch, pitch) for number, stand in enumerate(stands)]
        self.painted = tuple(rows)
        if not stands:
            code = "views.no_alarms" if self._board.known else "views.alarms_unknown"
            middle = top + pitch * ROWS / 2 + 6
            theme.write(painter, 20, middle, say(code, self._language), size=self.size_px)
        self._paint_answer(painter, top, pitch)
        painter.end()

    def _paint_title(self, painter: QtGui.QPainter) -> None:
        theme, baseline = self._theme, TITLE / 2 + 7.0
        words = say("views.alarms", self._language)
        x = 20 + theme.write(painter, 20, baseline, words, size=TITLE_PX, weight=600, token="ink")
        theme.write(painter, x + 12, baseline, self._title(), size=self.size_px)

    def _paint_answer(self, painter: QtGui.QPainter, top: float, pitch: float) -> None:
        """Say why the last press did nothing, or that nothing is known any more.

        Beside the title; where there is none over the end of the lowest row.
        """
        theme, why = self._theme, self._asks.said
        words = say_reason(self._asks.people.named(why), self._language) if why is not None else ""
        if not words and not self._board.known and self._board.stands:
            words = say("views.alarms_old", self._language)
        if not words:
            return
        titled = top >= TITLE
        taken = 20 + TITLE_PX * 5 + theme.width(self._title(), self.size_px) if titled else 0
        words = theme.shortened(words, self.width() - 80 - taken, self.size_px, 600)
        width = theme.width(words, self.size_px, 600) + 28
        y, height = (5.0, TITLE - 10.0) if titled else (top + 2 * pitch + 3, pitch - 6)
        box = QtCore.QRectF(self.width() - width - 12, y, width, height)
        painter.setPen(theme.pen("mark", 2))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(box, 5, 5)
        theme.write(painter, box.left() + 14, box.center().y() + 6, words, size=self.size_px, weight=600, token="ink")

    def _columns(self) -> tuple[int, int, int, int, int, int]:
        """Give the left edges of time, age, tag, message, value (or -1) and action."""
        width = self.width()
        if width < SMALL:
            return 52, 148, 222, 336, -1, 336 + round((width - 336 - BUTTON.width() - 36) * 0.5)
        message = 392
        value = message + round((width - message) * 0.24)
        return 52, 144, 224, message, value, value + VALUE

    def _paint_row(self, painter: QtGui.QPainter, stand: AlarmStand, top: float, pitch: float) -> PaintedRow:
        from hmi.views.cells import write_cell  # nothing is known at the first paint, and so no row painted

        theme, language, board, size = self._theme, self._language, self._board, self.size_px
        state = shown_state(stand)
        middle = top + pitch / 2
        if top > PADDING + 1:
            painter.setPen(theme.pen("line1"))
            painter.drawLine(QtCore.QPointF(16, top + 0.5), QtCore.QPointF(self.width() - 16, top + 0.5))
        paint_shape(
            painter, QtCore.QPointF(26, middle), LIST, stand.priority, shape_of(state), theme, frame=board.flash.lit
        )
        weight = 600 if state is AlarmState.UNACKNOWLEDGED else 400
        at_time, at_age, at_tag, at_message, at_value, at_action = self._columns()
        tag = board.tag(stand)
        told = (
            value_words(stand, tag, language)
            if state is AlarmState.UNACKNOWLEDGED
            else state_words(stand, language, self._asks.people.name_of)
        )
        right = self.width() - BUTTON.width() - 36
        alarm = board.alarm(stand)
        cells = [
            (at_time, at_age, time_words(stand.active_since_ns), "ink"),
            (at_age, at_tag, age_words(stand, self._now_ns), "ink2"),
            (at_tag, at_message, tag_words(stand.tag), "ink"),
            (at_message, at_action if at_value < 0 else at_value, message_words(stand, language), "ink"),
            (at_action, right, first_action(stand, alarm, language), "ink"),
        ]
        if at_value >= 0:
            cells.insert(4, (at_value, at_action, told, "ink" if weight == 600 else "ink2"))
        for left, end, words, token in cells:
            cell = QtCore.QRectF(left, top, end - left - 10, pitch)
            write_cell(painter, cell, words, theme, size=size, weight=weight, token=token)
        box = QtCore.QRectF(8, top, self.width() - 16, pitch)
        button = None
        if state in WAITING and board.known:
            button = QtCore.QRectF(self.width() - BUTTON.width() - 20, middle - BUTTON.height() / 2, *BUTTON.toTuple())
            waits = stand.occurrence in self._asks.busy
            words = say("views.acknowledging" if waits else "views.acknowledge", language)
            ring = self.hasFocus() and len(self.painted) > 0 and self._row_of(stand.occurrence) == self._row
            primary = state is AlarmState.UNACKNOWLEDGED and not waits
            paint_button(painter, button, words, theme, primary=primary, size=size, ring=ring)
        return PaintedRow(stand.occurrence, state, box, button)

    def _row_of(self, occurrence: str) -> int:
        found = (row for row, stand in enumerate(self._board.stands[:ROWS]) if stand.occurrence == occurrence)
        return next(found, -1)

    # ------------------------------------------------------------------------------------------------ presses

    def _button_at(self, place: QtCore.QPointF) -> str:
        """Give the painted occurrence whose button is at a place."""
        found = (row.occurrence for row in self.painted if row.button is not None and row.button.contains(place))
        return next(found, "")

    def sizeHint(self) -> QtCore.QSize:
        """Three rows."""
        return QtCore.QSize(900, LOW)

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Remember which button is pressed."""
        self._pressed = self._button_at(event.position())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Acknowledge what was pressed, when the same row is still there; elsewhere open the page at the row."""
        pressed, self._pressed = self._pressed, ""
        if event.button() is not QtCore.Qt.MouseButton.LeftButton:
            return
        if pressed:
            if pressed == self._button_at(event.position()):
                self._asks.press((pressed,))
            return
        row = next((one for one in self.painted if one.box.contains(event.position())), None)
        if row is not None and not self._button_at(event.position()):
            self.row_chosen.emit(row.occurrence)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Up and down choose a row, space and enter acknowledge it once."""
        keys = QtCore.Qt.Key
        if event.key() in (keys.Key_Up, keys.Key_Down):
            self._row = min(max(self._row + (1 if event.key() == keys.Key_Down else -1), 0), ROWS - 1)
            self.update()
        elif event.key() in (keys.Key_Space, keys.Key_Return, keys.Key_Enter):
            if not event.isAutoRepeat() and self._row < len(self.painted):
                row = self.painted[self._row]
                if row.button is not None:
                    self._asks.press((row.occurrence,))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """Show which row the keys mean."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """See `focusInEvent`."""
        super().focusOutEvent(event)
        self.update()
