"""How long a commit waits for others. Pure; used by the writer on its thread.

A click waits for its records, so a commit that comes alone goes at once; when there are many, each gathers what comes
within `GROUP_S`, so that a flood costs at most some twenty commits a second and a slow disk keeps up.
"""

from hmi.store.contract import GROUP_S

QUICK_S = 0.002
"""Wait of a commit that goes at once: long enough for what one turn of the event loop hands over, seconds."""
MOST_QUICK = 10
"""Commits in a row that may go at once."""


class Pace:
    """A small stock of quick commits, which fills by one in `GROUP_S`."""

    def __init__(self) -> None:
        """Begin with a full stock."""
        self._stock = float(MOST_QUICK)
        self._seen_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """Give how long the next commit waits from its first record on, seconds; counts it.

        Args:
            now_s: monotonic seconds.
        """
        self._stock = min(float(MOST_QUICK), self._stock + max(0.0, now_s - self._seen_s) / GROUP_S)
        self._seen_s = now_s
        if self._stock < 1.0:
            return GROUP_S
        self._stock -= 1.0
        return QUICK_S
