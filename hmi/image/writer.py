"""Writes the process image. One per engine, used on its event loop only.

Write order of a tick (`specs/core-way.md` section 1): everything that may raise happens first; then the global
sequence goes odd; then, block by block of rows, the row sequences of the changed rows are written, their columns, and
the receive times of all rows answered; then the change sequence, heartbeat and counters; then the global sequence goes
even. An exception between odd and even would freeze every reader, so nothing in there can raise, and a failed tick
ends the process.
"""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hmi.image import layout
from hmi.image import slots as slots_of
from hmi.image.blocks import Answers, BlockWriter, consecutive
from hmi.image.boot import boot_identity, process_start
from hmi.image.contract import I8, U2, U4, U8, Indices
from hmi.image.layout import Columns, Word
from hmi.image.mapped import MappedImage, create_image
from hmi.image.pointer import Pointer, image_name, write_pointer
from hmi.model.clock import Clock
from hmi.model.quality import Cause, Status

F8 = npt.NDArray[np.float64]

_GSEQ, _CSEQ, _TICKS = int(Word.GSEQ), int(Word.CSEQ), int(Word.TICKS)
_BEAT_MONO, _BEAT_WALL, _TICK_NS = int(Word.BEAT_MONO), int(Word.BEAT_WALL), int(Word.TICK_NS)
_NO_TEXTS: Mapping[int, bytes] = {}
_NO_ROWS: Indices = np.empty(0, dtype=np.intp)
_KINDS = tuple(np.dtype(kind) for kind in ("u8", "f8", "u4", "u2", "i8", "i8", "i8"))
"""Types of the columns of a commit."""
_MOST_CHECKED = 1024
"""So many sets of rows are remembered as checked."""


class ImageFull(Exception):
    """No room for more rows or slots in this generation; the engine makes a new one."""


class ImageWriter:
    """The image of one generation, open for writing."""

    def __init__(self, image: MappedImage, generation: int, clock: Clock) -> None:
        """Take a newly created file; `create` makes one."""
        self._image = image
        self._clock = clock
        self.generation = generation
        self.columns: Columns = image.columns
        self._words = image.columns.header.data.cast("B").cast("Q")
        """The header for what every tick writes: with plain numbers, which cost half of what numpy's do."""
        self._any_deadband = False
        self._blocks = BlockWriter(image.columns)
        self._cseq = 0
        self._checked: dict[int, tuple[Indices, slice | None]] = {}
        self.changed: Indices = _NO_ROWS
        """Rows that counted as changed in the last commit."""
        header = self.columns.header
        header[Word.GENERATION] = generation
        header[Word.BOOT] = boot_identity()
        header[Word.PID] = os.getpid()
        header[Word.STARTED] = process_start(os.getpid())
        header[Word.USED] = layout.FIRST_ROW
        self._never_read(slice(layout.NO_ROW, layout.FIRST_ROW))

    @classmethod
    def create(
        cls, folder: Path, rows: int, clock: Clock, *, text_bytes: int = 0, newer_than: int = 0, project: int = 0
    ) -> "ImageWriter":
        """Create the file of a new generation, not yet visible to anybody.

        Args:
            folder: the runtime folder.
            rows: tags that it must hold at least; there is a quarter of room beyond.
            clock: gives generation and heartbeat.
            text_bytes: sum of what the slots of its texts take, bytes.
            newer_than: the generation before; ours is larger even when the wall clock was set back.
            project: 64-bit digest of the project.

        Raises:
            OSError: when there is no room or no right to make it.
        """
        generation = max(clock.wall_ns(), newer_than + 1)
        slots_size = layout.pages(text_bytes * 5 // 4 + 16 * (256 + layout.SLOT_HEAD))
        while True:
            try:
                image = create_image(folder / image_name(generation), layout.capacity_for(rows), slots_size)
            except FileExistsError:
                generation += 1
            else:
                break
        image.columns.header[Word.PROJECT] = project
        image.columns.header[Word.SLOTS_USED] = 1  # unit 0 is "no slot"
        return cls(image, generation, clock)

    @property
    def path(self) -> Path:
        """The image file."""
        return self._image.path

    @property
    def used(self) -> int:
        """Rows in use, row 0 included."""
        return int(self.columns.header[Word.USED])

    @property
    def change_sequence(self) -> int:
        """The change sequence of the last tick."""
        return self._cseq

    @property
    def all_good(self) -> bool:
        """Whether the last commit brought nothing but plain good: status and cause 0."""
        return self._blocks.all_good

    def publish(self, pointer_path: Path) -> None:
        """Make the image visible: a heartbeat, the magic word, then the pointer file.

        Raises:
            OSError: when the pointer file cannot be written.
        """
        self.heartbeat()
        self.columns.header[Word.MAGIC] = layout.MAGIC
        write_pointer(pointer_path, Pointer(self._image.path.name, self.generation, os.getpid()))

    # ------------------------------------------------------------------------------------------------ rows

    def append(
        self,
        idents: U8,
        type_codes: Sequence[int] | npt.NDArray[np.uint8],
        text_bytes: Sequence[int] | None = None,
        deadbands: Sequence[float] | None = None,
    ) -> Indices:
        """Give rows to tags, never-read, visible with the next look at the row map.

        Args:
            idents: numbers of their ids, none 0.
            type_codes: `TypeCode` of each.
            text_bytes: bytes of UTF-8 that each text tag may hold; 0 for all others.
            deadbands: of each, engineering units.

        Returns:
            Their rows, consecutive.

        Raises:
            ImageFull: when there is no room; nothing was changed.
        """
        count = len(idents)
        first = self.used
        units = [layout.slot_units(size) if size else 0 for size in text_bytes or ()]
        at = int(self.columns.header[Word.SLOTS_USED])
        if first + count > self._image.capacity or (at + sum(units)) * layout.SLOT_UNIT > len(self.columns.slots):
            raise ImageFull
        kinds = np.asarray(type_codes, dtype=np.uint8)
        if kinds.shape != (count,) or (idents == 0).any():
            message = f"{count} rows: ids must not be 0, and each needs its type"
            raise ValueError(message)
        where = slice(first, first + count)
        slots = np.zeros(count, dtype=np.uint32)
        for place, size in enumerate(units):
            if size:
                slots[place] = at
                slots_of.make_slot(self.columns.slots, at, text_bytes[place] if text_bytes else 0)
                at += size
        if deadbands is not None:
            self._blocks.deadband[where] = deadbands
            self._any_deadband = bool(self._blocks.deadband.any())
        columns, header = self.columns, self.columns.header
        self._cseq += 1
        header[_GSEQ] += np.uint64(1)
        columns.seq[where] = self._cseq
        self._never_read(where)
        columns.ident[where] = idents
        columns.type_code[where] = kinds
        columns.slot[where] = slots
        header[Word.SLOTS_USED] = at
        header[Word.USED] = first + count
        header[Word.MAP_VERSION] += np.uint64(1)
        header[_CSEQ] = self._cseq
        header[_GSEQ] += np.uint64(1)
        return np.arange(first, first + count, dtype=np.intp)

    def release(self, row: int) -> None:
        """Take the id off a row whose tag got another one, because its type changed. The row is never used again."""
        self._place(np.array([row], dtype=np.intp))
        columns, header = self.columns, self.columns.header
        self._cseq += 1
        header[_GSEQ] += np.uint64(1)
        columns.seq[row] = self._cseq
        columns.ident[row] = 0
        self._never_read(slice(row, row + 1))
        header[Word.MAP_VERSION] += np.uint64(1)
        header[_CSEQ] = self._cseq
        header[_GSEQ] += np.uint64(1)

    def set_deadband(self, rows: Indices, deadband: F8) -> None:
        """Change deadbands, engineering units; the values last counted stay what they are."""
        self._blocks.deadband[rows] = deadband
        self._any_deadband = bool(self._blocks.deadband.any())

    def slot_bytes(self, row: int) -> int:
        """Give how many bytes of UTF-8 the slot of a row holds; 0 without a slot."""
        return slots_of.capacity_of(self.columns, row)

    def put_text(self, row: int, text: str) -> None:
        """Put words into a slot before the image is published; what does not fit is cut."""
        capacity = self.slot_bytes(row)
        if capacity:
            start, content = slots_of.prepare(self.columns, row, slots_of.cut(text, capacity))
            self.columns.slots[start : start + len(content)] = content

    # ------------------------------------------------------------------------------------------------ ticks

    def commit(
        self,
        rows: Indices,
        raw: U8,
        value: F8,
        status: U4,
        cause: U2,
        source_ns: I8,
        receive_ns: I8,
        mono_ns: I8,
        texts: Mapping[int, bytes] = _NO_TEXTS,
    ) -> int:
        """Write what a tick brought, as one unit for every reader.

        One quality or one time for all rows may be given as a `numpy.broadcast_to` of it, which costs nothing to read.

        Args:
            rows: each at most once, shape (n,).
            raw: device values, 64 bits by the row's type, shape (n,); for a text a digest of its words.
            value: engineering values, NaN where there is none.
            status: OPC UA status.
            cause: `Cause`.
            source_ns: ns UTC, 0 when the device tells none; written for changed rows.
            receive_ns: ns UTC, written for all rows.
            mono_ns: monotonic ns of the receipt, written for all rows.
            texts: row -> UTF-8 words, at most the row's slot long.

        Returns:
            How many rows changed (a change within the deadband does not count).

        Raises:
            ValueError: when the arrays do not fit each other, the image or the slots; nothing was written.
        """
        started = time.perf_counter_ns()
        where = self._place(rows)
        _check_columns(len(rows), raw, value, status, cause, source_ns, receive_ns, mono_ns)
        contents = [slots_of.prepare(self.columns, row, text) for row, text in texts.items()]
        answers = Answers(rows, raw, value, status, cause, source_ns, receive_ns, mono_ns)
        columns, words = self.columns, self._words
        wall_ns, mono = self._clock.wall_ns(), self._clock.monotonic_ns()

        words[_GSEQ] += 1
        self.changed = self._blocks.write(answers, where, self._cseq + 1, deadbands=self._any_deadband)
        for start, content in contents:
            columns.slots[start : start + len(content)] = content
        self._cseq += 1 if len(self.changed) else 0
        words[_CSEQ] = self._cseq
        words[_TICKS] += 1
        words[_BEAT_WALL] = wall_ns
        words[_BEAT_MONO] = mono
        words[_TICK_NS] = time.perf_counter_ns() - started
        words[_GSEQ] += 1

        return len(self.changed)

    def commit_quality(self, rows: Indices, status: U4, cause: U2) -> int:
        """Write quality alone, keeping values and times.

        Args:
            rows: each at most once, shape (n,).
            status: OPC UA status, shape (n,).
            cause: `Cause`, shape (n,).

        Returns:
            How many rows changed.

        Raises:
            ValueError: as for `commit`.
        """
        self._place(rows)
        if status.dtype != np.uint32 or cause.dtype != np.uint16 or not len(rows) == len(status) == len(cause):
            message = "a quality is a u4 status and a u2 cause for each row"
            raise ValueError(message)
        columns, header = self.columns, self.columns.header
        differs = (columns.status[rows] != status) | (columns.cause[rows] != cause)
        which = rows[differs]
        status, cause = status[differs], cause[differs]
        if not len(which):
            return 0
        self._cseq += 1
        self._blocks.doubt(which)
        header[_GSEQ] += np.uint64(1)
        columns.seq[which] = self._cseq
        columns.status[which] = status
        columns.cause[which] = cause
        header[_CSEQ] = self._cseq
        header[_GSEQ] += np.uint64(1)
        return len(which)

    def heartbeat(self) -> None:
        """Say that the tick is alive although nothing was to be written; called at 4 Hz while no flush is overdue."""
        header = self.columns.header
        header[_BEAT_WALL] = self._clock.wall_ns()
        header[_BEAT_MONO] = self._clock.monotonic_ns()

    def close(self) -> None:
        """Say that the engine stopped by its own will. The mapping goes with the last reference."""
        self.columns.header[Word.CLOSED] = 1

    # ------------------------------------------------------------------------------------------------ inside

    def _never_read(self, where: slice) -> None:
        columns = self.columns
        self._blocks.doubt(where)
        columns.status[where] = Status.BAD_WAITING_FOR_INITIAL_DATA
        columns.cause[where] = Cause.NEVER_READ
        columns.raw[where] = 0
        columns.value[where] = np.nan
        columns.source_ns[where] = 0
        columns.receive_ns[where] = 0
        columns.mono_ns[where] = 0

    def _place(self, rows: Indices) -> slice | None:
        """Check rows, and give their range when they are consecutive.

        Rows that cannot be written to (those of a poll) are checked once; the image only ever gets more rows.

        Raises:
            ValueError: when one is not in use or stands twice.
        """
        known = self._checked.get(id(rows))
        if known is not None and known[0] is rows:
            return known[1]
        where = consecutive(rows) if rows.dtype == np.intp and rows.ndim == 1 else None
        if where is not None:
            fits = where.start >= layout.FIRST_ROW and where.stop <= self.used
        else:
            fits = rows.dtype == np.intp and rows.ndim == 1 and self._blocks.valid(rows, self.used)
        if not fits:
            message = f"rows must be whole numbers from {layout.FIRST_ROW} below {self.used}, each once"
            raise ValueError(message)
        if not rows.flags.writeable and rows.base is None:
            if len(self._checked) >= _MOST_CHECKED:
                self._checked.clear()
            self._checked[id(rows)] = (rows, where)
        return where


def _check_columns(count: int, *columns: npt.NDArray[np.generic]) -> None:
    """Refuse columns of another length or type than the image's."""
    for column, kind in zip(columns, _KINDS, strict=True):
        if column.dtype != kind or column.shape != (count,):
            message = f"expected {count} of {kind}, got {column.shape} of {column.dtype}"
            raise ValueError(message)
