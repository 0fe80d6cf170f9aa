"""From the click that confirms an entry to the painted frame that shows CONFIRMED, less what the PLC took.

Server, engine and window are processes of their own. The server answers each request after a known delay and notes
when the write and its read-back came and were answered; what is left of the whole is ours: link, checks, the durable
records of the request and of its end, waiting for a poll that is under way, and the frame.
"""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from hmi.model.ident import derived_id
from hmi.model.screen import Element
from hmi.model.tag import DataType, Span, Tag
from hmi.project import write_project
from tests.benchmarks.made_project import project_of
from tests.benchmarks.slow_plc import READ

ROOT = Path(__file__).resolve().parents[2]
CLICKS = 100
SHOWN = 100
"""Read-outs that move on the same screen, polled at 10 Hz."""
FIRST = 110
"""Address of the first register that is written."""
WRITTEN = 8
"""Places to click: four fields and four buttons."""
DELAYS_MS = (5.0, 30.0)
GOAL_MS, GOAL_95_MS = 60.0, 120.0


def make_clickable(folder: Path, port: int) -> None:
    """Writes a project with a screen to be clicked on."""
    project = project_of(port=port, tags=SHOWN, scan="fast", shown=SHOWN)
    tags, elements = [], []
    for number in range(WRITTEN):
        path, column = f"Line/S{number}", number % 4
        tags.append(
            Tag(
                id=derived_id("bench", "written", str(number)),
                path=path,
                device="PLC-1",
                address=f"hr{FIRST + number}",
                type=DataType.INT16,
                writable=True,
                write=Span(low=0, high=1000),
            )
        )
        field = number < 4
        elements.append(
            Element(
                id=derived_id("bench", "place", str(number)),
                type="numeric_entry" if field else "button",
                at=(60 + 460 * column, 420 if field else 720, 160, 40),
                bind={"setpoint" if field else "value": f"{{{path}}}"},
            )
        )
    (screen,) = project.screens
    project = dataclasses.replace(
        project, tags=(*project.tags, *tags), elements={screen.id: (*project.elements[screen.id], *elements)}
    )
    write_project(project, folder)


@dataclasses.dataclass(frozen=True, slots=True)
class Click:
    """Where the time of one click went, ms."""

    to_plc: float
    """From the confirming event until the write came to the PLC."""
    write: float
    """At the PLC."""
    between: float
    """From the answer to the write until its read-back came."""
    read_back: float
    """At the PLC."""
    to_frame: float
    """From the answer to the read-back until the painted frame."""

    @property
    def at_plc(self) -> float:
        return self.write + self.read_back

    @property
    def ours(self) -> float:
        return self.to_plc + self.between + self.to_frame


def clicks_of(folder: Path, delay_ms: float) -> list[Click]:
    """Starts everything once and takes each click apart."""
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(folder)}
    environ.setdefault("QT_QPA_PLATFORM", "xcb" if os.environ.get("DISPLAY") else "offscreen")
    data, project, python = folder / "data", folder / "project", [sys.executable, "-m"]
    server = subprocess.Popen(
        [*python, "tests.benchmarks.slow_plc", str(FIRST + WRITTEN), str(SHOWN), str(delay_ms)],
        cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    make_clickable(project, int(server.stdout.readline()))
    engine = subprocess.Popen([*python, "hmi", "engine", str(project), "--data", str(data)], cwd=ROOT, env=environ)
    try:
        window = subprocess.run(
            [*python, "tests.benchmarks.clicking_window", str(project), str(data), str(CLICKS)],
            cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    finally:
        engine.terminate()
        engine.wait(10)
        exchanges, _ = server.communicate(timeout=10)
    clicks = json.loads(window.stdout.splitlines()[-1])
    return [_parts(click, json.loads(exchanges)) for click in clicks]


def _parts(click: list[int], exchanges: list[list[int]]) -> Click:
    """Takes a click apart.

    Raises:
        RuntimeError: between click and frame the server saw anything but one write and one read-back of it.
    """
    address, begin, painted = click
    mine = [one for one in exchanges if one[1] == address and begin < one[2] and one[3] < painted]
    mine = mine[next((place for place, one in enumerate(mine) if one[0] != READ), 0) :]
    if [one[0] == READ for one in mine] != [False, True]:
        raise RuntimeError(f"a click on hr{address} is no write with its read-back: {mine}")
    (_, _, came, answered), (_, _, asked, read) = mine
    steps = (begin, came, answered, asked, read, painted)
    return Click(*((later - earlier) / 1e6 for earlier, later in pairwise(steps)))


def run() -> list[dict[str, object]]:
    """Measures."""
    rows: list[tuple[str, object, str, object, object]] = []
    for delay_ms in DELAYS_MS:
        with tempfile.TemporaryDirectory() as name:
            clicks = clicks_of(Path(name), delay_ms)
        ours = sorted(click.ours for click in clicks)
        middle, high = statistics.median(ours), ours[int(0.95 * len(ours))]
        what = f"click -> CONFIRMED painted, less the round trips (PLC answers after {delay_ms:g} ms)"
        rows += [
            (f"{what}, median", round(middle, 1), "ms", GOAL_MS, middle <= GOAL_MS),
            (f"{what}, 95 %", round(high, 1), "ms", GOAL_95_MS, high <= GOAL_95_MS),
            ("the same, longest", round(ours[-1], 1), "ms", None, None),
        ]
        parts = {
            "round trips of write and read-back": [click.at_plc for click in clicks],
            "of ours: until the write came to the PLC": [click.to_plc for click in clicks],
            "of ours: between write and read-back": [click.between for click in clicks],
            "of ours: from the read-back to the frame": [click.to_frame for click in clicks],
        }
        rows += [
            (f"{name}, median", round(statistics.median(part), 1), "ms", None, None) for name, part in parts.items()
        ]
        rows.append(("clicks measured", len(clicks), "", None, None))
    return [dict(zip(("name", "figure", "unit", "goal", "met"), row, strict=True)) for row in rows]
