"""What the window has under `hmi demo` alone: the button and the panel "break it yourself". GUI thread, for `app`."""

import asyncio
from pathlib import Path

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.link.messages import FaultKind, SimulatorStatus
from hmi.model.reason import Reason
from hmi.model.text import Language
from hmi.shell.break_panel import BreakPanel
from hmi.shell.engine_troubles import EngineTroubles
from hmi.shell.main_window import MainWindow
from hmi.shell.simulator_link import SimulatorLink
from hmi.words import say

HEIGHT = 32
TEXT_PX = 18


class BreakButton(QtWidgets.QAbstractButton):
    """Opens the panel; stands at the right end of the status row."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it without words."""
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    def set_look(self, theme: Theme, words: str) -> None:
        """Show these words with a theme."""
        self._theme = theme
        self.setText(words)
        self.setAccessibleName(words)
        self.setFixedSize(round(theme.width(words, TEXT_PX, 600)) + 28, HEIGHT)
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint a dark chip, as a primary button."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(theme.pen("focus", 2.0) if self.hasFocus() else QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("mark"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.setFont(theme.font(TEXT_PX, 600))
        painter.setPen(theme.pen("markink"))
        painter.drawText(self.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()


class DemoLinks:
    """The lines of the panel: to the simulator, and to the engine that it breaks."""

    def __init__(self, simulator: SimulatorLink, engine: EngineTroubles) -> None:
        """Take both."""
        self.simulator, self.engine = simulator, engine

    async def run(self) -> None:
        """Run both until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.simulator.run(), name="simulator link")
            both.create_task(self.engine.run(), name="engine troubles")


class DemoTools(QtCore.QObject):
    """Puts button, panel and its lines to simulator and engine into a window."""

    def __init__(self, window: MainWindow, runtime: Path) -> None:
        """Put them in.

        Args:
            window: of the demo.
            runtime: folder of the sockets of simulator and engine.
        """
        super().__init__(window)
        self._window = window
        self._look: tuple[str, Language] | None = None
        self.panel = BreakPanel(window.theme, window.desk.language, window.room)
        self.button = BreakButton(window.theme, window.status_row)
        self.link = DemoLinks(SimulatorLink(runtime, self._told), EngineTroubles(runtime, self._troubled))
        window.room.add_panel(self.panel)
        self.panel.fault_wished.connect(self._wished)
        self.panel.trouble_wished.connect(self._trouble_wished)
        self.button.clicked.connect(self._toggle)
        window.desk_changed.connect(self._dress)
        window.room.resized.connect(self._place)
        self._dress()

    @QtCore.Slot()
    def _dress(self) -> None:
        """Follow language and theme of the window."""
        theme, language = self._window.theme, self._window.desk.language
        if self._look == (theme.name, language):
            return
        self._look = (theme.name, language)
        self.button.set_look(theme, say("shell.break.title", language))
        self.panel.set_look(theme, language)
        self._window.status_row.right_room = self.button.width() + 20
        self._window.status_row.update()
        self._place()

    @QtCore.Slot()
    def _place(self) -> None:
        """Keep the button at the right end of the row."""
        row = self._window.status_row
        self.button.move(row.width() - self.button.width() - 14, (row.height() - HEIGHT) // 2)

    @QtCore.Slot()
    def _toggle(self) -> None:
        """Open or close the panel."""
        if self.panel.isVisible():
            self.panel.close_panel()
        else:
            self._window.floats.close_devices()
            self.panel.open_panel()

    @QtCore.Slot(str, str)
    def _wished(self, device: str, kind: str) -> None:
        """Tell the simulator."""
        self.link.simulator.set_fault(device, FaultKind(kind))

    @QtCore.Slot(str)
    def _trouble_wished(self, kind: str) -> None:
        """Tell the engine."""
        self.link.engine.wish(kind)

    def _troubled(self, kind: str, refusal: Reason | None) -> None:
        """Show what became of it."""
        self.panel.show_trouble(kind, refusal)

    def _told(self, status: SimulatorStatus | None) -> None:
        """Show what the simulator says."""
        self.panel.show_status(status)
