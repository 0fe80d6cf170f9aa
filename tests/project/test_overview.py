"""The screens that `hmi new` draws."""

from itertools import combinations

import pytest

from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.symbols import FAMILIES
from hmi.model.tag import DataType, Span, Tag
from hmi.model.text import Text
from hmi.project import check_project
from hmi.project.imports import TagTable, empty_project, import_tags
from hmi.project.imports._layout import GRID, cards_of, cell_width, label_room
from hmi.project.imports.overview import FAMILY_OF, LAY_OUTS, MOST_PAGES, draw_overview

KINDS = (
    {"type": DataType.BOOL},
    {"type": DataType.INT16},
    {"type": DataType.FLOAT32, "span": Span(low=0, high=10)},
    {"type": DataType.STRING},
)


def some_tags(count: int, groups: int) -> list[Tag]:
    return [
        Tag(id=derived_id("t", str(number)), path=f"Line/Unit{number % groups}.Value{number}", **KINDS[number % 4])
        for number in range(count)
    ]


def drawn_project(tags: list[Tag]) -> Project:
    return import_tags(empty_project("p"), TagTable(tags=tags)).project


@pytest.mark.parametrize(("count", "groups"), [(1, 1), (7, 3), (60, 4), (300, 1), (300, 60)])
def test_that_every_tag_is_shown_once_in_each_lay_out_on_the_grid_and_inside_the_screen(count: int, groups: int):
    tags = some_tags(count, groups)
    project = drawn_project(tags)
    assert [one for one in check_project(project) if one.severity != "hint"] == []
    for lay_out in LAY_OUTS:
        inner = [
            element
            for screen in project.screens
            if screen.path.endswith(lay_out.name)
            for element in project.elements[screen.id]
        ]
        bound = [source for element in inner if element.type != "panel" for source in element.bind.values()]
        assert sorted(bound) == sorted(f"{{{tag.path}}}" for tag in tags)
        assert all(number % GRID == 0 for element in inner for number in element.at)


def test_that_no_two_symbols_lie_over_each_other_and_all_lie_on_their_card():
    project = drawn_project(some_tags(120, 7))
    for screen in project.screens:
        inner = project.elements[screen.id]
        cards = [one for one in inner if one.type == "panel"]
        cells = [one for one in inner if one.type != "panel"]
        for group in (cards, cells):
            for one, other in combinations(group, 2):
                assert not overlap(one.at, other.at)
        assert all(sum(inside(cell.at, card.at) for card in cards) == 1 for cell in cells)
        assert all(card.z < cell.z for card in cards for cell in cells)


def overlap(one, other) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def inside(inner, outer) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[0] + inner[2] <= outer[0] + outer[2]
        and inner[1] + inner[3] <= outer[1] + outer[3]
    )


def test_that_the_navigation_leads_to_every_page_in_both_sizes():
    project = drawn_project(some_tags(300, 60))
    entries = sorted(project.navigation, key=lambda item: item.order)
    assert {path for item in entries for path in item.screens} == {screen.path for screen in project.screens}
    sizes = [{(project.screens_by_path[path].width) for path in item.screens} for item in entries]
    assert sizes[0] == {1920, 1366}
    assert len(sizes) > 1


def test_that_a_huge_table_is_drawn_on_a_bounded_number_of_pages():
    drawn = draw_overview(some_tags(8000, 800))
    assert len(drawn.screens) == MOST_PAGES * len(LAY_OUTS)
    assert drawn.left_out > 0


def test_that_the_drawing_follows_from_the_tags_alone():
    tags = some_tags(50, 5)
    assert draw_overview(tags) == draw_overview(list(reversed(tags)))


def test_that_a_project_without_tags_opens_with_a_screen_that_says_what_to_do():
    project = empty_project("灌装 line")
    assert project.header.name == "line"
    assert project.header.title.zh == "灌装 line"
    assert [one for one in check_project(project) if one.severity != "hint"] == []
    assert all(len(inner) == 1 for inner in project.elements.values())


def panels(tags: list[Tag]) -> list[dict[str, str]]:
    drawn = draw_overview(tags)
    return [one.bind for inner in drawn.elements.values() for one in inner if one.type == "panel"]


def test_that_a_card_of_one_device_says_the_cause_of_one_of_its_tags():
    kinds = [{"type": DataType.STRING}, {"type": DataType.FLOAT32}, {"type": DataType.BOOL}]
    tags = [Tag(id=f"t{n}", path=f"Unit.Value{n}", device="PLC-1", **kind) for n, kind in enumerate(kinds)]
    assert panels(tags) == [{"value": "{Unit.Value2}"}] * len(LAY_OUTS)
    assert panels(tags[:2]) == [{"value": "{Unit.Value1}"}] * len(LAY_OUTS)
    assert panels(tags[:1]) == [{}] * len(LAY_OUTS)


@pytest.mark.parametrize("other", ["PLC-2", ""])
def test_that_a_card_of_several_devices_or_none_speaks_for_no_tag(other: str):
    tags = [Tag(id="t1", path="Unit.A", device="PLC-1"), Tag(id="t2", path="Unit.B", device=other)]
    assert panels(tags) == [{}] * len(LAY_OUTS)
    assert panels([Tag(id="t3", path="Unit.C")]) == [{}] * len(LAY_OUTS)


def test_that_cards_that_speak_are_found_untouched_when_the_table_comes_again():
    tags = [Tag(id=derived_id("t", tag.path), path=tag.path, device="PLC-1", type=tag.type) for tag in some_tags(40, 5)]
    first = drawn_project(tags)
    second = import_tags(first, TagTable(tags=tags))
    assert not second.overview_kept
    assert second.project == first
    assert sum(bool(bind) for bind in panels(tags)) == 5 * len(LAY_OUTS)


def titled(count: int, words: Text) -> list[Tag]:
    return [Tag(id=f"t{n:03d}", path=f"Unit{n // 8}.SP{n}", type=DataType.INT16, title=words) for n in range(count)]


LONG = Text(zh="温度设定值", en="Temperature set-point")
SHORT = Text(zh="温度", en="Temp")


@pytest.mark.parametrize("lay_out", LAY_OUTS)
def test_that_a_long_title_gets_a_wide_cell_while_the_page_has_room(lay_out):
    (card,) = cards_of(titled(6, LONG), lay_out.page)
    assert {cell.box[2] for cell in card.cells} == {cell_width(lay_out.page, 1)}
    assert all(label_room(cell.tag) <= cell.box[2] for cell in card.cells)
    (card,) = cards_of(titled(6, SHORT), lay_out.page)
    assert {cell.box[2] for cell in card.cells} == {cell_width(lay_out.page, 2)}


@pytest.mark.parametrize("lay_out", LAY_OUTS)
def test_that_wide_cells_never_take_a_page_more(lay_out):
    for count in range(8, 240, 8):
        assert (
            cards_of(titled(count, LONG), lay_out.page)[-1].page
            == cards_of(titled(count, SHORT), lay_out.page)[-1].page
        )


def test_that_only_cards_with_long_labels_get_wide_cells():
    page = LAY_OUTS[0].page
    tags = [*titled(8, LONG), *titled(16, SHORT)[8:]]
    widths = {card.group: {cell.box[2] for cell in card.cells} for card in cards_of(tags, page)}
    assert widths == {"Unit0": {cell_width(page, 1)}, "Unit1": {cell_width(page, 2)}}


def test_that_all_shapes_have_a_symbol_family():
    assert set(FAMILY_OF.values()) | {"panel"} <= set(FAMILIES)
