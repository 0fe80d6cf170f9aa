"""Decode and encode of every type and order, against struct and the vectors of MB-02; what is no number (MB-04)."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.drivers.contract import Item
from hmi.drivers.modbus.decode import Decoder, Placed, decode_text
from hmi.drivers.modbus.encode import encode_write
from hmi.drivers.modbus.pdu import parse_request
from hmi.model.devices.modbus_address import REGISTERS, TextEncoding
from hmi.model.quality import Cause
from hmi.model.tag import TYPE_CODES, DataType
from hmi.model.value import PresentValue, TypeCode, value_of
from tests.drivers.rig import point

ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
FORMATS = {
    DataType.INT16: "h", DataType.UINT16: "H", DataType.INT32: "i", DataType.UINT32: "I", DataType.INT64: "q",
    DataType.UINT64: "Q", DataType.FLOAT32: "f", DataType.FLOAT64: "d",
}  # fmt: skip


def on_the_wire(big_endian: bytes, order: str) -> bytes:
    """Rearranges a big-endian value word by word: told the long way, as the oracle."""
    words = [big_endian[place : place + 2] for place in range(0, len(big_endian), 2)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return b"".join(words)


def address(data_type: DataType, order: str) -> str:
    return f"hr0:{data_type.value}" + (f":{order}" if REGISTERS[data_type] > 1 else "")


def decoded(data: bytes, text: str, code: TypeCode | None = None, **more: object) -> PresentValue | Cause | None:
    """Decodes one value that begins at byte 0."""
    at = point(text)
    item = Item(0, at, code or TYPE_CODES[at.data_type], **more)  # type: ignore[arg-type]
    byte, shift = (0 if (at.bit or 0) > 7 else 1, at.bit % 8) if at.bit is not None else (0, 0)
    raw = np.zeros(1, np.uint64)
    texts, wrong = Decoder([Placed(0, item, byte, shift, 0)]).decode(bytearray(data), [Cause.NONE], raw)
    if wrong:
        ((_, (why,)),) = wrong
        assert why
        return Cause(int(why))
    return texts.get(0, value_of(int(raw[0]), item.type_code))


@pytest.mark.parametrize(
    ("order", "wire"), [("ABCD", "449A5000"), ("CDAB", "5000449A"), ("BADC", "9A440050"), ("DCBA", "00509A44")]
)
def test_that_1234_5_is_read_in_all_four_orders(order, wire):
    assert decoded(bytes.fromhex(wire), f"hr0:float32:{order}") == 1234.5
    assert encode_write(point(f"hr0:float32:{order}"), 1234.5) == bytes.fromhex("100000000204" + wire)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("data_type", FORMATS)
@given(data=st.data())
def test_that_every_value_of_every_type_and_order_is_read_and_written_as_struct_says(data_type, order, data):
    size = struct.calcsize(">" + FORMATS[data_type])
    raw = data.draw(st.binary(min_size=size, max_size=size))
    (expected,) = struct.unpack(">" + FORMATS[data_type], raw)
    wire = on_the_wire(raw, order) if size > 2 else raw
    found = decoded(wire, address(data_type, order))
    if isinstance(expected, float) and not math.isfinite(expected):
        assert found is (Cause.NOT_A_NUMBER if math.isnan(expected) else Cause.INFINITE)
        return
    assert found == expected
    assert math.copysign(1, found) == math.copysign(1, expected)
    pdu = encode_write(point(address(data_type, order)), expected)
    assert isinstance(pdu, bytes)
    assert parse_request(pdu).data == wire


@pytest.mark.parametrize(("data_type", "most"), [(DataType.BCD16, 9999), (DataType.BCD32, 99_999_999)])
@given(data=st.data())
def test_that_bcd_digits_are_read_and_written_and_others_refused(data_type, most, data):
    size = 2 * REGISTERS[data_type]
    number = data.draw(st.integers(0, most))
    for order in ORDERS if size > 2 else ("ABCD",):
        wire = (
            on_the_wire(bytes.fromhex(f"{number:0{size * 2}d}"), order) if size > 2 else bytes.fromhex(f"{number:04d}")
        )
        assert decoded(wire, address(data_type, order)) == number
        assert parse_request(encode_write(point(address(data_type, order)), number)).data == wire
    raw = data.draw(st.binary(min_size=size, max_size=size))
    if not raw.hex().isdecimal():
        assert decoded(raw, address(data_type, "ABCD")) is Cause.BCD_DIGIT


@given(st.lists(st.tuples(st.sampled_from(list(FORMATS)), st.sampled_from(ORDERS)), min_size=1, max_size=30), st.data())
def test_that_a_mixed_block_is_decoded_as_each_value_alone(kinds, data):
    buffer, placed = bytearray(), []
    for number, (data_type, order) in enumerate(kinds):
        at = point(address(data_type, order))
        placed.append(Placed(number, Item(number, at, TYPE_CODES[data_type]), len(buffer), 0, 0))
        buffer += data.draw(st.binary(min_size=at.span * 2, max_size=at.span * 2))
    raw, cause = np.zeros(len(kinds), np.uint64), np.zeros(len(kinds), np.uint16)
    for rows, why in Decoder(placed).decode(buffer, [Cause.NONE], raw)[1]:
        cause[rows] = why
    for one, bits, why in zip(placed, raw.tolist(), cause.tolist(), strict=True):
        alone = decoded(bytes(buffer[one.offset :]), one.item.point.canonical)
        assert (Cause(why) if why else value_of(bits, one.item.type_code)) == alone


@pytest.mark.parametrize("bit", range(16))
def test_that_bit_0_of_a_register_is_the_lowest(bit):
    assert decoded((1 << bit).to_bytes(2, "big"), f"hr0.{bit}") is True
    assert decoded((0xFFFF ^ 1 << bit).to_bytes(2, "big"), f"hr0.{bit}") is False


@pytest.mark.parametrize(
    ("text", "wire", "value"),
    [
        ("hr0:float32", "7FC00000", Cause.NOT_A_NUMBER),
        ("hr0:float32", "7F800001", Cause.NOT_A_NUMBER),
        ("hr0:float32", "FFC00000", Cause.NOT_A_NUMBER),
        ("hr0:float32", "7F800000", Cause.INFINITE),
        ("hr0:float64", "FFF0000000000000", Cause.INFINITE),
        ("hr0:float64", "7FF0000000000001", Cause.NOT_A_NUMBER),
        ("hr0:bcd16", "00A0", Cause.BCD_DIGIT),
        ("hr0:bcd32", "0000000F", Cause.BCD_DIGIT),
    ],
)
def test_that_what_is_no_number_becomes_a_cause(text, wire, value):
    assert decoded(bytes.fromhex(wire), text) is value


def test_that_minus_zero_is_kept():
    for text, wire in (("hr0:float32", "80000000"), ("hr0:float64", "8000000000000000")):
        found = decoded(bytes.fromhex(wire), text)
        assert found == 0
        assert math.copysign(1, found) == -1


@pytest.mark.parametrize(
    ("text", "wire", "sentinel"),
    [
        ("hr0", "8000", -32768.0),
        ("hr0", "7FFF", 32767.0),
        ("hr0:uint16", "FFFF", 65535.0),
        ("hr0:int32", "80000000", -2147483648.0),
        ("hr0:float32", "C61C3C00", -9999.0),
        ("hr0:float32", "3DCCCCCD", 0.1),
        ("hr0:uint64", "FFFFFFFFFFFFFFFF", 1.8446744073709552e19),
        ("hr0:int64", "7FFFFFFFFFFFFFFF", 9.223372036854775807e18),
        ("hr0:bcd16", "9999", 9999.0),
        ("hr0:bcd32", "00000999", 999.0),
    ],
)
def test_that_a_sentinel_means_no_value_only_where_it_is_declared(text, wire, sentinel):
    assert decoded(bytes.fromhex(wire), text, sentinels=(1.5, math.nan, math.inf, 1e300, sentinel)) is Cause.SENTINEL
    assert not isinstance(decoded(bytes.fromhex(wire), text), Cause)


@pytest.mark.parametrize(
    ("data", "encoding", "swapped", "most", "found"),
    [
        (b"hello\0\0\0", TextEncoding.ASCII, False, 0, ("hello", Cause.NONE)),
        (b"ehll\0o", TextEncoding.ASCII, True, 0, ("hello", Cause.NONE)),
        (b"ab   \0zz", TextEncoding.ASCII, False, 0, ("ab", Cause.NONE)),
        (b"", TextEncoding.ASCII, False, 0, ("", Cause.NONE)),
        ("灌装线".encode("gbk"), TextEncoding.GBK, False, 0, ("灌装线", Cause.NONE)),
        ("灌装线".encode(), TextEncoding.UTF8, False, 0, ("灌装线", Cause.NONE)),
        ("灌装线".encode(), TextEncoding.UTF8, False, 7, ("灌装", Cause.TEXT_TOO_LONG)),
        (b"\xff\xfe", TextEncoding.UTF8, False, 0, ("", Cause.TEXT_INVALID)),
        (b"\xc3\xa9", TextEncoding.ASCII, False, 0, ("", Cause.TEXT_INVALID)),
    ],
)
def test_that_texts_are_cut_at_nul_trimmed_and_never_guessed(data, encoding, swapped, most, found):
    assert decode_text(data, encoding, swapped, most) == found


@given(st.text(st.characters(codec="gbk", exclude_characters="\0"), max_size=10), st.booleans())
def test_that_a_text_comes_back_as_it_was_written(words, swapped):
    at = point("hr0:string:40:gbk" + (":swapped" if swapped else ""))
    pdu = encode_write(at, words)
    assert isinstance(pdu, bytes)
    assert decode_text(parse_request(pdu).data, at.encoding, swapped, 0) == (words.rstrip(" "), Cause.NONE)


@pytest.mark.parametrize(
    ("text", "value", "cause"),
    [
        ("ir0", 1, Cause.CONFIGURATION_ERROR),
        ("di0", True, Cause.CONFIGURATION_ERROR),
        ("hr0:string:248", "a", Cause.CONFIGURATION_ERROR),
        ("hr0", 32768, Cause.ABOVE_RANGE),
        ("hr0", -32769, Cause.BELOW_RANGE),
        ("hr0:uint16", -1, Cause.BELOW_RANGE),
        ("hr0:bcd16", 10_000, Cause.ABOVE_RANGE),
        ("hr0:bcd32", -1, Cause.BELOW_RANGE),
        ("hr0:uint64", 2**64, Cause.ABOVE_RANGE),
        ("hr0:float32", 1e39, Cause.ABOVE_RANGE),
        ("hr0:float32", -1e39, Cause.BELOW_RANGE),
        ("hr0:float32", math.nan, Cause.NOT_A_NUMBER),
        ("hr0", math.inf, Cause.INFINITE),
        ("hr0", "7", Cause.TYPE_MISMATCH),
        ("hr0:string:4", 7, Cause.TYPE_MISMATCH),
        ("hr0:string:4", "hello", Cause.TEXT_TOO_LONG),
        ("hr0:string:4", "é", Cause.TEXT_INVALID),
        ("hr0:string:4", "a\0b", Cause.TEXT_INVALID),
        ("c0", 2, Cause.TYPE_MISMATCH),
        ("hr0.3", 0.5, Cause.TYPE_MISMATCH),
    ],
)
def test_that_what_cannot_be_written_is_refused_before_anything_leaves(text, value, cause):
    assert encode_write(point(text), value) is cause


@pytest.mark.parametrize(
    ("text", "value", "pdu"),
    [
        ("c5", True, "050005FF00"),
        ("c5", 0, "0500050000"),
        ("hr7", -1, "060007FFFF"),
        ("hr7", 41.6, "060007002A"),
        ("hr7:bcd16", 1234, "0600071234"),
        ("hr7:uint32", 1, "10000700020400000001"),
        ("hr7.3", True, "160007FFF70008"),
        ("hr7.3", False, "160007FFF70000"),
        ("hr7:string:3", "ab", "10000700020461620000"),
    ],
)
def test_that_the_request_of_a_write_is_the_one_of_the_specification(text, value, pdu):
    assert encode_write(point(text), value) == bytes.fromhex(pdu)


@pytest.mark.parametrize(
    ("text", "code", "value"),
    [("hr0", TypeCode.FLOAT64, 5.0), ("hr0:uint16", TypeCode.UINT64, 5), ("hr0.0", TypeCode.FLOAT64, 1.0)],
)
def test_that_a_whole_number_may_be_kept_as_another_code(text, code, value):
    found = decoded(b"\x00\x05", text, code)
    assert found == value
    assert type(found) is type(value)
