"""Each fault does on the wire what its name says, harms no other device, and is over when it is taken back."""

import asyncio
import struct
import sys
import time

import pytest

from hmi.drivers.modbus import pdu
from hmi.link.messages import FaultKind
from hmi.simulate.session import SLOW_S
from tests.simulate.rig import Peer, connect, endpoint_of, peer_of, simulated

HEARTBEAT, CPU, SIGNATURE = 0, 1, 2
LEVEL = 0
"""ir0 of PLC-1: level of T-101 in 0.01 %."""


async def level(peer: Peer) -> int:
    return (await peer.registers(LEVEL, 1, pdu.Function.READ_INPUT))[0]


async def test_that_a_device_that_is_off_drops_its_clients_and_refuses_new_ones():
    async with simulated() as simulation:
        peer = await connect(endpoint_of(simulation, "PLC-1"))
        assert await level(peer)
        await simulation.set_fault("PLC-1", FaultKind.DEVICE_OFF)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await level(peer)
        with pytest.raises(ConnectionRefusedError):
            await connect(endpoint_of(simulation, "PLC-1"))
        async with peer_of(simulation, "PLC-2") as other:
            assert await other.registers(0, 1)
        await simulation.set_fault("PLC-1", FaultKind.NONE)
        async with peer_of(simulation, "PLC-1") as back:
            assert await level(back)
        await peer.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a full queue of connections refuses on Windows instead of hanging")
async def test_that_behind_a_pulled_cable_sockets_stay_open_silent_and_a_new_connection_hangs():
    async with simulated() as simulation:
        peer = await connect(endpoint_of(simulation, "PLC-1"))
        assert await level(peer)
        await simulation.set_fault("PLC-1", FaultKind.CABLE_PULLED)
        number = peer.send(pdu.read_request(pdu.Function.READ_INPUT, LEVEL, 1))
        with pytest.raises(TimeoutError):
            await peer.receive(limit_s=0.4)
        assert not peer.writer.is_closing()
        assert not peer.reader.at_eof()
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.4):
                    await connect(endpoint_of(simulation, "PLC-1"))
        async with peer_of(simulation, "PLC-2") as other:
            assert await other.registers(0, 1)
        await simulation.set_fault("PLC-1", FaultKind.NONE)
        transaction, _ = await peer.receive()
        assert transaction == number, "what was on the wire is delivered late, as TCP does"
        async with peer_of(simulation, "PLC-1") as again:
            assert await level(again)
        await peer.close()


async def test_that_a_plc_in_stop_holds_its_values_and_confirms_writes_that_do_nothing():
    async with simulated() as simulation, peer_of(simulation, "PLC-2") as peer:
        simulation.advance(10)
        await simulation.set_fault("PLC-2", FaultKind.STOP_HOLDING)
        before = await peer.registers(0, 40, pdu.Function.READ_INPUT)
        beat = await peer.registers(HEARTBEAT, 1)
        echo = await peer.ask(pdu.write_registers(12, struct.pack(">f", 44.0)))
        simulation.advance(50)
        assert echo[0] == pdu.Function.WRITE_REGISTERS
        assert await peer.registers(0, 40, pdu.Function.READ_INPUT) == before
        assert await peer.registers(HEARTBEAT, 1) == beat
        assert await peer.registers(CPU, 1) == [2]
        assert struct.pack(">2H", *await peer.registers(12, 2)) == struct.pack(">f", 44.0)
        assert simulation.line.mixing.loops["TIC-102"].setpoint == 58.0
        await simulation.set_fault("PLC-2", FaultKind.NONE)
        simulation.advance(10)
        assert await peer.registers(HEARTBEAT, 1) != beat
        assert await peer.registers(CPU, 1) == [1]


async def test_that_a_plc_in_stop_can_serve_zeros():
    async with simulated() as simulation, peer_of(simulation, "PLC-3") as peer:
        await simulation.set_fault("PLC-3", FaultKind.STOP_ZEROS)
        simulation.advance(20)
        assert set(await peer.registers(0, 96)) == {0}
        await simulation.set_fault("PLC-3", FaultKind.NONE)
        simulation.advance(1)
        assert (await peer.registers(0, 3))[1:] == [1, 1307]


async def test_that_a_download_shifts_all_data_by_two_and_changes_the_signature_while_the_program_runs():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        head = await peer.registers(0, 3)
        data = await peer.registers(0, 14, pdu.Function.READ_INPUT)
        await simulation.set_fault("PLC-1", FaultKind.SHIFTED)
        shifted = await peer.registers(0, 16, pdu.Function.READ_INPUT)
        assert shifted[:2] == [0, 0]
        assert shifted[2:] == pytest.approx(data, abs=30)
        assert (await peer.registers(SIGNATURE, 1)) != [head[2]]
        beat = await peer.registers(HEARTBEAT, 1)
        simulation.advance(20)
        assert await peer.registers(HEARTBEAT, 1) != beat
        await simulation.set_fault("PLC-1", FaultKind.NONE)
        assert (await peer.registers(SIGNATURE, 1)) == [head[2]]


async def test_that_a_slow_device_answers_late_but_in_order():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:
        await simulation.set_fault("PLC-1", FaultKind.SLOW)
        started = time.monotonic()
        sent = [peer.send(pdu.read_request(pdu.Function.READ_INPUT, LEVEL, 1)) for _ in range(3)]
        answers = [(await peer.receive(limit_s=4.0))[0] for _ in sent]
        assert answers == sent
        assert time.monotonic() - started >= SLOW_S * 0.95


async def test_that_noise_drift_and_stuck_touch_measured_values_and_nothing_else():
    async with simulated() as simulation, peer_of(simulation, "PLC-1") as peer:

        async def levels(kind: FaultKind, seconds: int) -> list[int]:
            await simulation.set_fault("PLC-1", kind)
            found = []
            for _ in range(seconds):
                simulation.advance(10)
                found.append(await level(peer))
            return found

        quiet, noisy = await levels(FaultKind.NONE, 20), await levels(FaultKind.NOISE, 20)
        assert max(noisy) - min(noisy) > 5 * (max(quiet) - min(quiet) + 1)
        drifting = await levels(FaultKind.DRIFT, 20)
        assert drifting[-1] - drifting[0] == pytest.approx(0.004 * 19 * 10_000, rel=0.1)
        beat = await peer.registers(HEARTBEAT, 1)
        stuck = await levels(FaultKind.STUCK, 5)
        assert len(set(stuck)) == 1
        assert await peer.registers(HEARTBEAT, 1) != beat
        setpoint = await peer.registers(12, 2)
        await simulation.set_fault("PLC-1", FaultKind.NOISE)
        simulation.advance(10)
        assert await peer.registers(12, 2) == setpoint


async def test_that_every_fault_ends_with_good_values_again():
    async with simulated() as simulation:
        for kind in FaultKind:
            await simulation.set_fault("PLC-2", kind)
            await simulation.set_fault("PLC-2", FaultKind.NONE)
            async with peer_of(simulation, "PLC-2") as peer:
                assert (await peer.registers(0, 3))[1:] == [1, 1204], kind
