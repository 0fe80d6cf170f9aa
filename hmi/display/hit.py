"""Finds what lies under the pointer by a plain grid, not by graphics items. Window, GUI thread."""

from collections.abc import Mapping

import msgspec
from PySide6 import QtCore

from hmi.display.parts import OpenPart, TouchPart
from hmi.model.symbols.schema import Palette
from hmi.model.tag import TagFields

CELL = 64
"""Pixels of the screen."""
ROW = 24
"""Places whose tops lie in the same step of this stand in one line, pixels."""


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
    opens: tuple[OpenPart, ...] = ()
    palette: Palette | None = None
    """Of its family; None where that is not known."""
    card: bool = False
    """A panel with a ground of its own."""

    @property
    def places(self) -> "tuple[TouchPart | OpenPart, ...]":
        """What may be clicked: what writes lies above what opens."""
        return (*self.touches, *self.opens)


class HitGrid:
    """Which elements reach into which cell of the screen."""

    def __init__(self, targets: list[Target]) -> None:
        """Enter all; those later in the list lie above."""
        self.targets = targets
        self._cells: dict[tuple[int, int], list[Target]] = {}
        for target in targets:
            box = target.box
            for part in target.opens:
                box = box.united(QtCore.QRectF(*part.rect))  # a place for pointers may be larger than a low element
            for column in range(int(box.left() // CELL), int(box.right() // CELL) + 1):
                for row in range(int(box.top() // CELL), int(box.bottom() // CELL) + 1):
                    self._cells.setdefault((column, row), []).append(target)

    def at(self, x: float, y: float) -> list[Target]:
        """Give the elements at a place (pixels of the screen), the uppermost first."""
        point = QtCore.QPointF(x, y)
        cell = self._cells.get((int(x // CELL), int(y // CELL)), [])
        return [target for target in reversed(cell) if target.box.contains(point)]

    def touch(self, x: float, y: float) -> tuple[Target, TouchPart | OpenPart] | None:
        """Give the uppermost place that may be clicked."""
        for target in reversed(self._cells.get((int(x // CELL), int(y // CELL)), [])):
            for part in target.places:
                if QtCore.QRectF(*part.rect).contains(x, y):
                    return target, part
        return None

    def in_order(self) -> list[tuple[Target, TouchPart | OpenPart]]:
        """Give all places that may be clicked as one reads: by lines, each from the left."""
        found = [(target, part) for target in self.targets for part in target.places]
        return sorted(found, key=lambda one: (one[1].rect[1] // ROW, one[1].rect[0], one[1].rect[1]))

    def touched(self, box: QtCore.QRectF) -> int:
        """Count the places that write and meet a box, pixels of the screen."""
        return sum(QtCore.QRectF(*part.rect).intersects(box) for target in self.targets for part in target.touches)
