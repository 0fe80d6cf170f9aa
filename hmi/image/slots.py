"""Slots of texts in an image: u2 length in use, u2 capacity, then the words as UTF-8. The writer writes, all read.

A slot never moves: a text that needs a longer one gets another row.
"""

import numpy as np
import numpy.typing as npt

from hmi.image import layout
from hmi.image.contract import U1
from hmi.image.layout import Columns

SlotWrite = tuple[int, npt.NDArray[np.uint8]]
"""Where in the area of slots, and what; prepared before the tick, so that writing it cannot fail."""


def cut(text: str, size: int) -> bytes:
    """Give a text as UTF-8 of at most `size` bytes, cut between characters."""
    content = text.encode("utf-8", "replace")
    if len(content) <= size:
        return content
    return content[:size].decode("utf-8", "ignore").encode()


def capacity_of(columns: Columns, row: int) -> int:
    """Give how many bytes of UTF-8 the slot of a row holds; 0 without a slot."""
    unit = int(columns.slot[row])
    if not unit:
        return 0
    start = unit * layout.SLOT_UNIT
    return int.from_bytes(columns.slots[start + 2 : start + 4].tobytes(), "little")


def make_slot(slots: U1, unit: int, text_bytes: int) -> None:
    """Write the head of a new, empty slot, which no row leads to yet."""
    head = b"\0\0" + text_bytes.to_bytes(2, "little")
    start = unit * layout.SLOT_UNIT
    slots[start : start + layout.SLOT_HEAD] = np.frombuffer(head, dtype=np.uint8)


def prepare(columns: Columns, row: int, text: bytes) -> SlotWrite:
    """Prepare what writes words into the slot of a row.

    Raises:
        ValueError: when they do not fit (a row without a slot fits nothing).
    """
    capacity = capacity_of(columns, row)
    if not capacity or len(text) > capacity:
        message = f"{len(text)} bytes do not fit the slot of row {row} ({capacity})"
        raise ValueError(message)
    head = len(text).to_bytes(2, "little") + capacity.to_bytes(2, "little")
    return int(columns.slot[row]) * layout.SLOT_UNIT, np.frombuffer(head + text, dtype=np.uint8)


def read_slot(columns: Columns, row: int) -> str:
    """Read the words of a row's slot; "" where it has none or the slot is rubbish."""
    start = int(columns.slot[row]) * layout.SLOT_UNIT
    head = start + layout.SLOT_HEAD
    if not start or head > len(columns.slots):
        return ""
    length = int.from_bytes(columns.slots[start : start + 2].tobytes(), "little")
    return columns.slots[head : head + length].tobytes().decode("utf-8", "replace")
