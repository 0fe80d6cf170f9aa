"""Writing: what the device says decides between done, refused and unknown (MB-07, 09, 15, 16)."""

import asyncio
import socket
import struct

import pytest

from hmi.drivers.contract import WriteState
from hmi.drivers.modbus.pdu import HEADER, ExceptionCode, Function, Request
from hmi.model.quality import Cause
from tests.drivers.conformance import soon
from tests.drivers.rig import items_of, rig


@pytest.mark.parametrize(
    ("address", "value", "function"),
    [
        ("c5", True, 5), ("hr5", -7, 6), ("hr5:uint32:DCBA", 70_000, 16), ("hr5:float64:CDAB", -0.125, 16),
        ("hr5:bcd32", 12345678, 16), ("hr5:string:5", "abcde", 16), ("hr5.9", True, 22),
    ],
)  # fmt: skip
async def test_that_a_written_value_is_read_back_the_same(address, value, function):
    async with rig() as at:
        at.server.holding[5] = 0x0102
        result = await at.write(address, value)
        assert (result.state, result.cause) == (WriteState.DONE, Cause.NONE)
        assert at.requests()[0][0] == function
        assert await at.read(address) == [value]


async def test_that_the_longest_write_has_123_registers():
    async with rig() as at:
        assert (await at.write("hr5:string:246", "x" * 246)).state is WriteState.DONE
        assert at.requests() == [(16, 5, 123)]
        assert at.server.holding[127:129] == [0x7878, 0]


async def test_that_a_bit_of_a_register_leaves_the_others_alone():
    async with rig() as at:
        at.server.holding[5] = 0xA5A5
        await at.write("hr5.1", True)
        await at.write("hr5.15", False)
        assert at.server.holding[5] == 0x25A7


@pytest.mark.parametrize(
    ("code", "state", "cause"),
    [
        (ExceptionCode.ILLEGAL_FUNCTION, WriteState.REFUSED, Cause.ILLEGAL_FUNCTION),
        (ExceptionCode.ILLEGAL_ADDRESS, WriteState.REFUSED, Cause.ILLEGAL_ADDRESS),
        (ExceptionCode.ILLEGAL_VALUE, WriteState.REFUSED, Cause.ILLEGAL_VALUE),
        (ExceptionCode.BUSY, WriteState.REFUSED, Cause.DEVICE_BUSY),
        (ExceptionCode.GATEWAY_NO_PATH, WriteState.REFUSED, Cause.GATEWAY_NO_PATH),
        (ExceptionCode.DEVICE_FAILURE, WriteState.UNKNOWN, Cause.DEVICE_FAILURE),
        (ExceptionCode.ACKNOWLEDGE, WriteState.UNKNOWN, Cause.DEVICE_BUSY),
        (ExceptionCode.GATEWAY_TARGET_SILENT, WriteState.UNKNOWN, Cause.GATEWAY_TARGET_SILENT),
    ],
)
async def test_that_an_exception_tells_whether_the_write_may_have_executed(code, state, cause):
    async with rig() as at:
        at.server.refuse[Function.WRITE_REGISTER] = code
        result = await at.write("hr5", 1)
        assert (result.state, result.cause) == (state, cause)


@pytest.mark.parametrize("place", [6, 7, 8, 9, 10, 11])
@pytest.mark.parametrize(("address", "value"), [("hr5", 300), ("c5", True), ("hr5:uint32", 70_000), ("hr5.3", True)])
async def test_that_an_echo_that_differs_is_not_taken_for_done(place, address, value):
    async with rig() as at:

        def twist(_: Request, frame: bytes) -> list[bytes]:
            return [frame[:place] + bytes((frame[place] ^ 1,)) + frame[place + 1 :]]

        at.server.twist = twist
        result = await at.write(address, value)
        assert result.state is WriteState.UNKNOWN
        assert result.cause is (
            Cause.WRONG_UNIT if place == 6 else Cause.WRONG_FUNCTION if place == 7 else Cause.MALFORMED_ANSWER
        )


async def test_that_a_short_echo_is_not_taken_for_done():
    async with rig() as at:

        def twist(_: Request, frame: bytes) -> list[bytes]:
            transaction, _, _, unit = HEADER.unpack_from(frame)
            return [HEADER.pack(transaction, 0, 3, unit) + frame[7:9]]

        at.server.twist = twist
        assert (await at.write("hr5", 1)).state is WriteState.UNKNOWN


@pytest.mark.parametrize(("address", "value", "single", "multiple"), [("c5", True, 5, 15), ("hr5", 42, 6, 16)])
async def test_that_the_multiple_functions_stand_in_only_where_configured(address, value, single, multiple):
    for allowed in (False, True):
        async with rig(fallback_multiple=allowed) as at:
            at.server.refuse[Function(single)] = ExceptionCode.ILLEGAL_FUNCTION
            result = await at.write(address, value)
            assert result.state is (WriteState.DONE if allowed else WriteState.REFUSED)
            functions = [function for function, _, _ in at.requests()]
            assert functions == ([single, multiple] if allowed else [single])
            assert (await at.read(address))[0] == (value if allowed else 0)


async def test_that_read_modify_write_of_a_bit_happens_only_where_configured():
    for allowed in (False, True):
        async with rig(unsafe_bit_write=allowed) as at:
            at.server.refuse[Function.MASK_REGISTER] = ExceptionCode.ILLEGAL_FUNCTION
            at.server.holding[5] = 0xA5A5
            result = await at.write("hr5.1", True)
            assert result.state is (WriteState.DONE if allowed else WriteState.REFUSED)
            assert at.server.holding[5] == (0xA5A7 if allowed else 0xA5A5)
            assert [function for function, _, _ in at.requests()] == ([22, 3, 6] if allowed else [22])


async def test_that_a_read_modify_write_whose_read_fails_writes_nothing():
    async with rig(unsafe_bit_write=True) as at:
        at.server.refuse[Function.MASK_REGISTER] = ExceptionCode.ILLEGAL_FUNCTION
        at.server.refuse[Function.READ_HOLDING] = ExceptionCode.DEVICE_FAILURE
        result = await at.write("hr5.1", True)
        assert (result.state, result.cause) == (WriteState.REFUSED, Cause.DEVICE_FAILURE)
        assert [function for function, _, _ in at.requests()] == [22, 3]


async def test_that_a_write_is_never_repeated_after_silence():
    async with rig() as at:
        at.server.drop = 1
        assert (await at.write("hr5", 1, within_s=0.05)).state is WriteState.UNKNOWN
        assert len(at.requests()) == 1


async def test_that_the_kernel_drops_a_write_with_its_socket_while_it_has_no_answer_and_only_then():
    """So that nothing is delivered after the engine was killed; see also tests/acceptance/test_cut_link.py."""
    async with rig() as at:

        def lingers() -> bytes:
            sock = at.driver._connection._transport.get_extra_info("socket")
            return sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)

        during = []
        at.server.before = lambda request: during.append((request.function, lingers()))
        await at.write("hr5", 1)
        await at.read("hr5")
        assert during == [(Function.WRITE_REGISTER, struct.pack("ii", 1, 0)), (Function.READ_HOLDING, bytes(8))]
        await at.driver.close()
        await asyncio.wait_for(at.server.ended.wait(), 1)
        assert at.server.resets == 0


async def test_that_a_read_back_passes_the_requests_that_wait():
    async with rig() as at:
        at.server.delay_s = 0.005
        reading = asyncio.create_task(at.read(*(f"hr{number * 1000}" for number in range(20))))
        await at.server.arrived.wait()
        (item,) = items_of("hr50")
        block = await at.driver.read_back([item], soon())
        assert not reading.done()
        assert block.cause.tolist() == [0]
        assert len(await reading) == 20
        assert [address for _, address, _ in at.requests()].index(50) <= 2


async def test_that_a_read_back_looks_for_nothing_else():
    async with rig() as at:
        at.server.holes.add((4, 50))
        items = items_of("hr50", "hr51")
        block = await at.driver.read_back(items, soon())
        assert block.cause.tolist() == [Cause.ILLEGAL_ADDRESS] * 2
        assert len(at.requests()) == 1
