"""Client and server over a real socket: questions, refusals, ends."""

import asyncio
import contextlib
import os
import socket
import stat

import pytest

from hmi.link import Framing, connect, serve, transports
from hmi.link.connection import WRITE_BUFFER_BYTES
from hmi.link.framing import HEADER, MAX_MESSAGE_BYTES
from hmi.link.messages import AskStatus, FaultKind, Refused, SetFault, SimulatorMessage, SimulatorStatus
from hmi.model.errors import EnvironmentFault, LinkLost
from hmi.model.reason import reason


async def answer(message):
    """Answers as a simulator does."""
    match message:
        case AskStatus():
            return SimulatorStatus(seed=42)
        case SetFault(device="PLC-1"):
            return SimulatorStatus(seed=1)
        case _:
            return Refused(reason=reason("simulate.unknown_device", device="?"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / "test.sock"


async def test_that_a_question_gets_its_answer(path):
    server = await serve(path, answer, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    assert await client.ask(AskStatus()) == SimulatorStatus(seed=42)
    assert isinstance(await client.ask(SetFault(device="PLC-9", kind=FaultKind.SLOW)), Refused)
    await client.close()
    await server.close()


async def test_that_many_questions_at_once_each_get_their_own_answer(path):
    async def echo(message):
        await asyncio.sleep(0)
        return message

    server = await serve(path, echo, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    questions = [SetFault(device=f"PLC-{number}", kind=FaultKind.NONE) for number in range(50)]
    assert await asyncio.gather(*(client.ask(question) for question in questions)) == questions
    await client.close()
    await server.close()


async def test_that_only_the_owner_may_open_the_socket(path):
    server = await serve(path, answer, SimulatorMessage)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await server.close()


async def test_that_a_peer_of_another_account_is_not_answered(path, monkeypatch):
    server = await serve(path, answer, SimulatorMessage)
    account = os.getuid() + 1
    monkeypatch.setattr(transports.os, "getuid", lambda: account)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(Framing(SimulatorMessage).pack(AskStatus()))
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    monkeypatch.undo()
    await server.close()


async def test_that_a_server_of_another_account_is_not_spoken_to(path, monkeypatch):
    monkeypatch.setattr(transports, "_is_own_account", lambda peer: False)
    server = await serve(path, answer, SimulatorMessage)
    with pytest.raises(LinkLost):
        await connect(path, SimulatorMessage)
    await asyncio.sleep(0.02)  # the server has turned us away as well
    await server.close()


@pytest.mark.parametrize(
    "sent",
    [HEADER.pack(MAX_MESSAGE_BYTES + 1), HEADER.pack(0), HEADER.pack(5) + b"hello", HEADER.pack(100) + b"half"],
    ids=["too long", "empty", "rubbish", "cut off"],
)
async def test_that_a_connection_ends_with_the_first_frame_that_is_none(path, sent):
    server = await serve(path, answer, SimulatorMessage)
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(sent)
    writer.write_eof()
    assert await reader.read() == b""
    writer.close()
    client = await connect(path, SimulatorMessage)  # the others are served on
    assert await client.ask(AskStatus()) == SimulatorStatus(seed=42)
    await client.close()
    await server.close()


async def test_that_a_peer_that_does_not_read_loses_its_connection(path, monkeypatch):
    monkeypatch.setattr("hmi.link.connection.SEND_LIMIT_S", 0.2)

    async def chatter(message):
        return SetFault(device="x" * WRITE_BUFFER_BYTES, kind=FaultKind.NONE)

    server = await serve(path, chatter, SimulatorMessage)
    deaf = socket.socket(socket.AF_UNIX)
    deaf.setblocking(False)
    await asyncio.get_running_loop().sock_connect(deaf, str(path))
    frame = Framing(SimulatorMessage).pack(AskStatus())
    for _ in range(8):
        deaf.send(frame)
    await asyncio.sleep(0.1)
    assert len(server._connections) == 1
    async with asyncio.timeout(5):
        while server._connections:
            await asyncio.sleep(0.02)
    assert server._connections == {}
    deaf.close()
    await server.close()


async def test_that_a_link_that_ends_is_an_error_and_not_a_wait(path):
    started = asyncio.Event()

    async def never(message):
        started.set()
        await asyncio.sleep(60)

    server = await serve(path, never, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    question = asyncio.create_task(client.ask(AskStatus()))
    await started.wait()
    await server.close()
    with pytest.raises(LinkLost):
        await question
    await client.close()


async def test_that_an_answer_that_does_not_come_ends_the_link(path):
    async def never(message):
        await asyncio.sleep(60)

    server = await serve(path, never, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    with pytest.raises(TimeoutError):
        await client.ask(AskStatus(), limit_s=0.05)
    assert client.closed
    await client.close()
    await server.close()


async def test_that_a_name_is_served_once(path):
    server = await serve(path, answer, SimulatorMessage)
    with pytest.raises(EnvironmentFault, match="already_served"):
        await serve(path, answer, SimulatorMessage)
    await server.close()
    assert not path.exists()


async def test_that_the_socket_of_a_dead_process_is_replaced(path):
    path.parent.mkdir(mode=0o700)
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()
    server = await serve(path, answer, SimulatorMessage)
    client = await connect(path, SimulatorMessage)
    assert await client.ask(AskStatus()) == SimulatorStatus(seed=42)
    await client.close()
    await server.close()


async def test_that_a_path_that_the_system_would_cut_is_refused(tmp_path):
    with pytest.raises(EnvironmentFault, match="path_too_long"):
        await serve(tmp_path / ("x" * 120), answer, SimulatorMessage)


async def test_that_a_folder_open_to_others_is_refused(tmp_path):
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(EnvironmentFault, match="open_to_others"):
        await serve(folder / "test.sock", answer, SimulatorMessage)


async def test_that_a_file_in_the_way_is_not_destroyed(tmp_path):
    path = tmp_path / "test.sock"
    path.write_text("precious")
    with pytest.raises(EnvironmentFault, match="name_taken"):
        await serve(path, answer, SimulatorMessage)
    assert path.read_text() == "precious"


async def test_that_a_fault_in_an_answer_ends_only_its_connection(path, expected_logs):
    expected_logs.expect("hmi.link", "answering on test.sock failed")

    async def broken(message):
        if isinstance(message, SetFault):
            raise RuntimeError("broken")
        return SimulatorStatus()

    server = await serve(path, broken, SimulatorMessage)
    one, other = await connect(path, SimulatorMessage), await connect(path, SimulatorMessage)
    with pytest.raises(LinkLost):
        await one.ask(SetFault(device="PLC-1", kind=FaultKind.NONE))
    assert await other.ask(AskStatus()) == SimulatorStatus()
    for client in (one, other):
        await client.close()
    await server.close()


async def test_that_nobody_there_is_said_at_once(path):
    with pytest.raises(LinkLost):
        await connect(path, SimulatorMessage)
