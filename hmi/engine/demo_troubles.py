"""What the "break it yourself" panel can do to the engine of `hmi demo`, and to no other: the machine is not touched.

`kill` is a real SIGKILL of this process; a full disk and a clock that is stepped are played by what the engine was
given in their place.
"""

import asyncio
import os
import signal

from hmi.model.clock import SystemClock
from hmi.model.errors import HmiError
from hmi.store.faults import InjectedFaults

STEP_NS = 2 * 3600 * 1_000_000_000
"""How far the wall clock is stepped."""


class SteppedClock:
    """The machine's clocks, the one for people moved by hand."""

    def __init__(self) -> None:
        """Begin in step with the machine."""
        self._own = SystemClock()
        self.step_ns = 0

    def wall_ns(self) -> int:
        """Nanoseconds UTC since 1970, stepped."""
        return self._own.wall_ns() + self.step_ns

    def monotonic_ns(self) -> int:
        """The machine's own: nothing that is timed may notice a step."""
        return self._own.monotonic_ns()


class DemoTroubles:
    """The troubles of one engine."""

    def __init__(self) -> None:
        """Begin whole."""
        self.clock = SteppedClock()
        self.disk = InjectedFaults()

    def make(self, kind: str) -> None:
        """Make a trouble, or mend them all (`whole`).

        Raises:
            HmiError: for a kind that is not known.
        """
        if kind == "kill":
            loop = asyncio.get_running_loop()
            loop.call_later(0.1, os.kill, os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # after the answer
        elif kind == "disk_full":
            self.disk.disk_full = True
        elif kind == "clock_step":
            self.clock.step_ns += STEP_NS
        elif kind == "whole":
            self.disk.disk_full = False
            self.clock.step_ns = 0
        else:
            raise HmiError("engine.trouble_unknown", kind=kind[:40])
