"""Draws the first screens of a project from its tags: cards of bars, read-outs and lamps.

Called by `hmi new`; headless.

Ids follow from screen and tag, so the same tags give the same screens. There are two lay-outs, for 1920 x 1080 and for
1366 x 768; what does not fit goes to further pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from hmi.model.ident import derived_id
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.symbols import FAMILIES
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text
from hmi.project._encode import encode_props
from hmi.project.imports._layout import GUTTER, Card, Cell, Page, Shape, cards_of, label_of

SOURCE = "overview"
MOST_PAGES = 20
"""Further tags are in the tag list only; nobody pages through more."""
_LABEL = 24
"""Height of a label above words, pixels."""


@dataclass(frozen=True, slots=True)
class LayOut:
    """One size of window and the sizes of type for it (LOOK.md section 2)."""

    name: str
    page: Page
    reading: int
    value: int
    heading: int


LAY_OUTS = (
    LayOut("1920", Page(1920, 964, 4), reading=17, value=22, heading=18),
    LayOut("1366", Page(1366, 652, 3), reading=18, value=23, heading=19),
)
FAMILY_OF = {Shape.BAR: "bar", Shape.NUMBER: "readout", Shape.LAMP: "lamp", Shape.WORDS: "text"}
"""Symbol family of each shape."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Screens with their elements, and the navigation to them."""

    screens: tuple[Screen, ...]
    elements: dict[str, tuple[Element, ...]]
    navigation: tuple[NavigationItem, ...]
    left_out: int
    """Tags that found no place."""


def draw_overview(tags: Sequence[Tag]) -> Drawn:
    """Draw the overview of some tags; without any, one screen that says what to do next."""
    screens: list[Screen] = []
    elements: dict[str, tuple[Element, ...]] = {}
    left_out = 0
    pages_of: dict[str, int] = {}
    for lay_out in LAY_OUTS:
        cards = cards_of(tags, lay_out.page)
        shown = [card for card in cards if card.page < MOST_PAGES]
        left_out = max(left_out, sum(len(card.cells) for card in cards if card.page >= MOST_PAGES))
        pages = max((card.page for card in shown), default=0) + 1
        pages_of[lay_out.name] = pages
        for number in range(pages):
            screen = _screen(lay_out, number)
            screens.append(screen)
            on_page = [card for card in shown if card.page == number]
            drawn = _drawn(on_page, screen, lay_out) if tags else [_welcome(screen, lay_out)]
            elements[screen.id] = tuple(sorted(drawn, key=lambda element: element.id))
    navigation = tuple(_entry(number, pages_of) for number in range(max(pages_of.values())))
    return Drawn(tuple(sorted(screens, key=lambda screen: screen.id)), elements, navigation, left_out)


def screen_ids() -> frozenset[str]:
    """Give the ids of all screens that an overview may have."""
    return frozenset(_screen(lay_out, number).id for lay_out in LAY_OUTS for number in range(MOST_PAGES))


def element_id(screen: str, tag: str) -> str:
    """Give the id of the element that shows a tag on a screen of the overview."""
    return derived_id(SOURCE, screen, tag)


def _screen(lay_out: LayOut, number: int) -> Screen:
    """Make one page."""
    page = f" {number + 1}" if number else ""
    path = f"Overview{page}/{lay_out.name}"
    return Screen(
        id=derived_id(SOURCE, path),
        path=path,
        title=Text(zh=f"总览{page}", en=f"Overview{page}"),
        width=lay_out.page.width,
        height=lay_out.page.height,
        level=1,
    )


def _entry(number: int, pages_of: dict[str, int]) -> NavigationItem:
    """Make the navigation to one page, in the sizes that have it."""
    page = f" {number + 1}" if number else ""
    screens = [_screen(lay_out, number).path for lay_out in LAY_OUTS if number < pages_of[lay_out.name]]
    return NavigationItem(
        id=derived_id(SOURCE, "navigation", str(number)),
        order=f"m{number:02d}",
        title=Text(zh=f"总览{page}", en=f"Overview{page}"),
        screens=tuple(screens),
    )


def _drawn(cards: Sequence[Card], screen: Screen, lay_out: LayOut) -> list[Element]:
    """Draw the cards of one page."""
    elements: list[Element] = []
    for place, card in enumerate(cards):
        title = {"tag": card.group} if card.group else {"title": Text(zh="位号", en="Tags")}
        ident = derived_id(SOURCE, screen.id, "card", card.group, str(place))
        elements.append(_element(ident, "panel", card.box, "b", {**title, "size": lay_out.heading}, _spoken_for(card)))
        for cell in card.cells:
            elements += _cell(cell, screen, lay_out)
    return elements


def _spoken_for(card: Card) -> dict[str, str]:
    """Bind the card to one of its tags, whose cause it says in words, when all of them share a device.

    A bit speaks before a number: it has no range to leave and no shape that may be wrong, so what it says is
    what the device has. A text has no number, and cannot speak.
    """
    if len({cell.tag.device for cell in card.cells}) != 1 or not card.cells[0].tag.device:
        return {}
    able = [cell for cell in card.cells if cell.tag.type is not DataType.STRING]
    if not able:
        return {}
    speaker = min(able, key=lambda cell: (cell.shape is not Shape.LAMP, cell.shape, cell.tag.path))
    return {"value": f"{{{speaker.tag.path}}}"}


def _cell(cell: Cell, screen: Screen, lay_out: LayOut) -> list[Element]:
    """Draw one tag."""
    tag, ident = cell.tag, element_id(screen.id, cell.tag.id)
    label = label_of(tag.path)
    reference = f"{{{tag.path}}}"
    if cell.shape is Shape.WORDS:
        x, y, width, height = cell.box
        named = Text(zh=tag.title.zh or label, en=tag.title.en or label)
        above = _element(
            derived_id(ident, "label"), "text", (x, y, width, _LABEL), "m", {"text": named, "size": lay_out.reading}, {}
        )
        words = {"size": lay_out.reading, "ink": "ink"}
        return [
            above,
            _element(ident, "text", (x, y + _LABEL, width, height - _LABEL), "m", words, {"text": reference}),
        ]
    size = lay_out.value if cell.shape is Shape.NUMBER else lay_out.reading
    title = Text() if {tag.title.zh, tag.title.en} <= {label, ""} else tag.title  # never "Speed Speed"
    props = {"tag": label, "title": title, "size": size}
    return [_element(ident, FAMILY_OF[cell.shape], cell.box, "m", props, {"value": reference})]


def _welcome(screen: Screen, lay_out: LayOut) -> Element:
    """Say what to do in a project without tags."""
    words = Text(
        zh="工程还没有位号。用 hmi new 加上 --tags 选项导入位号表，或在编辑器中添加。",
        en="This project has no tags yet. Import a table with hmi new --tags, or add them in the editor.",
    )
    width = min(960, screen.width - 2 * GUTTER)
    box = ((screen.width - width) // 2 // 8 * 8, screen.height // 2 // 8 * 8, width, 32)
    props = {"text": words, "size": lay_out.heading, "align": "centre"}
    return _element(derived_id(SOURCE, screen.id, "welcome"), "text", box, "m", props, {})


def _element(
    ident: str, family: str, box: tuple[int, int, int, int], z: str, props: dict[str, Any], bind: dict[str, str]
) -> Element:
    """Make an element with those of the properties that its family has."""
    known = FAMILIES.get(family)
    declared = known.props.__struct_fields__ if known else ()
    kept = {name: value for name, value in props.items() if name in declared}
    at = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
    drawn = Element(id=ident, type=family, at=at, z=z, bind=bind)
    return replace(drawn, props=encode_props(known.props(**kept))) if known else drawn
