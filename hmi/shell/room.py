"""The room below the header: the running screen, its frame, panels over it. GUI thread, of the main window."""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.shell.frame_round import FrameRound
from hmi.shell.panel import Panel

FOOT = 16
"""Margin below a screen, pixels; the screen itself brings those at its top and sides."""
ENLARGED = 1.25
"""How much larger than the screen the room has to be before the screen is enlarged."""
WORDS_PX = 20


class Room(QtWidgets.QWidget):
    """Holds one screen at its own size; only a room that is larger by a quarter and more shows it enlarged."""

    resized = QtCore.Signal()
    """The room has another size."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._theme = theme
        self._view: QtWidgets.QWidget | None = None
        self._size = QtCore.QSize()
        self._words = ""
        self._panels: list[Panel] = []
        self.frame_round = FrameRound(theme, self)
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.ClickFocus)

    def add_panel(self, panel: Panel) -> None:
        """Keep a panel in its place when the size changes."""
        self._panels.append(panel)

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = theme
        self.frame_round.set_theme(theme)
        self.update()

    def hold(self, view: QtWidgets.QWidget | None, width: int = 0, height: int = 0, words: str = "") -> None:
        """Show a view in place of the one before.

        Args:
            view: the running screen, a child of this room; None shows `words` alone.
            width: of the screen, pixels.
            height: of the screen, pixels.
            words: said when there is no view.
        """
        if self._view is not None and self._view is not view:
            self._view.hide()
        self._view = view
        self._size = QtCore.QSize(width, height)
        self._words = words
        self._lay_out()
        if view is not None:
            view.show()
            view.lower()
        self.update()

    def _lay_out(self) -> None:
        """Put the view at the top, in the middle of the width; a taller room leaves more ground above and below."""
        if self._view is not None:
            width, height = min(self._size.width(), self.width()), min(self._size.height(), self.height())
            if self.width() >= ENLARGED * width and self.height() >= ENLARGED * height:
                width, height = self.width(), self.height()
            left = (self.width() - width) // 2
            top = max(0, (self.height() - height - FOOT) // 2)
            self._view.setGeometry(left, top, width, height)
        self.frame_round.lay_out()
        for panel in self._panels:
            if panel.isVisible():
                panel.place()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Lay everything out anew."""
        self._lay_out()
        self.resized.emit()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the ground round the screen."""
        painter = QtGui.QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour("bg"))
        if self._view is None and self._words:
            painter.setFont(self._theme.font(WORDS_PX))
            painter.setPen(self._theme.pen("ink2"))
            painter.drawText(self.rect(), QtCore.Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
