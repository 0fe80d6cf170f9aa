"""Tank: a vessel whose liquid, scale, pointer and number are one reading. Drawn by `hmi/display/symbols/tank.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a tank."""

    jacket: bool = False
    legs: bool = True
    scale: bool = True
    number: bool = True
    low: float | None = None
    high: float | None = None
    size: float = 27


FAMILY = SymbolFamily(
    name="tank",
    title=Text(zh="罐", en="Tank"),
    help=Text(
        zh="立式罐：液面、刻度、指针和数字取自同一读数，0 % 在下封头焊缝，100 % 在上封头焊缝。",
        en="An upright vessel: liquid, scale, pointer and number are one reading; "
        "0 % at the bottom weld, 100 % at the top weld.",
    ),
    palette=Palette.EQUIPMENT,
    props=Props,
    properties=(
        Property(
            "jacket",
            Text(zh="夹套", en="Jacket"),
            Text(zh="画出夹套；加热或冷却时变亮。", en="Draw a jacket; it is bright while it heats or cools."),
        ),
        Property("legs", Text(zh="支腿", en="Legs"), Text(zh="画出支腿。", en="Draw the legs.")),
        Property(
            "scale",
            Text(zh="液位刻度", en="Level scale"),
            Text(zh="在罐内画刻度和指针。", en="Draw scale and pointer inside the vessel."),
        ),
        Property(
            "number",
            Text(zh="显示数字", en="Number"),
            Text(zh="在罐内显示液位数值。", en="Show the level as a number inside the vessel."),
        ),
        Property(
            "low",
            Text(zh="下端", en="Low end"),
            Text(
                zh="下封头焊缝处的值；留空则按位号量程。", en="Value at the bottom weld; empty takes the tag's range."
            ),
            category="range",
        ),
        Property(
            "high",
            Text(zh="上端", en="High end"),
            Text(zh="上封头焊缝处的值；留空则按位号量程。", en="Value at the top weld; empty takes the tag's range."),
            category="range",
        ),
        Property(
            "size",
            Text(zh="字号", en="Size of the digits"),
            Text(zh="罐内液位数字的高度。", en="Height of the digits of the level."),
            unit="px",
            low=17,
            high=40,
        ),
    ),
    slots=(
        Slot(
            "level",
            SlotKind.NUMBER,
            Text(zh="液位", en="Level"),
            Text(zh="液面、指针和数字都取自它。", en="Liquid, pointer and number are all drawn from it."),
            required=True,
        ),
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="第二数值", en="Second value"),
            Text(zh="液位下方的较小数值，例如体积。", en="A smaller number below the level, for example the volume."),
        ),
        Slot(
            "running",
            SlotKind.FLAG,
            Text(zh="夹套工作", en="Jacket at work"),
            Text(zh="1 表示正在加热或冷却。", en="1 while it heats or cools."),
        ),
    ),
    ports=(
        Port("top", 0.5, 0.0),
        Port("top-left", 0.18, 0.05),
        Port("top-right", 0.82, 0.05),
        Port("bottom", 0.5, 0.95),
        Port("left", 0.0, 0.5),
        Port("right", 1.0, 0.5),
    ),
    size=(160, 256),
    smallest=(64, 96),
)
