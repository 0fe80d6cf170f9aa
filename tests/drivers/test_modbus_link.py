"""How a connection behaves when segments, answers and devices do not (MB-11, 12, 13, 17, 18, 19)."""

import asyncio
import socket
import time

import numpy as np
import pytest

from hmi.drivers import resolve
from hmi.drivers.contract import WriteItem, WriteState
from hmi.drivers.modbus import create
from hmi.drivers.modbus.pdu import HEADER, ExceptionCode, Function, Request
from hmi.model.clock import SystemClock
from hmi.model.devices.modbus_tcp import ModbusTcpOptions
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.drivers.conformance import soon
from tests.drivers.modbus_server import ModbusServer
from tests.drivers.rig import items_of, rig

FAR = ("hr0", "hr1000", "hr2000")
"""Three requests: nothing merges over such gaps."""


def altered(place: int, value: int):
    """Answers with one byte of the frame changed."""

    def twist(_: Request, frame: bytes) -> list[bytes]:
        return [frame[:place] + bytes((value,)) + frame[place + 1 :]]

    return twist


def with_pdu(change):
    """Answers with another PDU and the length that belongs to it."""

    def twist(_: Request, frame: bytes) -> list[bytes]:
        pdu = change(frame[7:])
        transaction, _, _, unit = HEADER.unpack_from(frame)
        return [HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu]

    return twist


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_that_answers_cut_into_small_segments_are_put_together(size):
    async with rig() as at:
        at.server.segment_bytes = size
        at.server.holding[0:8] = range(8)
        assert await at.read("hr0", "hr7", "hr1000", "hr2000:int32") == [0, 7, 0, 0]


async def test_that_no_timer_wakes_the_process_between_two_readings():
    async with rig() as at:
        await at.read(*FAR)
        assert at.driver._connection._timer is None


async def test_that_two_answers_in_one_segment_are_taken_apart():
    async with rig(depth=2) as at:
        at.server.hold = 2
        at.server.holding[0] = at.server.holding[1000] = 9
        assert await at.read("hr0", "hr1000") == [9, 9]


async def test_that_a_late_answer_is_dropped_and_counted_and_the_next_is_right():
    async with rig() as at:
        at.server.holding[0], at.server.holding[1000] = 1, 2
        at.server.delay_s = 0.13
        reading = asyncio.create_task(at.read("hr0", "hr1000"))
        await at.server.arrived.wait()
        at.server.delay_s = 0.0
        assert await reading == [Cause.DEVICE_TIMED_OUT, 2]
        await asyncio.sleep(0.1)
        assert await at.read("hr1000", "hr0") == [2, 1]
        assert at.driver.statistics().late_answers == 1


async def test_that_two_silent_requests_in_a_row_end_the_link():
    async with rig() as at:
        at.server.drop = 2
        began = time.monotonic()
        with pytest.raises(LinkLost) as caught:
            await at.read(*FAR)
        assert caught.value.cause is Cause.DEVICE_TIMED_OUT
        assert 0.19 <= time.monotonic() - began < 1.5
        with pytest.raises(LinkLost):
            await at.read("hr0")


async def test_that_one_silent_request_makes_only_its_own_items_bad():
    async with rig() as at:
        at.server.drop = 1
        assert await at.read(*FAR) == [Cause.DEVICE_TIMED_OUT, 0, 0]
        assert await at.read(*FAR) == [0, 0, 0]


async def test_that_silences_with_an_answer_between_them_do_not_end_the_link():
    async with rig() as at:
        for _ in range(3):
            at.server.drop = 1
            assert await at.read(*FAR) == [Cause.DEVICE_TIMED_OUT, 0, 0]


@pytest.mark.parametrize(
    ("twist", "cause"),
    [
        (altered(6, 9), Cause.WRONG_UNIT),
        (altered(7, 4), Cause.WRONG_FUNCTION),
        (altered(7, 0x84), Cause.WRONG_FUNCTION),
        (with_pdu(lambda pdu: bytes((3, 2)) + pdu[2:4]), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: bytes((3, 3)) + pdu[2:5]), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: bytes((3, 6)) + pdu[2:] + b"\0\0"), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: bytes((3, 250)) + bytes(250)), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: pdu[:-1]), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: pdu + b"\0"), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: b"\x03"), Cause.WRONG_COUNT),
        (with_pdu(lambda pdu: b"\x83"), Cause.MALFORMED_ANSWER),
        (with_pdu(lambda pdu: b"\x83\x02\x02"), Cause.MALFORMED_ANSWER),
        (with_pdu(lambda pdu: b"\x83\x63"), Cause.MALFORMED_ANSWER),
        (altered(1, 99), Cause.DEVICE_TIMED_OUT),
    ],
)
async def test_that_an_answer_to_another_question_is_never_taken_for_a_value(twist, cause):
    async with rig() as at:
        at.server.holding[0:2] = [0x1234, 0x5678]

        def first(request: Request, frame: bytes) -> list[bytes]:
            at.server.twist = None
            return twist(request, frame)

        at.server.twist = first
        assert await at.read("hr0:uint32", "hr1000") == [cause, 0]
        assert await at.read("hr0:uint32") == [0x12345678]
        assert at.driver.statistics().errors == 1


@pytest.mark.parametrize("twist", [altered(2, 1), altered(4, 1), altered(5, 1), altered(5, 0)])
async def test_that_a_broken_frame_header_ends_the_link(twist):
    async with rig() as at:
        at.server.twist = twist
        with pytest.raises(LinkLost) as caught:
            await at.read("hr0")
        assert caught.value.cause is Cause.MALFORMED_ANSWER


async def test_that_a_device_that_closes_the_connection_is_a_lost_link():
    async with rig() as at:
        at.server.close_next = True
        with pytest.raises(LinkLost) as caught:
            await at.read("hr0")
        assert caught.value.cause is Cause.DEVICE_RESET


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (ExceptionCode.ILLEGAL_FUNCTION, Cause.ILLEGAL_FUNCTION),
        (ExceptionCode.ILLEGAL_ADDRESS, Cause.ILLEGAL_ADDRESS),
        (ExceptionCode.ILLEGAL_VALUE, Cause.ILLEGAL_VALUE),
        (ExceptionCode.DEVICE_FAILURE, Cause.DEVICE_FAILURE),
        (ExceptionCode.ACKNOWLEDGE, Cause.DEVICE_BUSY),
        (ExceptionCode.BUSY, Cause.DEVICE_BUSY),
        (ExceptionCode.GATEWAY_NO_PATH, Cause.GATEWAY_NO_PATH),
        (ExceptionCode.GATEWAY_TARGET_SILENT, Cause.GATEWAY_TARGET_SILENT),
    ],
)
async def test_that_each_exception_is_told_in_words_of_its_own(code, cause):
    async with rig() as at:
        at.server.refuse[Function.READ_HOLDING] = code
        beside = cause if "GATEWAY" in code.name else False
        assert await at.read("hr0", "c1") == [cause, beside]


async def test_that_a_busy_device_is_asked_once_more_before_its_values_are_bad():
    async with rig() as at:
        at.server.refuse[Function.READ_HOLDING] = ExceptionCode.BUSY

        def relent(_: Request) -> None:
            if len(at.server.log) == 2:
                at.server.refuse.clear()

        at.server.before = relent
        assert await at.read("hr0", "hr1000") == [0, 0]


async def test_that_behind_a_gateway_without_its_device_only_one_request_is_made():
    async with rig() as at:
        at.server.refuse[Function.READ_HOLDING] = ExceptionCode.GATEWAY_TARGET_SILENT
        assert await at.read(*FAR) == [Cause.GATEWAY_TARGET_SILENT] * 3
        assert len(at.requests()) == 1


async def test_that_each_value_has_the_time_of_its_own_answer():
    async with rig() as at:
        at.server.delay_s = 0.03
        block = await at.block(items_of(*FAR))
        steps = np.diff(block.receive_mono_ns) / 1e6
        assert ((steps > 25) & (steps < 500)).all()
        assert [int(x) for x in block.receive_ns] == sorted(int(x) for x in block.receive_ns)
        assert 25 < at.driver.statistics().round_trip_ns / 1e6 < 500


async def test_that_only_one_request_is_under_way_unless_told_otherwise():
    async with rig() as at:
        at.server.delay_s = 0.02
        began = time.monotonic()
        await at.read(*FAR)
        assert time.monotonic() - began >= 0.06


async def test_that_pipelining_is_used_once_two_requests_in_flight_were_answered():
    async with rig(depth=8, max_registers=1) as at:
        at.server.delay_s = 0.06
        addresses = [f"hr{number}" for number in range(0, 80, 10)]
        await at.read(*addresses)
        began = time.monotonic()
        assert await at.read(*addresses) == [0] * 8
        assert time.monotonic() - began < 0.4  # 0.48 s one after the other


async def test_that_a_device_that_drops_pipelined_requests_is_asked_one_by_one():
    async with rig(depth=8) as at:
        at.server.drop_pipelined = True
        at.server.holding[0], at.server.holding[1000], at.server.holding[2000] = 1, 2, 3
        assert await at.read(*FAR) == [1, 2, 3]
        for _ in range(3):
            assert await at.read(*FAR) == [1, 2, 3]
        assert at.driver.statistics().errors <= 2


async def test_that_pipelined_requests_sent_at_different_times_each_have_their_deadline():
    async with rig(depth=2, max_registers=1) as at:
        addresses = [f"hr{number}" for number in range(0, 40, 10)]
        at.server.delay_s = 0.03
        await at.read(*addresses)
        at.server.log.clear()
        # The second and third request of the reading get no answer; the third leaves 30 ms after the second.
        at.server.before = lambda _: setattr(at.server, "drop", int(len(at.server.log) in (1, 2)))
        assert await at.read(*addresses) == [0] * 4
        assert at.driver.statistics().errors == 2


async def test_that_the_pause_between_requests_is_kept():
    async with rig(delay_ms=20) as at:
        began = time.monotonic()
        await at.read(*FAR)
        assert time.monotonic() - began >= 0.04


async def test_that_a_write_passes_ahead_of_waiting_reads():
    async with rig() as at:
        at.server.delay_s = 0.02
        reading = asyncio.create_task(at.read(*FAR))
        await at.server.arrived.wait()
        assert (await at.write("hr50", 7)).state is WriteState.DONE
        assert await reading == [0, 0, 0]
        assert [function for function, _, _ in at.requests()] == [3, 6, 3, 3]


async def test_that_no_waiting_read_comes_between_a_write_and_what_is_read_back():
    async with rig() as at:
        at.server.delay_s = 0.02
        reading = asyncio.create_task(at.read(*FAR))
        await at.server.arrived.wait()
        watching = asyncio.create_task(at.driver.read_back(items_of("hr90"), soon(1)))
        assert (await at.write("hr50", 7)).state is WriteState.DONE
        for address in ("hr50", "hr60"):
            await at.driver.read_back(items_of(address), soon(1))
        await watching
        assert await reading == [0, 0, 0]
        assert [address for _, address, _ in at.requests()] == [0, 50, 50, 60, 90, 1000, 2000]


async def test_that_a_write_that_waits_too_long_for_its_turn_never_leaves():
    async with rig(request_ms=200) as at:
        at.server.drop = 1
        reading = asyncio.create_task(at.read(*FAR))
        await at.server.arrived.wait()
        result = await at.write("hr50", 7, within_s=0.05)
        assert (result.state, result.cause) == (WriteState.REFUSED, Cause.DEVICE_TIMED_OUT)
        assert await reading == [Cause.DEVICE_TIMED_OUT, 0, 0]
        assert 6 not in {function for function, _, _ in at.requests()}


async def test_that_a_write_without_an_answer_resets_the_socket_and_is_unknown():
    async with rig() as at:
        at.server.drop = 1
        result = await at.write("hr50", 7, within_s=0.05)
        assert (result.state, result.cause) == (WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT)
        with pytest.raises(LinkLost):
            await at.read("hr0")
        await asyncio.wait_for(at.server.ended.wait(), 1)
        assert at.server.resets == 1


async def test_that_after_an_unknown_write_the_later_ones_are_refused_unsent():
    async with rig() as at:
        at.server.drop = 1
        first, second = items_of("hr50", "hr51")
        results = await at.driver.write([WriteItem(first, 7), WriteItem(second, 8)], soon(0.05))
        assert [result.state for result in results] == [WriteState.UNKNOWN, WriteState.REFUSED]
        assert len(at.requests()) == 1


async def test_that_the_kernel_does_not_deliver_a_write_after_its_deadline():
    """The peer's window is closed, the write lies in our socket buffer; after the deadline it must not arrive."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    listener.setblocking(False)
    options = ModbusTcpOptions(host="127.0.0.1", port=listener.getsockname()[1])
    driver = create(options, SystemClock())
    await driver.open()
    peer, _ = await asyncio.get_running_loop().sock_accept(listener)
    transport = driver._connection._transport
    transport.write(bytes(8_000_000))
    assert transport.get_write_buffer_size() > 0
    (result,) = await driver.write([WriteItem(items_of("hr50")[0], 7)], soon(0.05))
    assert (result.state, result.cause) == (WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT)
    await driver.close()
    with pytest.raises(ConnectionResetError):
        while data := await asyncio.get_running_loop().sock_recv(peer, 1 << 20):
            assert not any(data)
    peer.close()
    listener.close()


async def test_that_a_cancelled_write_under_way_keeps_its_deadline():
    async with rig() as at:
        at.server.drop = 1
        writing = asyncio.create_task(at.write("hr50", 7, within_s=0.1))
        await at.server.arrived.wait()
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await asyncio.wait_for(at.server.ended.wait(), 1)
        assert at.server.resets == 1


async def test_that_a_cancelled_write_that_waits_never_leaves():
    async with rig() as at:
        at.server.delay_s = 0.03
        reading = asyncio.create_task(at.read(*FAR))
        await at.server.arrived.wait()
        writing = asyncio.create_task(at.write("hr50", 7, within_s=0.04))
        await asyncio.sleep(0)
        writing.cancel()
        assert await reading == [0, 0, 0]
        # Past the deadline of the write: nothing of it may be left that rings.
        await asyncio.sleep(0.02)
        assert {function for function, _, _ in at.requests()} == {3}


async def test_that_a_cancelled_read_does_not_disturb_the_next():
    async with rig() as at:
        at.server.delay_s = 0.03
        at.server.holding[0] = 5
        reading = asyncio.create_task(at.read(*FAR))
        await at.server.arrived.wait()
        reading.cancel()
        assert await at.read("hr0") == [5]
        assert len(at.requests()) == 2


async def test_that_two_readings_at_once_both_end():
    async with rig() as at:
        at.server.holding[5] = 6
        first, second = await asyncio.gather(at.read("hr5", "hr1000"), at.read("hr5", "c0"))
        assert (first, second) == ([6, 0], [6, False])


async def test_that_nobody_listening_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(LinkLost) as caught:
        await create(ModbusTcpOptions(host="127.0.0.1", port=port), SystemClock()).open()
    assert caught.value.cause is Cause.DEVICE_REFUSED


async def test_that_a_socket_connected_to_itself_is_nobody_listening(monkeypatch):
    """On loopback the kernel may pick the wanted port as its own end: a connection to nobody that echoes."""
    loop = asyncio.get_running_loop()
    connect = loop.create_connection

    async def to_itself(factory, *_):
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        sock.connect(sock.getsockname())
        return await connect(factory, sock=sock)

    monkeypatch.setattr(loop, "create_connection", to_itself)
    with pytest.raises(LinkLost) as caught:
        await create(ModbusTcpOptions(host="127.0.0.1"), SystemClock()).open()
    assert caught.value.cause is Cause.DEVICE_REFUSED


async def test_that_an_unknown_name_is_told_as_such(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(resolve.socket, "getaddrinfo", unknown)
    with pytest.raises(LinkLost) as caught:
        await create(ModbusTcpOptions(host="plc-9.line"), SystemClock()).open()
    assert caught.value.cause is Cause.HOST_UNKNOWN


async def test_that_a_resolver_that_hangs_costs_no_more_than_the_time_to_connect(monkeypatch):
    import threading

    hanging, asked = threading.Event(), []

    def slow(host, *_, **__):
        asked.append(host)
        hanging.wait(5)
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(resolve.socket, "getaddrinfo", slow)
    options = ModbusTcpOptions(host="plc-hang.line", connect_ms=60)
    for _ in range(3):
        began = time.monotonic()
        with pytest.raises(LinkLost) as caught:
            await create(options, SystemClock()).open()
        assert caught.value.cause is Cause.HOST_UNKNOWN
        assert time.monotonic() - began < 0.3
    assert asked == ["plc-hang.line"]
    hanging.set()


async def test_that_a_name_leads_to_the_device():
    async with rig(ModbusServer(), host="localhost") as at:
        assert await at.read("hr0") == [0]


async def test_that_a_host_that_swallows_everything_times_out(monkeypatch):
    async def never(*_, **__):
        await asyncio.sleep(10)

    monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", never)
    with pytest.raises(LinkLost) as caught:
        await create(ModbusTcpOptions(host="127.0.0.1", connect_ms=50), SystemClock()).open()
    assert caught.value.cause is Cause.DEVICE_TIMED_OUT


async def test_that_the_socket_sends_small_frames_at_once_and_probes_a_dead_peer():
    async with rig() as at:
        sock = at.driver._connection._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
