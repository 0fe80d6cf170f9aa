"""Puts a file in the place of another so that a crash leaves one of them, never half.

Called by writer, merge and journal.
"""

import contextlib
import os
from pathlib import Path

_TEMPORARY = ".writing-"


def replace_file(target: Path, content: bytes) -> None:
    """Write a file so that a crash at any moment leaves the old or the new one.

    Raises:
        OSError: the folder cannot be written, or the disk is full; the old file then still stands.
    """
    temporary = target.parent / f"{_TEMPORARY}{target.name}"
    try:
        with open(temporary, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        os.replace(temporary, target)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if os.name == "posix":
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
