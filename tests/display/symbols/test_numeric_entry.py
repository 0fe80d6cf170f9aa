"""The numeric entry shows the set-point that holds and asks for another within the tag's range."""

import pytest

from hmi.display.parts import TouchPart
from hmi.model.quality import Cause
from hmi.model.symbols.numeric_entry import FAMILY
from hmi.model.tag import Span
from tests.display.symbols.seen import (
    AT,
    BAD,
    LANGUAGES,
    THEMES,
    Value,
    difference,
    expect_all_differ,
    expect_documented,
    expect_inside,
    seen,
    stage_of,
)

FACTS = {"unit": "°C", "decimals": 1, "write": Span(low=20, high=65), "writable": True}


@pytest.mark.parametrize("theme", THEMES)
def test_each_quality_of_the_set_point_differs_without_colour(theme):
    values = {
        "good": Value(58.0, facts=FACTS),
        "bad": Value(58.0, BAD, FACTS),
        "never": Value(None, facts=FACTS),
        "stale": Value(58.0, Cause.STALE, FACTS),
    }
    expect_all_differ({name: seen("numeric_entry", {"setpoint": one}, theme=theme) for name, one in values.items()})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_range_is_written_where_there_is_room(language):
    open_ended = {**FACTS, "write": Span(low=20)}
    for width, shown in ((306, True), (130, False)):
        told, untold = (
            seen("numeric_entry", {"setpoint": Value(58.0, facts=facts)}, language=language, wh=(width, 40))
            for facts in (FACTS, open_ended)
        )
        assert (difference(told, untold) > 60) is shown


def test_a_click_anywhere_on_the_field_asks_for_a_number():
    stage = stage_of("numeric_entry", {"setpoint": Value(58.0, facts=FACTS)})
    for x in (AT[0] + 2, AT[0] + FAMILY.size[0] - 2):
        found = stage.hits.touch(x, AT[1] + 20)
        assert found is not None
        assert found[1] == TouchPart("setpoint", (*AT, *FAMILY.size), value=None, confirm=False)


@pytest.mark.parametrize("size", [17, 22, 28])
def test_number_and_unit_stay_in_the_field(size):
    picture = seen("numeric_entry", {"setpoint": Value(58.0, facts=FACTS)}, tag="TIC-102", size=size)
    expect_inside(picture, FAMILY.size, (1, 24, 1, 1))


def test_the_numeric_entry_is_documented():
    expect_documented(FAMILY)
