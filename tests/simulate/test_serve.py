"""`hmi simulate` as a process: its ports, its socket, its sentences and exit codes."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from hmi.link import connect
from hmi.link.messages import (
    SIMULATOR_SOCKET,
    AskStatus,
    FaultKind,
    Refused,
    SetFault,
    SimulatorMessage,
    SimulatorStatus,
)
from hmi.model.errors import EnvironmentFault, UsageError
from hmi.model.project import Project
from hmi.model.station import Station
from hmi.project import read_project, write_project
from hmi.simulate import parse_fault, serve
from hmi.simulate.control import Control, tell_running
from hmi.simulate.serve import listening
from tests.simulate.rig import demo, simulated


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(data=tmp_path / "data", runtime=tmp_path / "run")


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def moved_demo(folder: Path, host: str = "127.0.0.1") -> tuple[Path, list[int]]:
    """A copy of the demo on free ports."""
    project = demo()
    ports = free_ports(len(project.devices))
    devices = []
    for device, port in zip(project.devices, ports, strict=True):
        options = msgspec.json.decode(device.options)
        options |= {"host": host, "port": port} if "port" in options else {"endpoint": f"opc.tcp://{host}:{port}/"}
        devices.append(msgspec.structs.replace(device, options=msgspec.Raw(msgspec.json.encode(options))))
    write_project(msgspec_replace(project, devices=tuple(devices)), folder)
    return folder, ports


def read(folder: Path) -> Project:
    """Read what has been written without a problem."""
    found = read_project(folder)
    assert found.project is not None
    assert found.problems == ()
    return found.project


def msgspec_replace(project, **changes):
    import dataclasses

    return dataclasses.replace(project, **changes)


async def test_that_the_control_socket_lists_the_devices_and_sets_faults(station):
    async with simulated() as simulation:
        server = await Control(simulation).open(station.runtime)
        client = await connect(station.runtime / SIMULATOR_SOCKET, SimulatorMessage)
        status = await client.ask(AskStatus())
        assert isinstance(status, SimulatorStatus)
        assert sorted(device.name for device in status.devices) == ["AN-1", "PLC-1", "PLC-2", "PLC-3", "PLC-4"]
        assert all(device.fault is FaultKind.NONE for device in status.devices)
        after = await client.ask(SetFault(device="PLC-2", kind=FaultKind.NOISE))
        assert {device.name: device.fault for device in after.devices}["PLC-2"] is FaultKind.NOISE
        refused = await client.ask(SetFault(device="PLC-9", kind=FaultKind.NOISE))
        assert isinstance(refused, Refused)
        assert refused.reason.code == "simulate.unknown_device"
        await client.close()
        await server.close()


async def test_that_a_fault_is_told_to_the_simulator_that_runs_already(station):
    async with simulated() as simulation:
        server = await Control(simulation).open(station.runtime)
        status = await tell_running(station.runtime, {"PLC-1": FaultKind.STUCK})
        assert isinstance(status, SimulatorStatus)
        assert simulation.plcs["PLC-1"].fault is FaultKind.STUCK
        await server.close()
    assert await tell_running(station.runtime, {}) is None


def test_that_a_device_outside_this_computer_is_refused_in_one_sentence(tmp_path, station):
    folder, _ = moved_demo(tmp_path / "project", host="192.168.0.10")
    with pytest.raises(EnvironmentFault) as refused:
        serve(read(folder), station)
    assert refused.value.reason.code == "simulate.not_loopback"
    assert refused.value.reason.arguments["host"] == "192.168.0.10"


def test_that_a_taken_port_is_named_and_nothing_stays_open(tmp_path, station):
    folder, ports = moved_demo(tmp_path / "project")
    with socket.create_server(("127.0.0.1", ports[2])), pytest.raises(EnvironmentFault) as refused:
        serve(read(folder), station)
    assert refused.value.reason.code == "simulate.port_taken"
    assert refused.value.reason.arguments["port"] == ports[2]
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_that_a_fault_of_an_unknown_device_or_kind_is_wrong_usage(tmp_path, station):
    folder, _ = moved_demo(tmp_path / "project")
    with pytest.raises(UsageError, match="unknown_device"):
        serve(read(folder), station, faults={"PLC-9": FaultKind.SLOW})
    with pytest.raises(UsageError, match="fault_unknown"):
        parse_fault("PLC-1=on_fire")
    with pytest.raises(UsageError, match="fault_form"):
        parse_fault("PLC-1")
    assert parse_fault("PLC-1=slow") == ("PLC-1", FaultKind.SLOW)


async def test_that_the_ports_are_told_by_the_names_of_their_devices():
    async with simulated() as simulation:
        ports = {plc.name: endpoint.port for endpoint in simulation.endpoints for plc in endpoint.plcs.values()}
        told = listening(sorted(simulation.endpoints, key=lambda one: min(p.name for p in one.plcs.values()))[::-1])
    names = ["AN-1", "PLC-1", "PLC-2", "PLC-3", "PLC-4"]
    assert [line["devices"] for line in told] == names
    assert [line["port"] for line in told] == [ports[name] for name in names]


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_that_the_process_serves_until_it_is_told_to_end(tmp_path):
    folder, ports = moved_demo(tmp_path / "project")
    modbus = [device.protocol for device in read(folder).devices].index("modbus-tcp")
    code = (
        "import sys; from pathlib import Path; from hmi.model.station import Station; from hmi.simulate import serve;"
        "from hmi.project import read_project; project = read_project(Path(sys.argv[1])).project;"
        "raise SystemExit(serve(project, Station(data=Path(sys.argv[2]), runtime=Path(sys.argv[2])),"
        " say=lambda code, arguments: print(code, arguments['port'], flush=True)))"
    )
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(folder), str(tmp_path / "run")],
        stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = [process.stdout.readline().split() for _ in ports]
        assert sorted(int(port) for _, port in said) == sorted(ports)
        with socket.create_connection(("127.0.0.1", ports[modbus]), timeout=2) as peer:
            peer.sendall(b"\0\1\0\0\0\6\1\3\0\0\0\3")
            assert peer.recv(64)[7:9] == b"\x03\x06"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


async def test_that_the_model_keeps_the_pace_of_the_clock():
    async with simulated() as simulation:
        started = time.monotonic()
        await asyncio.sleep(1.0)
        assert simulation.line.time_s == pytest.approx(time.monotonic() - started, abs=0.45)
