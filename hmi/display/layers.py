"""The static layers of a screen: as it is empty, as it is full, and as it is hatched. Window, GUI thread.

The second and third exist only where something fills; a level copies from them (`levels.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, StatePainter
from hmi.display.theme import Theme


@dataclass(frozen=True, slots=True)
class Filling:
    """The picture of a level: painted over the static part of its element in the full and in the hatched layer."""

    rect: QtCore.QRectF
    paint: StatePainter


@dataclass(frozen=True, slots=True)
class StaticStep:
    """The static part of one element, in drawing order."""

    box: QtCore.QRectF
    paint: Callable[[QtGui.QPainter], None]
    fillings: list[Filling]


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers as pixmaps, device pixels, opaque."""

    empty: QtGui.QPixmap
    full: QtGui.QPixmap
    hatched: QtGui.QPixmap


def paint_layers(
    steps: list[StaticStep], width: int, height: int, scale: float, theme: Theme, scene_size: tuple[float, float]
) -> Layers:
    """Paint all elements.

    Args:
        steps: in drawing order.
        width: device pixels.
        height: device pixels.
        scale: device pixels a pixel of the screen.
        theme: of the ground.
        scene_size: width and height of the screen in its own pixels.
    """

    def paint(state: int | None) -> QtGui.QPixmap:
        image = QtGui.QImage(max(width, 1), max(height, 1), QtGui.QImage.Format.Format_RGB32)
        image.fill(theme.colour("bg"))
        painter = QtGui.QPainter(image)
        painter.setRenderHints(
            QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.TextAntialiasing
        )
        painter.scale(scale, scale)
        painter.setClipRect(QtCore.QRectF(0, 0, *scene_size))
        for step in steps:
            painter.save()
            step.paint(painter)
            painter.restore()
            if state is not None:
                for filling in step.fillings:
                    painter.save()
                    filling.paint(painter, filling.rect, state, theme)
                    painter.restore()
        painter.end()
        return QtGui.QPixmap.fromImage(image)

    if any(step.fillings for step in steps):
        return Layers(paint(None), paint(0), paint(UNKNOWN_STATE))
    nothing = QtGui.QPixmap()
    return Layers(paint(None), nothing, nothing)
