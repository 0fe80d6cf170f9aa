"""Segments: every state and every quality has a picture of its own, and each segment asks for its state."""

from typing import cast

import numpy as np
import pytest

from hmi.display.parts import TouchPart
from hmi.model.quality import Cause
from hmi.model.text import Language, Text
from tests.display.symbols.seen import BAD, LANGUAGES, THEMES, Value, expect_all_differ, ink_bounds, seen, stage_of

MODES = {"0": Text(zh="手动", en="MAN"), "1": Text(zh="自动", en="AUTO"), "2": Text(zh="串级", en="CAS")}


def value(number, cause=Cause.NONE):
    return {"value": Value(number, cause, facts={"states": MODES})}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_that_every_state_and_every_quality_differ(theme, language):
    pictures = {str(number): seen("segments", value(number), theme=theme, language=language) for number in range(3)}
    for name, cause in (("bad", BAD), ("stale", Cause.STALE), ("forced", Cause.FORCED)):
        pictures[name] = seen("segments", value(1, cause), theme=theme, language=language)
    expect_all_differ(pictures)


def test_that_a_state_without_a_segment_leaves_all_of_them_light():
    assert not np.array_equal(seen("segments", value(7)), seen("segments", value(1)))


def test_that_each_segment_asks_for_its_state_in_the_order_given():
    touches = stage_of("segments", value(1), wh=(300, 44)).targets[-1].touches
    assert [one.value for one in touches] == [0, 1, 2]
    assert all(one.confirm for one in touches)
    assert [one.rect[2] for one in touches] == [100, 100, 100]
    some = stage_of("segments", value(1), states=[2, 0], confirm=False).targets[-1].touches
    assert [(cast(TouchPart, one).value, one.confirm) for one in some] == [(2, False), (0, False)]


def test_that_long_words_stay_inside():
    long = {str(number): Text(en="A very long name of a mode") for number in range(3)}
    left, top, right, bottom = ink_bounds(
        seen("segments", {"value": Value(1, facts={"states": long})}, wh=(180, 44), language=Language.EN)
    )
    assert (left, top) >= (200, 140)
    assert right <= 380
    assert bottom <= 184
