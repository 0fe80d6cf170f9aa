"""The ground of a part of a page: a card with a title and perhaps words at the right (LOOK.md). GUI thread."""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme

TITLE = 46
PADDING = 20


class Card(QtWidgets.QWidget):
    """A card ground."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it without a title."""
        super().__init__(parent)
        self.theme = theme
        self.title = ""
        """Painted at the top, where there is one."""
        self.aside = ""
        """Painted behind the title, quieter."""

    def set_look(self, theme: Theme, title: str = "", aside: str = "") -> None:
        """Paint with a theme under a title."""
        self.theme, self.title, self.aside = theme, title, aside
        self.update()

    def paint_ground(self, painter: QtGui.QPainter) -> None:
        """Paint ground, edge and title."""
        theme = self.theme
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.pen("line1"))
        painter.setBrush(theme.brush("card"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if not self.title:
            return
        x = PADDING + theme.write(painter, PADDING, TITLE - 16, self.title, size=18, weight=600, token="ink") + 10
        room = self.width() - x - PADDING
        if self.aside and room > 40:
            theme.write(painter, x, TITLE - 16, theme.shortened(self.aside, room))

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint it."""
        painter = QtGui.QPainter(self)
        self.paint_ground(painter)
        painter.end()
