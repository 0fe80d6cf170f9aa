"""The image in memory keeps the contract of the live one."""

import math

import pytest

from hmi.image.memory import MemorySource
from hmi.model.quality import Cause, Status
from hmi.model.value import TypeCode, value_of
from tests.image.hand import SECOND, HandClock, numbers


def test_that_it_is_never_read_and_without_an_engine_until_told_otherwise():
    source = MemorySource(HandClock())
    shown = source.show(numbers(11, 12))
    assert source.poll().reason.code == "engine.not_running"
    assert shown.refresh().tolist() == [0, 1]
    assert shown.columns.cause.tolist() == [Cause.NEVER_READ] * 2
    assert shown.refresh().tolist() == []


def test_that_a_value_put_in_is_reported_once_with_its_quality_and_age():
    clock = HandClock()
    source = MemorySource(clock)
    source.set_alive()
    assert source.poll().alive
    shown = source.show(numbers(11, 12))
    shown.refresh()
    source.put(12, 41, TypeCode.INT64, Cause.ABOVE_RANGE, engineering=4.1, age_ns=3 * SECOND)
    assert shown.refresh().tolist() == [1]
    columns = shown.columns
    assert value_of(int(columns.raw[1]), TypeCode(int(columns.type_code[1]))) == 41
    assert columns.value[1] == 4.1
    assert columns.status[1] == Status.UNCERTAIN_ENGINEERING_UNITS_EXCEEDED
    assert source.monotonic_ns() - columns.receive_mono_ns[1] == 3 * SECOND
    assert shown.refresh().tolist() == []


def test_that_texts_and_missing_values_have_their_place():
    source = MemorySource(HandClock())
    shown = source.show(numbers(11, 12))
    source.put(11, "液位", TypeCode.TEXT)
    source.put(12, None, TypeCode.FLOAT64, Cause.NOT_A_NUMBER)
    shown.refresh()
    assert shown.text(0) == "液位"
    assert math.isnan(shown.columns.value[1])


def test_that_a_value_beyond_its_type_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        MemorySource(HandClock()).put(11, 2**63, TypeCode.INT64)
