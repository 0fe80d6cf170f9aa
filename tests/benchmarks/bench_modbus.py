"""Modbus TCP: CPU of the client process for reads of 125 registers at depth 1, ours against pymodbus's async client.

Both ask one server in a process of its own (asyncio, answers cut out of a table, the bottleneck of neither), one
connection, one request in flight. The peer: `AsyncModbusTcpClient.read_holding_registers`, awaited one after the
other. Ours: the driver as the engine uses it, one plan of as many uint16 tags as there are registers, decode, quality
and times included. Every value of every cycle is compared with the table, by both alike, and that comparison is taken
out of the CPU. Everything else of the process counts, also the waiting for the next cycle. Medians of rounds whose
order changes.

What is kept from deciding the figure, for both alike:
- numpy has one thread, as the engine has it: a second one spins up to 47 ms after its start, as much as a whole round
  of the sparse scene costs, and falls into the round or before it by chance.
- A round begins behind half a second of cycles at its pace, when imports and first answers are over.
- Client and server share one processor core where the system can be told so. Left to the scheduler they now and then
  get two, and in a virtual machine every request then costs either client about 25 µs more for waking the other core.

pymodbus runs on asyncio's own loop, its default; ours on the engine's (decision 0016). A third client, bare, only sends
the requests and takes what comes, without looking at it, on the engine's loop: below it no client of ours can go, so
pymodbus's CPU in its is the greatest ratio that a scene allows. After the rest of a cycle all code is cold: the fewer
requests a cycle has, the more of its CPU is the waking up that all three pay.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

REGISTERS = 125
ROUNDS = 6
SECONDS = 2.0
WARM_UP_S = 0.5
GOAL = 3.0
SCENES: dict[str, tuple[int, float, bool]] = {
    "10 Hz x 40 requests": (40, 0.1, True),
    "10 Hz x 4 requests": (4, 0.1, False),
    "flat out": (40, 0.0, False),
}
"""Requests a cycle, seconds between cycles, whether the goal is held against it.

The goal is for 5,000 registers at 10 Hz, the size of the daily load. With four requests a cycle nearly everything is
the waking up, which a client that does nothing pays as well; flat out nobody reads a PLC.
"""

Cycle = Callable[[], Awaitable[Any]]


def table() -> "np.ndarray[Any, np.dtype[np.uint16]]":
    """What the registers hold."""
    return (np.arange(65536, dtype=np.uint32) * 40503 & 0xFFFF).astype(np.uint16)


async def serve() -> None:
    """Answers reads until the standard input ends."""
    data = table().astype(">u2").tobytes()

    class Session(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport
            self.rest = b""

        def data_received(self, received: bytes) -> None:
            received = self.rest + received
            answers = []
            while len(received) >= 12:
                address, count = int.from_bytes(received[8:10], "big"), int.from_bytes(received[10:12], "big")
                body = data[2 * address : 2 * (address + count)]
                head = received[:4] + (len(body) + 3).to_bytes(2, "big") + received[6:8] + bytes((len(body),))
                answers.append(head + body)
                received = received[12:]
            self.rest = received
            self.transport.write(b"".join(answers))  # type: ignore[attr-defined]

    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


async def ours(port: int, requests: int) -> tuple[Cycle, Callable[[Any], bool], Callable[[], Awaitable[None]]]:
    """Our driver: (one cycle, is its result right, end)."""
    from hmi.drivers.contract import Item
    from hmi.drivers.modbus import create
    from hmi.model.clock import SystemClock
    from hmi.model.devices.modbus_tcp import ModbusTcpOptions, parse_address
    from hmi.model.value import TypeCode

    options = ModbusTcpOptions(host="127.0.0.1", port=port)
    driver = create(options, SystemClock())
    await driver.open()
    count = requests * REGISTERS
    points = [parse_address(f"hr{place}:uint16", None, options) for place in range(count)]
    plan = driver.plan([Item(place, point, TypeCode.INT64) for place, point in enumerate(points)])
    expected = table()[:count]

    async def cycle() -> Any:
        return await driver.read(plan)

    def right(block: Any) -> bool:
        return not block.cause.any() and bool((block.raw == expected).all())

    return cycle, right, driver.close


async def theirs(port: int, requests: int) -> tuple[Cycle, Callable[[Any], bool], Callable[[], Awaitable[None]]]:
    """pymodbus's async client: (one cycle, is its result right, end)."""
    from pymodbus.client import AsyncModbusTcpClient

    client = AsyncModbusTcpClient("127.0.0.1", port=port)
    await client.connect()
    expected = table()[: requests * REGISTERS].tolist()

    async def cycle() -> Any:
        registers: list[int] = []
        for number in range(requests):
            answer = await client.read_holding_registers(number * REGISTERS, count=REGISTERS, device_id=1)
            registers += answer.registers
        return registers

    async def end() -> None:
        client.close()

    return cycle, lambda registers: bool(registers == expected), end


async def bare(port: int, requests: int) -> tuple[Cycle, Callable[[Any], bool], Callable[[], Awaitable[None]]]:
    """No client at all, only its traffic: (one cycle, is its result right, end)."""
    loop = asyncio.get_running_loop()
    heads = [
        number.to_bytes(2, "big")
        + b"\0\0\0\6\1\3"
        + (number * REGISTERS).to_bytes(2, "big")
        + b"\0"
        + bytes((REGISTERS,))
        for number in range(requests)
    ]
    last = table()[(requests - 1) * REGISTERS : requests * REGISTERS].astype(">u2").tobytes()

    class Traffic(asyncio.BufferedProtocol):
        buffer = memoryview(bytearray(4096))

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def start(self) -> "asyncio.Future[None]":
            self.filled, self.sent, self.done = 0, 1, loop.create_future()
            self.transport.write(heads[0])
            return self.done

        def get_buffer(self, sizehint: int) -> memoryview:
            return self.buffer[self.filled :]

        def buffer_updated(self, nbytes: int) -> None:
            self.filled += nbytes
            if self.filled < 9 + 2 * REGISTERS:
                return
            if self.sent == requests:
                self.done.set_result(None)
                return
            self.transport.write(heads[self.sent])
            self.filled, self.sent = 0, self.sent + 1

    transport, traffic = await loop.create_connection(Traffic, "127.0.0.1", port)

    async def cycle() -> Any:
        await traffic.start()
        return traffic.buffer[9 : 9 + 2 * REGISTERS]

    async def end() -> None:
        transport.close()

    return cycle, lambda body: bytes(body) == last, end


CLIENTS = {"ours": ours, "pymodbus": theirs, "bare": bare}


async def client(who: str, port: int, requests: int, period_s: float) -> None:
    """Runs one client for the time of a round and prints CPU seconds and requests."""
    cycle, right, end = await CLIENTS[who](port, requests)
    await _cycles(who, cycle, right, period_s, WARM_UP_S)
    cycles, cpu_s = await _cycles(who, cycle, right, period_s, SECONDS)
    await end()
    print(json.dumps({"cpu_s": cpu_s, "requests": cycles * requests}))


async def _cycles(
    who: str, cycle: Cycle, right: Callable[[Any], bool], period_s: float, length_s: float
) -> tuple[int, float]:
    """Reads at the pace of a scene for a time: cycles, CPU seconds without the comparison."""
    checking, cycles = 0.0, 0
    began_cpu, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < length_s:
        result = await cycle()
        before = time.process_time()
        if not right(result):
            raise SystemExit(f"{who}: wrong values")
        checking += time.process_time() - before
        cycles += 1
        if period_s:
            await asyncio.sleep(max(0.0, began + cycles * period_s - time.monotonic()))
    return cycles, time.process_time() - began_cpu - checking


def _started(*words: object, **more: Any) -> "subprocess.Popen[str]":
    """Starts this file with a verb."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_modbus", *map(str, words)]
    root = Path(__file__).resolve().parents[2]
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=root, env=environ, stdout=subprocess.PIPE, text=True, **more)


def _share_a_core() -> None:
    """Keeps this process on one core."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _microseconds(who: str, port: int, requests: int, period_s: float) -> float:
    """CPU of one client process for one request, µs."""
    process = _started("client", who, port, requests, period_s)
    out, _ = process.communicate(timeout=60)
    if process.returncode:
        raise RuntimeError(f"the client of {who} ended with {process.returncode}")
    figures = json.loads(out)
    return 1e6 * float(figures["cpu_s"]) / int(figures["requests"])


def run() -> list[dict[str, Any]]:
    """Measures all scenes.

    Returns:
        For each scene the ratio, the figures it rests on, and the greatest ratio that the scene allows.
    """
    server = _started("serve", stdin=subprocess.PIPE)
    rows: list[dict[str, Any]] = []
    try:
        port = int(server.stdout.readline())  # type: ignore[union-attr]
        for scene, (requests, period_s, counts) in SCENES.items():
            found: dict[str, list[float]] = {who: [] for who in CLIENTS}
            for number in range(ROUNDS):
                for who in sorted(found, reverse=number % 2 == 1):
                    found[who].append(_microseconds(who, port, requests, period_s))
            mine, peer, least = (statistics.median(figures) for figures in found.values())
            # Each against its own neighbour: the machine's own speed drifts by half within minutes.
            ratio, most = (_ratio(found["pymodbus"], found[who]) for who in ("ours", "bare"))
            goal = (GOAL, ratio >= GOAL) if counts else (None, None)
            title = f"Modbus TCP, {REGISTERS} registers a request, depth 1, {scene}"
            rows.append(_row(f"{title}: pymodbus's CPU in ours", ratio, "x", *goal))
            rows.append(_row(f"{title}: ours", mine, "µs CPU a request", None, None))
            rows.append(_row(f"{title}: pymodbus async client", peer, "µs CPU a request", None, None))
            rows.append(_row(f"{title}: bare exchange", least, "µs CPU a request", None, None))
            rows.append(_row(f"{title}: pymodbus's CPU in a bare exchange", most, "x", None, None))
    finally:
        server.communicate("", timeout=10)
    return rows


def _ratio(above: list[float], below: list[float]) -> float:
    """Median of the ratios of the rounds."""
    return statistics.median(peer / mine for peer, mine in zip(above, below, strict=True))


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "goal": goal, "met": met}


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    _share_a_core()
    if verb == "serve":
        asyncio.run(serve())
    else:
        from hmi.engine import event_loop

        factory = None if words[0] == "pymodbus" else event_loop.loop_factory()
        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(client(words[0], int(words[1]), int(words[2]), float(words[3])))
