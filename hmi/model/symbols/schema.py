"""What a symbol family tells about itself without drawing anything: properties, slots, ports. Pure.

Read by the project check, the help, the property editor and the drawing (`hmi/display/symbols/<same name>.py`).
"""

from enum import StrEnum

import msgspec

from hmi.model.text import Text


class Palette(StrEnum):
    """Where the palette of the editor lists a family."""

    INDICATOR = "indicator"
    EQUIPMENT = "equipment"
    PIPING = "piping"
    CONTROL = "control"
    DRAWING = "drawing"


class SlotKind(StrEnum):
    """What a slot wants to be bound to."""

    NUMBER = "number"
    FLAG = "flag"
    """0 or 1."""
    STATE = "state"
    """A whole number with words."""
    TEXT = "text"


class Slot(msgspec.Struct, frozen=True):
    """A place of a symbol that a tag or an expression is bound to."""

    name: str
    kind: SlotKind
    title: Text
    help: Text
    required: bool = False
    writes: bool = False
    """True when the symbol may ask for a write to the bound tag; it must then be a plain reference."""
    follows: str = ""
    """`<slot>.working` or `<slot>.rate`: left unbound, it is bound to what the ramp of that slot's tag names."""
    remembered: bool = False
    """True when the window keeps the last hour of it, so that a trend begins full."""


class Property(msgspec.Struct, frozen=True):
    """The documentation of one field of the family's `props` struct."""

    name: str
    title: Text
    help: Text
    category: str = "look"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


class Port(msgspec.Struct, frozen=True):
    """Where a pipe may end, as a share of width and height (0 to 1)."""

    name: str
    x: float
    y: float


class SymbolFamily(msgspec.Struct, frozen=True):
    """One family. `props` is a frozen msgspec struct with a default for every field."""

    name: str
    title: Text
    help: Text
    palette: Palette
    props: type[msgspec.Struct]
    properties: tuple[Property, ...]
    slots: tuple[Slot, ...] = ()
    ports: tuple[Port, ...] = ()
    size: tuple[float, float] = (120, 80)
    """Width and height of a new element, pixels."""
    smallest: tuple[float, float] = (16, 16)
    slots_by_name: dict[str, Slot] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the slots."""
        self.slots_by_name.update({slot.name: slot for slot in self.slots})
