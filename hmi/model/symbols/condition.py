"""Condition: what must hold before something may be done, met or not, in words.

Drawn by `hmi/display/symbols/condition.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a condition."""

    title: Text = Text()
    met: Text = Text()
    note: Text = Text()
    rule: bool = True


FAMILY = SymbolFamily(
    name="condition",
    title=Text(zh="条件", en="Condition"),
    help=Text(
        zh="联锁的一个条件：满足为勾，未满足为叉加锁，输入不可信为问号（此时同样拒绝操作）。",
        en="One condition of an interlock: a tick while it is met, a cross and a padlock while it is not, a question "
        "mark while its inputs are not to be trusted, which refuses as well.",
    ),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(
        Property(
            "title",
            Text(zh="文字", en="Words"),
            Text(zh="条件的文字。", en="What must hold, in both languages."),
            category="label",
        ),
        Property(
            "met",
            Text(zh="满足时的文字", en="Words while met"),
            Text(
                zh="留空则与上面相同；上面写的是障碍时用它。",
                en="Empty takes the same; for words that say what stands in the way.",
            ),
            category="label",
        ),
        Property(
            "note",
            Text(zh="附注", en="Note"),
            Text(
                zh="右端的灰色文字，例如它限制什么。",
                en="Grey words at the right end: what it holds back, for example.",
            ),
            category="label",
        ),
        Property("rule", Text(zh="分隔线", en="Rule"), Text(zh="在下方画线。", en="Draw a rule under it.")),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.FLAG,
            Text(zh="满足", en="Met"),
            Text(zh="1 为满足；通常是表达式。", en="1 while it is met; usually an expression."),
            required=True,
        ),
    ),
    size=(480, 36),
    smallest=(120, 28),
)
