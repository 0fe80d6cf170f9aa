"""From device values to engineering values: scaling, instrument range, overflow, kept and dropped values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.engine.group import Group
from hmi.engine.scan.convert import convert, numbers_of
from hmi.model.device import ScanClass
from hmi.model.quality import CAUSES, Cause, Status
from hmi.model.value import TypeCode, bits_of

ALL = slice(None)


def group(codes: list[TypeCode], *, scale=1.0, offset=0.0, low=-math.inf, high=math.inf) -> Group:
    count = len(codes)
    return Group(
        device="PLC1",
        scan=ScanClass(name="fast", period_ms=20),
        items=(),
        rows=np.arange(1, count + 1, dtype=np.intp),
        type_code=np.array([int(code) for code in codes], dtype=np.uint8),
        kinds=tuple(sorted(set(codes))),
        scale=np.full(count, scale, dtype=np.float64),
        offset=np.full(count, offset, dtype=np.float64),
        low=np.full(count, low, dtype=np.float64),
        high=np.full(count, high, dtype=np.float64),
        plain=scale == 1 and offset == 0 and low == -math.inf and high == math.inf,
        whole=np.arange(count, dtype=np.intp),
    )


def one(value, code: TypeCode, cause: Cause = Cause.NONE, **fields):
    raw = np.array([bits_of(value, code)], dtype=np.uint64)
    status = np.array([CAUSES[cause].status], dtype=np.uint32)
    done = convert(group([code], **fields), ALL, raw, status, np.array([cause], dtype=np.uint16))
    return float(done.value[0]), Cause(int(done.cause[0])), int(done.status[0]), done.kept


@pytest.mark.parametrize(
    ("value", "code", "fields", "expected", "cause"),
    [
        (7, TypeCode.INT64, {}, 7.0, Cause.NONE),
        (-7, TypeCode.INT64, {"scale": 0.1, "offset": 1.0}, 0.3, Cause.NONE),
        (2**63 + 2048, TypeCode.UINT64, {}, float(2**63 + 2048), Cause.NONE),
        (True, TypeCode.BOOL, {}, 1.0, Cause.NONE),
        (2.5, TypeCode.FLOAT64, {"scale": -2.0}, -5.0, Cause.NONE),
        (50, TypeCode.INT64, {"low": 0, "high": 40}, 40.0, Cause.ABOVE_RANGE),
        (-1, TypeCode.INT64, {"low": 0, "high": 40}, 0.0, Cause.BELOW_RANGE),
        (40, TypeCode.INT64, {"low": 0, "high": 40}, 40.0, Cause.NONE),
        (-1, TypeCode.INT64, {"high": 40}, -1.0, Cause.NONE),
        (1e300, TypeCode.FLOAT64, {"scale": 1e300}, math.nan, Cause.SCALING_OVERFLOW),
        (-1e300, TypeCode.FLOAT64, {"scale": 1e300, "low": 0, "high": 1}, math.nan, Cause.SCALING_OVERFLOW),
        (math.nan, TypeCode.FLOAT64, {}, math.nan, Cause.NOT_A_NUMBER),
        (math.nan, TypeCode.FLOAT64, {"scale": 2.0}, math.nan, Cause.NOT_A_NUMBER),
        (math.inf, TypeCode.FLOAT64, {}, math.nan, Cause.INFINITE),
        (-math.inf, TypeCode.FLOAT64, {"low": 0, "high": 1}, math.nan, Cause.INFINITE),
    ],
)
def test_that_a_good_value_is_converted_held_or_lost(value, code, fields, expected, cause):
    number, why, status, kept = one(value, code, **fields)
    assert number == pytest.approx(expected, nan_ok=True)
    assert why is cause
    assert status == CAUSES[cause].status
    assert kept is None


def test_that_a_bad_value_that_may_be_kept_is_marked_so_and_another_is_dropped():
    number, why, _, kept = one(7, TypeCode.INT64, Cause.DEVICE_BUSY)
    assert (why, kept.tolist()) == (Cause.DEVICE_BUSY, [True])
    number, why, _, kept = one(7, TypeCode.INT64, Cause.SENTINEL, scale=2.0)
    assert math.isnan(number)
    assert (why, kept) == (Cause.SENTINEL, None)


def test_that_a_bad_value_is_not_held_in_the_instruments_range():
    assert one(99, TypeCode.INT64, Cause.SENTINEL, low=0, high=40)[1] is Cause.SENTINEL


def test_that_an_uncertain_value_of_the_driver_keeps_its_cause_and_is_scaled():
    number, why, status, _ = one(7, TypeCode.INT64, Cause.SIMULATED, scale=2.0, low=0, high=10)
    assert (number, why, status) == (14.0, Cause.SIMULATED, Status.UNCERTAIN_SIMULATED_VALUE)


def test_that_texts_have_no_number_and_are_no_fault():
    number, why, _, _ = (lambda done: (done.value[0], done.cause[0], done.status[0], done.kept))(
        convert(group([TypeCode.TEXT]), ALL, np.zeros(1, np.uint64), np.zeros(1, np.uint32), np.zeros(1, np.uint16))
    )
    assert math.isnan(number)
    assert why == Cause.NONE


VALUES = {
    TypeCode.INT64: st.integers(-(2**63), 2**63 - 1),
    TypeCode.UINT64: st.integers(0, 2**64 - 1),
    TypeCode.BOOL: st.booleans(),
    TypeCode.FLOAT64: st.floats(allow_nan=False, allow_infinity=False),
}


@given(st.lists(st.sampled_from(list(VALUES)).flatmap(lambda code: st.tuples(st.just(code), VALUES[code])), min_size=1))
def test_that_mixed_types_read_like_single_ones(pairs):
    raw = np.array([bits_of(value, code) for code, value in pairs], dtype=np.uint64)
    codes = np.array([int(code) for code, _ in pairs], dtype=np.uint8)
    found = numbers_of(raw, codes, sorted({code for code, _ in pairs}))
    assert found.tolist() == [float(value) for _, value in pairs]


@given(
    st.integers(-(2**31), 2**31), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e9, 1e9), st.floats(0, 1e9)
)
def test_that_what_is_shown_never_leaves_the_instruments_range(value, scale, offset, low, width):
    number, why, _, _ = one(value, TypeCode.INT64, scale=scale, offset=offset, low=low, high=low + width)
    assert low <= number <= low + width
    assert (why is Cause.NONE) == (low <= value * scale + offset <= low + width)
