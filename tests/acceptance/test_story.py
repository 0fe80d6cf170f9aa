"""The story of the demo, told by the command line: real simulator, real engine, their deaths; no window.

The simulator runs `SPEED` times as fast as the demo's, so that a vessel heats and cools in seconds.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hmi.cli.demo import copy_example

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
SPEED = 5.0
PASSWORD = "a long story 417"
SIMULATE = """
import sys
from pathlib import Path
from hmi.cli.station import open_project, station_for
from hmi.simulate import serve
project = open_project(Path(sys.argv[1]))
sys.exit(serve(project, station_for(project, Path(sys.argv[2])), speed=float(sys.argv[3])))
"""
TOO_HOT = "Mixing/TIC-102.PV:high"
NO_LINK = "System/Devices/{}.State:communication"
Row = dict[str, Any]


class StoryStation:
    """A simulator and an engine of the example, and what a user does with them at the command line."""

    def __init__(self, folder: Path) -> None:
        """Makes the project; nothing runs yet."""
        self.folder, self.data = folder, folder / "data"
        self.project = folder / "buffer-line"
        copy_example(EXAMPLE, self.project)
        self.environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HMI_LANG": "en", "PYTHONPATH": str(ROOT)}
        self.environ |= {"HMI_PASSWORD": PASSWORD, "HMI_NEW_PASSWORD": PASSWORD, "HMI_DATA_DIR": str(self.data)}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start_simulator(self) -> None:
        self._start("simulator", "-c", SIMULATE, str(self.project), str(self.data), str(SPEED))

    def start_engine(self) -> None:
        self._start("engine", "-m", "hmi", "engine", str(self.project), "--demo")

    def _start(self, role: str, *words: str) -> None:
        command = [sys.executable, *words]
        self.running[role] = subprocess.Popen(command, cwd=self.folder, env=self.environ, stdout=subprocess.DEVNULL)

    def kill_engine(self) -> None:
        """Kills it with SIGKILL."""
        engine = self.running.pop("engine")
        engine.send_signal(signal.SIGKILL)
        engine.wait(5)

    def end(self) -> None:
        """Ends what runs, in order."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            assert process.wait(15) == 0

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Runs a verb on the project."""
        first, second, *rest = words
        return subprocess.run(
            [sys.executable, "-m", "hmi", first, second, str(self.project), *rest],
            cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip

    def serves(self) -> bool:
        """Tells whether an engine answers: the image of one that was killed is still there."""
        return self.run("alarms", "list").returncode == 0

    def hmi(self, *words: str, code: int = 0) -> str:
        """Runs a verb on the project and gives what it printed."""
        done = self.run(*words)
        assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def rows(self, *words: str) -> list[Row]:
        """Gives what a verb says with `--json`."""
        found: list[Row] = json.loads(self.hmi(*words, "--json"))
        return found

    def fault(self, device: str, kind: str) -> None:
        """Breaks a device, or mends it."""
        words = ("simulate", str(self.project), "--fault", f"{device}={kind}")
        subprocess.run([sys.executable, "-m", "hmi", *words], cwd=self.folder, env=self.environ, check=True, timeout=20,
                       stdout=subprocess.DEVNULL)  # fmt: skip

    def alarms(self, path: str = "") -> list[Row]:
        """Gives the alarms that stand."""
        return [row for row in self.rows("alarms", "list") if path in ("", row["alarm"])]

    def alarm(self, path: str, limit_s: float) -> Row:
        """Waits for an alarm."""
        found: list[Row] = self.until(f"{path} stands", lambda: self.alarms(path), limit_s)
        return found[0]

    def value(self, tag: str) -> float:
        """Gives the value of a tag, which must be good."""
        row = self.rows("tags", "read", tag)[0]
        assert row["good"], row
        return float(row["value"])

    def write(self, tag: str, value: float, code: int = 0) -> Row:
        """Writes, with the exit code that is expected."""
        words = ("tags", "write", tag, str(value), "--user", "boss", "--json")
        found: Row = json.loads(self.hmi(*words, code=code))
        return found

    def until(self, what: str, look: Callable[[], Any], limit_s: float) -> Any:
        """Looks until there is something to see."""
        begin = time.monotonic()
        while not (seen := look()):
            if time.monotonic() - begin > limit_s:
                raise AssertionError(f"not within {limit_s} s: {what}; alarms: {self.alarms()}")
        return seen


def all_good(station: StoryStation) -> bool:
    """Tells whether the four PLCs are read; an engine that is still starting counts as no."""
    tags = ["Water/T-101.Level", "Mixing/TIC-102.PV", "Filling/T-103.Level", "Utilities/PIC-201.PV"]
    return all(row["good"] for row in station.rows("tags", "read", *tags))


@pytest.fixture
def station(tmp_path_factory) -> Iterator[StoryStation]:
    station = StoryStation(tmp_path_factory.mktemp("s"))
    try:
        station.start_simulator()
        station.start_engine()
        station.until("all PLCs are read", lambda: all_good(station), 30)
        station.until("the engine answers", station.serves, 15)  # its image is there a little sooner than its link
        station.hmi("user", "add", "boss")
        yield station
        station.end()
    finally:
        for process in station.running.values():
            process.kill()
            process.wait()


@pytest.mark.long
@pytest.mark.timeout(60)
def test_that_an_alarm_tells_its_cure_and_a_confirmed_write_bends_the_curve_until_it_returns(station):
    assert station.alarms() == []
    station.fault("PLC-2", "valve_open")
    alarm = station.alarm(TOO_HOT, 15)
    assert (alarm["state"], alarm["priority"], alarm["limit"]) == ("unacknowledged", 2, 60.0)
    assert alarm["message"] == "Mixing vessel too hot"

    station.hmi("alarms", "ack", alarm["occurrence"], "--user", "boss")
    assert station.alarms(TOO_HOT)[0]["state"] == "acknowledged"
    assert station.alarms(TOO_HOT)[0]["acknowledged_by"] == "boss"

    in_automatic = station.write("Mixing/TIC-102.OUT", 0, code=1)
    assert in_automatic["state"] == "rejected"
    assert "AUTO" in in_automatic["reason"]
    assert station.write("Mixing/TIC-102.MODE", 0)["state"] == "confirmed"
    done = station.write("Mixing/TIC-102.OUT", 0)
    assert (done["state"], done["value"]) == ("confirmed", 0.0)
    station.until("the steam valve is shut", lambda: station.value("Mixing/TV-102.Position") == 0.0, 8)
    top = station.value("Mixing/TIC-102.PV")
    station.until("the curve has bent", lambda: station.value("Mixing/TIC-102.PV") < top - 0.5, 10)
    station.until("the alarm has returned", lambda: not station.alarms(TOO_HOT), 15)

    events = [row["event"] for row in station.rows("alarms", "journal") if row["occurrence"] == alarm["occurrence"]]
    assert sorted(events) == ["acknowledged", "occurred", "returned"]
    station.fault("PLC-2", "none")
    written = [row for row in station.rows("audit", "list") if row["kind"] == "command" and row["user"] == "boss"]
    assert {row["state"] for row in written} >= {"confirmed", "rejected"}
    assert json.loads(station.hmi("audit", "verify", "--json"))["whole"]


@pytest.mark.timeout(60)
def test_that_a_pulled_cable_is_one_alarm_and_a_stopped_plc_refuses_writes_in_words(station):
    station.fault("PLC-1", "cable_pulled")
    station.alarm(NO_LINK.format("PLC-1"), 15)
    time.sleep(1.0)  # what else a cable could bring has the time to come
    assert [row["alarm"] for row in station.alarms()] == [NO_LINK.format("PLC-1")]
    refused = station.write("Water/FIC-101.SP", 220, code=1)
    assert refused["state"] == "rejected"
    assert "PLC-1" in refused["reason"] or "FIC-101" in refused["reason"]
    assert station.rows("tags", "read", "Mixing/TIC-102.PV")[0]["good"]
    station.fault("PLC-1", "none")

    station.fault("PLC-3", "stop_holding")
    station.alarm(NO_LINK.format("PLC-3"), 15)
    refused = station.write("Filling/FM-1.SpeedSP", 200, code=1)
    assert refused["state"] == "rejected"
    assert "not running" in refused["reason"]
    assert station.rows("tags", "read", "Water/T-101.Level")[0]["good"]


@pytest.mark.long
@pytest.mark.timeout(60)
def test_that_an_alarm_survives_the_death_of_the_engine_with_its_occurrence_and_first_time(station):
    assert station.write("Utilities/PIC-201.SP", 4.0)["state"] == "confirmed"
    before = station.alarm("Utilities/PIC-201.PV:high", 15)
    station.kill_engine()
    station.start_engine()
    station.until("the engine answers again", station.serves, 15)
    station.until("it reads again", lambda: all_good(station), 15)
    after = station.alarm("Utilities/PIC-201.PV:high", 5)
    same = ("occurrence", "active_since", "state", "priority")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["state"] == "unacknowledged"
    assert station.write("Utilities/PIC-201.SP", 3.1)["state"] == "confirmed"
    station.until("it has returned", lambda: station.alarms("Utilities/PIC-201.PV:high")[0]["state"] == "returned", 15)
