"""The button shows whether the tag has its value now, and where it may be clicked."""

import pytest

from hmi.display.parts import TouchPart
from hmi.model.symbols.button import FAMILY
from hmi.model.tag import DataType
from hmi.model.text import Text
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
    stage_of,
)

MODES = {"states": {"0": Text(zh="手动", en="MAN"), "1": Text(zh="自动", en="AUTO")}, "writable": True}
TITLE = {"zh": "启动", "en": "Start"}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("primary", [True, False])
@pytest.mark.parametrize("width", [48, 112])
def test_a_button_tells_without_colour_whether_the_tag_has_its_value(theme, primary, width):
    states = {"has it": Value(1, facts=MODES), "has another": Value(0, facts=MODES), "bad": Value(1, BAD, MODES)}
    pictures = {
        name: seen("button", {"value": one}, theme=theme, primary=primary, wh=(width, 36), title=TITLE)
        for name, one in states.items()
    }
    expect_all_differ(pictures)


def test_a_bit_needs_no_words_to_be_a_state():
    bit = {"type": DataType.BOOL, "writable": True}
    has, has_not = (seen("button", {"value": Value(number, facts=bit)}, title=TITLE) for number in (1, 0))
    assert difference(has, has_not) > 20


def test_a_measured_number_is_no_state_but_its_quality_is_seen():
    number = {"type": DataType.FLOAT32, "writable": True}
    one, other, bad = (
        seen("button", {"value": value}, title=TITLE, value=58)
        for value in (Value(58.0, facts=number), Value(20.0, facts=number), Value(58.0, BAD, number))
    )
    assert difference(one, other) == 0
    assert difference(one, bad) > 20


def test_a_click_asks_for_the_value_of_the_button():
    stage = stage_of("button", {"value": Value(0, facts=MODES)}, value=1, confirm=False)
    found = stage.hits.touch(AT[0] + 5, AT[1] + 5)
    assert found is not None
    assert found[1] == TouchPart("value", (*AT, *FAMILY.size), value=1.0, confirm=False)
    assert stage.hits.touch(AT[0] - 5, AT[1] + 5) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_words_stay_on_the_button(language):
    title = {"zh": "确认并继续下一个批次步骤", "en": "Confirm and go on with the next step"}
    expect_inside(
        seen("button", {"value": Value(1, facts=MODES)}, language=language, title=title), FAMILY.size, (1,) * 4
    )


def test_the_button_is_documented():
    expect_documented(FAMILY)
