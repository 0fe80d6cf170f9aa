"""Where things are: between pixels of the viewport and pixels of the screen that it shows. Window, GUI thread.

Base of the running screen (`scene.py`), which sets what is shown.
"""

from PySide6 import QtCore, QtWidgets

from hmi.display.picture import fit
from hmi.display.stage import Stage
from hmi.model.screen import Screen


class PlacedView(QtWidgets.QGraphicsView):
    """A view that knows the places of its screen."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._screen: Screen | None = None
        self._stage: Stage | None = None

    @property
    def screen_path(self) -> str:
        """Path of the screen that is shown; empty when there is none."""
        return self._screen.path if self._screen is not None else ""

    def place_of(self, path: str) -> QtCore.QRectF | None:
        """Give the box of an element that shows a tag, pixels of the screen; None where none does."""
        targets = self._stage.targets if self._stage is not None else []
        return next((target.box for target in targets if path in target.names.values()), None)

    def _wanted_scale(self) -> float:
        ratio, rect = self.devicePixelRatioF(), self.viewport().rect()
        return fit(self._screen, rect.width() * ratio, rect.height() * ratio) if self._screen is not None else 1.0

    def _origin(self) -> QtCore.QPoint:
        """Give where the stage begins in the viewport, device pixels."""
        if self._screen is None:
            return QtCore.QPoint(0, 0)
        ratio, rect, scale = self.devicePixelRatioF(), self.viewport().rect(), self._wanted_scale()
        x = (round(rect.width() * ratio) - round(self._screen.width * scale)) // 2
        y = (round(rect.height() * ratio) - round(self._screen.height * scale)) // 2
        return QtCore.QPoint(max(0, x), max(0, y))

    def to_screen(self, point: QtCore.QPointF) -> QtCore.QPointF:
        """Turn a place of the viewport into pixels of the screen."""
        ratio, origin, scale = self.devicePixelRatioF(), self._origin(), self._wanted_scale()
        return QtCore.QPointF((point.x() * ratio - origin.x()) / scale, (point.y() * ratio - origin.y()) / scale)

    def crowd(self, box: QtCore.QRectF) -> int:
        """Count the parts of the screen that may paint in a box of the viewport."""
        if self._stage is None:
            return 0
        ratio, origin = self.devicePixelRatioF(), self._origin()
        left, top = box.left() * ratio - origin.x(), box.top() * ratio - origin.y()
        return self._stage.parts_in(left, top, left + box.width() * ratio, top + box.height() * ratio)

    def touched(self, box: QtCore.QRectF) -> int:
        """Count the places that write and meet a box of the viewport."""
        if self._stage is None:
            return 0
        corners = self.to_screen(box.topLeft()), self.to_screen(box.bottomRight())
        return self._stage.hits.touched(QtCore.QRectF(*corners))

    def from_screen(self, rect: QtCore.QRectF) -> QtCore.QRectF:
        """Turn a rectangle of the screen into one of the viewport."""
        ratio, origin, scale = self.devicePixelRatioF(), self._origin(), self._wanted_scale()
        x, y = (rect.x() * scale + origin.x()) / ratio, (rect.y() * scale + origin.y()) / ratio
        return QtCore.QRectF(x, y, rect.width() * scale / ratio, rect.height() * scale / ratio)
