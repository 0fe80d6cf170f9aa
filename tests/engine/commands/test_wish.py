"""From an entry to the number of the device, exactly, and what is refused with the nearest that can be held."""

import math
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.engine.commands.compare import same
from hmi.engine.commands.wish import RANGES, Wish, engineering, shown, step, wish_of
from hmi.engine.plant import PlantTag, build_plant
from hmi.model.devices import PROTOCOLS
from hmi.model.reason import Reason
from hmi.model.tag import DataType, Span, Tag
from hmi.model.text import Text
from tests.engine.works import device, project, tag


def plant_tag(address: str = "hr0", **fields) -> PlantTag:
    plc = device("PLC1", protocol="modbus-tcp", options=b'{"host":"127.0.0.1"}')
    plant = build_plant(project([plc], [tag("T", address, writable=True, **fields)]), PROTOCOLS)
    return next(one for one in plant.tags if one.tag.path == "T")


def wished(value, address: str = "hr0", **fields) -> Wish | Reason:
    return wish_of(plant_tag(address, **fields), value)


@pytest.mark.parametrize(
    ("fields", "value", "raw", "held"),
    [
        ({}, 42, 42, 42),
        ({}, 42.0, 42, 42),
        ({}, -32768, -32768, -32768),
        ({"scale": 0.1}, 50.0, 500, 50.0),
        ({"scale": 0.1}, 0.3, 3, 3 * 0.1),
        ({"scale": 0.1, "offset": -40.0}, -40.0, 0, -40.0),
        ({"scale": -0.5, "offset": 100.0}, 75, 50, 75.0),
        ({"scale": 100 / 27648, "decimals": 1}, 50.1, 13852, 13852 * (100 / 27648)),
        ({"scale": 1.0, "offset": 273.0}, 300, 27, 300.0),
        ({"scale": 10.0}, 120, 12, 120.0),
    ],
)
def test_that_a_whole_number_of_the_device_is_found_exactly(fields, value, raw, held):
    assert wished(value, **fields) == Wish(held, raw)


@pytest.mark.parametrize(
    ("fields", "value", "nearest"),
    [
        ({}, 50.4, "50"),
        ({}, 50.5, "50"),
        ({}, 40_000, "32767"),
        ({}, -40_000, "-32768"),
        ({"scale": 0.1}, 50.04, "50.0"),
        ({"scale": 0.1}, 4000, "3276.7"),
        ({"scale": 20.0}, 50, "40.0"),
        ({"scale": 0.8}, 55, "55.2"),
        ({"scale": 100 / 27648, "decimals": 3}, 50.125, "50.127"),
    ],
)
def test_that_what_the_device_cannot_hold_is_refused_with_the_nearest(fields, value, nearest):
    why = wished(value, **fields)
    assert isinstance(why, Reason)
    assert (why.code, why.arguments["nearest"]) == ("command.not_held", nearest)


@pytest.mark.parametrize(
    ("address", "value", "raw"),
    [
        ("hr0:float32", 0.1, struct.unpack("<f", struct.pack("<f", 0.1))[0]),
        ("hr0:float32", 3.14159265358979, struct.unpack("<f", struct.pack("<f", math.pi))[0]),
        ("hr0:float64", 0.1, 0.1),
        ("hr0:float32", -0.0, 0.0),
        ("hr0:float32", 1, 1.0),
        ("hr0:uint64", 2**64 - 1, 2**64 - 1),
        ("hr0:int64", -(2**63), -(2**63)),
        ("hr0:bcd16", 9999, 9999),
        ("hr0:string:5", "abcde", "abcde"),
    ],
)
def test_that_each_layout_takes_what_it_can_hold(address, value, raw):
    found = wished(value, address)
    assert isinstance(found, Wish)
    assert found.raw == raw
    assert math.copysign(1, found.raw) == 1 if raw == 0 else True


@pytest.mark.parametrize(
    ("address", "value", "code"),
    [
        ("hr0:float32", 16_777_217, "not_held"),
        ("hr0:float32", 1e39, "not_held"),
        ("hr0:float32", math.nan, "not_finite"),
        ("hr0", math.inf, "not_finite"),
        ("hr0:bcd16", 10_000, "not_held"),
        ("hr0:uint16", -1, "not_held"),
        ("hr0:uint64", 2**64, "not_held"),
        ("hr0", 10**40, "not_held"),
        pytest.param("hr0", 10**5000, "not_finite", id="huge"),
        ("hr0", "5", "not_a_number"),
        ("hr0:float32", True, "not_a_number"),
        ("c0", 2, "not_a_truth"),
        ("c0", 0.5, "not_a_truth"),
        ("c0", "perhaps", "not_a_number"),
        ("hr0:string:5", 5, "not_a_text"),
        ("hr0:string:5", "abcdef", "text_too_long"),
        ("hr0:string:5", "阀", "text_letters"),
        ("hr0:string:5:gbk", "阀门打", "text_too_long"),
        ("hr0:string:5", "a\0b", "text_letters"),
        ("hr0:string:5", "a\nb", "text_letters"),
    ],
)
def test_that_what_fits_no_layout_is_refused(address, value, code):
    why = wished(value, address)
    assert isinstance(why, Reason)
    assert why.code == f"command.{code}"


@pytest.mark.parametrize(
    ("value", "raw"),
    [(True, True), (False, False), (1, True), (0.0, False), (-0.0, False), ("on", True), ("OFF", False),
     (" true ", True), ("开", True), ("关", False), ("Open", True), ("打开", True), ("closed", False)],
)  # fmt: skip
def test_that_a_truth_may_be_a_word(value, raw):
    states = {"0": Text(zh="关闭", en="Closed"), "1": Text(zh="打开", en="Open")}
    assert wished(value, "c0", states=states) == Wish(raw, raw)


def test_that_a_state_of_a_whole_number_may_be_a_word():
    states = {"0": Text(zh="手动", en="Manual"), "2": Text(zh="自动", en="Automatic")}
    assert wished("automatic", states=states) == Wish(2, 2)


def test_that_an_inverted_bit_is_written_inverted():
    assert wished(1, "c0", scale=-1.0, offset=1.0) == Wish(1.0, False)
    assert wished(0, "c0", scale=-1.0, offset=1.0) == Wish(0.0, True)


@pytest.mark.parametrize(("value", "code"), [(9.9, "below"), (10, None), (20, None), (20.1, "above")])
def test_that_the_range_of_entry_holds_with_its_ends(value, code):
    found = wished(value, scale=0.1, write=Span(low=10, high=20), unit="bar")
    assert (found.code if isinstance(found, Reason) else None) == (f"command.{code}" if code else None)


def test_that_a_number_that_means_no_value_is_not_written():
    why = wished(-32768, sentinels=(-32768.0,))
    assert isinstance(why, Reason)
    assert why.code == "command.sentinel"


def test_that_a_scale_of_zero_is_refused():
    why = wished(1, scale=0.0)
    assert isinstance(why, Reason)
    assert why.code == "command.scale_zero"


@pytest.mark.parametrize(
    ("fields", "value", "other", "words"),
    [
        ({"scale": 0.1}, 50.0, 41.0, "50.0"),
        ({"decimals": 1}, 50.04, 50.01, "50.04"),
        ({}, 7, None, "7"),
        ({}, True, None, "1"),
        ({}, None, None, "-"),
        ({}, "words", None, "words"),
    ],
)
def test_that_values_are_written_so_that_a_difference_can_be_seen(fields, value, other, words):
    assert shown(Tag(id="0" * 12 + "1", path="T", **fields), value, other) == words


@given(
    raw=st.integers(-32768, 32767),
    scale=st.sampled_from([1.0, 0.1, 0.01, 0.001, 0.5, 0.25, 2.0, 10.0, -0.1, 100 / 27648, 1 / 3]),
    offset=st.sampled_from([0.0, -40.0, 273.15, 1e3]),
)
def test_that_every_number_that_is_shown_can_be_entered_again(raw, scale, offset):
    tag_ = plant_tag(scale=scale, offset=offset, decimals=6)
    value = engineering(tag_, raw)
    assert isinstance(value, int | float)
    entered = round(value, 6)
    found = wish_of(tag_, entered)
    assert isinstance(found, Wish)
    assert found.raw == raw
    assert abs(float(found.value) - entered) <= 1e-6


@given(
    kind=st.sampled_from(sorted(RANGES, key=str)),
    value=st.one_of(st.integers(-(2**70), 2**70), st.floats(allow_nan=True, allow_infinity=True)),
    scale=st.sampled_from([1.0, 0.1, -0.5, 7.0, 100 / 27648]),
)
def test_that_nothing_is_taken_that_the_device_would_show_otherwise(kind, value, scale):
    tag_ = plant_tag("c0" if kind is DataType.BOOL else f"hr0:{kind.value}", scale=scale)
    found = wish_of(tag_, value)
    if isinstance(found, Reason):
        return
    low, high = RANGES[kind]
    assert isinstance(found.raw, int)
    assert low <= found.raw <= high
    assert abs(Fraction(found.raw) * Fraction(repr(scale)) - Fraction(repr(value))) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("address", "one", "two", "tolerance", "agrees"),
    [
        ("hr0", 5, 5, None, True), ("hr0", 5, 6, None, False), ("hr0", 5, 6, 1.0, True), ("hr0", 5, 7, 1.0, False),
        ("hr0:float32", 0.5, 0.5, None, True), ("hr0:float32", 0.5, 0.5000001, None, False),
        ("hr0:float32", 0.5, 0.6, 0.1, True), ("hr0:string:5", "ab ", "ab", None, True),
        ("hr0:string:5", "ab", "abc", None, False), ("hr0", "ab", 5, None, False), ("hr0", 5, 6, 0.0, False),
    ],
)  # fmt: skip
def test_that_a_read_back_agrees_in_the_resolution_of_the_device_or_within_the_tolerance(
    address, one, two, tolerance, agrees
):
    tag_ = plant_tag(address)
    assert same(tag_, one, tag_, two, tolerance) is agrees


def test_that_another_tag_may_differ_by_half_a_step_of_the_coarser():
    fine, coarse = plant_tag("hr0:float32"), plant_tag("hr2", scale=0.5)
    assert (step(coarse, 7), step(fine, 1.0)) == (0.5, 2**-23)
    assert same(fine, 10.24, coarse, 20)
    assert not same(fine, 10.26, coarse, 20)
