"""The equipment tile shows name, state and counts of a machine."""

import pytest

from hmi.display.theme import Theme
from hmi.model.symbols.equipment_tile import FAMILY
from hmi.model.text import Text
from hmi.words import say
from tests.display.symbols.seen import (
    AT,
    BAD,
    LANGUAGES,
    THEMES,
    Grey,
    Value,
    difference,
    expect_all_differ,
    expect_documented,
    expect_inside,
    seen,
)

STATES = {
    "states": {
        "0": Text(zh="停止", en="Stopped"),
        "1": Text(zh="生产", en="Producing"),
        "2": Text(zh="待料", en="Starved"),
        "3": Text(zh="堵料", en="Blocked"),
    }
}
NAMES = {"tag": "FM-1", "title": {"zh": "灌装机", "en": "Filler"}, "count_title": {"zh": "产出", "en": "Made"}}


def bar_of(picture: Grey) -> Grey:
    """The state bar without its words: a strip at its left end."""
    return picture[AT[1] + 42 : AT[1] + 58, AT[0] + 16 : AT[0] + 22]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_of_a_machine_differs_without_colour(theme, language):
    states = {str(number): Value(number, facts=STATES) for number in range(4)}
    states |= {"bad": Value(1, BAD, STATES)}
    pictures = {n: seen("equipment_tile", {"state": one}, theme=theme, language=language) for n, one in states.items()}
    expect_all_differ(pictures)


def test_the_bar_is_light_in_the_producing_states_only():
    for running, lights in (((1,), {1}), ((1, 2), {1, 2})):
        for number in range(4):
            picture = seen("equipment_tile", {"state": Value(number, facts=STATES)}, running=running)
            assert bool(bar_of(picture).mean() > 200) is (number in lights)


def test_a_machine_whose_tag_has_no_words_takes_those_of_the_catalogue():
    running, stopped = (seen("equipment_tile", {"state": Value(number)}) for number in (1, 0))
    assert difference(running, stopped) > 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_state_and_counts_stay_in_the_tile(language):
    bound = {"state": Value(1, facts=STATES), "count": Value(8412.0), "extra": Value(12.0)}
    picture = seen(
        "equipment_tile", bound, wh=(152, 132), language=language, extra_title={"zh": "剔除", "en": "Rejected"}, **NAMES
    )
    expect_inside(picture, (152, 132), (1, 1, 1, 1))


def test_only_counts_that_are_bound_are_named():
    bound = {"state": Value(1, facts=STATES)}
    assert (
        difference(
            seen("equipment_tile", bound, **NAMES), seen("equipment_tile", bound, tag="FM-1", title=NAMES["title"])
        )
        == 0
    )


def test_the_equipment_tile_is_documented():
    expect_documented(FAMILY)


@pytest.mark.parametrize("width", [128, 152, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_state_that_is_not_known_is_said_in_whole_words(width, language, monkeypatch):
    said = []
    write = Theme.write

    def record(self, painter, x, baseline, text, **look):
        said.append(text)
        return write(self, painter, x, baseline, text, **look)

    monkeypatch.setattr(Theme, "write", record)
    seen("equipment_tile", {"state": Value(1, BAD, STATES)}, wh=(width, 108), language=language)
    assert {say("display.state_unknown", language), say("display.unknown", language)} & set(said)
    assert not any("…" in text for text in said)
