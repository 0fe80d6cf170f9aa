"""One element on its way into a layout: where its parts go, and the small sums that all of them need.

Window, GUI thread. Called by `parts_layout.py` and the `lay_*` modules, one a kind of part.
"""

import math

from PySide6 import QtGui

from hmi.display.binding import UNBOUND
from hmi.display.hit import Target
from hmi.display.item import Seen
from hmi.display.laid_out import Kind, Layout, Watch
from hmi.display.layers import StaticStep
from hmi.display.marks import HEIGHT, mark_width
from hmi.display.parts import (
    FlowPart,
    LevelPart,
    NumberPart,
    OpenPart,
    Part,
    Placed,
    PlatePart,
    PointerPart,
    SparkPart,
    StatePart,
    TouchPart,
    WordPart,
)
from hmi.model.screen import Element
from hmi.model.symbols.schema import Palette
from hmi.model.tag import TagFields

BLEED = 2
"""Pixels around a picture that its lines may reach beyond its rectangle."""
TAIL = mark_width(Seen.NOT_RUNNING) + 70
"""Room for the widest mark and an age, pixels."""
_CARRIES = (NumberPart, WordPart, StatePart, SparkPart, PlatePart, PointerPart, LevelPart, FlowPart)
"""Which part of a slot carries its marks: the first of these that the element has."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, whole device pixels."""


class ElementLayout:
    """One element; what its parts add goes into `layout`."""

    def __init__(
        self,
        layout: Layout,
        element: Element,
        placed: Placed,
        step: StaticStep,
        parts: tuple[Part, ...],
        palette: Palette,
    ) -> None:
        """Enter the element and choose which parts carry its marks."""
        self.layout, self.element, self.placed, self.step = layout, element, placed, step
        self.number = len(layout.elements) - 1
        self.order = len(layout.steps) - 1
        """Of its static part."""
        self.theme, self.language = placed.theme, placed.language
        self.scale = layout.atlas.scale
        self._carriers = _carriers(parts)
        touches = tuple(part for part in parts if isinstance(part, TouchPart))
        opens = tuple(part for part in parts if isinstance(part, OpenPart))
        card = palette is Palette.DRAWING and getattr(placed.props, "ground", "none") != "none"
        target = Target(element.id, self.number, placed.box, placed.names, touches, placed.facts, opens, palette, card)
        layout.targets.append(target)

    def carries(self, part: Part) -> bool:
        """Tell whether a part carries the marks of its slot."""
        return id(part) in self._carriers and not self.echoes(part)

    def echoes(self, part: Part) -> bool:
        """Tell whether a part carries marks that are left out where another slot says the same."""
        return id(part) in self._carriers and bool(getattr(part, "echo", ""))

    def source(self, slot: str) -> int:
        """Give the source of a slot, that of "never read" when it is not bound."""
        text = self.element.bind.get(slot)
        return self.layout.bindings.source_of(text) if text else UNBOUND

    def facts(self, slot: str) -> TagFields | None:
        """Give what the project says of the tag of a slot."""
        return self.placed.facts.get(slot)

    def px(self, value: float) -> int:
        """Turn a length of the screen into whole device pixels."""
        return round(value * self.scale)

    def rect(self, left: float, top: float, right: float, bottom: float) -> Box:
        """Give whole device pixels that hold a rectangle of the screen."""
        scale = self.scale
        return math.floor(left * scale), math.floor(top * scale), math.ceil(right * scale), math.ceil(bottom * scale)

    def with_mark(self, box: Box, spot: tuple[float, float] | None) -> Box:
        """Widen a box by the room of a mark whose left middle is at a place of the screen."""
        if spot is None:
            return box
        x, y = spot
        more = self.rect(x - 1, y - HEIGHT / 2 - 2, x + TAIL, y + HEIGHT / 2 + 2)
        return min(box[0], more[0]), min(box[1], more[1]), max(box[2], more[2]), max(box[3], more[3])

    def device_point(self, point: tuple[float, float] | None) -> tuple[float, float] | None:
        """Turn a place of the screen into device pixels."""
        return None if point is None else (point[0] * self.scale, point[1] * self.scale)

    def watch(
        self,
        kind: Kind,
        index: int,
        source: int,
        rect: Box,
        *,
        scale: float = 1.0,
        offset: float = 0.0,
        low: float = -1e17,
        high: float = 1e17,
        above: float | None = None,
        exact: bool = False,
        ages: bool = False,
    ) -> None:
        """Have a part compared each frame; see `Watch`."""
        limit = math.nan if above is None else above
        watch = Watch(kind, index, source, self.number, rect, scale, offset, low, high, limit, exact, ages)
        self.layout.watches.append(watch)

    def text_cell(self, text: str, size: float, weight: int, token: str, align: int = 1) -> int:
        """Paint a text into the atlas; its cell is placed by the baseline at its left edge, middle or right edge."""
        theme = self.theme
        metrics = theme.metrics(size, weight)
        advance, rise = metrics.horizontalAdvance(text), round(metrics.ascent()) + 1

        def paint(painter: QtGui.QPainter) -> None:
            theme.write(painter, BLEED, rise, text, size=size, weight=weight, token=token)

        dx = BLEED + (0 if align > 0 else advance if align < 0 else advance / 2)
        height = rise + metrics.descent() + 1
        key = ("text", text, size, weight, token, align)
        return self.layout.atlas.paint(key, advance + 2 * BLEED, height, paint, dx=dx, dy=rise).number


def _carriers(parts: tuple[Part, ...]) -> frozenset[int]:
    """Let one part of each slot carry its marks, so that no quality goes unseen and none is said twice."""
    best: dict[str, tuple[int, int]] = {}
    for place, part in enumerate(parts):
        if isinstance(part, _CARRIES):
            kinds = type(part).__mro__
            rank = min(rank for rank, kind in enumerate(_CARRIES) if kind in kinds)
            best[part.slot] = min(best.get(part.slot, (len(_CARRIES), 0)), (rank, place))
    return frozenset(id(parts[place]) for _, place in best.values())
