"""Step bar: the steps of a batch, those done, the current one and those to come.

Drawn by `hmi/display/symbols/step_bar.py`.
"""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a step bar."""

    steps: tuple[Text, ...] = ()
    names: bool = True


FAMILY = SymbolFamily(
    name="step_bar",
    title=Text(zh="步骤条", en="Step bar"),
    help=Text(
        zh="已完成的步骤为深色勾，当前步骤为圆环加粗，其余为空心。",
        en="Steps that are done carry a tick, the current one a ring, the others are hollow.",
    ),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(
        Property(
            "steps",
            Text(zh="步骤", en="Steps"),
            Text(zh="各步骤的名称，从 1 起。", en="Names of the steps, from 1 on."),
        ),
        Property(
            "names", Text(zh="显示名称", en="Names"), Text(zh="在圆下写出名称。", en="Write the names under the discs.")
        ),
    ),
    slots=(
        Slot(
            "step",
            SlotKind.STATE,
            Text(zh="当前步骤", en="Current step"),
            Text(
                zh="0 未开始，1 到 n 为当前步骤，n + 1 为全部完成；其他值画为未知。",
                en="0 not begun, 1 to n the current step, n + 1 all are done; any other is drawn as not known.",
            ),
            required=True,
        ),
    ),
    size=(464, 72),
    smallest=(160, 32),
)
