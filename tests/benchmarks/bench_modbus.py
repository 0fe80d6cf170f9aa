"""Modbus TCP: CPU of the client process for reads of 125 registers at depth 1, ours against pymodbus's async client.

Both ask one server in a process of its own (asyncio, answers cut out of a table, the bottleneck of neither), one
connection, one request in flight. The peer: `AsyncModbusTcpClient.read_holding_registers`, awaited one after the
other. Ours: the driver as the engine uses it, one plan of as many uint16 tags as there are registers, decode, quality
and times included. Every value of every cycle is compared with the table, by both alike, and that comparison is taken
out of the CPU. Everything else of the process counts, also the waiting for the next cycle. Medians of alternating
rounds.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

REGISTERS = 125
ROUNDS = 5
SECONDS = 2.0
GOAL = 3.0
SCENES: dict[str, tuple[int, float]] = {
    "10 Hz x 40 requests": (40, 0.1),
    "10 Hz x 4 requests": (4, 0.1),
    "flat out": (40, 0.0),
}
"""Requests a cycle, seconds between cycles."""

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


async def client(who: str, port: int, requests: int, period_s: float) -> None:
    """Runs one client for the time of a round and prints CPU seconds and requests."""
    cycle, right, end = await (ours if who == "ours" else theirs)(port, requests)
    for _ in range(3):
        if not right(await cycle()):
            raise SystemExit(f"{who}: wrong values")
    checking, cycles = 0.0, 0
    began_cpu, began = time.process_time(), time.monotonic()
    while time.monotonic() - began < SECONDS:
        result = await cycle()
        before = time.process_time()
        if not right(result):
            raise SystemExit(f"{who}: wrong values")
        checking += time.process_time() - before
        cycles += 1
        if period_s:
            await asyncio.sleep(max(0.0, began + cycles * period_s - time.monotonic()))
    cpu_s = time.process_time() - began_cpu - checking
    await end()
    print(json.dumps({"cpu_s": cpu_s, "requests": cycles * requests}))


def _started(*words: object, **more: Any) -> "subprocess.Popen[str]":
    """Starts this file with a verb."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_modbus", *map(str, words)]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, **more)


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
        For each scene the ratio (goal 3) and both figures it rests on.
    """
    server = _started("serve", stdin=subprocess.PIPE)
    rows: list[dict[str, Any]] = []
    try:
        port = int(server.stdout.readline())  # type: ignore[union-attr]
        for scene, (requests, period_s) in SCENES.items():
            found: dict[str, list[float]] = {"ours": [], "pymodbus": []}
            for _ in range(ROUNDS):
                for who, figures in found.items():
                    figures.append(_microseconds(who, port, requests, period_s))
            mine, peer = (statistics.median(figures) for figures in found.values())
            ratio = peer / mine
            title = f"Modbus TCP, {REGISTERS} registers a request, depth 1, {scene}"
            rows.append(_row(f"{title}: pymodbus's CPU in ours", ratio, "x", GOAL, ratio >= GOAL))
            rows.append(_row(f"{title}: ours", mine, "µs CPU a request", None, None))
            rows.append(_row(f"{title}: pymodbus async client", peer, "µs CPU a request", None, None))
    finally:
        server.communicate("", timeout=10)
    return rows


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, Any]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "goal": goal, "met": met}


if __name__ == "__main__":
    verb, *words = sys.argv[1:]
    if verb == "serve":
        asyncio.run(serve())
    else:
        asyncio.run(client(words[0], int(words[1]), int(words[2]), float(words[3])))
