"""How long a process has been silent, by what it leaves in the runtime folder. Used by `watch` only.

The engine's beat is a word of the image's header, written by its tick; it is read here with two plain file reads,
for the launcher imports no image (a test holds these numbers and `hmi.image.layout` together).
"""

import os
import struct
from pathlib import Path

from hmi.launcher.plan import Role
from hmi.link.beat import read_window_beat

POINTER = "current"
"""Name of the pointer file: image file, generation, pid of the engine."""
BEAT_AT = 16 * 8
"""Byte offset of the heartbeat (monotonic ns) in an image file."""
_WORD = struct.Struct("<Q")


def last_sign_ns(role: Role, folder: Path, pid: int) -> int:
    """Give the monotonic time of a process's newest sign of life, ns; 0 when it has given none.

    Args:
        role: who.
        folder: the runtime folder.
        pid: of the process that is meant; signs of another one do not count.
    """
    if role is Role.WINDOW:
        beat = read_window_beat(folder, pid)
        return beat.mono_ns if beat is not None and beat.pid == pid else 0
    if role is Role.ENGINE:
        return _engine_beat_ns(folder, pid)
    return 0


def _engine_beat_ns(folder: Path, pid: int) -> int:
    """Read the heartbeat of the image that the pointer file names."""
    try:
        name, _, writer = (folder / POINTER).read_text(encoding="ascii").split()
        if int(writer) != pid or Path(name).name != name:
            return 0
        with (folder / name).open("rb", buffering=0) as image:
            image.seek(BEAT_AT, os.SEEK_SET)
            (beat,) = _WORD.unpack(image.read(_WORD.size))
    except (OSError, ValueError, struct.error):
        return 0
    return int(beat)
