"""A simulated demo on free ports, and a Modbus client that speaks plain bytes."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from pathlib import Path

from hmi.drivers.modbus import pdu
from hmi.model.project import Project
from hmi.project import read_project
from hmi.resources import resource_path
from hmi.simulate.endpoint import Endpoint
from hmi.simulate.simulation import Simulation

NEVER_S = 1e6
DEMO: Path = resource_path("examples", "buffer-line")


def demo() -> Project:
    """The demo project."""
    project = read_project(DEMO).project
    assert project is not None
    return project


class Peer:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.transaction = 0

    def send(self, request: bytes, unit: int = 1) -> int:
        """Send a request without waiting; gives its transaction id."""
        self.transaction += 1
        self.writer.write(pdu.frame(self.transaction, unit, request))
        return self.transaction

    async def receive(self, limit_s: float = 2.0) -> tuple[int, bytes]:
        """Wait for an answer: transaction id and PDU."""
        async with asyncio.timeout(limit_s):
            transaction, _, length, _ = pdu.HEADER.unpack(await self.reader.readexactly(pdu.HEADER_BYTES))
            return transaction, await self.reader.readexactly(length - 1)

    async def ask(self, request: bytes, unit: int = 1, limit_s: float = 2.0) -> bytes:
        """Send a request and wait for its answer."""
        number = self.send(request, unit)
        transaction, answer = await self.receive(limit_s)
        assert transaction == number
        return answer

    async def registers(
        self, address: int, count: int, function: pdu.Function = pdu.Function.READ_HOLDING
    ) -> list[int]:
        """Read registers."""
        answer = await self.ask(pdu.read_request(function, address, count))
        assert answer[0] == function, f"refused with exception {answer[1]}"
        return list(struct.unpack(f">{count}H", answer[2:]))

    async def close(self) -> None:
        """End the connection."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def connect(endpoint: Endpoint) -> Peer:
    """Connect to a port of the simulation."""
    return Peer(*await asyncio.open_connection(endpoint.host, endpoint.port))


def endpoint_of(simulation: Simulation, device: str) -> Endpoint:
    """Give the port of a device."""
    plc = simulation.plcs[device]
    return next(endpoint for endpoint in simulation.endpoints if plc in endpoint.plcs.values())


@contextlib.asynccontextmanager
async def simulated(
    project: Project | None = None, *, seed: int = 1, speed: float = 1.0, opcua: bool = False
) -> AsyncIterator[Simulation]:
    """Run a simulation on free ports; its OPC UA servers, which take a second or two, only where they are wanted."""
    simulation = Simulation(project or demo(), seed=seed, speed=speed, any_port=True)
    await simulation.open(0.0 if opcua else NEVER_S)
    try:
        if opcua:
            await simulation.built()
        yield simulation
    finally:
        await simulation.close()


@contextlib.asynccontextmanager
async def peer_of(simulation: Simulation, device: str) -> AsyncIterator[Peer]:
    """Connect to a device."""
    peer = await connect(endpoint_of(simulation, device))
    try:
        yield peer
    finally:
        await peer.close()
