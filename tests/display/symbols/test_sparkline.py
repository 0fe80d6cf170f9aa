"""The sparkline draws the last minutes with band, limits and set-point on one axis; its end dot is the value."""

import math

import numpy as np
import pytest

from hmi.display.parts import SparkPart
from hmi.display.sparks import PaintedSpark
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.symbols.sparkline import FAMILY
from hmi.model.tag import Limits, Span
from hmi.model.text import Language
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
    grey_of,
    seen,
    shown,
)

FACTS = {
    "unit": "°C",
    "decimals": 1,
    "span": Span(low=50, high=65),
    "normal": Span(low=57, high=59.5),
    "limits": Limits(low=55, high=60),
}
PLAIN = {"number": False, "words": False, "clock": False}
RIGHT = AT[0] + 472
"""x of the end dot of a plot without words: the plot is 480 - 8 px wide."""


def dot_of(picture: Grey) -> float:
    """The middle of the end dot: the dark pixels at the right end of the plot."""
    rows = np.flatnonzero(picture[:, RIGHT] < 110)
    return (rows[0] + rows[-1] + 1) / 2


@pytest.mark.parametrize("theme", THEMES)
def test_each_quality_of_the_value_differs_without_colour(theme):
    values = {
        "good": Value(58.0, facts=FACTS),
        "bad": Value(58.0, BAD, FACTS),
        "never": Value(None, facts=FACTS),
        "stale": Value(58.0, Cause.STALE, FACTS),
    }
    for props in (PLAIN, {}):
        expect_all_differ(
            {name: seen("sparkline", {"value": one}, theme=theme, **props) for name, one in values.items()}
        )


@pytest.mark.parametrize("value", [50.0, 54.0, 58.0, 62.5, 65.0])
def test_the_end_dot_lies_on_the_value(value):
    facts = {"span": Span(low=50, high=65)}
    picture = seen("sparkline", {"value": Value(value, facts=facts)}, **PLAIN)
    assert dot_of(picture) == pytest.approx(AT[1] + 192 * (1 - (value - 50) / 15), abs=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_limits_and_set_point_are_named_in_both_languages(language):
    bare = {**FACTS, "limits": Limits()}
    value = Value(58.0, facts=FACTS)
    pictures = {
        "bare": seen("sparkline", {"value": Value(58.0, facts=bare)}, language=language),
        "limits": seen("sparkline", {"value": value}, language=language),
        "set-point": seen("sparkline", {"value": value, "setpoint": Value(57.0, facts=FACTS)}, language=language),
    }
    expect_all_differ(pictures, 40)


def test_words_of_lines_that_lie_together_do_not_cover_each_other():
    near, apart = (
        seen(
            "sparkline",
            {
                "value": Value(52.0, facts={**FACTS, "normal": Span(), "limits": Limits(high=high)}),
                "setpoint": Value(58.0),
            },
        )
        for high in (58.2, 62.0)
    )
    # As much ink of words at the right of the plot in both: nothing is hidden behind anything.
    ink = [(picture[:, AT[0] + 420 : AT[0] + 480] < 160).sum() for picture in (near, apart)]
    assert ink[0] == pytest.approx(ink[1], rel=0.1)


def test_a_set_point_that_is_not_to_be_trusted_is_not_drawn_as_a_plain_line():
    value = Value(52.0, facts=FACTS)
    good, stale, bad = (
        seen("sparkline", {"value": value, "setpoint": Value(63.0, cause, FACTS)}, **PLAIN)
        for cause in (Cause.NONE, Cause.STALE, BAD)
    )
    expect_all_differ({"good": good, "stale": stale, "bad": bad})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sparkline_keeps_to_its_box(language):
    bound = {"value": Value(65.0, facts=FACTS), "setpoint": Value(50.0, facts=FACTS)}
    title = {"zh": "T-102 配液罐夹套出口温度", "en": "T-102 temperature at the outlet of the jacket"}
    for props in ({}, {"clock": False, "words": False}):
        picture = seen("sparkline", bound, language=language, tag="TIC-102", title=title, **props)
        expect_inside(picture, FAMILY.size, (0, 0, 2, 8))


def test_the_trend_moves_while_its_value_stays():
    stage, source = shown("sparkline", {"value": Value(58.0, facts=FACTS)}, seconds=600, **PLAIN)
    inked = []
    for _ in range(3):
        for _ in range(20):
            source.now += 5_000_000_000
            stage.update()
        inked.append(int((grey_of(stage)[:, AT[0] : AT[0] + 440] < 110).sum()))
    assert inked[0] < inked[1] < inked[2]


def test_the_number_is_left_out_when_it_is_not_wanted():
    with_number, without = (
        seen("sparkline", {"value": Value(58.0, facts=FACTS)}, tag="T", number=n) for n in (True, False)
    )
    assert difference(with_number[AT[1] : AT[1] + 28], without[AT[1] : AT[1] + 28]) > 60


def test_the_sparkline_is_documented():
    expect_documented(FAMILY)


def spark(*samples, limits=((60.0, "H"), (65.0, "HH")), normal=(50.0, 58.0)):
    part = SparkPart("value", (0, 0, 200, 100), 20, 80, 100, normal=normal, limits=limits)
    made = PaintedSpark((1,), part, load_theme(), Language.EN)
    made.recall([float(stamp) for stamp, _ in samples], [value for _, value in samples])
    return made


def test_the_alarm_flag_stands_where_the_curve_crossed_the_outermost_limit_that_it_is_beyond():
    rising = [(0, 55.0), (10, 61.0), (20, 59.0), (30, 61.0), (40, 66.0), (50, 67.0)]
    assert spark(*rising[:-2]).crossed(61.0) == (30.0, 60.0)
    assert spark(*rising).crossed(67.0) == (40.0, 65.0)
    assert spark((0, 55.0), (10, 12.0), limits=((15.0, "L"), (60.0, "H"))).crossed(12.0) == (10.0, 15.0)


def test_there_is_no_flag_without_a_crossing_in_sight():
    assert spark((0, 55.0), (10, 57.0)).crossed(57.0) is None
    assert spark((0, 61.0), (10, 62.0)).crossed(62.0) is None
    assert spark((0, 55.0), (5, math.nan), (10, 62.0)).crossed(62.0) is None
