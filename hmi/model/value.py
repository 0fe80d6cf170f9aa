"""A reading: value, quality and time are one thing and travel together. Used by every process."""

import struct
from enum import IntEnum

import msgspec

from hmi.model.quality import Cause, QualityClass, Status, quality_class

PresentValue = bool | int | float | str
Value = PresentValue | None
"""What a tag may hold; None means that there is no value, and the quality says why."""


class TypeCode(IntEnum):
    """How the 64 bits of a row are to be read. Stored in the image."""

    NONE = 0
    BOOL = 1
    INT64 = 2
    UINT64 = 3
    FLOAT64 = 4
    TEXT = 5


class Reading(msgspec.Struct, frozen=True):
    """One value with its quality and times."""

    value: Value
    status: int = Status.GOOD
    """32-bit OPC UA status."""
    cause: Cause = Cause.NONE
    source_ns: int = 0
    """When it changed at the source, ns UTC since 1970; 0 when the source tells no time."""
    receive_ns: int = 0
    """When it reached the engine, ns UTC since 1970; 0 when never."""
    age_ns: int = 0
    """How long ago it reached the engine, by the monotonic clock; 0 when never."""

    @property
    def quality(self) -> QualityClass:
        """Good, uncertain or bad."""
        return quality_class(self.status)

    @property
    def good(self) -> bool:
        """True for good quality only."""
        return self.quality is QualityClass.GOOD


def bits_of(value: PresentValue, code: TypeCode) -> int:
    """Pack a value into the 64 unsigned bits of a row.

    Raises:
        ValueError: when the value does not fit the type code (TEXT has no bits: its words lie in a slot).
    """
    if code is TypeCode.FLOAT64:
        return int(struct.unpack("<Q", struct.pack("<d", float(value)))[0])
    if code is TypeCode.BOOL:
        return int(bool(value))
    number = int(value)
    if code is TypeCode.INT64 and -(2**63) <= number < 2**63:
        return number & (2**64 - 1)
    if code is TypeCode.UINT64 and 0 <= number < 2**64:
        return number
    message = f"{value!r} does not fit a row of type {code.name}"
    raise ValueError(message)


def value_of(bits: int, code: TypeCode) -> Value:
    """Read a value back from the 64 unsigned bits of a row (None for NONE and TEXT)."""
    match code:
        case TypeCode.FLOAT64:
            return float(struct.unpack("<d", struct.pack("<Q", bits))[0])
        case TypeCode.BOOL:
            return bits != 0
        case TypeCode.INT64:
            return bits - 2**64 if bits >= 2**63 else bits
        case TypeCode.UINT64:
            return bits
        case _:
            return None
