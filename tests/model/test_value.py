"""Readings and the 64 bits of a row."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.quality import Status
from hmi.model.tag import TYPE_CODES, DataType
from hmi.model.value import Reading, TypeCode, bits_of, value_of


@given(st.floats())
def test_that_a_float_comes_back_from_its_bits(number: float):
    back = value_of(bits_of(number, TypeCode.FLOAT64), TypeCode.FLOAT64)
    assert (
        math.isnan(back) if math.isnan(number) else (back, math.copysign(1, back)) == (number, math.copysign(1, number))
    )


@given(st.integers(-(2**63), 2**63 - 1))
def test_that_a_signed_number_comes_back_from_its_bits(number: int):
    assert value_of(bits_of(number, TypeCode.INT64), TypeCode.INT64) == number


@given(st.integers(0, 2**64 - 1))
def test_that_an_unsigned_number_comes_back_from_its_bits(number: int):
    assert value_of(bits_of(number, TypeCode.UINT64), TypeCode.UINT64) == number


def test_that_a_flag_comes_back_and_words_have_no_bits():
    assert [value_of(bits_of(flag, TypeCode.BOOL), TypeCode.BOOL) for flag in (False, True)] == [False, True]
    assert value_of(7, TypeCode.TEXT) is None
    assert value_of(7, TypeCode.NONE) is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (2**63, TypeCode.INT64),
        (-(2**63) - 1, TypeCode.INT64),
        (-1, TypeCode.UINT64),
        (2**64, TypeCode.UINT64),
        (1, TypeCode.TEXT),
    ],
)
def test_that_what_does_not_fit_is_refused(number: int, code: TypeCode):
    with pytest.raises(ValueError, match="does not fit"):
        bits_of(number, code)


def test_that_every_type_of_a_device_has_its_place_in_a_row():
    assert set(TYPE_CODES) == set(DataType)


def test_that_a_reading_is_good_by_its_status_alone():
    assert Reading(None, status=Status.GOOD_LOCAL_OVERRIDE).good
    assert not Reading(42.0, status=Status.UNCERTAIN).good
