"""The test bench of a simulated device: its memory, its faults, and what was done to it.

It outlives drivers as a PLC outlives connections. Tests reach it by name with `bench("plc1")` in the process that
holds the driver, and set the faults there; everything runs on that process's event loop.
"""

import asyncio
from dataclasses import dataclass, field

from hmi.model.quality import Cause
from hmi.model.value import PresentValue


@dataclass(slots=True)
class Bench:
    """One simulated device."""

    cells: dict[str, PresentValue] = field(default_factory=dict)
    """Values of the cells that have been written."""
    counts: dict[str, int] = field(default_factory=dict)
    """Reads of each counter so far, by address."""
    refuse_open: Cause | None = None
    """While set, `open` raises LinkLost with it."""
    lose_link: Cause | None = None
    """While set, `read` and `write` raise LinkLost with it before anything happens."""
    refuse_write: Cause | None = None
    """While set, writes are refused with it."""
    lose_answers: bool = False
    """While set, writes are executed, but the link is lost before the answer."""
    item_faults: dict[str, Cause] = field(default_factory=dict)
    """Addresses (canonical) that are bad with this cause for now."""
    opens: int = 0
    """How often a driver has connected."""
    connected: int = 0
    """Drivers connected now."""
    reads: int = 0
    written: list[tuple[str, PresentValue]] = field(default_factory=list)
    """Address (canonical) and value of each write that was executed, in order."""
    _released: asyncio.Event | None = None

    def hang(self) -> None:
        """Let every read, write and open from now on wait for `release`."""
        self._released = asyncio.Event()

    @property
    def hangs(self) -> bool:
        """Whether it does not answer now."""
        return self._released is not None

    def release(self) -> None:
        """End a `hang`."""
        if self._released is not None:
            self._released.set()
            self._released = None

    async def passage(self) -> None:
        """Wait while the device hangs."""
        if self._released is not None:
            await self._released.wait()


_BENCHES: dict[str, Bench] = {}


def bench(name: str) -> Bench:
    """Give the bench of a name, the same one each time; the empty name gives a new one."""
    return _BENCHES.setdefault(name, Bench()) if name else Bench()
