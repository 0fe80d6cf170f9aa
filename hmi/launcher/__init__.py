"""Keeps engine, window and simulator alive. A small process without Qt: nothing of theirs can bring it down.

Called by `hmi run` and `hmi demo` through `keep_alive`; the processes are started as command lines, never imported.
"""

from hmi.launcher.plan import Part, Role
from hmi.launcher.watch import keep_alive

__all__ = ["Part", "Role", "keep_alive"]
