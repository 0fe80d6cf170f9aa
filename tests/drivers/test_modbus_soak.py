"""A minute with a device that does everything wrong by turns: what is good is right, and it always comes back."""

import asyncio
import random
import time

import pytest

from hmi.drivers.modbus import create
from hmi.drivers.modbus.pdu import HEADER, BadPdu, Function, Request, frame, parse_request, read_answer
from hmi.model.clock import SystemClock
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.drivers.conformance import shown
from tests.drivers.modbus_server import ModbusServer, serving
from tests.drivers.rig import items_of

ADDRESSES = [f"hr{place}:uint32" for place in range(0, 240, 2)]


def lawful(value: int, place: int) -> bool:
    """Whether a value of two registers comes from one moment and from its own address.

    Each register holds the low byte of the tick above the low byte of its address.
    """
    high, low = value >> 16, value & 0xFFFF
    return high >> 8 == low >> 8 and high & 0xFF == place & 0xFF and low & 0xFF == (place + 1) & 0xFF


class Fiend:
    """Makes a server misbehave at random; every rightly formed answer that it sends keeps the law."""

    def __init__(self, seed: int, server: ModbusServer) -> None:
        self.chance = random.Random(seed)
        self.server = server
        self.tick = 0

    def before(self, request: Request) -> None:
        self.tick += 1
        for place in range(request.address, request.address + request.count):
            self.server.holding[place] = (self.tick & 0xFF) << 8 | place & 0xFF
        self.server.segment_bytes = self.chance.choice([0, 0, 0, 1, 5, 100])
        self.server.delay_s = self.chance.choice([0, 0, 0, 0.002, 0.06])
        self.server.drop = 1 if self.chance.random() < 0.02 else 0
        self.server.close_next = self.chance.random() < 0.005

    def twist(self, request: Request, right: bytes) -> list[bytes]:
        transaction, _, _, unit = HEADER.unpack_from(right)
        body, luck = right[7:], self.chance.random()
        if luck < 0.80:
            return [right]
        if luck < 0.83:
            # Not one that is under way at the same time: nobody could tell that from the right one.
            return [frame(transaction ^ 0x4000, unit, body)]
        if luck < 0.86:
            return [frame(transaction, unit ^ 5, body)]
        if luck < 0.89:
            return [frame(transaction, unit, body[: self.chance.randrange(1, len(body))])]
        if luck < 0.92:
            return [frame(transaction, unit, read_answer(Function.READ_INPUT, body[2:]))]
        if luck < 0.95:
            return [frame(transaction, unit, bytes((0x83, self.chance.randrange(256))))]
        if luck < 0.98:
            return [right, right]
        return [self.chance.randbytes(self.chance.randrange(1, 60))]


async def soak(seconds: float, seed: int, depth: int) -> tuple[int, int, int]:
    """Returns how many values were good, were not, and how often the driver had to connect anew."""
    good = bad = links = 0
    async with serving() as server:
        fiend = Fiend(seed, server)
        server.before, server.twist = fiend.before, fiend.twist
        options = ModbusTcpOptions(host="127.0.0.1", port=server.port, request_ms=50, depth=depth, max_registers=40)
        items = items_of(*ADDRESSES)
        places = {item.index: item.point.address for item in items}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            driver = create(options, SystemClock())
            await driver.open()
            links += 1
            plan = driver.plan(items)
            try:
                while time.monotonic() < end:
                    for index, value in shown(await driver.read(plan), items).items():
                        if isinstance(value, Cause):
                            bad += 1
                        else:
                            assert isinstance(value, int)
                            assert lawful(value, places[index]), (hex(value), places[index])
                            good += 1
            except LinkLost:
                pass
            finally:
                await driver.close()
    assert server.connected == 0 or await _gone(server)
    return good, bad, links


async def _gone(server: ModbusServer) -> bool:
    async with asyncio.timeout(2):
        while server.connected:
            await asyncio.sleep(0.01)
    return True


@pytest.mark.timeout(20)
@pytest.mark.parametrize("depth", [1, 8])
async def test_that_two_seconds_of_misbehaviour_never_make_a_wrong_value_good(depth):
    good, bad, links = await soak(2, 1, depth)
    assert good > 200
    assert bad > 20
    assert links >= 2


@pytest.mark.long
@pytest.mark.timeout(120)
@pytest.mark.parametrize("depth", [1, 8])
@pytest.mark.parametrize("seed", [2, 3])
async def test_that_a_minute_of_misbehaviour_never_makes_a_wrong_value_good(seed, depth):
    good, bad, links = await soak(15, seed, depth)
    assert good > 2_000
    assert bad > 200
    assert links >= 10


def test_that_the_law_of_this_test_sees_a_shift_and_a_tear():
    assert lawful(0x05100511, 0x10)
    assert not lawful(0x05110512, 0x10)
    assert not lawful(0x05100611, 0x10)
    with pytest.raises(BadPdu):
        parse_request(b"")
