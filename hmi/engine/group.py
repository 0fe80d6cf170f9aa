"""Tags of one device that are polled together, as arrays for the tick. Immutable: swapped as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Item
from hmi.engine.plant import PlantDevice, PlantTag, stale_after_ns
from hmi.engine.rows import RowTable
from hmi.image.contract import U1, Indices
from hmi.model.device import ScanClass
from hmi.model.value import TypeCode

F8 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One poll of n tags."""

    device: str
    scan: ScanClass
    items: tuple[Item, ...]
    """What the driver reads; `Item.index` counts from 0."""
    rows: Indices
    type_code: U1
    kinds: tuple[TypeCode, ...]
    """Types that occur among the tags."""
    scale: F8
    offset: F8
    low: F8
    """Ends of the instrument's range, engineering units; -inf and inf where open."""
    high: F8
    plain: bool
    """No tag is scaled or has an instrument range."""
    whole: Indices
    """Items as they come when the driver keeps the order: 0, 1, 2, ..."""


def groups_of(device: PlantDevice, table: RowTable, before: Sequence[Group] = ()) -> tuple[Group, ...]:
    """Arrange a device's tags in polls.

    Args:
        device: with its readable tags.
        table: knows their rows; their time of growing old is set in it.
        before: the groups until now. One that would ask the same keeps its items, so that the plan stays valid.

    Returns:
        The groups, shortest period first; an empty one when nothing but the device's evidence is to be read.
    """
    known = {group.scan.name: group for group in before}
    scans = device.scans
    if not scans and device.evidence.any:
        scans = ((ScanClass(name=device.device.scan, period_ms=1000), ()),)
    return tuple(_group(device.device.name, scan, tags, table, known.get(scan.name)) for scan, tags in scans)


def _group(device: str, scan: ScanClass, tags: Sequence[PlantTag], table: RowTable, before: Group | None) -> Group:
    asked = tuple(
        Item(place, tag.point, tag.type_code, tag.tag.sentinels, tag.text_bytes) for place, tag in enumerate(tags)
    )
    if before is not None and before.items == asked:
        asked = before.items
    rows = table.rows_of(tags)
    rows.flags.writeable = False  # so that the writer has to check them only once
    table.stale_after_ns[rows] = stale_after_ns(scan)
    table.writer.set_deadband(rows, np.array([tag.tag.deadband for tag in tags], dtype=np.float64))
    fields = [tag.tag for tag in tags]
    return Group(
        device=device,
        scan=scan,
        items=asked,
        rows=rows,
        type_code=np.array([int(tag.type_code) for tag in tags], dtype=np.uint8),
        kinds=tuple(sorted({tag.type_code for tag in tags})),
        scale=np.array([tag.scale for tag in fields], dtype=np.float64),
        offset=np.array([tag.offset for tag in fields], dtype=np.float64),
        low=np.array([_end(tag.instrument.low, -np.inf) for tag in fields], dtype=np.float64),
        high=np.array([_end(tag.instrument.high, np.inf) for tag in fields], dtype=np.float64),
        plain=all(
            tag.scale == 1 and tag.offset == 0 and tag.instrument.low is None and tag.instrument.high is None
            for tag in fields
        ),
        whole=np.arange(len(asked), dtype=np.intp),
    )


def _end(value: float | None, open_end: float) -> float:
    return open_end if value is None else value
