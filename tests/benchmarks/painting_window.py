"""The product's window, which notes when it has painted which value; a process of its own, for benchmarks.

    python -m tests.benchmarks.painting_window PROJECT DATA SECONDS

Writes [[value of the first tag, monotonic ns], ...] of every painted frame that showed another value than before.
"""

import json
import sys
import time
from pathlib import Path

import hmi.shell.app as app
from hmi.cli.station import open_project, station_for
from hmi.display.scene import ScreenView
from hmi.model.text import Language

_painted: list[tuple[int, int]] = []
_paint = ScreenView.paintEvent


def _noting_paint(view, event):
    _paint(view, event)
    stage = view.stage
    if stage is not None and len(stage.bindings.values) > 1:
        value = stage.bindings.values[1]
        if value == value and (not _painted or _painted[-1][0] != int(value)):
            _painted.append((int(value), time.monotonic_ns()))


def main(project_folder, data, seconds):
    """Runs the window."""
    ScreenView.paintEvent = _noting_paint
    project = open_project(Path(project_folder))
    wishes = app.Wishes(default_language=Language.EN, size=(1920, 1080), seconds=float(seconds))
    app.run_window(project, station_for(project, Path(data)), wishes)
    print(json.dumps(_painted), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
