"""A small Modbus TCP server for tests that behaves, or misbehaves, as a test tells it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from hmi.drivers.modbus.pdu import (
    BIT_READS,
    HEADER,
    READS,
    BadPdu,
    ExceptionCode,
    Function,
    Request,
    echo_of,
    exception_answer,
    frame,
    packed_bits,
    parse_request,
    read_answer,
    unpacked_bits,
)

_TABLES = {
    Function.READ_COILS: 0, Function.READ_DISCRETE: 1, Function.READ_INPUT: 3, Function.READ_HOLDING: 4,
    Function.WRITE_COIL: 0, Function.WRITE_COILS: 0, Function.WRITE_REGISTER: 4, Function.WRITE_REGISTERS: 4,
    Function.MASK_REGISTER: 4,
}  # fmt: skip

Answer = bytes | None
Twist = Callable[[Request, bytes], list[bytes]]
"""(request, right frame) -> frames to send instead."""


@dataclass
class ModbusServer:
    """State and orders of the server; change them at any time."""

    host: str = "127.0.0.1"
    port: int = 0
    tables: dict[int, list[int]] = field(default_factory=lambda: {table: [0] * 65536 for table in (0, 1, 3, 4)})
    holes: set[tuple[int, int]] = field(default_factory=set)
    """(table, address) that are refused with exception 02."""
    refuse: dict[Function, ExceptionCode] = field(default_factory=dict)
    most_registers: int = 125
    most_code: ExceptionCode = ExceptionCode.ILLEGAL_VALUE
    delay_s: float = 0.0
    segment_bytes: int = 0
    """Cuts every answer into segments of this size."""
    hold: int = 1
    """Sends answers together, so many in one segment."""
    drop: int = 0
    """So many requests are not answered; -1 is all."""
    drop_pipelined: bool = False
    """Answers only the first request of each segment, as some servers do."""
    close_next: bool = False
    twist: Twist | None = None
    before: Callable[[Request], None] | None = None
    """Called before each request is served."""
    log: list[Request] = field(default_factory=list)
    connections: int = 0
    connected: int = 0
    resets: int = 0
    """Connections that ended with a reset and not with a goodbye."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a connection has ended."""
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a request has come."""

    _listener: asyncio.Server | None = None
    _sessions: "set[_Session]" = field(default_factory=set)

    def stop(self) -> None:
        """Stops listening and cuts every connection."""
        if self._listener is not None:
            self._listener.close()
        for session in list(self._sessions):
            session.cut()

    @property
    def holding(self) -> list[int]:
        return self.tables[4]

    def put(self, address: int, data: bytes, table: int = 4) -> None:
        """Lays bytes into registers as they shall come over the wire."""
        for place in range(0, len(data), 2):
            self.tables[table][address + place // 2] = int.from_bytes(data[place : place + 2].ljust(2, b"\0"), "big")

    def serve(self, pdu: bytes) -> tuple[Request, bytes]:
        try:
            request = parse_request(pdu)
        except BadPdu as bad:
            return Request(Function.READ_HOLDING, 0, 0), exception_answer(pdu[0], bad.exception)
        if self.before is not None:
            self.before(request)
        self.log.append(request)
        function, table = request.function, _TABLES[request.function]
        if function in self.refuse:
            return request, exception_answer(function, self.refuse[function])
        if function in READS and function not in BIT_READS and request.count > self.most_registers:
            return request, exception_answer(function, self.most_code)
        places = range(request.address, request.address + request.count)
        if any((table, place) in self.holes for place in places):
            return request, exception_answer(function, ExceptionCode.ILLEGAL_ADDRESS)
        values = self.tables[table]
        if function in BIT_READS:
            return request, read_answer(function, packed_bits([bool(values[place]) for place in places]))
        if function in READS:
            return request, read_answer(function, b"".join(values[place].to_bytes(2, "big") for place in places))
        if function is Function.MASK_REGISTER:
            and_mask, or_mask = int.from_bytes(request.data[:2], "big"), int.from_bytes(request.data[2:], "big")
            values[request.address] = values[request.address] & and_mask | or_mask & ~and_mask
        elif table == 0:
            for place, bit in zip(places, unpacked_bits(request.data, request.count), strict=True):
                values[place] = int(bit)
        else:
            self.put(request.address, request.data)
        return request, echo_of(pdu)


class _Session(asyncio.Protocol):
    def __init__(self, server: ModbusServer) -> None:
        self._server = server
        self._buffer = b""
        self._held: list[bytes] = []
        self._segments: list[bytes] = []
        self._pending: set[asyncio.TimerHandle] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server._sessions.add(self)
        self._server.connections += 1
        self._server.connected += 1

    def cut(self) -> None:
        self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server._sessions.discard(self)
        self._server.connected -= 1
        self._server.resets += isinstance(exc, ConnectionResetError)
        self._server.ended.set()
        for timer in self._pending:
            timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        served = 0
        while len(self._buffer) >= 8:
            transaction, _, length, unit = HEADER.unpack_from(self._buffer)
            if len(self._buffer) < 6 + length:
                break
            pdu, self._buffer = self._buffer[7 : 6 + length], self._buffer[6 + length :]
            served += 1
            if not (self._server.drop_pipelined and served > 1):
                self._serve(transaction, unit, pdu)

    def _serve(self, transaction: int, unit: int, pdu: bytes) -> None:
        server = self._server
        request, answer = server.serve(pdu)
        server.arrived.set()
        if server.close_next:
            server.close_next = False
            self._transport.close()
            return
        if server.drop:
            server.drop -= server.drop > 0
            return
        right = frame(transaction, unit, answer)
        frames = server.twist(request, right) if server.twist is not None else [right]
        if server.delay_s:
            timer = asyncio.get_running_loop().call_later(server.delay_s, self._send, frames)
            self._pending.add(timer)
        else:
            self._send(frames)

    def _send(self, frames: list[bytes]) -> None:
        self._held += frames
        if len(self._held) < self._server.hold:
            return
        data, self._held = b"".join(self._held), []
        size = self._server.segment_bytes or len(data) or 1
        idle = not self._segments
        self._segments += [data[place : place + size] for place in range(0, len(data), size)]
        if idle:
            self._next_segment()

    def _next_segment(self) -> None:
        """Sends one segment after the other, so that an answer never mixes with the one before it."""
        if self._segments:
            self._transport.write(self._segments.pop(0))
        if self._segments:
            self._pending.add(asyncio.get_running_loop().call_later(0.0005, self._next_segment))


@contextlib.asynccontextmanager
async def serving(server: ModbusServer | None = None) -> AsyncIterator[ModbusServer]:
    """Listens on a free loopback port."""
    server = server or ModbusServer()
    listener = await asyncio.get_running_loop().create_server(lambda: _Session(server), server.host, server.port)
    server.port = listener.sockets[0].getsockname()[1]
    server._listener = listener
    try:
        yield server
    finally:
        server.stop()
        await asyncio.sleep(0)
