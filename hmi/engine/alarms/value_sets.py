"""Sets of whole numbers, one a condition, asked for many conditions at once. Pure; used by `Conditions`."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hmi.image.contract import Indices


class ValueSets:
    """For each condition the numbers that are alarms."""

    def __init__(self, sets: Sequence[tuple[int, ...]]) -> None:
        """Sort all pairs of condition and number once, so that a question is a binary search."""
        pairs = sorted({(at, float(number)) for at, numbers in enumerate(sets) for number in numbers})
        self._numbers = np.unique(np.array([number for _, number in pairs], dtype=np.float64))
        conditions = np.array([at for at, _ in pairs], dtype=np.int64)
        ranks = np.searchsorted(self._numbers, np.array([number for _, number in pairs], dtype=np.float64))
        self._keys = np.sort(conditions * max(1, len(self._numbers)) + ranks)

    def hold(self, conditions: Indices, values: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Tell for each condition whether its value, as a whole number, is in its set; what is no number is not."""
        if not len(self._keys):
            return np.zeros(len(conditions), dtype=np.bool_)
        whole = np.rint(values)
        ranks = np.minimum(np.searchsorted(self._numbers, whole), len(self._numbers) - 1)
        keys = conditions * len(self._numbers) + ranks
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found: npt.NDArray[np.bool_] = (self._numbers[ranks] == whole) & (self._keys[places] == keys)
        return found
