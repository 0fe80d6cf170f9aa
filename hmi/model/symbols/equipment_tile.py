"""Equipment tile: a machine with its state bar and a count. Drawn by `hmi/display/symbols/equipment_tile.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of an equipment tile."""

    tag: str = ""
    title: Text = Text()
    running: tuple[int, ...] = (1,)
    count_title: Text = Text()
    extra_title: Text = Text()


FAMILY = SymbolFamily(
    name="equipment_tile",
    title=Text(zh="设备块", en="Equipment tile"),
    help=Text(
        zh="机器名称、状态条和产量；状态条浅色为生产，深色为待料、堵料或停止。两个计数需要高度 132。",
        en="Name, state bar and counts of a machine; the bar is light while it produces, "
        "dark when starved, blocked or stopped. Two counts need a height of 132.",
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
            "running",
            Text(zh="生产状态号", en="Producing states"),
            Text(zh="画为浅色的状态号。", en="State numbers whose bar is light."),
        ),
        Property(
            "count_title",
            Text(zh="计数名称", en="Name of the count"),
            Text(zh="例如“产出”。", en="For example Made."),
            category="label",
        ),
        Property(
            "extra_title",
            Text(zh="第二计数名称", en="Name of the second count"),
            Text(zh="例如“剔除”。", en="For example Rejected."),
            category="label",
        ),
    ),
    slots=(
        Slot(
            "state",
            SlotKind.STATE,
            Text(zh="状态", en="State"),
            Text(zh="文字取自位号。", en="The words are the tag's."),
            required=True,
        ),
        Slot(
            "count",
            SlotKind.NUMBER,
            Text(zh="计数", en="Count"),
            Text(zh="例如产出。", en="For example what was made."),
        ),
        Slot(
            "extra",
            SlotKind.NUMBER,
            Text(zh="第二计数", en="Second count"),
            Text(zh="例如剔除。", en="For example what was rejected."),
        ),
    ),
    ports=(Port("in", 0.0, 0.5), Port("out", 1.0, 0.5), Port("bottom", 0.5, 1.0)),
    size=(152, 104),
    smallest=(96, 64),
)
