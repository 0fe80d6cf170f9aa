"""Plausible signals for tags that no process model knows, from their span, normal band and type. Pure, seeded.

So `hmi simulate` serves any project: a measured value swings slowly inside its normal band, a state changes now and
then, what may be written holds what was written.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hmi.model.devices.spec import Point
from hmi.model.ident import number_of_id
from hmi.model.tag import DataType, Tag

Numbers = npt.NDArray[np.float64]

_WHOLE = frozenset(DataType) - {DataType.FLOAT32, DataType.FLOAT64, DataType.STRING, DataType.BOOL}
_HIGHEST_RAW = {
    DataType.INT16: 32767.0, DataType.UINT16: 65535.0, DataType.BCD16: 9999.0, DataType.BCD32: 99_999_999.0,
}  # fmt: skip


class GenericSignals:
    """Signals of some tags, all moved at once."""

    def __init__(self, tags: Sequence[Tag], points: Sequence[Point], seed: int) -> None:
        """Work out middle, swing and period of each tag; the period follows from the tag's id and the seed."""
        middles, swings, periods, phases, states = [], [], [], [], []
        for tag, point in zip(tags, points, strict=True):
            middle, swing = _band(tag, point)
            mixed = (number_of_id(tag.id) ^ seed * 0x9E3779B97F4A7C15) & 0xFFFFFFFF
            middles.append(middle)
            swings.append(0.0 if tag.writable else swing)
            periods.append(40.0 + mixed % 260)
            phases.append(mixed / 0xFFFFFFFF * math.tau)
            states.append(_state_count(tag, point))
        self._middle, self._swing = np.array(middles, np.float64), np.array(swings, np.float64)
        self._period, self._phase = np.array(periods, np.float64), np.array(phases, np.float64)
        self._states = np.array(states, np.int64)
        self._lists = [sorted(int(number) for number in tag.states if number.lstrip("-").isdigit()) for tag in tags]
        self._written = np.full(len(tags), np.nan)

    def values(self, time_s: float) -> Numbers:
        """Give all values at a time, engineering units."""
        wave = np.sin(math.tau * time_s / self._period + self._phase)
        values = self._middle + self._swing * wave
        of_states = np.flatnonzero(self._states)
        if len(of_states):
            turn = ((wave[of_states] + 1) / 2 * self._states[of_states]).astype(np.int64)
            turn = np.minimum(turn, self._states[of_states] - 1)
            values[of_states] = [
                self._lists[place][number] if self._lists[place] else number
                for place, number in zip(of_states, turn, strict=True)
            ]
        return np.where(np.isnan(self._written), values, self._written)

    def write(self, index: int, value: float) -> None:
        """Hold what was written."""
        self._written[index] = value


def _band(tag: Tag, point: Point) -> tuple[float, float]:
    """Give middle and swing: 0.4 of the normal band, else 0.3 of the span, else of 0 to 100 or what the type holds."""
    for range_, share in ((tag.normal, 0.4), (tag.span, 0.3), (tag.write, 0.3), (tag.instrument, 0.3)):
        if range_.low is not None and range_.high is not None and range_.high > range_.low:
            return (range_.low + range_.high) / 2, share * (range_.high - range_.low)
    highest = _HIGHEST_RAW.get(point.data_type, 1e9) * abs(tag.scale) + tag.offset
    middle = min(50.0, highest / 2)
    return middle, 0.3 * middle


def _state_count(tag: Tag, point: Point) -> int:
    """How many states a signal steps through; 0 for a measured value."""
    if point.data_type is DataType.BOOL:
        return 2
    return len(tag.states) if tag.states and point.data_type in _WHOLE else 0
