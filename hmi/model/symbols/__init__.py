"""The registry of symbol families: every module of this package that holds a `FAMILY`. Pure, no Qt; any process.

A new family is a file here and one of the same name in `hmi/display/symbols/`; nothing else has to be told of it.
"""

import pkgutil
from importlib import import_module

from hmi.model.symbols.schema import SymbolFamily


def _discover() -> dict[str, SymbolFamily]:
    """Find the families by the modules of this package, sorted by name.

    Raises:
        ValueError: a module holds a family of another name than its own.
    """
    families: dict[str, SymbolFamily] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        family = getattr(import_module(f"{__name__}.{module}"), "FAMILY", None)
        if family is None:
            continue
        if family.name != module:
            message = f"hmi/model/symbols/{module}.py holds a family named {family.name}"
            raise ValueError(message)
        families[module] = family
    return families


FAMILIES: dict[str, SymbolFamily]
"""Name of the family -> what it tells about itself; found when it is first asked for."""


def __getattr__(name: str) -> dict[str, SymbolFamily]:
    """Find the families when somebody asks for all of them: a window's first paint needs only those of its screen."""
    if name == "FAMILIES":
        globals()["FAMILIES"] = found = _discover()
        return found
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
