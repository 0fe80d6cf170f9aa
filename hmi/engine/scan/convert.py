"""From device values to engineering values, whole polls at a time. Pure.

- good: raw x scale + offset
- good, outside of the instrument's range: the end of the range, uncertain
- good, not finite: no value, bad
- bad with a cause that keeps the value: value, raw and times of before
- bad otherwise: no value
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.engine.group import Group
from hmi.engine.precedence import is_bad, keeps_value, status_of_causes
from hmi.image.contract import U1, U2, U4, U8, Indices
from hmi.model.quality import Cause, Status
from hmi.model.value import TypeCode

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Converted:
    """What a poll says of its tags, n of each."""

    value: F8
    status: U4
    cause: U2
    kept: Mask | None
    """Rows that keep value, raw and times of before; None when there are none."""


def numbers_of(raw: U8, type_code: U1, kinds: Sequence[TypeCode]) -> F8:
    """Read 64-bit words as numbers by their types; NaN for texts.

    Args:
        raw: shape (n,).
        type_code: shape (n,).
        kinds: types that may occur.
    """
    if len(kinds) == 1:
        return _read_as(raw, kinds[0])
    number = np.full(len(raw), np.nan)
    for kind in kinds:
        if kind is not TypeCode.TEXT:
            chosen = type_code == kind
            number[chosen] = _read_as(raw[chosen], kind)
    return number


def _read_as(raw: U8, kind: TypeCode) -> F8:
    if kind is TypeCode.FLOAT64:
        return raw.view(np.float64).copy()
    if kind in (TypeCode.INT64, TypeCode.BOOL):
        return raw.view(np.int64).astype(np.float64)
    if kind is TypeCode.UINT64:
        return raw.astype(np.float64)
    return np.full(len(raw), np.nan)


def convert(group: Group, places: Indices | slice, raw: U8, status: U4, cause: U2) -> Converted:
    """Convert what a poll brought.

    Args:
        group: the poll.
        places: which of its tags, in the order of the arrays.
        raw: device values.
        status: of the driver.
        cause: of the driver.
    """
    type_code = group.type_code[places]
    value = numbers_of(raw, type_code, group.kinds)
    if not group.plain:
        status, cause = status.copy(), cause.copy()
        _scale(group, places, value, status, cause)
    lost = (cause == Cause.NONE) & ~np.isfinite(value) & (type_code != TypeCode.TEXT)
    if lost.any():
        status, cause = status.copy(), cause.copy()
        cause[lost] = _why_lost(raw[lost], type_code[lost])
        status[lost] = status_of_causes(cause[lost])
    kept: Mask | None = None
    if cause.any():
        bad = is_bad(cause)
        keep = bad & keeps_value(cause)
        value[bad & ~keep] = np.nan
        kept = keep if keep.any() else None
    return Converted(value, status, cause, kept)


def _why_lost(raw: U8, type_code: U1) -> U2:
    """Tell a number that was none in the device from one that became too large by scaling."""
    number = np.where(type_code == TypeCode.FLOAT64, raw.view(np.float64), 0.0)
    cause = np.full(len(raw), Cause.SCALING_OVERFLOW, dtype=np.uint16)
    cause[np.isnan(number)] = Cause.NOT_A_NUMBER
    cause[np.isinf(number)] = Cause.INFINITE
    return cause


def _scale(group: Group, places: Indices | slice, value: F8, status: U4, cause: U2) -> None:
    """Bring values to engineering units in place, hold them in the instrument's range, and mark those held."""
    with np.errstate(over="ignore", invalid="ignore"):
        value *= group.scale[places]
        value += group.offset[places]
    low, high = group.low[places], group.high[places]
    within = (cause == Cause.NONE) & np.isfinite(value)
    below, above = within & (value < low), within & (value > high)
    for outside, end, why in ((below, low, Cause.BELOW_RANGE), (above, high, Cause.ABOVE_RANGE)):
        np.copyto(value, end, where=outside)
        cause[outside], status[outside] = why, Status.UNCERTAIN_ENGINEERING_UNITS_EXCEEDED
