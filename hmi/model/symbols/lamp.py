"""Lamp: a state in shape and words, never by colour. Drawn by `hmi/display/symbols/lamp.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a lamp."""

    tag: str = ""
    title: Text = Text()
    on: Text = Text()
    off: Text = Text()
    word: bool = True


FAMILY = SymbolFamily(
    name="lamp",
    title=Text(zh="指示灯", en="Lamp"),
    help=Text(
        zh="亮（实心浅色）为 1，暗为 0，斜线为未知；旁边写明状态。",
        en="Light is 1, dark is 0, hatched is not known; the state stands beside it in words.",
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
            "on",
            Text(zh="1 的文字", en="Words for 1"),
            Text(zh="留空则取位号的文字。", en="Empty takes the tag's."),
            category="label",
        ),
        Property(
            "off",
            Text(zh="0 的文字", en="Words for 0"),
            Text(zh="留空则取位号的文字。", en="Empty takes the tag's."),
            category="label",
        ),
        Property(
            "word",
            Text(zh="显示状态文字", en="State in words"),
            Text(zh="在标签旁显示状态文字。", en="Show the words of the state beside the label."),
            category="label",
        ),
    ),
    slots=(Slot("value", SlotKind.FLAG, Text(zh="值", en="Value"), Text(zh="0 或 1。", en="0 or 1."), required=True),),
    size=(200, 32),
    smallest=(24, 24),
)
