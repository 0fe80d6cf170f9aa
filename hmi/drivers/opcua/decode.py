"""Decodes values of a read or a notification into columns, whole runs of like ones by numpy. Pure.

A run is a row of records with the same parts and the same type of fixed size; it costs some 10 ns a value. What is
not in a run (texts, arrays, types that take turns) is walked one by one. OPC UA part 6, 5.2.2.16 and 5.2.2.17.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from hmi.drivers.opcua.binary import EPOCH_TICKS, LATEST_TICKS, MalformedAnswer, Reader, nanoseconds

MOST_VALUES = 1_000_000
"""Of one answer."""
_RUN = 8
"""Shortest run that is worth numpy."""
_DEPTH = 8
"""Variants in variants, more is refused."""


class Kind(IntEnum):
    """What came as a value: the built-in types of OPC UA (part 6, table 1), and what is no scalar."""

    NULL = 0
    BOOLEAN = 1
    SBYTE = 2
    BYTE = 3
    INT16 = 4
    UINT16 = 5
    INT32 = 6
    UINT32 = 7
    INT64 = 8
    UINT64 = 9
    FLOAT = 10
    DOUBLE = 11
    STRING = 12
    DATE_TIME = 13
    GUID = 14
    BYTE_STRING = 15
    XML = 16
    NODE_ID = 17
    EXPANDED_NODE_ID = 18
    STATUS_CODE = 19
    QUALIFIED_NAME = 20
    LOCALIZED_TEXT = 21
    STRUCTURE = 22
    DATA_VALUE = 23
    VARIANT = 24
    DIAGNOSTIC = 25
    ARRAY = 64
    BROKEN_TEXT = 65
    """A text whose bytes are not UTF-8."""


_DTYPES = {
    Kind.BOOLEAN: "<u1", Kind.SBYTE: "<i1", Kind.BYTE: "<u1", Kind.INT16: "<i2", Kind.UINT16: "<u2", Kind.INT32: "<i4",
    Kind.UINT32: "<u4", Kind.INT64: "<i8", Kind.UINT64: "<u8", Kind.FLOAT: "<f4", Kind.DOUBLE: "<f8",
    Kind.DATE_TIME: "<i8", Kind.STATUS_CODE: "<u4",
}  # fmt: skip
_FORMATS = {
    Kind.BOOLEAN: "<B", Kind.SBYTE: "<b", Kind.BYTE: "<B", Kind.INT16: "<h", Kind.UINT16: "<H", Kind.INT32: "<i",
    Kind.UINT32: "<I", Kind.INT64: "<q", Kind.UINT64: "<Q", Kind.FLOAT: "<f", Kind.DOUBLE: "<d", Kind.DATE_TIME: "<q",
    Kind.STATUS_CODE: "<I",
}  # fmt: skip
_FIXED = {int(kind): struct.Struct(form) for kind, form in _FORMATS.items()}
_DOUBLE, _U32, _I64 = struct.Struct("<d"), struct.Struct("<I"), struct.Struct("<q")


@dataclass(slots=True)
class Columns:
    """Values as they came, n of each column."""

    handle: npt.NDArray[np.uint32]
    """Client handle; of a read the position in the answer."""
    kind: npt.NDArray[np.uint8]
    bits: npt.NDArray[np.uint64]
    """Whole numbers widened to 64 bits, floating ones as the bits of a double; times as ns since 1970."""
    status: npt.NDArray[np.uint32]
    source_ns: npt.NDArray[np.int64]
    """ns UTC since 1970; 0 where none came."""
    texts: dict[int, str] = field(default_factory=dict)
    """Place in the columns -> words."""

    @classmethod
    def empty(cls, count: int) -> "Columns":
        """Make columns of nothing."""
        return cls(
            np.arange(count, dtype=np.uint32),
            np.zeros(count, np.uint8),
            np.zeros(count, np.uint64),
            np.zeros(count, np.uint32),
            np.zeros(count, np.int64),
        )


def decode_values(reader: Reader, count: int, *, handles: bool) -> Columns:
    """Decode an array of DataValue, or of MonitoredItemNotification.

    Args:
        reader: stands behind the array's length, afterwards behind the array.
        count: of the elements.
        handles: each element begins with a client handle.

    Raises:
        MalformedAnswer: when the bytes do not keep to the encoding; nothing of the answer can be used then.
    """
    if count > MOST_VALUES:
        raise MalformedAnswer("more values than any answer of ours has")
    columns = Columns.empty(max(count, 0))
    place, head = 0, 4 if handles else 0
    while place < count:
        taken = _run(reader, columns, place, count - place, head)
        if not taken:
            _one(reader, columns, place, handles=handles)
            taken = 1
        place += taken
    return columns


def _run(reader: Reader, columns: Columns, place: int, left: int, head: int) -> int:
    """Take a run of like records at once; gives how many, 0 when it is too short."""
    data, at = reader.data, reader.at
    if left < _RUN or at + head + 2 > len(data):
        return 0
    mask, form = data[at + head], data[at + head + 1]
    kind = _DTYPES.get(form)  # type: ignore[call-overload]
    if kind is None or not mask & 1 or mask & 0xC0:
        return 0
    size = int(kind[2])
    status_at = head + 2 + size
    source_at = status_at + (4 if mask & 2 else 0)
    width = source_at + sum(part for bit, part in ((4, 8), (16, 2), (8, 8), (32, 2)) if mask & bit)
    probe = at + (_RUN - 1) * width + head
    if probe + 2 > len(data) or data[probe] != mask or data[probe + 1] != form:
        return 0
    fit = min(left, (len(data) - at) // width)
    if fit < _RUN:
        return 0
    records = np.frombuffer(data, np.uint8, fit * width, at).reshape(fit, width)
    length = _like(records, head, mask, form)
    if length < _RUN:
        return 0
    records = records[:length]
    whole = slice(place, place + length)
    if head:
        columns.handle[whole] = _column(records, 0, "<u4")
    columns.kind[whole] = form
    value = _column(records, head + 2, kind)
    if form == Kind.BOOLEAN:
        value = (value != 0).astype(np.uint64)
    columns.bits[whole] = _times(value).view(np.uint64) if form == Kind.DATE_TIME else _widened(value)
    if mask & 2:
        columns.status[whole] = _column(records, status_at, "<u4")
    if mask & 4:
        columns.source_ns[whole] = _times(_column(records, source_at, "<i8"))
    reader.at = at + length * width
    return length


def _like(records: npt.NDArray[np.uint8], head: int, mask: int, form: int) -> int:
    """Count the records from the first that have the same parts and type; looks little further than that."""
    looked, window = 0, 64
    while looked < len(records):
        part = records[looked : looked + window]
        other = np.flatnonzero((part[:, head] != mask) | (part[:, head + 1] != form))
        if len(other):
            return looked + int(other[0])
        looked += len(part)
        window *= 4
    return looked


def _column(records: npt.NDArray[np.uint8], at: int, kind: str) -> npt.NDArray[np.generic]:
    size = int(kind[2])
    return np.ascontiguousarray(records[:, at : at + size]).view(kind)[:, 0]


def _widened(value: npt.NDArray[np.generic]) -> npt.NDArray[np.uint64]:
    """Bring a column to 64 bits."""
    if value.dtype.kind == "f":
        return value.astype(np.float64).view(np.uint64)
    return value.astype(np.int64 if value.dtype.kind == "i" else np.uint64).view(np.uint64)


def _times(ticks: npt.NDArray[np.generic]) -> npt.NDArray[np.int64]:
    """Turn OPC UA times into ns since 1970, 0 for none."""
    whole = ticks.astype(np.int64)
    return np.where((whole > 0) & (whole <= LATEST_TICKS), (whole - EPOCH_TICKS) * 100, 0)


def _one(reader: Reader, columns: Columns, place: int, *, handles: bool) -> None:
    """Take one record."""
    if handles:
        columns.handle[place] = reader.u32()
    mask = reader.u8()
    if mask & 1:
        _variant(reader, columns, place)
    if mask & 2:
        columns.status[place] = reader.u32()
    if mask & 4:
        columns.source_ns[place] = nanoseconds(reader.i64())
    if mask & 16:
        reader.skip(2)
    if mask & 8:
        reader.skip(8)
    if mask & 32:
        reader.skip(2)


def _variant(reader: Reader, columns: Columns, place: int) -> None:
    """Take the value of one record."""
    form = reader.u8()
    kind = form & 0x3F
    if form & 0x80:
        columns.kind[place] = Kind.ARRAY
        _skip_array(reader, kind, form, 0)
        return
    columns.kind[place] = kind
    fixed = _FIXED.get(kind)
    if fixed is not None:
        (value,) = fixed.unpack(reader.take(fixed.size))
        columns.bits[place] = _bits(kind, value)
    elif kind in (Kind.STRING, Kind.XML):
        _keep_text(columns, place, reader.raw_text())
    elif kind == Kind.QUALIFIED_NAME:
        reader.skip(2)
        _keep_text(columns, place, reader.raw_text())
    elif kind == Kind.LOCALIZED_TEXT:
        parts = reader.u8()
        if parts & 1:
            reader.raw_text()
        _keep_text(columns, place, reader.raw_text() if parts & 2 else b"")
    else:
        _skip(reader, kind, 0)


def _bits(kind: int, value: int | float) -> int:
    if isinstance(value, float):
        return int.from_bytes(_DOUBLE.pack(value), "little")
    if kind == Kind.BOOLEAN:
        return int(value != 0)
    if kind == Kind.DATE_TIME:
        value = nanoseconds(value)
    return value & 0xFFFF_FFFF_FFFF_FFFF


def _keep_text(columns: Columns, place: int, data: bytes | None) -> None:
    if data is None:
        columns.kind[place] = Kind.NULL
        return
    try:
        columns.texts[place] = data.decode()
    except UnicodeDecodeError:
        columns.kind[place] = Kind.BROKEN_TEXT


def _skip_array(reader: Reader, kind: int, form: int, depth: int) -> None:
    """Step over an array."""
    count = reader.length()
    fixed = _FIXED.get(kind)
    if fixed is not None:
        reader.skip(fixed.size * max(count, 0))
    else:
        for _ in range(count):
            _skip(reader, kind, depth)
    if form & 0x40:
        reader.skip(4 * max(reader.length(), 0))


def _skip(reader: Reader, kind: int, depth: int) -> None:
    """Step over one value of any type."""
    if depth > _DEPTH:
        raise MalformedAnswer("values nested too deeply")
    fixed = _FIXED.get(kind)
    match kind:
        case _ if fixed is not None:
            reader.skip(fixed.size)
        case Kind.NULL:
            pass
        case Kind.STRING | Kind.BYTE_STRING | Kind.XML:
            reader.raw_text()
        case Kind.GUID:
            reader.skip(16)
        case Kind.NODE_ID | Kind.EXPANDED_NODE_ID:
            reader.node_id()
        case Kind.QUALIFIED_NAME:
            reader.skip(2)
            reader.raw_text()
        case Kind.LOCALIZED_TEXT:
            parts = reader.u8()
            for bit in (1, 2):
                if parts & bit:
                    reader.raw_text()
        case Kind.STRUCTURE:
            reader.extension()
        case Kind.DATA_VALUE:
            mask = reader.u8()
            if mask & 1:
                _skip(reader, Kind.VARIANT, depth + 1)
            for bit, size in ((2, 4), (4, 8), (16, 2), (8, 8), (32, 2)):
                if mask & bit:
                    reader.skip(size)
        case Kind.VARIANT:
            form = reader.u8()
            if form & 0x80:
                _skip_array(reader, form & 0x3F, form, depth + 1)
            else:
                _skip(reader, form & 0x3F, depth + 1)
        case Kind.DIAGNOSTIC:
            reader.skip_diagnostic()
        case _:
            raise MalformedAnswer(f"no value has the type {kind}")
