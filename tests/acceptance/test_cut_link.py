"""A link that is cut for 7 s in the middle of writes: nothing arrives after TIMED_OUT was shown, seen at the server.

Two network namespaces stand for engine and PLC, joined by a cable of their own (a veth pair); the machine's network is
not touched. It takes the right to make namespaces: without it the tests are skipped.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.engine.commands.other_end import OtherEnd, engine_process

ROOT = Path(__file__).resolve().parents[2]
CUT_S = 7.0
DEADLINE_MS = 2000
PLC = "10.213.7.2"
ENGINE = "10.213.7.1"

PLAIN_WRITER = """
import socket, sys, time
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
print("connected", flush=True)
sys.stdin.readline()
sock.sendall(bytes.fromhex("0001 0000 0006 01 06 000a 0063"))
print("sent", flush=True)
time.sleep(60)
"""
"""A client that knows nothing of deadlines: what it sends during the cut arrives after it."""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=10)


@dataclass
class Cable:
    """Two namespaces and the cable between them."""

    engine: str
    plc: str

    def inside(self, name: str) -> list[str]:
        return ["ip", "netns", "exec", name]

    def cut(self) -> None:
        ip("-n", self.plc, "link", "set", "plug", "down")

    def mend(self) -> None:
        ip("-n", self.plc, "link", "set", "plug", "up")

    def waits_in_the_kernel(self, port: int) -> int:
        """Bytes to a port of the PLC that the engine's side has not got rid of."""
        words = [*self.inside(self.engine), "cat", "/proc/net/tcp"]
        table = subprocess.run(words, check=True, capture_output=True, text=True, timeout=10).stdout
        rows = [line.split() for line in table.splitlines()[1:]]
        return sum(int(row[4].partition(":")[0], 16) for row in rows if row[2].endswith(f":{port:04X}"))


@pytest.fixture
def cable() -> Iterator[Cable]:
    if sys.platform != "linux" or shutil.which("ip") is None:
        pytest.skip("needs Linux with the program ip")
    made = Cable(f"hmi-e{os.getpid()}", f"hmi-p{os.getpid()}")
    try:
        for name in (made.engine, made.plc):
            ip("netns", "add", name)
        ip("-n", made.engine, "link", "add", "plug", "type", "veth", "peer", "name", "plug", "netns", made.plc)
        for name, address in ((made.engine, ENGINE), (made.plc, PLC)):
            ip("-n", name, "address", "add", f"{address}/30", "dev", "plug")
            ip("-n", name, "link", "set", "plug", "up")
            ip("-n", name, "link", "set", "lo", "up")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        _remove(made)
        pytest.skip(f"network namespaces are not allowed here: {getattr(error, 'stderr', b'')!r}")
    try:
        yield made
    finally:
        _remove(made)


def _remove(made: Cable) -> None:
    for name in (made.engine, made.plc):
        subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True, timeout=10)


@dataclass
class Plc:
    """The servers in their namespace, and the log of what came."""

    ports: list[int]
    log: Path

    def writes(self, port: int) -> list[dict[str, Any]]:
        found = [msgspec.json.decode(line) for line in self.log.read_bytes().splitlines()]
        return [one for one in found if one["port"] == port]


@contextlib.asynccontextmanager
async def servers(cable: Cable, folder: Path, *delays_s: float) -> AsyncIterator[Plc]:
    """Servers in the PLC's namespace, each with the delay of its answers to writes."""
    log = folder / "writes.jsonl"
    log.touch()
    words = [*cable.inside(cable.plc), sys.executable, "-m", "tests.acceptance.logging_server"]
    words += [str(log), PLC, *map(str, delays_s)]
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 10)
        yield Plc(msgspec.json.decode(line), log)
    finally:
        process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]


async def plain_writer(cable: Cable, port: int) -> asyncio.subprocess.Process:
    words = [*cable.inside(cable.engine), sys.executable, "-c", PLAIN_WRITER, PLC, str(port)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 10) == b"connected\n"
    return process


async def end_process(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()
    process._transport.close()  # type: ignore[attr-defined]


async def cut_during_writes(cable: Cable, plc: Plc, end: OtherEnd, killed: OtherEnd, control: Any) -> None:
    """Cut the cable: one write has arrived and waits for its answer, the others leave into the cut."""
    end.ask(2, 42, "arrived")
    async with asyncio.timeout(5):
        while not plc.writes(plc.ports[1]):
            await asyncio.sleep(0.002)
    cable.cut()
    cut_s = time.monotonic()
    end.ask(1, 42, "into-the-cut")
    killed.ask(1, 42, "killed")
    control.stdin.write(b"\n")
    await asyncio.wait_for(control.stdout.readline(), 5)
    await killed.until("killed", "sent")
    async with asyncio.timeout(5):
        while not cable.waits_in_the_kernel(plc.ports[2]):
            await asyncio.sleep(0.01)
    killed.process.kill()
    for ident in ("arrived", "into-the-cut"):
        told = await end.until(ident, "timed_out", limit_s=5)
        assert told["mono_ns"] / 1e9 - cut_s < CUT_S - 2
    await asyncio.sleep(cut_s + CUT_S - time.monotonic())
    cable.mend()


@pytest.mark.timeout(60)
async def test_that_nothing_arrives_after_timed_out_was_shown(cable: Cable, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    inside = cable.inside(cable.engine)
    async with servers(cable, tmp_path, 0.0, 1.0, 0.0, 0.0) as plc:
        first, second, third, fourth = (f"{PLC}:{port}" for port in plc.ports)
        control = await plain_writer(cable, plc.ports[3])
        try:
            async with (
                engine_process(tmp_path / "a", first, second, deadline_ms=DEADLINE_MS, before=inside) as end,
                engine_process(tmp_path / "b", third, deadline_ms=DEADLINE_MS, before=inside) as killed,
            ):
                await end.until_good("SP1", "SP2")
                await killed.until_good("SP1")
                await cut_during_writes(cable, plc, end, killed, control)
                async with asyncio.timeout(25):
                    while not plc.writes(plc.ports[3]):
                        await asyncio.sleep(0.05)
                await end.until_good("SP1", "SP2", limit_s=20)
                await asyncio.sleep(2.0)
                assert plc.writes(plc.ports[0]) == []
                assert plc.writes(plc.ports[2]) == [], "the kernel delivered a write of an engine that was killed"
                (arrived,) = plc.writes(plc.ports[1])
                assert arrived["mono_ns"] < (await end.until("arrived", "timed_out"))["mono_ns"]
                assert end.states("arrived")[:3] == ["requested", "sent", "timed_out"]
                assert set(end.states("arrived")[3:]) <= {"timed_out"}
                assert end.of("arrived")[-1]["value"] == 42
                assert end.of("into-the-cut")[-1]["value"] == 0
                end.ask(1, 43, "after")
                await end.until("after", "confirmed")
                assert [one["value"] for one in plc.writes(plc.ports[0])] == [43]
        finally:
            await end_process(control)
    assert fourth
