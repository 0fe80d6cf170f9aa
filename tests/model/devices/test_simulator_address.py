"""The address grammar of the simulator protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.devices import PROTOCOLS
from hmi.model.devices.simulator import Signal, SimulatorOptions, options_of_url, parse_address
from hmi.model.errors import AddressError
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.text import Language
from hmi.words import load, say_error

OPTIONS = SimulatorOptions()


@pytest.mark.parametrize(
    ("text", "signal", "data_type"),
    [
        ("counter", Signal.COUNTER, DataType.INT64),
        ("counter:100ms", Signal.COUNTER, DataType.INT64),
        ("sine:10s", Signal.SINE, DataType.FLOAT64),
        ("sine:1.5min:-5:5", Signal.SINE, DataType.FLOAT64),
        ("ramp:1h:0:4000", Signal.RAMP, DataType.FLOAT64),
        ("toggle:2s", Signal.TOGGLE, DataType.BOOL),
        ("const:5", Signal.CONST, DataType.INT64),
        ("const:-2.5e3", Signal.CONST, DataType.FLOAT64),
        ("const:true", Signal.CONST, DataType.BOOL),
        ("text:hello: world", Signal.TEXT, DataType.STRING),
        ("fail:illegal_address", Signal.FAIL, DataType.FLOAT64),
        ("cell:speed", Signal.CELL, DataType.FLOAT64),
    ],
)
def test_that_each_signal_has_its_natural_type_and_one_spelling(text, signal, data_type):
    point = parse_address(text, None, OPTIONS)
    assert (point.signal, point.data_type, point.canonical) == (signal, data_type, text)
    assert point.writable is (signal is Signal.CELL)
    assert parse_address(text, data_type, OPTIONS) == point


@pytest.mark.parametrize(
    ("text", "data_type", "code"),
    [
        ("", None, "simulator.address.signal"),
        ("cosine:10s", None, "simulator.address.signal"),
        ("x" * 400, None, "simulator.address.signal"),
        ("sine", None, "simulator.address.parts"),
        ("sine:10s:5", None, "simulator.address.parts"),
        ("counter:1s:2", None, "simulator.address.parts"),
        ("toggle", None, "simulator.address.parts"),
        ("toggle:0s", None, "simulator.address.period"),
        ("sine:10", None, "simulator.address.period"),
        ("sine:-1s", None, "simulator.address.period"),
        ("sine:1s:a:b", None, "simulator.address.number"),
        ("const:nan", None, "simulator.address.number"),
        ("const:1e999", None, "simulator.address.number"),
        ("const:", None, "simulator.address.number"),
        ("fail:anything", None, "simulator.address.cause"),
        ("cell:", None, "simulator.address.name"),
        ("text:5", DataType.INT16, "simulator.address.type"),
        ("const:5", DataType.STRING, "simulator.address.type"),
        ("const:2.5", DataType.INT16, "simulator.address.type"),
        ("sine:1s", DataType.BOOL, "simulator.address.type"),
    ],
)
def test_that_a_wrong_address_is_told_in_one_sentence(text, data_type, code):
    with pytest.raises(AddressError) as caught:
        parse_address(text, data_type, OPTIONS)
    assert caught.value.reason.code == code
    for language in Language:
        assert code not in say_error(caught.value, language)


@given(st.text(max_size=30) | st.from_regex(r"(sine|ramp|counter|const|toggle|fail|cell):[0-9a-z.:_-]{0,15}"))
def test_that_any_text_is_an_address_or_an_address_error(text):
    code, point = "", None
    try:
        point = parse_address(text, None, OPTIONS)
    except AddressError as error:
        code = error.reason.code
    if point is None:
        assert code in load(Language.EN)
    else:
        assert parse_address(point.canonical, None, OPTIONS) == point


def test_that_a_cause_is_named_as_in_the_catalogue():
    assert parse_address("fail:plc_not_running", None, OPTIONS).cause is Cause.PLC_NOT_RUNNING


def test_that_a_url_names_the_bench():
    assert PROTOCOLS["simulator"].options_of_url("simulator://plc1") == SimulatorOptions(bench="plc1")
    assert options_of_url("simulator:") == SimulatorOptions()
    for url in ("simulator://a/b", "http://a", "simulator://" + "a" * 65, ""):
        with pytest.raises(AddressError):
            options_of_url(url)
