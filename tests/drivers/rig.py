"""What the Modbus tests stand on: a driver against the scriptable server, points and items by address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hmi.drivers.contract import Block, Item, WriteItem, WriteResult
from hmi.drivers.modbus import create
from hmi.drivers.modbus.driver import ModbusDriver
from hmi.model.clock import SystemClock
from hmi.model.devices.modbus_tcp import ModbusTcpOptions, parse_address
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.value import PresentValue
from tests.drivers.conformance import item_of, shown, soon
from tests.drivers.modbus_server import ModbusServer, serving

DEFAULTS = ModbusTcpOptions(host="127.0.0.1")


def point(address: str, data_type: DataType | None = None, options: ModbusTcpOptions = DEFAULTS) -> Any:
    return parse_address(address, data_type, options)


def items_of(*addresses: str, sentinels: tuple[float, ...] = ()) -> list[Item]:
    return [item_of(number, point(address), sentinels=sentinels) for number, address in enumerate(addresses)]


@dataclass
class Rig:
    server: ModbusServer
    driver: ModbusDriver

    async def read(self, *addresses: str) -> list[PresentValue | Cause | None]:
        """Values in the order of the addresses, the cause where one is not good."""
        items = items_of(*addresses)
        return list(shown(await self.block(items), items).values())

    async def block(self, items: list[Item]) -> Block:
        return await self.driver.read(self.driver.plan(items))

    async def write(self, address: str, value: PresentValue, within_s: float = 2.0) -> WriteResult:
        (result,) = await self.driver.write([WriteItem(items_of(address)[0], value)], soon(within_s))
        return result

    def requests(self) -> list[tuple[int, int, int]]:
        """(function, address, count) of the requests since the last call."""
        log = [(int(request.function), request.address, request.count) for request in self.server.log]
        self.server.log.clear()
        return log


@asynccontextmanager
async def rig(server: ModbusServer | None = None, clock: Any = None, **options: Any) -> AsyncIterator[Rig]:
    async with serving(server) as at:
        chosen = ModbusTcpOptions(**{"host": "127.0.0.1", "port": at.port, "request_ms": 100, **options})
        driver = create(chosen, clock or SystemClock())
        await driver.open()
        try:
            yield Rig(at, driver)
        finally:
            await driver.close()
