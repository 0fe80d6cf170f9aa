"""Joins a window to its engine: link, door, sign-in, alarms, sound, store, project. GUI thread, after the first paint.

Loaded together with asyncio, so that none of it stands before the first paint. It owns nothing that is drawn but the
sign-in panel; what the engine says goes to the parts that show it.
"""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6 import QtCore

from hmi.image.reader import LiveSource
from hmi.link.engine_messages import ToldAlarms, ToldApplied, ToldCommand, ToldStore
from hmi.model.errors import HmiError, LinkLost
from hmi.model.project import Project
from hmi.model.reason import reason
from hmi.model.user import SessionState
from hmi.project import read_project
from hmi.project.applied import copy_folder, digest_of_folder
from hmi.shell.activity import Activity
from hmi.shell.desk_number import DeskNumber
from hmi.shell.door import EngineDoor
from hmi.shell.engine_link import EngineLink
from hmi.shell.history_link import HistoryLink
from hmi.shell.main_window import MainWindow
from hmi.shell.sign_in_panel import SignInPanel
from hmi.shell.sound import Sound
from hmi.words import say_reason

log = logging.getLogger("hmi.ui")


class Attaching(QtCore.QObject):
    """Everything that a window has of its engine beyond the image.

    Signals:
        command_told: the engine has told of a command; whoever clicked waits for it.
    """

    command_told = QtCore.Signal()

    def __init__(
        self,
        window: MainWindow,
        source: LiveSource,
        door: EngineDoor,
        runtime: Path,
        take_project: Callable[[Project], None],
    ) -> None:
        """Put it together; `run` connects.

        Args:
            window: shown.
            source: told when the link ends.
            door: of the window's clicks.
            runtime: folder of the sockets.
            take_project: shows another version of the project.
        """
        super().__init__(window)
        self._window, self._source, self._door, self._take_project = window, source, door, take_project
        self._applied = 0
        """Number of the version that is shown; 0 while it may be any."""
        self._folder: Path | None = None
        self._data: Path | None = None
        self.desk = DeskNumber(runtime)
        self.link = EngineLink(runtime, self.desk, Activity(window.windowHandle(), self), self)
        self.history = HistoryLink(self.link)
        self.sound = Sound(self)
        self.panel = SignInPanel(window.theme, window.desk.language, window.room)
        window.room.add_panel(self.panel)
        door.attach(self.link)
        window.asks.attach(self.link)
        page = window.page()
        page.attach(self.history, source)
        page.screen_wanted.connect(window.show_start)
        self.link.attached_changed.connect(self._attached)
        self.link.session_changed.connect(self._session)
        self.link.told.connect(self._told)
        self.link.delay_measured.connect(window.show_delay)
        window.title_row.user.clicked.connect(self.toggle_panel)
        window.board.changed.connect(self._sounding)
        window.desk_changed.connect(self._dress)
        self.panel.ask_requested.connect(self._sign)
        self.panel.sign_out_requested.connect(self._sign_out)
        self._look: tuple[object, object] = (None, None)
        self._dress()

    def shows(self, folder: Path | None, data: Path) -> None:
        """Say what the window shows before it is attached.

        Args:
            folder: where the project was read from; None when that is not known.
            data: data folder of the station, with the copies that the engine runs from.
        """
        self._folder, self._data = folder, data

    async def run(self) -> None:
        """Keep the link until cancelled."""
        try:
            await self.link.run()
        finally:
            self.sound.sound(0)
            await self.history.close()
            self.desk.release()

    @QtCore.Slot()
    def toggle_panel(self) -> None:
        """Open or close the sign-in panel."""
        if self.panel.isVisible():
            self.panel.close_panel()
        else:
            self._window.floats.close_devices()
            self.panel.open_panel()

    @QtCore.Slot()
    def _dress(self) -> None:
        """Follow theme and language of the window."""
        window = self._window
        if self._look != (window.theme, window.desk.language):
            self._look = (window.theme, window.desk.language)
            self.panel.set_look(window.theme, window.desk.language)
            self._session()

    # ------------------------------------------------------------------------------------------- what is told

    @QtCore.Slot()
    def _attached(self) -> None:
        """The engine came, or went."""
        attached = self.link.attached
        self._source.link_ended = not attached
        self._source.look_now()
        if attached:
            self._door.settle()
            engine = self.link.engine
            if engine is not None and engine.applied and engine.applied != self._applied and self._data is not None:
                copy = copy_folder(self._data, engine.applied)
                self.link.start(lambda: self._follow(copy, engine.applied), "read project")
        else:
            self._door.link_lost()
            self._window.board.lose()
            self._window.show_delay(float("nan"))
        self._session()

    @QtCore.Slot()
    def _session(self) -> None:
        """Say who is signed in."""
        link, window = self.link, self._window
        first = link.engine is not None and link.engine.needs_administrator and link.state is SessionState.NOBODY
        window.show_session(link.session, link.state, first=first)
        self.panel.show_session(
            link.session,
            link.state,
            window.role_words(link.session) if link.session is not None else "",
            attached=link.attached,
            first=first,
            why=say_reason(link.why, window.desk.language) if link.why is not None else "",
        )

    @QtCore.Slot(object)
    def _told(self, message: object) -> None:
        """Hand on what the engine says unasked."""
        if isinstance(message, ToldAlarms):
            self._window.board.take(message)
        elif isinstance(message, ToldCommand):
            self._door.told(message.result)
            self.command_told.emit()
        elif isinstance(message, ToldStore):
            self._window.show_store(message)
        elif isinstance(message, ToldApplied):
            self.link.start(lambda: self._read(message), "read project")

    @QtCore.Slot()
    def _sounding(self) -> None:
        self.sound.sound(self._window.board.sounding)

    async def _follow(self, copy: Path, number: int) -> None:
        """Show the version that the engine runs, unless it is the very one that is shown."""
        shown, self._folder = self._folder, None
        if shown is not None and await asyncio.to_thread(_same, shown, copy):
            self._applied = number
            return
        await self._read(ToldApplied(applied=number, folder=str(copy)))

    async def _read(self, told: ToldApplied) -> None:
        """Read the engine's copy, off the GUI thread, and show it."""
        result = await asyncio.to_thread(read_project, Path(told.folder))
        self._applied = told.applied
        if result.project is None:
            log.error("the engine's copy of the project in %s cannot be read", told.folder)
            return
        self._take_project(result.project)

    # ------------------------------------------------------------------------------------------- what the user does

    @QtCore.Slot(object)
    def _sign(self, make: Callable[[int], Any]) -> None:
        async def work() -> None:
            try:
                why = await self.link.sign(make)
            except (LinkLost, TimeoutError):
                why = reason("shell.sign.lost")
            except HmiError as error:
                why = error.reason
            self.panel.refuse(why)

        self._start(work, "sign in")

    @QtCore.Slot()
    def _sign_out(self) -> None:
        async def work() -> None:
            try:
                await self.link.sign_out()
                self.panel.refuse(None)
            except (LinkLost, TimeoutError):
                self.panel.refuse(reason("shell.sign.lost"))

        self._start(work, "sign out")

    def _start(self, work: Callable[[], Any], name: str) -> None:
        if self.link.attached:
            self.link.start(work, name)
        else:
            self.panel.refuse(reason("shell.sign.lost"))


def _same(shown: Path, copy: Path) -> bool:
    """Tell whether two folders hold the same project; one that cannot be read holds another."""
    try:
        return digest_of_folder(shown) == digest_of_folder(copy)
    except OSError:
        return False
