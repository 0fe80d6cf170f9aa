"""An OPC UA server (the library's own) in a thread, and a cable between it and a driver that can be cut in many ways.

The cable understands chunks: it can swallow single kinds of answers, as a broken server or middlebox does.
"""

import asyncio
import contextlib
import logging
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from asyncua import Server, ua
from asyncua.crypto.permission_rules import User, UserRole
from asyncua.server.user_managers import UserManager

V = ua.VariantType
PUBLISH_ANSWER = 829
CREATE_ITEMS_ANSWER = 754
NODES: dict[str, tuple[Any, V]] = {
    "Bool": (True, V.Boolean), "SByte": (-5, V.SByte), "Byte": (200, V.Byte), "Int16": (-32768, V.Int16),
    "UInt16": (65535, V.UInt16), "Int32": (-(2**31), V.Int32), "UInt32": (2**32 - 1, V.UInt32),
    "Int64": (-(2**63), V.Int64), "UInt64": (2**64 - 1, V.UInt64), "Float": (2.5, V.Float), "Double": (1e300, V.Double),
    "String": ("明线 hello", V.String), "Array": ([1, 2, 3], V.Int32), "Cell": (0, V.Int32), "Fixed": (1, V.Int32),
    "Level": (2.5, V.Double), "Speed": (7.0, V.Double), "Words": ("hello", V.String), "Count": (5, V.Int64),
    "Beat": (1, V.Int64), "Program": (77, V.UInt32),
}  # fmt: skip


class _Users(UserManager):
    def get_user(self, iserver: Any, username: Any = None, password: Any = None, certificate: Any = None) -> Any:
        if username is None:
            return User(role=UserRole.User)
        return User(role=UserRole.User) if (username, password) == ("hmi", "secret") else None


class UaServer:
    """A server with nodes `ns=2;s=<name>`."""

    def __init__(self, *, encrypted_password: bool = False) -> None:
        self.nodes: dict[str, Any] = {}
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event | None = None
        self._encrypted = encrypted_password
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="OPC UA server of the tests", daemon=True)
        self._thread.start()
        if not self._up.wait(20):
            raise RuntimeError("the OPC UA server of the tests does not start")

    def call(self, work: Any) -> Any:
        """Do something on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(5)

    def put(self, name: str, value: Any, status: int = 0, kind: V | None = None, source: Any = None) -> None:
        variant = ua.Variant(value, kind or NODES.get(name, (0, V.Double))[1])
        data = ua.DataValue(variant, ua.StatusCode(status), SourceTimestamp=source)
        self.call(self.server.write_attribute_value(self.nodes[name].nodeid, data))

    def value(self, name: str) -> Any:
        return self.call(self.nodes[name].read_value())

    def limit(self, number: int, most: int) -> None:
        """Set one of the server's operation limits (11705 nodes of a read, 11714 items to be watched)."""
        node = self.server.get_node(ua.NodeId(number))
        self.call(node.write_value(ua.Variant(most, V.UInt32)))

    def forget_sessions(self) -> None:
        """End what the server keeps of clients that were cut off: it would wait for them for half a minute."""

        async def forget() -> None:
            kept = ("InternalSession._timeout_loop", "InternalSubscription._subscription_loop")
            tasks = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__qualname__", "") in kept]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        self.call(forget())

    def close(self) -> None:
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.closing(self._loop):
            self._loop.run_until_complete(self._serve())
            for task in (left := asyncio.all_tasks(self._loop)):  # sessions of clients that were cut off
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    async def _serve(self) -> None:
        logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)
        self._stop = asyncio.Event()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = Server(user_manager=_Users())
        await self.server.init()
        self.server.set_endpoint(f"opc.tcp://127.0.0.1:{self.port}/tests")
        self.server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        self.server.set_identity_tokens([ua.AnonymousIdentityToken, ua.UserNameIdentityToken])
        space = await self.server.register_namespace("urn:tests")
        line = await self.server.nodes.objects.add_object(space, "Line")
        for name, (value, kind) in NODES.items():
            node = await line.add_variable(ua.NodeId(name, space), name, value, kind)
            if name != "Fixed":
                await node.set_writable()
            self.nodes[name] = node
        for number in range(1000):
            name = f"N{number:04d}"
            self.nodes[name] = await line.add_variable(ua.NodeId(name, space), name, float(number), V.Double)
        async with self.server:
            self._up.set()
            await self._stop.wait()


@dataclass
class Cable:
    """A port in front of a server."""

    target: int
    port: int = 0
    swallow: Callable[[int], bool] = field(default=lambda kind: False)
    """Which answers (by their type) are thrown away."""
    edit: Callable[[int, bytes], bytes] | None = None
    """What becomes of an answer's chunk: (type, chunk) -> chunk."""
    swallowed: int = 0
    seen: dict[int, int] = field(default_factory=dict)
    """Type of a request -> how often it came."""
    accepted: int = 0
    resets: int = 0
    """Connections that the driver ended with a reset."""
    _writers: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[Any] = field(default_factory=set)
    _thawed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def frozen(self) -> bool:
        """Nothing passes any more: what is sent waits in the kernel, as behind a cable that was pulled."""
        return not self._thawed.is_set()

    @frozen.setter
    def frozen(self, frozen: bool) -> None:
        (self._thawed.clear if frozen else self._thawed.set)()
        for pair in self._writers:
            for writer in pair:
                if not writer.transport.is_closing():
                    (writer.transport.pause_reading if frozen else writer.transport.resume_reading)()

    @property
    def connected(self) -> int:
        return len(self._writers)

    def cut(self) -> None:
        """End all connections with a reset and refuse new ones."""
        if self._server is not None:
            self._server.close()
        self.drop()

    def drop(self) -> None:
        """End all connections with a reset; new ones are taken."""
        for pair in list(self._writers):
            for writer in pair:
                peer = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or not self._server.is_serving():
            writer.transport.abort()
            return
        self.accepted += 1
        task = asyncio.create_task(self._carry(reader, writer), name="cable")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pair: tuple[Any, ...] = ()
        try:
            inner_reader, inner = await asyncio.open_connection("127.0.0.1", self.target)
            pair = (writer, inner)
            self._writers.append(pair)
            there = asyncio.create_task(self._forward(reader, inner, answers=False))
            back = asyncio.create_task(self._forward(inner_reader, writer, answers=True))
            await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for one in (there, back):
                one.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
            inner.transport.abort()
        finally:
            writer.transport.abort()
            if pair:
                self._writers.remove(pair)

    @contextlib.contextmanager
    def _noting_resets(self, *, answers: bool) -> Iterator[None]:
        try:
            yield
        except ConnectionResetError:
            self.resets += not answers
            raise

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError), self._noting_resets(answers=answers):
            missing = 0
            while True:
                head = await reader.readexactly(8)
                chunk = head + await reader.readexactly(struct.unpack("<I", head[4:])[0] - 8)
                await self._thawed.wait()
                kind = struct.unpack_from("<H", chunk, 26)[0] if chunk[:3] == b"MSG" else 0
                if not answers:
                    self.seen[kind] = self.seen.get(kind, 0) + 1
                elif self.swallow(kind):
                    self.swallowed += 1
                    missing += 1
                    continue
                elif self.edit is not None:
                    chunk = self.edit(kind, chunk)
                if missing:  # as of a server that has never sent them: its chunks are numbered without a gap
                    number = struct.unpack_from("<I", chunk, 16)[0] - missing
                    chunk = chunk[:16] + struct.pack("<I", number) + chunk[20:]
                writer.write(chunk)
                await writer.drain()


@contextlib.asynccontextmanager
async def cable(target: int) -> AsyncIterator[Cable]:
    made = Cable(target)
    made.frozen = False
    made._server = await asyncio.start_server(made._accept, "127.0.0.1", 0)
    made.port = made._server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.frozen = False
        made.cut()
        for task in (ending := list(made._tasks)):
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


@contextlib.contextmanager
def ua_server(**choices: Any) -> Iterator[UaServer]:
    server = UaServer(**choices)
    try:
        yield server
    finally:
        server.close()
