"""Makes every picture of README and help by running the program; `dev.py screenshots` starts it.

A picture in the manual that nobody drew by hand cannot be older than the program. Each entry is a file and the command
line that made it.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6 import QtGui

from hmi.model.station import station_of
from hmi.shell.desk import Desk, write_desk
from tests.acceptance.story_station import play_story

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "help" / "pictures"
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
HMI = (sys.executable, "-m", "hmi")
ALARMS = "alarms"
"""What the desk calls the page of alarms."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and how it is made."""

    name: str
    """Of the file, without `.png`."""
    words: tuple[str, ...] = ()
    """What follows `hmi`; the file's name is put after `--screenshot`."""
    faults: tuple[str, ...] = ()
    """DEVICE=KIND of each simulated PLC that is broken as soon as all of them listen."""
    page: str = ""
    """Which page the desk remembers; empty is the first screen of the project."""
    story: tuple[str, str] = ("", "")
    """Language and station of the story of which it is a picture (`story_window.py`), in place of `words`."""


BROKEN = ("PLC-1=cable_pulled", "PLC-4=stop_holding")
"""One PLC that is silent, one in STOP that goes on serving what it held."""
ALARMED = ("PLC-2=valve_open", "PLC-3=jam")
"""A steam valve that stays open, so that the vessel becomes too hot, and a bottle that jams the capper."""

STORY = ("alarm", "cure", "cable", "stop", "dead")
"""Stations of the story of which the help shows a picture."""
STORY_LIMIT_S = 400.0
"""At the demo's own speed it takes some three minutes."""


def _overview(language: str, size: str, *faults: str) -> Picture:
    name = f"overview-{'broken-' if faults else ''}{language.lower()}-{size.partition('x')[0]}"
    return Picture(name, ("demo", "--language", language, "--size", size, "--seconds", "20"), faults)


def _alarms(language: str, size: str) -> Picture:
    words = ("demo", "--language", language, "--size", size, "--seconds", "100")
    return Picture(f"alarms-{language.lower()}-{size.partition('x')[0]}", words, ALARMED, page=ALARMS)


def _story(language: str, station: str) -> Picture:
    return Picture(f"story-{station}-{language.lower()}-1920", story=(language, station))


PICTURES = (
    *(_overview(language, size) for language in ("en", "zh-CN") for size in ("1920x1080", "1366x768")),
    *(_overview(language, "1920x1080", *BROKEN) for language in ("en", "zh-CN")),
    *(_alarms(language, "1920x1080") for language in ("en", "zh-CN")),
    _alarms("zh-CN", "1366x768"),
    *(_story(language, station) for language in ("en", "zh-CN") for station in STORY),
)


def make(picture: Picture) -> bool:
    """Makes one picture anew.

    Returns:
        Whether the program ended well and left a picture.
    """
    file = FOLDER / f"{picture.name}.png"
    file.unlink(missing_ok=True)
    language, station = picture.story
    if station:
        return _keep(Path(_played(language).name) / f"{station}.png", file)
    words = [*picture.words, "--screenshot", str(file)]
    code = _run_broken(words, picture) if picture.faults else subprocess.call([*HMI, *words], cwd=ROOT)
    return code == 0 and file.exists()


@cache
def _played(language: str) -> "tempfile.TemporaryDirectory[str]":
    """Plays the story in a language, once; gives the folder of its pictures, which lives as long as this process."""
    notes = tempfile.TemporaryDirectory()
    with tempfile.TemporaryDirectory() as folder:
        seen = play_story(Path(folder), Path(notes.name), language, 1.0, STORY_LIMIT_S)
    if "failed" in seen:
        print(f"the story failed: {seen['failed']['why']}", file=sys.stderr)
    return notes


def _keep(made: Path, file: Path) -> bool:
    """Takes over a picture that was made elsewhere, packed as tightly as PNG can; tells whether there was one."""
    packed: bool = QtGui.QImage(str(made)).save(str(file), quality=0)
    return packed


def _run_broken(words: list[str], picture: Picture) -> int:
    """Runs the demo in a data folder of its own and breaks its PLCs once they all listen."""
    with tempfile.TemporaryDirectory() as data:
        project = Path(data) / "demo" / "buffer-line"
        if picture.page:
            _lay_desk(Path(data), picture.page)
        with subprocess.Popen([*HMI, *words, "--data", data], cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
            _wait_until_all_listen(demo, project)
            breaking = [word for fault in picture.faults for word in ("--fault", fault)]
            subprocess.run([*HMI, "simulate", str(project), "--data", data, *breaking], cwd=ROOT, check=True)
            demo.communicate()
            return demo.returncode


def _lay_desk(data: Path, page: str) -> None:
    """Lets the window open at a page that is no screen of the project, as if it had been left there."""
    header = json.loads((EXAMPLE / "project.json").read_text(encoding="utf-8"))
    folder = station_of(header["name"], header["id"], data=data, environ=os.environ).data
    folder.mkdir(parents=True)
    write_desk(folder, Desk(navigation=page))


def _wait_until_all_listen(demo: subprocess.Popen[str], project: Path) -> None:
    """Reads what the demo says until each device of the project has told its port."""
    listening = 0
    for line in demo.stdout or ():
        print(line, end="", flush=True)
        listening += "127.0.0.1:" in line
        header_and_devices = (project / "devices" / "devices.jsonl").read_text(encoding="utf-8").splitlines()
        if listening >= len(header_and_devices) - 1:
            return


def main(names: list[str]) -> int:
    """Makes the pictures of these names, all when there are none.

    Returns:
        0 when all were made, 1 when one failed, 2 when a name is unknown.
    """
    known = {picture.name: picture for picture in PICTURES}
    if unknown := [name for name in names if name not in known]:
        print(f"no picture {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    failed = [name for name in names or known if not make(known[name])]
    for name in names or known:
        print(f"{name}: {'failed' if name in failed else 'made'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
