"""How a window was arranged, so that one that was killed or hung comes back as it was. `desk.json` of the data folder.

Written by the window whenever it changes, read at its start. A file that cannot be read counts as none. GUI thread.
"""

import contextlib
from pathlib import Path

import msgspec

from hmi.link.beat import write_beside
from hmi.model.text import Language

FILE = "desk.json"


class Desk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Arrangement of one window."""

    language: Language = Language.ZH
    theme: str = "day"
    navigation: str = ""
    """Id of the navigation item that is shown; empty is the project's first."""
    full_screen: bool = False
    box: tuple[int, int, int, int] | None = None
    """x, y, width, height of the window; None leaves it to the system."""


def read_desk(folder: Path, fresh: Desk) -> Desk:
    """Read the desk of a station; `fresh` when there is none."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Desk)
    return fresh


def write_desk(folder: Path, desk: Desk) -> None:
    """Keep the desk of a station."""
    write_beside(folder / FILE, desk)
