"""The one item that holds a whole screen in its view. Window, GUI thread."""

from typing import Protocol

from PySide6 import QtCore, QtGui, QtWidgets


class Painting(Protocol):
    """What the item needs of its view."""

    def viewport(self) -> QtWidgets.QWidget:
        """The widget that is painted on."""
        ...

    def paint_stage(self, painter: QtGui.QPainter) -> None:
        """Paint what is exposed."""
        ...


class ScreenItem(QtWidgets.QGraphicsItem):
    """All of one screen as one item."""

    def __init__(self, view: Painting) -> None:
        """Draw what the view's stage shows."""
        super().__init__()
        self._view = view

    def boundingRect(self) -> QtCore.QRectF:
        """Give the whole viewport."""
        return QtCore.QRectF(self._view.viewport().rect())

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        """Paint the stage."""
        self._view.paint_stage(painter)


def paint_margins(
    painter: QtGui.QPainter, width: int, height: int, origin: QtCore.QPoint, ground: QtGui.QColor
) -> None:
    """Paint the ground round a screen that is smaller than its view.

    Args:
        painter: one unit is one device pixel.
        width: of the view, device pixels.
        height: of the view, device pixels.
        origin: where the screen begins.
        ground: colour.
    """
    right, bottom = width - origin.x() - 1, height - origin.y() - 1
    for rect in (
        QtCore.QRect(0, 0, width, origin.y()),
        QtCore.QRect(0, bottom, width, height - bottom if origin.y() else 0),
        QtCore.QRect(0, 0, origin.x(), height),
        QtCore.QRect(right, 0, width - right if origin.x() else 0, height),
    ):
        if not rect.isEmpty():
            painter.fillRect(rect, ground)


def prepare(view: QtWidgets.QGraphicsView) -> None:
    """Set the view up as a plain raster host that repaints exactly what it is told to."""
    # Of a viewport that Qt made itself PySide6 would look for the class, and load every class of widgets for that.
    view.setViewport(QtWidgets.QWidget())
    view.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
    view.setViewportUpdateMode(QtWidgets.QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
    view.setOptimizationFlag(QtWidgets.QGraphicsView.OptimizationFlag.DontSavePainterState)
    view.setOptimizationFlag(QtWidgets.QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
    view.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignTop)
    view.viewport().setAttribute(QtCore.Qt.WidgetAttribute.WA_OpaquePaintEvent)
    view.viewport().setAutoFillBackground(False)
    view.viewport().setMouseTracking(True)
