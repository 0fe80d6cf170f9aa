"""Signs of life that a process leaves in the runtime folder, and who is who.

Used by window, launcher and acceptance tests.

A window writes its beat twice a second from its own event loop, so a window that hangs is silent; the launcher
reads it. It says what the operator sees at that moment, which makes it the honest thing for tests and for a doctor
to look at. The launcher writes `processes.json` whenever it has started or lost a process.
"""

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

_T = TypeVar("_T")

PROCESSES = "processes.json"


class WindowBeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a window shows at this moment."""

    pid: int
    mono_ns: int
    """Monotonic time of writing, comparable between processes of one machine."""
    screen: str = ""
    """Path of the screen."""
    language: str = ""
    engine_alive: bool = False
    reason: str = ""
    """Code of the reason that the frame around the screen says; empty when there is no frame."""
    looks: dict[str, int] = {}
    """How many of the shown tags have which look, by its name in lower case; looks that none has are left out."""
    frames: int = 0
    """Frames of the frame clock since the start."""
    generation: int = 0
    """Of the image that is shown."""


class Processes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who runs under a launcher."""

    launcher: int
    running: dict[str, int] = {}
    """Name of the process -> pid."""
    starts: dict[str, int] = {}
    """Name of the process -> how often it was started."""


def write_beside(path: Path, content: msgspec.Struct) -> None:
    """Replace a small file at once, so that no reader sees half of it. A folder that is gone is no fault here."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        temporary.write_bytes(msgspec.json.encode(content))
        temporary.replace(path)


def window_beat_path(folder: Path, pid: int) -> Path:
    """Give the file in which a window leaves its beat; several windows may show one station."""
    return folder / f"window-{pid}.json"


def read_window_beat(folder: Path, pid: int) -> WindowBeat | None:
    """Read the newest beat of a window; None when there is none."""
    return _read(window_beat_path(folder, pid), WindowBeat)


def read_processes(folder: Path) -> Processes | None:
    """Read who runs; None when nobody has said it."""
    return _read(folder / PROCESSES, Processes)


def _read(path: Path, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
