"""Makes every picture of README and help by running the program; `dev.py screenshots` starts it.

A picture in the manual that nobody drew by hand cannot be older than the program. Each entry is a file and the command
line that made it.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "help" / "pictures"
HMI = (sys.executable, "-m", "hmi")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and how it is made."""

    name: str
    """Of the file, without `.png`."""
    words: tuple[str, ...]
    """What follows `hmi`; the file's name is put after `--screenshot`."""
    faults: tuple[str, ...] = ()
    """DEVICE=KIND of each simulated PLC that is broken as soon as all of them listen."""


BROKEN = ("PLC-1=cable_pulled", "PLC-4=stop_holding")
"""One PLC that is silent, one in STOP that goes on serving what it held."""


def _overview(language: str, size: str, *faults: str) -> Picture:
    name = f"overview-{'broken-' if faults else ''}{language.lower()}-{size.partition('x')[0]}"
    return Picture(name, ("demo", "--language", language, "--size", size, "--seconds", "20"), faults)


PICTURES = (
    *(_overview(language, size) for language in ("en", "zh-CN") for size in ("1920x1080", "1366x768")),
    *(_overview(language, "1920x1080", *BROKEN) for language in ("en", "zh-CN")),
)


def make(picture: Picture) -> bool:
    """Makes one picture anew.

    Returns:
        Whether the program ended well and left a picture.
    """
    file = FOLDER / f"{picture.name}.png"
    file.unlink(missing_ok=True)
    words = [*picture.words, "--screenshot", str(file)]
    code = _run_broken(words, picture.faults) if picture.faults else subprocess.call([*HMI, *words], cwd=ROOT)
    return code == 0 and file.exists()


def _run_broken(words: list[str], faults: tuple[str, ...]) -> int:
    """Runs the demo in a data folder of its own and breaks its PLCs once they all listen."""
    with tempfile.TemporaryDirectory() as data:
        project = Path(data) / "demo" / "buffer-line"
        with subprocess.Popen([*HMI, *words, "--data", data], cwd=ROOT, stdout=subprocess.PIPE, text=True) as demo:
            _wait_until_all_listen(demo, project)
            breaking = [word for fault in faults for word in ("--fault", fault)]
            subprocess.run([*HMI, "simulate", str(project), "--data", data, *breaking], cwd=ROOT, check=True)
            demo.communicate()
            return demo.returncode


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
