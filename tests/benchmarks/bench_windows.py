"""What a further window costs the engine: CPU of its process with one window and with three, in alternating rounds.

Windows read the image without asking, so the engine pays for one only what goes over the link: a ping a second, and
what it is told. Real windows at the real pace; on 5,000 tags at 10 Hz that all change ten times a second, and on the
demo line with its simulator. Two of the windows are closed and opened again between the rounds; their starts are not
counted.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hmi.cli.demo import copy_example
from hmi.link.beat import read_window_beat
from hmi.model.station import Station, station_of
from tests.benchmarks.made_project import make_project

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
PYTHON = (sys.executable, "-m")
ROUNDS, ROUND_S, SETTLE_S, START_LIMIT_S = 7, 6.0, 2.0, 40.0
FURTHER = 2
"""Windows beside the first one, in every second round."""
TAGS = 5000
GOAL = 5.0


def cpu_ns(pid: int) -> int:
    """Gives the CPU time that the threads of a process have used, to the nanosecond (proc(5), schedstat)."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads)


class Stand:
    """An engine on a project, and windows on it."""

    def __init__(self, folder: Path, project: Path) -> None:
        self.environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(folder)}
        self.environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
        self.words = [str(project), "--data", str(folder / "data")]
        fields = json.loads((project / "project.json").read_text(encoding="utf-8"))
        self.station: Station = station_of(fields["name"], fields["id"], data=folder / "data", environ=self.environ)

    @contextmanager
    def process(self, *words: str) -> Iterator[int]:
        """Runs one and ends it in order; gives its pid."""
        with subprocess.Popen([*PYTHON, *words], cwd=ROOT, env=self.environ, stdout=subprocess.DEVNULL) as process:
            try:
                yield process.pid
            finally:
                process.terminate()

    @contextmanager
    def windows(self, count: int) -> Iterator[None]:
        """Opens windows, and waits until each shows good values of a living engine."""
        with ExitStack() as stack:
            words = ("hmi", "window", *self.words, "--size", "1366x768")
            pids = [stack.enter_context(self.process(*words)) for _ in range(count)]
            begin = time.monotonic()
            while not all(map(self._is_live, pids)):
                if time.monotonic() - begin > START_LIMIT_S:
                    raise RuntimeError("a window does not show good values")
                time.sleep(0.1)
            time.sleep(SETTLE_S)
            yield

    def _is_live(self, pid: int) -> bool:
        beat = read_window_beat(self.station.runtime, pid)
        return beat is not None and beat.engine_alive and set(beat.looks) == {"good"}


def shares(stand: Stand) -> list[tuple[float, float]]:
    """Measures; gives the engine's share of a core with one and with three windows, per cent, for each round."""
    found = []
    with stand.process("hmi", "engine", *stand.words) as engine, stand.windows(1):
        for _ in range(ROUNDS):
            alone = _share(engine)
            with stand.windows(FURTHER):
                found.append((alone, _share(engine)))
    return found


def _share(pid: int) -> float:
    before, begin = cpu_ns(pid), time.monotonic_ns()
    time.sleep(ROUND_S)
    return 100 * (cpu_ns(pid) - before) / (time.monotonic_ns() - begin)


def many_tags(folder: Path) -> list[tuple[float, float]]:
    """5,000 tags at 10 Hz."""
    with subprocess.Popen(
        [*PYTHON, "tests.benchmarks.moving_plc", str(TAGS), "0.1", "0.1"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        if server.stdout is None:
            raise RuntimeError("no server")
        make_project(folder / "p", port=int(server.stdout.readline()), tags=TAGS, scan="fast", shown=1000)
        try:
            return shares(Stand(folder, folder / "p"))
        finally:
            server.communicate(timeout=10)


def demo_line(folder: Path) -> list[tuple[float, float]]:
    """The line of the demo."""
    project = folder / "buffer-line"
    copy_example(EXAMPLE, project)
    stand = Stand(folder, project)
    with stand.process("hmi", "simulate", *stand.words):
        return shares(stand)


def run() -> list[dict[str, object]]:
    """Measures."""
    rows: list[tuple[str, object, str, object, object]] = []
    for what, measure in ((f"{TAGS:,} tags at 10 Hz", many_tags), ("the demo line", demo_line)):
        with tempfile.TemporaryDirectory() as name:
            found = measure(Path(name))
        one, three = (statistics.median(column) for column in zip(*found, strict=True))
        growth = statistics.median(100 * (more / alone - 1) / FURTHER for alone, more in found)
        rows += [
            (f"{what}: the engine's cost grows by a window", round(growth, 1), "%", GOAL, growth < GOAL),
            (f"{what}: engine with one window", round(one, 2), "% of a core", None, None),
            (f"{what}: engine with three windows", round(three, 2), "% of a core", None, None),
        ]
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in rows]
