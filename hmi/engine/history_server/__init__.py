"""The history server: a process of its own at low priority that answers windows about journal and audit trail.

`HistoryServerChild` is the engine's end of it; `python -m hmi.engine.history_server` is the process.
"""

from hmi.engine.history_server.child import HistoryServerChild

__all__ = ["HistoryServerChild"]
