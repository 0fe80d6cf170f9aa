"""The rows of the running engine: which tag has which row, and what is known of each row beyond the image.

Owns the image writer over its generations. Used by the tick, the listener of the supervisor and apply, all on the
event loop.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hmi.engine.plant import PlantTag
from hmi.engine.precedence import prevailing, status_of_causes
from hmi.image import layout
from hmi.image.contract import I8, U2, U4, Indices
from hmi.image.remains import Remains, adopt, remains_of_columns
from hmi.image.writer import ImageFull, ImageWriter
from hmi.model.clock import Clock
from hmi.model.quality import Cause, Status

Mask = npt.NDArray[np.bool_]

_NEVER_STALE = np.iinfo(np.int64).max


@dataclass(slots=True)
class _Private:
    """What is known of each row beyond the image; as long as it."""

    own_status: U4
    own_cause: U2
    overlay: U2
    answered_ns: I8
    stale_after_ns: I8
    old: Mask
    initialised: Mask

    @classmethod
    def of(cls, capacity: int) -> "_Private":
        """Make the columns of rows that were never read."""
        return cls(
            own_status=np.full(capacity, Status.BAD_WAITING_FOR_INITIAL_DATA, dtype=np.uint32),
            own_cause=np.full(capacity, Cause.NEVER_READ, dtype=np.uint16),
            overlay=np.zeros(capacity, dtype=np.uint16),
            answered_ns=np.zeros(capacity, dtype=np.int64),
            stale_after_ns=np.full(capacity, _NEVER_STALE, dtype=np.int64),
            old=np.zeros(capacity, dtype=np.bool_),
            initialised=np.zeros(capacity, dtype=np.bool_),
        )


class RowTable:
    """Rows by tag, and their private columns (as long as the image)."""

    def __init__(self, folder: Path, pointer: Path, clock: Clock) -> None:
        """Start without an image; `begin` makes one.

        Args:
            folder: runtime folder, where images lie.
            pointer: the pointer file.
            clock: gives generation and heartbeats.
        """
        self._folder = folder
        self._pointer = pointer
        self._clock = clock
        self._rows: dict[int, int] = {}
        self.writer: ImageWriter
        self.own_status: U4
        """What each row itself says, without device and age."""
        self.own_cause: U2
        self.overlay: U2
        """Cause laid over the row by its device."""
        self.answered_ns: I8
        """Monotonic ns of the last answer, good or not; 0 before the first one since start."""
        self.stale_after_ns: I8
        self.old: Mask
        """Rows that have not been answered for too long."""
        self.initialised: Mask
        """Rows whose first good value since start, reconnect or apply was seen: only changes after it are events."""

    def begin(self, tags: Sequence[PlantTag], remains: Remains | None, *, project: int, newer_than: int = 0) -> int:
        """Make the first generation, with a row for each tag, and publish it.

        Args:
            tags: in the order of their rows.
            remains: what an earlier engine left, or None.
            project: digest of the project.
            newer_than: the generation before.

        Returns:
            How many rows were adopted.

        Raises:
            OSError: when the image cannot be made.
        """
        writer, rows = self._create(tags, project, newer_than)
        adopted = adopt(writer, remains) if remains is not None else 0
        private, used = _Private.of(len(writer.columns.ident)), writer.used
        private.own_status[:used] = writer.columns.status[:used]
        private.own_cause[:used] = writer.columns.cause[:used]
        writer.publish(self._pointer)
        self._use(writer, rows, private)
        return adopted

    def renew(self, tags: Sequence[PlantTag], *, project: int) -> None:
        """Move to a new generation because this one is full; rows keep everything that is known of them.

        Raises:
            OSError: when the image cannot be made or published; the old one stays in use as it was.
        """
        before = self.writer
        writer, rows = self._create(tags, project, before.generation)
        adopt(writer, remains_of_columns(before.columns, before.used), cause=None)
        private = _Private.of(len(writer.columns.ident))
        pairs = [
            (earlier, row)
            for number, row in rows.items()
            if (earlier := self._rows.get(number)) is not None
            and before.columns.type_code[earlier] == writer.columns.type_code[row]
        ]
        if pairs:
            old, new = (np.array(side, dtype=np.intp) for side in zip(*pairs, strict=True))
            for column in fields(private):
                getattr(private, column.name)[new] = getattr(self, column.name)[old]
        writer.publish(self._pointer)
        self._use(writer, rows, private)

    def add(self, tags: Sequence[PlantTag]) -> None:
        """Give rows to tags that are new, never read.

        Raises:
            ImageFull: when there is no room in this generation; nothing was changed.
        """
        self._rows.update(_append(self.writer, tags))

    def row_of(self, number: int) -> int | None:
        """Give the row of a tag by the number of its id; None when it has none."""
        return self._rows.get(number)

    def rows_of(self, tags: Iterable[PlantTag]) -> Indices:
        """Give the rows of tags that are all known."""
        return np.array([self._rows[tag.number] for tag in tags], dtype=np.intp)

    def type_code(self, row: int) -> int:
        """Give the type of a row."""
        return int(self.writer.columns.type_code[row])

    # ------------------------------------------------------------------------------------------------ quality

    def quality(self, rows: Indices) -> tuple[U4, U2]:
        """Settle what is shown for rows."""
        return prevailing(self.own_status[rows], self.own_cause[rows], self.overlay[rows], self.old[rows])

    def say(self, rows: Indices, cause: Cause) -> None:
        """Let rows themselves say a cause (device gone, not in the project, faulty), values kept, visible at once."""
        if not len(rows):
            return
        self.own_cause[rows] = cause
        self.own_status[rows] = status_of_causes(self.own_cause[rows[:1]])
        self.overlay[rows] = Cause.NONE
        self.old[rows] = False
        self.initialised[rows] = False
        self.show(rows)

    def lay_over(self, rows: Indices, cause: Cause) -> None:
        """Lay a cause of the device over its rows, or take it off (NONE); `show` makes it visible."""
        self.overlay[rows] = cause
        if cause is not Cause.NONE:
            self.initialised[rows] = False

    def show(self, rows: Indices) -> int:
        """Write the settled quality of rows; returns how many changed."""
        status, cause = self.quality(rows)
        return self.writer.commit_quality(rows, status, cause)

    def grow_old(self, now_ns: int) -> int:
        """Mark rows that have not been answered for too long; returns how many became stale.

        Args:
            now_ns: monotonic ns.
        """
        used = self.writer.used
        answered = self.answered_ns[:used]
        late = (answered != 0) & (now_ns - answered > self.stale_after_ns[:used]) & ~self.old[:used]
        rows = np.flatnonzero(late)
        if not len(rows):
            return 0
        self.old[rows] = True
        return self.show(rows)

    # ------------------------------------------------------------------------------------------------ inside

    def _create(self, tags: Sequence[PlantTag], project: int, newer_than: int) -> tuple[ImageWriter, dict[int, int]]:
        """Make the image of a new generation, not yet published and not yet in use here."""
        text_bytes = sum(layout.slot_units(tag.text_bytes) * layout.SLOT_UNIT for tag in tags if tag.text_bytes)
        writer = ImageWriter.create(
            self._folder, len(tags), self._clock, text_bytes=text_bytes, newer_than=newer_than, project=project
        )
        return writer, _append(writer, tags)

    def _use(self, writer: ImageWriter, rows: dict[int, int], private: _Private) -> None:
        """Take a generation into use."""
        self.writer = writer
        self._rows = rows
        for column in fields(private):
            setattr(self, column.name, getattr(private, column.name))


def _append(writer: ImageWriter, tags: Sequence[PlantTag]) -> dict[int, int]:
    """Give rows to tags; which tag (number of its id) has which."""
    rows = writer.append(
        np.array([tag.number for tag in tags], dtype=np.uint64),
        [int(tag.type_code) for tag in tags],
        [tag.text_bytes for tag in tags],
        [tag.tag.deadband for tag in tags],
    )
    return dict(zip((tag.number for tag in tags), rows.tolist(), strict=True))


__all__ = ["ImageFull", "RowTable"]
