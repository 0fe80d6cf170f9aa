"""A question given up and a message left unfinished: neither may harm who comes next."""

import asyncio
import contextlib

import pytest

from hmi.link import Framing, connect, connection, serve
from hmi.link.messages import AskStatus, FaultKind, SetFault, SimulatorMessage, SimulatorStatus
from hmi.link.server import MOST_CONNECTIONS
from hmi.model.errors import LinkLost


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "test.sock"


async def _status(_):
    return SimulatorStatus(seed=42)


async def test_that_the_answer_to_a_question_that_was_given_up_is_not_given_to_the_next(path):
    gate = asyncio.Event()

    async def later(message):
        await gate.wait()
        return message

    server = await serve(path, later, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    first = asyncio.create_task(client.ask(SetFault(device="PLC-1", kind=FaultKind.SLOW)))
    await asyncio.sleep(0.02)
    first.cancel()
    await asyncio.wait({first})
    assert first.cancelled()
    gate.set()
    with pytest.raises(LinkLost):
        await client.ask(SetFault(device="PLC-2", kind=FaultKind.SLOW))
    assert client.closed
    again = await connect(path, SimulatorMessage)
    question = SetFault(device="PLC-3", kind=FaultKind.SLOW)
    assert await again.ask(question) == question
    for each in (client, again, server):
        await each.close()


async def test_that_a_question_waiting_for_its_turn_may_be_given_up_without_harm(path):
    gate = asyncio.Event()

    async def later(message):
        await gate.wait()
        return message

    server = await serve(path, later, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    question = SetFault(device="PLC-1", kind=FaultKind.SLOW)
    first = asyncio.create_task(client.ask(question))
    waiting = asyncio.create_task(client.ask(SetFault(device="PLC-2", kind=FaultKind.SLOW)))
    await asyncio.sleep(0.02)
    waiting.cancel()
    await asyncio.wait({waiting})
    gate.set()
    assert await first == question
    assert not client.closed
    await client.close()
    await server.close()


@pytest.mark.parametrize("half", [b"\x10", b"\x10\0\0\0half"])
async def test_that_peers_that_never_finish_a_message_do_not_take_all_places(path, monkeypatch, half):
    monkeypatch.setattr(connection, "BODY_LIMIT_S", 0.1)
    server = await serve(path, _status, SimulatorMessage)
    pairs = [await asyncio.open_unix_connection(path) for _ in range(MOST_CONNECTIONS)]
    for _, writer in pairs:
        writer.write(half)
    for reader, _ in pairs:
        with contextlib.suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 2) == b""
    client = await connect(path, SimulatorMessage)
    assert await client.ask(AskStatus(), 1.0) == SimulatorStatus(seed=42)
    await client.close()
    for _, writer in pairs:
        writer.close()
    await server.close()


async def test_that_a_peer_that_is_only_quiet_keeps_its_place(path, monkeypatch):
    monkeypatch.setattr(connection, "BODY_LIMIT_S", 0.05)
    server = await serve(path, _status, SimulatorMessage)
    reader, writer = await asyncio.open_unix_connection(path)
    await asyncio.sleep(0.15)
    frame = Framing(SimulatorMessage).pack(AskStatus())
    writer.write(frame[:3])
    await asyncio.sleep(0.02)
    writer.write(frame[3:])
    assert await asyncio.wait_for(reader.readexactly(4), 1)
    writer.close()
    await server.close()
