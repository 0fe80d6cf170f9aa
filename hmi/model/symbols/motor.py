"""Motor: a drive box, on request with shaft and blades of an agitator below it.

Drawn by `hmi/display/symbols/motor.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a motor."""

    tag: str = ""
    title: Text = Text()
    agitator: bool = False
    shaft: float = 200
    blades: float = 72
    label: str = "none"
    word: bool = False


FAMILY = SymbolFamily(
    name="motor",
    title=Text(zh="电机", en="Motor"),
    help=Text(
        zh="电机方框；可带搅拌轴和桨叶。浅色为运行，深色为停止，斜线为状态未知。",
        en="A drive box, on request with an agitator's shaft and blades. "
        "Light runs, dark is stopped, hatched is not known.",
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
            "agitator", Text(zh="搅拌器", en="Agitator"), Text(zh="画出搅拌轴和桨叶。", en="Draw shaft and blades.")
        ),
        Property(
            "shaft",
            Text(zh="轴长", en="Length of the shaft"),
            Text(zh="从方框下沿到桨叶中心。", en="From the lower edge of the box to the middle of the blades."),
            unit="px",
            low=16,
            high=1000,
        ),
        Property(
            "blades",
            Text(zh="桨叶宽", en="Width of the blades"),
            Text(zh="两片桨叶的总宽。", en="Of both blades together."),
            unit="px",
            low=16,
            high=400,
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
    ports=(Port("shaft", 0.5, 1.0),),
    size=(34, 38),
    smallest=(24, 24),
)
