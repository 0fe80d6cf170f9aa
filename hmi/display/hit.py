"""Finds what lies under the pointer by a plain grid, not by graphics items. Window, GUI thread."""

from collections.abc import Mapping

import msgspec
from PySide6 import QtCore

from hmi.display.parts import TouchPart
from hmi.model.tag import TagFields

CELL = 64
"""Pixels of the screen."""


class Target(msgspec.Struct, frozen=True):
    """An element under the pointer."""

    id: str
    number: int
    """In drawing order."""
    box: QtCore.QRectF
    names: Mapping[str, str]
    """Slot -> path of the tag."""
    touches: tuple[TouchPart, ...]
    facts: Mapping[str, TagFields] | None = None


class HitGrid:
    """Which elements reach into which cell of the screen."""

    def __init__(self, targets: list[Target]) -> None:
        """Enter all; those later in the list lie above."""
        self._cells: dict[tuple[int, int], list[Target]] = {}
        for target in targets:
            box = target.box
            for column in range(int(box.left() // CELL), int(box.right() // CELL) + 1):
                for row in range(int(box.top() // CELL), int(box.bottom() // CELL) + 1):
                    self._cells.setdefault((column, row), []).append(target)

    def at(self, x: float, y: float) -> list[Target]:
        """Give the elements at a place (pixels of the screen), the uppermost first."""
        point = QtCore.QPointF(x, y)
        cell = self._cells.get((int(x // CELL), int(y // CELL)), [])
        return [target for target in reversed(cell) if target.box.contains(point)]

    def touch(self, x: float, y: float) -> tuple[Target, TouchPart] | None:
        """Give the uppermost place that may be clicked."""
        for target in self.at(x, y):
            for part in target.touches:
                if QtCore.QRectF(*part.rect).contains(x, y):
                    return target, part
        return None
