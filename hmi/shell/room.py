"""The room below the header: the running screen, its frame, panels over it. GUI thread, of the main window."""

from typing import Protocol

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.shell.frame_round import FrameRound

FOOT = 16
"""Margin below a screen, pixels; the screen itself brings those at its top and sides."""
ENLARGED = 1.25
"""How much larger than the screen the room has to be before the screen is enlarged."""
WORDS_PX = 20
GUTTER = 12
"""Round the banner where it is a strip below the screen, pixels."""


class Placed(Protocol):
    """What floats over the screen: a panel, a faceplate."""

    def isVisible(self) -> bool:
        """Whether it is seen."""
        ...

    def place(self) -> None:
        """Fit itself into the room."""
        ...


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
        self._panels: list[Placed] = []
        self._banner: QtWidgets.QWidget | None = None
        self._page: QtWidgets.QWidget | None = None
        self._place: QtCore.QRectF | None = None
        self.frame_round = FrameRound(theme, self)
        self.setMinimumSize(320, 240)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.ClickFocus)

    def add_panel(self, panel: Placed) -> None:
        """Keep something in its place when the size changes."""
        self._panels.append(panel)

    def remove_panel(self, panel: Placed) -> None:
        """Let it go."""
        self._panels.remove(panel)

    def add_banner(self, banner: QtWidgets.QWidget) -> None:
        """Keep the banner in sight, at the place that a screen gives it or else in a strip below the screen."""
        self._banner = banner

    @property
    def banner_place(self) -> QtCore.QRect:
        """Where the banner is seen, pixels of the room; empty where it is not."""
        seen = self._banner is not None and self._banner.isVisibleTo(self)
        return self._banner.geometry() if self._banner is not None and seen else QtCore.QRect()

    def show_page(self, page: QtWidgets.QWidget | None) -> None:
        """Show a page in place of screen and banner; None goes back to the screen."""
        if self._page is not None and self._page is not page:
            self._page.hide()
        self._page = page
        if self._view is not None:
            self._view.setVisible(page is None)
        if self._banner is not None:
            self._banner.setVisible(page is None)
        self._lay_out()
        if page is not None:
            page.show()
            page.lower()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = theme
        self.frame_round.set_theme(theme)
        self.update()

    def hold(
        self,
        view: QtWidgets.QWidget | None,
        width: int = 0,
        height: int = 0,
        words: str = "",
        place: QtCore.QRectF | None = None,
    ) -> None:
        """Show a view in place of the one before.

        Args:
            view: the running screen, a child of this room; None shows `words` alone.
            width: of the screen, pixels.
            height: of the screen, pixels.
            words: said when there is no view.
            place: of the banner on the screen, pixels of the screen; None is the strip below it.
        """
        if self._view is not None and self._view is not view:
            self._view.hide()
        self._view = view
        self._size = QtCore.QSize(width, height)
        self._words = words
        self._place = place
        self._lay_out()
        if view is not None and self._page is None:
            view.show()
            view.lower()
        self.update()

    def _lay_out(self) -> None:
        """Put the view at the top, in the middle of the width; a taller room leaves more ground above and below."""
        strip = 0
        if self._banner is not None and self._place is None:
            strip = self._banner.sizeHint().height() + GUTTER
        if self._view is not None:
            room = self.height() - strip
            width, height = min(self._size.width(), self.width()), min(self._size.height(), room)
            if self.width() >= ENLARGED * width and room >= ENLARGED * height:
                width, height = self.width(), room
            left = (self.width() - width) // 2
            top = 0 if strip else max(0, (room - height - FOOT) // 2)
            self._view.setGeometry(left, top, width, height)
        self._lay_banner(strip)
        if self._page is not None:
            self._page.setGeometry(self.rect())
        self.frame_round.lay_out()
        for panel in self._panels:
            if panel.isVisible():
                panel.place()

    def _lay_banner(self, strip: int) -> None:
        """Put the banner where the screen keeps a place for it, or below the screen."""
        banner, view = self._banner, self._view
        if banner is None:
            return
        if strip or view is None or self._place is None:
            height = banner.sizeHint().height()
            banner.setGeometry(GUTTER, self.height() - height - GUTTER // 2, self.width() - 2 * GUTTER, height)
        else:
            scale = min(view.width() / max(1, self._size.width()), view.height() / max(1, self._size.height()))
            left = view.x() + (view.width() - self._size.width() * scale) / 2
            top = view.y() + (view.height() - self._size.height() * scale) / 2
            place = self._place
            corner = QtCore.QPointF(left + place.x() * scale, top + place.y() * scale)
            banner.setGeometry(QtCore.QRectF(corner, place.size() * scale).toRect())
        banner.raise_()

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
