"""Places cells of tags on cards and cards on pages, on the 8 px grid of the look.

Called by `overview`; pure arithmetic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from unicodedata import east_asian_width

from hmi.model.tag import DataType, Tag

GRID = 8
GUTTER = 16
PADDING = 24
"""Inside a card, left and right."""
TITLE = 56
"""Height of a card's title row."""
CELLS_ACROSS = 2
"""Cells beside each other on a card, one where their words are long and the page has room."""
LETTER = 10
"""Room of a letter of the reading size, pixels, reckoned amply: this module measures no type."""
WIDE_LETTER = 18
"""The same of a Chinese character."""


class Shape(IntEnum):
    """How a tag is drawn, in the order in which a card shows them."""

    BAR = 0
    NUMBER = 1
    LAMP = 2
    WORDS = 3


HEIGHTS: dict[Shape, int] = {Shape.BAR: 112, Shape.NUMBER: 56, Shape.LAMP: 40, Shape.WORDS: 56}
"""Height of a cell of each shape, pixels."""
BESIDE: dict[Shape, int] = {Shape.BAR: 48, Shape.NUMBER: 28, Shape.LAMP: 174, Shape.WORDS: 0}
"""What stands in a cell beside its label, pixels: scale, quality mark, disc and words of the state."""


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

    Cards whose labels are long get wide cells, when that takes no page more.

    Args:
        tags: in any order.
        page: the screen.
    """
    groups: dict[str, list[Tag]] = {}
    for tag in sorted(tags, key=lambda one: one.path):
        groups.setdefault(group_of(tag.path), []).append(tag)
    narrow = _placed(groups, page, frozenset())
    long = frozenset(group for group, members in groups.items() if _is_long(members, page))
    wide = _placed(groups, page, long) if long else narrow
    return wide if wide[-1:] and wide[-1].page == narrow[-1].page else narrow


def label_room(tag: Tag) -> int:
    """Reckon how wide a cell must be to show a tag's label uncut in both languages, pixels."""
    shape, label = shape_of(tag), label_of(tag.path)
    name = text_room(label)
    title = max(0 if words == label else text_room(words) for words in (tag.title.zh, tag.title.en))
    if shape is Shape.WORDS:
        return title or name
    both = max(name, title) if shape is Shape.BAR else name + (GRID + title if title else 0)
    return both + BESIDE[shape]


def text_room(words: str) -> int:
    """Reckon the width of a text of the reading size, pixels."""
    return sum(WIDE_LETTER if east_asian_width(letter) in "WF" else LETTER for letter in words)


def cell_width(page: Page, across: int) -> int:
    """Give the width of a cell when so many stand beside each other, on the grid, pixels."""
    return (page.card_width - 2 * PADDING - (across - 1) * GUTTER) // across // GRID * GRID


def _is_long(tags: Sequence[Tag], page: Page) -> bool:
    """Tell whether a label of a group would be cut in a narrow cell."""
    return any(label_room(tag) > cell_width(page, CELLS_ACROSS) for tag in tags)


def _placed(groups: Mapping[str, Sequence[Tag]], page: Page, wide: frozenset[str]) -> list[Card]:
    """Make and place the cards of all groups; those of `wide` have one cell in a row."""
    cards: list[Card] = []
    for group, members in sorted(groups.items()):
        cards += _split(group, members, page, 1 if group in wide else CELLS_ACROSS)
    _place(cards, page)
    return cards


def _split(group: str, tags: Sequence[Tag], page: Page, across: int) -> list[Card]:
    """Make the card of a group, or several where one would be higher than the page. Boxes are relative to the card."""
    width = cell_width(page, across)
    cards: list[Card] = []
    card, y, column, shown = Card(group), TITLE, 0, Shape.BAR
    for tag in sorted(tags, key=lambda one: (shape_of(one), one.path)):
        shape = shape_of(tag)
        if column and (column == across or shape is not shown):
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
