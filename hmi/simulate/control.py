"""Offers the faults on the owner-only local socket of the runtime folder; asks one that already runs. asyncio.

The only door to a running simulator: the "break it yourself" panel of `hmi demo` and `hmi simulate --fault` use it.
"""

from collections.abc import Mapping
from pathlib import Path

from hmi.link import Server, connect, serve
from hmi.link.messages import (
    SIMULATOR_SOCKET,
    AskStatus,
    FaultKind,
    Refused,
    SetFault,
    SimulatedDevice,
    SimulatorMessage,
    SimulatorStatus,
)
from hmi.model.errors import EnvironmentFault, LinkLost
from hmi.model.reason import reason
from hmi.simulate.simulation import Simulation


class Control:
    """Answers questions about a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        """Speak for a simulation."""
        self._simulation = simulation

    async def open(self, runtime: Path) -> Server[SimulatorMessage]:
        """Begin to answer.

        Raises:
            EnvironmentFault: when the socket cannot be made, or another simulator serves it.
        """
        return await serve(runtime / SIMULATOR_SOCKET, self.answer, SimulatorMessage)

    async def answer(self, message: SimulatorMessage) -> SimulatorMessage | None:
        """Answer one message."""
        match message:
            case AskStatus():
                return self.status()
            case SetFault(device=device, kind=kind):
                if device not in self._simulation.plcs:
                    return Refused(reason=reason("simulate.unknown_device", device=device))
                if kind not in self._simulation.offered(device):
                    return Refused(reason=reason("simulate.fault_not_offered", device=device, kind=kind.value))
                await self._simulation.set_fault(device, kind)
                return self.status()
            case _:
                return Refused(reason=reason("simulate.not_understood"))

    def status(self) -> SimulatorStatus:
        """Say how the devices are."""
        devices = tuple(
            SimulatedDevice(
                name=plc.name,
                title=plc.device.title,
                endpoint=f"{endpoint.host}:{endpoint.port}",
                fault=plc.fault,
                faults=self._simulation.offered(plc.name),
                clients=len(endpoint.sessions),
            )
            for endpoint in self._simulation.endpoints
            for plc in endpoint.plcs.values()
        )
        return SimulatorStatus(devices=devices, seed=self._simulation.seed)


async def tell_running(runtime: Path, faults: Mapping[str, FaultKind]) -> SimulatorStatus | Refused | None:
    """Set faults at the simulator that already runs for the station.

    Args:
        runtime: folder of the station.
        faults: device name -> fault.

    Returns:
        Its status afterwards, or why it refused; None when none runs.
    """
    try:
        client = await connect(runtime / SIMULATOR_SOCKET, SimulatorMessage)
    except LinkLost:
        return None
    try:
        answer: SimulatorMessage = await client.ask(AskStatus())
        for device, kind in faults.items():
            answer = await client.ask(SetFault(device=device, kind=kind))
            if isinstance(answer, Refused):
                return answer
    except (LinkLost, TimeoutError) as error:
        raise EnvironmentFault("simulate.running_is_silent", place=str(runtime)) from error
    finally:
        await client.close()
    return answer if isinstance(answer, SimulatorStatus) else None
