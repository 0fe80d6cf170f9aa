"""The step bar shows which steps are done, which is running and which are to come."""

import pytest

from hmi.model.symbols.step_bar import FAMILY
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

STEPS = [
    {"zh": "进水", "en": "Fill"},
    {"zh": "投料", "en": "Charge"},
    {"zh": "搅拌升温", "en": "Mix, heat"},
    {"zh": "过滤", "en": "Filter"},
    {"zh": "灌装", "en": "Fill out"},
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("names", [True, False])
def test_each_step_differs_without_colour(theme, names):
    values = {str(number): Value(number) for number in range(len(STEPS) + 2)} | {"bad": Value(3, BAD)}
    expect_all_differ(
        {n: seen("step_bar", {"step": one}, theme=theme, steps=STEPS, names=names) for n, one in values.items()}
    )


def test_a_number_beyond_all_steps_is_drawn_as_not_known():
    beyond, bad = (seen("step_bar", {"step": one}, steps=STEPS) for one in (Value(9), Value(3, BAD)))
    assert difference(beyond, bad) == 0


def test_discs_before_the_current_one_are_dark_and_later_ones_light():
    picture = seen("step_bar", {"step": Value(3)}, steps=STEPS)
    pitch, middle = 464 / 5, AT[1] + 18
    # Between the tick or the number and the rim of each disc.
    levels = [picture[middle - 10, AT[0] + round((number + 0.5) * pitch)] for number in range(5)]
    assert [level < 120 for level in levels] == [True, True, False, False, False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_names_stay_under_their_disc(language):
    steps = [{"zh": "很长很长的步骤名称" * 2, "en": "A very long name of a step"}] * 4
    expect_inside(seen("step_bar", {"step": Value(2)}, language=language, steps=steps), FAMILY.size, (0, 0, 0, 0))


def test_a_bar_without_steps_draws_nothing():
    assert difference(seen("step_bar", {"step": Value(2)}), seen("")) == 0


def test_the_step_bar_is_documented():
    expect_documented(FAMILY)
