"""Hands each part that an element declares to what lays it out. Called by `layout.py`. Window, GUI thread."""

from hmi.display.element_layout import ElementLayout
from hmi.display.lay_levels import lay_level, lay_pointer
from hmi.display.lay_numbers import lay_number
from hmi.display.lay_painted import lay_cause, lay_paint, lay_ramp, lay_spark
from hmi.display.lay_pictures import lay_echo, lay_flow, lay_plate, lay_state
from hmi.display.lay_words import lay_word
from hmi.display.parts import (
    CausePart,
    FlowPart,
    LevelPart,
    NumberPart,
    OpenPart,
    PaintPart,
    Part,
    PlatePart,
    PointerPart,
    RampPart,
    SparkPart,
    StatePart,
    TouchPart,
    WordPart,
)


def lay_part(at: ElementLayout, part: Part) -> None:
    """Lay out one part of an element."""
    match part:
        case NumberPart():
            lay_number(at, part)
        case StatePart():
            lay_state(at, part)
        case PlatePart():
            lay_plate(at, part)
        case WordPart():
            lay_word(at, part)
        case LevelPart():
            lay_level(at, part)
        case PointerPart():
            lay_pointer(at, part)
        case FlowPart():
            # Pipes are cut out where later elements stand before them, so they wait for the last element.
            at.layout.deferred.append(lambda: lay_flow(at, part))
        case SparkPart():
            lay_spark(at, part)
        case RampPart():
            lay_ramp(at, part)
        case CausePart():
            lay_cause(at, part)
        case PaintPart():
            lay_paint(at, part)
        case TouchPart() | OpenPart():
            pass
    if isinstance(part, NumberPart | StatePart | PointerPart) and at.echoes(part):
        lay_echo(at, part)
