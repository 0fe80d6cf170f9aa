"""Engines that are killed with commands under way, with the real store: settled afterwards, nothing repeated."""

import asyncio
import random

import pytest

from hmi.drivers.modbus.pdu import Function
from hmi.model.event import HistoryQuery
from hmi.store import StoreReader
from tests.drivers.modbus_server import ModbusServer, serving
from tests.engine.commands.other_end import OtherEnd, engine_process
from tests.engine.commands.rig import wait
from tests.engine.works import station

WRITES = (Function.WRITE_REGISTER, Function.WRITE_REGISTERS, Function.WRITE_COIL, Function.MASK_REGISTER)


def writes(server: ModbusServer) -> list[int]:
    """What was written to the server, in order."""
    return [int.from_bytes(one.data, "big") for one in server.log if one.function in WRITES]


async def kill(end: OtherEnd) -> None:
    end.process.kill()
    await end.process.wait()


@pytest.mark.timeout(30)
@pytest.mark.parametrize(("executed", "pause_s"), [(True, 0.2), (False, 0.2), (True, 0.0)])
async def test_that_a_kill_between_sent_and_answer_is_unknown_and_then_settled(tmp_path, executed, pause_s):
    async with serving() as server:
        address = f"127.0.0.1:{server.port}"
        async with engine_process(tmp_path, address) as end:
            await end.until_good("SP1")
            server.twist = lambda request, frame: [] if request.function in WRITES else [frame]
            end.ask(1, 42, "first")
            await end.until("first", "sent")
            await wait(lambda: writes(server))
            await asyncio.sleep(pause_s)
            await kill(end)
        server.twist = None
        if not executed:
            server.holding[10] = 0
        async with engine_process(tmp_path, address) as end:
            settled = "confirmed" if executed else "failed"
            told = await end.until("first", settled)
            assert end.states("first") == ["unknown", settled]
            assert told["value"] == (42 if executed else 0)
            end.ask(1, 42, "first")
            await wait(lambda: len(end.of("first")) == 3)
            assert end.states("first")[-1] == settled
            assert writes(server) == [42]
            await end.until_good("SP1")  # a command is settled by a read of its own, before the first poll
            end.ask(1, 43, "second")
            await end.until("second", "confirmed")
            assert writes(server) == [42, 43]
        rows = StoreReader(station(tmp_path).data).audit(HistoryQuery(command="first")).rows
        states = [str(row.state) for row in rows[::-1]]
        if not pause_s:  # killed so soon that the row of SENT may not have got to disk; that of REQUESTED always has
            states = [state for state in states if state != "sent"]
        assert states == ["requested", *(["sent"] if pause_s else []), "unknown", settled]
        assert StoreReader(station(tmp_path).data).verify_audit().broken is None


@pytest.mark.timeout(30)
async def test_that_a_confirmed_command_is_in_the_trail_after_a_kill_at_once(tmp_path):
    async with serving() as server:
        async with engine_process(tmp_path, f"127.0.0.1:{server.port}") as end:
            await end.until_good("SP1")
            end.ask(1, 42, "first")
            await end.until("first", "confirmed")
            await kill(end)
        rows = StoreReader(station(tmp_path).data).audit(HistoryQuery(command="first")).rows
        assert rows[0].state == "confirmed"
        assert rows[0].read_back == 42


async def kills_and_cuts(folder, rounds: int) -> tuple[list[int], list[int]]:
    """Kills, starts and cuts an engine again and again, asking for a write in some rounds.

    Returns:
        What was asked for, and what came to the server.
    """
    chance = random.Random(7)
    asked: list[int] = []
    async with serving() as server:
        for turn in range(rounds):
            async with engine_process(folder, f"127.0.0.1:{server.port}") as end:
                await end.until_good("SP1")
                if chance.random() < 0.4:
                    asked.append(1000 + turn)
                    end.ask(1, asked[-1], f"turn-{turn}")
                    if chance.random() < 0.5:
                        await end.until(f"turn-{turn}", "confirmed", "failed", "unknown", "rejected")
                    else:
                        await asyncio.sleep(chance.uniform(0.0, 0.05))
                if chance.random() < 0.5:
                    for session in list(server._sessions):
                        session.cut()
                    await asyncio.sleep(chance.uniform(0.0, 0.2))
                    await end.until_good("SP1")
                await kill(end)
        await asyncio.sleep(0.2)
        return asked, writes(server)


def assert_nothing_unasked(asked: list[int], written: list[int]) -> None:
    assert len(written) == len(set(written)), "something was written twice"
    assert set(written) <= set(asked), "something was written that nobody asked for"
    assert written == [value for value in asked if value in written]


@pytest.mark.timeout(60)
async def test_that_kills_starts_and_cuts_write_nothing_that_nobody_asked_for(tmp_path):
    asked, written = await kills_and_cuts(tmp_path, 6)
    assert asked
    assert_nothing_unasked(asked, written)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_that_a_hundred_kills_starts_and_cuts_write_nothing_that_nobody_asked_for(tmp_path):
    asked, written = await kills_and_cuts(tmp_path, 100)
    assert len(asked) > 20
    assert_nothing_unasked(asked, written)
