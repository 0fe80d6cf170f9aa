"""The motor shows its state by fill; the agitator hangs from its box."""

import pytest

from hmi.model.symbols.motor import FAMILY
from tests.display.symbols.seen import (
    AT,
    BAD,
    THEMES,
    Value,
    expect_all_differ,
    expect_documented,
    expect_inside,
    ink_bounds,
    seen,
)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("agitator", [True, False])
def test_each_state_of_a_motor_differs_without_colour(theme, agitator):
    states = {"running": Value(1), "stopped": Value(0), "bad": Value(1, BAD), "never": Value(None)}
    expect_all_differ(
        {name: seen("motor", {"state": one}, theme=theme, agitator=agitator) for name, one in states.items()}
    )


def test_the_blades_hang_at_the_length_of_the_shaft():
    left, _, right, bottom = ink_bounds(seen("motor", {"state": Value(1)}, agitator=True, shaft=120, blades=72))
    assert 68 <= right - left <= 74
    assert AT[1] + 38 + 120 < bottom <= AT[1] + 38 + 120 + 10


def test_a_motor_without_agitator_stays_in_its_box():
    expect_inside(seen("motor", {"state": Value(0)}), FAMILY.size, (0, 0, 0, 0))


def test_the_motor_is_documented():
    expect_documented(FAMILY)
