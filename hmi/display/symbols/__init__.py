"""The drawing halves of the symbol families: every module of this package that holds a `DRAWING`. Window, GUI thread.

The first place to look when a family is to be drawn: `hmi/model/symbols/<name>.py` says what it is, the module of the
same name here how it looks.
"""

import pkgutil
from importlib import import_module

from hmi.display.parts import Drawing


def drawings() -> dict[str, Drawing]:
    """Find the drawings by the modules of this package: name of the family -> drawing.

    Raises:
        ValueError: a module draws a family of another name than its own.
    """
    found: dict[str, Drawing] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        drawing: Drawing | None = getattr(import_module(f"{__name__}.{module}"), "DRAWING", None)
        if drawing is None:
            continue
        if drawing.family.name != module:
            message = f"hmi/display/symbols/{module}.py draws a family named {drawing.family.name}"
            raise ValueError(message)
        found[module] = drawing
    return found
