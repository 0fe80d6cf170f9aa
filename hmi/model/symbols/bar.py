"""Bar: a scale with its normal band, limits, set-point and value. Drawn by `hmi/display/symbols/bar.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a bar."""

    tag: str = ""
    title: Text = Text()
    style: str = "pointer"
    sideways: bool = False
    number: bool = True
    ends: bool = False
    axis: str = "none"
    low: float | None = None
    high: float | None = None
    thickness: float = 14


FAMILY = SymbolFamily(
    name="bar",
    title=Text(zh="刻度条", en="Bar"),
    help=Text(
        zh="刻度条：正常范围带、限值刻线、设定菱形和指针，旁边是同一读数的数字。",
        en="A scale with normal band, limit ticks, set-point diamond and pointer; "
        "the number beside it is the same reading.",
    ),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(
        Property(
            "tag",
            Text(zh="位号", en="Tag name"),
            Text(zh="第一行，灰色；不翻译。", en="First line, grey; never translated."),
            category="label",
        ),
        Property(
            "title",
            Text(zh="名称", en="Title"),
            Text(zh="第二行，深色；可随语言切换。", en="Second line, dark, in both languages."),
            category="label",
        ),
        Property(
            "style",
            Text(zh="样式", en="Style"),
            Text(zh="pointer 指针，fill 填充（用于输出）。", en="pointer, or fill (for outputs)."),
            choices=("pointer", "fill"),
        ),
        Property(
            "sideways",
            Text(zh="横放", en="Sideways"),
            Text(zh="刻度横放，左端为低值；只能填充。", en="The scale lies, its low end at the left; always filled."),
        ),
        Property(
            "number",
            Text(zh="显示数字", en="Number"),
            Text(zh="在刻度旁显示数值和单位。", en="Show the value and its unit beside the scale."),
        ),
        Property(
            "ends",
            Text(zh="显示量程", en="Ends of the range"),
            Text(zh="在两端写出量程。", en="Write the ends of the range at the ends of the scale."),
        ),
        Property(
            "axis",
            Text(zh="刻度数字", en="Axis"),
            Text(
                zh="竖放刻度的整数刻度写在哪一侧：none 不写，left 左，right 右。",
                en="At which side of an upright scale round numbers stand: none, left or right.",
            ),
            choices=("none", "left", "right"),
        ),
        Property(
            "low",
            Text(zh="下端", en="Low end"),
            Text(zh="刻度下端的值；留空则按位号量程。", en="Value at the low end; empty takes the tag's range."),
            category="range",
        ),
        Property(
            "high",
            Text(zh="上端", en="High end"),
            Text(zh="刻度上端的值；留空则按位号量程。", en="Value at the high end; empty takes the tag's range."),
            category="range",
        ),
        Property(
            "thickness",
            Text(zh="刻度宽度", en="Width of the scale"),
            Text(zh="画面上 14，操作面板上 22。", en="14 on a mimic, 22 in a faceplate."),
            unit="px",
            low=8,
            high=40,
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="测量值", en="Measured value"),
            Text(zh="指针、填充和数字都取自它。", en="Pointer, fill and number are all drawn from it."),
            required=True,
        ),
        Slot(
            "setpoint",
            SlotKind.NUMBER,
            Text(zh="设定值", en="Set-point"),
            Text(zh="刻度左侧的空心菱形。", en="The open diamond at the left of the scale."),
        ),
        Slot(
            "working",
            SlotKind.NUMBER,
            Text(zh="工作设定", en="Working set-point"),
            Text(
                zh="PLC 爬升时的当前设定：实心菱形，空心菱形为目标；留空则取自位号的 ramp 设置。",
                en="Where the PLC is on its ramp: a solid diamond, and the open one is the target; unbound it is what "
                "the tag's ramp names.",
            ),
            follows="setpoint.working",
        ),
    ),
    size=(144, 112),
    smallest=(24, 24),
)
