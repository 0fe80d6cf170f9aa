"""A segmented control: one of some words is chosen, by mouse or keyboard. Tabs and language switch of the header.

GUI thread. Signals: `segment_chosen(int)` when the user has chosen another one.
"""

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme

RAIL = 4
"""Between rail and segments, pixels."""
SIDE = 17
"""Left and right of the words, pixels."""
NARROW_SIDE = 10


class Segments(QtWidgets.QWidget):
    """Words side by side on a rail, one of them chosen."""

    segment_chosen = QtCore.Signal(int)
    """The place of the segment that the user has chosen."""

    def __init__(
        self, theme: Theme, *, size: int = 18, height: int = 38, narrow: bool = False, parent: QtWidgets.QWidget
    ) -> None:
        """Make it without words.

        Args:
            theme: colours and fonts.
            size: of the words, pixels.
            height: of the rail, pixels.
            narrow: less room beside the words.
            parent: owner.
        """
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self._side = NARROW_SIDE if narrow else SIDE
        self._words: tuple[str, ...] = ()
        self._edges: list[float] = [0.0]
        self._chosen = 0
        self._ring = False
        self.setFixedHeight(height)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    @property
    def chosen(self) -> int:
        """Place of the chosen segment."""
        return self._chosen

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = theme
        self.set_words(self._words)

    def set_narrow(self, narrow: bool) -> None:
        """Leave less room beside the words, or the usual."""
        side = NARROW_SIDE if narrow else SIDE
        if side != self._side:
            self._side = side
            self.set_words(self._words)

    def set_words(self, words: Sequence[str]) -> None:
        """Show these words; the chosen place stays where it can."""
        self._words = tuple(words)
        self._edges = [float(RAIL)]
        for word in self._words:
            advance = max(self._theme.width(word, self._size, 600), self._theme.width(word, self._size))
            self._edges.append(self._edges[-1] + round(advance + 2 * self._side))
        self._chosen = min(self._chosen, max(len(self._words) - 1, 0))
        self.setFixedWidth(round(self._edges[-1]) + RAIL)
        self._name_it()
        self.update()

    def choose(self, place: int) -> None:
        """Show a place as chosen, without announcing it."""
        if 0 <= place < len(self._words) and place != self._chosen:
            self._chosen = place
            self._name_it()
            self.update()

    def _user_chose(self, place: int) -> None:
        """Take over what the user chose, and announce it."""
        if 0 <= place < len(self._words) and place != self._chosen:
            self.choose(place)
            self.segment_chosen.emit(place)

    def _name_it(self) -> None:
        """Tell screen readers what is chosen."""
        self.setAccessibleName(self._words[self._chosen] if self._words else "")

    def sizeHint(self) -> QtCore.QSize:
        """As wide as the words need."""
        return QtCore.QSize(round(self._edges[-1]) + RAIL, self.height())

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Choose the segment under the pointer."""
        x = event.position().x()
        for place in range(len(self._words)):
            if self._edges[place] <= x < self._edges[place + 1]:
                self._user_chose(place)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Left, right, home and end choose."""
        last = len(self._words) - 1
        places = {
            QtCore.Qt.Key.Key_Left: max(self._chosen - 1, 0),
            QtCore.Qt.Key.Key_Right: min(self._chosen + 1, last),
            QtCore.Qt.Key.Key_Home: 0,
            QtCore.Qt.Key.Key_End: last,
        }
        place = places.get(QtCore.Qt.Key(event.key()))
        if place is None:
            super().keyPressEvent(event)
        else:
            self._user_chose(place)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """Show the ring only to those who came with the keyboard."""
        self._ring = event.reason() in (QtCore.Qt.FocusReason.TabFocusReason, QtCore.Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """Take the ring away."""
        self._ring = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint rail, chosen segment and words."""
        theme, height = self._theme, self.height()
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("well"))
        painter.drawRoundedRect(self.rect(), 6, 6)
        for place, word in enumerate(self._words):
            left, right = self._edges[place], self._edges[place + 1]
            box = QtCore.QRectF(left, RAIL, right - left, height - 2 * RAIL)
            chosen = place == self._chosen
            if chosen:
                painter.setPen(theme.pen("line1"))
                painter.setBrush(theme.brush("track"))
                painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
            painter.setFont(theme.font(self._size, 600 if chosen else 400))
            painter.setPen(theme.pen("ink" if chosen else "ink2"))
            painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, word)
            if chosen and self._ring:
                painter.setPen(theme.pen("focus", 2.0))
                painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 5, 5)
        painter.end()
