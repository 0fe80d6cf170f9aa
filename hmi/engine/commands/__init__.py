"""Commands: the way of a click from the link to the device and back. Engine process, event loop.

`CommandDesk` takes a command, checks it, has it recorded, sends it, reads it back and says what became of it. What it
needs of other rooms stands in `ports.py`. States and what leads from one to the next: `execution.py`.
"""

from hmi.engine.commands.desk import CommandDesk
from hmi.engine.commands.ports import Devices, Listener, Sender, Session, StationInControl, ThisStation, Trail, Values

__all__ = [
    "CommandDesk",
    "Devices",
    "Listener",
    "Sender",
    "Session",
    "StationInControl",
    "ThisStation",
    "Trail",
    "Values",
]
