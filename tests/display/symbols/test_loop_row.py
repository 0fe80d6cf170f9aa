"""The loop row shows four columns; a mode that is not the normal one stands on a dark chip."""

import pytest

from hmi.model.symbols.loop_row import FAMILY
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
)

MODES = {"states": {"0": Text(zh="手动", en="MAN"), "1": Text(zh="自动", en="AUTO"), "2": Text(zh="串级", en="CAS")}}
NUMBERS = {slot: Value(number, facts={"decimals": 1}) for slot, number in (("pv", 61.8), ("sp", 58.0), ("out", 62.0))}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mode_differs_without_colour(theme, language):
    modes = {str(number): Value(number, facts=MODES) for number in range(3)}
    modes |= {"bad": Value(1, BAD, MODES)}
    expect_all_differ(
        {name: seen("loop_row", {"mode": one}, theme=theme, language=language) for name, one in modes.items()}
    )


def test_only_modes_that_are_not_normal_stand_on_a_chip():
    corner = (slice(AT[1] + 12, AT[1] + 32), slice(AT[0] + 402, AT[0] + 407))
    for normal in (0, 1):
        for number in range(3):
            picture = seen("loop_row", {"mode": Value(number, facts=MODES)}, normal_mode=normal)
            assert bool(picture[corner].mean() < 100) is (number != normal)


def test_a_mode_without_words_is_shown_as_its_number():
    one, two = (seen("loop_row", {"mode": Value(number)}) for number in (1, 2))
    assert difference(one, two) > 20


def test_a_bad_number_differs_from_a_good_one_in_each_column():
    good = seen("loop_row", NUMBERS)
    for slot in NUMBERS:
        bad = seen("loop_row", {**NUMBERS, slot: Value(NUMBERS[slot].value, BAD, {"decimals": 1})})
        assert difference(good, bad) > 20


def test_numbers_end_at_the_columns():
    picture, empty = seen("loop_row", NUMBERS, rule=False), seen("")
    columns = (picture != empty).any(axis=0)
    for share in (0.44, 0.63, 0.81):
        end = AT[0] + round(472 * share)
        assert columns[end - 6 : end + 1].any()
        assert not columns[end + 2 : end + 20].any()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_row_keeps_to_its_box(language):
    bound = {**NUMBERS, "mode": Value(0, facts=MODES)}
    title = {"zh": "配液罐夹套出口温度控制回路", "en": "Temperature at the outlet of the jacket"}
    expect_inside(seen("loop_row", bound, language=language, tag="TIC-102", title=title), FAMILY.size, (0, 0, 0, 0))


def test_the_loop_row_is_documented():
    expect_documented(FAMILY)
