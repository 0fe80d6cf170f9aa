"""Screens, elements and navigation, as they stand in `screens/*.jsonl` and `navigation/*.jsonl`. Pure."""

import msgspec

from hmi.model.text import Text


class Element(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An element is an envelope: what every symbol has, and `props`, kept raw and decoded by the family's own schema.

    An unknown type (a missing pack) is therefore kept byte for byte and drawn as a named placeholder.
    """

    id: str
    type: str
    """Symbol family, for example `valve`."""
    at: tuple[float, float, float, float]
    """x, y, width, height in pixels of the screen's own size."""
    z: str = "m"
    """Fractional key of the drawing order within the layer: any text sorts between two others."""
    layer: str = ""
    bind: dict[str, str] = {}
    """Slot of the family -> expression, for example {"value": "{Line/Tank1.Level}"}."""
    props: msgspec.Raw = msgspec.Raw(b"{}")


class Screen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The header of a screen file. Its elements follow, a line each."""

    id: str
    path: str
    title: Text = Text()
    width: int = 1920
    height: int = 964
    """Drawing area in pixels; the header of the window is not part of it."""
    level: int = 2
    """ISA-101 level: 1 overview, 2 unit, 3 detail, 4 diagnosis."""
    parent: str = ""
    """Path of the screen above."""


class NavigationItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry of the navigation."""

    id: str
    order: str = "m"
    """Fractional key of its place."""
    title: Text = Text()
    screens: tuple[str, ...] = ()
    """Paths of screens that show the same in different sizes; the window takes the largest that fits."""
