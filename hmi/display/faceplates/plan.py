"""What a builder of faceplates gives, and what it is put together with. Pure model structs, no drawing."""

from collections.abc import Mapping

import msgspec

from hmi.model.ident import derived_id
from hmi.model.screen import Element, Screen
from hmi.model.text import Text

WIDTH = 600
"""Of every faceplate, pixels (LOOK.md section 9)."""
INSIDE = WIDTH - 2
"""Width of its screen: the edge of the card stands at both sides."""
MARGIN = 24


class Faceplate(msgspec.Struct, frozen=True):
    """A faceplate ready to be shown below its title."""

    screen: Screen
    elements: tuple[Element, ...]
    path: str
    """Of the tag whose alarms are those of the faceplate."""


class Plan:
    """Collects the elements of one faceplate, from top to bottom."""

    def __init__(self, name: str) -> None:
        """Begin with the ground.

        Args:
            name: tells this faceplate from others; its ids are derived from it.
        """
        self._name = name
        self._elements: list[Element] = []

    def add(
        self,
        kind: str,
        at: tuple[float, float, float, float],
        bind: Mapping[str, str] | None = None,
        /,
        z: str = "m",
        **props: object,
    ) -> None:
        """Add an element.

        Args:
            kind: its family.
            at: left, top, width, height.
            bind: slot -> expression.
            z: drawing order.
            props: of the family; what has its default may be left out.
        """
        ident = derived_id("faceplate", f"{self._name} {len(self._elements)}")
        raw = msgspec.Raw(msgspec.json.encode(props))
        self._elements.append(Element(id=ident, type=kind, at=at, z=z, bind=dict(bind or {}), props=raw))

    def words(
        self, text: Text, x: float, middle: float, width: float, *, align: str = "left", name: bool = False
    ) -> None:
        """Add one line of fixed words.

        Args:
            text: in both languages.
            x: left edge of its room.
            middle: of the line's height.
            width: of its room.
            align: left, centre or right.
            name: a heading instead of a label.
        """
        look = {"weight": 600, "ink": "ink"} if name else {}
        self.add("text", (x, middle - 14, width, 28), z="m", text=text, align=align, **look)

    def done(self, title: Text, height: float, path: str) -> Faceplate:
        """Give the faceplate; its ground reaches beyond its edges, so that no corner shows."""
        self.add("panel", (-20, -20, WIDTH + 40, height + 40), z="a")
        ident = derived_id("faceplate", self._name)
        screen = Screen(id=ident, path=self._name, title=title, width=INSIDE, height=round(height), level=3)
        return Faceplate(screen, tuple(self._elements), path)
