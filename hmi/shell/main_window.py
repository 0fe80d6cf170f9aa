"""The window: header above, one screen below, panels over it. GUI thread, made by `app`.

What it needs comes in the constructor. `on_frame` is called by the one frame clock. Signals: `window_closed()` when
the user has closed it, `desk_changed()` when it is arranged otherwise than before.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.scene import ScreenView
from hmi.display.theme import Theme
from hmi.image.contract import CommandDoor, EngineState, ValueSource
from hmi.model.project import Project
from hmi.model.screen import Screen
from hmi.model.text import Language
from hmi.model.user import SessionState, SignedIn
from hmi.shell.desk import Desk
from hmi.shell.facts import Facts
from hmi.shell.floats import Floats
from hmi.shell.keys import bind_keys
from hmi.shell.navigation import fitting, place_of_item, place_of_screen, places_of, start_of
from hmi.shell.room import Room
from hmi.shell.session_words import role_words, session_words
from hmi.shell.status_row import StatusRow
from hmi.shell.title_row import LANGUAGES, TitleRow
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard
from hmi.views.banner import Banner
from hmi.words import say, say_reason

if TYPE_CHECKING:
    from hmi.link.engine_messages import ToldStore
    from hmi.views.alarms_page import AlarmsPage

SMALLEST = QtCore.QSize(800, 480)
ALARMS = "alarms"
"""What the desk calls the page of alarms."""
BANNER_FAMILY = "alarm_banner"
"""Family of the element that keeps a place for the banner on a screen."""


class MainWindow(QtWidgets.QWidget):
    """One window of a station."""

    window_closed = QtCore.Signal()
    """The user has closed the window."""
    desk_changed = QtCore.Signal()
    """Language, theme, screen, size or place of the window changed."""

    def __init__(
        self,
        project: Project,
        facts: Facts,
        desk: Desk,
        load_theme: Callable[[str], Theme],
        source: ValueSource,
        door: CommandDoor,
    ) -> None:
        """Put the window together; `show_start` shows the first screen.

        Args:
            project: what to show.
            facts: of the station, read from the image.
            desk: how it was arranged.
            load_theme: name -> theme.
            source: where the screen takes its values from.
            door: where clicks go.
        """
        super().__init__()
        self._project = project
        self._facts = facts
        self._desk = desk
        self._load_theme = load_theme
        self._places = places_of(project)
        self._place = 0
        self._shown: Screen | None = None
        self._faulty = False
        self._theme = load_theme(desk.theme)
        self._session: tuple[SignedIn | None, SessionState] = (None, SessionState.NOBODY)
        self._store: ToldStore | None = None
        self._first_user = False
        self.board = AlarmBoard(project, self)
        self.asks = Acknowledging(self)
        self.alarms_page: AlarmsPage | None = None  # made after the first paint, or when it is first wanted
        self.title_row = TitleRow(self._theme, desk.language, self)
        self.status_row = StatusRow(self._theme, desk.language, self)
        self.room = Room(self._theme, self)
        self.view = ScreenView(source, door, self._theme, desk.language, self.room)
        self.view.hide()  # until a screen is held; the desk may begin with the page of alarms
        self.floats = Floats(self.room, self.view, source, door, self.board, self.asks)
        self.floats.take_project(project, facts)
        self.banner = Banner(self.board, self.asks, self._theme, desk.language, self.room)
        self.room.add_banner(self.banner)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title_row)
        column.addWidget(self.status_row)
        column.addWidget(self.room, 1)
        self.setMinimumSize(SMALLEST)
        self._connect()

    def _connect(self) -> None:
        """Connect signals and keys."""
        self.title_row.tab_chosen.connect(self._tab_chosen)
        self.title_row.language_chosen.connect(self._language_chosen)
        self.title_row.theme_button.clicked.connect(self.switch_theme)
        self.status_row.devices_asked.connect(self.floats.toggle_devices)
        self.status_row.alarms_asked.connect(self.show_alarms)
        self.status_row.silence_button.clicked.connect(self.asks.silence)
        self.room.resized.connect(self._refit)
        self.banner.row_chosen.connect(self.show_alarm)
        self.board.changed.connect(self._alarms_changed)
        self.board.flash.flashed.connect(self.status_row.flash)
        self.board.flash.flashed.connect(self.view.flash)
        keys = (
            *(("F11", self.switch_full_screen), ("F2", self.floats.toggle_devices)),
            *(("F3", self.show_alarms), ("F8", self.asks.silence)),
            *(("Ctrl+L", self.switch_language), ("Ctrl+T", self.switch_theme)),
            *(("Ctrl+PgDown", self.next_tab), ("Ctrl+PgUp", self.previous_tab)),
        )
        bind_keys(self, keys, len(self._places), self._number_pressed)

    # ------------------------------------------------------------------------------------------- what is shown

    @property
    def desk(self) -> Desk:
        """How the window is arranged now."""
        return self._desk

    @property
    def project(self) -> Project:
        """What is shown."""
        return self._project

    @property
    def screen_shown(self) -> str:
        """Path of the screen that is shown; empty when there is none."""
        return self._shown.path if self._shown is not None else ""

    @property
    def theme(self) -> Theme:
        """Colours and fonts at present."""
        return self._theme

    def show_start(self, path: str = "") -> None:
        """Show the screen of a path, else that of the desk, else the project's first."""
        wanted = place_of_screen(self._places, path) if path else None
        if wanted is None and self._desk.navigation == ALARMS:
            wanted = len(self._places)
        if wanted is None and self._desk.navigation:
            wanted = place_of_item(self._places, self._desk.navigation)
        self._place = start_of(self._project, self._places) if wanted is None else wanted
        self._dress()
        self._refit()

    def show_place(self, place: int) -> None:
        """Show a tab."""
        if not 0 <= place <= len(self._places) or place == self._place:
            return
        self._place = place
        self.title_row.tabs.choose(place)
        self._refit()
        self._keep(navigation=ALARMS if place == len(self._places) else self._places[place].item.id)

    @QtCore.Slot()
    def show_alarms(self) -> None:
        """Show the page of alarms."""
        self.show_place(len(self._places))

    @QtCore.Slot(str)
    def show_alarm(self, occurrence: str) -> None:
        """Show what is to be done about an occurrence."""
        self.show_alarms()
        self.page().choose(occurrence)

    def page(self) -> "AlarmsPage":
        """Give the page of alarms; made when it is first wanted."""
        if self.alarms_page is None:
            from hmi.views.alarms_page import AlarmsPage  # lists of Qt's that no first paint needs

            self.alarms_page = AlarmsPage(self.board, self.asks, self._theme, self._desk.language, self.room)
            self.alarms_page.hide()
        return self.alarms_page

    def take_project(self, project: Project, facts: Facts) -> None:
        """Show another version of the project from now on; what the operator looks at stays where it can.

        Args:
            project: as the engine runs it.
            facts: of its devices and tags.
        """
        shown = self._places[self._place].item.id if self._place < len(self._places) else ALARMS
        self._project, self._facts = project, facts
        self._places = places_of(project)
        self._place = len(self._places) if shown == ALARMS else place_of_item(self._places, shown)
        self._shown = None
        self.floats.take_project(project, facts)
        self.board.take_project(project)
        self._dress()
        self._refit()

    def on_frame(self, engine: EngineState, now_ns: int) -> None:
        """Bring header, frame and panels up to date.

        Args:
            engine: what the source's `poll` said in this frame.
            now_ns: monotonic time of the frame.
        """
        changed = self._facts.look(engine, now_ns)
        self.title_row.clock.show_state(engine)
        if changed.engine or changed.devices or changed.counts or not engine.alive:
            self.status_row.show_facts(self._facts)
        self.floats.frame(engine, devices=changed.devices or changed.engine)
        reason = engine.reason
        words = "" if engine.alive or reason is None else say_reason(reason, self._desk.language)
        if self._faulty:
            words = say("shell.window_fault", self._desk.language)
        self.room.frame_round.show_reason(words)
        beat_ns = engine.heartbeat_wall_ns + (engine.heartbeat_age_ns if engine.alive else 0)
        self.banner.set_time(beat_ns)
        if self.alarms_page is not None:
            self.alarms_page.set_time(beat_ns)

    # ------------------------------------------------------------------------------------------- what the engine says

    @QtCore.Slot()
    def _alarms_changed(self) -> None:
        """Bring header and screen up to date with the list."""
        board = self.board
        self.status_row.show_alarms(board.counts, known=board.known, sounding=board.sounding > 0)
        self.view.show_alarms(board.marks() if board.known else {})
        self.floats.show_alarms()

    def show_store(self, told: "ToldStore | None") -> None:
        """Say in the header that records cannot be kept, or no more."""
        self._store = told
        language = self._desk.language
        words = ""
        if told is not None and told.reason is not None:
            why = say_reason(told.reason, language)
            words = say("shell.store", language, why=why, waiting=told.waiting) if told.waiting else why
        self.status_row.show_trouble(words)

    def show_delay(self, delay_ms: float) -> None:
        """Take the delay of the link, milliseconds; NaN while there is none."""
        self.status_row.delay_ms = delay_ms
        self.status_row.show_facts(self._facts)

    def show_session(self, session: SignedIn | None, state: SessionState, *, first: bool = False) -> None:
        """Say in the header who is signed in.

        Args:
            session: who; None for nobody.
            state: of the session.
            first: the engine waits for its first administrator.
        """
        self._session, self._first_user = (session, state), first
        words, tip = session_words(self._project, session, state, self._desk.language, first=first)
        self.title_row.show_user(words, tip, loud=state is SessionState.SIGNED_IN)

    def role_words(self, session: SignedIn) -> str:
        """Give the role of a user in words."""
        return role_words(self._project, session, self._desk.language)

    # ------------------------------------------------------------------------------------------- its look

    def show_fault(self) -> None:
        """Say round the screen that this program has failed, until another screen is opened."""
        self._faulty = True

    def _dress(self) -> None:
        """Say everything in the language and paint it with the theme."""
        language, theme = self._desk.language, self._theme
        title = self._project.header.title.pick(language) or self._project.header.name
        self.setWindowTitle(say("shell.window_title", language, title=title))
        tabs = [one.item.title.pick(language) for one in self._places]
        self.title_row.set_look(theme, language, title, [*tabs, say("shell.alarms_tab", language)])
        self.title_row.tabs.choose(self._place)
        self.show_session(*self._session, first=self._first_user)
        self.show_store(self._store)
        self.banner.set_look(theme, language)
        if self.alarms_page is not None:
            self.alarms_page.set_look(theme, language)
        self.status_row.set_look(theme, language)
        self.status_row.show_facts(self._facts)
        self.room.set_theme(theme)
        self.floats.dress(theme, language)
        self.floats.show_facts()

    @QtCore.Slot()
    def _refit(self) -> None:
        """Show the lay-out that fits the room, unless it is shown already."""
        if self._place >= len(self._places):
            if self._places:
                self.room.show_page(self.page())
                return
            self.room.show_page(self.page() if self._place else None)
            self.room.hold(None, words=say("shell.no_screens", self._desk.language))
            return
        self.room.show_page(None)
        screen = fitting(self._places[self._place].screens, self.room.width(), self.room.height())
        if screen is not self._shown:
            self._open(screen)

    def _open(self, screen: Screen) -> None:
        """Show a screen."""
        self._shown = screen
        self._faulty = False
        elements = self._project.elements.get(screen.id, ())
        place = next((QtCore.QRectF(*one.at) for one in elements if one.type == BANNER_FAMILY), None)
        self.room.hold(self.view, screen.width, screen.height, place=place)
        self.view.show_screen(screen, elements, self._project.tags_by_path)
        self.view.show_alarms(self.board.marks() if self.board.known else {})

    def _redress(self) -> None:
        """Show the same in another language or theme."""
        self._dress()
        if self.view.theme is not self._theme:
            self.view.set_theme(self._theme)
        if self.view.language is not self._desk.language:
            self.view.set_language(self._desk.language)

    def _keep(self, **changes: object) -> None:
        """Take a change into the desk."""
        self._desk = msgspec.structs.replace(self._desk, **changes)
        self.desk_changed.emit()

    # ------------------------------------------------------------------------------------------- what the user does

    @QtCore.Slot(int)
    def _tab_chosen(self, place: int) -> None:
        self.show_place(place)

    @QtCore.Slot(int)
    def _language_chosen(self, place: int) -> None:
        self.set_language(LANGUAGES[place])

    @QtCore.Slot()
    def _number_pressed(self) -> None:
        self.show_place(int(self.sender().property("place")))

    def set_language(self, language: Language) -> None:
        """Speak another language from now on."""
        if language is not self._desk.language:
            self._keep(language=language)
            self._redress()
            self.status_row.show_facts(self._facts)

    @QtCore.Slot()
    def switch_language(self) -> None:
        """Speak the other language."""
        place = LANGUAGES.index(self._desk.language) + 1
        self.set_language(LANGUAGES[place % len(LANGUAGES)])

    @QtCore.Slot()
    def switch_theme(self) -> None:
        """Day or night."""
        name = "day" if self._desk.theme != "day" else "night"
        self._theme = self._load_theme(name)
        self._keep(theme=name)
        self._redress()

    @QtCore.Slot()
    def switch_full_screen(self) -> None:
        """Full screen, or back."""
        full = not self.isFullScreen()
        if full:
            self.showFullScreen()
        else:
            self.showNormal()
        self._keep(full_screen=full)

    @QtCore.Slot()
    def next_tab(self) -> None:
        """Show the next tab."""
        self.show_place(self._place + 1)

    @QtCore.Slot()
    def previous_tab(self) -> None:
        """Show the tab before."""
        self.show_place(self._place - 1)

    def changeEvent(self, event: QtCore.QEvent) -> None:
        """Keep where the window is."""
        super().changeEvent(event)
        if event.type() == QtCore.QEvent.Type.WindowStateChange:
            self.desk_changed.emit()

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Announce that the user has closed the window."""
        box = self.normalGeometry()
        self._desk = msgspec.structs.replace(self._desk, box=(box.x(), box.y(), box.width(), box.height()))
        self.desk_changed.emit()
        event.accept()
        self.window_closed.emit()
