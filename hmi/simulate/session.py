"""One connection of a simulated port: cuts the stream into requests, answers each in turn. asyncio, by `endpoint`."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from hmi.drivers.modbus import pdu
from hmi.link.messages import FaultKind
from hmi.simulate.listener import Connection
from hmi.simulate.plc import Plc

SLOW_S = 1.5
"""How late an answer comes under the fault `slow`: past the usual time limit of 1 s."""


class Port(Protocol):
    """What a connection needs to know of its port."""

    sessions: set[Connection]

    @property
    def plcs(self) -> Mapping[int, Plc]:
        """Unit identifier -> PLC."""
        ...

    @property
    def silent(self) -> bool:
        """True while nothing may be read or answered."""
        ...


class Session(asyncio.Protocol):
    """One connection: cuts the stream into requests, answers each in turn."""

    def __init__(self, port: Port) -> None:
        """Belong to a port."""
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._late: list[asyncio.TimerHandle] = []
        self._blocked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
            self._port.sessions.add(self)
            if self._port.silent:
                self.hush()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._port.sessions.discard(self)
        for timer in self._late:
            timer.cancel()
        self._late.clear()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Take bytes, answer what is complete."""
        self._received += data
        self._work()

    def eof_received(self) -> bool:
        """The peer has ended its side: end ours too."""
        return False

    def pause_writing(self) -> None:
        """The peer does not take its answers: read nothing more until it does."""
        self._blocked = True
        if self._transport and not self._port.silent:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It takes them again."""
        self._blocked = False
        if self._transport and not self._port.silent:
            self._transport.resume_reading()
            self._work()

    def hush(self) -> None:
        """Read and answer nothing; what comes waits in the kernel, as on a wire that is cut."""
        if self._transport:
            self._transport.pause_reading()
            for timer in self._late:
                timer.cancel()
            self._late.clear()

    def speak(self) -> None:
        """Read and answer again."""
        if self._transport and not self._blocked:
            self._transport.resume_reading()
            self._work()

    def drop(self) -> None:
        """End at once; the peer gets a reset."""
        if self._transport:
            self._transport.abort()

    def _work(self) -> None:
        """Answer all requests that are complete."""
        while self._transport and not self._port.silent and len(self._received) >= pdu.HEADER_BYTES:
            transaction, protocol, length, unit = pdu.HEADER.unpack_from(self._received)
            if protocol != 0 or not 2 <= length <= pdu.MAX_PDU_BYTES + 1:
                self.drop()  # no request can be found any more in what follows
                return
            end = pdu.HEADER_BYTES - 1 + length
            if len(self._received) < end:
                return
            request = bytes(self._received[pdu.HEADER_BYTES : end])
            del self._received[:end]
            self._answer(transaction, unit, request)

    def _answer(self, transaction: int, unit: int, request: bytes) -> None:
        """Answer one request, at once or late."""
        plc = self._port.plcs.get(unit)
        if plc is None:
            refused = pdu.exception_answer(request[0], pdu.ExceptionCode.GATEWAY_TARGET_SILENT)
            self._send(pdu.frame(transaction, unit, refused))
            return
        answer = pdu.frame(transaction, unit, plc.answer(request))
        if plc.fault is FaultKind.SLOW:
            self._late.append(asyncio.get_running_loop().call_later(SLOW_S, self._send_late, answer))
        else:
            self._send(answer)

    def _send_late(self, answer: bytes) -> None:
        """Send the answer whose time has come (they come in their order)."""
        del self._late[:1]
        self._send(answer)

    def _send(self, answer: bytes) -> None:
        """Hand an answer to the kernel."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(answer)
