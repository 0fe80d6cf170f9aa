"""Noise, drift, stuck sensors, floods over the measured values of one simulated device. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hmi.link.messages import FaultKind
from hmi.model.devices.spec import Point
from hmi.model.tag import DataType, Tag

Numbers = npt.NDArray[np.float64]

NOISE_SHARE = 0.04
"""Standard deviation of the noise fault, share of the span."""
DRIFT_SHARE_S = 0.004
"""Speed of the drift fault, share of the span a second."""
DRIFT_MOST = 0.3


class Disturbance:
    """Faults of the instruments of one device."""

    def __init__(self, tags: Sequence[tuple[Tag, Point]], seed: int) -> None:
        """Find what is measured.

        Args:
            tags: with their addresses, in the order of the values.
            seed: of the noise.
        """
        self._random = np.random.default_rng(seed)
        self._measured = np.array([_is_measured(tag, point) for tag, point in tags], bool)
        self._spans = np.array([_span(tag) for tag, _ in tags], np.float64)
        self._beyond = np.array([_beyond(tag) for tag, _ in tags], np.float64)
        self._stuck: Numbers | None = None

    def begin(self) -> None:
        """Forget where instruments got stuck: another fault begins."""
        self._stuck = None

    def over(self, numbers: Numbers, fault: FaultKind, fault_s: float) -> Numbers:
        """Lay noise, drift or a stuck sensor, or a flood of alarms, over the measured values.

        Args:
            numbers: engineering values.
            fault: of the device.
            fault_s: time since it began, seconds.
        """
        match fault:
            case FaultKind.NOISE:
                noise = self._random.normal(0.0, NOISE_SHARE, len(numbers)) * self._spans
                return np.where(self._measured, numbers + noise, numbers)
            case FaultKind.DRIFT:
                drift = min(DRIFT_MOST, DRIFT_SHARE_S * fault_s) * self._spans
                return np.where(self._measured, numbers + drift, numbers)
            case FaultKind.STUCK:
                if self._stuck is None:
                    self._stuck = numbers.copy()
                return np.where(self._measured, self._stuck, numbers)
            case FaultKind.FLOOD:
                return np.where(self._measured & np.isfinite(self._beyond), self._beyond, numbers)
            case _:
                return numbers


def _is_measured(tag: Tag, point: Point) -> bool:
    """Whether a fault of an instrument can touch it: a measured quantity, no state, count or set-point."""
    fractional = point.data_type in (DataType.FLOAT32, DataType.FLOAT64) or tag.scale != 1.0 or bool(tag.unit)
    return (
        fractional and not tag.writable and not tag.states and point.data_type not in (DataType.BOOL, DataType.STRING)
    )


def _span(tag: Tag) -> float:
    """Width of the tag's span, or 100."""
    low, high = tag.span.low, tag.span.high
    return high - low if low is not None and high is not None else 100.0


def _beyond(tag: Tag) -> float:
    """Give a value beyond the outermost limit of a tag, NaN when it has none: the high end where there is one."""
    limits, margin = tag.limits, 0.02 * _span(tag)
    for limit in (limits.high_high, limits.high):
        if limit is not None:
            return limit + margin
    for limit in (limits.low_low, limits.low):
        if limit is not None:
            return limit - margin
    return float("nan")
