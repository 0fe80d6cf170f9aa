"""Lays out states, scales and pipes: their pictures in the atlas. Window, GUI thread."""

from functools import partial

from PySide6 import QtCore, QtGui

from hmi.display.element_layout import BLEED, ElementLayout
from hmi.display.laid_out import Kind
from hmi.display.marks import GAP, HEIGHT
from hmi.display.parts import (
    UNKNOWN_STATE,
    FlowPart,
    LevelPart,
    NumberPart,
    PlatePart,
    PointerPart,
    StatePainter,
    StatePart,
)
from hmi.display.pictures import PicturePlace
from hmi.display.tiles import tiles_of

Rect = tuple[float, float, float, float]


def picture_cells(
    at: ElementLayout, key: str, rect: Rect, states: tuple[int, ...], paint: StatePainter
) -> tuple[dict[int, int], int]:
    """Give the cells of some states and that of the unknown one, each painted when it is first shown.

    A cell is placed by the left top of the rectangle, with some bleed around.
    """
    _, _, width, height = rect
    every = (*states, UNKNOWN_STATE)
    theme = at.theme

    def into(painter: QtGui.QPainter, *, index: int) -> None:
        painter.translate(BLEED, BLEED)
        paint(painter, QtCore.QRectF(0, 0, width, height), every[index], theme)

    name = ("state", at.element.type, key, width, height, states)
    room = (width + 2 * BLEED, height + 2 * BLEED)
    first = at.layout.atlas.later(name, len(every), *room, into, dx=BLEED, dy=BLEED)
    return {state: first + number for number, state in enumerate(states)}, first + len(states)


def add_picture(
    at: ElementLayout,
    part: StatePart | PlatePart | FlowPart | LevelPart | PointerPart,
    rect: Rect,
    cells: dict[int, int],
    unknown: int,
    *,
    always: bool = False,
    mark_at: tuple[float, float] | None = None,
    above: float | None = None,
) -> None:
    """Add a picture part with its mark."""
    left, top, width, height = rect
    marked = at.carries(part)
    spot = mark_at if mark_at is not None else (left + width + GAP, top + height / 2)
    index = len(at.layout.over)
    place = PicturePlace(
        x=at.px(left),
        y=at.px(top),
        cells=cells,
        unknown=unknown,
        never=unknown,
        always=always,
        marked=marked,
        mark_at=at.device_point(spot),
        aged=part.aged if isinstance(part, StatePart) else True,
    )
    at.layout.over.append(place)
    bleed = BLEED + 1
    box = at.rect(left - bleed, top - bleed, left + width + bleed, top + height + bleed)
    if marked:
        box = at.with_mark(box, spot)
    at.watch(Kind.OVER, index, at.source(part.slot), box, above=above)


def lay_state(at: ElementLayout, part: StatePart) -> None:
    """Lay out a picture that depends on a state."""
    cells, unknown = picture_cells(at, part.key, part.rect, part.states, part.paint)
    add_picture(at, part, part.rect, cells, unknown, mark_at=part.mark_at, above=part.above)


def lay_plate(at: ElementLayout, part: PlatePart) -> None:
    """Lay out a picture that is hatched while its value is not to be trusted."""
    cells, unknown = picture_cells(at, part.key, part.rect, (0,), part.paint)
    add_picture(at, part, part.rect, cells, unknown, always=True, mark_at=part.mark_at or corner(at, part.rect))


def corner(at: ElementLayout, rect: Rect) -> tuple[float, float]:
    """Give the place of a mark beside the top of something that has no text."""
    return rect[0] + rect[2] + GAP, rect[1] + HEIGHT / 2


def mark_only(at: ElementLayout, part: FlowPart | LevelPart | PointerPart, rect: Rect) -> None:
    """Let a part that has no picture of its own carry marks."""
    if at.carries(part):
        add_picture(at, part, rect, {}, -1, mark_at=part.mark_at or corner(at, rect))


def lay_echo(at: ElementLayout, part: NumberPart | StatePart | PointerPart) -> None:
    """Add the mark of a slot that is left out where another slot of the element has the same mark."""
    if part.mark_at is None:
        return
    source = at.layout.bindings.echo_of(at.source(part.slot), at.source(part.echo))
    index = len(at.layout.over)
    spot = at.device_point(part.mark_at)
    at.layout.over.append(PicturePlace(x=0, y=0, cells={}, unknown=-1, never=-1, marked=True, mark_at=spot))
    x, y = part.mark_at
    at.watch(Kind.OVER, index, source, at.with_mark(at.rect(x, y, x + 1, y + 1), part.mark_at))


def lay_flow(at: ElementLayout, part: FlowPart) -> None:
    """Lay out a pipe, in the pieces that hold its ink."""
    layout = at.layout
    for tile in tiles_of(part, at.theme, at.scale, at.layout.steps[at.order + 1 :]):
        cells = {
            state: layout.atlas.paint(
                ("flow", at.element.id, part.slot, tile.left, tile.top, state),
                tile.width / at.scale,
                tile.height / at.scale,
                partial(tile.draw, state=state, scale=at.scale),
            ).number
            for state in (0, 1, UNKNOWN_STATE)
        }
        unknown = cells.pop(UNKNOWN_STATE)
        index = len(layout.under)
        layout.under.append(PicturePlace(x=tile.left, y=tile.top, cells=cells, unknown=unknown, never=unknown))
        box = (tile.left, tile.top, tile.left + tile.width, tile.top + tile.height)
        at.watch(Kind.UNDER, index, at.source(part.slot), box, above=part.above)
    mark_only(at, part, part.rect)
