"""A simulated OPC UA device: read and written by our own driver, broken in the ways of a real one."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec import Raw

from hmi.drivers.contract import Item, Sink, WriteItem, WriteState
from hmi.drivers.opcua import create
from hmi.drivers.opcua.driver import OpcUaDriver
from hmi.link.messages import FaultKind
from hmi.model.clock import SystemClock
from hmi.model.device import CpuState, Device, Heartbeat, MapSignature
from hmi.model.devices.opcua import OpcUaOptions, parse_address
from hmi.model.errors import LinkLost
from hmi.model.ident import derived_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.quality import Cause
from hmi.model.tag import TYPE_CODES, DataType, Span, Tag
from hmi.simulate.simulation import Simulation
from tests.drivers.conformance import shown, soon
from tests.simulate.rig import demo, peer_of

TAGS = {
    "Mixing/T-102.Temperature": ("ns=1;s=Temperature", DataType.FLOAT32),
    "Other.Level": ("ns=2;i=7", DataType.FLOAT64),
    "Other.Target": ("ns=2;s=Target", DataType.INT16),
    "Other.Name": ("ns=2;s=Name", DataType.STRING),
    "Other.On": ("ns=2;g=72962b91-fa75-4ae6-8d28-b404dc7daf63", DataType.BOOL),
}
EVIDENCE = {"beat": "ns=1;s=Heartbeat", "program": "ns=1;s=Program"}


def ua_project(**device: Any) -> Project:
    options = Raw(json.dumps({"endpoint": "opc.tcp://127.0.0.1:48400/line"}).encode())
    plc = Device(id=derived_id("ua"), name="PLC-9", protocol="opcua", options=options, **device)
    tags = tuple(
        Tag(
            id=derived_id(path), path=path, device="PLC-9", address=address, type=kind, unit="°C",
            writable=path == "Other.Target", span=Span(low=0.0, high=100.0) if kind is not DataType.STRING else Span(),
        )
        for path, (address, kind) in TAGS.items()
    )  # fmt: skip
    return Project(header=ProjectHeader(id=derived_id("p"), name="ua"), devices=(plc,), tags=tags)


@dataclass
class Rig:
    simulation: Simulation
    driver: OpcUaDriver
    options: OpcUaOptions

    def items(self, *paths: str) -> list[Item]:
        return [
            Item(at, parse_address(TAGS[path][0], TAGS[path][1], self.options), TYPE_CODES[TAGS[path][1]], (), 100)
            for at, path in enumerate(paths)
        ]

    async def read(self, *paths: str) -> list[Any]:
        items = self.items(*paths)
        return list(shown(await self.driver.read(self.driver.plan(items)), items).values())

    async def evidence(self, role: str) -> Any:
        item = Item(0, parse_address(EVIDENCE[role], DataType.INT64, self.options), TYPE_CODES[DataType.INT64])
        return shown(await self.driver.read(self.driver.plan([item])), [item])[0]

    async def until(self, path: str, *wanted: Any) -> Any:
        async with asyncio.timeout(3):
            while (found := (await self.read(path))[0]) not in wanted:
                await asyncio.sleep(0.02)
        return found


@contextlib.asynccontextmanager
async def rig(**device: Any) -> AsyncIterator[Rig]:
    simulation = Simulation(ua_project(**device), seed=3, any_port=True)
    await simulation.open()
    await simulation.built()
    (endpoint,) = simulation.endpoints
    options = OpcUaOptions(
        endpoint=f"opc.tcp://127.0.0.1:{endpoint.port}/line", request_ms=400, publishing_ms=50, keep_alive_ms=200,
        connect_ms=1500,
    )  # fmt: skip
    driver = create(options, SystemClock())
    try:
        await driver.open()
        yield Rig(simulation, driver, options)
    finally:
        await driver.close()
        await simulation.close()


async def test_that_the_tags_of_the_project_are_served_under_their_own_node_ids():
    async with rig() as at:
        temperature, level, target, name, on = await at.read(*TAGS)
        assert 0.0 < temperature < 150.0
        assert 0.0 <= level <= 100.0
        assert isinstance(target, int)
        assert name == "Other.Name"
        assert on in (True, False)


async def test_that_values_move_by_subscription():
    async with rig() as at:
        sink, changes = Sink(), 0
        work = asyncio.create_task(at.driver.subscribe(at.driver.plan(at.items("Other.Level")), sink))
        try:
            async with asyncio.timeout(5):
                while changes < 3:
                    changes += (await sink.take()).block is not None
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        assert changes == 3


async def test_that_a_written_set_point_is_held_and_a_measured_value_refuses():
    async with rig() as at:
        target, level = at.items("Other.Target", "Other.Level")
        results = await at.driver.write([WriteItem(target, 42), WriteItem(level, 1.0)], soon())
        assert [result.state for result in results] == [WriteState.DONE, WriteState.REFUSED]
        assert results[1].cause is Cause.ACCESS_DENIED
        await asyncio.sleep(0.5)
        assert await at.read("Other.Target") == [42]


async def test_that_a_stopped_device_holds_its_values_and_takes_writes_without_doing_anything():
    plc = {
        "liveness": Heartbeat(address=EVIDENCE["beat"]),
        "signature": MapSignature(address=EVIDENCE["program"], expected=12),
    }
    async with rig(**plc) as at:
        assert await at.evidence("program") == 12
        await at.simulation.set_fault("PLC-9", FaultKind.STOP_HOLDING)
        await asyncio.sleep(0.3)
        before = await at.read("Other.Level"), await at.evidence("beat")
        await asyncio.sleep(0.7)
        assert (await at.read("Other.Level"), await at.evidence("beat")) == before
        await at.simulation.set_fault("PLC-9", FaultKind.STOP_ZEROS)
        await at.until("Other.Level", 0.0)
        assert await at.evidence("program") == 0
        await at.simulation.set_fault("PLC-9", FaultKind.SHIFTED)
        async with asyncio.timeout(3):
            while await at.evidence("program") != 13:
                await asyncio.sleep(0.02)


async def test_that_a_cpu_state_tells_run_from_stop():
    async with rig(liveness=CpuState(address=EVIDENCE["beat"], running=(8,))) as at:
        assert await at.evidence("beat") == 8
        await at.simulation.set_fault("PLC-9", FaultKind.STOP_HOLDING)
        async with asyncio.timeout(3):
            while await at.evidence("beat") != 9:
                await asyncio.sleep(0.02)


async def test_that_a_device_that_is_off_refuses_and_comes_back():
    async with rig() as at:
        await at.simulation.set_fault("PLC-9", FaultKind.DEVICE_OFF)
        with pytest.raises(LinkLost):
            await at.read("Other.Level")
        other = create(at.options, SystemClock())
        with pytest.raises(LinkLost) as caught:
            await other.open()
        assert caught.value.cause is Cause.DEVICE_REFUSED
        await other.close()
        await at.simulation.set_fault("PLC-9", FaultKind.NONE)
        other = create(at.options, SystemClock())
        await other.open()
        await other.close()


async def test_that_a_pulled_cable_silences_reads_messages_and_new_connections():
    async with rig() as at:
        sink = Sink()
        work = asyncio.create_task(at.driver.subscribe(at.driver.plan(at.items("Other.Level")), sink))
        await sink.take()
        await at.simulation.set_fault("PLC-9", FaultKind.CABLE_PULLED)
        with pytest.raises(LinkLost) as caught:
            await work
        assert caught.value.cause is Cause.DEVICE_TIMED_OUT
        other = create(at.options, SystemClock())
        with pytest.raises(LinkLost) as caught:
            await other.open()
        assert caught.value.cause is Cause.DEVICE_TIMED_OUT
        await other.close()
        await at.simulation.set_fault("PLC-9", FaultKind.NONE)
        other = create(at.options, SystemClock())
        await other.open()
        await other.close()


async def test_that_a_slow_device_answers_too_late():
    async with rig() as at:
        await at.simulation.set_fault("PLC-9", FaultKind.SLOW)
        assert await at.read("Other.Level") == [Cause.DEVICE_TIMED_OUT]


async def test_that_status_and_ports_name_the_device():
    from hmi.simulate.control import Control
    from hmi.simulate.serve import listening

    async with rig() as at:
        (device,) = Control(at.simulation).status().devices
        assert (device.name, device.clients) == ("PLC-9", 1)
        (line,) = listening(at.simulation.endpoints)
        assert line["devices"] == "PLC-9"


async def test_that_who_connects_while_the_server_is_built_waits_and_is_served():
    simulation = Simulation(ua_project(), seed=3, any_port=True)
    await simulation.open(build_after_s=0.2)
    (endpoint,) = simulation.endpoints
    options = OpcUaOptions(endpoint=f"opc.tcp://127.0.0.1:{endpoint.port}/line", connect_ms=30_000, request_ms=30_000)
    driver = create(options, SystemClock())
    try:
        assert not endpoint.answering
        await driver.open()
        items = Rig(simulation, driver, options).items("Other.Level")
        assert 0.0 <= shown(await driver.read(driver.plan(items)), items)[0] <= 100.0
    finally:
        await driver.close()
        await simulation.close()


async def test_that_a_device_switched_off_while_its_server_is_built_stays_off():
    simulation = Simulation(ua_project(), seed=3, any_port=True)
    await simulation.open()
    try:
        await simulation.set_fault("PLC-9", FaultKind.DEVICE_OFF)
        await simulation.built()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", simulation.endpoints[0].port)
        await simulation.set_fault("PLC-9", FaultKind.NONE)
        _, writer = await asyncio.open_connection("127.0.0.1", simulation.endpoints[0].port)
        writer.close()
    finally:
        await simulation.close()


async def test_that_the_other_devices_answer_while_an_opc_ua_server_is_built():
    simulation, longest_s = Simulation(demo(), seed=3, any_port=True), 0.0
    await simulation.open()
    try:
        built = asyncio.create_task(simulation.built())
        async with peer_of(simulation, "PLC-1") as peer:
            while not built.done():
                begin = time.perf_counter()
                assert len(await peer.registers(0, 3)) == 3
                longest_s = max(longest_s, time.perf_counter() - begin)
                await asyncio.sleep(0.01)
        await built
    finally:
        await simulation.close()
    assert longest_s < 0.5  # of the second or two that it takes
