"""The engine's end of the link: one conversation a window, sessions, commands, alarms, apply. Engine process.

It knows the other rooms of the engine by what they offer; they do not know it.
"""

from hmi.engine.service.parts import Parts
from hmi.engine.service.service import Service

__all__ = ["Parts", "Service"]
