"""Condition: met, not met and not known differ without colour, and each is said in words."""

import numpy as np
import pytest

from hmi.model.quality import Cause
from tests.display.symbols.seen import BAD, LANGUAGES, THEMES, Value, expect_all_differ, ink_bounds, seen

WORDS = {"title": {"zh": "XV-103 未打开", "en": "XV-103 is not open"}, "met": {"zh": "无联锁", "en": "Not held back"}}


def condition(value, cause=Cause.NONE, **more):
    return seen("condition", {"value": Value(value, cause)}, **{**WORDS, **more})


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_that_met_not_met_and_not_known_differ(theme, language):
    look = {"theme": theme, "language": language}
    expect_all_differ({"met": condition(1, **look), "not met": condition(0, **look), "bad": condition(1, BAD, **look)})


def test_that_what_stands_in_the_way_is_not_said_while_it_does_not():
    without = condition(1, met={})
    assert not np.array_equal(condition(1), without)
    assert np.array_equal(condition(0), condition(0, met={}))


def test_that_long_words_end_before_the_note():
    plain = seen("condition", {"value": Value(0)}, wh=(300, 36), title={"en": "word " * 30}, note={"en": "OUT"})
    assert ink_bounds(plain)[2] <= 200 + 300


@pytest.mark.parametrize("words", ["word " * 14, "\u6c34" * 30])
def test_that_long_words_take_two_lines_where_there_is_room(words):
    low, high = (
        ink_bounds(seen("condition", {"value": Value(0)}, wh=(300, height), title={"en": words}, rule=False))
        for height in (36, 46)
    )
    assert low[3] - low[1] < 26
    assert high[3] - high[1] > 30
    assert high[2] <= 500
