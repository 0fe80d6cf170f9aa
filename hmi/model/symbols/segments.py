"""Segments: all states of a tag side by side, the present one dark; a click asks for another.

Drawn by `hmi/display/symbols/segments.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of segments."""

    states: tuple[int, ...] = ()
    confirm: bool = True


FAMILY = SymbolFamily(
    name="segments",
    title=Text(zh="分段选择", en="Segments"),
    help=Text(
        zh="并排显示位号的各个状态，当前状态为深色；点击其他状态即请求切换，等待时该段有虚线框。",
        en="The states of a tag side by side, the present one dark; a click on another asks for it, and while the "
        "answer is awaited a dashed frame stands round it.",
    ),
    palette=Palette.CONTROL,
    props=Props,
    properties=(
        Property(
            "states",
            Text(zh="状态", en="States"),
            Text(
                zh="按顺序列出的状态号；留空则取位号的全部状态。",
                en="Their numbers in order; empty takes all of the tag's.",
            ),
        ),
        Property("confirm", Text(zh="先确认", en="Ask first"), Text(zh="写入前先询问。", en="Ask before the write.")),
    ),
    slots=(
        Slot(
            "value",
            SlotKind.STATE,
            Text(zh="状态", en="State"),
            Text(zh="显示并写入的位号；文字取自位号。", en="The tag that is shown and written; the words are its own."),
            required=True,
            writes=True,
        ),
    ),
    size=(276, 44),
    smallest=(96, 32),
)
