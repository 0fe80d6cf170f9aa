"""Sparkline: a small trend with normal band, limits and set-point; its end dot is the value that is shown.

Drawn by `hmi/display/symbols/sparkline.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a sparkline."""

    tag: str = ""
    title: Text = Text()
    number: bool = True
    words: bool = True
    clock: bool = True
    seconds: float = 600
    low: float | None = None
    high: float | None = None
    fit: bool = False
    size: float = 24


FAMILY = SymbolFamily(
    name="sparkline",
    title=Text(zh="小趋势", en="Sparkline"),
    help=Text(
        zh="最近一段时间的曲线，带正常带、限值和设定值；末端圆点就是当前显示值。",
        en="The curve of the last minutes with normal band, limits and set-point; "
        "the end dot is the value that is shown.",
    ),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(
        Property(
            "tag",
            Text(zh="位号", en="Tag name"),
            Text(zh="显示的位号；不翻译。", en="Name as it is shown; never translated."),
            category="label",
        ),
        Property(
            "title",
            Text(zh="名称", en="Title"),
            Text(zh="位号之后的名称；可随语言切换。", en="What stands after the tag name, in both languages."),
            category="label",
        ),
        Property(
            "number",
            Text(zh="显示数字", en="Number"),
            Text(zh="在右上角显示当前值。", en="Show the value at the upper right."),
        ),
        Property(
            "words",
            Text(zh="显示限值文字", en="Words of the limits"),
            Text(zh="在右侧写出限值和设定值。", en="Name limits and set-point at the right."),
        ),
        Property("clock", Text(zh="时间轴", en="Time axis"), Text(zh="在下方显示时刻。", en="Show clock times below.")),
        Property(
            "seconds",
            Text(zh="时间跨度", en="Time span"),
            Text(zh="曲线的长度。", en="Length of the curve."),
            unit="s",
            low=10,
            high=86400,
        ),
        Property(
            "low",
            Text(zh="下端", en="Low end"),
            Text(zh="留空则按位号量程。", en="Empty takes the tag's range."),
            category="range",
        ),
        Property(
            "high",
            Text(zh="上端", en="High end"),
            Text(zh="留空则按位号量程。", en="Empty takes the tag's range."),
            category="range",
        ),
        Property(
            "fit",
            Text(zh="自动量程", en="Range follows"),
            Text(
                zh="量程随曲线取整变化，不超出上下端。",
                en="The range follows the curve in round steps, inside the two ends.",
            ),
            category="range",
        ),
        Property(
            "size",
            Text(zh="字号", en="Size of the digits"),
            Text(zh="数字的高度。", en="Height of the digits."),
            unit="px",
            low=17,
            high=40,
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="测量值", en="Value"),
            Text(zh="画出的值。", en="What is drawn."),
            required=True,
            remembered=True,
        ),
        Slot(
            "setpoint",
            SlotKind.NUMBER,
            Text(zh="设定值", en="Set-point"),
            Text(zh="以线和文字标出。", en="Drawn as a line and a word."),
        ),
    ),
    size=(480, 192),
    smallest=(80, 40),
)
