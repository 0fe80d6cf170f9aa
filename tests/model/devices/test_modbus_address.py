"""The address grammar of Modbus (MB-01 to MB-03) and the URL of a device."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.devices import PROTOCOLS
from hmi.model.devices.modbus_address import REGISTERS, Table, TextEncoding, WordOrder
from hmi.model.devices.modbus_tcp import ModbusTcpOptions, options_of_url, parse_address
from hmi.model.errors import AddressError
from hmi.model.tag import DataType
from hmi.model.text import Language
from hmi.words import load, say_error

OPTIONS = ModbusTcpOptions(host="127.0.0.1")
CODES = {code for code in load(Language.EN) if code.startswith("modbus.")}


@pytest.mark.parametrize(
    ("text", "table", "address"),
    [
        ("hr0", Table.HOLDING, 0),
        ("hr100", Table.HOLDING, 100),
        ("HR100", Table.HOLDING, 100),
        (" hr100 ", Table.HOLDING, 100),
        ("holding100", Table.HOLDING, 100),
        ("hr65535", Table.HOLDING, 65535),
        ("hr0x64", Table.HOLDING, 100),
        ("hr0xFFFF", Table.HOLDING, 65535),
        ("hr0100", Table.HOLDING, 100),
        ("ir0", Table.INPUT, 0),
        ("input7", Table.INPUT, 7),
        ("c5", Table.COIL, 5),
        ("coil5", Table.COIL, 5),
        ("di7", Table.DISCRETE, 7),
        ("discrete7", Table.DISCRETE, 7),
        ("40001", Table.HOLDING, 0),
        ("400001", Table.HOLDING, 0),
        ("49999", Table.HOLDING, 9998),
        ("410000", Table.HOLDING, 9999),
        ("465536", Table.HOLDING, 65535),
        ("30001", Table.INPUT, 0),
        ("365536", Table.INPUT, 65535),
        ("10001", Table.DISCRETE, 0),
        ("00001", Table.COIL, 0),
        ("065536", Table.COIL, 65535),
        ("4x101", Table.HOLDING, 100),
        ("3x1", Table.INPUT, 0),
        ("1x65536", Table.DISCRETE, 65535),
    ],
)
def test_that_each_way_of_writing_an_address_leads_to_its_table_and_pdu_address(text, table, address):
    point = parse_address(text, None, OPTIONS)
    assert (point.table, point.address) == (table, address)
    assert point.data_type is (DataType.INT16 if table in (Table.INPUT, Table.HOLDING) else DataType.BOOL)
    assert parse_address(point.counted, None, OPTIONS).address == address


@pytest.mark.parametrize(
    ("text", "data_type", "canonical"),
    [
        ("hr100", None, "hr100"),
        ("40101", None, "hr100"),
        ("hr100:int16", None, "hr100"),
        ("hr100", DataType.FLOAT32, "hr100:float32"),
        ("hr100:float32:cdab", None, "hr100:float32:CDAB"),
        ("hr100:CDAB", DataType.FLOAT32, "hr100:float32:CDAB"),
        ("hr100:CDAB:float32", DataType.FLOAT32, "hr100:float32:CDAB"),
        ("40101.3", None, "hr100.3"),
        ("hr100.15:bool", DataType.BOOL, "hr100.15"),
        ("hr100:string:20", None, "hr100:string:20"),
        ("hr100:20", DataType.STRING, "hr100:string:20"),
        ("hr100:string:20:GBK:swapped", None, "hr100:string:20:gbk:swapped"),
        ("hr100:straight:string:21", None, "hr100:string:21:straight"),
        ("ir2:bcd32:DCBA", None, "ir2:bcd32:DCBA"),
        ("c5", DataType.BOOL, "c5"),
    ],
)
def test_that_an_address_has_one_spelling(text, data_type, canonical):
    point = parse_address(text, data_type, OPTIONS)
    assert point.canonical == canonical
    assert parse_address(canonical, data_type, OPTIONS) == point


def test_that_the_devices_defaults_fill_what_the_address_leaves_open():
    options = ModbusTcpOptions(host="x", order=WordOrder.CDAB, text_encoding=TextEncoding.GBK, text_swapped=True)
    assert parse_address("hr0:float32", None, options).order is WordOrder.CDAB
    assert parse_address("hr0:float32:ABCD", None, options).order is WordOrder.ABCD
    assert parse_address("hr0", None, options).order is WordOrder.ABCD
    text = parse_address("hr0:string:4", None, options)
    assert (text.encoding, text.swapped) == (TextEncoding.GBK, True)
    text = parse_address("hr0:string:4:ascii:straight", None, options)
    assert (text.encoding, text.swapped) == (TextEncoding.ASCII, False)


WRONG = [
    ("", None, "modbus.address.empty"),
    (":float32", None, "modbus.address.empty"),
    ("xr5", None, "modbus.address.unknown_table"),
    ("0x64", None, "modbus.address.ambiguous_0x"),
    ("100", None, "modbus.address.digits"),
    ("20001", None, "modbus.address.digits"),
    ("4000001", None, "modbus.address.digits"),
    ("hr", None, "modbus.address.unreadable"),
    ("hr-1", None, "modbus.address.unreadable"),
    ("hr1e3", None, "modbus.address.unreadable"),
    ("hr 5", None, "modbus.address.unreadable"),
    ("hr²", None, "modbus.address.unreadable"),
    ("hr１", None, "modbus.address.unreadable"),
    ("%MW5", None, "modbus.address.unreadable"),
    ("h" * 5000, None, "modbus.address.unreadable"),
    ("hr" + "9" * 5000, None, "modbus.address.unreadable"),
    ("hr65536", None, "modbus.address.out_of_range"),
    ("hr0x10000", None, "modbus.address.out_of_range"),
    ("40000", None, "modbus.address.out_of_range"),
    ("465537", None, "modbus.address.out_of_range"),
    ("4x0", None, "modbus.address.out_of_range"),
    ("c5.1", None, "modbus.address.bit_of_bit"),
    ("hr5.16", None, "modbus.address.bit"),
    ("hr5.", None, "modbus.address.bit"),
    ("hr5.a", None, "modbus.address.bit"),
    ("hr5:real", None, "modbus.address.unknown_suffix"),
    ("hr5:", None, "modbus.address.unknown_suffix"),
    ("hr5:ACBD", None, "modbus.address.unknown_suffix"),
    ("hr5:int32:uint32", None, "modbus.address.suffix_twice"),
    ("hr5:float32:ABCD:CDAB", None, "modbus.address.suffix_twice"),
    ("hr5:float32", DataType.INT32, "modbus.address.type_contradicts"),
    ("hr5:int16", DataType.UINT16, "modbus.address.type_contradicts"),
    ("c5", DataType.INT16, "modbus.address.bit_is_bool"),
    ("hr5.1", DataType.INT16, "modbus.address.bit_is_bool"),
    ("hr5.1:uint16", None, "modbus.address.bit_is_bool"),
    ("hr5", DataType.BOOL, "modbus.address.bool_needs_bit"),
    ("hr5:bool", None, "modbus.address.bool_needs_bit"),
    ("hr5:CDAB", None, "modbus.address.order_unfit"),
    ("c5:CDAB", None, "modbus.address.order_unfit"),
    ("hr5:string:4:CDAB", None, "modbus.address.order_unfit"),
    ("hr5:20", None, "modbus.address.text_only"),
    ("hr5:float32:gbk", None, "modbus.address.text_only"),
    ("hr5:swapped", None, "modbus.address.text_only"),
    ("hr5:string", None, "modbus.address.no_length"),
    ("hr5", DataType.STRING, "modbus.address.no_length"),
    ("hr5:string:0", None, "modbus.address.length"),
    ("hr5:string:251", None, "modbus.address.length"),
    ("hr65535:int32", None, "modbus.address.past_end"),
    ("465534:float64", None, "modbus.address.past_end"),
    ("hr65535:string:3", None, "modbus.address.past_end"),
]


@pytest.mark.parametrize(("text", "data_type", "code"), WRONG)
def test_that_a_wrong_address_is_told_in_one_sentence_that_names_the_part(text, data_type, code):
    with pytest.raises(AddressError) as caught:
        parse_address(text, data_type, OPTIONS)
    assert caught.value.reason.code == code
    for language in Language:
        sentence = say_error(caught.value, language)
        assert code not in sentence
        assert "{" not in sentence
        assert str(caught.value.reason.arguments.get("part", ""))[:90] in sentence


def test_that_a_value_longer_than_one_answer_of_the_device_is_refused():
    options = ModbusTcpOptions(host="x", max_registers=2)
    assert parse_address("hr0:float32", None, options).span == 2
    with pytest.raises(AddressError) as caught:
        parse_address("hr0:float64", None, options)
    assert caught.value.reason.code == "modbus.address.over_request"


def test_that_the_last_register_is_reached_by_values_of_every_width():
    for data_type, registers in REGISTERS.items():
        assert parse_address(f"hr{65536 - registers}:{data_type.value}", None, OPTIONS).span == registers
        with pytest.raises(AddressError):
            parse_address(f"hr{65537 - registers}:{data_type.value}", None, OPTIONS)


@given(st.text(max_size=30) | st.from_regex(r"(hr|ir|c|di|4x|0x)?[0-9a-fx.:]{0,12}(:[a-zA-Z0-9]{1,8}){0,3}"))
def test_that_any_text_is_an_address_with_a_stable_spelling_or_an_address_error(text):
    code, point = "", None
    try:
        point = parse_address(text, None, OPTIONS)
    except AddressError as error:
        code = error.reason.code
    if point is None:
        assert code in CODES
    else:
        assert parse_address(point.canonical, None, OPTIONS) == point


def test_that_what_can_be_written_is_known_from_the_address():
    writable = {text: parse_address(text, None, OPTIONS).writable for text in ("hr0", "c0", "hr0.1", "ir0", "di0")}
    assert writable == {"hr0": True, "c0": True, "hr0.1": True, "ir0": False, "di0": False}
    assert parse_address("hr0:string:246", None, OPTIONS).writable
    assert not parse_address("hr0:string:247", None, OPTIONS).writable


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("modbus-tcp://127.0.0.1:502/1", ModbusTcpOptions(host="127.0.0.1")),
        ("modbus-tcp://127.0.0.1", ModbusTcpOptions(host="127.0.0.1")),
        ("modbus-tcp://plc-1.line:1502/255", ModbusTcpOptions(host="plc-1.line", port=1502, unit=255)),
        ("modbus-tcp://[::1]:1502/0", ModbusTcpOptions(host="::1", port=1502, unit=0)),
        ("modbus-tcp://[fd00::7]", ModbusTcpOptions(host="fd00::7")),
        (
            "modbus-tcp://10.0.0.1/3?order=CDAB&request_ms=500&text_swapped=true",
            ModbusTcpOptions(host="10.0.0.1", unit=3, order=WordOrder.CDAB, request_ms=500, text_swapped=True),
        ),
    ],
)
def test_that_a_url_gives_the_options(url, options):
    assert PROTOCOLS["modbus-tcp"].options_of_url(url) == options


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("modbus-tcp://", "modbus.url.host"),
        ("modbus-tcp://:502/1", "modbus.url.host"),
        ("modbus-tcp://a b/1", "modbus.url.host"),
        ("modbus-tcp://192.168.0.256/1", "modbus.url.host"),
        ("modbus-tcp://192.168.10/1", "modbus.url.host"),
        ("modbus-tcp://" + "a" * 300, "modbus.url.host"),
        ("modbus-tcp://127.0.0.1:99999/1", "modbus.url.unreadable"),
        ("modbus-tcp://127.0.0.1:x/1", "modbus.url.unreadable"),
        ("modbus-tcp://[::1/1", "modbus.url.unreadable"),
        ("modbus-tcp://user:word@127.0.0.1/1", "modbus.url.unreadable"),
        ("modbus-tcp://127.0.0.1/1#x", "modbus.url.unreadable"),
        ("http://127.0.0.1/1", "modbus.url.scheme"),
        ("127.0.0.1", "modbus.url.scheme"),
        ("modbus-tcp://127.0.0.1/256", "modbus.url.option_value"),
        ("modbus-tcp://127.0.0.1/one", "modbus.url.option_value"),
        ("modbus-tcp://127.0.0.1:0/1", "modbus.url.option_value"),
        ("modbus-tcp://127.0.0.1/1?depth=17", "modbus.url.option_value"),
        ("modbus-tcp://127.0.0.1/1?order=XYZW", "modbus.url.option_value"),
        ("modbus-tcp://127.0.0.1/1?depht=2", "modbus.url.option_unknown"),
        ("modbus-tcp://127.0.0.1/1?host=other", "modbus.url.option_unknown"),
        ("modbus-tcp://127.0.0.1/1?depth=2&depth=3", "modbus.url.option_unknown"),
    ],
)
def test_that_a_wrong_url_is_told_in_one_sentence(url, code):
    with pytest.raises(AddressError) as caught:
        options_of_url(url)
    assert caught.value.reason.code == code
    for language in Language:
        assert code not in say_error(caught.value, language)


@given(st.text(max_size=40).map(lambda rest: "modbus-tcp://" + rest) | st.text(max_size=40))
def test_that_any_text_is_a_url_or_an_address_error(url):
    code = ""
    try:
        assert options_of_url(url).host
    except AddressError as error:
        code = error.reason.code
    assert code in {"", *CODES}


def test_that_options_outside_their_range_and_misspelt_ones_are_refused():
    for raw in (b'{"host":"x","depth":0}', b'{"host":"x","dept":1}', b"{}", b'{"host":""}', b'{"host":"x","port":0}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(raw, type=ModbusTcpOptions)
    assert msgspec.json.encode(OPTIONS) == b'{"host":"127.0.0.1"}'
