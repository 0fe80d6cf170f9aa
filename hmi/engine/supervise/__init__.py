"""The one supervisor for all drivers: it connects, watches, ends and connects again. Engine process."""

from hmi.engine.supervise.backoff import Backoff
from hmi.engine.supervise.line import SILENT_S, Limits, Line, Session, limits_of

__all__ = ["SILENT_S", "Backoff", "Limits", "Line", "Session", "limits_of"]
