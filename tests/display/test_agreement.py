"""A number, its pointer and the level of its liquid are drawn from the same reading, and agree to the pixel."""

import numpy as np
import pytest

from hmi.display.theme import load_theme
from tests.display.rig import element, level_tag, painted, stage_of
from tests.display.stand_in import StandIn

AT = (100, 20, 200, 280)


def colours(*tokens):
    theme = load_theme()
    return [
        np.array([theme.colour(token).blue(), theme.colour(token).green(), theme.colour(token).red()])
        for token in tokens
    ]


def rows_of(column, colour):
    return np.flatnonzero(np.abs(column - colour).max(axis=1) <= 3)


@pytest.mark.parametrize("scale", [1.0, 1.25, 2.0])
@pytest.mark.parametrize("value", [1.0, 12.5, 33.3, 55.1, 74.0, 87.65, 98.9])
def test_that_pointer_surface_and_number_are_one_reading(scale, value):
    one = level_tag()
    source = StandIn({one.path: one})
    source.set(one.path, value)
    stage = stage_of(
        [element("t", "tank", AT, {"level": "{L/T.Level}"}, legs=False)], {one.path: one}, source, scale=scale
    )
    image = painted(stage)
    line, mark = colours("liqline", "mark")
    surface = rows_of(image[:, round((AT[0] + 8) * scale)], line)
    middle = surface.mean() + 0.5
    top, height = stage._levels.top[0], stage._levels.height[0]
    assert middle == round(top + height - np.rint(value / 100 * height))
    # The tip of the pointer, inside the track: its rows lie evenly around the surface.
    tips = rows_of(image[:, round((AT[0] + AT[2] - 1 - 44 + 14 + 6) * scale)], mark)
    assert abs((tips.min() + tips.max() + 1) / 2 - middle) <= 0.5
    numbers = [part for part in range(stage.count) if stage.kind[part] == 4]
    assert [stage.shown(part) for part in numbers] == [round(value * 10)]


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_that_the_ends_of_the_scale_are_the_welds(value):
    one = level_tag()
    source = StandIn({one.path: one})
    source.set(one.path, value)
    tank = element("t", "tank", AT, {"level": "{L/T.Level}"}, legs=False, scale=False, number=False)
    image = painted(stage_of([tank], {one.path: one}, source))
    (line,) = colours("liqline")
    shell_width = AT[2] - 2
    welds = {0.0: round(AT[1] + AT[3] - 1 - 0.20 * shell_width), 100.0: round(AT[1] + 1 + 0.15 * shell_width)}
    surface = rows_of(image[:, AT[0] + 60], line)
    assert surface.mean() + 0.5 == welds[value]


def test_that_a_pointer_beside_a_bar_and_a_level_on_one_axis_move_together():
    one = level_tag()
    source = StandIn({one.path: one})
    bars = [
        element("p", "bar", (20, 20, 120, 260), {"value": "{L/T.Level}"}),
        element("f", "bar", (200, 20, 120, 260), {"value": "{L/T.Level}"}, style="fill"),
    ]
    stage = stage_of(bars, {one.path: one}, source)
    for value in np.linspace(0, 100, 41):
        source.set(one.path, float(value))
        stage.update()
        by_kind = {int(stage.kind[part]): stage.shown(part) for part in range(stage.count)}
        assert by_kind[1] == by_kind[3]


def test_that_a_value_beyond_the_scale_stays_at_its_end():
    one = level_tag()
    source = StandIn({one.path: one})
    tank = element("t", "tank", AT, {"level": "{L/T.Level}"})
    stage = stage_of([tank], {one.path: one}, source)
    for value, share in ((-20.0, 0), (140.0, 1)):
        source.set(one.path, value)
        stage.update()
        levels = [stage.shown(part) for part in range(stage.count) if stage.kind[part] in (1, 3)]
        assert levels == [share * stage._levels.height[0]] * 2
