"""Every driver keeps the contract: the simulator and Modbus TCP against a server of our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hmi.drivers.contract import Driver
from hmi.drivers.modbus import create as create_modbus
from hmi.drivers.simulator import Bench, create
from hmi.drivers.simulator.driver import SimulatorDriver
from hmi.model.clock import SystemClock
from hmi.model.devices import PROTOCOLS
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.devices.simulator import SimulatorOptions
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.value import PresentValue
from tests.drivers.conformance import DriverConformance
from tests.drivers.modbus_server import ModbusServer, serving


class SimulatorBench:
    good: dict[str, PresentValue] = {"const:5": 5, "const:2.5": 2.5, "const:true": True, "text:hello": "hello"}
    bad = "fail:device_failure"
    cell = "cell:speed"
    fixed = "const:1"

    def __init__(self) -> None:
        self.device = Bench()

    def driver(self) -> Driver:
        return SimulatorDriver(SimulatorOptions(), SystemClock(), self.device)

    def point(self, address: str, data_type: DataType | None = None) -> Any:
        return PROTOCOLS["simulator"].parse_address(address, data_type, SimulatorOptions())

    def break_link(self) -> None:
        self.device.refuse_open = self.device.lose_link = Cause.DEVICE_OFFLINE

    def hang(self) -> None:
        self.device.hang()

    def release(self) -> None:
        self.device.release()

    def connected(self) -> int:
        return self.device.connected


class ModbusBench:
    good: dict[str, PresentValue] = {
        "hr0": 5, "hr1:float32": 2.5, "c3": True, "hr10:string:6": "hello", "ir0": -1, "hr20.15": True,
    }  # fmt: skip
    bad = "hr5"
    cell = "hr30"
    fixed = "ir0"

    def __init__(self, server: ModbusServer) -> None:
        self.server = server
        self.options = ModbusTcpOptions(host="127.0.0.1", port=server.port, request_ms=150, connect_ms=1000)
        server.put(0, b"\x00\x05\x40\x20\x00\x00")
        server.put(10, b"hello\0")
        server.put(0, b"\xff\xff", table=3)
        server.put(20, b"\x80\x00")
        server.tables[0][3] = 1
        server.holes.add((4, 5))

    def driver(self) -> Driver:
        driver: Driver = create_modbus(self.options, SystemClock())
        return driver

    def point(self, address: str, data_type: DataType | None = None) -> Any:
        return PROTOCOLS["modbus-tcp"].parse_address(address, data_type, self.options)

    def break_link(self) -> None:
        self.server.stop()

    def hang(self) -> None:
        self.server.drop = -1

    def release(self) -> None:
        self.server.drop = 0

    def connected(self) -> int:
        return self.server.connected


class TestSimulator(DriverConformance):
    @asynccontextmanager
    async def bench(self) -> AsyncIterator[SimulatorBench]:
        yield SimulatorBench()

    async def test_that_drivers_of_one_bench_name_share_its_cells(self):
        from hmi.drivers.simulator import bench

        driver = create(SimulatorOptions(bench="conformance"), SystemClock())
        await driver.open()
        assert bench("conformance").connected == 1
        await driver.close()


class TestModbus(DriverConformance):
    @asynccontextmanager
    async def bench(self) -> AsyncIterator[ModbusBench]:
        async with serving() as server:
            yield ModbusBench(server)
