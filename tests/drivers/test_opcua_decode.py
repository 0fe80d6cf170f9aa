"""Values become columns right for every type, in runs and alone; broken bytes never get through."""

import math
import struct
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from hmi.drivers.contract import Item
from hmi.drivers.opcua.binary import MalformedAnswer, Reader
from hmi.drivers.opcua.decode import Kind, decode_values
from hmi.drivers.opcua.plan import OpcUaPlan
from hmi.drivers.opcua.sequence import LAST, Sequence
from hmi.drivers.opcua.writing import encode_variant
from hmi.model.devices.opcua import OpcUaOptions, parse_address
from hmi.model.quality import Cause
from hmi.model.tag import TYPE_CODES, DataType
from hmi.model.value import value_of

OPTIONS = OpcUaOptions(endpoint="opc.tcp://127.0.0.1/x")
V = ua.VariantType
SECOND = 10**9
MOMENT = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
RANGES = {
    V.SByte: (-128, 127), V.Byte: (0, 255), V.Int16: (-(2**15), 2**15 - 1), V.UInt16: (0, 2**16 - 1),
    V.Int32: (-(2**31), 2**31 - 1), V.UInt32: (0, 2**32 - 1), V.Int64: (-(2**63), 2**63 - 1), V.UInt64: (0, 2**64 - 1),
}  # fmt: skip


def encoded(*values: Any, handles: bool = False) -> bytes:
    """Values as an answer holds them; each is a DataValue, or a Variant."""
    whole = b""
    for number, value in enumerate(values):
        data = value if isinstance(value, ua.DataValue) else ua.DataValue(value)
        whole += (struct.pack("<I", 1000 + number) if handles else b"") + struct_to_binary(data)
    return whole


def plan_of(count: int, kind: DataType, sentinels: tuple[float, ...] = (), text_bytes: int = 256) -> OpcUaPlan:
    point = parse_address("ns=1;s=x", kind, OPTIONS)
    return OpcUaPlan([Item(number, point, TYPE_CODES[kind], sentinels, text_bytes) for number in range(count)])


def shown(kind: DataType, *values: Any, **fields: Any) -> list[Any]:
    """What tags of a type show of values: the value, or the cause."""
    columns = decode_values(Reader(encoded(*values)), len(values), handles=False)
    plan = plan_of(len(values), kind, **fields)
    block = plan.block(np.arange(len(values)), columns, 1, 2)
    return [
        Cause(cause) if cause >= 1 and status >= 0x8000_0000 else block.texts.get(at, value_of(raw, TYPE_CODES[kind]))
        for at, (raw, cause, status) in enumerate(
            zip(block.raw.tolist(), block.cause.tolist(), block.status.tolist(), strict=True)
        )
    ]


WHOLE = st.sampled_from(sorted(RANGES)).flatmap(
    lambda kind: st.integers(*RANGES[kind]).map(lambda number: (number, ua.Variant(number, kind)))
)


@given(st.lists(WHOLE, min_size=1, max_size=60))
def test_that_whole_numbers_of_every_width_are_exact_to_the_last_bit(pairs):
    expected = [number if number < 2**63 else Cause.TYPE_MISMATCH for number, _ in pairs]
    assert shown(DataType.INT64, *(variant for _, variant in pairs)) == expected
    expected = [number if number >= 0 else Cause.TYPE_MISMATCH for number, _ in pairs]
    assert shown(DataType.UINT64, *(variant for _, variant in pairs)) == expected


@given(st.lists(WHOLE, min_size=1, max_size=40))
def test_that_a_whole_number_becomes_a_floating_one_only_where_it_stays_the_same(pairs):
    for (number, _), found in zip(pairs, shown(DataType.FLOAT64, *(variant for _, variant in pairs)), strict=True):
        assert found == (float(number) if abs(number) <= 2**53 else Cause.TYPE_MISMATCH)


@given(st.lists(st.floats(width=32), min_size=1, max_size=40), st.booleans())
def test_that_floating_numbers_are_widened_and_keep_their_bits(numbers, single):
    found = shown(DataType.FLOAT64, *(ua.Variant(one, V.Float if single else V.Double) for one in numbers))
    for number, one in zip(numbers, found, strict=True):
        assert one == number or (math.isnan(one) and math.isnan(number))


@pytest.mark.parametrize("count", [1, 7, 8, 9, 500])
@pytest.mark.parametrize("handles", [True, False])
def test_that_a_run_is_decoded_like_each_of_its_values_alone(count, handles):
    stamp = ua.DataValue(ua.Variant(1.5, V.Double), ua.StatusCode(0x40920000), SourceTimestamp=MOMENT)
    one = [
        stamp, ua.DataValue(ua.Variant(7, V.Int16)), ua.DataValue(ua.Variant("x", V.String)),
        ua.DataValue(ua.Variant([1, 2], V.Int32)), ua.DataValue(ua.Variant(True, V.Boolean)),
        ua.DataValue(None, ua.StatusCode(0x80340000)), ua.DataValue(ua.Variant(MOMENT, V.DateTime)),
    ]  # fmt: skip
    for each in one:
        data = encoded(*[each] * count, handles=handles)
        columns = decode_values(reader := Reader(data), count, handles=handles)
        assert reader.at == len(data)
        alone = decode_values(Reader(encoded(each, handles=handles)), 1, handles=handles)
        for name in ("kind", "bits", "status", "source_ns"):
            assert getattr(columns, name).tolist() == getattr(alone, name).tolist() * count, name
        assert columns.handle.tolist() == [1000 + at if handles else at for at in range(count)]


def test_that_runs_of_other_types_and_parts_follow_each_other():
    first = [ua.DataValue(ua.Variant(float(n), V.Double), SourceTimestamp=MOMENT) for n in range(100)]
    then = [ua.DataValue(ua.Variant(n, V.UInt16)) for n in range(100)]
    last = [ua.DataValue(ua.Variant(f"t{n}", V.String)) for n in range(20)]
    mixed = [part for trio in zip(first, then, strict=True) for part in trio]
    for values in ([*first, *then, *last], mixed):
        columns = decode_values(Reader(encoded(*values)), len(values), handles=False)
        for at, value in enumerate(values):
            assert columns.kind[at] == value.Value.VariantType.value
            if value.Value.VariantType is V.Double:
                assert columns.bits[at : at + 1].view(np.float64)[0] == value.Value.Value
                assert columns.source_ns[at] == 1_772_366_400 * SECOND + 250_000_000
            elif value.Value.VariantType is V.UInt16:
                assert columns.bits[at] == value.Value.Value
            else:
                assert columns.texts[at] == value.Value.Value


@pytest.mark.parametrize(
    ("variant", "cause"),
    [
        (ua.Variant([1, 2], V.Int32), Cause.NOT_SCALAR),
        (ua.Variant([[1, 2], [3, 4]], V.Int32), Cause.NOT_SCALAR),
        (ua.Variant([ua.Variant(1, V.Int32), ua.Variant("x", V.String)], V.Variant), Cause.NOT_SCALAR),
        (ua.Variant(ua.Range(1.0, 2.0), V.ExtensionObject), Cause.NOT_SCALAR),
        (ua.Variant(None, V.Null), Cause.NO_VALUE),
        (ua.Variant(ua.NodeId(1, 2), V.NodeId), Cause.TYPE_MISMATCH),
        (ua.Variant(b"xyz", V.ByteString), Cause.TYPE_MISMATCH),
        (ua.Variant("5", V.String), Cause.TYPE_MISMATCH),
        (ua.Variant(5.0, V.Double), Cause.TYPE_MISMATCH),
    ],
)
def test_that_what_is_no_whole_number_is_bad_with_its_cause_and_harms_no_neighbour(variant, cause):
    good = ua.Variant(7, V.Int32)
    assert shown(DataType.INT64, good, variant, good) == [7, cause, 7]


def test_that_texts_and_times_are_read():
    name = ua.Variant(ua.LocalizedText("明线", "zh"), V.LocalizedText)
    stamp, text = ua.Variant(MOMENT, V.DateTime), ua.Variant("Grüße", V.String)
    empty, none = ua.Variant("", V.String), ua.Variant(None, V.String)
    assert shown(DataType.STRING, name, text, stamp, empty) == ["明线", "Grüße", "2026-03-01T12:00:00.250000Z", ""]
    assert shown(DataType.STRING, none, ua.Variant(5, V.Int32)) == [Cause.NO_VALUE, Cause.TYPE_MISMATCH]
    assert shown(DataType.INT64, stamp) == [1_772_366_400 * SECOND + 250_000_000]
    assert shown(DataType.FLOAT64, stamp) == [Cause.TYPE_MISMATCH]


def test_that_a_text_is_cut_to_its_slot_and_uncertain_then():
    columns = decode_values(Reader(encoded(ua.Variant("äöü明", V.String))), 1, handles=False)
    block = plan_of(1, DataType.STRING, text_bytes=8).block(np.arange(1), columns, 1, 2)
    assert (block.texts, Cause(block.cause[0])) == ({0: "äöü"}, Cause.TEXT_TOO_LONG)


def test_that_bytes_that_are_no_text_are_bad():
    data = b"\x01\x0c\x02\x00\x00\x00\xff\xfe"
    columns = decode_values(Reader(data), 1, handles=False)
    block = plan_of(1, DataType.STRING).block(np.arange(1), columns, 1, 2)
    assert (block.texts, Cause(block.cause[0])) == ({}, Cause.TEXT_INVALID)


def test_that_a_sentinel_means_no_value():
    assert shown(DataType.INT64, ua.Variant(-1, V.Int16), ua.Variant(5, V.Int16), sentinels=(-1,)) == [
        Cause.SENTINEL,
        5,
    ]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (0x80340000, Cause.ILLEGAL_ADDRESS),
        (0x808C0000, Cause.REPORTED_BAD),
        (0x80310000, Cause.GATEWAY_TARGET_SILENT),
        (0x40920000, Cause.REPORTED_UNCERTAIN),
        (0x40910000, Cause.SUBSTITUTED),
        (0x00960000, Cause.FORCED),
        (0x00000480, Cause.NONE),
        (0x00000000, Cause.NONE),
    ],
)
def test_that_the_status_of_the_server_stays_and_a_bad_value_is_never_a_number(status, cause):
    data = ua.DataValue(ua.Variant(5.0, V.Double), ua.StatusCode(status))
    columns = decode_values(Reader(encoded(data)), 1, handles=False)
    block = plan_of(1, DataType.FLOAT64).block(np.arange(1), columns, 1, 2)
    assert (int(block.status[0]), Cause(block.cause[0])) == (status, cause)
    assert value_of(int(block.raw[0]), TYPE_CODES[DataType.FLOAT64]) == (0.0 if status >= 0x80000000 else 5.0)


@given(st.binary(max_size=200), st.integers(-1, 300), st.booleans())
def test_that_no_bytes_at_all_bring_the_decoder_down(data, count, handles):
    try:
        columns = decode_values(Reader(data), count, handles=handles)
    except MalformedAnswer:
        return
    assert len(columns.kind) == max(count, 0)


@given(st.data())
def test_that_an_answer_cut_anywhere_is_malformed(data):
    whole = encoded(*[ua.Variant(1.5, V.Double)] * 20, ua.Variant("text", V.String), ua.Variant([1, 2], V.Int32))
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(MalformedAnswer):
        decode_values(Reader(whole[:cut]), 22, handles=False)


@pytest.mark.parametrize("kind", sorted(RANGES))
def test_that_what_is_written_comes_back_and_what_does_not_fit_is_refused(kind):
    low, high = RANGES[kind]
    for number in (low, high, 0):
        variant = encode_variant(kind.value, number)
        columns = decode_values(Reader(b"\x01" + variant), 1, handles=False)
        assert columns.kind[0] == kind.value
        assert int(columns.bits[0]) == number & 2**64 - 1
    assert encode_variant(kind.value, low - 1) is Cause.BELOW_RANGE
    assert encode_variant(kind.value, high + 1) is Cause.ABOVE_RANGE
    assert encode_variant(kind.value, "x") is Cause.TYPE_MISMATCH
    assert encode_variant(kind.value, math.nan) is Cause.NOT_A_NUMBER


def test_that_a_time_can_be_written_as_text():
    variant = encode_variant(Kind.DATE_TIME, "2026-03-01T12:00:00.250000+00:00")
    assert struct_to_binary(ua.DataValue(ua.Variant(MOMENT, V.DateTime)))[1:10] == variant
    assert encode_variant(Kind.DATE_TIME, "yesterday") is Cause.TYPE_MISMATCH


def test_that_missing_messages_are_named_and_the_number_after_the_last_is_one():
    sequence = Sequence()
    assert sequence.take(1, keep_alive=False) == []
    assert sequence.take(2, keep_alive=True) == []
    assert sequence.take(2, keep_alive=False) == []
    assert sequence.take(6, keep_alive=False) == [3, 4, 5]
    assert sequence.take(8, keep_alive=True) == [7]
    assert sequence.take(5, keep_alive=False) is None
    sequence._next = LAST
    assert sequence.take(2, keep_alive=False) == [LAST, 1]
    assert sequence.take(3, keep_alive=False) == []


@pytest.mark.long
def test_that_a_run_of_doubles_costs_less_than_a_microsecond_a_value():
    import time

    data = encoded(*[ua.DataValue(ua.Variant(1.5, V.Double), SourceTimestamp=MOMENT)] * 10_000, handles=True)
    began = time.process_time()
    for _ in range(20):
        decode_values(Reader(data), 10_000, handles=True)
    assert (time.process_time() - began) / 200_000 < 1e-6
