"""The heat exchanger is light at work and dark at rest; without a binding it claims neither."""

import pytest

from hmi.model.symbols.heat_exchanger import FAMILY
from tests.display.symbols.seen import BAD, THEMES, Value, expect_all_differ, expect_documented, expect_inside, seen


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("word", [True, False])
def test_each_state_of_a_heat_exchanger_differs_without_colour(theme, word):
    states = {"at work": {"running": Value(1)}, "at rest": {"running": Value(0)}, "bad": {"running": Value(1, BAD)}}
    pictures = {name: seen("heat_exchanger", one, theme=theme, word=word) for name, one in states.items()}
    pictures["nobody says"] = seen("heat_exchanger", theme=theme, word=word)
    expect_all_differ(pictures)


def test_a_heat_exchanger_without_label_stays_in_its_box():
    expect_inside(seen("heat_exchanger", {"running": Value(1)}, label="none"), FAMILY.size, (0, 0, 0, 0))


def test_the_heat_exchanger_is_documented():
    expect_documented(FAMILY)
