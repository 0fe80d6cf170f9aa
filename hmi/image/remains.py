"""What an earlier engine left of its rows, and how a new image adopts it. Engine, at each new generation.

From the old image only when it is of the same boot of the machine (after a power cut its pages reached the disk in any
order), otherwise from the snapshot. Adopted rows keep value and times and look stale until they are read again.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hmi.image.boot import UNKNOWN_BOOT, boot_identity
from hmi.image.contract import I8, U1, U2, U4, U8, Indices
from hmi.image.layout import FIRST_ROW, Columns, Word
from hmi.image.mapped import MappedImage, open_image
from hmi.image.pointer import read_pointer
from hmi.image.slots import read_slot
from hmi.image.writer import ImageWriter
from hmi.model.clock import Clock
from hmi.model.errors import ImageError
from hmi.model.quality import Cause, status_of
from hmi.model.value import TypeCode


@dataclass(frozen=True, slots=True)
class Remains:
    """Rows that were left, n of each."""

    ident: U8
    raw: U8
    value: npt.NDArray[np.float64]
    source_ns: I8
    receive_ns: I8
    mono_ns: I8
    """Of the boot in which the new engine runs, worked out from `receive_ns` where the rows are of an older one."""
    status: U4
    cause: U2
    type_code: U1
    texts: dict[int, str]
    """Number of the tag's id -> words."""


def remains_of_columns(columns: Columns, used: int, rows: Indices | None = None) -> Remains:
    """Copy rows out of an image.

    Args:
        columns: of the image.
        used: its rows in use.
        rows: which of them; None takes all that have a tag.
    """
    if rows is None:
        rows = np.flatnonzero(columns.ident[:used] != 0)
    texts: dict[int, str] = {}
    for row in rows[columns.type_code[rows] == TypeCode.TEXT]:
        texts[int(columns.ident[row])] = read_slot(columns, int(row))
    return Remains(
        ident=columns.ident[rows],
        raw=columns.raw[rows],
        value=columns.value[rows],
        source_ns=columns.source_ns[rows],
        receive_ns=columns.receive_ns[rows],
        mono_ns=columns.mono_ns[rows],
        status=columns.status[rows],
        cause=columns.cause[rows],
        type_code=columns.type_code[rows],
        texts=texts,
    )


def remains_of_image(pointer_path: Path) -> Remains | None:
    """Copy what the image named by the pointer file holds.

    Returns:
        Its rows, or None when there is no image, it is rubbish, or it is of an older boot. When its engine was
        killed in the middle of a tick, the rows that the tick had begun to change are left out: they may be half
        written. (A row that moved within its deadband has no sequence of that tick; value and raw of such a one may
        be of neighbouring ticks, by less than the deadband.)
    """
    pointer = read_pointer(pointer_path)
    if pointer is None:
        return None
    try:
        image: MappedImage = open_image(pointer_path.with_name(pointer.name), pointer.generation)
    except ImageError:
        return None
    if image.word(Word.BOOT) != boot_identity() or boot_identity() == UNKNOWN_BOOT:
        return None
    used = min(image.word(Word.USED), image.capacity)
    columns = image.columns
    whole = columns.ident[:used] != 0
    if image.word(Word.GSEQ) & 1:
        whole &= columns.seq[:used] <= np.uint64(image.word(Word.CSEQ))
    return remains_of_columns(columns, used, np.flatnonzero(whole))


def adopt(writer: ImageWriter, remains: Remains, *, cause: Cause | None = Cause.ENGINE_RESTARTED) -> int:
    """Fill rows of a new image, before it is published, with what was left of the same tags.

    Args:
        writer: of the new image; its rows are appended already.
        remains: what was left.
        cause: what the adopted rows get; None leaves them as they were (a new generation of the same engine).

    Returns:
        How many rows were adopted. A tag that was never read, left the project, or has another type now is not.
    """
    columns, used = writer.columns, writer.used
    order = np.argsort(remains.ident, kind="stable").astype(np.intp)
    rows = np.arange(FIRST_ROW, used, dtype=np.intp)
    if not len(order) or not len(rows):
        return 0
    wanted = columns.ident[rows]
    found = np.take(order, np.searchsorted(remains.ident, wanted, sorter=order), mode="clip")
    never = (Cause.NEVER_READ, Cause.NOT_IN_PROJECT)
    fits = (remains.ident[found] == wanted) & (remains.type_code[found] == columns.type_code[rows])
    fits &= ~np.isin(remains.cause[found], never) & ((remains.receive_ns[found] != 0) | (cause is None))
    rows, found = rows[fits], found[fits]
    columns.raw[rows] = remains.raw[found]
    columns.value[rows] = remains.value[found]
    columns.source_ns[rows] = remains.source_ns[found]
    columns.receive_ns[rows] = remains.receive_ns[found]
    columns.mono_ns[rows] = remains.mono_ns[found]
    columns.status[rows] = remains.status[found] if cause is None else status_of(cause)
    columns.cause[rows] = remains.cause[found] if cause is None else cause
    for row in rows[columns.type_code[rows] == TypeCode.TEXT]:
        writer.put_text(int(row), remains.texts.get(int(columns.ident[row]), ""))
    return len(rows)


def rebase(receive_ns: I8, clock: Clock) -> I8:
    """Work out monotonic times of receipts from their wall times, for rows of an older boot (0 stays never)."""
    age_ns = np.maximum(clock.wall_ns() - receive_ns, 0)
    mono_ns = clock.monotonic_ns() - age_ns
    mono_ns[mono_ns == 0] = 1
    mono_ns[receive_ns == 0] = 0
    return mono_ns
