"""Who is signed in, and what they may do. Engine process, event loop; passwords are hashed in threads.

`Sessions` is the whole room; the engine's end of the link asks it, commands and alarms get its `Session`.
"""

from hmi.engine.sessions.session import Session
from hmi.engine.sessions.sessions import SessionRefused, Sessions

__all__ = ["Session", "SessionRefused", "Sessions"]
