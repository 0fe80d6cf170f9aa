"""Alarm banner: keeps a place on the screen for the three most urgent alarms. Filled by `hmi/shell`."""

import msgspec

from hmi.model.symbols.schema import Palette, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An alarm banner has no properties: every station shows it alike."""


FAMILY = SymbolFamily(
    name="alarm_banner",
    title=Text(zh="报警条", en="Alarm banner"),
    help=Text(
        zh="给报警条留位置：三条最紧急的报警，带处理办法和确认按钮。没有这个图元的画面，报警条在画面下方，画面相应缩小。",
        en="Keeps a place for the banner: the three most urgent alarms with what to do first and a button to "
        "acknowledge. On a screen without one the banner stands below the screen, which is then drawn smaller.",
    ),
    palette=Palette.INDICATOR,
    props=Props,
    properties=(),
    size=(1360, 168),
    smallest=(640, 124),
)
