"""The engine as a process: killed, frozen, stopped, started twice, given rubbish."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hmi.engine.deployment import Copies
from hmi.engine.run import OWN_FAULT
from hmi.image.reader import LiveSource
from hmi.launcher.plan import REFUSALS
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.quality import Cause
from hmi.model.station import Station, station_of
from hmi.project import write_project
from tests.engine.works import device, project, tag

ROOT = Path(__file__).resolve().parents[2]


class Place:
    """A project folder with its station, and the environment of engines that run for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), "HMI_DATA_DIR": str(folder / "data")}
        self.station: Station
        self.log = folder / "engine.log"

    def write(self, what: Project) -> None:
        write_project(what, self.folder)
        self.station = station_of(what.header.name, what.header.id, data=None, environ=self.environ)
        shutil.rmtree(Copies(self.station.data).folder, ignore_errors=True)  # as if it had been applied

    def command(self) -> list[str]:
        return [sys.executable, "-m", "hmi.engine", str(self.folder)]

    @contextlib.contextmanager
    def engine(self) -> Iterator[subprocess.Popen[bytes]]:
        with (
            self.log.open("ab") as log,
            subprocess.Popen(self.command(), cwd=ROOT, env=self.environ, stderr=log) as process,
        ):
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
                process.kill()


@pytest.fixture
def place(tmp_path) -> Place:
    made = Place(tmp_path)
    made.write(project([device(bench="x")], [tag("A", "ramp:1h:10:1000000"), tag("B", "const:7", scan="normal")]))
    return made


def wait(what: Callable[[], object], limit_s: float = 5.0) -> float:
    """Wait until something is true; gives how long that took, seconds."""
    started = time.monotonic()
    while not what():
        assert time.monotonic() - started < limit_s, "waited for too long"
        time.sleep(0.01)
    return time.monotonic() - started


class Window:
    """What a window would show of the two tags."""

    def __init__(self, place: Place) -> None:
        self.source = LiveSource(place.station.pointer)
        self.state = self.source.poll()
        self.shown = self.source.show(
            np.array([number_of_id(tag(path, "").id) for path in ("A", "B")], dtype=np.uint64)
        )

    def frame(self) -> list[Cause]:
        self.state = self.source.poll()
        self.shown.refresh()
        return [Cause(int(cause)) for cause in self.shown.columns.cause]


GOOD = [Cause.NONE] * 2
SILENT = [Cause.ENGINE_SILENT] * 2


@pytest.mark.timeout(20)
def test_that_a_killed_engine_is_seen_dead_and_its_successor_takes_the_values_over(place):
    with place.engine() as process:
        window = Window(place)
        wait(lambda: window.frame() == GOOD)
        generation = window.state.generation
        os.kill(process.pid, signal.SIGKILL)
        window.source.link_ended = True  # as the window's link tells at once
        assert wait(lambda: window.frame() == SILENT, 3.0) < 0.8
        assert window.state.reason.code == "engine.silent"
        value = window.shown.columns.value.copy()
    # The next engine finds the tags in another order and one more between them, and its device does not answer.
    place.write(
        project(
            [device(bench="x", options=b'{"bench": "x", "delay_ms": 60000}')],
            [tag("0", "const:1"), tag("B", "const:7", scan="normal"), tag("A", "ramp:1h:10:1000000")],
        )
    )
    with place.engine():
        wait(lambda: window.frame() and window.state.generation > generation)
        window.source.link_ended = False
        assert window.frame() == [Cause.ENGINE_RESTARTED] * 2
        assert window.state.alive
        assert window.shown.columns.value.tolist() == value.tolist()
        assert len(list(place.station.runtime.glob("image-*.bin"))) == 1


@pytest.mark.long
@pytest.mark.timeout(20)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP")
def test_that_a_frozen_engine_is_seen_dead_within_two_seconds_and_back_within_two(place):
    with place.engine() as process:
        window = Window(place)
        wait(lambda: window.frame() == GOOD)
        os.kill(process.pid, signal.SIGSTOP)
        assert wait(lambda: window.frame() == SILENT, 3.0) < 2.0
        assert not window.state.alive
        os.kill(process.pid, signal.SIGCONT)
        assert wait(lambda: window.frame() == GOOD, 3.0) < 2.0


@pytest.mark.timeout(20)
def test_that_a_terminated_engine_closes_cleanly_and_leaves_a_snapshot(place):
    with place.engine() as process:
        window = Window(place)
        wait(lambda: window.frame() == GOOD)
        assert not (place.station.data / "snapshot.bin").exists()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        assert window.frame() == SILENT
        assert window.state.reason.code == "engine.closed"
        assert (place.station.data / "snapshot.bin").exists()


@pytest.mark.timeout(20)
def test_that_a_second_engine_for_the_station_is_refused_and_harms_the_first_in_nothing(place):
    with place.engine() as first:
        window = Window(place)
        wait(lambda: window.frame() == GOOD)
        generation = window.state.generation
        second = subprocess.run(
            place.command(), cwd=ROOT, env=place.environ, capture_output=True, text=True, timeout=10, check=False
        )
        assert second.returncode == 3
        assert "already runs" in second.stderr
        assert "Traceback" not in second.stderr
        assert window.frame() == GOOD
        assert window.state.generation == generation
        assert first.poll() is None


@pytest.mark.parametrize(
    "content", ["{", '{"format": 1}', *(pytest.param(c, marks=pytest.mark.long) for c in ("", "[]"))]
)
def test_that_a_project_that_cannot_be_read_ends_in_one_sentence(place, content):
    (place.folder / "project.json").write_text(content)
    run = subprocess.run(
        place.command(), cwd=ROOT, env=place.environ, capture_output=True, text=True, timeout=10, check=False
    )
    assert run.returncode == 1
    assert "project.json" in run.stderr
    assert "Traceback" not in run.stderr
    assert not place.station.runtime.exists()


def test_that_a_fault_of_the_program_itself_is_no_refusal(place):
    code = (
        "import sys, hmi.engine.core\n"
        "hmi.engine.core.Engine._begin = lambda engine: 1 / 0\n"
        "from hmi.engine.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, str(place.folder)]
    run = subprocess.run(command, cwd=ROOT, env=place.environ, capture_output=True, text=True, timeout=10, check=False)
    assert run.returncode == OWN_FAULT
    assert OWN_FAULT not in REFUSALS
    assert "ZeroDivisionError" in run.stderr


def test_that_the_engine_loads_nothing_of_qt_and_no_protocol_it_does_not_need():
    code = "import sys, hmi.engine.run; print(*(m for m in sys.modules if m.split('.')[0] in " \
           "('PySide6', 'shiboken6', 'qasync', 'pyqtgraph', 'pymodbus', 'asyncua', 'sqlalchemy')))"  # fmt: skip
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=10, check=True)
    assert run.stdout.strip() == ""
