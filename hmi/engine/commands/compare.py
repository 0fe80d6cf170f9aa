"""Whether what was read back is what was wished for. Pure."""

from hmi.engine.commands.targets import Target
from hmi.engine.commands.wish import engineering, step
from hmi.engine.plant import PlantTag
from hmi.model.value import PresentValue

_ROUNDING = 1e-12
"""Share of a value that is put down to the sums of scaling."""


def agrees(target: Target, wish_raw: PresentValue, read: PresentValue) -> bool:
    """Compare a wish with what the telling tag reads, both in device units of their tags.

    The tag itself has to hold the same number, unless a tolerance is set. Another tag may differ by half a step of
    the coarser of both.
    """
    told_by = target.told_by or target.tag
    return same(target.tag, wish_raw, told_by, read, target.rules.tolerance)


def same(
    tag: PlantTag, raw: PresentValue, other: PlantTag, other_raw: PresentValue, tolerance: float | None = None
) -> bool:
    """Compare the values of two tags, in device units of each.

    Args:
        tag: the one.
        raw: its value.
        other: the other; may be the same.
        other_raw: its value.
        tolerance: largest difference, engineering units; None is half a step of the coarser.
    """
    if isinstance(raw, str) or isinstance(other_raw, str):
        return isinstance(raw, str) and isinstance(other_raw, str) and raw.rstrip(" ") == other_raw.rstrip(" ")
    if tag is other and not tolerance:
        return raw == other_raw
    one, two = float(engineering(tag, raw)), float(engineering(other, other_raw))
    allowed = tolerance if tolerance is not None else max(step(tag, raw), step(other, other_raw)) / 2
    return abs(one - two) <= allowed + max(abs(one), abs(two)) * _ROUNDING
