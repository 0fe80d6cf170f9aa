"""The demo's panel "break it yourself": a fault for each simulated PLC, a flood of alarms, and troubles of the engine.

GUI thread; exists only under `hmi demo`.

Signals: `fault_wished(str, str)` with the device's name and the fault (`FaultKind` as text); `trouble_wished(str)`.
"""

from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.link.messages import FaultKind, SimulatedDevice, SimulatorStatus
from hmi.model.reason import Reason
from hmi.model.text import Language
from hmi.shell.engine_troubles import CLOCK_STEP, DISK_FULL, KILL, TROUBLES, WHOLE
from hmi.shell.panel import Panel
from hmi.words import say, say_reason

ROW = 44
BUTTON = 36
WIDTH = 620
FLOOD = "flood"
TEXT_PX = 18


@dataclass(slots=True)
class _Row:
    """The widgets of one device."""

    name: QtWidgets.QLabel
    choice: QtWidgets.QComboBox
    device: SimulatedDevice


class Choice(QtWidgets.QComboBox):
    """A box of choices painted with theme tokens: the style's own drop-down does not take them."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = theme
        self.setFont(theme.font(TEXT_PX))
        self.setFixedHeight(36)
        self.setMinimumWidth(300)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint ground, words and the sign that there is more."""
        theme, box = self._theme, QtCore.QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        whole = self.currentData() == FaultKind.NONE.value
        painter.setPen(theme.pen("focus", 2.0) if self.hasFocus() else theme.pen("line1" if whole else "mark", 1.0))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(box, 5, 5)
        painter.setPen(theme.pen("edge", 1.75, round_caps=True))
        x, y = box.right() - 18, box.center().y()
        painter.drawPolyline(
            [QtCore.QPointF(x - 5, y - 2.5), QtCore.QPointF(x, y + 2.5), QtCore.QPointF(x + 5, y - 2.5)]
        )
        words = theme.shortened(self.currentText(), box.width() - 46, TEXT_PX, 400 if whole else 600)
        theme.write(painter, 12, y + 6, words, size=TEXT_PX, weight=400 if whole else 600, token="ink")
        painter.end()


class BreakPanel(Panel):
    """Breaks simulated PLCs and the demo's engine, and mends them."""

    fault_wished = QtCore.Signal(str, str)
    """Name of the device, and the fault."""
    trouble_wished = QtCore.Signal(str)
    """A trouble of the engine: one of `engine_troubles.TROUBLES`, or `WHOLE`."""

    def __init__(self, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make it hidden and empty."""
        super().__init__(theme, parent)
        self._language = language
        self._rows: dict[str, _Row] = {}
        self._words = QtWidgets.QLabel(self)
        self._words.setWordWrap(True)
        self._grid = QtWidgets.QGridLayout()
        self._grid.setVerticalSpacing(8)
        self._grid.setHorizontalSpacing(16)
        self._grid.setColumnStretch(0, 1)
        self._standing: set[str] = set()
        self._refusal: Reason | None = None
        self._troubles = {kind: QtWidgets.QPushButton(self) for kind in (FLOOD, *TROUBLES)}
        beside = QtWidgets.QGridLayout()
        beside.setSpacing(8)
        for number, (kind, button) in enumerate(self._troubles.items()):
            button.setFixedHeight(BUTTON)
            button.setProperty("trouble", kind)
            button.clicked.connect(self._pressed)
            beside.addWidget(button, number // 2, number % 2)
        self._engine_words = QtWidgets.QLabel(self)
        self._engine_words.setWordWrap(True)
        self._mend = QtWidgets.QPushButton(self)
        self._mend.setFixedHeight(BUTTON)
        self._mend.clicked.connect(self._mend_all)
        self.body.setSpacing(12)
        self.body.addWidget(self._words)
        self.body.addLayout(self._grid)
        self.body.addLayout(beside)
        self.body.addWidget(self._engine_words)
        self.body.addWidget(self._mend, 0, QtCore.Qt.AlignmentFlag.AlignRight)

    @property
    def faults(self) -> dict[str, FaultKind]:
        """Device -> the fault that is shown as chosen."""
        return {name: FaultKind(row.choice.currentData()) for name, row in self._rows.items()}

    def set_look(self, theme: Theme, language: Language) -> None:
        """Say everything in a language and paint it with a theme."""
        self._language = language
        self.dress(theme)
        self.set_title(say("shell.break.title", language), say("shell.close", language))
        self._words.setText(say("shell.break.words", language))
        self._mend.setText(say("shell.break.mend", language))
        for kind, button in self._troubles.items():
            button.setText(say(f"shell.break.{kind}", language))
        for label in (self._words, self._mend, self._engine_words, *self._troubles.values()):
            label.setFont(theme.font(TEXT_PX))
        self._say_engine()
        devices = [row.device for row in self._rows.values()]
        self._forget()
        for device in devices:
            self._add(device)

    def show_status(self, status: SimulatorStatus | None) -> None:
        """Take over how the simulated devices are; None when nobody answers."""
        devices = () if status is None else tuple(sorted(status.devices, key=lambda device: device.name))
        self._troubles[FLOOD].setEnabled(status is not None)
        self._words.setText(say("shell.break.words" if status is not None else "shell.break.away", self._language))
        if [device.name for device in devices] != list(self._rows):
            self._forget()
            for device in devices:
                self._add(device)
            if self.isVisible():
                self.place()
        for device in devices:
            row = self._rows[device.name]
            row.device = device
            if not row.choice.view().isVisible():
                _choose(row.choice, device.fault)

    def show_trouble(self, kind: str, refusal: Reason | None) -> None:
        """Take over what became of a trouble that was wished for.

        Args:
            kind: which.
            refusal: why it was not done; None when it was.
        """
        self._refusal = refusal
        if refusal is None:
            if kind in (KILL, WHOLE):  # the engine that is started in its place is whole
                self._standing.clear()
            else:
                self._standing.add(kind)
        self._say_engine()

    def _say_engine(self) -> None:
        """Say how the engine is."""
        if self._refusal is not None:
            words = say_reason(self._refusal, self._language)
        else:
            standing = [kind for kind in (DISK_FULL, CLOCK_STEP) if kind in self._standing]
            said = [say(f"shell.break.{kind}_stands", self._language) for kind in standing]
            words = " ".join(said or [say("shell.break.engine_whole", self._language)])
        self._engine_words.setText(words)
        if self.isVisible():
            self.place()

    def _add(self, device: SimulatedDevice) -> None:
        """Add a row."""
        name = QtWidgets.QLabel(f"{device.name}   {device.title.pick(self._language)}", self)
        name.setFont(self.theme.font(TEXT_PX, 600))
        choice = Choice(self.theme, self)
        choice.setProperty("device", device.name)
        choice.setAccessibleName(device.name)
        for kind in device.faults:
            choice.addItem(say(f"shell.fault.{kind.value}", self._language), kind.value)
        _choose(choice, device.fault)
        choice.activated.connect(self._chosen)
        line = len(self._rows)
        self._grid.addWidget(name, line, 0)
        self._grid.addWidget(choice, line, 1)
        self._rows[device.name] = _Row(name, choice, device)

    def _forget(self) -> None:
        """Take all rows away."""
        for row in self._rows.values():
            for widget in (row.name, row.choice):
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._rows.clear()

    @QtCore.Slot()
    def _mend_all(self) -> None:
        """Wish for everything to be whole."""
        self._wish_all(FaultKind.NONE)
        self.trouble_wished.emit(WHOLE)

    @QtCore.Slot()
    def _pressed(self) -> None:
        """Wish for what stands on the button."""
        button = self.sender()
        kind = str(button.property("trouble"))
        if kind == FLOOD:
            self._wish_all(FaultKind.FLOOD)
        else:
            self.trouble_wished.emit(kind)

    def _wish_all(self, kind: FaultKind) -> None:
        """Wish for one fault of every device."""
        for name, row in self._rows.items():
            _choose(row.choice, kind)
            self._wish(name, kind)

    @QtCore.Slot(int)
    def _chosen(self, place: int) -> None:
        """Wish for what the user chose."""
        choice = self.sender()
        if isinstance(choice, QtWidgets.QComboBox):
            self._wish(str(choice.property("device")), FaultKind(choice.itemData(place)))

    def _wish(self, device: str, kind: FaultKind) -> None:
        """Announce a wish."""
        self.fault_wished.emit(device, kind.value)

    def sizeHint(self) -> QtCore.QSize:
        """Wide enough for the sentence in two or three lines."""
        inner = WIDTH - 2 * 20
        self._words.setFixedWidth(inner)
        texts = self._words.heightForWidth(inner) + self._engine_words.heightForWidth(inner)
        buttons = (len(self._troubles) + 1) // 2 * (BUTTON + 8)
        return QtCore.QSize(WIDTH, 12 + 40 + texts + 24 + len(self._rows) * ROW + buttons + 24 + BUTTON + 36)


def _choose(choice: QtWidgets.QComboBox, kind: FaultKind) -> None:
    """Show a fault as chosen."""
    place = choice.findData(kind.value)
    if place >= 0 and place != choice.currentIndex():
        choice.setCurrentIndex(place)
