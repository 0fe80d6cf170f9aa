"""A field over the place that was clicked, for a number to be asked of the engine. Window, GUI thread."""

import math

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import MINUS, VALUE_PX, Theme
from hmi.model.tag import Tag
from hmi.model.text import Language
from hmi.words import say


class NumberEntry(QtWidgets.QLineEdit):
    """Enter asks, Escape and a loss of focus let go; a number outside the tag's write range is refused in words.

    Signals:
        number_entered: payload the number, engineering units.
    """

    number_entered = QtCore.Signal(float)

    def __init__(self, tag: Tag, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make an empty field."""
        super().__init__(parent)
        self._tag, self._language = tag, language
        self.setObjectName("number entry")
        self.setFont(theme.font(VALUE_PX, 600))
        self.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
        palette = self.palette()
        palette.setColor(QtGui.QPalette.ColorRole.Base, theme.colour("track"))
        palette.setColor(QtGui.QPalette.ColorRole.Text, theme.colour("sp"))
        self.setPalette(palette)
        self.returnPressed.connect(self._take)

    def fault_of(self, text: str) -> str:
        """Say what is wrong with an entry; empty when nothing is."""
        number = _number(text)
        if number is None:
            return say("display.entry_number", self._language, text=text.strip() or "…")
        low, high = self._tag.write.low, self._tag.write.high
        if (low is not None and number < low) or (high is not None and number > high):
            return say(
                "display.entry_range",
                self._language,
                value=text.strip(),
                low="−∞" if low is None else f"{low:g}",
                high="∞" if high is None else f"{high:g}",
            )
        return ""

    @QtCore.Slot()
    def _take(self) -> None:
        fault = self.fault_of(self.text())
        if fault:
            QtWidgets.QToolTip.showText(self.mapToGlobal(QtCore.QPoint(0, self.height())), fault, self)
            return
        number = _number(self.text())
        if number is not None:
            self._tell(number)
        self.deleteLater()

    def _tell(self, number: float) -> None:
        self.number_entered.emit(number)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Let Escape take the field away."""
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.deleteLater()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """Let go when something else is clicked."""
        super().focusOutEvent(event)
        self.deleteLater()


def _number(text: str) -> float | None:
    """Read a number with a point or a comma for the decimals; None for anything else."""
    plain = text.strip().replace(MINUS, "-").replace(",", ".").replace("\N{THIN SPACE}", "")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
