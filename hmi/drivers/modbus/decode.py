"""Batch decode: from the joined answers of a reading to raw values, with one gather and one view for each type.

Byte and word orders are folded into the gather, so four orders cost no more than one. What is not a number (NaN,
infinite, a BCD digit above nine, a declared sentinel) becomes a cause, never a value (row MB-04); -0.0 stays. Used by
the driver; no I/O.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Item
from hmi.model.devices.modbus_address import REGISTERS, ModbusPoint, TextEncoding, WordOrder
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.value import TypeCode

_DTYPES: dict[DataType, str] = {
    DataType.INT16: "<i2",
    DataType.UINT16: "<u2",
    DataType.BCD16: "<u2",
    DataType.INT32: "<i4",
    DataType.UINT32: "<u4",
    DataType.BCD32: "<u4",
    DataType.INT64: "<i8",
    DataType.UINT64: "<u8",
    DataType.FLOAT32: "<f4",
    DataType.FLOAT64: "<f8",
}
_FLOATS = frozenset({DataType.FLOAT32, DataType.FLOAT64})
_BCD = frozenset({DataType.BCD16, DataType.BCD32})
_TARGETS: dict[TypeCode, type[np.generic]] = {
    TypeCode.INT64: np.int64,
    TypeCode.UINT64: np.uint64,
    TypeCode.FLOAT64: np.float64,
}

U1 = npt.NDArray[np.uint8]
U2 = npt.NDArray[np.uint16]
U8 = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.intp]
Rows = Positions | slice
Wrong = list[tuple[Rows, U2]]
"""Positions in a plan, and the cause (not NONE) or NONE of each."""


@dataclass(slots=True)
class Placed:
    """An item whose data lie in the buffer of a reading."""

    position: int
    """In the plan."""
    item: Item
    offset: int
    """First byte of its registers, or the byte that holds its bit."""
    shift: int = 0
    """Bits: place in the byte, 0 is the lowest."""
    request: int = 0
    """Number of the request that brings it."""


def byte_places(order: WordOrder, size: int) -> list[int]:
    """Say where the bytes of a value lie on the wire, lowest byte first.

    Args:
        order: of words and bytes.
        size: bytes of the value, 2, 4 or 8.
    """
    words = size // 2
    low_word_first = order in (WordOrder.CDAB, WordOrder.DCBA)
    low_byte_first = order in (WordOrder.BADC, WordOrder.DCBA)
    places = []
    for byte in range(size):  # 0 is the highest
        word, half = divmod(byte, 2)
        places.append(2 * (words - 1 - word if low_word_first else word) + (1 - half if low_byte_first else half))
    return places[::-1]


def fits(point: ModbusPoint, code: TypeCode) -> bool:
    """Tell whether values of this layout can be held with a type code without loss of meaning."""
    if point.data_type is DataType.STRING or code is TypeCode.TEXT:
        return point.data_type is DataType.STRING and code is TypeCode.TEXT
    if point.data_type in _FLOATS:
        return code is TypeCode.FLOAT64
    if point.data_type is DataType.UINT64:
        return code in (TypeCode.UINT64, TypeCode.FLOAT64)
    return code is not TypeCode.NONE


class _Numbers:
    """All items of one layout and type code."""

    def __init__(self, data_type: DataType, code: TypeCode, placed: Sequence[Placed]) -> None:
        self.positions: Positions = np.array([one.position for one in placed], np.intp)
        self._rows = _rows(self.positions)
        self._data_type = data_type
        self._target = _TARGETS.get(code)
        """None: only whether it is 0."""
        self._dtype = np.dtype(_DTYPES[data_type])
        size = 2 * REGISTERS[data_type]
        orders = {order: number for number, order in enumerate(WordOrder)}
        places = np.array([byte_places(order, size) for order in orders], np.intp)
        offsets = np.array([one.offset for one in placed], np.intp)
        gather = offsets[:, None] + places[[orders[one.item.point.order] for one in placed]]
        self._gather: Positions = gather.ravel()
        self._sentinels = _sentinel_rows(placed, np.dtype(np.int64) if data_type in _BCD else self._dtype)

    def decode(self, data: U1, raw: U8) -> U2 | None:
        """Decode the group into raw values of the plan.

        Returns:
            The cause of each member; None when all are good. At 10 Hz every numpy call is a cold one and costs ten
            times what a tight loop shows, so the good way has as few as there can be.
        """
        values: npt.NDArray[Any] = data.take(self._gather).view(self._dtype)
        bad: U2 | None = None
        if self._data_type in _BCD:
            values, wrong = _from_bcd(values)
            if wrong.any():
                bad = np.where(wrong, np.uint16(Cause.BCD_DIGIT), np.uint16(Cause.NONE))
        elif self._data_type in _FLOATS and not np.isfinite(values).all():
            bad = np.zeros(len(values), np.uint16)
            bad[np.isinf(values)] = Cause.INFINITE
            bad[np.isnan(values)] = Cause.NOT_A_NUMBER
        for value, rows in self._sentinels:
            met = rows[values[rows] == value]
            if len(met):
                bad = np.zeros(len(values), np.uint16) if bad is None else bad
                bad[met] = Cause.SENTINEL
        if bad is not None:
            # Before the conversion: an answer full of signalling NaN is data, not a floating point fault of ours.
            values[bad != 0] = 0
        if self._target is None:
            raw[self._rows] = values != 0
        else:
            raw.view(self._target)[self._rows] = values
        return bad


def _rows(positions: Positions) -> Rows:
    """Give positions as a slice when they follow each other, which is cheaper to write to."""
    start, end = int(positions[0]), int(positions[-1]) + 1
    return slice(start, end) if np.array_equal(positions, np.arange(start, end)) else positions


def _sentinel_rows(placed: Sequence[Placed], dtype: np.dtype[Any]) -> list[tuple[np.generic, Positions]]:
    """Give each declared sentinel as a number of the layout, with its rows; one that does not fit is never met."""
    rows: dict[float, list[int]] = defaultdict(list)
    for row, one in enumerate(placed):
        for value in one.item.sentinels:
            rows[value].append(row)
    found = []
    for value, members in rows.items():
        if dtype.kind == "f":
            with np.errstate(over="ignore"):
                number: np.generic = dtype.type(value)
        else:
            limits = np.iinfo(dtype)
            if not math.isfinite(value) or value != int(value) or not limits.min <= value <= float(limits.max):
                continue
            # The greatest 64-bit numbers are no floats: what a file holds for them is rounded up by one.
            number = dtype.type(min(int(value), int(limits.max)))
        found.append((number, np.array(members, np.intp)))
    return found


def _from_bcd(values: npt.NDArray[np.unsignedinteger]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Read packed decimal digits; the second array marks those with a digit above nine."""
    number = np.zeros(len(values), np.int64)
    wrong = np.zeros(len(values), np.bool_)
    wide = values.astype(np.int64)
    for shift in range(values.dtype.itemsize * 8 - 4, -1, -4):
        digit = wide >> shift & 15
        wrong |= digit > 9
        number = number * 10 + digit
    return number, wrong


class _Bits:
    """All bits: coils, discrete inputs, bits of registers."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        self.positions: Positions = np.array([one.position for one in placed], np.intp)
        self._bytes: Positions = np.array([one.offset for one in placed], np.intp)
        self._shifts: U1 = np.array([one.shift for one in placed], np.uint8)
        self._floats: Positions = np.array(
            [row for row, one in enumerate(placed) if one.item.type_code is TypeCode.FLOAT64], np.intp
        )

    def decode(self, data: U1, raw: U8) -> None:
        bits = (data[self._bytes] >> self._shifts & 1).astype(np.uint64)
        if len(self._floats):
            bits[self._floats] = bits[self._floats].astype(np.float64).view(np.uint64)
        raw[self.positions] = bits


def decode_text(data: bytes, encoding: TextEncoding, swapped: bool, most_bytes: int) -> tuple[str, Cause]:
    """Read a text out of its bytes.

    Args:
        data: as they came, one byte a character or more; may end in the middle of a register.
        encoding: of the characters.
        swapped: the first character of each pair comes second.
        most_bytes: longest UTF-8 length that is kept; 0 keeps all.

    Returns:
        The words up to the first NUL without spaces at the end, and a cause: NONE, TEXT_INVALID (no words),
        TEXT_TOO_LONG (cut).
    """
    if swapped:
        pairs = bytearray(data)
        pairs[0::2], pairs[1::2] = data[1::2], data[0::2]
        data = bytes(pairs)
    try:
        words = data.partition(b"\0")[0].rstrip(b" ").decode(encoding.value)
    except UnicodeDecodeError:
        return "", Cause.TEXT_INVALID
    encoded = words.encode()
    if most_bytes and len(encoded) > most_bytes:
        return encoded[:most_bytes].decode(errors="ignore"), Cause.TEXT_TOO_LONG
    return words, Cause.NONE


class Decoder:
    """Decodes one arrangement of a plan; made anew when the merging changes."""

    def __init__(self, placed: Sequence[Placed]) -> None:
        numbers: dict[tuple[DataType, TypeCode], list[Placed]] = defaultdict(list)
        bits: list[Placed] = []
        self._texts: list[Placed] = []
        for one in placed:
            kind = one.item.point.data_type
            if kind is DataType.STRING:
                self._texts.append(one)
            elif kind is DataType.BOOL:
                bits.append(one)
            else:
                numbers[kind, one.item.type_code].append(one)
        self._numbers = [_Numbers(kind, code, members) for (kind, code), members in numbers.items()]
        self._bits = _Bits(bits) if bits else None

    def decode(self, buffer: bytearray, failed: Sequence[Cause], raw: U8) -> tuple[dict[int, str], Wrong]:
        """Fill raw values of the placed items.

        Args:
            buffer: the joined data of all answers.
            failed: cause of each request; what a failed one should have brought is left to the caller.
            raw: 64 bits by type code, shape (items of the plan,).

        Returns:
            Item index -> words, and what is no value.
        """
        data: U1 = np.frombuffer(buffer, np.uint8)
        wrong: Wrong = []
        for group in self._numbers:
            bad = group.decode(data, raw)
            if bad is not None:
                wrong.append((group.positions, bad))
        if self._bits is not None:
            self._bits.decode(data, raw)
        texts: dict[int, str] = {}
        for one in self._texts:
            if failed[one.request] is not Cause.NONE:
                continue
            point: ModbusPoint = one.item.point
            length = (point.text_bytes + 1) // 2 * 2 if point.swapped else point.text_bytes
            words, why = decode_text(
                bytes(buffer[one.offset : one.offset + length]), point.encoding, point.swapped, one.item.text_bytes
            )
            if why is not Cause.NONE:
                wrong.append((slice(one.position, one.position + 1), np.array([why], np.uint16)))
            if why is not Cause.TEXT_INVALID:
                texts[one.item.index] = words
        return texts, wrong
