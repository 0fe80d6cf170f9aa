"""The address map: whatever layout a project names, the driver's own decoder reads the value that the model has."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.devices.modbus_address import AddressDefaults, WordOrder, parse_modbus_address
from hmi.model.ident import derived_id
from hmi.model.tag import DataType, Span, Tag
from hmi.model.text import Text
from hmi.simulate.generic import GenericSignals
from hmi.simulate.memory import Memory
from hmi.simulate.registers import AddressMap, Mapped, number_of, text_words, words_of

NUMBERS = [kind for kind in DataType if kind not in (DataType.BOOL, DataType.STRING)]


def mapped(address: str, **fields) -> Mapped:
    tag = Tag(id=derived_id("test", address), path=f"Line/{derived_id(address)}", address=address, **fields)
    return Mapped(tag, parse_modbus_address(address, tag.type, AddressDefaults()))


def encoded(one: Mapped, value: float, texts: dict[str, str] | None = None) -> tuple[AddressMap, Memory]:
    address_map = AddressMap([one])
    memory = Memory(address_map.lengths())
    address_map.encode(memory, np.array([value]), texts or {})
    return address_map, memory


@given(kind=st.sampled_from(NUMBERS), order=st.sampled_from(WordOrder), value=st.integers(0, 9999))
def test_that_a_whole_number_survives_every_type_and_order(kind, order, value):
    words = words_of(np.array([float(value)]), kind, order)[0]
    assert number_of(words, kind, order) == value


@pytest.mark.parametrize(
    ("order", "words"),
    [("ABCD", [0x449A, 0x5000]), ("CDAB", [0x5000, 0x449A]), ("BADC", [0x9A44, 0x0050]), ("DCBA", [0x0050, 0x9A44])],
)
def test_that_the_four_orders_are_those_of_row_mb_02(order, words):
    assert list(words_of(np.array([1234.5]), DataType.FLOAT32, WordOrder(order))[0]) == words


@given(kind=st.sampled_from(NUMBERS), value=st.floats(-1e25, 1e25))
def test_that_a_value_outside_the_type_is_held_at_its_end(kind, value):
    got = number_of(words_of(np.array([value]), kind, WordOrder.ABCD)[0], kind, WordOrder.ABCD)
    assert np.isfinite(got)
    assert abs(got) <= abs(value) * 1.0001 + 1


def test_that_scale_and_offset_of_the_tag_are_undone():
    one = mapped("ir3", type=DataType.INT16, scale=0.1, offset=-40.0)
    address_map, memory = encoded(one, 58.3)
    assert memory.tables[one.point.table][3] == 983
    assert address_map.value(memory, one) == pytest.approx(58.3)


def test_that_a_bit_of_a_register_leaves_its_neighbours_alone():
    bits = [mapped("hr5.3", type=DataType.BOOL), mapped("hr5.0", type=DataType.BOOL)]
    address_map = AddressMap(bits)
    memory = Memory(address_map.lengths())
    words = memory.tables[bits[0].point.table]
    words[5] = 0x8000
    address_map.encode(memory, np.array([1.0, 0.0]), {})
    assert words[5] == 0x8008
    address_map.encode(memory, np.array([0.0, 1.0]), {})
    assert words[5] == 0x8001


def test_that_a_text_is_cut_to_its_length_and_filled():
    one = mapped("hr0:string:8:utf-8", type=DataType.STRING)
    data = text_words("PBS 10×, double", one.point).astype(">u2").tobytes()
    assert data == "PBS 10×".encode()[:8].ljust(8, b"\0")


def test_that_a_write_touches_the_tags_that_it_overlaps():
    ones = [mapped("hr0"), mapped("hr2:float32"), mapped("hr6:float32"), mapped("ir2")]
    found = AddressMap(ones).touched(ones[0].point.table, 3, 4)
    assert found == ones[1:3]


@given(seed=st.integers(0, 1000), time_s=st.floats(0, 1e6))
def test_that_a_signal_that_nobody_models_stays_in_its_normal_band(seed, time_s):
    one = mapped("ir0:float32", type=DataType.FLOAT32, normal=Span(low=20, high=30))
    value = GenericSignals([one.tag], [one.point], seed).values(time_s)[0]
    assert 20 < value < 30


def test_that_a_state_that_nobody_models_only_takes_its_own_numbers_and_a_written_value_stays():
    states = {"3": Text(en="A"), "7": Text(en="B"), "9": Text(en="C")}
    one, free = mapped("hr0", type=DataType.UINT16, states=states), mapped("hr1", type=DataType.INT16, writable=True)
    signals = GenericSignals([one.tag, free.tag], [one.point, free.point], 1)
    assert {signals.values(float(second))[0] for second in range(400)} == {3, 7, 9}
    signals.write(1, 17.0)
    assert signals.values(99.0)[1] == 17.0
