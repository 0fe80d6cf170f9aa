"""Lays out what fills and what points: one formula from value to device pixels for both. Window, GUI thread."""

from collections.abc import Callable
from functools import partial

from PySide6 import QtCore

from hmi.display.element_layout import Box, ElementLayout
from hmi.display.laid_out import Kind
from hmi.display.lay_pictures import mark_only
from hmi.display.layers import Filling
from hmi.display.levels import LevelPlace, PointerPlace
from hmi.display.parts import LevelPart, PointerPart
from hmi.display.pointers import paint_diamond, paint_pointer, pointer_size


def lay_level(at: ElementLayout, part: LevelPart) -> None:
    """Lay out something that fills."""
    left, top, width, height = part.rect
    picture = QtCore.QRectF(left, top, width, height + part.foot)
    at.step.fillings.append(Filling(picture, part.paint))
    x0, x1 = at.px(left), at.px(left + width)
    y0, y1 = at.px(top), at.px(top + height)
    foot = at.px(top + height + part.foot) - y1
    index = len(at.layout.levels)
    clear = at.rect(*part.clear) if part.clear is not None else (0, 0, 0, 0)
    at.layout.levels.append(LevelPlace(x0, y0, x1 - x0, y1 - y0, foot, part.sideways, part.surface, clear))
    length = x1 - x0 if part.sideways else y1 - y0
    _axis(at, Kind.LEVEL, index, part, length, (x0 - 1, y0 - 2, x1 + 1, y1 + foot + 2))
    mark_only(at, part, part.rect)


def _axis(at: ElementLayout, kind: Kind, index: int, part: LevelPart | PointerPart, length: int, box: Box) -> None:
    """Watch a value as device pixels above the low end: the one formula for liquid, pointer and surface."""
    step = length / (part.high - part.low)
    source = at.source(part.slot)
    at.watch(kind, index, source, box, scale=step, offset=-part.low * step, low=0, high=length)


def lay_pointer(at: ElementLayout, part: PointerPart) -> None:
    """Lay out a pointer or a diamond."""
    theme = at.theme
    width, height, tip = pointer_size(part)
    paint: Callable[..., None]
    if part.diamond:
        paint = partial(paint_diamond, filled=part.filled)
    else:
        paint = partial(paint_pointer, track=part.track, left=part.left)
    kind = ("pointer", part.diamond, part.filled, part.left, part.track)
    solid, hollow = (
        at.layout.atlas.paint(
            (*kind, filled), width, height, partial(paint, theme=theme, solid=filled), dx=tip, dy=height / 2
        ).number
        for filled in (True, False)
    )
    y0, y1 = at.px(part.top), at.px(part.bottom)
    index = len(at.layout.pointers)
    shape = None if part.diamond else (part.track, part.left)
    at.layout.pointers.append(PointerPlace(at.px(part.x), y1, solid, hollow, shape))
    x = part.x - tip
    box = at.rect(x - 1, part.top - height / 2 - 1, x + width + 1, part.bottom + height / 2 + 1)
    _axis(at, Kind.POINTER, index, part, y1 - y0, box)
    mark_only(at, part, (x, part.top, width, part.bottom - part.top))
