"""The settings of all alarms of a plan as columns, in the order of the plan. Pure; made in a thread, off the loop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.engine.alarms.value_sets import ValueSets
from hmi.engine.alarms.watch import HIGH_SIDE, WITH_LIMIT, Watch
from hmi.image.contract import I8, Indices
from hmi.model.alarm import AlarmKind

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Columns of n alarms."""

    numbers: tuple[int, ...]
    """Of the ids of their tags."""
    sign: F8
    """1 for a limit that is reached from below, -1 from above, 0 for a kind without a limit."""
    limit: F8
    """Limit times sign: so that every limit is one that is reached from below."""
    back: F8
    """Where it returns, times sign: the limit less the deadband."""
    discrete: Mask
    quality: Mask
    sets: ValueSets
    on_delay: I8
    off_delay: I8
    """ns."""
    device_names: tuple[str, ...]
    device: Indices
    """Place among the names."""
    every: Mask
    """Its tag has a deadband: a value may pass a limit without being in the list of changes."""
    unreported: Mask
    """It changes outside of ticks too: health tags, and quality."""


def settings_of(watches: Sequence[Watch]) -> Settings:
    """Gather the settings of alarms."""
    kinds = [one.kind for one in watches]
    sign = _numbers([1.0 if kind in HIGH_SIDE else -1.0 if kind in WITH_LIMIT else 0.0 for kind in kinds])
    limit = sign * _numbers([one.limit or 0.0 for one in watches])
    names = tuple(sorted({one.device for one in watches}))
    places = {name: at for at, name in enumerate(names)}
    quality = _flags([kind is AlarmKind.BAD_QUALITY for kind in kinds])
    return Settings(
        numbers=tuple(one.number for one in watches),
        sign=sign,
        limit=limit,
        back=limit - _numbers([one.deadband for one in watches]),
        discrete=_flags([kind is AlarmKind.DISCRETE for kind in kinds]),
        quality=quality,
        sets=ValueSets([one.values if one.kind is AlarmKind.DISCRETE else () for one in watches]),
        on_delay=np.array([one.on_delay_ns for one in watches], dtype=np.int64),
        off_delay=np.array([one.off_delay_ns for one in watches], dtype=np.int64),
        device_names=names,
        device=np.array([places[one.device] for one in watches], dtype=np.intp),
        every=_flags([one.tag_deadband > 0 for one in watches]),
        unreported=_flags([not one.device for one in watches]) | quality,
    )


def _numbers(values: list[float]) -> F8:
    return np.array(values, dtype=np.float64)


def _flags(values: list[bool]) -> Mask:
    return np.array(values, dtype=np.bool_)
