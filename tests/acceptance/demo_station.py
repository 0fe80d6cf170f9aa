"""Runs `hmi demo` as a user would, without a screen, and looks at what its window says of itself."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hmi.link.beat import WindowBeat, read_processes, read_window_beat
from hmi.model.station import station_of

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "resources" / "examples" / "buffer-line"


class DemoStation:
    """A running demo: launcher, simulator, engine, window."""

    def __init__(self, folder: Path, *words: str) -> None:
        """Starts it in a folder of its own."""
        environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen", "HMI_LANG": "en"}
        environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        command = [sys.executable, "-m", "hmi", "demo", "--data", str(folder / "data"), *words]
        self.launcher = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
        self._environ = environ
        fields = json.loads((PROJECT / "project.json").read_text(encoding="utf-8"))
        self.station = station_of(fields["name"], fields["id"], data=folder / "data", environ=environ)

    def pid(self, role: str) -> int:
        """Gives the pid of a process; 0 while it does not run."""
        found = read_processes(self.station.runtime)
        return found.running.get(role, 0) if found is not None else 0

    def send(self, role: str, number: signal.Signals) -> int:
        """Sends a signal to a process; gives its pid."""
        pid = self.pid(role)
        os.kill(pid, number)
        return pid

    def beat(self) -> WindowBeat:
        """Gives the newest beat of the window; an empty one before the first."""
        return read_window_beat(self.station.runtime, self.pid("window")) or WindowBeat(pid=0, mono_ns=0)

    def wait(self, what: str, condition: Callable[[], bool], limit_s: float) -> float:
        """Waits for something to come to pass; gives how long that took, seconds."""
        begin = time.monotonic()
        while not condition():
            if time.monotonic() - begin > limit_s:
                raise AssertionError(f"not within {limit_s} s: {what}; the window says {self.beat()}")
            time.sleep(0.02)
        return time.monotonic() - begin

    def is_live(self) -> bool:
        """Tells whether the window is fresh and every tag of the project is plain good."""
        beat = self.beat()
        fresh = time.monotonic_ns() - beat.mono_ns < 1_500_000_000 and beat.pid == self.pid("window")
        return fresh and beat.engine_alive and set(beat.looks) == {"good"}

    def stop(self) -> int:
        """Ends it in order; gives the exit code of the launcher."""
        self.launcher.send_signal(signal.SIGTERM)
        return self.launcher.wait(20)

    def tags_read(self, *tags: str) -> str:
        """Gives what `hmi tags read --json` prints."""
        words = ["tags", "read", str(PROJECT), *tags, "--json", "--data", str(self.station.data.parent)]
        done = subprocess.run(
            [sys.executable, "-m", "hmi", *words],
            cwd=ROOT,
            env=self._environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def is_running(pid: int) -> bool:
    """Tells whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
