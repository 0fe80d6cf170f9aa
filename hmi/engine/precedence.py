"""Which of several things to say about a value wins. One table for scan, staleness, liveness and device faults.

What a row itself says (own), what is laid over all rows of its device (overlay), and whether it is too old meet
here. The order is that of the looks (`hmi.model.quality.Look`): the more a look warns, the more it wins. Among
causes of one look the overlay wins over the row's own, except over those in `_FINAL`, which no device can change.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.image.contract import U2, U4
from hmi.model.quality import CAUSES, Cause, Look, QualityClass, Status, quality_class

_SIZE = 128
_FINAL = (Cause.NOT_IN_PROJECT, Cause.CONFIGURATION_ERROR)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Tables:
    rank: npt.NDArray[np.uint8]
    status: U4
    keeps_value: Mask
    bad: Mask


def _build() -> _Tables:
    rank = np.full(_SIZE, Look.BAD * 2, dtype=np.uint8)
    status = np.full(_SIZE, Status.BAD, dtype=np.uint32)
    keeps_value = np.zeros(_SIZE, dtype=np.bool_)
    bad = np.ones(_SIZE, dtype=np.bool_)
    for cause, rule in CAUSES.items():
        rank[cause] = rule.look * 2 + (1 if cause in _FINAL else 0)
        status[cause] = rule.status
        keeps_value[cause] = rule.keeps_value
        bad[cause] = quality_class(rule.status) is QualityClass.BAD
    return _Tables(rank, status, keeps_value, bad)


_TABLES = _build()


def _known(cause: U2) -> U2:
    """Bring causes that this version does not know to one that is bad and keeps nothing (the last of the table)."""
    return np.minimum(cause, np.uint16(_SIZE - 1))


def is_bad(cause: U2) -> Mask:
    """Say which causes make a value bad."""
    return np.take(_TABLES.bad, _known(cause))


def keeps_value(cause: U2) -> Mask:
    """Say with which causes the last value is kept."""
    return np.take(_TABLES.keeps_value, _known(cause))


def status_of_causes(cause: U2) -> U4:
    """Give the status of each cause."""
    return np.take(_TABLES.status, _known(cause))


def prevailing(own_status: U4, own_cause: U2, overlay: U2, old: Mask) -> tuple[U4, U2]:
    """Settle what is shown.

    Args:
        own_status: what each row itself says, shape (n,).
        own_cause: its cause.
        overlay: cause laid over the row by its device; `Cause.NONE` for nothing.
        old: which rows have not been answered for too long.

    Returns:
        Status and cause to be written.
    """
    own_rank = np.take(_TABLES.rank, _known(own_cause))
    over = (overlay != Cause.NONE) & (np.take(_TABLES.rank, _known(overlay)) >= own_rank)
    cause = np.where(over, overlay, own_cause)
    stale = old & (np.take(_TABLES.rank, _known(cause)) < _TABLES.rank[Cause.STALE])
    cause = np.where(stale, np.uint16(Cause.STALE), cause)
    status = np.where(over | stale, status_of_causes(cause), own_status)
    return status, cause
