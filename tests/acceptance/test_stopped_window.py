"""A window that was stopped (SIGSTOP) during a flood of alarms: it costs the engine nothing, and comes back by itself.

Real engine, real windows, a PLC whose bits flip twice a second, an alarm on each. The stopped window is let go when it
has taken nothing for 5 s; continued, it attaches anew and shows what holds then.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hmi.link.beat import WindowBeat, read_window_beat
from hmi.link.engine_messages import AskHello, AskPing, EngineMessage, ToldAlarms
from hmi.link.messages import ENGINE_SOCKET
from hmi.link.talk import reach
from hmi.model.alarm import Alarm, AlarmKind
from hmi.model.ident import derived_id
from hmi.model.station import Station, station_of
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text
from hmi.project import write_project
from tests.acceptance.own_station import ROOT
from tests.benchmarks.made_project import project_of

BITS = 300
SHOWN = 40
STEP_S = "0.5"
LET_GO_S = 20.0
"""Until a stopped window has lost its place: what its socket holds, and 5 s in which it takes nothing."""
PATIENCE_S = 30.0
"""Until processes are up, or back, beside other tests."""
MIB = 1024 * 1024


def write_flood(folder: Path, port: int) -> None:
    """A line of bits that flip all at once, with an alarm on each."""
    made = project_of(port=port, tags=SHOWN, scan="fast", shown=SHOWN)
    bits = tuple(
        Tag(id=derived_id("flood", "bit", str(n)), path=f"Line/B{n}", device="PLC-1", address=f"hr{n}.0",
            type=DataType.BOOL) for n in range(BITS)
    )  # fmt: skip
    alarms = tuple(
        Alarm(id=derived_id("flood", "alarm", str(n)), path=f"Line/B{n}:on", tag=f"Line/B{n}", kind=AlarmKind.DISCRETE,
              title=Text(zh="报警", en="A bit is set, as it is every second")) for n in range(BITS)
    )  # fmt: skip
    write_project(dataclasses.replace(made, tags=(*made.tags, *bits), alarms=alarms), folder)


class Flood:
    """The running processes, and what can be seen of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.project = folder, folder / "project"
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
        self.words = (str(self.project), "--data", str(folder / "data"))
        self.engine = 0

    @contextlib.contextmanager
    def process(self, *words: str) -> Iterator[int]:
        with subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env=self.environ) as process:
            try:
                yield process.pid
            finally:
                process.kill()

    @property
    def station(self) -> Station:
        fields = json.loads((self.project / "project.json").read_text(encoding="utf-8"))
        return station_of(fields["name"], fields["id"], data=self.folder / "data", environ=self.environ)

    @property
    def memory(self) -> int:
        """Bytes that the engine has in memory (proc(5), statm: pages)."""
        return int(Path(f"/proc/{self.engine}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def connections(self) -> int:
        """Connections that the engine holds on its socket; an accepted one carries the name of the socket."""
        name = str(self.station.runtime / ENGINE_SOCKET)
        lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()]
        return sum(line[-1] == name and line[5] == "03" for line in lines)

    def beat(self, window: int) -> WindowBeat:
        return read_window_beat(self.station.runtime, window) or WindowBeat(pid=0, mono_ns=0)

    def is_live(self, window: int) -> bool:
        beat = self.beat(window)
        fresh = time.monotonic_ns() - beat.mono_ns < 2_000_000_000
        return fresh and beat.engine_alive and set(beat.looks) == {"good"}


async def until(what: str, condition: Callable[[], object], limit_s: float) -> None:
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < limit_s, what
        await asyncio.sleep(0.05)


class Witness:
    """Another window's end of the link, which notes how promptly it is served."""

    def __init__(self) -> None:
        self.told: list[float] = []
        self.pings_s: list[float] = []
        self.stands = 0

    def hear(self, message: object) -> None:
        if isinstance(message, ToldAlarms):
            self.told.append(time.monotonic())
            self.stands = message.total

    async def run(self, station: Station) -> None:
        asking = await reach(station.runtime / ENGINE_SOCKET, EngineMessage, self.hear)
        try:
            await asking.ask(lambda n: AskHello(number=n, pid=1, station="witness"))
            while True:
                begin = time.monotonic()
                await asking.ask(lambda n: AskPing(number=n))
                self.pings_s.append(time.monotonic() - begin)
                await asyncio.sleep(0.1)
        finally:
            await asking.close()

    @property
    def longest_gap_s(self) -> float:
        """Longest time between two lists of alarms."""
        return max(later - earlier for earlier, later in zip(self.told, self.told[1:], strict=False))


@dataclasses.dataclass(frozen=True, slots=True)
class Story:
    """What was seen while the window was stopped."""

    grown: int
    """Bytes by which the engine's memory grew at most."""
    grown_after: int
    """Of them after the window had been let go."""
    told: int
    """Lists of alarms that the other window was told."""
    longest_gap_s: float
    longest_ping_s: float


@contextlib.contextmanager
def flooding(folder: Path) -> Iterator[tuple[Flood, int]]:
    """Runs PLC, engine and one window; gives the window's pid."""
    flood = Flood(folder)
    plc = [sys.executable, "-m", "tests.benchmarks.moving_plc", str(BITS), STEP_S, STEP_S]
    with subprocess.Popen(plc, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        write_flood(flood.project, int(server.stdout.readline()))
        try:
            with (
                flood.process("hmi", "engine", *flood.words) as flood.engine,
                flood.process("hmi", "window", *flood.words, "--size", "1366x768") as window,
            ):
                yield flood, window
        finally:
            server.communicate(timeout=10)


async def stop_and_continue(folder: Path, stopped_s: float) -> Story:
    """The whole story: stopped, let go while others are served, no growth, continued, back.

    Args:
        folder: of the station.
        stopped_s: how long the engine's memory is watched while the window is stopped.
    """
    with flooding(folder) as (flood, window):
        await until("the window is live", lambda: flood.is_live(window) and flood.connections == 1, PATIENCE_S)
        witness = Witness()
        watching = asyncio.create_task(witness.run(flood.station))
        try:
            await until("alarms are told", lambda: len(witness.told) > 4 and witness.stands > 0, PATIENCE_S)
            os.kill(window, signal.SIGSTOP)
            begin_s, before, most = time.monotonic(), flood.memory, 0
            witness.told[:], witness.pings_s[:] = witness.told[-1:], []
            await until("the stopped window is let go", lambda: flood.connections == 1, LET_GO_S)
            let_go_s, when_gone = time.monotonic() - begin_s, flood.memory
            while time.monotonic() - begin_s < stopped_s:
                await asyncio.sleep(0.5)
                most = max(most, flood.memory)
            pings = sorted(witness.pings_s)
            print(
                f"let go after {let_go_s:.1f} s; in {stopped_s:g} s {before / MIB:.0f} MiB grew by "
                f"{(most - before) / MIB:.1f} MiB, after it was let go {(most - when_gone) / MIB:.1f}; "
                f"{len(witness.told)} lists of alarms, longest gap {witness.longest_gap_s:.2f} s; "
                f"ping median {pings[len(pings) // 2] * 1e3:.1f} ms, longest {pings[-1] * 1e3:.0f} ms"
            )
            os.kill(window, signal.SIGCONT)
            await until("it is attached again", lambda: flood.connections == 2, PATIENCE_S)
            await until("it shows present values", lambda: flood.is_live(window), PATIENCE_S)
            return Story(most - before, most - when_gone, len(witness.told), witness.longest_gap_s, pings[-1])
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.timeout(120)
async def test_that_a_stopped_window_is_let_go_holds_up_nobody_and_comes_back(tmp_path):
    story = await stop_and_continue(tmp_path, stopped_s=12.0)
    assert story.grown < 12 * MIB
    assert story.told > 12
    assert story.longest_gap_s < 3.0
    assert story.longest_ping_s < 2.0


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_that_a_window_stopped_for_ten_minutes_lets_no_memory_of_the_engine_grow(tmp_path):
    story = await stop_and_continue(tmp_path, stopped_s=600.0)
    assert story.grown < 24 * MIB
    assert story.grown_after < 16 * MIB
    assert story.told > 600
    assert story.longest_gap_s < 3.0
