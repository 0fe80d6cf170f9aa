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


FAMILY = SymbolFamily(
    name="numeric_entry",
    title=Text(zh="数值输入", en="Numeric entry"),
    help=Text(
        zh="显示当前设定值；点击后输入新值，范围取自位号。",
        en="Shows the set-point that holds; a click asks for a new one within the tag's write range.",
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
    ),
    size=(160, 40),
    smallest=(64, 32),
)
