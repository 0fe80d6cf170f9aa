"""From what somebody entered to what goes into the device, exactly; and back. Pure.

All sums are made with fractions of the numbers as they are written (0.1 is one tenth), so that 50.0 at a scale of 0.1
is 500 and nothing else. A wish is taken when the nearest number that the device can hold looks the same: in a whole
number digit for digit as it was entered and as the tag shows it, in a floating one as the tag shows it. Otherwise it
is refused, and the nearest is named. -0.0 is 0.0; a truth may be entered as a word.
"""

import math
import struct
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol, runtime_checkable

from hmi.engine.plant import PlantTag
from hmi.model.reason import Reason, reason
from hmi.model.tag import DataType, Tag
from hmi.model.value import PresentValue

RANGES: dict[DataType, tuple[int, int]] = {
    DataType.BOOL: (0, 1),
    DataType.INT16: (-(2**15), 2**15 - 1),
    DataType.UINT16: (0, 2**16 - 1),
    DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.UINT32: (0, 2**32 - 1),
    DataType.INT64: (-(2**63), 2**63 - 1),
    DataType.UINT64: (0, 2**64 - 1),
    DataType.BCD16: (0, 9999),
    DataType.BCD32: (0, 99_999_999),
}
"""Lowest and highest whole number of each layout."""
_FLOAT32_MOST = Fraction(struct.unpack("<f", b"\xff\xff\x7f\x7f")[0])
_FLOAT64_MOST = Fraction(struct.unpack("<d", b"\xff\xff\xff\xff\xff\xff\xef\x7f")[0])
_MOST_BITS = 1000
"""Of a whole number that is entered; a longer one fits no floating number either."""
_TRUE = frozenset({"true", "on", "yes", "1", "开", "是", "真"})
_FALSE = frozenset({"false", "off", "no", "0", "关", "否", "假"})


@runtime_checkable
class TextPlace(Protocol):
    """A point whose protocol says how long a text may be, and how its letters are laid out."""

    text_bytes: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A value that can be written."""

    value: PresentValue
    """Engineering units; what the device will hold, not what was typed."""
    raw: PresentValue
    """Device units."""


def wish_of(tag: PlantTag, value: PresentValue) -> Wish | Reason:
    """Work out what goes into the device, or say why nothing can.

    Args:
        tag: with an address that can be written.
        value: as it came, engineering units.
    """
    kind = tag.point.data_type
    if kind is DataType.STRING:
        return _text(tag, value)
    number = _number(tag.tag, kind, value)
    if isinstance(number, Reason):
        return number
    if why := _outside(tag.tag, number):
        return why
    if tag.tag.scale == 0:
        return reason("command.scale_zero")
    exact = (_fraction(number) - _fraction(tag.tag.offset)) / _fraction(tag.tag.scale)
    found = _whole(tag.tag, kind, number, exact) if kind in RANGES else _floating(tag.tag, kind, number, exact)
    if isinstance(found, Wish) and not isinstance(found.raw, str) and found.raw in tag.tag.sentinels:
        return reason("command.sentinel", value=shown(tag.tag, found.value))
    return found


def engineering(tag: PlantTag, raw: PresentValue) -> PresentValue:
    """Bring a value of the device to engineering units, as the scan does: raw x scale + offset."""
    plain = tag.tag
    if isinstance(raw, str) or (plain.scale == 1 and plain.offset == 0):
        return raw
    return float(raw) * plain.scale + plain.offset


def step(tag: PlantTag, raw: PresentValue) -> float:
    """Give the distance to the next number that the device can hold, engineering units; 0 for a text."""
    if isinstance(raw, str):
        return 0.0
    kind = tag.point.data_type
    if kind is DataType.FLOAT32:
        return max(abs(float(raw)) * 2.0**-23, 2.0**-149) * abs(tag.tag.scale)
    if kind is DataType.FLOAT64:
        return math.ulp(float(raw)) * abs(tag.tag.scale)
    return abs(tag.tag.scale)


def decimals_of(tag: Tag, kind: DataType | None = None) -> int:
    """Give the digits behind the point that a tag is shown with.

    Args:
        tag: what is shown.
        kind: its layout; None takes the tag's own.
    """
    if tag.decimals is not None:
        return tag.decimals
    whole = (kind or tag.type or DataType.FLOAT64) in RANGES
    return 0 if whole and tag.scale == 1 and tag.offset == 0 else 1


def shown(tag: Tag, value: PresentValue | None, other: PresentValue | None = None) -> str:
    """Write a value for a sentence, with the tag's digits, or with all where it would look like another one."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(int(value)) if isinstance(value, bool) else value[:40]
    words = _digits(tag, value)
    if other is not None and not isinstance(other, str) and other != value and _digits(tag, other) == words:
        return repr(value)
    return words


def _digits(tag: Tag, value: int | float) -> str:
    if isinstance(value, int) and tag.decimals is None:
        return str(value)
    return f"{value:.{decimals_of(tag)}f}"


# ---------------------------------------------------------------- inside


def _fraction(number: float) -> Fraction:
    """Take a number as it is written: 0.1 is one tenth."""
    return Fraction(number) if isinstance(number, int) else Fraction(repr(float(number)))


def _number(tag: Tag, kind: DataType, value: PresentValue) -> int | float | Reason:
    """Take a number, a truth, or a word that means one."""
    if isinstance(value, str):
        word = _by_word(tag, kind, value)
        return reason("command.not_a_number", value=value[:40]) if word is None else word
    if isinstance(value, bool):
        return int(value) if kind in RANGES else reason("command.not_a_number", value=str(value).lower())
    if value.bit_length() > _MOST_BITS if isinstance(value, int) else not math.isfinite(value):
        return reason("command.not_finite")
    if kind is DataType.BOOL and value not in (0, 1) and tag.scale == 1 and tag.offset == 0:
        return reason("command.not_a_truth", value=repr(value)[:40])
    return value if isinstance(value, int) else value + 0.0  # -0.0 is 0.0


def _by_word(tag: Tag, kind: DataType, value: str) -> int | None:
    """Read a word: one of the tag's own states in either language, or on and off."""
    if kind not in RANGES:
        return None
    wanted = value.strip().casefold()
    for number, words in tag.states.items():
        if wanted and wanted in (words.zh.casefold(), words.en.casefold()):
            return int(number)
    if kind is DataType.BOOL and wanted in _TRUE | _FALSE:
        return int(wanted in _TRUE)
    return None


def _outside(tag: Tag, value: int | float) -> Reason | None:
    """Compare with the range of an operator's entry."""
    low, high = tag.write.low, tag.write.high
    if low is not None and value < low:
        return reason("command.below", value=shown(tag, value, low), low=shown(tag, low, value), unit=tag.unit)
    if high is not None and value > high:
        return reason("command.above", value=shown(tag, value, high), high=shown(tag, high, value), unit=tag.unit)
    return None


def _whole(tag: Tag, kind: DataType, wish: int | float, exact: Fraction) -> Wish | Reason:
    """Find the whole number of the device."""
    low, high = RANGES[kind]
    raw = min(max(round(exact), low), high)
    value = raw * _fraction(tag.scale) + _fraction(tag.offset)
    entered = 0 if isinstance(wish, int) else max(-int(Decimal(repr(wish)).as_tuple().exponent), 0)
    allowed = Fraction(1, 2 * 10 ** max(entered, decimals_of(tag, kind)))
    if abs(value - _fraction(wish)) > allowed:
        return _not_held(tag, kind, wish, value)
    if kind is DataType.BOOL:
        return Wish(bool(raw) if tag.scale == 1 and tag.offset == 0 else float(value), bool(raw))
    return Wish(raw if tag.scale == 1 and tag.offset == 0 else float(raw) * tag.scale + tag.offset, raw)


def _floating(tag: Tag, kind: DataType, wish: int | float, exact: Fraction) -> Wish | Reason:
    """Find the floating number of the device."""
    most = _FLOAT32_MOST if kind is DataType.FLOAT32 else _FLOAT64_MOST
    raw = float(min(max(exact, -most), most))
    if kind is DataType.FLOAT32:
        raw = float(struct.unpack("<f", struct.pack("<f", raw))[0])
    value = Fraction(raw) * _fraction(tag.scale) + _fraction(tag.offset)
    allowed = Fraction(1, 2 * 10 ** decimals_of(tag, kind))
    if abs(value - _fraction(wish)) > allowed:
        return _not_held(tag, kind, wish, value)
    return Wish(raw * tag.scale + tag.offset, raw)


def _not_held(tag: Tag, kind: DataType, wish: int | float, nearest: Fraction) -> Reason:
    whole = nearest.denominator == 1 and (decimals_of(tag, kind) == 0 or abs(nearest) > 2**53)
    value = int(nearest) if whole else float(nearest)
    return reason("command.not_held", value=repr(wish)[:40], nearest=shown(tag, value, wish), unit=tag.unit)


def _text(tag: PlantTag, value: PresentValue) -> Wish | Reason:
    """Check a text."""
    if not isinstance(value, str):
        return reason("command.not_a_text")
    if any(not letter.isprintable() for letter in value):
        return reason("command.text_letters")
    place = tag.point
    try:
        size = len(value.encode(place.encoding)) if isinstance(place, TextPlace) else len(value.encode())
    except UnicodeEncodeError:
        return reason("command.text_letters")
    most = min(place.text_bytes, tag.text_bytes) if isinstance(place, TextPlace) else tag.text_bytes
    if size > most or len(value.encode(errors="replace")) > tag.text_bytes:
        return reason("command.text_too_long", length=size, most=most)
    return Wish(value, value)
