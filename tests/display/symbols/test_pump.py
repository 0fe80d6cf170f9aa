"""The pump shows its state by fill, impeller and word."""

import pytest

from hmi.model.symbols.pump import FAMILY
from hmi.model.text import Text
from tests.display.symbols.seen import (
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

WORDS = {"states": {"0": Text(zh="停止", en="Stopped"), "1": Text(zh="运行", en="Running")}}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", [True, False])
def test_each_state_of_a_pump_differs_without_colour(theme, language, word):
    states = {"running": Value(1), "stopped": Value(0), "neither": Value(7), "bad": Value(1, BAD), "never": Value(None)}
    pictures = {
        name: seen("pump", {"state": value}, theme=theme, language=language, tag="P-101", word=word)
        for name, value in states.items()
        if name != "neither"
    }
    expect_all_differ(pictures)


def test_a_number_that_is_no_state_is_drawn_as_not_known():
    neither, bad = (seen("pump", {"state": value}, word=False) for value in (Value(7), Value(1, BAD)))
    assert difference(neither, bad) == 0


def test_the_impeller_points_where_the_pump_delivers():
    turned = {way: seen("pump", {"state": Value(0)}, towards=way) for way in ("right", "left", "up", "down")}
    expect_all_differ(turned)


def test_the_words_of_the_tag_win_over_those_of_the_catalogue():
    own, plain = (
        seen("pump", {"state": Value(1, facts=facts)}) for facts in ({"states": {"1": Text(en="Spinning")}}, {})
    )
    assert difference(own, plain) > 20


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_label_stands_under_the_pump(language):
    picture = seen("pump", {"state": Value(0, facts=WORDS)}, language=language, tag="P-101")
    expect_inside(picture, FAMILY.size, (20, 0, 20, 50))


def test_a_pump_without_label_stays_in_its_box():
    expect_inside(seen("pump", {"state": Value(1)}, label="none"), FAMILY.size, (0, 0, 0, 0))


def test_the_pump_is_documented():
    expect_documented(FAMILY)
