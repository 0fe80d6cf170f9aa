"""The simulated PLCs speak Modbus TCP as real ones do: split, pipelined, hostile, refused."""

import asyncio
import socket
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmi.drivers.modbus import pdu
from hmi.simulate.endpoint import MOST_CLIENTS
from tests.simulate.rig import connect, endpoint_of, peer_of, simulated

READ_HEAD = pdu.read_request(pdu.Function.READ_HOLDING, 0, 3)


async def test_that_pipelined_requests_are_answered_in_their_order():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        sent = [peer.send(READ_HEAD) for _ in range(16)]
        answers = [await peer.receive() for _ in sent]
    assert [transaction for transaction, _ in answers] == sent
    assert all(answer[0] == 3 and len(answer) == 8 for _, answer in answers)


async def test_that_a_request_in_single_bytes_is_answered():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        for byte in pdu.frame(7, 1, READ_HEAD):
            peer.writer.write(bytes([byte]))
            await peer.writer.drain()
            await asyncio.sleep(0)
        transaction, answer = await peer.receive()
    assert transaction == 7
    assert answer[:2] == b"\x03\x06"


async def test_that_reads_beyond_the_map_are_refused_with_illegal_address():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        answer = await peer.ask(pdu.read_request(pdu.Function.READ_HOLDING, 60_000, 2))
    assert answer == bytes([0x83, pdu.ExceptionCode.ILLEGAL_ADDRESS])


async def test_that_an_unknown_function_and_an_unknown_unit_are_refused():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        assert await peer.ask(b"\x2b\x0e\x01\x00") == bytes([0xAB, pdu.ExceptionCode.ILLEGAL_FUNCTION])
        assert await peer.ask(READ_HEAD, unit=9) == bytes([0x83, pdu.ExceptionCode.GATEWAY_TARGET_SILENT])


async def test_that_a_written_set_point_moves_the_process_and_is_read_back():
    async with simulated() as simulation, peer_of(simulation, "PLC-2") as peer:
        echo = await peer.ask(pdu.write_registers(12, struct.pack(">f", 55.5)))
        back = await peer.registers(12, 2)
        loop = simulation.line.mixing.loops["TIC-102"]
        assert loop.setpoint == pytest.approx(55.5)
    assert echo == pdu.write_registers(12, struct.pack(">f", 55.5))[:5]
    assert struct.unpack(">f", struct.pack(">2H", *back))[0] == pytest.approx(55.5)


async def test_that_the_plc_sets_a_value_back_that_it_does_not_take():
    async with simulated() as simulation, peer_of(simulation, "PLC-2") as peer:
        await peer.ask(pdu.write_registers(12, struct.pack(">f", 500.0)))
        simulation.advance(1)
        back = await peer.registers(12, 2)
    assert struct.unpack(">f", struct.pack(">2H", *back))[0] == pytest.approx(75.0)


async def test_that_a_coil_switches_the_filler_off_and_on():
    async with simulated() as simulation, peer_of(simulation, "PLC-3") as peer:
        await peer.ask(pdu.write_coil(0, False))
        assert simulation.line.filling.running is False
        await peer.ask(pdu.write_coils(0, [True]))
        assert simulation.line.filling.running is True


async def test_that_a_measured_value_that_somebody_writes_is_overwritten_by_the_program():
    async with simulated() as simulation, peer_of(simulation, "PLC-3") as peer:
        simulation.advance(1)
        before = await peer.registers(10, 1)
        await peer.ask(pdu.write_register(10, struct.pack(">H", 12345)))
        simulation.advance(1)
        after = await peer.registers(10, 1)
    assert abs(after[0] - before[0]) < 50


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.binary(min_size=1, max_size=600))
def test_that_hostile_bytes_end_at_most_their_own_connection(run_async, garbage):
    async def attack() -> None:
        async with simulated() as simulation:
            hostile = await connect(endpoint_of(simulation, "PLC-1"))
            hostile.writer.write(garbage)
            await asyncio.sleep(0)
            async with peer_of(simulation, "PLC-1") as peer:
                assert len(await peer.registers(0, 3)) == 3
            await hostile.close()

    run_async(attack())


async def test_that_a_wrong_protocol_number_or_length_ends_the_connection():
    for header in (b"\0\1\0\5\0\6\1", b"\0\1\0\0\0\0\1", b"\0\1\0\0\xff\xff\1"):
        async with simulated() as simulation:
            peer = await connect(endpoint_of(simulation, "PLC-1"))
            peer.writer.write(header + READ_HEAD)
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await peer.receive()
            await peer.close()


async def test_that_a_connection_too_many_is_ended_and_the_others_live():
    async with simulated() as simulation:
        endpoint = endpoint_of(simulation, "PLC-1")
        peers = [await connect(endpoint) for _ in range(MOST_CLIENTS)]
        assert all([await peer.registers(0, 1) for peer in peers])
        late = await connect(endpoint)
        late.send(READ_HEAD)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await late.receive()
        assert await peers[0].registers(0, 1)
        for peer in (*peers, late):
            await peer.close()


async def test_that_a_client_that_takes_no_answers_is_not_read_any_more():
    async with simulated() as simulation:
        endpoint = endpoint_of(simulation, "PLC-3")
        greedy = socket.socket()
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        greedy.connect((endpoint.host, endpoint.port))
        greedy.setblocking(False)
        request = pdu.frame(1, 1, pdu.read_request(pdu.Function.READ_HOLDING, 0, 100)) * 200
        loop = asyncio.get_running_loop()
        sent = 0
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                while True:
                    await loop.sock_sendall(greedy, request)
                    sent += len(request)
        session = next(iter(endpoint.sessions))
        assert session._transport is not None
        assert session._transport.get_write_buffer_size() < 4 * 2**20
        async with peer_of(simulation, "PLC-3") as peer:
            assert await peer.registers(0, 1)
        greedy.close()
