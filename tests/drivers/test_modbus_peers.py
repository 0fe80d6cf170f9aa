"""Independent peers agree in every type and order: libmodbus's server (its C library), pymodbus's, mbpoll as a client.

What the peers hold is laid out by their own means where they have them; our driver, and mbpoll, read it.
"""

import asyncio
import ctypes
import struct
import time
from collections.abc import Iterator

import pytest

from hmi.drivers.contract import WriteItem, WriteState
from hmi.drivers.modbus import create
from hmi.drivers.modbus.driver import ModbusDriver
from hmi.model.clock import SystemClock
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.quality import Cause
from tests.drivers.conformance import shown, soon
from tests.drivers.peers import LIBMODBUS, LIBMODBUS_SERVER, MBPOLL, mbpoll, server
from tests.drivers.rig import items_of

FLOAT, DOUBLE, INT32, UINT32, INT64 = 1234.5, -2.718281828459045, -123_456_789, 4_000_000_000, -(2**60) - 7
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")

PYMODBUS_SERVER = r"""
import asyncio, logging
from pymodbus.client.mixin import ModbusClientMixin as Mixin
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
kinds = Mixin.DATATYPE
registers = [0] * 500
def lay(place, value, kind, order="big"):
    words = Mixin.convert_to_registers(value, kind, word_order=order)
    registers[place:place + len(words)] = words
for number, order in enumerate(("big", "little")):
    lay(100 + 2 * number, 1234.5, kinds.FLOAT32, order)
    lay(110 + 2 * number, -123456789, kinds.INT32, order)
    lay(120 + 2 * number, 4000000000, kinds.UINT32, order)
    lay(130 + 4 * number, -(2**60) - 7, kinds.INT64, order)
    lay(140 + 4 * number, -2.718281828459045, kinds.FLOAT64, order)
    lay(160 + 4 * number, 2**64 - 3, kinds.UINT64, order)
lay(150, "filling line", kinds.STRING)
for place in range(20):
    registers[place] = place * 1000
async def main():
    block = SimData(0, values=registers, datatype=DataType.REGISTERS)
    bits = SimData(0, values=[True, False, False, True] * 8, datatype=DataType.BITS)
    device = SimDevice(1, simdata=([bits], [bits], [block], [block]))
    server = ModbusTcpServer(device, address=("127.0.0.1", 0))
    await server.serve_forever(background=True)
    print(server.transport.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


async def opened(port: int, **options: object) -> ModbusDriver:
    driver = create(ModbusTcpOptions(host="127.0.0.1", port=port, **options), SystemClock())  # type: ignore[arg-type]
    await driver.open()
    return driver


async def read(driver: ModbusDriver, *addresses: str) -> list[object]:
    items = items_of(*addresses)
    return list(shown(await driver.read(driver.plan(items)), items).values())


@LIBMODBUS
async def test_that_libmodbus_and_we_mean_the_same_by_every_table_and_bit():
    with server(LIBMODBUS_SERVER) as port:
        driver = await opened(port)
        assert await read(driver, *(f"hr{place}:uint16" for place in range(20))) == [n * 1000 for n in range(20)]
        assert await read(driver, "ir0", "ir1", "ir19:uint16") == [-1, -2, 65516]
        bits = [True, False, False, True, True, False, True, False, False, True, True]
        assert await read(driver, *(f"c{place}" for place in range(11))) == bits
        assert await read(driver, *(f"di{place}" for place in range(11))) == [not bit for bit in bits]
        assert await read(driver, *(f"hr1.{bit}" for bit in range(16))) == [bool(1000 >> bit & 1) for bit in range(16)]
        assert await read(driver, "hr499", "hr500") == [0, Cause.ILLEGAL_ADDRESS]
        await driver.close()


@LIBMODBUS
@pytest.mark.parametrize("order", ORDERS)
async def test_that_libmodbus_reads_our_floats_in_every_order(order, libmodbus_port):
    """By its `modbus_get_float_*`; its setters swap bytes on this machine (stephane/libmodbus issues 665 and 757)."""
    library = ctypes.CDLL("libmodbus.so.5")
    version = tuple(
        ctypes.c_uint.in_dll(library, f"libmodbus_version_{part}").value for part in ("major", "minor", "micro")
    )
    if version >= (3, 1, 8):
        pytest.skip(f"libmodbus {version} mixes bytes in its float functions (stephane/libmodbus issue 838)")
    getter = getattr(library, f"modbus_get_float_{order.lower()}")
    getter.argtypes, getter.restype = [ctypes.POINTER(ctypes.c_uint16)], ctypes.c_float
    driver = await opened(libmodbus_port)
    (result,) = await driver.write([WriteItem(items_of(f"hr240:float32:{order}")[0], FLOAT)], soon())
    assert result.state is WriteState.DONE
    words = (ctypes.c_uint16 * 2)(*await read(driver, "hr240:uint16", "hr241:uint16"))
    assert getter(words) == FLOAT
    await driver.close()


@LIBMODBUS
@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("hr200", -5), ("hr200:uint16", 65535), ("hr200:bcd16", 1234), ("c20", True), ("hr200.7", True),
        ("hr200:string:11:gbk", "灌装线 3"),
        *[
            (f"hr200:{kind}:{order}", value)
            for kind, value in (
                ("int32", INT32), ("uint32", UINT32), ("float32", -0.15625), ("bcd32", 87654321), ("int64", INT64),
                ("uint64", 2**64 - 3), ("float64", DOUBLE),
            )
            for order in ORDERS
        ],
    ],
)  # fmt: skip
async def test_that_libmodbus_keeps_what_we_write(address, value, libmodbus_port):
    driver = await opened(libmodbus_port)
    (item,) = items_of(address)
    (result,) = await driver.write([WriteItem(item, value)], soon())
    assert result.state is WriteState.DONE
    assert await read(driver, address) == [value]
    await driver.close()


@pytest.fixture(scope="module")
def libmodbus_port() -> Iterator[int]:
    with server(LIBMODBUS_SERVER) as port:
        yield port


@LIBMODBUS
async def test_that_libmodbus_answers_pipelined_requests_in_order():
    with server(LIBMODBUS_SERVER) as port:
        driver = await opened(port, depth=8, max_registers=1)
        for _ in range(3):
            assert await read(driver, *(f"hr{n}:uint16" for n in range(0, 20, 3))) == [
                n * 1000 for n in range(0, 20, 3)
            ]
        await driver.close()


async def test_that_pymodbus_and_we_mean_the_same_by_every_type_and_word_order():
    with server(PYMODBUS_SERVER) as port:
        driver = await opened(port)
        for number, order in enumerate(("ABCD", "CDAB")):
            assert await read(
                driver,
                f"hr{100 + 2 * number}:float32:{order}",
                f"hr{110 + 2 * number}:int32:{order}",
                f"hr{120 + 2 * number}:uint32:{order}",
                f"hr{130 + 4 * number}:int64:{order}",
                f"hr{140 + 4 * number}:float64:{order}",
                f"hr{160 + 4 * number}:uint64:{order}",
            ) == [FLOAT, INT32, UINT32, INT64, DOUBLE, 2**64 - 3]
        assert await read(driver, "hr150:string:12", "hr1", "ir2") == ["filling line", 1000, 2000]
        assert await read(driver, "c0", "c1", "di3", "di4") == [True, False, True, True]
        await driver.close()


async def test_that_pipelining_is_given_up_with_pymodbus_whose_server_drops_requests():
    """pymodbus 3.16.1 answers only the first of several requests in one segment (performance.md, 1)."""
    with server(PYMODBUS_SERVER) as port:
        driver = await opened(port, depth=16, max_registers=1, request_ms=300)
        for _ in range(3):
            assert await read(driver, *(f"hr{n}:uint16" for n in range(0, 20, 3))) == [
                n * 1000 for n in range(0, 20, 3)
            ]
        await driver.close()


@LIBMODBUS
@MBPOLL
async def test_that_mbpoll_sees_what_we_wrote_and_we_see_what_mbpoll_wrote():
    with server(LIBMODBUS_SERVER) as port:
        driver = await opened(port)
        wanted = {
            "hr300": -77, "hr302:float32:CDAB": 56.75, "hr304:float32:ABCD": 56.75, "hr306:int32:CDAB": INT32,
            "hr308:int32:ABCD": INT32, "c30": True,
        }  # fmt: skip
        writes = [WriteItem(item, value) for item, value in zip(items_of(*wanted), wanted.values(), strict=True)]
        assert {result.state for result in await driver.write(writes, soon())} == {WriteState.DONE}
        await driver.close()
        assert await asyncio.to_thread(mbpoll, port, "-t", "4:hex", "-r", "300", "127.0.0.1") == ["0xFFB3"]
        assert await asyncio.to_thread(mbpoll, port, "-t", "4:float", "-r", "302", "127.0.0.1") == ["56.75"]
        assert await asyncio.to_thread(mbpoll, port, "-t", "4:float", "-B", "-r", "304", "127.0.0.1") == ["56.75"]
        assert await asyncio.to_thread(mbpoll, port, "-t", "4:int", "-r", "306", "127.0.0.1") == [str(INT32)]
        assert await asyncio.to_thread(mbpoll, port, "-t", "4:int", "-B", "-r", "308", "127.0.0.1") == [str(INT32)]
        assert await asyncio.to_thread(mbpoll, port, "-t", "0", "-r", "30", "127.0.0.1") == ["1"]
        await asyncio.to_thread(mbpoll, port, "-t", "4:float", "-B", "-r", "310", "127.0.0.1", "1.5", "2.25")
        await asyncio.to_thread(mbpoll, port, "-t", "4", "-r", "320", "127.0.0.1", "7", "8")
        await asyncio.to_thread(mbpoll, port, "-t", "0", "-r", "40", "127.0.0.1", "1", "0", "1")
        driver = await opened(port)
        assert await read(driver, "hr310:float32", "hr312:float32", "hr320", "hr321") == [1.5, 2.25, 7, 8]
        assert await read(driver, "c40", "c41", "c42") == [True, False, True]
        await driver.close()


@LIBMODBUS
async def test_that_a_hundred_readings_of_libmodbus_take_no_longer_than_they_should():
    with server(LIBMODBUS_SERVER) as port:
        driver = await opened(port)
        plan = driver.plan(items_of(*(f"hr{place}" for place in range(0, 500))))
        began = time.monotonic()
        for _ in range(100):
            block = await driver.read(plan)
        assert not block.cause.any()
        assert time.monotonic() - began < 2.0
        assert struct.pack("<Q", int(block.raw[1])) == struct.pack("<q", 1000)
        await driver.close()
