"""The drawing halves of the symbol families: every module of this package that holds a `DRAWING`. Window, GUI thread.

The first place to look when a family is to be drawn: `hmi/model/symbols/<name>.py` says what it is, the module of the
same name here how it looks.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from hmi.display.parts import Drawing


class _Drawings(Mapping[str, Drawing]):
    """Loads a drawing when it is first asked for: a window's first paint needs only those of its screen."""

    def __getitem__(self, name: str) -> Drawing:
        if name not in _names():
            raise KeyError(name)
        drawing: Drawing | None = getattr(import_module(f"{__name__}.{name}"), "DRAWING", None)
        if drawing is None:
            raise KeyError(name)
        if drawing.family.name != name:
            message = f"hmi/display/symbols/{name}.py draws a family named {drawing.family.name}"
            raise ValueError(message)
        return drawing

    def __iter__(self) -> Iterator[str]:
        return (name for name in sorted(_names()) if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@cache
def _names() -> frozenset[str]:
    return frozenset(one.name for one in pkgutil.iter_modules(__path__))


def drawings() -> Mapping[str, Drawing]:
    """Give the drawings by the modules of this package: name of the family -> drawing.

    Asking for one raises ValueError when its module draws a family of another name than its own.
    """
    return _Drawings()
