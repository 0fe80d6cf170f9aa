"""What a laid-out screen consists of: places by kind, and watches that tie them to sources. No values yet.

Made by `layout.py` and `parts_layout.py`, run by `stage.py`. Window, GUI thread.
"""

from collections.abc import Callable, Mapping
from enum import IntEnum

import msgspec

from hmi.display.ages import AgeCells
from hmi.display.atlas import Atlas
from hmi.display.binding import Bindings
from hmi.display.digits import DigitFonts
from hmi.display.hit import Target
from hmi.display.layers import StaticStep
from hmi.display.levels import LevelPlace, PointerPlace
from hmi.display.marks import MarkCells
from hmi.display.numbers import NumberPlace
from hmi.display.painted import Painted
from hmi.display.pictures import PicturePlace

Recall = Callable[[Bindings, Mapping[int, tuple[Painted, int]]], bool]
"""(bindings, painted cells of a screen): lets its trends take over what is remembered; tells whether one did."""


class Kind(IntEnum):
    """Which columns a part is drawn from."""

    UNDER = 0
    """Pictures below everything else that lives: pipes."""
    LEVEL = 1
    OVER = 2
    POINTER = 3
    NUMBER = 4


class Watch(msgspec.Struct, frozen=True):
    """One part to be compared each frame: from a source to one whole number."""

    kind: Kind
    index: int
    """Of its place among those of the kind."""
    source: int
    element: int
    rect: tuple[int, int, int, int]
    """All that it may ever paint: left, top, right, bottom, device pixels."""
    scale: float = 1.0
    offset: float = 0.0
    low: float = -1e17
    high: float = 1e17
    above: float = float("nan")
    """With a number: 1 above it, else 0."""
    exact: bool = False
    """Every change of the value counts, not only that of the whole number."""
    ages: bool = False
    """It says an age whatever the quality."""


class Layout(msgspec.Struct):
    """A screen laid out."""

    atlas: Atlas
    bindings: Bindings
    marks: MarkCells
    ages: AgeCells
    fonts: DigitFonts
    surface: tuple[int, int]
    """Cells of the unbroken and the dashed surface line."""
    steps: list[StaticStep] = msgspec.field(default_factory=list)
    watches: list[Watch] = msgspec.field(default_factory=list)
    under: list[PicturePlace] = msgspec.field(default_factory=list)
    over: list[PicturePlace] = msgspec.field(default_factory=list)
    levels: list[LevelPlace] = msgspec.field(default_factory=list)
    pointers: list[PointerPlace] = msgspec.field(default_factory=list)
    numbers: list[NumberPlace] = msgspec.field(default_factory=list)
    painted: dict[int, tuple[Painted, int]] = msgspec.field(default_factory=dict)
    """Index among `over` -> what repaints its cell, and the cell's number."""
    lifted: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """Number of an element, number among `numbers`: it stands higher while the element's ramp says something."""
    ramps: dict[int, int] = msgspec.field(default_factory=dict)
    """Number of an element -> index of its ramp among `painted`."""
    targets: list[Target] = msgspec.field(default_factory=list)
    deferred: list[Callable[[], None]] = msgspec.field(default_factory=list)
    """What is to be laid out after the last element."""
    elements: list[str] = msgspec.field(default_factory=list)
    """Ids, in drawing order."""
