"""The process of `hmi simulate`: opens the ports of a project, runs until it is told to end. Called by `hmi.cli`.

Blocking, asyncio, Qt-free; listens on loopback only.
"""

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hmi.link.messages import FaultKind, Refused
from hmi.model.errors import UsageError
from hmi.model.project import Project
from hmi.model.reason import Argument
from hmi.model.station import Station
from hmi.simulate.control import Control, tell_running
from hmi.simulate.listener import Listener
from hmi.simulate.simulation import Simulation

log = logging.getLogger("hmi.simulate")

BUILD_AFTER_S = 1.5
"""OPC UA servers leave the first seconds of a demo to engine and window, which start at the same time."""

Say = Callable[[str, dict[str, Argument]], None]
"""Gets a code of `simulate.po` and its arguments; the command line says it in the user's language."""


def parse_fault(text: str) -> tuple[str, FaultKind]:
    """Read `DEVICE=KIND` of the command line.

    Args:
        text: for example `PLC-1=cable_pulled`.

    Raises:
        UsageError: when it is not of that form, or there is no such fault.
    """
    device, equals, kind = text.partition("=")
    if not equals or not device:
        raise UsageError("simulate.fault_form", text=text)
    try:
        return device, FaultKind(kind)
    except ValueError:
        known = ", ".join(known.value for known in FaultKind)
        raise UsageError("simulate.fault_unknown", kind=kind, known=known) from None


def serve(
    project: Project,
    station: Station,
    *,
    faults: Mapping[str, FaultKind] | None = None,
    seed: int = 1,
    speed: float = 1.0,
    say: Say | None = None,
) -> int:
    """Simulate the devices of a project until interrupted.

    When a simulator already runs for the station, the faults are set there and this one ends at once.

    Args:
        project: read without an error, for a device with half its tags would not be the one of the line.
        station: whose runtime folder holds the control socket.
        faults: device name -> fault, set from the start.
        seed: of everything random.
        speed: simulated seconds a second, above 0.
        say: told what goes on ("simulate.listening" for each port, "simulate.told_running").

    Returns:
        Exit code 0.

    Raises:
        EnvironmentFault: a port is taken, a device is not on loopback, or there is nothing to simulate.
        UsageError: a fault names a device that is not simulated, or one that the device does not offer.
    """
    return asyncio.run(_serve(project, station, dict(faults or {}), seed, speed, say or _silent))


async def _serve(
    project: Project, station: Station, faults: dict[str, FaultKind], seed: int, speed: float, say: Say
) -> int:
    """Run inside the event loop."""
    running = await tell_running(station.runtime, faults)
    if isinstance(running, Refused):
        raise UsageError(running.reason.code, place="", **running.reason.arguments)
    if running is not None:
        say("simulate.told_running", {"project": project.header.name, "count": len(faults)})
        return 0
    simulation = Simulation(project, seed=seed, speed=speed)
    for device, kind in faults.items():
        if device not in simulation.plcs:
            raise UsageError("simulate.unknown_device", device=device)
        if kind not in simulation.offered(device):
            raise UsageError("simulate.fault_not_offered", device=device, kind=kind.value)
    await simulation.open(BUILD_AFTER_S)
    control = None
    try:
        control = await Control(simulation).open(station.runtime)
        await simulation.set_faults(faults)
        for line in listening(simulation.endpoints):
            say("simulate.listening", line)
        await _until_told(simulation)
    finally:
        if control is not None:
            await control.close()
        await simulation.close()
    return 0


def listening(endpoints: Iterable[Listener[Any]]) -> list[dict[str, Argument]]:
    """Give the arguments of "simulate.listening" for each port, by the names of its devices.

    Args:
        endpoints: open, in any order.
    """
    named = [(sorted(plc.name for plc in endpoint.plcs.values()), endpoint) for endpoint in endpoints]
    named.sort(key=lambda one: (one[0], one[1].port))
    return [{"devices": ", ".join(names), "host": one.host, "port": one.port} for names, one in named]


async def _until_told(simulation: Simulation) -> None:
    """Run until SIGINT or SIGTERM comes, or the model fails."""
    ended = asyncio.Event()
    if sys.platform != "win32":  # there Ctrl+C arrives as KeyboardInterrupt, and the launcher ends the process
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
    waiting = asyncio.create_task(ended.wait(), name="simulate end")
    working = asyncio.create_task(simulation.wait(), name="simulate work")
    try:
        await asyncio.wait((waiting, working), return_when=asyncio.FIRST_COMPLETED)
        if working.done() and not working.cancelled():
            working.result()
    finally:
        for task in (waiting, working):
            task.cancel()
        await asyncio.gather(waiting, working, return_exceptions=True)


def _silent(code: str, arguments: dict[str, Argument]) -> None:
    """Say nothing."""
