"""The clock that everything timed is given from outside, so that tests and replay can hold another. Pure."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: one for people (may be stepped), one for ages and deadlines (never is)."""

    def wall_ns(self) -> int:
        """Nanoseconds UTC since 1970."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds of the monotonic clock, comparable between processes of one machine."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def wall_ns(self) -> int:
        """Nanoseconds UTC since 1970."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Nanoseconds of the monotonic clock, comparable between processes of one machine."""
        return time.monotonic_ns()
