"""The load of an ordinary day: 5,000 tags read once a second, all of them changing, shown in three windows.

Counted is the CPU of our own processes (engine and windows) over 30 s at the real pace, as a share of two cores; the
Modbus server that plays the PLC is not counted.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hmi.link.beat import read_window_beat
from hmi.model.station import station_of
from tests.benchmarks.made_project import make_project

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 30.0
START_S = 6.0
WINDOWS = 3
TAGS = 5000
GOAL = 25.0
CORES = 2


def cpu_s(pid: int) -> float:
    """Gives the CPU time that a process has used, seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def check_that_all_is_live(folder: Path, windows: list[int], environ: dict[str, str]) -> None:
    """Makes sure that what was measured did its work: every window shows every tag as good.

    Raises:
        RuntimeError: one does not.
    """
    header = json.loads((folder / "p" / "project.json").read_text(encoding="utf-8"))
    station = station_of(header["name"], header["id"], data=folder / "d", environ=environ)
    for pid in windows:
        beat = read_window_beat(station.runtime, pid)
        if beat is None or beat.looks != {"good": TAGS}:
            raise RuntimeError(f"a window does not show {TAGS} live values: {beat}")


def run() -> list[dict[str, object]]:
    """Measures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": name}
        environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
        python = [sys.executable, "-m"]
        server = subprocess.Popen(
            [*python, "tests.benchmarks.moving_plc", str(TAGS), "1.0", "1.0"],
            cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert server.stdout is not None
        make_project(folder / "p", port=int(server.stdout.readline()), tags=TAGS, scan="normal", shown=1000)
        words = [str(folder / "p"), "--data", str(folder / "d")]
        ours = [subprocess.Popen([*python, "hmi", "engine", *words], cwd=ROOT, env=environ)]
        for _ in range(WINDOWS):
            ours.append(
                subprocess.Popen([*python, "hmi", "window", *words, "--size", "1920x1080"], cwd=ROOT, env=environ)
            )
        try:
            time.sleep(START_S)
            before, begin = [cpu_s(one.pid) for one in ours], time.monotonic()
            time.sleep(SECONDS)
            took = time.monotonic() - begin
            used = [cpu_s(one.pid) - earlier for one, earlier in zip(ours, before, strict=True)]
            check_that_all_is_live(folder, [one.pid for one in ours[1:]], environ)
        finally:
            for one in ours:
                one.terminate()
            for one in ours:
                one.wait(10)
            server.communicate(timeout=10)
    share = [100 * seconds / took / CORES for seconds in used]
    rows = [
        ("5,000 tags at 1 s, three windows", round(sum(share), 1), "% of two cores", GOAL, sum(share) < GOAL),
        ("of it the engine", round(share[0], 1), "% of two cores", None, None),
        ("of it each window", round(sum(share[1:]) / WINDOWS, 1), "% of two cores", None, None),
    ]
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in rows]
