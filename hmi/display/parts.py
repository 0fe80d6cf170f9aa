"""Live parts: what a symbol declares instead of painting values itself.

A drawing (`hmi/display/symbols/*.py`) paints what never changes once, and declares its live parts. The base
(`item.py`) and the batch (`batch.py`) turn parts into numpy columns and draw them, quality included: no symbol
decides how a value that is not good looks, and none can hide it. Coordinates are in pixels of the screen, whole or
half. A part whose slot is not bound shows the never-read look, so a drawing asks `placed.bound` before it declares a
part of an optional slot.

Parts, as all frozen classes of this package, are msgspec Structs: Python writes and compiles half a dozen functions for
each frozen dataclass at every start, 15 ms for thirty of them before the first paint.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.theme import Theme
from hmi.model.symbols.schema import SymbolFamily
from hmi.model.tag import Span, TagFields
from hmi.model.text import Language, Text

StatePainter = Callable[[QtGui.QPainter, QtCore.QRectF, int, Theme], None]
"""(painter, rectangle, state number or UNKNOWN_STATE, theme): paints one picture of a state; called once per
state and zoom."""

UNKNOWN_STATE = -1
"""The state that is painted when the value is bad or was never read: hatched, "state unknown"."""

FreePainter = Callable[[QtGui.QPainter, QtCore.QRectF, Mapping[str, float | str | None], Theme], None]
"""(painter, rectangle, slot -> value or None, theme): a painter of a pack, called when a value of its slots has
changed."""


class NumberPart(msgspec.Struct, frozen=True):
    """A number in digits. Marks (clock, ?, letters) are put after the unit by the base."""

    slot: str
    x: float
    """Left edge, or right edge of the digits when `right`."""
    baseline: float
    size: float = 22
    """Pixels."""
    right: bool = False
    decimals: int | None = None
    """None takes the tag's."""
    digits: int = 7
    """Room in characters, sign and point included; a longer number is shown as hash signs, never cut."""
    unit: str | None = None
    """None takes the tag's; empty shows none."""
    on_liquid: bool = False
    """The unit is then painted in ink."""
    setpoint: bool = False
    unit_below: bool = False
    """The unit stands in a line of its own under the digits, as in narrow columns."""
    mark_at: tuple[float, float] | None = None
    """Left centre of the place for the quality mark; None is after the unit, or before the digits when `right`."""
    weight: int = 600
    mark_gap: float = 7
    """Between the digits and the mark, pixels."""
    aged: bool = True
    """With the age of a stale value after its mark; False where the next text is near."""
    echo: str = ""
    """Slot beside which the mark is left out while it says the same of this one; needs `mark_at`."""
    framed: bool = True
    """A value of the process: on a mimic an alarm frames it. False in rows, scales and trends: the shape alone."""
    frame_left: float | None = None
    """Left edge of that frame, whose shape then stands inside; None is close at the digits."""
    alarm_at: tuple[float, float] | None = None
    """Left middle of the place for the small shape; None is beside the digits."""
    lift: float = 0
    """Pixels by which it stands higher while the ramp of its element has something to say below it."""


class StatePart(msgspec.Struct, frozen=True):
    """A picture that depends on a whole number: valve, pump, lamp, machine state."""

    slot: str
    rect: tuple[float, float, float, float]
    states: tuple[int, ...]
    """State numbers that have a picture; any other value shows UNKNOWN_STATE."""
    paint: StatePainter
    key: str
    """Names the picture: parts with equal key, size and theme share their rasters."""
    mark_at: tuple[float, float] | None = None
    """Left centre of the place for the quality mark; None is right of the rectangle."""
    above: float | None = None
    """With a number here the slot is a measured value: state 1 above it, state 0 up to it."""
    aged: bool = True
    """As for a number."""
    echo: str = ""
    """As for a number."""


class PlatePart(msgspec.Struct, frozen=True):
    """A picture that only tells whether the value is to be trusted: a scale, hatched (UNKNOWN_STATE) when it is not."""

    slot: str
    rect: tuple[float, float, float, float]
    paint: StatePainter
    """State 0, and UNKNOWN_STATE."""
    key: str
    """Names the picture, as in `StatePart`."""
    mark_at: tuple[float, float] | None = None
    """As for a pointer."""


class WordPart(msgspec.Struct, frozen=True):
    """Words of a state number (from the tag's `states`, or given here), or of a text tag."""

    slot: str
    x: float
    baseline: float
    size: float = 17
    align: int = 0
    """-1 right edge at x, 0 centred, 1 left edge at x."""
    words: Mapping[int, str] | None = None
    width: float = 200
    """Longer words are shortened with an ellipsis."""
    weight: int = 400
    role: str = "ink2"
    mark_at: tuple[float, float] | None = None
    """Left centre of the place for the quality mark; None is after the words."""


class CausePart(msgspec.Struct, frozen=True):
    """Why a value is not good, in words with its age, in a chip: once for a group. Draws nothing while it is good."""

    slot: str
    x: float
    """Left edge of the chip."""
    middle: float
    """Middle of the chip's height."""
    width: float = 320
    """Longer words take the room of `covers`, then lose their age, and are shortened with an ellipsis last."""
    covers: float = 0
    """Pixels at the left of the chip that it may take as well, with what is written there."""
    ground: str = "card"
    """Colour of what stands behind it."""
    known: str = ""
    """Name that stands beside the chip already: when it is that of the device, it is not said again."""


class LevelPart(msgspec.Struct, frozen=True):
    """Something that fills: liquid in a vessel, a bar. A picture of the full state, shown up to the value."""

    slot: str
    rect: tuple[float, float, float, float]
    low: float
    high: float
    """Values at the lower (left) and upper (right) end."""
    paint: StatePainter
    """Paints the full picture (state 0); for UNKNOWN_STATE the hatched one."""
    key: str
    surface: bool = True
    """Draw the surface line (`liqline`), dashed when the value is not to be trusted."""
    clear: tuple[float, float, float, float] | None = None
    """Left, top, right, bottom of the numbers in the liquid: the surface line begins right of them where it would cross
    them."""
    sideways: bool = False
    foot: float = 0
    """Pixels below the low end that are full whenever there is a value (the bottom dish); the picture includes them."""
    mark_at: tuple[float, float] | None = None
    """As for a pointer."""


class PointerPart(msgspec.Struct, frozen=True):
    """The pointer of a scale: solid, hollow when bad or uncertain, at the range end when out of range."""

    slot: str
    x: float
    """The edge of the scale on the side where the pointer stands: its tip reaches 75 % into the track."""
    top: float
    bottom: float
    low: float
    high: float
    left: bool = False
    """The pointer stands at the left of the scale and points right."""
    diamond: bool = False
    """An open diamond instead (set-point), outside of the track."""
    filled: bool = False
    """The diamond is solid: the working set-point of a ramp, whose target is the open one."""
    track: float = 14
    """Width of the scale."""
    mark_at: tuple[float, float] | None = None
    """Left centre of the place for the quality mark, where no number of this slot carries it; None is beside the
    top."""
    echo: str = ""
    """As for a number."""


class SparkPart(msgspec.Struct, frozen=True):
    """A small trend of the last seconds, its end dot on the value that is shown, at the right edge of the plot."""

    slot: str
    rect: tuple[float, float, float, float]
    low: float
    high: float
    seconds: float = 600
    normal: tuple[float, float] | None = None
    """The normal band, painted behind the line."""
    limits: tuple[tuple[float, str], ...] = ()
    """Value and words of each limit: a dashed line, the words right of the plot where there is a margin for them."""
    setpoint: str | None = None
    """Slot of the set-point: a line in its colour, dashed when stale, left out when bad."""
    setpoint_word: str = ""
    """What stands before the number of the set-point at the right; empty writes none."""
    decimals: int = 1
    """Of the number of the set-point."""
    margin: float = 8
    """Room right of the plot for words and the end dot, pixels."""
    clock: float = 0
    """Room below the plot for clock times, pixels; 0 writes none."""
    fit: bool = False
    """The range follows the curve inside `low` and `high`, whose ends are then written at the right."""


class RampPart(msgspec.Struct, frozen=True):
    """Where the PLC is on its ramp to a set-point, in words; draws nothing once it has arrived."""

    slot: str
    """Of the working set-point."""
    target: str
    """Slot of the set-point."""
    right: float
    """Right edge of the words."""
    baseline: float
    width: float
    decimals: int
    unit: str
    rate_slot: str = ""
    """Slot of the rate; empty takes `rate`."""
    rate: float | None = None
    """In engineering units a minute."""
    with_rate: bool = True


class FlowPart(msgspec.Struct, frozen=True):
    """A picture switched by a flag, laid out over the whole element: a pipe with or without flow."""

    slot: str
    rect: tuple[float, float, float, float]
    paint: StatePainter
    """States 0 and 1, and UNKNOWN_STATE."""
    key: str
    above: float | None = None
    """With a number here the slot is a measured flow: state 1 above it."""
    mark_at: tuple[float, float] | None = None
    """As for a pointer."""


class PaintPart(msgspec.Struct, frozen=True):
    """A free item: whatever a painter paints. The base draws quality over and around it; a painter cannot hide it."""

    slots: tuple[str, ...]
    rect: tuple[float, float, float, float]
    paint: FreePainter


class TouchPart(msgspec.Struct, frozen=True):
    """A place that may be clicked to ask for a write. Draws nothing; the element's other parts show the fact."""

    slot: str
    """A slot that writes, bound to a plain reference."""
    rect: tuple[float, float, float, float]
    value: float | None = None
    """What to ask for; None lets the window ask for a number."""
    confirm: bool = True
    """Ask before asking the engine."""
    change: float | None = None
    """Ask for the value that the operator sees plus this, in engineering units, instead of `value`."""
    frame: tuple[float, float, float, float] | None = None
    """Where what becomes of the click is shown; None is `rect`."""


class FaceplateSubject(msgspec.Struct, frozen=True):
    """What a faceplate is wanted of; `hmi/display/faceplates` makes a screen of it."""

    kind: str
    """Name of the builder: "loop"."""
    tag: str
    """Name as it is shown; never translated."""
    title: Text
    paths: Mapping[str, str]
    """Role, as the builder calls it -> path of the tag."""
    normal_mode: int = 1


class OpenPart(msgspec.Struct, frozen=True):
    """A place that opens a faceplate. Draws nothing but what pointer and keyboard show of it."""

    subject: FaceplateSubject
    rect: tuple[float, float, float, float]
    """At least 32 x 32 pixels."""


Part = (
    NumberPart
    | StatePart
    | PlatePart
    | WordPart
    | CausePart
    | LevelPart
    | PointerPart
    | SparkPart
    | RampPart
    | FlowPart
    | PaintPart
    | TouchPart
    | OpenPart
)


class Placed(msgspec.Struct, frozen=True):
    """One element ready to be laid out."""

    id: str
    box: QtCore.QRectF
    props: msgspec.Struct
    facts: Mapping[str, TagFields]
    """Slot -> what the project says of the tag it is bound to (plain references only): unit, decimals, span, limits."""
    names: Mapping[str, str]
    """Slot -> path of that tag."""
    theme: Theme
    language: Language
    bound: frozenset[str] = frozenset()
    """Slots that are bound to anything."""

    def say(self, text: Text) -> str:
        """Give the words of a text in the language of the screen."""
        return text.pick(self.language)

    def span(self, slot: str, low: float | None = None, high: float | None = None) -> tuple[float, float]:
        """Give the ends of a scale: those given, else the tag's span, else 0 to 100; always low below high."""
        known = self.facts[slot].span if slot in self.facts else Span()
        bottom = low if low is not None else known.low if known.low is not None else 0.0
        top = high if high is not None else known.high if known.high is not None else 100.0
        return (bottom, top) if top > bottom else (bottom, bottom + 1.0)


class Drawing(Protocol):
    """The drawing half of a symbol family: the object `DRAWING` of its module."""

    family: SymbolFamily

    def static(self, painter: QtGui.QPainter, placed: Placed) -> None:
        """Paint what never changes with a value."""
        ...

    def parts(self, placed: Placed) -> tuple[Part, ...]:
        """Declare what changes with values."""
        ...
