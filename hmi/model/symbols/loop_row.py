"""Loop row: measured value, set-point, output and mode of a loop in one line of a table.

Drawn by `hmi/display/symbols/loop_row.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a loop row."""

    tag: str = ""
    title: Text = Text()
    normal_mode: int = 1
    rule: bool = True
    columns: tuple[float, ...] = (0.44, 0.63, 0.81, 1.0)


FAMILY = SymbolFamily(
    name="loop_row",
    title=Text(zh="回路行", en="Loop row"),
    help=Text(
        zh="一个回路的测量、设定、输出和方式；方式不正常时以深色块显示。点击（或按 Tab 选中后按回车）打开操作面板。",
        en="Measured value, set-point, output and mode of one loop; "
        "a mode that is not the normal one stands on a dark chip. "
        "A click, or Tab and Enter, opens its faceplate.",
    ),
    palette=Palette.INDICATOR,
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
            "normal_mode",
            Text(zh="正常方式", en="Normal mode"),
            Text(zh="正常方式的状态号。", en="State number of the normal mode."),
        ),
        Property("rule", Text(zh="分隔线", en="Rule"), Text(zh="在行下画线。", en="Draw a rule under the row.")),
        Property(
            "columns",
            Text(zh="列位置", en="Columns"),
            Text(
                zh="测量、设定、输出、方式各列右端占宽度的比例。",
                en="Right ends of the columns PV, SP, OUT and mode as shares of the width.",
            ),
        ),
    ),
    slots=(
        Slot(
            "pv",
            SlotKind.NUMBER,
            Text(zh="测量", en="PV"),
            Text(zh="测量值；绑定后该行可打开操作面板。", en="Process value; with it the row opens a faceplate."),
            remembered=True,
        ),
        Slot("sp", SlotKind.NUMBER, Text(zh="设定", en="SP"), Text(zh="设定值。", en="Set-point.")),
        Slot(
            "working",
            SlotKind.NUMBER,
            Text(zh="工作设定", en="Working set-point"),
            Text(
                zh="PLC 爬升时的当前设定，写在设定下方（行高不小于 40 时）；留空则取自位号的 ramp 设置。",
                en="Where the PLC is on its ramp, under the set-point in rows of 40 px and more; unbound it is what "
                "the tag's ramp names.",
            ),
            follows="sp.working",
        ),
        Slot("out", SlotKind.NUMBER, Text(zh="输出", en="OUT"), Text(zh="输出，%。", en="Output, per cent.")),
        Slot(
            "mode", SlotKind.STATE, Text(zh="方式", en="Mode"), Text(zh="文字取自位号。", en="The words are the tag's.")
        ),
    ),
    size=(472, 44),
    smallest=(240, 32),
)
