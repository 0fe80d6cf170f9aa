"""A device that answers rubbish makes its own tags bad, with the reason, and harms no other: by the real engine.

One good device is polled beside a dozen that answer nonsense; its server keeps the time of every scan.
"""

import asyncio
import contextlib
import itertools
import random
import statistics
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import cast

import pytest

from hmi.model.device import DeviceState
from hmi.model.health import STATE_NUMBERS, device_path
from tests.acceptance.own_station import Answer, OwnStation, is_read
from tests.drivers.modbus_server import ModbusServer, serving

PERIOD_S = 0.1
WATCHED_S = 4.0
"""Long enough for several connections of each device that is broken off."""
VALUE = 0x55AA
"""What the good device holds; no rubbish here says this."""
_RANDOM = random.Random(20)
_HEADER = struct.Struct(">HHHB")

Reply = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""(request, where the answer goes)"""


def reply_of(make: Callable[[int, bytes], bytes]) -> Reply:
    """Answers each request with what is made of its transaction number and its PDU."""

    async def reply(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(make(int.from_bytes(request[:2], "big"), request[7:]))
        await writer.drain()

    return reply


def framed(transaction: int, pdu: bytes, *, unit: int = 1, length: int | None = None, protocol: int = 0) -> bytes:
    """Gives a frame, right or wrong."""
    return _HEADER.pack(transaction, protocol, len(pdu) + 1 if length is None else length, unit) + pdu


async def flood(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Sends without end, until the other side has enough."""
    for _ in range(200):
        writer.write(_RANDOM.randbytes(16 * 1024))
        await writer.drain()
        await asyncio.sleep(0.01)


async def trickle(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Sends a right answer, but so slowly that it never ends."""
    for byte in framed(int.from_bytes(request[:2], "big"), bytes((3, 4, 1, 2, 3, 4))):
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(0.4)


async def hang_up(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Ends the connection instead of answering."""
    writer.close()


async def http(request: bytes, writer: asyncio.StreamWriter) -> None:
    """Answers as a web server does that was taken for a PLC."""
    writer.write(
        b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Bad Request</h1>"
    )
    await writer.drain()
    writer.close()


RUBBISH: dict[str, tuple[Reply, set[str]]] = {
    "Random": (reply_of(lambda _, pdu: _RANDOM.randbytes(40)), {"malformed_answer", "device_timed_out"}),
    "Flood": (flood, {"malformed_answer", "device_timed_out"}),
    "HalfHeader": (
        reply_of(lambda number, _: framed(number, b"\3\4abcd")[:5]),
        {"device_timed_out", "malformed_answer"},
    ),
    "HalfFrame": (
        reply_of(lambda number, _: framed(number, b"\3\4abcd")[:-1]),
        {"device_timed_out", "malformed_answer"},
    ),
    "Trickle": (trickle, {"device_timed_out"}),
    "Silent": (reply_of(lambda *_: b""), {"device_timed_out"}),
    "HangsUp": (hang_up, {"device_offline", "device_reset"}),
    "Http": (http, {"malformed_answer", "device_offline", "device_reset"}),
    "Ftp": (reply_of(lambda *_: b"220 FTP server ready.\r\n"), {"malformed_answer"}),
    "WrongFunction": (reply_of(lambda number, _: framed(number, b"\x04\4abcd")), {"wrong_function"}),
    "WrongCount": (reply_of(lambda number, _: framed(number, b"\3\2ab")), {"wrong_count"}),
    "LyingCount": (reply_of(lambda number, _: framed(number, b"\3\4ab")), {"wrong_count", "malformed_answer"}),
    "WrongUnit": (reply_of(lambda number, _: framed(number, b"\3\4abcd", unit=9)), {"wrong_unit"}),
    "WrongNumber": (reply_of(lambda number, _: framed(number ^ 0xFF, b"\3\4abcd")), {"device_timed_out"}),
    "WrongProtocol": (reply_of(lambda number, _: framed(number, b"\3\4abcd", protocol=7)), {"malformed_answer"}),
    "HugeLength": (reply_of(lambda number, _: framed(number, b"\3\4abcd", length=65535)), {"malformed_answer"}),
    "NoLength": (reply_of(lambda number, _: framed(number, b"", length=0)), {"malformed_answer"}),
    "Exception": (reply_of(lambda number, _: framed(number, b"\x83\x77")), {"malformed_answer", "device_failure"}),
}
"""Name of a tag -> how its device answers, and which causes say so in true words; two halves in a row are malformed."""


@contextlib.asynccontextmanager
async def rubbish_servers() -> AsyncIterator[dict[str, int]]:
    """Listens for each kind of rubbish on a port of its own; gives the ports."""
    sessions: set[asyncio.Task[None]] = set()

    def session(reply: Reply) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            sessions.add(cast("asyncio.Task[None]", asyncio.current_task()))
            try:
                while not writer.is_closing():
                    await reply(await reader.readexactly(12), writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # the engine has hung up, or the test is over
            finally:
                writer.transport.abort()

        return serve

    async with contextlib.AsyncExitStack() as stack:
        ports = {}
        for name, (reply, _) in RUBBISH.items():
            listener = await asyncio.start_server(session(reply), "127.0.0.1", 0)
            await stack.enter_async_context(listener)
            ports[name] = listener.sockets[0].getsockname()[1]
        try:
            yield ports
        finally:
            for task in sessions:
                task.cancel()
            await asyncio.gather(*sessions, return_exceptions=True)


def prepared(folder: Path, ports: dict[str, int]) -> OwnStation:
    """Makes a project with a device for each port, all polled at 10 Hz."""
    station = OwnStation(folder)
    rows = [
        f"Line/{name},modbus-tcp://127.0.0.1:{port}/1?request_ms=300,hr0,uint32" for name, port in sorted(ports.items())
    ]
    station.new("\n".join(["tag,device,address,type", *rows]) + "\n")
    devices = station.project / "devices" / "devices.jsonl"
    text = devices.read_text(encoding="utf-8")
    devices.write_text(text.replace('"protocol":', '"scan":"fast","protocol":'), encoding="utf-8")
    return station


def assert_bad(answers: list[Answer]) -> None:
    """Every rubbish tag is bad, without a value."""
    for answer in answers:
        assert (answer["value"], answer["quality"], answer["good"]) == (None, "bad", False), answer


@pytest.mark.timeout(60)
def test_that_rubbish_makes_its_own_tags_bad_with_the_reason_and_the_good_device_keeps_its_scan(
    tmp_path: Path, run_async: Callable[..., None]
) -> None:
    async def work() -> None:
        server, scans = ModbusServer(), list[float]()
        server.put(0, VALUE.to_bytes(4, "big"))
        server.before = lambda _: scans.append(time.monotonic())
        async with serving(server), rubbish_servers() as ports:
            station = await asyncio.to_thread(prepared, tmp_path, {"Good": server.port, **ports})
            tags = ["Line/Good", *(f"Line/{name}" for name in RUBBISH)]
            with station.engine():
                await asyncio.to_thread(station.read_when, tags, is_read)
                scans.clear()
                began, seen = time.monotonic(), set[tuple[str, str]]()
                while time.monotonic() - began < WATCHED_S:
                    good, *bad = await asyncio.to_thread(station.read, *tags)
                    assert (good["value"], good["good"], good["cause"]) == (VALUE, True, None)
                    assert good["age_s"] < 1.0
                    assert_bad(bad)
                    seen |= {(name, answer["cause"]) for name, answer in zip(RUBBISH, bad, strict=True)}
                lasted = time.monotonic() - began
                listed = await asyncio.to_thread(station.hmi, "tags", "list", station.project, "Line/Good")
                device = listed.stdout.split("\t")[1]
                health = [device_path(device, member) for member in ("State", "Errors")]
                state, errors = await asyncio.to_thread(station.read, *health)
            print(f"{len(scans)} scans in {lasted:.1f} s; {sorted(seen)}")
            untrue = {(name, cause) for name, cause in seen if cause not in RUBBISH[name][1] | {"device_connecting"}}
            assert untrue == set()
            assert {name for name, cause in seen if cause != "device_connecting"} == set(RUBBISH)
            assert state["value"] == STATE_NUMBERS[DeviceState.ONLINE]
            assert errors["value"] == 0
            assert server.connections == 1
            gaps = [later - earlier for earlier, later in itertools.pairwise(scans)]
            assert len(scans) > 0.9 * lasted / PERIOD_S
            assert statistics.median(gaps) < 1.2 * PERIOD_S

    run_async(work(), 45.0)
