"""The lamp says its state by shape and in words, never by colour."""

import pytest

from hmi.model.symbols.lamp import FAMILY
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


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("word", [True, False])
def test_each_state_of_a_lamp_differs_without_colour(theme, word):
    states = {"on": Value(1), "off": Value(0), "bad": Value(1, BAD), "never": Value(None)}
    expect_all_differ({name: seen("lamp", {"value": one}, theme=theme, word=word) for name, one in states.items()})


def test_words_come_from_the_properties_then_from_the_tag():
    facts = {"states": {"0": Text(en="Shut"), "1": Text(en="Agape")}}
    pictures = {
        "catalogue": seen("lamp", {"value": Value(1)}),
        "tag": seen("lamp", {"value": Value(1, facts=facts)}),
        "properties": seen("lamp", {"value": Value(1, facts=facts)}, on={"en": "Lit"}),
    }
    expect_all_differ(pictures)
    only_off = seen("lamp", {"value": Value(1, facts=facts)}, off={"en": "Dark"})
    assert difference(only_off, pictures["tag"]) == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lamp_keeps_to_its_box_in_both_languages(language):
    title = {"zh": "夹套加热", "en": "Jacket"}
    picture = seen("lamp", {"value": Value(1)}, language=language, tag="H-1", title=title)
    expect_inside(picture, FAMILY.size, (0, 0, 0, 0))


def test_the_lamp_is_documented():
    expect_documented(FAMILY)
