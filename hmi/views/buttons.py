"""A button as LOOK.md wants it: dark when it is the thing to do, plain otherwise; holding it repeats nothing.

GUI thread; used by the alarm page and the sign-in panel.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme

HEIGHT = 40
SIDE = 18


def paint_button(
    painter: QtGui.QPainter,
    box: QtCore.QRectF,
    words: str,
    theme: Theme,
    *,
    primary: bool,
    size: int,
    ring: bool = False,
) -> None:
    """Paint a button that a list or banner draws itself."""
    painter.setPen(theme.pen("mark", 1.5))
    painter.setBrush(theme.brush("mark" if primary else "head"))
    painter.drawRoundedRect(box, 5, 5)
    if ring:
        painter.setPen(theme.pen("focus", 2.0))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 7, 7)
    painter.setFont(theme.font(size, 600))
    painter.setPen(theme.pen("markink" if primary else "ink"))
    painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, words)


class Button(QtWidgets.QAbstractButton):
    """A word to press."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget, *, primary: bool = False, size: int = 18) -> None:
        """Make it without words.

        Args:
            theme: colours and fonts.
            parent: owner.
            primary: the thing to do here.
            size: of the words, pixels.
        """
        super().__init__(parent)
        self._theme, self._primary, self._size = theme, primary, size
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        self.setAutoRepeat(False)
        self.setFixedHeight(HEIGHT)

    def set_look(self, theme: Theme, words: str) -> None:
        """Show these words with a theme."""
        self._theme = theme
        self.setText(words)
        self.setAccessibleName(words)
        self.setMinimumWidth(self.sizeHint().width())
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        """Room for the words."""
        return QtCore.QSize(round(self._theme.width(self.text(), self._size, 600)) + 2 * SIDE, HEIGHT)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Enter presses as space does; a key that is held does it once."""
        if event.isAutoRepeat():
            return
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QtGui.QKeyEvent) -> None:
        """See `keyPressEvent`."""
        if not event.isAutoRepeat():
            super().keyReleaseEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint it."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        box = QtCore.QRectF(self.rect()).adjusted(3, 3, -3, -3)
        theme = self._theme
        if self.isEnabled():
            paint_button(painter, box, self.text(), theme, primary=self._primary, size=self._size, ring=self.hasFocus())
        else:
            painter.setPen(theme.pen("line1", 1.5))
            painter.setBrush(theme.brush("card"))
            painter.drawRoundedRect(box, 5, 5)
            painter.setFont(theme.font(self._size))
            painter.setPen(theme.pen("ink3"))
            painter.drawText(box, QtCore.Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
