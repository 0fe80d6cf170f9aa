"""Read-out: a number with its unit, and what it is called. Drawn by `hmi/display/symbols/readout.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a read-out."""

    tag: str = ""
    title: Text = Text()
    label: str = "above"
    size: float = 22
    decimals: int | None = None
    unit: str | None = None
    digits: int = 7
    right: bool = False


FAMILY = SymbolFamily(
    name="readout",
    title=Text(zh="读数", en="Read-out"),
    help=Text(zh="显示一个数值及其单位和质量标记。", en="Shows a number with its unit and its quality marks."),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(
        Property(
            "tag",
            Text(zh="位号", en="Tag name"),
            Text(
                zh="显示的位号，例如 TIC-102；不翻译。",
                en="Name as it is shown, for example TIC-102; never translated.",
            ),
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
            Text(zh="标签在数值上方、左侧，或不显示。", en="Above the value, left of it, or not shown."),
            category="label",
            choices=("above", "left", "none"),
        ),
        Property(
            "size",
            Text(zh="字号", en="Size of the digits"),
            Text(
                zh="数字的高度。单位自动取较小的字号。",
                en="Height of the digits; the unit takes a smaller one by itself.",
            ),
            unit="px",
            low=17,
            high=96,
        ),
        Property(
            "decimals",
            Text(zh="小数位", en="Decimals"),
            Text(zh="小数点后的位数；留空则按位号设置。", en="Digits after the point; empty takes those of the tag."),
            low=0,
            high=6,
        ),
        Property(
            "unit",
            Text(zh="单位", en="Unit"),
            Text(
                zh="留空则按位号设置；空文本表示不显示。", en="Not set takes that of the tag; an empty text shows none."
            ),
        ),
        Property(
            "digits",
            Text(zh="位数", en="Room for digits"),
            Text(
                zh="预留的字符数，含负号和小数点；超出时显示 ####，绝不截断。",
                en="Characters, sign and point included; a longer number shows ####, it is never cut.",
            ),
            low=1,
            high=12,
        ),
        Property(
            "right",
            Text(zh="右对齐", en="Right-aligned"),
            Text(zh="数字和单位靠元素右边缘对齐。", en="Digits and unit end at the right edge of the element."),
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="数值", en="Value"),
            Text(zh="要显示的数值。", en="The number to show."),
            required=True,
        ),
    ),
    size=(136, 56),
    smallest=(40, 24),
)
