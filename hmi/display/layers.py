"""The static layers of a screen: as it is empty, as it is full, and as it is hatched. Window, GUI thread.

The second and third exist only where something fills; a level copies from them (`levels.py`).
"""

from collections.abc import Callable

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.parts import UNKNOWN_STATE, StatePainter
from hmi.display.theme import Theme

_OPAQUE = QtGui.QImage.Format.Format_RGB32
_EDGE = 4
"""Pixels that are painted around what fills, so that its edge is whole at every scale."""
_NEAR = 200
"""Pixels by which a label may stand outside of its element."""


class Filling(msgspec.Struct, frozen=True):
    """The picture of a level: painted over the static part of its element in the full and in the hatched layer."""

    rect: QtCore.QRectF
    paint: StatePainter


class StaticStep(msgspec.Struct, frozen=True):
    """The static part of one element, in drawing order."""

    box: QtCore.QRectF
    paint: Callable[[QtGui.QPainter], None]
    fillings: list[Filling]


class Layers:
    """The layers as pixmaps, device pixels, opaque; the full and the hatched one are painted when first asked for."""

    def __init__(self, paint: Callable[[int | None], QtGui.QPixmap]) -> None:
        """Paint the empty one.

        Args:
            paint: paints a layer: None is the empty one, else the state of all that fills.
        """
        self._paint = paint
        self._filled: dict[int, QtGui.QPixmap] = {}
        self.empty = paint(None)

    @property
    def full(self) -> QtGui.QPixmap:
        """As everything is full; whole only where something fills."""
        return self._of(0)

    @property
    def hatched(self) -> QtGui.QPixmap:
        """As nothing is known; whole only where something fills."""
        return self._of(UNKNOWN_STATE)

    def _of(self, state: int) -> QtGui.QPixmap:
        known = self._filled.get(state)
        if known is None:
            known = self._filled[state] = self._paint(state)
        return known


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
    fillings = [filling.rect.adjusted(-_EDGE, -_EDGE, _EDGE, _EDGE) for step in steps for filling in step.fillings]
    areas = [rect.toAlignedRect() for rect in fillings]
    begin = next((number for number, step in enumerate(steps) if step.fillings), len(steps))
    before: list[tuple[QtCore.QRect, QtGui.QImage]] = []
    """What lies under all that fills, as the empty layer has it: device pixels."""

    def paint(state: int | None) -> QtGui.QPixmap:
        """Paint one layer; the second and third only where something fills, the rest of their memory is not touched."""
        image = QtGui.QImage(max(width, 1), max(height, 1), _OPAQUE)
        if state is None:
            image.fill(theme.colour("bg"))
        painter = QtGui.QPainter(image)
        painter.setRenderHints(QtGui.QPainter.RenderHint.Antialiasing | QtGui.QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.setClipRect(QtCore.QRectF(0, 0, *scene_size))
        if state is not None:
            region = QtGui.QRegion()  # not a path, whose edges would be smoothed: twice as slow
            for area in areas:
                region += area
            painter.setClipRegion(region, QtCore.Qt.ClipOperation.IntersectClip)
            painter.save()
            painter.resetTransform()
            for place, picture in before:
                painter.drawImage(place.topLeft(), picture)
            painter.restore()
        for number, step in enumerate(steps[begin:] if state is not None else steps):
            if state is None and number == begin:
                places = [painter.transform().mapRect(QtCore.QRectF(area)).toAlignedRect() for area in areas]
                before.extend((place, image.copy(place)) for place in places)
            near = step.box.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR)
            if state is not None and not any(near.intersects(rect) for rect in fillings):
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
        return QtGui.QPixmap.fromImage(image)

    return Layers(paint)
