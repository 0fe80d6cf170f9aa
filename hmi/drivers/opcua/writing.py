"""From a value in device units to the variant of the type that the server keeps (UA-43). Pure."""

import math
import struct
from datetime import datetime

from hmi.drivers.opcua.binary import EPOCH_TICKS, text
from hmi.drivers.opcua.decode import Kind
from hmi.model.quality import Cause
from hmi.model.value import PresentValue

_RANGES: dict[Kind, tuple[int, int, str]] = {
    Kind.SBYTE: (-(2**7), 2**7 - 1, "<b"),
    Kind.BYTE: (0, 2**8 - 1, "<B"),
    Kind.INT16: (-(2**15), 2**15 - 1, "<h"),
    Kind.UINT16: (0, 2**16 - 1, "<H"),
    Kind.INT32: (-(2**31), 2**31 - 1, "<i"),
    Kind.UINT32: (0, 2**32 - 1, "<I"),
    Kind.INT64: (-(2**63), 2**63 - 1, "<q"),
    Kind.UINT64: (0, 2**64 - 1, "<Q"),
    Kind.STATUS_CODE: (0, 2**32 - 1, "<I"),
}
_FLOAT_MAX = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]


def encode_variant(kind: int, value: PresentValue) -> bytes | Cause:
    """Make the variant that is written, or say why there is none.

    Args:
        kind: built-in type of the node.
        value: in device units; a whole type takes the nearest whole number.

    Returns:
        The variant, or the cause: TYPE_MISMATCH, BELOW_RANGE, ABOVE_RANGE, NOT_A_NUMBER, INFINITE, TEXT_INVALID.
    """
    head = bytes((kind,))
    if kind in (Kind.STRING, Kind.LOCALIZED_TEXT):
        if not isinstance(value, str):
            return Cause.TYPE_MISMATCH
        try:
            words = text(value)
        except UnicodeEncodeError:
            return Cause.TEXT_INVALID
        return head + (words if kind == Kind.STRING else b"\x02" + words)
    if kind == Kind.DATE_TIME:
        return _time(head, value)
    if isinstance(value, str):
        return Cause.TYPE_MISMATCH
    if not math.isfinite(value):
        return Cause.NOT_A_NUMBER if math.isnan(value) else Cause.INFINITE
    return _number(head, kind, value)


def _number(head: bytes, kind: int, value: bool | int | float) -> bytes | Cause:
    if kind == Kind.BOOLEAN:
        return head + bytes((int(value),)) if value in (0, 1) else Cause.TYPE_MISMATCH
    if kind in (Kind.FLOAT, Kind.DOUBLE):
        if isinstance(value, int) and int(float(value)) != value:
            return Cause.TYPE_MISMATCH
        number = float(value)
        if kind == Kind.DOUBLE:
            return head + struct.pack("<d", number)
        if abs(number) > _FLOAT_MAX:
            return Cause.ABOVE_RANGE if number > 0 else Cause.BELOW_RANGE
        return head + struct.pack("<f", number)
    if kind not in _RANGES:
        return Cause.TYPE_MISMATCH
    low, high, form = _RANGES[Kind(kind)]
    whole = value if isinstance(value, int) else round(value)
    if not low <= whole <= high:
        return Cause.BELOW_RANGE if whole < low else Cause.ABOVE_RANGE
    return head + struct.pack(form, whole)


def _time(head: bytes, value: PresentValue) -> bytes | Cause:
    """Take ns since 1970 or ISO 8601."""
    if isinstance(value, str):
        try:
            stamp = datetime.fromisoformat(value)
        except ValueError:
            return Cause.TYPE_MISMATCH
        if stamp.tzinfo is None:
            return Cause.TYPE_MISMATCH
        whole = int(stamp.timestamp()) * 10**9 + stamp.microsecond * 1000
    elif isinstance(value, float):
        return Cause.TYPE_MISMATCH
    else:
        whole = int(value)
    ticks = whole // 100 + EPOCH_TICKS
    return head + struct.pack("<q", ticks) if 0 < ticks < 2**63 else Cause.ABOVE_RANGE
