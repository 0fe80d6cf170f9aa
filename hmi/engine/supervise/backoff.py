"""How long to wait before a device is tried again. Pure."""

import random

FIRST_S = 0.1
SOON_S = 1.0
"""Up to here the waiting doubles: a PLC that was only restarted comes back at once."""
LONGEST_S = 5.0
_SLOWER = 1.2
_JITTER = 0.25


class Backoff:
    """Waiting times of one device: 0.1 s doubling to 1 s, then slowly to 5 s, each a quarter more or less at most.

    The jitter keeps twenty devices behind one switch from coming back in one moment.
    """

    def __init__(self, chance: random.Random) -> None:
        """Start at the shortest.

        Args:
            chance: where the jitter comes from.
        """
        self._chance = chance
        self._base_s = FIRST_S

    def next_s(self) -> float:
        """Give the waiting time before the next attempt, seconds."""
        base_s = self._base_s
        self._base_s = min(base_s * (2.0 if base_s < SOON_S else _SLOWER), LONGEST_S if base_s >= SOON_S else SOON_S)
        return base_s * self._chance.uniform(1 - _JITTER, 1 + _JITTER)

    def reset(self) -> None:
        """Begin again with the shortest, because the connection held."""
        self._base_s = FIRST_S
