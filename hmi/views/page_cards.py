"""The cards of the alarm page and what stands in them: made, dressed and put in their places. GUI thread."""

from PySide6 import QtCore, QtWidgets

from hmi.display.theme import Theme
from hmi.model.text import Language
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_list import AlarmList
from hmi.views.alarm_rate import RateReader
from hmi.views.alarm_words import DAY_NS
from hmi.views.buttons import Button
from hmi.views.card import TITLE, Card
from hmi.views.facts_list import FactsList
from hmi.views.group_list import GroupList
from hmi.views.guidance import Guidance
from hmi.views.journal import JournalList
from hmi.views.page_grid import Box, Grid
from hmi.views.people import People
from hmi.views.rate_card import RateChart
from hmi.views.scrolling import scroll_style
from hmi.words import say


class PageCards:
    """Owns nothing by itself: every widget is a child of the page."""

    def __init__(
        self, board: AlarmBoard, people: People, theme: Theme, language: Language, page: QtWidgets.QWidget
    ) -> None:
        """Make them.

        Args:
            board: what stands.
            people: names of those who acknowledged.
            theme: colours and fonts.
            language: of the words.
            page: on which they stand.
        """
        self._board = board
        self._small: bool | None = None  # until the page has its size
        self._rate_wanted = False
        self.grouped, self.counted, self.listed, self.logged, self.told = (Card(theme, page) for _ in range(5))
        self.rate = RateReader(page)
        self.groups = GroupList(board, theme, language, self.grouped)
        self.facts = FactsList(theme, self.grouped)
        self.chart = RateChart(self.rate, theme, language, self.counted)
        self._title, self._said = QtWidgets.QLabel(self.listed), QtWidgets.QLabel(self.listed)
        for label in (self._title, self._said):
            label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self.silence_button, self.seen_button = Button(theme, self.listed), Button(theme, self.listed)
        self.list = AlarmList(board, people, theme, language, self.listed)
        self.journal = JournalList(people, theme, language, self.logged)
        self.guidance = Guidance(board, people, theme, language, self.told)
        self.acknowledge_button = Button(theme, self.told, primary=True)
        self.reset_button, self.screen_button = Button(theme, self.told), Button(theme, self.told)
        self.swap_button = Button(theme, page)
        """Small lay-out: journal or rate."""
        self.swap_button.clicked.connect(self._swap)
        self._language = language
        self._area = QtWidgets.QScrollArea(self.told)
        self._lay_out()

    def _lay_out(self) -> None:
        bar = QtWidgets.QHBoxLayout()
        bar.addWidget(self._title, 1)
        bar.addWidget(self.silence_button)
        bar.addWidget(self.seen_button)
        bar.setContentsMargins(8, 0, 8, 0)
        column = QtWidgets.QVBoxLayout(self.listed)
        column.setContentsMargins(12, 8, 12, 10)
        column.addLayout(bar)
        column.addWidget(self._said)
        column.addWidget(self.list, 1)
        column = QtWidgets.QVBoxLayout(self.logged)
        column.setContentsMargins(12, TITLE, 12, 10)
        column.addWidget(self.journal, 1)
        column = QtWidgets.QVBoxLayout(self.counted)
        column.setContentsMargins(0, TITLE - 4, 0, 0)
        column.addWidget(self.chart, 1)
        buttons = QtWidgets.QHBoxLayout()
        for button in (self.acknowledge_button, self.reset_button, self.screen_button):
            buttons.addWidget(button, 1)
        buttons.setContentsMargins(16, 8, 16, 0)
        column = QtWidgets.QVBoxLayout(self.told)
        column.setContentsMargins(0, 4, 0, 12)
        self._area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(self.guidance)
        column.addWidget(self._area, 1)
        column.addLayout(buttons)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._language = language
        small = bool(self._small)
        tokens = theme.tokens
        self._title.setFont(theme.font(18, 600))
        self._title.setStyleSheet(f"color: {tokens['ink']}; background: transparent;")
        self._said.setFont(theme.font(18, 600))
        self._said.setStyleSheet(
            f"color: {tokens['ink']}; background: {tokens['track']}; border: 2px solid {tokens['mark']};"
            " border-radius: 5px; padding: 6px;"
        )
        self.grouped.set_look(theme, "" if small else say("views.places", language))
        self.counted.set_look(theme, say("views.rate", language))
        self.listed.set_look(theme)
        self.logged.set_look(theme, say("views.journal", language))
        self.told.set_look(theme)
        self.silence_button.set_look(theme, say("views.silence", language))
        self.acknowledge_button.set_look(theme, say("views.acknowledge_this", language))
        self.reset_button.set_look(theme, say("views.reset", language))
        self.screen_button.set_look(theme, say("views.go_to_screen", language))
        plain = "QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }"
        self._area.setStyleSheet(plain + scroll_style(theme))
        self.list.set_look(theme, language)
        for area in (self.journal, self.groups):
            area.setStyleSheet(scroll_style(theme))
        self.journal.set_look(theme, language)
        self.guidance.set_look(theme, language)
        self.groups.set_look(theme, language, chips=small)
        self.chart.set_look(theme, language)
        self.facts.set_look(theme)
        self._name_swap(theme)

    def place(self, grid: Grid, theme: Theme, language: Language) -> None:
        """Put the cards where a grid says."""
        if grid.small != self._small:
            self._small = grid.small
            self.set_look(theme, language)
        places: list[tuple[QtWidgets.QWidget, Box]] = [
            (self.grouped, grid.groups),
            (self.counted, grid.rate),
            (self.listed, grid.list),
            (self.logged, grid.journal),
            (self.told, grid.guidance),
        ]
        for card, box in places:
            card.setGeometry(*box)
        x, y, width, height = 0, 0, grid.groups[2], grid.groups[3]
        if grid.small:
            self.groups.setGeometry(x + 4, y + 4, width - 8, height - 8)
        else:
            foot = self.facts.sizeHint().height()
            self.groups.setGeometry(x + 1, TITLE, width - 2, height - TITLE - foot - 8)
            self.facts.setGeometry(x + 1, height - foot - 4, width - 2, foot)
        self.facts.setVisible(not grid.small)
        self.swap_button.setVisible(grid.small)
        left, top, wide, _ = grid.journal
        button = self.swap_button.sizeHint()
        self.swap_button.setGeometry(left + wide - button.width() - 12, top + 4, button.width(), button.height())
        self.swap_button.raise_()
        self._show_one()

    def say_title(self, words: str) -> None:
        """Say what the list shows."""
        self._title.setText(words)

    def say_answer(self, words: str) -> None:
        """Say why the last press did not do what it asked for; empty says nothing."""
        self._said.setVisible(bool(words))
        self._said.setText(words)

    def say_facts(self, now_ns: int) -> None:
        """Say the counts below the places."""
        language, board = self._language, self._board
        old = sum(1 for stand in board.stands if now_ns and now_ns - stand.active_since_ns > DAY_NS)
        highest = f"{self.rate.rate.highest(now_ns)}" if self.rate.known and now_ns else "–"
        if self.rate.cut:
            highest = f"> {highest}"
        self.facts.show_rows(
            (
                (say("views.fact_waiting", language), f"{sum(board.counts.unacknowledged)}"),
                (say("views.fact_highest", language), highest),
                (say("views.fact_old", language), f"{old}"),
            )
        )

    def _swap(self) -> None:
        self._rate_wanted = not self._rate_wanted
        self._name_swap(self.counted.theme)
        self._show_one()

    def _show_one(self) -> None:
        """On the small lay-out show journal or rate, on the large one both."""
        self.counted.setVisible(not self._small or self._rate_wanted)
        self.logged.setVisible(not self._small or not self._rate_wanted)
        self.swap_button.raise_()

    def _name_swap(self, theme: Theme) -> None:
        code = "views.journal" if self._rate_wanted else "views.rate"
        right = self.swap_button.geometry().right()
        self.swap_button.set_look(theme, say(code, self._language))
        size = self.swap_button.sizeHint()
        if right > 0:
            self.swap_button.setGeometry(right - size.width() + 1, self.swap_button.y(), size.width(), size.height())
