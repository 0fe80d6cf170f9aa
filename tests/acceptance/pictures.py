"""Makes every picture of README and help by running the program; `dev.py screenshots` starts it.

A picture in the manual that nobody drew by hand cannot be older than the program. Each entry is a file and the command
line that made it.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "resources" / "help" / "pictures"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture and how it is made."""

    name: str
    """Of the file, without `.png`."""
    words: tuple[str, ...]
    """What follows `hmi`; the file's name is put after `--screenshot`."""


def _overview(language: str, size: str) -> Picture:
    name = f"overview-{language.lower()}-{size.partition('x')[0]}"
    return Picture(name, ("demo", "--language", language, "--size", size, "--seconds", "20"))


PICTURES = tuple(_overview(language, size) for language in ("en", "zh-CN") for size in ("1920x1080", "1366x768"))


def make(picture: Picture) -> bool:
    """Makes one picture anew.

    Returns:
        Whether the program ended well and left a picture.
    """
    file = FOLDER / f"{picture.name}.png"
    file.unlink(missing_ok=True)
    ran = subprocess.run(
        [sys.executable, "-m", "hmi", *picture.words, "--screenshot", str(file)], cwd=ROOT, check=False
    )
    return ran.returncode == 0 and file.exists()


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
