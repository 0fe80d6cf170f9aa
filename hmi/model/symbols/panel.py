"""Panel: the card that things stand on, with its title. Drawn by `hmi/display/symbols/panel.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a panel."""

    tag: str = ""
    title: Text = Text()
    note: Text = Text()
    ground: str = "card"
    size: float = 18


FAMILY = SymbolFamily(
    name="panel",
    title=Text(zh="面板", en="Panel"),
    help=Text(
        zh="带标题的卡片底板；可绑定一个位号，在标题后用文字说明整组的通信故障。",
        en="A card with a title; bound to a tag it tells in words, once for the group, why values are not good.",
    ),
    palette=Palette.DRAWING,
    props=Props,
    properties=(
        Property(
            "tag",
            Text(zh="位号", en="Tag name"),
            Text(zh="标题前的位号或设备名；不翻译。", en="Tag or device before the title; never translated."),
            category="label",
        ),
        Property(
            "title",
            Text(zh="标题", en="Title"),
            Text(zh="卡片的标题；留空则没有标题。", en="Title of the card; empty shows none."),
            category="label",
        ),
        Property(
            "note",
            Text(zh="附注", en="Note"),
            Text(zh="标题行右端的灰色文字。", en="Grey words at the right end of the title."),
            category="label",
        ),
        Property(
            "ground",
            Text(zh="底色", en="Ground"),
            Text(
                zh="card 卡片，head 控制块，well 凹槽，none 透明。",
                en="card for cards, head for blocks of controls, well for rails, none to see through.",
            ),
            choices=("card", "head", "well", "none"),
        ),
        Property(
            "size",
            Text(zh="标题字号", en="Size of the title"),
            Text(zh="标题文字高度。", en="Height of the letters of the title."),
            unit="px",
            low=17,
            high=40,
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="代表位号", en="Tag that speaks for the group"),
            Text(
                zh="质量不好时，标题后显示原因和时间。",
                en="While its quality is not good, the cause and its age stand after the title.",
            ),
        ),
        Slot(
            "pv",
            SlotKind.NUMBER,
            Text(zh="回路测量", en="PV of a loop"),
            Text(
                zh="绑定后，点击面板打开该回路的操作面板。",
                en="With it, a click on the panel opens the faceplate of the loop.",
            ),
        ),
        Slot(
            "sp",
            SlotKind.NUMBER,
            Text(zh="回路设定", en="SP of a loop"),
            Text(zh="回路的设定值。", en="Set-point of the loop."),
        ),
        Slot(
            "out",
            SlotKind.NUMBER,
            Text(zh="回路输出", en="OUT of a loop"),
            Text(zh="回路的输出。", en="Output of the loop."),
        ),
        Slot(
            "mode",
            SlotKind.STATE,
            Text(zh="回路方式", en="Mode of a loop"),
            Text(zh="回路的方式。", en="Mode of the loop."),
        ),
    ),
    size=(480, 240),
    smallest=(48, 32),
)
