"""Text: fixed words in both languages, or the words of a text tag. Drawn by `hmi/display/symbols/text.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a text."""

    text: Text = Text()
    size: float = 17
    weight: int = 400
    ink: str = "ink2"
    align: str = "left"


FAMILY = SymbolFamily(
    name="text",
    title=Text(zh="文本", en="Text"),
    help=Text(
        zh="固定的中英文文字；绑定文本位号后显示其内容。",
        en="Fixed words in both languages; bound to a text tag it shows the tag's words.",
    ),
    palette=Palette.DRAWING,
    props=Props,
    properties=(
        Property(
            "text",
            Text(zh="文字", en="Words"),
            Text(zh="两种语言的文字；换行会保留。", en="In both languages; line breaks are kept."),
            category="label",
        ),
        Property(
            "size",
            Text(zh="字号", en="Size"),
            Text(zh="文字高度，不小于阅读字号。", en="Height of the letters, never below the reading size."),
            unit="px",
            low=17,
            high=96,
        ),
        Property(
            "weight",
            Text(zh="粗细", en="Weight"),
            Text(
                zh="400 正文，500 次强调，600 名称，700 粗体；中文只有 400 和 700。",
                en="400 text, 500 secondary, 600 names, 700 bold; Chinese has 400 and 700 only.",
            ),
            low=400,
            high=700,
        ),
        Property(
            "ink",
            Text(zh="墨色", en="Ink"),
            Text(zh="ink 名称，ink2 标签，ink3 最淡。", en="ink for names, ink2 for labels, ink3 the faintest."),
            choices=("ink", "ink2", "ink3"),
        ),
        Property(
            "align",
            Text(zh="对齐", en="Alignment"),
            Text(zh="在元素宽度内的对齐方式。", en="Within the width of the element."),
            choices=("left", "centre", "right"),
        ),
    ),
    slots=(
        Slot(
            "text",
            SlotKind.TEXT,
            Text(zh="文本位号", en="Text tag"),
            Text(zh="绑定后代替固定文字。", en="When bound, its words take the place of the fixed ones."),
        ),
    ),
    size=(160, 24),
)
