"""Pump: disc on a foot; light and solid while it runs, dark and hollow when stopped.

Drawn by `hmi/display/symbols/pump.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a pump."""

    tag: str = ""
    title: Text = Text()
    towards: str = "right"
    label: str = "below"
    word: bool = True


FAMILY = SymbolFamily(
    name="pump",
    title=Text(zh="泵", en="Pump"),
    help=Text(
        zh="浅色为运行，深色为停止，斜线为状态未知。元素的框是圆盘和底座，标签写在框外。",
        en="Light runs, dark is stopped, hatched is not known. "
        "The element's box holds disc and foot; the label stands outside of it.",
    ),
    palette=Palette.EQUIPMENT,
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
            "towards",
            Text(zh="出口方向", en="Delivers to"),
            Text(zh="叶轮箭头的方向。", en="Where the impeller points."),
            choices=("right", "left", "up", "down"),
        ),
        Property(
            "label",
            Text(zh="标签位置", en="Place of the label"),
            Text(
                zh="在图形的上、下、左、右，或不显示。", en="Above, below, left or right of the drawing, or not shown."
            ),
            category="label",
            choices=("above", "below", "left", "right", "none"),
        ),
        Property(
            "word",
            Text(zh="显示状态文字", en="State in words"),
            Text(zh="在标签下一行显示状态文字。", en="Show the words of the state in the line under the label."),
            category="label",
        ),
    ),
    slots=(
        Slot(
            "state",
            SlotKind.STATE,
            Text(zh="状态", en="State"),
            Text(
                zh="0 停止，1 运行；其他值画为状态未知。文字取自位号。",
                en="0 stopped, 1 running; any other value is drawn as not known. The words are the tag's.",
            ),
            required=True,
        ),
    ),
    ports=(Port("in", 0.0, 0.45), Port("out", 1.0, 0.45)),
    size=(56, 60),
    smallest=(32, 36),
)
