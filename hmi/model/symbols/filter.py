"""Filter: a housing with its element; the pressure drop may stand below. Drawn by `hmi/display/symbols/filter.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a filter."""

    tag: str = ""
    title: Text = Text()
    label: str = "below"
    number: bool = False


FAMILY = SymbolFamily(
    name="filter",
    title=Text(zh="过滤器", en="Filter"),
    help=Text(
        zh="过滤器壳体与滤芯；可在标签下显示压差。",
        en="Housing and element; the pressure drop may stand under the label.",
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
            "label",
            Text(zh="标签位置", en="Place of the label"),
            Text(
                zh="在图形的上、下、左、右，或不显示。", en="Above, below, left or right of the drawing, or not shown."
            ),
            category="label",
            choices=("above", "below", "left", "right", "none"),
        ),
        Property(
            "number",
            Text(zh="显示压差", en="Pressure drop in digits"),
            Text(zh="在标签下显示压差。", en="Show it under the label."),
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="压差", en="Pressure drop"),
            Text(zh="滤芯前后的压差。", en="Across the element."),
        ),
        Slot("flow", SlotKind.FLAG, Text(zh="流量", en="Flow"), Text(zh="1 表示有流量。", en="1 with flow.")),
    ),
    ports=(Port("in", 0.5, 1.0), Port("out", 1.0, 0.12), Port("left", 0.0, 0.5), Port("right", 1.0, 0.5)),
    size=(52, 88),
    smallest=(32, 48),
)
