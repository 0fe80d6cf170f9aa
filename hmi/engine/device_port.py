"""One device as those see it who write to it: its state, a single write, its read-back. Engine process, event loop.

`hmi.engine.running.Running` keeps it, `hmi.engine.commands` asks it; nothing is queued here: what cannot be sent on the
present connection is refused at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hmi.drivers.contract import WriteResult
from hmi.engine.plant import PlantTag
from hmi.model.device import DeviceState
from hmi.model.quality import Cause
from hmi.model.value import PresentValue, Value


@dataclass(frozen=True, slots=True)
class RawReading:
    """What a device answered for one tag, in its own units."""

    value: Value
    """None when `cause` says why there is none."""
    cause: Cause = Cause.NONE


class DevicePort(Protocol):
    """One device of the running project."""

    @property
    def state(self) -> DeviceState:
        """What its connection is doing."""
        ...

    @property
    def verdict(self) -> Cause:
        """What liveness rule and map signature say; NONE when the device runs or has neither."""
        ...

    async def write(self, tag: PlantTag, value: PresentValue, deadline_mono_ns: int) -> WriteResult:
        """Write one value (device units) over the present connection, ahead of waiting polls.

        Returns:
            What became of it. UNKNOWN with DEVICE_TIMED_OUT when there was no answer by the deadline: then the
            connection has been reset and nothing of it arrives any more.

        Raises:
            LinkLost: when there is no connection, or it broke before anything was sent.
        """
        ...

    async def read_back(self, tags: Sequence[PlantTag], deadline_mono_ns: int) -> list[RawReading]:
        """Read a few tags over the present connection, ahead of waiting polls, and behind them the device's evidence.

        Returns:
            One reading for each tag; LIVENESS_PENDING where the evidence could not be read: nobody can tell then which
            program they are of.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first.
        """
        ...

    def hasten(self, tags: Sequence[PlantTag]) -> None:
        """Poll the scan classes of tags next, so that the image soon shows what was written."""
        ...
