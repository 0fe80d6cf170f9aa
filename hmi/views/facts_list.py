"""A few numbers with their words below a rule. GUI thread; below the places of the alarm page."""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.views.card import PADDING

ROW = 30
MOST = 3


class FactsList(QtWidgets.QWidget):
    """Rows of words and a number."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[tuple[str, str], ...] = ()

    def set_look(self, theme: Theme) -> None:
        """Paint with a theme."""
        self._theme = theme
        self.update()

    def show_rows(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show these."""
        if rows != self.rows:
            self.rows = rows
            self.setAccessibleName("; ".join(" ".join(row) for row in rows))
            self.update()

    def sizeHint(self) -> QtCore.QSize:
        """Room for the rows."""
        return QtCore.QSize(200, MOST * ROW + 12)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint them."""
        painter = QtGui.QPainter(self)
        theme, width = self._theme, self.width()
        painter.setPen(theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(PADDING, 0.5), QtCore.QPointF(width - PADDING, 0.5))
        for number, (words, count) in enumerate(self.rows):
            y = 30 + number * ROW
            taken = theme.write(painter, width - PADDING, y, count, weight=600, token="ink", align=-1)
            theme.write(painter, PADDING, y, theme.shortened(words, width - 2 * PADDING - taken - 10))
        painter.end()
