"""What floats over the screen: the panel of devices and the faceplates. Both are made when they are first wanted.

Belongs to the main window, which tells it of theme, language, project and frames. GUI thread.
"""

from typing import TYPE_CHECKING

from PySide6 import QtCore

from hmi.display.scene import ScreenView
from hmi.display.theme import Theme
from hmi.image.contract import CommandDoor, EngineState, ValueSource
from hmi.model.project import Project
from hmi.model.text import Language
from hmi.shell.facts import Facts
from hmi.shell.room import Room
from hmi.views.acknowledging import Acknowledging
from hmi.views.alarm_board import AlarmBoard

if TYPE_CHECKING:
    from hmi.display.memory import TrendMemory
    from hmi.display.parts import FaceplateSubject
    from hmi.shell.devices_panel import DevicesPanel
    from hmi.shell.faceplates import Faceplates


class Floats(QtCore.QObject):
    """Panel and faceplates of one window."""

    def __init__(
        self,
        room: Room,
        view: ScreenView,
        source: ValueSource,
        door: CommandDoor,
        board: AlarmBoard,
        asks: Acknowledging,
    ) -> None:
        """Begin with nothing; `dress` and `take_project` come before anything is opened.

        Args:
            room: over which it floats.
            view: the screen, whose clicks open faceplates.
            source: where faceplates take their values from.
            door: where their clicks go; shared with the screen.
            board: what stands.
            asks: acknowledges.
        """
        super().__init__(room)
        self.room, self.view, self.source, self.door, self.board, self.asks = room, view, source, door, board, asks
        self.theme: Theme = view.theme
        self.language: Language = view.language
        self.project: Project | None = None
        self.memory: TrendMemory | None = None
        self.state: EngineState | None = None
        """What the last frame knew of the engine."""
        self._facts: Facts | None = None
        self._panel: DevicesPanel | None = None
        self._plates: Faceplates | None = None
        view.opened.connect(self._open)

    @property
    def devices(self) -> "DevicesPanel":
        """The panel of devices."""
        if self._panel is None:
            from hmi.shell.devices_panel import DevicesPanel  # labels and lay-outs that no first paint needs

            self._panel = DevicesPanel(self.theme, self.language, self.room)
            self._panel.set_look(self.theme, self.language)
            self.room.add_panel(self._panel)
        return self._panel

    @property
    def plates(self) -> "Faceplates":
        """The faceplates."""
        if self._plates is None:
            from hmi.shell.faceplates import Faceplates

            self._plates = Faceplates(self, self)
        return self._plates

    def load(self) -> None:
        """Load what clicks, faceplates and other screens need, after the first paint: then none of them waits."""
        import hmi.display.alarm_colours
        import hmi.display.axes
        import hmi.display.ramps
        import hmi.display.remembered
        import hmi.shell.faceplates  # noqa: F401  # all for their side effect alone
        from hmi.display.symbols import drawings

        len(drawings())
        _ = self.view.pointing

    @QtCore.Slot(object, object)
    def _open(self, subject: "FaceplateSubject", rect: QtCore.QRectF) -> None:
        self.plates.open(subject, rect)

    # ------------------------------------------------------------------------------------------- the window tells

    def dress(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self.theme, self.language = theme, language
        if self._panel is not None:
            self._panel.set_look(theme, language)
        if self._plates is not None:
            self._plates.dress()

    def take_project(self, project: Project, facts: Facts) -> None:
        """Show what another version of the project says."""
        self.project, self._facts = project, facts
        if self._plates is not None:
            self._plates.take_project()

    def remember(self, memory: "TrendMemory") -> None:
        """Let trends begin with what a memory holds from now on."""
        self.memory = memory
        self.view.remember(memory)

    def show_facts(self) -> None:
        """Bring the panel of devices up to date where it is seen."""
        if self._panel is not None and self._facts is not None:
            self._panel.show_facts(self._facts.devices)

    def show_alarms(self) -> None:
        """Bring the faceplates up to date with what stands."""
        if self._plates is not None:
            self._plates.show_alarms()

    def frame(self, state: EngineState, *, devices: bool) -> None:
        """Bring everything up to date; once a frame.

        Args:
            state: of the engine.
            devices: whether something about a device changed.
        """
        if devices and self._panel is not None and self._panel.isVisible():
            self.show_facts()
        self.state = state
        if self._plates is not None:
            self._plates.frame(state)

    # ------------------------------------------------------------------------------------------- the user does

    def toggle_devices(self) -> None:
        """Open or close the panel of devices."""
        panel = self.devices
        if panel.isVisible():
            panel.close_panel()
        else:
            self.show_facts()
            panel.open_panel()

    def close_devices(self) -> None:
        """Close the panel of devices: another one opens in its place."""
        if self._panel is not None:
            self._panel.close_panel()
