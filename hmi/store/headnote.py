"""A note beside the store that says how far journal and audit trail have come. Written by the writer's thread.

The tables alone cannot tell that their newest rows were cut off, be it by a person or by a flipped bit in the
write-ahead log. The note is written after the commit, at most once a second, so it is never ahead of the tables: when
it is, rows are missing. Read at opening and by `hmi audit verify`.
"""

import os
from pathlib import Path

import msgspec

from hmi.store.rows import GENESIS

NAME = "audit.head"


class HeadNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many rows there are."""

    audit: int = 0
    hash: str = GENESIS
    """Of the newest row of the audit trail."""
    journal: int = 0


def read_note(folder: Path) -> HeadNote | None:
    """Read the note; None when there is none that can be read."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=HeadNote)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def write_note(folder: Path, note: HeadNote) -> None:
    """Replace the note, durably.

    Raises:
        OSError: when the disk refuses.
    """
    replace_durably(folder / NAME, msgspec.json.encode(note))


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a small file of the owner's alone; after a power cut it is the old or the new one.

    Raises:
        OSError: when the disk refuses.
    """
    beside = path.with_name(f"{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
