"""Which boot of the machine and which process wrote something: monotonic times mean nothing beyond them.

Used by the writer (engine) and by the reader (window) to tell a live image from a left-over of before a power cut.
"""

import hashlib
import sys
from functools import cache
from pathlib import Path

UNKNOWN_BOOT = 0
"""Where the system tells none: what is left of an engine is then taken for that of an older boot, which only costs its
freshness, and an engine is judged by the age of its heartbeat alone."""


@cache
def boot_identity() -> int:
    """Give a 64-bit number that changes with every boot of the machine and with nothing else.

    The wall clock has no part in it: a step of it would make a live engine look like one of an older boot.
    """
    name = _boot_name()
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") if name else UNKNOWN_BOOT


def _boot_name() -> str:
    """Ask the system: Linux has an id of the boot, Windows counts its boots for its prefetcher."""
    try:
        if sys.platform == "win32":
            import winreg

            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _WINDOWS_KEY) as key:
                return f"boot {winreg.QueryValueEx(key, 'BootId')[0]}"
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


_WINDOWS_KEY = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"


def process_start(pid: int) -> int:
    """Give the start time of a process in the system's own ticks; 0 where that cannot be told."""
    if sys.platform != "linux":
        return 0
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return int(stat.rpartition(")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0
