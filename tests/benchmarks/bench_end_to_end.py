"""From a register that changes in the server to the painted frame: 1,000 tags at 10 Hz, ten starts of everything.

Server, engine and window are processes of their own, as in a plant; all three clocks start anew in each of the ten
starts, because their phases decide. The server notes when it changed its registers, the window when it had painted
which value.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.made_project import make_project

ROOT = Path(__file__).resolve().parents[2]
STARTS = 10
SECONDS = 8.0
SETTLED_S = 3.0
"""Not counted after a start."""
SCAN_MS = 100.0
GOAL_MS = SCAN_MS + 40.0


def one_start(folder: Path, environ: dict[str, str]) -> list[float]:
    """Starts everything once; gives the delays in ms."""
    data, project = folder / "data", folder / "project"
    python = [sys.executable, "-m"]
    server = subprocess.Popen(
        [*python, "tests.benchmarks.moving_plc", "1000", "0.25", "0.55"],
        cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    make_project(project, port=int(server.stdout.readline()), tags=1000, scan="fast", shown=1000)
    engine = subprocess.Popen([*python, "hmi", "engine", str(project), "--data", str(data)], cwd=ROOT, env=environ)
    begin_ns = time.monotonic_ns()
    window = subprocess.run(
        [*python, "tests.benchmarks.painting_window", str(project), str(data), str(SECONDS)],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    engine.terminate()
    engine.wait(10)
    steps, _ = server.communicate(timeout=10)
    painted = dict(json.loads(window.stdout.splitlines()[-1]))
    return [
        (painted[number] - changed_ns) / 1e6
        for number, changed_ns in json.loads(steps)
        if number in painted and changed_ns - begin_ns > SETTLED_S * 1e9
    ]


def run() -> list[dict[str, object]]:
    """Measures."""
    medians, everything = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as name:
            environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": name}
            environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
            delays = one_start(Path(name), environ)
            if len(delays) < 5:
                raise RuntimeError(f"only {len(delays)} changes were painted")
            medians.append(statistics.median(delays))
            everything += delays
    everything.sort()
    middle = statistics.median(everything)
    rows = [
        ("register changed -> frame painted, median of ten starts", round(middle, 1), "ms", GOAL_MS, middle < GOAL_MS),
        ("the same, 95 %", round(everything[int(0.95 * len(everything))], 1), "ms", None, None),
        ("the same, worst median of a start", round(max(medians), 1), "ms", None, None),
        ("changes measured", len(everything), "", None, None),
    ]
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in rows]
