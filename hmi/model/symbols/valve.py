"""Valve: on/off, control or hand valve. Drawn by `hmi/display/symbols/valve.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Port, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a valve."""

    tag: str = ""
    title: Text = Text()
    kind: str = "on_off"
    upright: bool = False
    flip: bool = False
    label: str = "below"
    number: bool = True


FAMILY = SymbolFamily(
    name="valve",
    title=Text(zh="阀门", en="Valve"),
    help=Text(
        zh="开关阀、调节阀或手动阀：浅色为开，深色为关，斜线为状态未知。元素的框是阀体，标签写在框外。",
        en="On/off, control or hand valve: light is open, dark is closed, hatched is not known. "
        "The element's box holds the body; the label stands outside of it.",
    ),
    palette=Palette.PIPING,
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
            "kind",
            Text(zh="类型", en="Kind"),
            Text(zh="on_off 开关阀，control 调节阀，hand 手动阀。", en="on_off, control or hand."),
            choices=("on_off", "control", "hand"),
        ),
        Property(
            "upright", Text(zh="竖管", en="Upright"), Text(zh="装在竖直管道上。", en="It stands in a vertical pipe.")
        ),
        Property(
            "flip",
            Text(zh="执行机构换边", en="Actuator on the other side"),
            Text(zh="执行机构画在下方，竖管时画在左侧。", en="Draw it below, or at the left in a vertical pipe."),
        ),
        Property(
            "label",
            Text(zh="标签位置", en="Place of the label"),
            Text(zh="在阀门的上、下、左、右，或不显示。", en="Above, below, left or right of the valve, or not shown."),
            category="label",
            choices=("above", "below", "left", "right", "none"),
        ),
        Property(
            "number",
            Text(zh="显示开度", en="Position in digits"),
            Text(zh="调节阀在标签后显示开度。", en="A control valve shows its position after the label."),
        ),
    ),
    slots=(
        Slot(
            "open",
            SlotKind.STATE,
            Text(zh="开关状态", en="Open"),
            Text(
                zh="0 关，1 开，2 动作中；其他值画为状态未知。",
                en="0 closed, 1 open, 2 moving; any other value is drawn as not known.",
            ),
        ),
        Slot(
            "value",
            SlotKind.NUMBER,
            Text(zh="开度", en="Position"),
            Text(
                zh="调节阀的开度；没有绑定开关状态时，大于 0.5 即为开。",
                en="Of a control valve; where no open state is bound, above 0.5 it is drawn as open.",
            ),
        ),
    ),
    ports=(Port("in", 0.0, 0.5), Port("out", 1.0, 0.5)),
    size=(56, 56),
    smallest=(24, 24),
)
