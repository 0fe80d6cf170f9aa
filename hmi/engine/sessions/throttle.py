"""Slows down whoever tries passwords: by name (known or not) and by station. Pure; times are monotonic seconds."""

from collections import OrderedDict
from dataclasses import dataclass

FREE = 5
"""Wrong attempts without a wait."""
LONGEST_WAIT_S = 300.0
FORGET_S = 900.0
"""Quiet time after which earlier attempts are forgotten."""
MOST_NAMES = 1000
"""Names that are remembered; the oldest is forgotten first."""


@dataclass(slots=True)
class _Attempts:
    wrong: int
    last_s: float
    told: bool = False


class Throttle:
    """Counts wrong attempts by key."""

    def __init__(self) -> None:
        """Start without any."""
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()

    def wait_s(self, key: str, now_s: float) -> float:
        """Give how long a key still has to wait, seconds; 0 when it may try."""
        found = self._attempts.get(key)
        if found is None or found.wrong < FREE:
            return 0.0
        wait = min(2.0 ** (found.wrong - FREE), LONGEST_WAIT_S)
        return max(0.0, found.last_s + wait - now_s)

    def wrong(self, key: str, now_s: float) -> None:
        """Count a wrong attempt."""
        found = self._attempts.pop(key, None)
        if found is None or now_s - found.last_s > FORGET_S:
            found = _Attempts(0, now_s)
        self._attempts[key] = _Attempts(found.wrong + 1, now_s)
        while len(self._attempts) > MOST_NAMES:
            self._attempts.popitem(last=False)

    def right(self, key: str) -> None:
        """Forget a key's wrong attempts."""
        self._attempts.pop(key, None)

    def first_refusal(self, key: str) -> bool:
        """Tell whether this is the first refusal of the present wait, which alone is worth a record."""
        found = self._attempts.get(key)
        if found is None or found.told:
            return False
        found.told = True
        return True
