"""Writes the help page of the symbols out of the registry: `python -m hmi.display.help_page`. For developers; pure.

The page is committed; a test compares it with the registry, so no family, slot or property is left out of the help.
"""

from hmi.model.symbols import FAMILIES
from hmi.model.symbols.schema import Palette, Property, SlotKind, SymbolFamily
from hmi.model.text import Language, Text
from hmi.resources import resource_path

_TITLE = Text(zh="图元", en="Symbols")
_INTRO = Text(
    zh="画面由图元组成。每个图元有属性（外观）和绑定位（数值来源：位号引用或表达式）。"
    "数值的质量由系统统一绘制，任何图元都不能隐藏：过时的值加点线和时钟，坏值加删除线和斜线，从未读到的值显示短横。",
    en="A screen is made of symbols. Each has properties (its look) and slots (where values come from: a tag or "
    "an expression). Quality is drawn by the system, and no symbol can hide it: a stale value is underlined by "
    "dots with a clock, a bad one is struck through and hatched, one that was never read shows dashes.",
)
_PALETTES = {
    Palette.INDICATOR: Text(zh="指示", en="Indicators"),
    Palette.EQUIPMENT: Text(zh="设备", en="Equipment"),
    Palette.PIPING: Text(zh="管路", en="Piping"),
    Palette.CONTROL: Text(zh="操作", en="Controls"),
    Palette.DRAWING: Text(zh="绘图", en="Drawing"),
}
_KINDS = {
    SlotKind.NUMBER: Text(zh="数值", en="number"),
    SlotKind.FLAG: Text(zh="开关量", en="flag"),
    SlotKind.STATE: Text(zh="状态", en="state"),
    SlotKind.TEXT: Text(zh="文本", en="text"),
}
_SLOTS = Text(zh="绑定位", en="Slots")
_PROPERTIES = Text(zh="属性", en="Properties")
_REQUIRED = Text(zh="必需", en="required")
_WRITES = Text(zh="可写", en="writes")
_SLOT_HEAD = Text(
    zh="| 名称 | 标题 | 类型 | 说明 |\n|---|---|---|---|",
    en="| name | title | kind | what it does |\n|---|---|---|---|",
)
_PROPERTY_HEAD = Text(
    zh="| 名称 | 标题 | 默认值 | 取值 | 说明 |\n|---|---|---|---|---|",
    en="| name | title | default | values | what it does |\n|---|---|---|---|---|",
)


def page(language: Language) -> str:
    """Give the whole page in Markdown, families by palette and name."""
    lines = [f"# {_TITLE.pick(language)}", "", _INTRO.pick(language)]
    for palette, title in _PALETTES.items():
        members = [family for family in FAMILIES.values() if family.palette is palette]
        if members:
            lines += ["", f"## {title.pick(language)}"]
        for family in members:
            lines += _family(family, language)
    return "\n".join(lines) + "\n"


def _family(family: SymbolFamily, language: Language) -> list[str]:
    lines = ["", f"### {family.title.pick(language)} (`{family.name}`)", "", family.help.pick(language)]
    if family.slots:
        lines += ["", f"**{_SLOTS.pick(language)}**", "", _SLOT_HEAD.pick(language)]
        for slot in family.slots:
            extra = [text.pick(language) for text, on in ((_REQUIRED, slot.required), (_WRITES, slot.writes)) if on]
            kind = ", ".join([_KINDS[slot.kind].pick(language), *extra])
            lines.append(f"| `{slot.name}` | {slot.title.pick(language)} | {kind} | {slot.help.pick(language)} |")
    if family.properties:
        defaults = family.props()
        lines += ["", f"**{_PROPERTIES.pick(language)}**", "", _PROPERTY_HEAD.pick(language)]
        for one in family.properties:
            shown = _shown(getattr(defaults, one.name), language)
            values = _values(one)
            lines.append(
                f"| `{one.name}` | {one.title.pick(language)} | {shown} | {values} | {one.help.pick(language)} |"
            )
    return lines


def _shown(value: object, language: Language) -> str:
    """Write a default as a table shows it."""
    if value is None or value == "" or value == () or value == {}:
        return "—"
    if isinstance(value, Text):
        return value.pick(language) or "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else f"`{value}`" if isinstance(value, str) else str(value)


def _values(one: Property) -> str:
    """Write range or choices."""
    if one.choices:
        return ", ".join(f"`{choice}`" for choice in one.choices)
    if one.low is None and one.high is None:
        return one.unit or "—"
    low, high = ("" if edge is None else f"{edge:g}" for edge in (one.low, one.high))
    return f"{low}–{high} {one.unit}".strip()


def write() -> None:
    """Write the pages of all languages."""
    for language in Language:
        path = resource_path("help", language.value, "symbols.md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(language), encoding="utf-8")


if __name__ == "__main__":
    write()
