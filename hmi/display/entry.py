"""A field over the place that was clicked, for a number to be asked of the engine, with its limits below it.

What is entered is judged here for a quick word; the engine judges again. Window, GUI thread.
"""

import math

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.lay_numbers import decimals_of
from hmi.display.overlay import Ground
from hmi.display.theme import MINUS, VALUE_PX, Theme
from hmi.model.tag import Tag
from hmi.model.text import Language
from hmi.words import say

NOTE_WIDTH = 300
HEIGHT, WIDTH = 36, 96
"""Smallest field, pixels."""
LONGEST_REASON = 400
"""Characters."""


class NumberEntry(QtWidgets.QLineEdit):
    """Enter asks, Escape and a loss of focus let go; what the tag does not allow is refused in words.

    Signals:
        number_entered: payload the number, engineering units, and the reason in the user's words.
    """

    number_entered = QtCore.Signal(float, str)

    def __init__(
        self,
        tag: Tag,
        theme: Theme,
        language: Language,
        parent: QtWidgets.QWidget,
        *,
        present: float | None = None,
        fixed: float | None = None,
    ) -> None:
        """Make an empty field.

        Args:
            tag: what is to be written.
            theme: colours and fonts.
            language: of the words.
            parent: what it lies on.
            present: value at present, for the largest step; None when it is not known.
            fixed: the number is decided, and only the reason is wanted.
        """
        super().__init__(parent)
        self._tag, self._language, self._present = tag, language, present
        self.setObjectName("number entry")
        self.setFont(theme.font(VALUE_PX, 600))
        self.setAlignment(QtCore.Qt.AlignmentFlag.AlignRight)
        palette = self.palette()
        palette.setColor(QtGui.QPalette.ColorRole.Base, theme.colour("track"))
        palette.setColor(QtGui.QPalette.ColorRole.Text, theme.colour("sp"))
        self.setPalette(palette)
        self.note = EntryNote(self, theme, self.limits_words(), parent)
        if tag.rules.needs_reason:
            self.note.ask_reason(say("display.entry_reason", language), theme)
        if fixed is not None:
            self.setText(f"{fixed:g}".replace("-", MINUS))
            self.setReadOnly(True)

    def limits_words(self) -> str:
        """Say range, unit, largest step and present value, where there are any."""
        tag, language, parts = self._tag, self._language, []
        low, high = tag.write.low, tag.write.high
        if low is not None or high is not None:
            parts.append(
                say("display.entry_limits", language, low=_edge(low, "−∞"), high=_edge(high, "∞"), unit=tag.unit)
            )
        if tag.rules.largest_step is not None:
            parts.append(say("display.entry_step", language, step=f"{tag.rules.largest_step:g}", unit=tag.unit))
        if self._present is not None:
            value = f"{self._present:.{decimals_of(tag)}f}".replace("-", MINUS)
            parts.append(say("display.entry_present", language, value=value, unit=tag.unit))
        ramp = tag.rules.ramp
        if ramp is not None and ramp.rate_per_min is not None:
            parts.append(say("display.ramp_rate", language, rate=f"{ramp.rate_per_min:g}", unit=tag.unit))
        return "\n".join(part.strip() for part in parts)

    def fault_of(self, text: str) -> str:
        """Say what is wrong with an entry; empty when nothing is."""
        language, unit = self._language, self._tag.unit
        number = _number(text)
        if number is None:
            return say("display.entry_number", language, text=text.strip() or "…")
        low, high = self._tag.write.low, self._tag.write.high
        if (low is not None and number < low) or (high is not None and number > high):
            return say("display.entry_range", language, value=text.strip(), low=_edge(low, "−∞"), high=_edge(high, "∞"))
        step = self._tag.rules.largest_step
        if step is not None and self._present is not None and abs(number - self._present) > step * (1 + 1e-9):
            change = f"{abs(number - self._present):g}"
            return say("display.entry_too_far", language, change=change, step=f"{step:g}", unit=unit)
        if self._tag.rules.needs_reason and not self.note.reason_words:
            return say("display.entry_reason_missing", language)
        return ""

    @QtCore.Slot()
    def take(self) -> None:
        """Ask for what stands in the field, or say why not."""
        fault = self.fault_of(self.text())
        self.note.say(fault)
        number = _number(self.text())
        if fault or number is None:
            if number is not None and self._tag.rules.needs_reason and not self.note.reason_words:
                self.note.focus_reason()
            return
        self._tell(number)
        self.let_go()

    def _tell(self, number: float) -> None:
        self.number_entered.emit(number, self.note.reason_words)

    @QtCore.Slot()
    def let_go(self) -> None:
        """Take the field and its note away; the keyboard goes back to the screen if it was here."""
        parent = self.parentWidget()
        # The window is asked too: without a window manager no window may be the active one, and so none has a focus.
        places = (QtWidgets.QApplication.focusWidget(), self.window().focusWidget())
        here = any(one is self or (one is not None and self.note.isAncestorOf(one)) for one in places)
        if parent is not None and here:
            parent.setFocus()
        self.note.hide()
        self.note.deleteLater()
        self.hide()
        self.deleteLater()

    def lost_focus(self) -> None:
        """Let go when something else than field and note is clicked."""
        now = QtWidgets.QApplication.focusWidget()
        if now is not self and (now is None or not self.note.isAncestorOf(now)):
            self.let_go()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Show the note below the field, or above where there is no room."""
        super().showEvent(event)
        self.note.place(self.geometry())

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Let Escape take the field away; a held Enter asks once."""
        keys = QtCore.Qt.Key
        if event.key() == keys.Key_Escape:
            self.let_go()
        elif event.key() in (keys.Key_Return, keys.Key_Enter):
            # Never handed on: the screen behind would take the same key, and open what it stands at.
            if not event.isAutoRepeat():
                self.take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """See `lost_focus`."""
        super().focusOutEvent(event)
        self.lost_focus()


class EntryNote(QtWidgets.QFrame):
    """What may be entered, what was wrong, and the line for a reason. Belongs to its field."""

    def __init__(self, entry: NumberEntry, theme: Theme, words: str, parent: QtWidgets.QWidget) -> None:
        """Make it hidden."""
        super().__init__(parent)
        self._entry = entry
        tokens = theme.tokens
        self.setObjectName("entry note")
        self.setStyleSheet(
            f"QFrame {{ background: {tokens['track']}; }} QLabel {{ color: {tokens['ink']}; border: none; }}"
            f" QFrame[objectName='entry note'] {{ border: 1.5px solid {tokens['sp']}; border-radius: 5px; }}"
            f" QLineEdit {{ color: {tokens['ink']}; background: {tokens['track']};"
            f" border: 1px solid {tokens['edge']}; border-radius: 4px; padding: 3px 6px; }}"
        )
        self._limits, self._fault = QtWidgets.QLabel(words, self), QtWidgets.QLabel(self)
        self._reason: _ReasonLine | None = None
        self._column = QtWidgets.QVBoxLayout(self)
        self._column.setContentsMargins(10, 8, 10, 8)
        for label, weight in ((self._limits, 400), (self._fault, 600)):
            label.setTextFormat(QtCore.Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setFont(theme.font(None, weight))
            self._column.addWidget(label)
        self._limits.setVisible(bool(words))
        self._fault.hide()
        self.hide()

    @property
    def fault_words(self) -> str:
        """What was wrong with the last entry."""
        return self._fault.text()

    @property
    def reason_words(self) -> str:
        """The reason as entered."""
        return self._reason.text().strip() if self._reason is not None else ""

    @property
    def reason_line(self) -> "QtWidgets.QLineEdit | None":
        """The line for the reason; None when none is asked for."""
        return self._reason

    def ask_reason(self, words: str, theme: Theme) -> None:
        """Offer a line for the reason."""
        self._reason = _ReasonLine(self._entry, self)
        self._reason.setPlaceholderText(words)
        self._reason.setAccessibleName(words)
        self._reason.setFont(theme.font())
        self._reason.setMaxLength(LONGEST_REASON)
        self._column.addWidget(self._reason)

    def focus_reason(self) -> None:
        """Let the user type the reason."""
        if self._reason is not None:
            self._reason.setFocus()

    def say(self, fault: str) -> None:
        """Say what is wrong."""
        self._fault.setText(fault)
        self._fault.setVisible(bool(fault))
        if self.isVisible():
            self.place(self._entry.geometry())

    def place(self, field: QtCore.QRect) -> None:
        """Stand below the field, else above it; hidden while there is nothing to say."""
        if not (self._limits.text() or self._fault.text() or self._reason is not None):
            self.hide()
            return
        parent = self.parentWidget()
        room = parent.rect() if parent is not None else field
        height = max(self._column.totalHeightForWidth(NOTE_WIDTH), self._column.totalMinimumSize().height())
        left = max(0, min(field.left(), room.right() - NOTE_WIDTH))
        top = field.bottom() + 6
        if top + height > room.bottom():
            top = max(0, field.top() - 6 - height)
        self.setGeometry(left, top, NOTE_WIDTH, height)
        self.show()
        self.raise_()


class _ReasonLine(QtWidgets.QLineEdit):
    """Why."""

    def __init__(self, entry: NumberEntry, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._entry = entry

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self._entry.let_go()
        elif event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._entry.take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._entry.lost_focus()


def open_entry(
    tag: Tag, ground: Ground, place: QtCore.QRect, *, present: float | None, fixed: float | None
) -> NumberEntry:
    """Open a field over a place, ready to type.

    Args:
        tag: what is to be written.
        ground: the view that it lies on.
        place: pixels of the viewport.
        present: value at present; None when it is not known.
        fixed: the number is decided, and only the reason is wanted.
    """
    entry = NumberEntry(tag, ground.theme, ground.language, ground.viewport(), present=present, fixed=fixed)
    entry.setGeometry(place.adjusted(0, min(0, (place.height() - HEIGHT) // 2), 0, 0))
    entry.resize(max(place.width(), WIDTH), max(place.height(), HEIGHT))
    entry.show()
    if fixed is None:
        entry.setFocus()
    else:
        entry.note.focus_reason()
    return entry


def _edge(number: float | None, open_end: str) -> str:
    return open_end if number is None else f"{number:g}".replace("-", MINUS)


def _number(text: str) -> float | None:
    """Read a number with a point or a comma for the decimals; None for anything else."""
    plain = text.strip().replace(MINUS, "-").replace(",", ".").replace("\N{THIN SPACE}", "")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
