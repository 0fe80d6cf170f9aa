"""The frame round the screen that says that nothing on it is alive, and why. GUI thread.

Four strips and a chip in place of one sheet over everything: a sheet would have to be painted again with each value
under it. The chip lies in the bottom margin and the padding of the cards (LOOK.md section 9), so it hides no value.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme

WIDTH = 6
INSET = 2
"""From the edge of the room, pixels."""
CHIP_HEIGHT = 28
CHIP_PX = 18


class _Strip(QtWidgets.QWidget):
    """One side of the frame."""

    def __init__(self, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.colour = QtGui.QColor()
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), self.colour)
        painter.end()


class _Chip(QtWidgets.QWidget):
    """The reason in words."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.words = ""
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self.theme.colour("mark"))
        painter.setPen(self.theme.pen("markink", 2.0, round_caps=True))
        middle = QtCore.QPointF(26, CHIP_HEIGHT / 2)
        painter.drawEllipse(middle, 8, 8)
        painter.drawLine(middle + QtCore.QPointF(-3.4, -3.4), middle + QtCore.QPointF(3.4, 3.4))
        painter.drawLine(middle + QtCore.QPointF(-3.4, 3.4), middle + QtCore.QPointF(3.4, -3.4))
        self.theme.write(
            painter, 44, CHIP_HEIGHT / 2 + 6.5, self.words, size=CHIP_PX, weight=600, token="markink", align=1
        )
        painter.end()


class FrameRound:
    """Shows and hides the frame of one widget."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it hidden.

        Args:
            theme: colours and fonts.
            parent: the room that it goes round; lay it out with `lay_out` whenever its size changes.
        """
        self._parent = parent
        self._theme = theme
        self._strips = [_Strip(parent) for _ in range(4)]
        self._chip = _Chip(theme, parent)
        self.set_theme(theme)

    @property
    def words(self) -> str:
        """The reason as it is said; empty while the frame is hidden."""
        return self._chip.words if self._chip.isVisibleTo(self._parent) else ""

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = self._chip.theme = theme
        for strip in self._strips:
            strip.colour = theme.colour("mark")
            strip.update()
        self._chip.update()

    def show_reason(self, words: str) -> None:
        """Show the frame with a reason, or hide it when there is none."""
        shown = bool(words)
        if words == self._chip.words and shown == self._chip.isVisibleTo(self._parent):
            return
        self._chip.words = words
        if shown:
            self.lay_out()
        for part in (*self._strips, self._chip):
            part.setVisible(shown)
            part.raise_()
        self._chip.update()

    def lay_out(self) -> None:
        """Fit the frame to the room."""
        room = self._parent.rect().adjusted(INSET, INSET, -INSET, -INSET)
        boxes = (
            QtCore.QRect(room.left(), room.top(), room.width(), WIDTH),
            QtCore.QRect(room.left(), room.bottom() - WIDTH + 1, room.width(), WIDTH),
            QtCore.QRect(room.left(), room.top(), WIDTH, room.height()),
            QtCore.QRect(room.right() - WIDTH + 1, room.top(), WIDTH, room.height()),
        )
        for strip, box in zip(self._strips, boxes, strict=True):
            strip.setGeometry(box)
        width = round(self._theme.width(self._chip.words, CHIP_PX, 600)) + 62
        left = room.left() + (room.width() - width) // 2
        self._chip.setGeometry(left, room.bottom() - CHIP_HEIGHT + 1, width, CHIP_HEIGHT)
