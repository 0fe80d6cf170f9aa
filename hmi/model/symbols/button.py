"""Button: asks for one value to be written. Drawn by `hmi/display/symbols/button.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a button."""

    title: Text = Text()
    value: float = 1
    confirm: bool = True
    primary: bool = False


FAMILY = SymbolFamily(
    name="button",
    title=Text(zh="按钮", en="Button"),
    help=Text(
        zh="点击即请求把一个值写入绑定的位号；等待、执行或被拒绝都写在旁边。",
        en="A click asks for one value to be written to the bound tag; pending, done or refused is said beside it.",
    ),
    palette=Palette.CONTROL,
    props=Props,
    properties=(
        Property(
            "title", Text(zh="名称", en="Title"), Text(zh="按钮上的文字。", en="What stands on it."), category="label"
        ),
        Property(
            "value",
            Text(zh="写入值", en="Value to write"),
            Text(zh="工程值。", en="In engineering units."),
            category="data",
        ),
        Property("confirm", Text(zh="先确认", en="Ask first"), Text(zh="写入前先询问。", en="Ask before the write.")),
        Property(
            "primary",
            Text(zh="主按钮", en="Primary"),
            Text(zh="深色底；每块区域至多一个。", en="Dark ground; at most one in a block."),
        ),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.STATE,
            Text(zh="目标", en="Target"),
            Text(zh="被写入的位号。", en="The tag that is written."),
            required=True,
            writes=True,
        ),
    ),
    size=(112, 36),
    smallest=(44, 32),
)
