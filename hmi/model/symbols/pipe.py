"""Pipe or signal line: solid with flow, a hollow tube without. Drawn by `hmi/display/symbols/pipe.py`."""

import msgspec

from hmi.model.symbols.schema import Palette, Property, Slot, SlotKind, SymbolFamily
from hmi.model.text import Text


class Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Properties of a pipe."""

    points: tuple[tuple[float, float], ...] = ((0.0, 8.0), (160.0, 8.0))
    kind: str = "process"
    arrows: tuple[float, ...] = ()
    radius: float = 12
    above: float | None = None
    mark: float | None = None


FAMILY = SymbolFamily(
    name="pipe",
    title=Text(zh="管道", en="Pipe"),
    help=Text(
        zh="有流量时为实线，无流量时为空心管；信号线为虚线。",
        en="Solid with flow, a hollow tube without; a signal line is dashed.",
    ),
    palette=Palette.PIPING,
    props=Props,
    properties=(
        Property(
            "points",
            Text(zh="折点", en="Points"),
            Text(
                zh="相对于元素框左上角的 [x, y]，至少两点。",
                en="[x, y] from the upper left corner of the element's box, at least two.",
            ),
        ),
        Property(
            "kind",
            Text(zh="类型", en="Kind"),
            Text(zh="process 工艺管道，signal 信号线（不绑定流量）。", en="process, or signal (without a flow)."),
            choices=("process", "signal"),
        ),
        Property(
            "arrows",
            Text(zh="箭头位置", en="Arrows"),
            Text(
                zh="沿管道长度的比例（0 到 1），指向最后一点。",
                en="Shares of the pipe's length (0 to 1); they point to the last point.",
            ),
        ),
        Property(
            "radius",
            Text(zh="转角半径", en="Radius of the bends"),
            Text(zh="转角的圆弧半径。", en="Of each corner."),
            unit="px",
            low=0,
            high=60,
        ),
        Property(
            "above",
            Text(zh="流量阈值", en="Flow above"),
            Text(zh="绑定测量值时，大于它即为有流量。", en="For a measured flow: above it there is flow."),
        ),
        Property(
            "mark",
            Text(zh="质量标记位置", en="Place of the mark"),
            Text(
                zh="质量标记沿管道长度的比例（0 到 1）；留空则在最长的一段上。",
                en="Where the quality mark stands, a share of the pipe's length (0 to 1); empty is on its longest leg.",
            ),
            low=0,
            high=1,
        ),
    ),
    slots=(
        Slot(
            "flow",
            SlotKind.FLAG,
            Text(zh="流量", en="Flow"),
            Text(
                zh="1 表示有流量；不绑定则画为无流量。",
                en="1 with flow; where nothing is bound it is drawn without flow.",
            ),
        ),
    ),
    size=(160, 16),
    smallest=(8, 8),
)
