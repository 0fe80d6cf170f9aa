"""The static layers of a screen: as it is empty, as it is full, and as it is hatched. Window, GUI thread.

The second and third exist only where something fills; a level copies from them (`levels.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, StatePainter
from hmi.display.theme import Theme

_OPAQUE = QtGui.QImage.Format.Format_RGB32
_NEAR = 200
"""Pixels by which a label may stand outside of its element."""


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
    fillings = [filling.rect.adjusted(-1, -1, 1, 1) for step in steps for filling in step.fillings]

    def paint(state: int | None, base: QtGui.QImage | None = None) -> QtGui.QImage:
        """Paint one layer; the second and third differ from the first only where something fills."""
        image = QtGui.QImage(base) if base else QtGui.QImage(max(width, 1), max(height, 1), _OPAQUE)
        if base is None:
            image.fill(theme.colour("bg"))
        painter = QtGui.QPainter(image)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.setClipRect(QtCore.QRectF(0, 0, *scene_size))
        if base is not None:
            path = QtGui.QPainterPath()
            path.setFillRule(QtCore.Qt.FillRule.WindingFill)
            for rect in fillings:
                path.addRect(rect.toAlignedRect())
            painter.setClipPath(path, QtCore.Qt.ClipOperation.IntersectClip)
            painter.fillRect(QtCore.QRectF(0, 0, *scene_size), theme.colour("bg"))
        for step in steps:
            near = step.box.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR)
            if base is not None and not any(near.intersects(rect) for rect in fillings):
                continue
            painter.save()
            step.paint(painter)
            painter.restore()
            if state is not None:
                for filling in step.fillings:
                    painter.save()
                    filling.paint(painter, filling.rect, state, theme)
                    painter.restore()
        painter.end()
        return image

    empty = paint(None)
    layers = [empty, *(paint(state, empty) for state in (0, UNKNOWN_STATE) if fillings)]
    pixmaps = [QtGui.QPixmap.fromImage(image) for image in layers]
    return Layers(*pixmaps) if fillings else Layers(pixmaps[0], QtGui.QPixmap(), QtGui.QPixmap())
