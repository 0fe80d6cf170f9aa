"""Heat exchanger: a circle with the zigzag of its tubes; bright while it heats or cools.

Drawn by `hmi/display/symbols/heat_exchanger.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a heat exchanger."""

    tag: str = ""
    title: Text = Text()
    label: str = "below"
    word: bool = False


FAMILY = SymbolFamily(
    name="heat_exchanger",
    title=Text(zh="换热器", en="Heat exchanger"),
    help=Text(zh="浅色为工作，深色为停用，斜线为状态未知。", en="Light is at work, dark is not, hatched is not known."),
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
            "running",
            SlotKind.FLAG,
            Text(zh="工作", en="At work"),
            Text(zh="1 表示正在加热或冷却。", en="1 while it heats or cools."),
        ),
    ),
    ports=(Port("in", 0.0, 0.5), Port("out", 1.0, 0.5), Port("service-in", 0.5, 0.0), Port("service-out", 0.5, 1.0)),
    size=(64, 64),
    smallest=(32, 32),
)
