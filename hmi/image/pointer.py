"""The pointer file `current` that names the image in use, and the sweep of old images.

The engine writes the pointer and sweeps; windows and the command line read it. It is never mapped: written by
temporary name and replace, read by open, read, close, so that neither side holds it (on Windows a held file cannot
be replaced).
"""

import contextlib
import logging
import os
import re
import time
from pathlib import Path

import msgspec

log = logging.getLogger("hmi.image")

_NAME = re.compile(r"image-(\d{1,20})\.bin")
_MAX_BYTES = 200
_KEPT = 3
"""So many old images may be left (a window still maps them) before it is worth a line in the log."""


class Pointer(msgspec.Struct, frozen=True):
    """What the pointer file says."""

    name: str
    """File name of the image, in the folder of the pointer file."""
    generation: int
    pid: int
    """Of the engine that wrote it."""


def image_name(generation: int) -> str:
    """Give the file name of a generation."""
    return f"image-{generation}.bin"


def write_pointer(path: Path, pointer: Pointer, *, retry_s: float = 2.0) -> None:
    """Replace the pointer file.

    Args:
        path: the pointer file.
        pointer: what it shall say.
        retry_s: how long a refusal is tried again (a virus scanner holds a file for a moment), seconds.

    Raises:
        OSError: when it cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    temporary.write_text(f"{pointer.name} {pointer.generation} {pointer.pid}\n", encoding="ascii")
    deadline = time.monotonic() + retry_s
    while True:
        try:
            temporary.replace(path)
        except PermissionError:
            if time.monotonic() > deadline:
                temporary.unlink(missing_ok=True)
                raise
            time.sleep(0.05)
        else:
            return


def read_pointer(path: Path) -> Pointer | None:
    """Read the pointer file.

    Returns:
        What it says, or None when it is missing, cannot be read at this moment, or is rubbish (a name that leads out of
        the folder is rubbish too).
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
        name, generation, pid = content.decode("ascii").split()
        match = _NAME.fullmatch(name)
        if match is None or match[1] != generation:
            return None
        return Pointer(name, int(generation), int(pid))
    except (OSError, ValueError):
        return None


def images_in(folder: Path) -> dict[int, Path]:
    """Give all image files of a folder by generation."""
    found: dict[int, Path] = {}
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match:
                found[int(match[1])] = path
    return found


def sweep(folder: Path, keep: int) -> int:
    """Delete the images of older generations; one that is still mapped by a window on Windows stays, silently.

    Args:
        folder: the runtime folder.
        keep: the generation in use.

    Returns:
        How many are left besides the one in use.
    """
    left = 0
    for generation, path in images_in(folder).items():
        if generation == keep:
            continue
        try:
            path.unlink()
        except OSError:
            left += 1
    if left > _KEPT:
        log.warning("%d old images cannot be deleted in %s: which window still holds them?", left, folder)
    return left
