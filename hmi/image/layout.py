"""Layout of an image file: a header page of 64-bit words, columns, each from a page start, slots of texts.

Read by writer, reader and adoption (engine and window process). Fields and order are those of `specs/core-way.md`
section 1; every word is little-endian and aligned, because only an aligned 8-byte store is atomic. Row 0 belongs to
no tag: it is never read for ever, so that a reader can point every unknown tag at it.
"""

import sys
from enum import IntEnum

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.image.contract import I8, U1, U2, U4, U8

MAGIC = 0x31_4D_49_4C_43_49_4D_48
"""First word of a finished file; written last of all at creation."""
VERSION = 1
PAGE = 4096
MIN_CAPACITY = 1024
MAX_CAPACITY = 16_000_000
"""Largest capacity that is believed of a file (about 1.2 GB); more is rubbish."""
SLOT_UNIT = 8
"""Slots of texts start at multiples of this; the `slot` column counts in it, 0 = no slot."""
SLOT_HEAD = 4
"""Bytes before the words of a slot: u2 length in use, u2 capacity."""
FIRST_ROW = 1
NO_ROW = 0


class Word(IntEnum):
    """Places of the header words."""

    MAGIC = 0
    VERSION = 1
    GENERATION = 2
    """Wall ns at creation."""
    PROJECT = 3
    """Digest of the project."""
    CAPACITY = 4
    """Rows, row 0 included."""
    BOOT = 5
    """Identity of the machine's boot."""
    PID = 6
    STARTED = 7
    """Start time of the writing process, as the system tells it; 0 when unknown."""
    GSEQ = 8
    """Odd while a tick is being written."""
    CSEQ = 9
    """Change sequence of the last finished tick."""
    USED = 10
    """Rows in use, row 0 included."""
    MAP_VERSION = 11
    """Rises when rows are added, removed or given another slot."""
    SLOTS_AT = 12
    """Byte offset of the area of slots."""
    SLOTS_SIZE = 13
    """Bytes of the area of slots."""
    SLOTS_USED = 14
    """Units of the area in use."""
    FLAGS = 15
    """Bit 0: the check column is written (machines that reorder stores)."""
    BEAT_MONO = 16
    """Heartbeat, monotonic ns."""
    BEAT_WALL = 17
    """Heartbeat, wall ns."""
    TICKS = 18
    TICK_NS = 19
    """Duration of the last tick."""
    CLOSED = 20
    """1 after a clean stop."""


COLUMNS: tuple[tuple[str, str], ...] = (
    ("ident", "<u8"),
    ("raw", "<u8"),
    ("value", "<f8"),
    ("source_ns", "<i8"),
    ("receive_ns", "<i8"),
    ("mono_ns", "<i8"),
    ("seq", "<u8"),
    ("check", "<u8"),
    ("status", "<u4"),
    ("slot", "<u4"),
    ("cause", "<u2"),
    ("type_code", "|u1"),
)
"""Name and type of each column, in the order of the file."""

ROW_BYTES = sum(np.dtype(kind).itemsize for _, kind in COLUMNS)


class Columns(msgspec.Struct, frozen=True):
    """Views of an image's columns, each `capacity` long, over a mapped file or memory."""

    header: U8
    ident: U8
    raw: U8
    value: npt.NDArray[np.float64]
    source_ns: I8
    receive_ns: I8
    mono_ns: I8
    seq: U8
    check: U8
    status: U4
    slot: U4
    cause: U2
    type_code: U1
    slots: U1
    """The area of slots, bytes."""


def pages(size: int) -> int:
    """Round a number of bytes up to whole pages."""
    return -(-size // PAGE) * PAGE


def capacity_for(rows: int) -> int:
    """Give the capacity of a new file: a quarter of room for rows added while running, at least 1,024."""
    return max(MIN_CAPACITY, (rows + FIRST_ROW) * 5 // 4 + 1)


def slot_units(text_bytes: int) -> int:
    """Give how many units a slot for so many bytes of UTF-8 takes."""
    return -(-(text_bytes + SLOT_HEAD) // SLOT_UNIT)


def slots_at(capacity: int) -> int:
    """Give where the area of slots begins: after the header page and all columns."""
    return PAGE + sum(pages(np.dtype(kind).itemsize * capacity) for _, kind in COLUMNS)


def file_size(capacity: int, slots_size: int) -> int:
    """Give the size of an image file in bytes."""
    return slots_at(capacity) + pages(slots_size)


def columns_over(buffer: bytearray | memoryview, capacity: int, slots_size: int) -> Columns:
    """Lay the columns over a buffer of at least `file_size` bytes that starts on a page (or at an 8-byte boundary)."""
    views: dict[str, npt.NDArray[np.generic]] = {}
    at = PAGE
    for name, kind in COLUMNS:
        dtype = np.dtype(kind)
        views[name] = np.frombuffer(buffer, dtype=dtype, count=capacity, offset=at)
        at += pages(dtype.itemsize * capacity)
    header = np.frombuffer(buffer, dtype="<u8", count=PAGE // 8)
    slots = np.frombuffer(buffer, dtype=np.uint8, count=slots_size, offset=at)
    return Columns(header=header, slots=slots, **views)  # type: ignore[arg-type]  # types as COLUMNS says


def refuse_foreign_byte_order() -> None:
    """Stop on a big-endian machine.

    Raises:
        RuntimeError: there; nobody has built the product for one.
    """
    if sys.byteorder != "little":
        message = "the process image needs a little-endian machine"
        raise RuntimeError(message)
