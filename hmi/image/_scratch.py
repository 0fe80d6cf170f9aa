"""Working memory of the writer: as long as the image, made once.

A numpy temporary of more than 128 kB is mapped and unmapped by the allocator each time, which made a commit of
100,000 rows three times as dear (`specs/core-way.md` section 1). So every step here writes into memory that is
already there.
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hmi.image.contract import U2, U4, U8, Indices
from hmi.image.layout import FIRST_ROW, Columns

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Source = npt.NDArray[np.generic]


@dataclass(slots=True)
class Picked:
    """Columns to be written: over the whole range where all of it changed, else to the rows that did, gathered.

    A copy under a mask would need no gathering, but at a random mask it mispredicts: 2.2 ms against 1.1 for 100,000
    rows.
    """

    rows: Indices | slice
    sources: tuple[Source, ...]

    def put(self, targets: tuple[Source, ...]) -> None:
        """Write the columns."""
        for target, source in zip(targets, self.sources, strict=True):
            target[self.rows] = source


@dataclass(slots=True)
class _Pool:
    """Columns of one type, and how many of them are in use in this tick."""

    rooms: list[Source] = field(default_factory=list)
    given: int = 0


class Scratch:
    """Scratch arrays for images of one capacity."""

    def __init__(self, capacity: int) -> None:
        """Make them (about 70 bytes a row)."""
        self._old8: U8 = np.empty(capacity, dtype=np.uint64)
        self._old4: U4 = np.empty(capacity, dtype=np.uint32)
        self._old2: U2 = np.empty(capacity, dtype=np.uint16)
        self._number: F8 = np.empty(capacity)
        self._step: Indices = np.empty(capacity, dtype=np.intp)
        self._mark: Indices = np.zeros(capacity, dtype=np.intp)
        self._order: Indices = np.arange(capacity, dtype=np.intp)
        self._moved: Mask = np.empty(capacity, dtype=np.bool_)
        self._requalified: Mask = np.empty(capacity, dtype=np.bool_)
        self._part: Mask = np.empty(capacity, dtype=np.bool_)
        self.counted: Mask = np.empty(capacity, dtype=np.bool_)
        self._picks: dict[np.dtype[np.generic], _Pool] = {}
        self._capacity = capacity

    def range_of(self, rows: Indices) -> slice | None:
        """Give the range when the rows are consecutive, for then slices do, three times cheaper than lists of rows."""
        count = len(rows)
        if not count or rows[-1] - rows[0] != count - 1:
            return None
        if count > 1:
            step = np.subtract(rows[1:], rows[:-1], out=self._step[: count - 1])
            if not np.equal(step, 1, out=self._part[: count - 1]).all():
                return None
        first = int(rows[0])
        return slice(first, first + count)

    def valid(self, rows: Indices, used: int) -> bool:
        """Tell whether all rows are in use and none stands twice."""
        count = len(rows)
        if not count:
            return True
        if count > self._capacity or int(rows.min()) < FIRST_ROW or int(rows.max()) >= used:
            return False
        if count == 1:
            return True
        order = self._order[:count]
        self._mark[rows] = order
        seen = np.take(self._mark, rows, out=self._step[:count], mode="clip")
        return bool(np.equal(seen, order, out=self._part[:count]).all())

    def compare(
        self, columns: Columns, rows: Indices, where: slice | None, raw: U8, value: F8, status: U4, cause: U2
    ) -> tuple[Mask, Mask]:
        """Say which rows have another value, and which another quality, than the image (NaN equals NaN: bits count)."""
        count = len(rows)
        moved, requalified, part = self._moved[:count], self._requalified[:count], self._part[:count]
        np.not_equal(raw, self._old(columns.raw, rows, where, self._old8), out=moved)
        if not moved.all():  # the same device value may be another engineering value, after an apply
            old_value = self._old(columns.value.view(np.uint64), rows, where, self._old8)
            np.not_equal(value.view(np.uint64), old_value, out=part)
            np.logical_or(moved, part, out=moved)
        np.not_equal(status, self._old(columns.status, rows, where, self._old4), out=requalified)
        np.not_equal(cause, self._old(columns.cause, rows, where, self._old2), out=part)
        np.logical_or(requalified, part, out=requalified)
        return moved, requalified

    def beyond_deadband(self, rows: Indices, where: slice | None, value: F8, counted: F8, deadband: F8) -> Mask:
        """Say which values lie a deadband or more away from the value last counted (NaN on either side: yes)."""
        number, band = self._number[: len(rows)], self._old8.view(np.float64)
        with np.errstate(invalid="ignore"):
            np.subtract(value, self._old(counted, rows, where, self._number), out=number)
            np.abs(number, out=number)
            near = np.less(number, self._old(deadband, rows, where, band), out=self.counted[: len(rows)])
        return np.logical_not(near, out=near)

    def pick(self, rows: Indices, where: slice | None, chosen: Mask, sources: tuple[Source, ...]) -> Picked | None:
        """Gather what the chosen rows need, so that the writing is plain assignment; None when there are none."""
        if chosen.all():
            return Picked(rows if where is None else where, sources)
        places = np.flatnonzero(chosen)
        if not len(places):
            return None
        picked_rows: Indices = np.take(rows, places, out=self._rows(len(places)), mode="clip")
        return Picked(picked_rows, tuple(self._gather(places, source) for source in sources))

    def release(self) -> None:
        """Take all rooms for gathered columns back; they are given out anew by the next `pick`."""
        for pool in self._picks.values():
            pool.given = 0

    def _gather(self, places: Indices, source: Source) -> Source:
        return np.take(source, places, out=self._room(source.dtype)[: len(places)], mode="clip")

    def _rows(self, count: int) -> Indices:
        return self._room(np.dtype(np.intp))[:count].view(np.intp)

    def _room(self, kind: np.dtype[np.generic]) -> Source:
        """Give a column of a type that nobody uses yet in this tick."""
        pool = self._picks.setdefault(kind, _Pool())
        if len(pool.rooms) == pool.given:
            pool.rooms.append(np.empty(self._capacity, dtype=kind))
        pool.given += 1
        return pool.rooms[pool.given - 1]

    @staticmethod
    def _old(column: Source, rows: Indices, where: slice | None, room: Source) -> Source:
        """Give what the image holds now: a view of the range, or gathered into the room."""
        if where is not None:
            return column[where]
        return np.take(column, rows, out=room[: len(rows)], mode="clip")
