"""The filter shows flow through its medium and its pressure drop below."""

import pytest

from hmi.model.symbols.filter import FAMILY
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
)

DROP = {"unit": "bar", "decimals": 2}


@pytest.mark.parametrize("theme", THEMES)
def test_each_state_of_a_filter_differs_without_colour(theme):
    states = {"flow": {"flow": Value(1)}, "none": {"flow": Value(0)}, "bad": {"flow": Value(1, BAD)}, "nobody says": {}}
    expect_all_differ({name: seen("filter", one, theme=theme) for name, one in states.items()})


@pytest.mark.parametrize("place", ["above", "below", "left", "right"])
def test_the_pressure_drop_stands_with_the_label(place):
    bound = {"value": Value(0.42, facts=DROP)}
    with_number, without = (seen("filter", bound, tag="F-101", label=place, number=number) for number in (True, False))
    assert difference(with_number, without) > 60
    housing = (slice(AT[1], AT[1] + 88), slice(AT[0], AT[0] + 52))
    assert difference(with_number[housing], without[housing]) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_label_and_the_pressure_drop_keep_to_their_room(language):
    bound = {"value": Value(0.42, facts=DROP), "flow": Value(1)}
    expect_inside(seen("filter", bound, language=language, tag="F-101", number=True), FAMILY.size, (30, 0, 30, 56))


def test_the_filter_is_documented():
    expect_documented(FAMILY)
