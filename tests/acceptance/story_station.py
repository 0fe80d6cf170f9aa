"""Plays the story of the demo in a real window, under the product's own launcher: for the test and for the help.

    python -m tests.acceptance.story_station FOLDER NOTES LANGUAGE SPEED

The parts are those of `hmi demo` but for two: the simulator runs as fast as is wished, and somebody sits before the
window (`story_window.py`). The window that has played ends everything.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hmi.cli.demo import copy_example
from hmi.cli.station import let_children_find_us, open_project, own_command, station_for
from hmi.launcher import Part, Role, keep_alive

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
SIMULATE = """
import sys
from pathlib import Path
from hmi.cli.station import open_project, station_for
from hmi.simulate import serve
project = open_project(Path(sys.argv[1]))
sys.exit(serve(project, station_for(project, Path(sys.argv[2])), speed=float(sys.argv[3])))
"""
NOTES = "notes.jsonl"
Notes = dict[str, dict[str, Any]]
"""Name of a station of the story -> what was seen there."""


def play_story(folder: Path, notes: Path, language: str, speed: float, limit_s: float) -> Notes:
    """Plays the story once and waits for its end.

    Args:
        folder: where project, data and sockets go; empty, with a short name.
        notes: folder for pictures and notes.
        language: of the window, as `--language` takes it.
        speed: simulated seconds a second.
        limit_s: longest time, seconds.

    Returns:
        What was seen; `failed` is among it when something was not.
    """
    notes.mkdir(parents=True, exist_ok=True)
    # Not on a bare X server either: without a window manager no window there ever has the keyboard.
    environ = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HMI_LANG": "en", "PYTHONPATH": str(ROOT)}
    environ["XDG_RUNTIME_DIR"] = str(folder)
    words = [str(folder), str(notes), language, f"{speed}"]
    command = [sys.executable, "-m", "tests.acceptance.story_station", *words]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) as launcher:
        try:
            code = launcher.wait(limit_s)
        finally:
            launcher.terminate()
    written = notes / NOTES
    lines = written.read_text(encoding="utf-8").splitlines() if written.exists() else []
    found = {row["station"]: row for row in map(json.loads, lines)}
    found["launcher"] = {"code": code}
    return found


def main(folder: str, notes: str, language: str, speed: str) -> int:
    """Launches simulator, engine and window."""
    data, project = Path(folder) / "data", Path(folder) / "buffer-line"
    copy_example(EXAMPLE, project)
    let_children_find_us()
    simulator = (sys.executable, "-c", SIMULATE, str(project), str(data), speed)
    window = (sys.executable, "-m", "tests.acceptance.story_window", str(project), str(data), notes, language)
    parts = [
        Part(Role.SIMULATOR, simulator),
        Part(Role.ENGINE, own_command("engine", project, "--demo", "--data", data)),
        Part(Role.WINDOW, window, ends_all=frozenset({0, 1})),
    ]
    return keep_alive(parts, station_for(open_project(project), data).runtime)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5]))
