"""The running simulation: PLCs and ports of a project, stepped at the pace of the demo. asyncio; made by `serve`."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from hmi.link.messages import FaultKind
from hmi.model.clock import Clock, SystemClock
from hmi.model.device import Device
from hmi.model.devices import modbus_tcp, opcua
from hmi.model.errors import EnvironmentFault
from hmi.model.project import Project
from hmi.simulate.endpoint import Endpoint
from hmi.simulate.listener import Listener, Simulated
from hmi.simulate.plc import Plc
from hmi.simulate.process import BufferLine
from hmi.simulate.process.plant import STEP_S
from hmi.simulate.ua_endpoint import UaEndpoint
from hmi.simulate.ua_plc import UaPlc

log = logging.getLogger("hmi.simulate")

LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
MOST_STEPS = 50
"""Steps that are made up for at once after a stall (a suspended machine does not run a day at once)."""


class Simulation:
    """All simulated devices of a project."""

    def __init__(
        self, project: Project, *, seed: int, speed: float = 1.0, clock: Clock | None = None, any_port: bool = False
    ) -> None:
        """Make the PLCs.

        Args:
            project: whose devices are simulated: the Modbus TCP and OPC UA ones on loopback.
            seed: of everything random.
            speed: simulated seconds a second, above 0.
            clock: for the pace.
            any_port: listen on free ports instead of the project's (tests).

        Raises:
            EnvironmentFault: when a device is not on loopback, or there is none to simulate.
        """
        self.seed = seed
        self.line = BufferLine(seed)
        self._of_process: dict[FaultKind, tuple[str, Callable[[bool], None]]] = {
            FaultKind.VALVE_OPEN: ("Mixing/TIC-102.MODE", self.line.hold_steam_open),
            FaultKind.JAM: ("Filling/FM-1/Cap.State", self.line.jam_cap),
        }
        self._speed = speed
        self._clock = clock or SystemClock()
        self.plcs: dict[str, Simulated] = {}
        self.endpoints: list[Listener[Any]] = []
        behind: dict[tuple[str, int], dict[int, Plc]] = {}
        for number, device in enumerate(project.devices):
            if device.protocol == opcua.NAME:
                self._add_opcua(project, device, number, any_port=any_port)
            if device.protocol != modbus_tcp.NAME:
                continue
            options = msgspec.json.decode(device.options, type=modbus_tcp.ModbusTcpOptions)
            host = _loopback(device, options.host)
            plc = self._plc(project, device, options, number)
            self.plcs[device.name] = plc
            # With free ports every device gets one of its own, so that units of one gateway part as well.
            key = (host, -number - 1) if any_port else (host, options.port)
            behind.setdefault(key, {})[options.unit] = plc
        if not self.plcs:
            raise EnvironmentFault("simulate.nothing_to_simulate", project=project.header.name)
        self.endpoints[:0] = [Endpoint(host, max(0, port), plcs) for (host, port), plcs in behind.items()]
        self._pacing: asyncio.Task[None] | None = None
        self._building: list[asyncio.Task[None]] = []
        self.refresh(0.0)

    async def open(self, build_after_s: float = 0.0) -> None:
        """Open the ports and let time run; OPC UA servers are built meanwhile, whoever connects to them waits.

        Args:
            build_after_s: when the building begins, 0 or more seconds; it takes a processor for a second or two.

        Raises:
            EnvironmentFault: when a port is taken; nothing stays open then.
        """
        try:
            for endpoint in self.endpoints:
                await endpoint.open()
        except EnvironmentFault:
            await self.close()
            raise
        self._pacing = asyncio.create_task(self._pace(), name="simulate pace")
        self._building = [
            asyncio.create_task(endpoint.build(build_after_s), name=f"simulate build {endpoint.port}")
            for endpoint in self.endpoints
            if isinstance(endpoint, UaEndpoint)
        ]

    async def built(self) -> None:
        """Wait until every port answers."""
        await asyncio.gather(*self._building)

    async def close(self) -> None:
        """Stop time and close the ports; safe to call twice."""
        tasks = [*self._building, *([self._pacing] if self._pacing is not None else [])]
        self._building, self._pacing = [], None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for endpoint in self.endpoints:
            await endpoint.close()

    async def wait(self) -> None:
        """Run until the task that calls is cancelled; a fault of the process model or of a server comes out here."""
        if self._pacing is not None:
            await asyncio.gather(self._pacing, *self._building)

    def offered(self, device: str) -> tuple[FaultKind, ...]:
        """List the faults of a device: those of the process only where it has the tag that they go by."""
        plc = self.plcs[device]
        return tuple(
            kind for kind in FaultKind if kind not in self._of_process or self._of_process[kind][0] in plc.tag_paths
        )

    async def set_fault(self, device: str, kind: FaultKind) -> None:
        """Break a device or mend it.

        Args:
            device: its name, one of `plcs`.
            kind: how, one of `offered`; `NONE` mends it.
        """
        plc = self.plcs[device]
        for one in {plc.fault, kind} & self._of_process.keys():
            self._of_process[one][1](one is kind)
        plc.set_fault(kind)
        plc.refresh(self.line.values(), 0.0)
        log.info("%s: %s", device, kind.value)
        for endpoint in self.endpoints:
            if plc in endpoint.plcs.values():
                await endpoint.follow()

    async def set_faults(self, faults: Mapping[str, FaultKind]) -> None:
        """Break several devices."""
        for device, kind in faults.items():
            await self.set_fault(device, kind)

    def advance(self, steps: int) -> None:
        """Let simulated time pass and take it into the registers.

        Args:
            steps: of `STEP_S` seconds each.
        """
        for _ in range(steps):
            self.line.step()
        self.refresh(steps * STEP_S)

    def refresh(self, step_s: float) -> None:
        """Take the values of the process into the registers of every PLC."""
        values = self.line.values()
        for plc in self.plcs.values():
            plc.refresh(values, step_s)

    def _add_opcua(self, project: Project, device: Device, number: int, *, any_port: bool) -> None:
        """Make one OPC UA device with its own port."""
        options = msgspec.json.decode(device.options, type=opcua.OpcUaOptions)
        named, port = opcua.host_and_port(options.endpoint)
        host = _loopback(device, named)
        tags = [tag for tag in project.all_tags if tag.device == device.name and tag.address]
        plc = UaPlc(device, options, tags, write=self.line.write, seed=self.seed * 1000 + number)
        self.plcs[device.name] = plc
        self.endpoints.append(UaEndpoint(host, 0 if any_port else port, plc))

    def _plc(self, project: Project, device: Device, options: modbus_tcp.ModbusTcpOptions, number: int) -> Plc:
        """Make one PLC with the tags that are read from it."""
        tags = [tag for tag in project.all_tags if tag.device == device.name and tag.address]
        return Plc(device, options, tags, write=self.line.write, seed=self.seed * 1000 + number)

    async def _pace(self) -> None:
        """Step the model so that it keeps up with the clock."""
        started_ns = self._clock.monotonic_ns()
        done = 0
        while True:
            await asyncio.sleep(STEP_S / max(self._speed, 1.0))
            due = int((self._clock.monotonic_ns() - started_ns) * 1e-9 * self._speed / STEP_S)
            if due - done > MOST_STEPS:
                done = due - MOST_STEPS
            if due > done:
                self.advance(due - done)
                done = due


def _loopback(device: Device, host: str) -> str:
    """Give the address to listen on; never anything but loopback.

    Raises:
        EnvironmentFault: for any other host.
    """
    if host in LOOPBACK:
        return LOOPBACK[host]
    if host.startswith("127.") and host.replace(".", "").isdigit():
        return host
    raise EnvironmentFault("simulate.not_loopback", device=device.name, host=host)
