"""One device at work: its scan, its line, and the state that follows from both. Engine process, owned by `core.py`.

To those who write it is a `hmi.engine.device_port.DevicePort`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from hmi.drivers.contract import WriteResult
from hmi.engine.device_port import RawReading
from hmi.engine.plant import PlantDevice, PlantTag
from hmi.engine.scan import DeviceScan
from hmi.engine.supervise import Line
from hmi.model.device import DeviceState
from hmi.model.quality import Cause
from hmi.model.value import PresentValue


@dataclass(slots=True)
class Running:
    """One device at work."""

    device: PlantDevice
    scan: DeviceScan
    line: Line | None = None
    """None while it is not polled at all."""
    task: "asyncio.Task[None] | None" = None
    said: DeviceState | None = None
    """The state that its health tag shows."""

    @property
    def last_cause(self) -> Cause:
        """Of the newest fault of its connection."""
        return self.line.last_cause if self.line is not None else Cause.NONE

    @property
    def state(self) -> DeviceState:
        """What its connection is doing, in words a person understands."""
        device = self.device.device
        if not device.commissioned:
            return DeviceState.NOT_COMMISSIONED
        if not device.enabled:
            return DeviceState.DISABLED
        if self.line is None:
            return DeviceState.OFFLINE
        if self.line.state is not DeviceState.ONLINE:
            return self.line.state
        if self.scan.verdict not in (Cause.NONE, Cause.LIVENESS_PENDING):
            return DeviceState.NOT_RUNNING
        return DeviceState.DEGRADED if self.scan.refused or self.device.faulty else DeviceState.ONLINE

    @property
    def verdict(self) -> Cause:
        """What liveness rule and map signature say; NONE when the device runs or has neither."""
        return self.scan.verdict

    async def write(self, tag: PlantTag, value: PresentValue, deadline_mono_ns: int) -> WriteResult:
        """Write one value (device units); see `DevicePort.write`.

        Raises:
            LinkLost: when there is no connection, or it broke before anything was sent.
        """
        return await self.scan.exchange.write(tag, value, deadline_mono_ns)

    async def read_back(self, tags: Sequence[PlantTag], deadline_mono_ns: int) -> list[RawReading]:
        """Read a few tags ahead of waiting polls; see `DevicePort.read_back`.

        Raises:
            LinkLost: when the connection is gone.
            TimeoutError: when the deadline passes first.
        """
        return await self.scan.exchange.read_back(tags, deadline_mono_ns)

    def hasten(self, tags: Sequence[PlantTag]) -> None:
        """Poll the scan classes of tags next."""
        for name in {tag.tag.scan or self.device.device.scan for tag in tags}:
            self.scan.hasten(name)
