"""The engine's socket against a peer that is slow, deaf, greedy or talks nonsense: it alone is the worse for it."""

import asyncio
import contextlib
import os
import select
import socket

import pytest

from hmi.link import connection, talk
from hmi.link.engine_messages import AskHello, AskPing, EngineMessage, Pong, Users
from hmi.link.framing import HEADER, MAX_MESSAGE_BYTES, Framing
from hmi.link.messages import Refused
from hmi.link.talk import MOST_ASKED, MOST_TOLD, MOST_WINDOWS, attend, reach
from hmi.model.user import UserEntry

FRAMING = Framing(EngineMessage)
LARGE = 100_000
"""Bytes of an answer; a socket and its buffer hold a handful of them."""


class Answering:
    """Answers pings at once, and everything else with much; counts."""

    def __init__(self, attended):
        self.attended = attended
        self.asked = 0
        self.bytes = LARGE
        self.ended_ = asyncio.Event()

    async def answer(self, message):
        if isinstance(message, AskPing):
            return Pong(number=message.number)
        self.asked += 1
        return Users(number=message.number, users=(UserEntry(name="x" * self.bytes),))

    async def ended(self):
        self.ended_.set()


@contextlib.asynccontextmanager
async def served(tmp_path):
    """A hub; gives its path and the handlers of its connections."""
    handlers = []

    def make(attended):
        handlers.append(Answering(attended))
        return handlers[-1]

    path = tmp_path / "engine.sock"
    tmp_path.chmod(0o700)
    hub = await attend(path, make, EngineMessage)
    try:
        yield hub, path, handlers
    finally:
        await hub.close()


@pytest.fixture
def peer():
    """Makes sockets of which nothing is read unless the test does."""
    made = []

    async def connect(path):
        plain = socket.socket(socket.AF_UNIX)
        made.append(plain)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, str(path))
        await asyncio.sleep(0)  # so that the queue of the door is never full: a full one only seems to connect
        return plain

    yield connect
    for plain in made:
        plain.close()


async def is_served(path):
    asking = await reach(path, EngineMessage, lambda _: None)
    try:
        return await asking.ask(lambda n: AskPing(number=n), 1.0) == Pong(number=1)
    finally:
        await asking.close()


def has_ended(plain):
    """Whether the other end has closed, without reading a byte."""
    poll = select.poll()
    poll.register(plain, select.POLLRDHUP | select.POLLHUP)
    return bool(poll.poll(0))


async def until(condition, limit_s=3.0):
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.01)


async def test_that_a_message_that_trickles_in_byte_by_byte_loses_its_connection(tmp_path, peer, monkeypatch):
    monkeypatch.setattr(connection, "BODY_LIMIT_S", 0.2)
    async with served(tmp_path) as (_, path, handlers):
        plain = await peer(path)
        frame = FRAMING.pack(AskHello(number=1, pid=1, station="x" * 200))
        sent = 0
        with pytest.raises(BrokenPipeError):
            for byte in frame:
                await asyncio.get_running_loop().sock_sendall(plain, bytes((byte,)))
                sent += 1
                await asyncio.sleep(0.02)
        assert sent < 40
        assert handlers[0].asked == 0
        await asyncio.wait_for(handlers[0].ended_.wait(), 1.0)
        assert await is_served(path)


async def test_that_a_peer_that_reads_no_answer_has_few_made_for_it_and_is_let_go(tmp_path, peer, monkeypatch):
    monkeypatch.setattr(connection, "SEND_LIMIT_S", 0.3)
    async with served(tmp_path) as (_, path, handlers):
        plain = await peer(path)
        for number in range(1, 301):
            await asyncio.get_running_loop().sock_sendall(
                plain, FRAMING.pack(AskHello(number=number, pid=1, station="x"))
            )
        assert await is_served(path)
        assert not has_ended(plain)
        await until(lambda: has_ended(plain))
        held = (connection.WRITE_BUFFER_BYTES + plain.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)) // LARGE + 2
        assert MOST_ASKED <= handlers[0].asked <= MOST_ASKED + held
        await asyncio.wait_for(handlers[0].ended_.wait(), 1.0)
        assert await is_served(path)


async def test_that_a_peer_that_takes_no_news_gets_the_newest_of_each_kind_or_is_let_go(tmp_path, peer, monkeypatch):
    monkeypatch.setattr(connection, "SEND_LIMIT_S", 30.0)
    async with served(tmp_path) as (hub, path, handlers):
        plain = await peer(path)
        await until(lambda: handlers)
        attended = handlers[0].attended
        frame = hub.pack(Users(number=0, users=(UserEntry(name="x" * LARGE),)))
        for _ in range(1000):
            attended.tell("alarms", frame)
            await asyncio.sleep(0)
        assert len(attended._news) == 1
        for number in range(MOST_TOLD):
            attended.tell(f"kind {number}", b"")
        await until(lambda: has_ended(plain))
        assert len(attended._news) <= MOST_TOLD


async def test_that_an_answer_that_is_too_long_is_refused_and_the_next_one_given(tmp_path, expected_logs):
    expected_logs.expect("hmi.link", "too long")
    async with served(tmp_path) as (_, path, handlers):
        asking = await reach(path, EngineMessage, lambda _: None)
        assert await asking.ask(lambda n: AskPing(number=n), 1.0)
        handlers[0].bytes = MAX_MESSAGE_BYTES
        refused = await asking.ask(lambda n: AskHello(number=n, pid=1, station="x"), 1.0)
        assert isinstance(refused, Refused)
        assert refused.reason.code == "link.own_fault"
        assert await asking.ask(lambda n: AskPing(number=n), 1.0) == Pong(number=3)
        await asking.close()


async def test_that_more_windows_than_there_are_places_are_turned_away_and_harm_nobody(tmp_path, peer):
    async with served(tmp_path) as (_, path, handlers):
        first = [await peer(path) for _ in range(MOST_WINDOWS)]
        await until(lambda: len(handlers) == MOST_WINDOWS)
        late = await peer(path)
        await until(lambda: has_ended(late))
        assert not any(map(has_ended, first))
        first[0].close()
        await asyncio.wait_for(handlers[0].ended_.wait(), 1.0)
        await asyncio.sleep(0)
        assert await is_served(path)


async def test_that_who_asks_faster_than_a_person_can_is_slowed_down(tmp_path, monkeypatch):
    monkeypatch.setattr(talk, "BURST", 10.0)
    async with served(tmp_path) as (_, path, _):
        asking = await reach(path, EngineMessage, lambda _: None)
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for _ in range(70):
            await asking.ask(lambda n: AskPing(number=n), 2.0)
        assert loop.time() - begin > 60 / talk.RATE * 0.9
        await asking.close()


@pytest.mark.parametrize(
    "sent",
    [
        HEADER.pack(MAX_MESSAGE_BYTES + 1),
        HEADER.pack(0xFFFFFFFF),
        HEADER.pack(0),
        HEADER.pack(6) + os.urandom(6),
        HEADER.pack(200_000) + b"\x91" * 200_000,
        FRAMING.pack(AskPing(number=1)).replace(b"ping", b"pong", 1) + b"\0\0\0\0",
        FRAMING.pack(AskPing(number=1)).replace(b"active", b"aktive", 1),
        FRAMING.pack(AskPing(number=1)).replace(b"\x01", b"\xcb", 1),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["too long", "longest", "empty", "random", "deep", "forged tail", "unknown field", "cut number", "http"],
)
async def test_that_what_is_no_message_ends_its_connection_and_no_other(tmp_path, peer, sent):
    async with served(tmp_path) as (_, path, handlers):
        plain = await peer(path)
        await asyncio.get_running_loop().sock_sendall(plain, sent)
        await until(lambda: has_ended(plain))
        assert handlers[0].asked == 0
        assert await is_served(path)
