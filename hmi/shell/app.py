"""Composition root of the window: puts source, door, clock, screen and header together and runs them. For `hmi window`.

The one file that knows qasync: asyncio runs on Qt's loop, everybody else sees plain asyncio. Both are loaded when the
screen stands there: until then Qt's own loop does, and the first paint comes 25 ms sooner. GUI thread.
"""

import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from hmi.shell.qt import QtCore, QtWidgets  # isort: skip - before everything that loads Qt

from hmi.display.frame import FrameClock
from hmi.display.theme import load_fonts, load_theme
from hmi.image.contract import EngineState
from hmi.image.reader import LiveSource
from hmi.model.project import Project
from hmi.model.screen import Element
from hmi.model.station import Station
from hmi.model.text import Language
from hmi.shell.beating import Beating
from hmi.shell.desk import Desk, read_desk, write_desk
from hmi.shell.door import EngineDoor
from hmi.shell.facts import Facts
from hmi.shell.faults import Faults, log_qt
from hmi.shell.glyphs import program_icon
from hmi.shell.main_window import MainWindow

if TYPE_CHECKING:
    import asyncio

    from hmi.display.memory import TrendMemory
    from hmi.shell.attaching import Attaching
    from hmi.shell.demo_tools import DemoTools

WELL, NOT_LIVE, INTERRUPTED, TERMINATED = 0, 1, 130, 143
DEFAULT_SIZE = (1920, 1080)
LATEST_PAINT_MS = 1000
"""A window that nobody can see is not painted; everything else begins then without a first paint."""

_Handler = Callable[[int, FrameType | None], object] | int | None

log = logging.getLogger("hmi.ui")


class Wishes(msgspec.Struct, frozen=True):
    """What the command line asked of the window; what is None or empty is taken from the desk."""

    default_language: Language
    """When neither the command line nor the desk says one."""
    language: Language | None = None
    screen: str = ""
    size: tuple[int, int] | None = None
    full_screen: bool = False
    theme: str = ""
    screenshot: Path | None = None
    seconds: float | None = None
    """End after this time; with `screenshot` the picture is taken then."""
    simulator: bool = False
    """True under `hmi demo`: offers to break the simulated PLCs."""
    first_paint: bool = False
    """End as soon as the screen was painted once (the benchmark of the start)."""
    folder: Path | None = None
    """Where the project was read from; when the engine runs another version, that one is shown."""


def run_window(project: Project, station: Station, wishes: Wishes) -> int:
    """Open the window and run it until it is closed.

    Args:
        project: what to show.
        station: whose image is shown.
        wishes: of the command line.

    Returns:
        0 when the user closed it or its time was over, 1 when a picture was asked for and no value was live, 143 after
        SIGTERM, 130 after SIGINT.
    """
    QtCore.qInstallMessageHandler(log_qt)
    faults = Faults()
    sys.excepthook = faults
    # The style by its name: `setStyle` would hand it out, and load all that a style can be asked for.
    application = QtWidgets.QApplication(["hmi", "-style", "Fusion"])
    application.setApplicationName("Clearline")
    load_fonts()
    running = _Running(project, station, wishes, faults)
    running.show()
    code = _run_in_asyncio(application, running)
    faults.tell = None  # nothing may hold the window when the application has ended
    return code


def _run_in_asyncio(application: QtWidgets.QApplication, running: "_Running") -> int:
    """Load asyncio and run the rest of the window's life in it, on Qt's loop."""
    import asyncio

    import qasync

    from hmi.shell.attaching import Attaching

    running.remember()
    running.attaching = Attaching(running.window, running.source, running.door, running.runtime, running.take_project)
    running.attaching.shows(running.folder, running.data)
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        code: int = loop.run_until_complete(running.run())
    return code


class _Running:
    """One window while it runs."""

    def __init__(self, project: Project, station: Station, wishes: Wishes, faults: Faults) -> None:
        self._station = station
        self.runtime, self.data, self.folder = station.runtime, station.data, wishes.folder
        self.attaching: Attaching | None = None
        """What the window has of its engine; None before the first paint."""
        self._wishes = wishes
        self._first = QtCore.QEventLoop()
        """Runs until the first paint."""
        self._ended: asyncio.Event | None = None
        """None until asyncio runs; what ended before that, `_over` tells."""
        self._over = False
        self._before: dict[int, _Handler] = {}
        """Who got the signals before."""
        self._code = WELL
        station.runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
        station.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.source = source = LiveSource(station.pointer)
        self.door = EngineDoor()
        self._facts = Facts(project, source)
        desk = _desk(station, wishes)
        self.window = MainWindow(project, self._facts, desk, load_theme, source, self.door)
        faults.tell = self.window.show_fault
        self._demo = _demo_tools(self.window, station) if wishes.simulator else None
        self._beating = Beating(self.window, self._facts.tags, station.runtime)
        self._clock = FrameClock(source, self.window)
        self._clock.add(self)
        self._clock.add(self.window.view)
        self._memory: TrendMemory | None = None

    def frame(self, state: EngineState) -> bool:
        """Bring the header up to date before the screen; called by the frame clock."""
        self.window.on_frame(state, time.monotonic_ns())
        self._beating.on_frame(state)
        return False

    def show(self) -> None:
        """Show the window, and come back when its screen was painted once."""
        window = self.window
        window.window_closed.connect(self._end)
        window.desk_changed.connect(self._keep_desk)
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._terminated)
        self._clock.run_frame()
        window.show_start(self._wishes.screen)
        _FirstPaint(window, self._painted)
        self._show()
        window.room.setFocus()
        self._clock.start()
        QtCore.QTimer.singleShot(LATEST_PAINT_MS, self._first.quit)
        if not self._over:
            self._first.exec()

    async def run(self) -> int:
        """Run until the window is closed, give the exit code."""
        import asyncio

        window, wishes = self.window, self._wishes
        self._ended = asyncio.Event()
        window.setWindowIcon(program_icon(window.theme))
        if self._over:
            self._ended.set()
        tasks = [asyncio.create_task(self._demo.link.run(), name="simulator link")] if self._demo is not None else []
        if self.attaching is not None:
            self.attaching.command_told.connect(self._clock.run_frame)  # somebody waits for it: not up to 33 ms more
            tasks.append(asyncio.create_task(self.attaching.run(), name="engine link"))
        if wishes.seconds is not None:
            tasks.append(asyncio.create_task(self._end_in(wishes.seconds), name="end in time"))
        try:
            await self._ended.wait()
        finally:
            self._clock.stop()
            self._beating.stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for number, handler in self._before.items():
                signal.signal(number, handler)
            window.close()
        return self._code

    def _show(self) -> None:
        """Show the window as it is wished or was arranged."""
        window, box = self.window, self.window.desk.box
        if self._wishes.size is not None:
            window.resize(*self._wishes.size)
        elif box is not None:
            window.setGeometry(*box)
        else:
            room = QtWidgets.QApplication.primaryScreen().availableSize()
            window.resize(min(DEFAULT_SIZE[0], room.width()), min(DEFAULT_SIZE[1], room.height()))
        if window.desk.full_screen:
            window.showFullScreen()
        elif self._wishes.size is None and box is None:
            window.showMaximized()
        else:
            window.show()

    async def _end_in(self, seconds: float) -> None:
        """Take the picture and end."""
        import asyncio

        await asyncio.sleep(seconds)
        if self._wishes.screenshot is not None:
            alive = self._facts.engine.alive and self._facts.live > 0
            saved = self._save_picture(self._wishes.screenshot)
            self._code = WELL if alive and saved else NOT_LIVE
        self._end()

    def _save_picture(self, path: Path) -> bool:
        """Save a picture of the window; tells whether it is there."""
        from hmi.shell.picture_file import save_picture

        try:
            save_picture(self.window.grab(), path)
        except OSError as error:
            log.error("the picture %s cannot be written: %s", path, error)
            return False
        log.info("picture %s: saved, live values %d", path, self._facts.live)
        return True

    def _end(self) -> None:
        """Let `show` and `run` come back."""
        self._over = True
        self._first.quit()
        if self._ended is not None:
            self._ended.set()

    def _painted(self) -> None:
        """Collect garbage from now on, but never again among what the start has made (saves long frames)."""
        gc.freeze()
        gc.enable()
        if self._wishes.first_paint:
            os.write(1, b"painted\n")
            self._over = True
        self._first.quit()

    def remember(self) -> None:
        """Keep the last hour of what trends show from now on; after the first paint."""
        from hmi.display.memory import TrendMemory

        project = self.window.project
        self.window.floats.load()
        self._memory = TrendMemory(self.source, elements_of(project), project.tags_by_path)
        self._clock.add(self._memory)
        self.window.floats.remember(self._memory)

    def take_project(self, project: Project) -> None:
        """Show another version of the project from now on."""
        if self._memory is not None:
            self._memory.take_project(elements_of(project), project.tags_by_path)
        self._facts = Facts(project, self.source)
        self._beating.watch(self._facts.tags)
        self.window.take_project(project, self._facts)

    def _keep_desk(self) -> None:
        """Keep how the window is arranged."""
        write_desk(self._station.data, self.window.desk)

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        """End because somebody asked for it from outside; the launcher tells that from a window closed by its user."""
        self._code = INTERRUPTED if number == signal.SIGINT else TERMINATED
        self._end()


def _demo_tools(window: MainWindow, station: Station) -> "DemoTools":
    """Put in what only the demo has; loaded for it alone, before the first paint."""
    from hmi.shell.demo_tools import DemoTools

    return DemoTools(window, station.runtime)


def elements_of(project: Project) -> Iterator[Element]:
    """Give the elements of all screens."""
    return chain.from_iterable(project.elements.values())


class _FirstPaint(QtCore.QObject):
    """Calls something in the turn of the loop after the screen of a window was painted first."""

    def __init__(self, window: MainWindow, work: Callable[[], None]) -> None:
        super().__init__(window)
        self._work = work
        (window.view.viewport() if window.screen_shown else window.room).installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if event.type() == QtCore.QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QtCore.QTimer.singleShot(0, self._work)
        return False


def _desk(station: Station, wishes: Wishes) -> Desk:
    """Give the desk with what the command line wished."""
    desk = read_desk(station.data, Desk(language=wishes.default_language))
    return Desk(
        language=wishes.language or desk.language,
        theme=wishes.theme or desk.theme,
        navigation=desk.navigation,
        full_screen=wishes.full_screen or desk.full_screen,
        box=desk.box,
    )
