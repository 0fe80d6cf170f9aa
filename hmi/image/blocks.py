"""Writes what a tick brought into the columns, block by block. Used by the writer (engine), inside its odd sequence.

A block is compared, judged and written before the next one is looked at, which bounds the working memory. That is made
once, because a numpy temporary of more than 128 kB is mapped and unmapped by the allocator each time
(`specs/core-way.md` section 1). Nothing in here raises for columns that the writer has checked.
"""

import contextvars
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from hmi.image.contract import I8, U2, U4, U8, Indices
from hmi.image.layout import FIRST_ROW, Columns
from hmi.image.working_memory import WorkingMemory

BLOCK = 131_072
"""Most rows of a block.

Measured at 10 Hz with 100,000 rows: 1.7 ms in blocks of 4,096, 1.2 of 16,384, 1.1 of 32,768; taken in turns, two
of 50,000 cost 3-8 % more than one: calls (about 30 a block) are dearer than what smaller blocks save in the caches.
"""

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
_NO_ROWS: Indices = np.empty(0, dtype=np.intp)
_Column = npt.NDArray[np.generic]
_T = TypeVar("_T", bound=np.generic)


class Answers(NamedTuple):
    """What a tick brought, n of each; see `ImageWriter.commit`."""

    rows: Indices
    raw: U8
    value: F8
    status: U4
    cause: U2
    source_ns: I8
    receive_ns: I8
    mono_ns: I8

    def part(self, at: slice) -> "Answers":
        """Give a block of them."""
        return Answers(
            self.rows[at],
            self.raw[at],
            self.value[at],
            self.status[at],
            self.cause[at],
            self.source_ns[at],
            self.receive_ns[at],
            self.mono_ns[at],
        )


class BlockWriter:
    """Working memory and steps for an image of one capacity."""

    def __init__(self, columns: Columns) -> None:
        """Make the working memory for the columns of an image."""
        capacity = len(columns.ident)
        size = min(BLOCK, capacity)
        self._columns = columns
        self._calm = contextvars.Context()
        """Where infinity minus infinity is no warning: to enter `numpy.errstate` in each tick costs 25 us, this 3."""
        self._calm.run(np.seterr, invalid="ignore")
        memory = WorkingMemory(capacity * 17 + size * 25 + 16 * 64)
        self.deadband: F8 = memory.column(capacity, np.float64)
        """Per row, engineering units; a smaller change since the last counted value is written but does not count."""
        self._counted: F8 = memory.column(capacity, np.float64)
        """Value that each row had when it last counted as changed; kept once a deadband is set."""
        self._counted.fill(np.nan)
        self._known_good: Mask = memory.column(capacity, np.bool_)
        """Rows that certainly show good: while they do, and good answers come, no quality has to be compared."""
        self.all_good = False
        """Whether all that was written last is plain good: status and cause 0."""
        self._moved: Mask = memory.column(size, np.bool_)
        self._requalified: Mask = memory.column(size, np.bool_)
        self._part: Mask = memory.column(size, np.bool_)
        self._old8: U8 = memory.column(size, np.uint64)
        self._old4: U4 = memory.column(size, np.uint32)
        self._old2: U2 = memory.column(size, np.uint16)
        self._number: F8 = memory.column(size, np.float64)
        self._mark: Indices = np.zeros(capacity, dtype=np.intp)
        self._order: Indices = np.arange(capacity, dtype=np.intp)

    def write(self, answers: Answers, where: slice | None, cseq: int, *, deadbands: bool) -> Indices:
        """Write a tick.

        Args:
            answers: checked.
            where: the range when the rows are consecutive: slices are three times cheaper than lists of rows.
            cseq: change sequence that the changed rows get.
            deadbands: whether any row has a deadband.

        Returns:
            The rows that count as changed.
        """
        count = len(answers.rows)
        self.all_good = True
        found: list[Indices] = []
        size = max(1, -(-count // max(1, -(-count // BLOCK))))  # blocks of one size: a small last one costs as much
        for start in range(0, count, size):
            block = answers if count <= BLOCK else answers.part(slice(start, start + size))
            at: slice | Indices = block.rows
            if where is not None:
                at = slice(where.start + start, where.start + start + len(block.rows))
            found.append(self._write(block, at, cseq, deadbands=deadbands))
        if sum(map(len, found)) == count:
            return answers.rows
        return found[0] if len(found) == 1 else np.concatenate(found)

    def doubt(self, rows: slice | Indices) -> None:
        """Take note that the quality of rows was, or is being, written by somebody else."""
        self._known_good[rows] = False

    def valid(self, rows: Indices, used: int) -> bool:
        """Tell whether all rows are in use and none stands twice."""
        count = len(rows)
        if not count:
            return True
        if count > len(self._mark) or int(rows.min()) < FIRST_ROW or int(rows.max()) >= used:
            return False
        order = self._order[:count]
        self._mark[rows] = order
        return bool((self._mark[rows] == order).all())

    # ------------------------------------------------------------------------------------------------ inside

    def _write(self, new: Answers, at: slice | Indices, cseq: int, *, deadbands: bool) -> Indices:
        """Write a block: its sequences first, so that whoever finds a broken tick knows which rows are half written.

        Returns:
            The rows that count as changed.
        """
        columns, count = self._columns, len(new.rows)
        requalified, moved = self._requalified[:count], self._moved[:count]
        qualities = self._compare_quality(new, at, requalified)
        touched = self._compare_value(new, at, moved)
        if qualities:
            np.logical_or(moved, requalified, out=moved)
            touched = int(np.count_nonzero(moved))
        changed = _NO_ROWS
        if touched:
            counted = moved
            if deadbands:
                counted = self._beyond_deadband(new, at, moved)
                if qualities:
                    np.logical_or(counted, requalified, out=counted)
            changed = self._count(new, at, counted, cseq, keep=deadbands)
            targets: tuple[_Column, ...] = (columns.raw, columns.value, columns.source_ns)
            _put(targets, (new.raw, new.value, new.source_ns), new.rows, at, moved, touched)
        if qualities:
            _put((columns.status, columns.cause), (new.status, new.cause), new.rows, at, requalified, qualities)
        columns.receive_ns[at] = new.receive_ns
        columns.mono_ns[at] = new.mono_ns
        return changed

    def _compare_quality(self, new: Answers, at: slice | Indices, requalified: Mask) -> int:
        """Say which rows have another quality than the image; returns how many (0: nothing is said of any)."""
        all_good = _all_zero(new.status) and _all_zero(new.cause)
        if all_good and self._known_good[at].all():
            return 0
        self._known_good[at] = all_good
        self.all_good &= all_good
        part = self._part[: len(requalified)]
        np.not_equal(new.status, _old(self._columns.status, at, self._old4), out=requalified)
        np.not_equal(new.cause, _old(self._columns.cause, at, self._old2), out=part)
        np.logical_or(requalified, part, out=requalified)
        return int(np.count_nonzero(requalified))

    def _compare_value(self, new: Answers, at: slice | Indices, moved: Mask) -> int:
        """Say which rows have another value than the image (NaN equals NaN: bits count); returns how many."""
        np.not_equal(new.raw, _old(self._columns.raw, at, self._old8), out=moved)
        count = int(np.count_nonzero(moved))
        if count == len(moved):
            return count
        part = self._part[: len(moved)]  # the same device value may be another one in units, after an apply
        np.not_equal(new.value.view(np.uint64), _old(self._columns.value.view(np.uint64), at, self._old8), out=part)
        np.logical_or(moved, part, out=moved)
        return int(np.count_nonzero(moved))

    def _beyond_deadband(self, new: Answers, at: slice | Indices, moved: Mask) -> Mask:
        """Say which moved values lie a deadband or more away from the value last counted (NaN on either side: yes)."""
        count = len(moved)
        number, near = self._number[:count], self._part[:count]
        self._calm.run(np.subtract, new.value, _old(self._counted, at, self._number), number)
        np.abs(number, out=number)
        np.less(number, _old(self.deadband, at, self._old8.view(np.float64)), out=near)
        return np.greater(moved, near, out=near)  # moved and not near

    def _count(self, new: Answers, at: slice | Indices, counted: Mask, cseq: int, *, keep: bool) -> Indices:
        """Give the counted rows their sequence and keep the values that they count from; which rows they are."""
        changes = np.count_nonzero(counted)
        if not changes:
            return _NO_ROWS
        if changes == len(counted):
            self._columns.seq[at] = cseq
            if keep:
                self._counted[at] = new.value
            return new.rows
        places = counted.nonzero()[0]
        rows: Indices = places + at.start if isinstance(at, slice) else at[places]
        self._columns.seq[rows] = cseq
        if keep:
            self._counted[rows] = new.value[places]
        return rows


def consecutive(rows: Indices) -> slice | None:
    """Give the range when rows are consecutive, for then slices do, three times cheaper than lists of rows."""
    count = len(rows)
    if not count or rows[-1] - rows[0] != count - 1 or not (rows[1:] - rows[:-1] == 1).all():
        return None
    first = int(rows[0])
    return slice(first, first + count)


def _all_zero(column: U4 | U2) -> bool:
    """Say whether all are 0; one value broadcast over all rows is looked at once."""
    return not len(column) or not (column[0] if column.strides == (0,) else column.max())


def _old(column: npt.NDArray[_T], at: slice | Indices, room: npt.NDArray[_T]) -> npt.NDArray[_T]:
    """Give what the image holds now: a view of the range, or gathered into the room."""
    if isinstance(at, slice):
        return column[at]
    return np.take(column, at, out=room[: len(at)], mode="clip")


def _put(
    targets: tuple[_Column, ...],
    sources: tuple[_Column, ...],
    rows: Indices,
    at: slice | Indices,
    chosen: Mask,
    count: int,
) -> None:
    """Write columns: the whole block where all of it changed, else to the rows that did, gathered.

    A copy under a mask would need no gathering, but at a random mask it mispredicts: 2.2 ms against 1.1 for 100,000
    rows.
    """
    if count == len(chosen):
        for target, source in zip(targets, sources, strict=True):
            target[at] = source
        return
    places = chosen.nonzero()[0]
    picked = rows[places]
    for target, source in zip(targets, sources, strict=True):
        target[picked] = source[places]
