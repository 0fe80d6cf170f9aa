"""Which boot of the machine and which process wrote something: monotonic times mean nothing beyond them.

Used by the writer (engine) and by the reader (window) to tell a live image from a left-over of before a power cut.
"""

import hashlib
import sys
import time
from functools import cache
from pathlib import Path


@cache
def boot_identity() -> int:
    """Give a 64-bit number that changes with every boot of the machine.

    Linux tells one; elsewhere it is the minute in which the machine was started, by wall minus monotonic time. That
    can be off after a step of the wall clock, and then an image counts as one of an older boot, which only costs
    its freshness.
    """
    try:
        name = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        name = str((time.time_ns() - time.monotonic_ns()) // 60_000_000_000)
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def process_start(pid: int) -> int:
    """Give the start time of a process in the system's own ticks; 0 where that cannot be told."""
    if sys.platform != "linux":
        return 0
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(stat.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0
