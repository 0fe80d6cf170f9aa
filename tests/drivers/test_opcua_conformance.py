"""The OPC UA driver keeps the contract of all drivers, against the library's server behind a cable of ours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hmi.drivers.contract import Driver
from hmi.drivers.opcua import create
from hmi.model.clock import SystemClock
from hmi.model.devices.opcua import OpcUaOptions, parse_address
from hmi.model.tag import DataType
from hmi.model.value import PresentValue
from tests.drivers.conformance import DriverConformance
from tests.drivers.opcua_fixtures import fresh_server, shared_server  # noqa: F401
from tests.drivers.opcua_server import Cable, UaServer, cable

TYPES = {"Words": DataType.STRING, "Count": DataType.INT64, "Bool": DataType.BOOL, "Cell": DataType.INT32}


class UaBench:
    good: dict[str, PresentValue] = {
        "ns=2;s=Count": 5, "ns=2;s=Level": 2.5, "ns=2;s=Bool": True, "ns=2;s=Words": "hello",
    }  # fmt: skip
    bad = "ns=2;s=Array"
    cell = "ns=2;s=Cell"
    fixed = "ns=2;s=Fixed"

    def __init__(self, between: Cable) -> None:
        self.cable = between
        self.options = OpcUaOptions(endpoint=f"opc.tcp://127.0.0.1:{between.port}/tests", request_ms=300)

    def driver(self) -> Driver:
        return create(self.options, SystemClock())

    def point(self, address: str, data_type: DataType | None = None) -> Any:
        kind = data_type or TYPES.get(address.rpartition("s=")[2])
        return parse_address(address, kind, self.options)

    def break_link(self) -> None:
        self.cable.cut()

    def hang(self) -> None:
        self.cable.frozen = True

    def release(self) -> None:
        self.cable.frozen = False

    def connected(self) -> int:
        return self.cable.connected


class TestOpcUa(DriverConformance):
    @pytest.fixture(autouse=True)
    def _with_server(self, server: UaServer) -> None:
        self.server = server

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[UaBench]:
        async with cable(self.server.port) as between:
            yield UaBench(between)
