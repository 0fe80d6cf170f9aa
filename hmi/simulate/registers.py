"""The address map: engineering values of tags into registers and back, as the project's own addresses say. Pure.

Made from the tags of the project, so that project and simulator cannot disagree. Encoding goes by groups of tags of one
table, type and order, each group in a few numpy calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.model.devices.modbus_address import ModbusPoint, Table, WordOrder
from hmi.model.tag import DataType, Tag
from hmi.simulate.memory import Memory

Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_WIRE = {
    DataType.INT16: ">i2", DataType.UINT16: ">u2", DataType.INT32: ">i4", DataType.UINT32: ">u4", DataType.INT64: ">i8",
    DataType.UINT64: ">u8", DataType.FLOAT32: ">f4", DataType.FLOAT64: ">f8",
}  # fmt: skip
_DIGITS = {DataType.BCD16: 4, DataType.BCD32: 8}


@dataclass(frozen=True, slots=True)
class Mapped:
    """One tag with its place."""

    tag: Tag
    point: ModbusPoint


@dataclass(frozen=True, slots=True)
class _Group:
    """Numbers of one table, type and order."""

    table: Table
    data_type: DataType
    order: WordOrder
    index: Indices
    """Positions in the vector of values."""
    places: npt.NDArray[np.intp]
    """(tags, registers): address of each register."""
    scale: Numbers
    offset: Numbers


@dataclass(frozen=True, slots=True)
class _Bits:
    """Coils or discrete inputs of one table, or bits of its registers."""

    table: Table
    index: Indices
    places: Indices
    masks: npt.NDArray[np.uint16] | None
    """Of bits of registers."""


class AddressMap:
    """All tags of one device."""

    def __init__(self, mapped: Sequence[Mapped]) -> None:
        """Sort the tags into groups.

        Args:
            mapped: the tags; values are given to `encode` in this order.
        """
        self.mapped = tuple(mapped)
        self._bits = _bit_groups(mapped)
        self._texts = [one for one in mapped if one.point.data_type is DataType.STRING]
        sorted_: dict[tuple[Table, DataType, WordOrder], list[int]] = {}
        for number, one in enumerate(mapped):
            if not _is_bit(one.point) and one.point.data_type is not DataType.STRING:
                key = (one.point.table, one.point.data_type, one.point.order)
                sorted_.setdefault(key, []).append(number)
        self._groups = [self._group(*key, numbers) for key, numbers in sorted_.items()]

    def lengths(self) -> dict[Table, int]:
        """Addresses in use of each table."""
        found: dict[Table, int] = {}
        for one in self.mapped:
            end = one.point.address + one.point.span
            found[one.point.table] = max(found.get(one.point.table, 0), end)
        return found

    def encode(self, memory: Memory, values: Numbers, texts: Mapping[str, str]) -> None:
        """Write all tags into the tables.

        Args:
            memory: takes them.
            values: engineering values in the order of the tags; bits and states as numbers.
            texts: tag path -> words of text tags.
        """
        for group in self._groups:
            raw = (values[group.index] - group.offset) / group.scale
            memory.tables[group.table][group.places] = words_of(raw, group.data_type, group.order)
        for bits in self._bits:
            words, on = memory.tables[bits.table], values[bits.index] != 0
            if bits.masks is None:
                words[bits.places] = on
            else:
                np.bitwise_and.at(words, bits.places, ~bits.masks)
                np.bitwise_or.at(words, bits.places, np.where(on, bits.masks, np.uint16(0)))
        for one in self._texts:
            place = one.point.address
            memory.tables[one.point.table][place : place + one.point.span] = text_words(
                texts.get(one.tag.path, ""), one.point
            )

    def touched(self, table: Table, first: int, count: int) -> list[Mapped]:
        """List the tags that lie in a range, wholly or in part."""
        return [
            one
            for one in self.mapped
            if one.point.table is table
            and one.point.address < first + count
            and first < one.point.address + one.point.span
        ]

    def value(self, memory: Memory, one: Mapped) -> float:
        """Read the engineering value of a number, state or bit back out of the tables (NaN for texts)."""
        point = one.point
        words = memory.tables[point.table][point.address : point.address + point.span]
        if point.data_type is DataType.STRING:
            return float("nan")
        if point.bit is not None:
            return float(words[0] >> point.bit & 1)
        if _is_bit(point):
            return float(words[0] != 0)
        return number_of(words, point.data_type, point.order) * one.tag.scale + one.tag.offset

    def _group(self, table: Table, data_type: DataType, order: WordOrder, numbers: list[int]) -> _Group:
        """Lay out the tags of one group."""
        points = [self.mapped[number].point for number in numbers]
        starts = np.array([point.address for point in points], np.intp)
        return _Group(
            table=table,
            data_type=data_type,
            order=order,
            index=np.array(numbers, np.intp),
            places=starts[:, None] + np.arange(points[0].span),
            scale=np.array([self.mapped[number].tag.scale or 1.0 for number in numbers]),
            offset=np.array([self.mapped[number].tag.offset for number in numbers]),
        )


def _bit_groups(mapped: Sequence[Mapped]) -> list[_Bits]:
    """Sort the bits by table, and by whether they lie in registers."""
    found: dict[tuple[Table, bool], list[int]] = {}
    for number, one in enumerate(mapped):
        if _is_bit(one.point):
            found.setdefault((one.point.table, one.point.bit is not None), []).append(number)
    return [
        _Bits(
            table=table,
            index=np.array(numbers, np.intp),
            places=np.array([mapped[number].point.address for number in numbers], np.intp),
            masks=np.array([1 << (mapped[number].point.bit or 0) for number in numbers], np.uint16) if inside else None,
        )
        for (table, inside), numbers in found.items()
    ]


def _is_bit(point: ModbusPoint) -> bool:
    """Coils, discrete inputs and bits of registers."""
    return point.data_type is DataType.BOOL


def words_of(raw: Numbers, data_type: DataType, order: WordOrder) -> npt.NDArray[np.uint16]:
    """Lay raw numbers out in registers; what does not fit is held at the end of the type's range.

    Args:
        raw: (n,) device values.
        data_type: any but bool and string.
        order: of the bytes.

    Returns:
        (n, registers) words as they come over the wire.
    """
    if data_type in _DIGITS:
        digits = _DIGITS[data_type]
        whole = np.clip(np.rint(raw), 0, 10**digits - 1).astype(np.int64)
        packed = sum((whole // 10**place % 10) << (4 * place) for place in range(digits))
        wire = np.asarray(packed).astype(">u2" if digits == 4 else ">u4")
    else:
        kind = np.dtype(_WIRE[data_type])
        if kind.kind == "f":
            wire = raw.astype(kind)
        else:
            limits = np.iinfo(kind)
            # The largest float64 below 2**63 or 2**64 is less than the type's own end, which would round up past it.
            high = np.nextafter(float(limits.max), 0) if limits.max > 2**53 else float(limits.max)
            wire = np.clip(np.rint(raw), float(limits.min), high).astype(kind)
    words = wire.view(">u2").reshape(len(raw), -1)
    return ordered(words, order).astype(np.uint16)


def ordered(words: npt.NDArray[np.uint16], order: WordOrder) -> npt.NDArray[np.uint16]:
    """Bring (n, registers) words from ABCD into an order, or back (each order is its own inverse)."""
    if order in (WordOrder.CDAB, WordOrder.DCBA):
        words = words[:, ::-1]
    return words.byteswap() if order in (WordOrder.BADC, WordOrder.DCBA) else words


def number_of(words: npt.NDArray[np.uint16], data_type: DataType, order: WordOrder) -> float:
    """Read a raw number out of its registers.

    Args:
        words: (registers,) as they come over the wire.
        data_type: any but bool and string.
        order: of the bytes.
    """
    straight = np.ascontiguousarray(ordered(words[None, :], order)).astype(">u2")
    if data_type in _DIGITS:
        digits = "".join(f"{int(word):04x}" for word in straight[0])
        return float(digits) if digits.isdigit() else float("nan")
    return float(straight.view(_WIRE[data_type])[0, 0])


def text_words(text: str, point: ModbusPoint) -> npt.NDArray[np.uint16]:
    """Lay a text out in its registers, cut to its length, filled with zeros."""
    data = text.encode(point.encoding.value, errors="replace")[: point.text_bytes].ljust(point.span * 2, b"\0")
    words = np.frombuffer(data, ">u2").astype(np.uint16)
    return words.byteswap() if point.swapped else words
