"""The page "Alarms": list, what to do about the selected one, journal; silence and acknowledge. GUI thread.

Signals: `silence_wanted()`.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import WAITING, shown_state
from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.text import Language
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_list import AlarmList
from hmi.views.buttons import Button
from hmi.views.guidance import Guidance
from hmi.views.journal import JournalList
from hmi.views.scrolling import scroll_style
from hmi.words import say, say_reason

SMALL = 1500


class _Card(QtWidgets.QWidget):
    """A card ground."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(self.theme.pen("line1"))
        painter.setBrush(self.theme.brush("card"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()


class AlarmsPage(QtWidgets.QWidget):
    """All alarms that stand, and what was."""

    def __init__(
        self, board: AlarmBoard, asks: Acknowledging, theme: Theme, language: Language, parent: QtWidgets.QWidget
    ) -> None:
        """Put the page together.

        Args:
            board: what stands.
            asks: who acknowledges and silences.
            theme: colours and fonts.
            language: of the words.
            parent: the room below the header.
        """
        super().__init__(parent)
        self._board, self._asks, self._theme, self._language = board, asks, theme, language
        self._cards = [_Card(theme, self) for _ in range(3)]
        listed, logged, told = self._cards
        self._title, self._log_title = QtWidgets.QLabel(listed), QtWidgets.QLabel(logged)
        self._said = QtWidgets.QLabel(listed)
        self._said.setWordWrap(True)
        for label in (self._title, self._log_title, self._said):
            label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.silence_button = Button(theme, listed)
        self.seen_button = Button(theme, listed)
        self.list = AlarmList(board, theme, language, listed)
        self.journal = JournalList(theme, language, logged)
        self.guidance = Guidance(board, theme, language, told)
        self.acknowledge_button = Button(theme, told, primary=True)
        self.reset_button = Button(theme, told)
        self._lay_cards()
        self._connect()
        self.set_look(theme, language)

    def _lay_cards(self) -> None:
        listed, logged, told = self._cards
        bar = QtWidgets.QHBoxLayout()
        bar.addWidget(self._title, 1)
        bar.addWidget(self.silence_button)
        bar.addWidget(self.seen_button)
        column = QtWidgets.QVBoxLayout(listed)
        column.setContentsMargins(12, 10, 12, 10)
        bar.setContentsMargins(8, 0, 8, 0)
        column.addLayout(bar)
        column.addWidget(self._said)
        column.addWidget(self.list, 1)
        column = QtWidgets.QVBoxLayout(logged)
        column.setContentsMargins(12, 10, 12, 10)
        self._log_title.setContentsMargins(8, 0, 8, 0)
        column.addWidget(self._log_title)
        column.addWidget(self.journal, 1)
        buttons = QtWidgets.QHBoxLayout()
        buttons.addWidget(self.acknowledge_button, 1)
        buttons.addWidget(self.reset_button, 1)
        column = QtWidgets.QVBoxLayout(told)
        column.setContentsMargins(0, 4, 0, 12)
        area = QtWidgets.QScrollArea(told)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.guidance)
        self._area = area
        column.addWidget(area, 1)
        buttons.setContentsMargins(16, 0, 16, 0)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.list.picked.connect(self._picked)
        self.list.press_wanted.connect(self._press)
        self.silence_button.clicked.connect(self._silence)
        self.seen_button.clicked.connect(self._press_seen)
        self.acknowledge_button.clicked.connect(self._press_chosen)
        self.reset_button.clicked.connect(self._reset_chosen)
        self._board.changed.connect(self._changed)
        self._asks.answered.connect(self._answered)
        self.list.seen_changed.connect(self._name_seen)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        tokens = theme.tokens
        for card in self._cards:
            card.theme = theme
            card.update()
        for label, size in ((self._title, 18), (self._log_title, 18), (self._said, 18)):
            label.setFont(theme.font(size, 600))
            label.setStyleSheet(f"color: {tokens['ink']}; background: transparent;")
        self._said.setStyleSheet(
            f"color: {tokens['ink']}; background: {tokens['track']}; border: 2px solid {tokens['mark']};"
            " border-radius: 5px; padding: 6px;"
        )
        self._log_title.setText(say("views.journal", language))
        self.silence_button.set_look(theme, say("views.silence", language))
        self.acknowledge_button.set_look(theme, say("views.acknowledge", language))
        self.reset_button.set_look(theme, say("views.reset", language))
        plain = "QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"
        self._area.setStyleSheet(plain + scroll_style(theme))
        self.list.set_look(theme, language)
        self.journal.setStyleSheet(scroll_style(theme))
        self.journal.set_look(theme, language)
        self.guidance.set_look(theme, language)
        self._changed()
        self._answered()
        self._name_seen()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC."""
        if self.isVisible():
            self.list.set_time(now_ns)
            self.guidance.set_time(now_ns)

    def choose(self, occurrence: str) -> None:
        """Select an occurrence."""
        self.list.choose(occurrence)

    @QtCore.Slot()
    def _changed(self) -> None:
        """What stands is different."""
        language, counts = self._language, self._board.counts
        title = say("views.list_title", language, total=counts.total, waiting=sum(counts.unacknowledged))
        if counts.total > counts.standing:
            title = f"{title} · {say('views.list_cut', language, shown=counts.standing)}"
        if not self._board.known:
            title = f"{title} · {say('views.alarms_old', language)}"
        self._title.setText(title)
        self.silence_button.setEnabled(self._board.sounding > 0)
        self._picked(self.list.chosen)
        self.journal.changed()

    @QtCore.Slot()
    def _name_seen(self) -> None:
        count = len(self.list.seen())
        self.seen_button.setEnabled(count > 0)
        self.seen_button.set_look(self._theme, say("views.acknowledge_seen", self._language, count=count))

    @QtCore.Slot()
    def _answered(self) -> None:
        why = self._asks.said
        self._said.setVisible(why is not None)
        self._said.setText(say_reason(why, self._language) if why is not None else "")
        self.list.set_busy(self._asks.busy)

    @QtCore.Slot(object)
    def _picked(self, stand: AlarmStand | None) -> None:
        self.guidance.show_stand(stand)
        state = shown_state(stand) if stand is not None else AlarmState.NORMAL
        self.acknowledge_button.setEnabled(state in WAITING and self._board.known)
        latched = state in (AlarmState.LATCHED_ACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)
        self.reset_button.setVisible(latched)

    @QtCore.Slot(object)
    def _press(self, occurrences: tuple[str, ...]) -> None:
        self._asks.press(occurrences)

    @QtCore.Slot()
    def _press_seen(self) -> None:
        self._asks.press(self.list.seen())

    @QtCore.Slot()
    def _press_chosen(self) -> None:
        stand = self.guidance.stand
        if stand is not None:
            self._asks.press((stand.occurrence,))

    @QtCore.Slot()
    def _reset_chosen(self) -> None:
        stand = self.guidance.stand
        if stand is not None:
            self._asks.reset((stand.occurrence,))

    @QtCore.Slot()
    def _silence(self) -> None:
        self._asks.silence()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Give the cards their places (LOOK.md section 9): list above, journal below, guidance at the right."""
        margin = 12 if self.width() < SMALL else 16
        side = 380 if self.width() < SMALL else 464
        inner = QtCore.QRect(self.rect()).adjusted(margin, margin, -margin, -margin)
        left = inner.width() - side - margin
        share = round((inner.height() - margin) * 0.58)
        listed, logged, told = self._cards
        listed.setGeometry(inner.left(), inner.top(), left, share)
        logged.setGeometry(inner.left(), inner.top() + share + margin, left, inner.height() - share - margin)
        told.setGeometry(inner.left() + left + margin, inner.top(), side, inner.height())

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Begin with the most urgent one selected."""
        super().showEvent(event)
        if self.list.chosen is None and self.list.rows.rows:
            self.list.selectRow(0)
