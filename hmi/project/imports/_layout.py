"""Places cells of tags on cards and cards on pages, on the 8 px grid of the look.

Called by `overview`; pure arithmetic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from hmi.model.tag import DataType, Tag

GRID = 8
GUTTER = 16
PADDING = 24
"""Inside a card, left and right."""
TITLE = 56
"""Height of a card's title row."""
CELLS_ACROSS = 2
"""Cells beside each other on a card."""


class Shape(IntEnum):
    """How a tag is drawn, in the order in which a card shows them."""

    BAR = 0
    NUMBER = 1
    LAMP = 2
    WORDS = 3


HEIGHTS: dict[Shape, int] = {Shape.BAR: 112, Shape.NUMBER: 56, Shape.LAMP: 40, Shape.WORDS: 56}
"""Height of a cell of each shape, pixels."""


@dataclass(frozen=True, slots=True)
class Page:
    """Size of a screen, and how many cards stand beside each other on it."""

    width: int
    height: int
    columns: int

    @property
    def card_width(self) -> int:
        """Width of a card, on the grid."""
        inner = self.width - 2 * GUTTER - (self.columns - 1) * GUTTER
        return inner // self.columns // GRID * GRID

    @property
    def tallest(self) -> int:
        """Largest height of a card."""
        return self.height - 2 * GUTTER


@dataclass(frozen=True, slots=True)
class Cell:
    """A tag with its place on the screen."""

    tag: Tag
    shape: Shape
    box: tuple[int, int, int, int]


@dataclass(slots=True)
class Card:
    """A group of tags with its place on the screen."""

    group: str
    cells: list[Cell] = field(default_factory=list)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    page: int = 0


def shape_of(tag: Tag) -> Shape:
    """Choose how a tag is drawn: a bar where its range is known, a lamp for a bit, words for texts and states."""
    if tag.type is DataType.BOOL:
        return Shape.LAMP
    if tag.type is DataType.STRING:
        return Shape.WORDS
    return Shape.BAR if tag.span.low is not None and tag.span.high is not None else Shape.NUMBER


def group_of(path: str) -> str:
    """Give the path of what a tag belongs to: all before the last `.` or `/`; empty for a tag that stands alone."""
    return path[: max(path.rfind("."), path.rfind("/"), 0)]


def label_of(path: str) -> str:
    """Give the last part of a path."""
    group = group_of(path)
    return path[len(group) + 1 :] if group else path


def cards_of(tags: Sequence[Tag], page: Page) -> list[Card]:
    """Lay out tags, grouped by their paths, on as many pages as they need.

    Args:
        tags: in any order.
        page: the screen.
    """
    groups: dict[str, list[Tag]] = {}
    for tag in sorted(tags, key=lambda one: one.path):
        groups.setdefault(group_of(tag.path), []).append(tag)
    cards = [card for group, members in sorted(groups.items()) for card in _split(group, members, page)]
    _place(cards, page)
    return cards


def _split(group: str, tags: Sequence[Tag], page: Page) -> list[Card]:
    """Make the card of a group, or several where one would be higher than the page. Boxes are relative to the card."""
    width = (page.card_width - 2 * PADDING - GUTTER) // CELLS_ACROSS // GRID * GRID
    cards: list[Card] = []
    card, y, column, shown = Card(group), TITLE, 0, Shape.BAR
    for tag in sorted(tags, key=lambda one: (shape_of(one), one.path)):
        shape = shape_of(tag)
        if column and (column == CELLS_ACROSS or shape is not shown):
            column, y = 0, y + HEIGHTS[shown] + GRID
        if not column and y + HEIGHTS[shape] + GUTTER > page.tallest:
            cards.append(_closed(card, page))
            card, y = Card(group), TITLE
        x = PADDING + column * (width + GUTTER)
        card.cells.append(Cell(tag, shape, (x, y, width, HEIGHTS[shape])))
        column, shown = column + 1, shape
    return [*cards, _closed(card, page)]


def _closed(card: Card, page: Page) -> Card:
    """Give a card its size."""
    bottom = max(cell.box[1] + cell.box[3] for cell in card.cells)
    card.box = (0, 0, page.card_width, (bottom + GUTTER + GRID - 1) // GRID * GRID)
    return card


def _place(cards: list[Card], page: Page) -> None:
    """Put each card under the shortest column that has room, or on the next page."""
    ends = [GUTTER] * page.columns
    number = 0
    for card in cards:
        height = card.box[3]
        column = min(range(page.columns), key=lambda one: (ends[one], one))
        if ends[column] + height + GUTTER > page.height:
            number += 1
            ends = [GUTTER] * page.columns
            column = 0
        x, y = GUTTER + column * (page.card_width + GUTTER), ends[column]
        ends[column] += height + GUTTER
        card.page = number
        card.box = (x, y, *card.box[2:])
        card.cells = [
            Cell(cell.tag, cell.shape, (x + cell.box[0], y + cell.box[1], cell.box[2], cell.box[3]))
            for cell in card.cells
        ]
