"""The station store: alarm journal, audit trail, users, sessions, station data. Only this room knows SQLAlchemy.

The engine calls `open_store` and hands records to the `writer` of what it gets; the history server and the command
line read with `StoreReader`. Names are loaded when they are first asked for: SQLAlchemy takes a quarter of a second,
so it is imported by the writer's own thread or by the verb that needs it, never on an event loop.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmi.store.faults import InjectedFaults
    from hmi.store.opening import OpenStore, open_store
    from hmi.store.reader import Page, StoreReader
    from hmi.store.verify import Verdict
    from hmi.store.writer import StoreWriter

__all__ = ["InjectedFaults", "OpenStore", "Page", "StoreReader", "StoreWriter", "Verdict", "open_store"]

_HOMES = {
    "InjectedFaults": "faults",
    **dict.fromkeys(("OpenStore", "open_store"), "opening"),
    **dict.fromkeys(("Page", "StoreReader"), "reader"),
    "StoreWriter": "writer",
    "Verdict": "verify",
}
"""Name -> module of this package."""


def __getattr__(name: str) -> object:
    """Load the module of a name when it is first asked for."""
    home = _HOMES.get(name)
    if home is None:
        message = f"module {__name__} has no attribute {name}"
        raise AttributeError(message)
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
