"""Tells git to merge project files by object. Used by `hmi new`.

`.gitattributes` in the project folder names the driver (it is committed and holds for everybody); what the driver is
stands in the clone's own configuration, which git never takes from a repository. Without it git merges line by line, as
usual.
"""

import errno
import os
import shlex
import shutil
import subprocess
from enum import Enum
from pathlib import Path

from hmi.cli.station import own_command

ATTRIBUTES = ("project.json merge=clearline text eol=lf", "*.jsonl merge=clearline text eol=lf")
LIMIT_S = 10.0
"""Longest time for git to answer."""


class Registered(Enum):
    """What came of it."""

    DONE = "done"
    NO_REPOSITORY = "no_repository"
    FAILED = "failed"


def register(folder: Path) -> Registered:
    """Write `.gitattributes`, and the driver into the configuration of the repository around the folder.

    Args:
        folder: the project folder.
    """
    try:
        _write_attributes(folder / ".gitattributes")
    except OSError:
        return Registered.FAILED
    if shutil.which("git") is None or not _git(folder, "rev-parse", "--is-inside-work-tree"):
        return Registered.NO_REPOSITORY
    done = _git(folder, "config", "merge.clearline.name", "Clearline HMI: merge by object") and _git(
        folder, "config", "merge.clearline.driver", f"{driver_command()} %O %A %B"
    )
    return Registered.DONE if done else Registered.FAILED


def driver_command() -> str:
    """Give the command that git shall start, for its shell (also on Windows git brings one)."""
    found = shutil.which("hmi")
    if found:
        return f"{shlex.quote(Path(found).as_posix())} merge"
    words = own_command("merge")
    root = Path(__file__).resolve().parents[2].as_posix()
    command = " ".join(shlex.quote(str(word).replace(os.sep, "/")) for word in words)
    return f"PYTHONPATH={shlex.quote(root)} {command}"


def _write_attributes(file: Path) -> None:
    """Add our lines to those that are there, in whatever encoding those are.

    Raises:
        OSError: it cannot be written, or is no plain file: a link would lead out of the folder.
    """
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(file))
    present = file.read_bytes().splitlines() if file.exists() else []
    missing = [line.encode() for line in ATTRIBUTES if line.encode() not in present]
    if missing:
        file.write_bytes(b"\n".join([*present, *missing, b""]))


def _git(folder: Path, *words: str) -> bool:
    """Run git; gives False when it refuses."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, timeout=LIMIT_S, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and done.stdout.strip() != "false"
