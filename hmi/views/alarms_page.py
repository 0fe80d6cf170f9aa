"""The page "Alarms": places, rate, list, what to do about the selected one, journal. GUI thread.

Signals: `screen_wanted(str)`.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import WAITING, shown_state
from hmi.display.theme import Theme
from hmi.image.contract import ValueSource
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.text import Language
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_screens import AlarmScreens
from hmi.views.journal import HistoryEnd
from hmi.views.page_cards import PageCards
from hmi.views.page_grid import grid_of
from hmi.views.recent import Recent
from hmi.words import say, say_reason


class AlarmsPage(QtWidgets.QWidget):
    """All alarms that stand, and what was."""

    screen_wanted = QtCore.Signal(str)
    """The user wants to see where it is; payload the path of the screen."""

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
        self._source: ValueSource | None = None
        self._recent: Recent | None = None
        self._screens: AlarmScreens | None = None
        self._project = board.project
        self._now_ns = 0
        self._meant = ""
        """Occurrence that was painted when a button of the guidance was pressed."""
        self.cards = PageCards(board, asks.people, theme, language, self)
        cards = self.cards
        self.list, self.journal, self.guidance, self.groups = cards.list, cards.journal, cards.guidance, cards.groups
        self.silence_button, self.seen_button = cards.silence_button, cards.seen_button
        self.acknowledge_button, self.reset_button = cards.acknowledge_button, cards.reset_button
        self.screen_button = cards.screen_button
        self._connect()
        self.set_look(theme, language)

    def attach(self, history: HistoryEnd, source: ValueSource) -> None:
        """Ask this history server for journal and rate, and take values from this source, from now on."""
        self.journal.attach(history)
        self.cards.rate.attach(history)
        self._source = source
        self._remember()

    def _connect(self) -> None:
        cards = self.cards
        self.list.picked.connect(self._picked)
        self.list.press_wanted.connect(self._asks.press)
        self.list.seen_changed.connect(self._name_seen)
        self.groups.scope_chosen.connect(self._scope_chosen)
        self.silence_button.clicked.connect(self._asks.silence)
        self.seen_button.clicked.connect(self._press_seen)
        for button in (self.acknowledge_button, self.reset_button):
            button.pressed.connect(self._pressed)
        self.acknowledge_button.clicked.connect(self._press_chosen)
        self.reset_button.clicked.connect(self._reset_chosen)
        self.screen_button.clicked.connect(self._open_screen)
        self._board.changed.connect(self._changed)
        self._asks.answered.connect(self._answered)
        cards.rate.counted.connect(self._say_facts)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        self.cards.set_look(theme, language)
        self._changed()
        self._answered()
        self._name_seen()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC; called every frame, after the source was polled."""
        self._now_ns = now_ns
        sampled = self._recent is not None and self._recent.sample(alive=self._board.known)
        self.cards.rate.set_time(now_ns)
        if self.isVisible():
            self.list.set_time(now_ns)
            self.guidance.set_time(now_ns)
            self.cards.chart.set_time(now_ns)
            if sampled:
                self.guidance.update()

    def choose(self, occurrence: str) -> None:
        """Select an occurrence, in whatever place it stands."""
        if self.list.rows.row_of(occurrence) < 0:
            self.groups.choose("")
        self.list.choose(occurrence)

    def _remember(self) -> None:
        """Begin to keep what the alarmed tags of the project show."""
        if self._source is not None:
            self._recent = Recent(self._board.project, self._source)
            self.guidance.watch(self._recent)

    @QtCore.Slot()
    def _changed(self) -> None:
        """What stands is different."""
        if self._board.project is not self._project:
            self._project, self._screens = self._board.project, None
            self._remember()
        self._say_title()
        self._say_facts()
        self._name_seen()
        self.silence_button.setEnabled(self._board.sounding > 0)
        self._choose_first()
        self._picked(self.list.chosen)
        self.journal.changed()
        self.cards.rate.changed()

    def _say_title(self) -> None:
        language, counts = self._language, self._board.counts
        title = say("views.list_title", language, total=counts.total, waiting=sum(counts.unacknowledged))
        scope = self.groups.scope
        if scope:
            place = self.groups.title_of(scope)
            title = say("views.list_of_place", language, place=place, count=len(self.list.rows.rows))
        if counts.total > counts.standing:
            title = f"{title} · {say('views.list_cut', language, shown=counts.standing)}"
        if not self._board.known:
            title = say("views.alarms_old", language)
        self.cards.say_title(title)

    @QtCore.Slot()
    def _say_facts(self) -> None:
        self.cards.say_facts(self._now_ns)

    @QtCore.Slot()
    def _name_seen(self) -> None:
        count = len(self.list.seen())
        self.seen_button.setEnabled(count > 0 and self._board.known)
        self.seen_button.set_look(self._theme, say("views.acknowledge_seen", self._language, count=count))

    @QtCore.Slot()
    def _answered(self) -> None:
        why = self._asks.said
        self.cards.say_answer(say_reason(self._asks.people.named(why), self._language) if why is not None else "")
        self.list.set_busy(self._asks.busy)

    @QtCore.Slot(str)
    def _scope_chosen(self, scope: str) -> None:
        self.list.rows.set_scope(scope)
        self._choose_first()
        self._say_title()
        self._name_seen()

    @QtCore.Slot(object)
    def _picked(self, stand: AlarmStand | None) -> None:
        self.guidance.show_stand(stand)
        state = shown_state(stand) if stand is not None else AlarmState.NORMAL
        self.acknowledge_button.setEnabled(state in WAITING and self._board.known)
        latched = state in (AlarmState.LATCHED_ACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)
        self.reset_button.setVisible(latched)
        self.screen_button.setEnabled(bool(self._screen_of(stand)))

    def _choose_first(self) -> None:
        """Show what to do about the most urgent one while nothing else was chosen."""
        if self.isVisible() and self.list.chosen is None and self.list.rows.rows:
            self.list.selectRow(0)

    def _screen_of(self, stand: AlarmStand | None) -> str:
        if stand is None:
            return ""
        if self._screens is None:
            self._screens = AlarmScreens(self._project)
        return self._screens.screen_of(stand)

    @QtCore.Slot()
    def _press_seen(self) -> None:
        self._asks.press(self.list.seen())

    @QtCore.Slot()
    def _pressed(self) -> None:
        self._meant = self.guidance.painted

    @QtCore.Slot()
    def _press_chosen(self) -> None:
        if self._meant and self._meant == self.guidance.painted:
            self._asks.press((self._meant,))

    @QtCore.Slot()
    def _reset_chosen(self) -> None:
        if self._meant and self._meant == self.guidance.painted:
            self._asks.reset((self._meant,))

    @QtCore.Slot()
    def _open_screen(self) -> None:
        path = self._screen_of(self.guidance.stand)
        if path:
            self.screen_wanted.emit(path)

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Give the cards their places (LOOK.md section 9)."""
        self.cards.place(grid_of(self.width(), self.height()), self._theme, self._language)

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Begin with the most urgent one selected; count from now on."""
        super().showEvent(event)
        self.cards.rate.watch(True)
        self._choose_first()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Ask nothing while nobody looks."""
        super().hideEvent(event)
        self.cards.rate.watch(False)
