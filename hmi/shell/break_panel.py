"""The demo's panel "break it yourself": one fault for each simulated PLC. GUI thread; exists only under `hmi demo`.

Signals: `fault_wished(str, str)` with the device's name and the fault (`FaultKind` as text).
"""

from dataclasses import dataclass

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.link.messages import FaultKind, SimulatedDevice, SimulatorStatus
from hmi.model.text import Language
from hmi.shell.panel import Panel
from hmi.words import say

ROW = 44
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
    """Breaks simulated PLCs, and mends them."""

    fault_wished = QtCore.Signal(str, str)
    """Name of the device, and the fault."""

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
        self._mend = QtWidgets.QPushButton(self)
        self._mend.setFixedHeight(36)
        self._mend.clicked.connect(self._mend_all)
        self.body.setSpacing(12)
        self.body.addWidget(self._words)
        self.body.addLayout(self._grid)
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
        for label in (self._words, self._mend):
            label.setFont(theme.font(TEXT_PX))
        devices = [row.device for row in self._rows.values()]
        self._forget()
        for device in devices:
            self._add(device)

    def show_status(self, status: SimulatorStatus | None) -> None:
        """Take over how the simulated devices are; None when nobody answers."""
        devices = () if status is None else tuple(sorted(status.devices, key=lambda device: device.name))
        self._mend.setEnabled(status is not None)
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
        """Wish for every device to be whole."""
        for name, row in self._rows.items():
            _choose(row.choice, FaultKind.NONE)
            self._wish(name, FaultKind.NONE)

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
        width = 620
        self._words.setFixedWidth(width - 2 * 20)
        text = self._words.heightForWidth(width - 40)
        return QtCore.QSize(width, 12 + 40 + text + 24 + len(self._rows) * ROW + 36 + 36)


def _choose(choice: QtWidgets.QComboBox, kind: FaultKind) -> None:
    """Show a fault as chosen."""
    place = choice.findData(kind.value)
    if place >= 0 and place != choice.currentIndex():
        choice.setCurrentIndex(place)
