"""Finds a badge among key presses: its reader types as a keyboard does, but faster than any hand, and ends with Enter.

GUI thread; the sign-in panel looks through this while it is open.
"""

import time
from collections.abc import Callable

FASTEST_HAND_S = 0.04
"""Longest time between two characters of a reader, seconds."""
SHORTEST = 6
"""Fewest characters of a badge."""


class Wedge:
    """Gathers characters."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing gathered.

        Args:
            clock: seconds, for tests.
        """
        self._clock = clock
        self._run = ""
        self._last = 0.0

    @property
    def running(self) -> bool:
        """Whether the next character, if it comes at once, goes on with a run."""
        return bool(self._run) and self._clock() - self._last <= FASTEST_HAND_S

    def feed(self, text: str, *, ends: bool) -> str:
        """Take one key press.

        Args:
            text: the character; empty for a key without one.
            ends: True for Enter.

        Returns:
            The badge that has just ended, else "".
        """
        now = self._clock()
        fast = now - self._last <= FASTEST_HAND_S
        self._last = now
        if ends:
            run, self._run = self._run, ""
            return run if fast and len(run) >= SHORTEST else ""
        if text and text.isprintable():
            self._run = self._run + text if fast else text
        return ""
