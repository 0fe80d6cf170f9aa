"""Numeric entry: shows a set-point and asks for another. Drawn by `hmi/display/symbols/numeric_entry.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a numeric entry."""

    tag: str = ""
    title: Text = Text()
    size: float = 22
    confirm: bool = False
    steps: tuple[float, ...] = ()


FAMILY = SymbolFamily(
    name="numeric_entry",
    title=Text(zh="数值输入", en="Numeric entry"),
    help=Text(
        zh="显示当前设定值；点击后输入新值，范围取自位号。PLC 按斜坡逼近时，上方写出工作设定和速率。",
        en="Shows the set-point that holds; a click asks for a new one within the tag's write range. Where the PLC "
        "approaches it by a ramp, the working set-point and the rate stand above.",
    ),
    palette=Palette.CONTROL,
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
            "size",
            Text(zh="字号", en="Size of the digits"),
            Text(zh="数字的高度。", en="Height of the digits."),
            unit="px",
            low=17,
            high=40,
        ),
        Property("confirm", Text(zh="先确认", en="Ask first"), Text(zh="写入前先询问。", en="Ask before the write.")),
        Property(
            "steps",
            Text(zh="步进按钮", en="Steps"),
            Text(
                zh="输入框下方的按钮：在当前值上加减的量，例如 -5、-1、1、5；不超出允许范围。",
                en="Buttons below the field: what each adds to the present value, for example -5, -1, 1, 5; "
                "never beyond the range that may be written.",
            ),
        ),
    ),
    slots=(
        Slot(
            "setpoint",
            SlotKind.NUMBER,
            Text(zh="设定值", en="Set-point"),
            Text(zh="显示并写入的位号。", en="The tag that is shown and written."),
            required=True,
            writes=True,
        ),
        Slot(
            "working",
            SlotKind.NUMBER,
            Text(zh="工作设定", en="Working set-point"),
            Text(
                zh="PLC 爬升时的当前设定；留空则取自位号的 ramp 设置。",
                en="Where the PLC is on its ramp; unbound it is what the tag's ramp names.",
            ),
            follows="setpoint.working",
        ),
        Slot(
            "rate",
            SlotKind.NUMBER,
            Text(zh="爬升速率", en="Rate"),
            Text(
                zh="每分钟的变化；留空则取自位号的 ramp 设置。",
                en="Change a minute; unbound it is what the tag's ramp names.",
            ),
            follows="setpoint.rate",
        ),
    ),
    size=(160, 40),
    smallest=(64, 32),
)
