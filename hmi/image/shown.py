"""Tags that somebody shows, read out of a mapped image. Window process, GUI thread.

Read order (`specs/core-way.md` section 1): the global sequence (odd: try again, four times at most), the change
sequence (equal to the last: nothing to do), the rows' sequences, the changed rows' columns, the global sequence
again (differs: try again).
"""

import time
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from hmi.image import layout
from hmi.image.contract import U8, Indices, ShownColumns
from hmi.image.layout import Columns, Word
from hmi.image.slots import read_slot
from hmi.model.quality import Cause, Status, status_of
from hmi.model.value import TypeCode

_TRIES = 4
_GSEQ, _CSEQ = int(Word.GSEQ), int(Word.CSEQ)
_NONE: Indices = np.empty(0, dtype=np.intp)
_T = TypeVar("_T", bound=np.generic)
_SILENT_STATUS = status_of(Cause.ENGINE_SILENT)
_FIRST_BAD = np.uint32(Status.BAD)
_READ = ("raw", "value", "status", "cause", "source_ns", "receive_ns", "receive_mono_ns")
"""Columns that move from tick to tick; a row keeps its type as long as it lives."""


def empty_columns(count: int) -> ShownColumns:
    """Make columns for so many tags, never read."""
    return ShownColumns(
        raw=np.zeros(count, dtype=np.uint64),
        value=np.full(count, np.nan),
        type_code=np.zeros(count, dtype=np.uint8),
        status=np.full(count, Status.BAD_WAITING_FOR_INITIAL_DATA, dtype=np.uint32),
        cause=np.full(count, Cause.NEVER_READ, dtype=np.uint16),
        source_ns=np.zeros(count, dtype=np.int64),
        receive_ns=np.zeros(count, dtype=np.int64),
        receive_mono_ns=np.zeros(count, dtype=np.int64),
    )


class LiveShown:
    """Some tags of a live image. Made by `LiveSource.show`, which binds it anew to each generation."""

    def __init__(self, idents: U8) -> None:
        """Start unbound and never read.

        Args:
            idents: numbers of the tags' ids; unknown ones stay never read.
        """
        count = len(idents)
        self.idents = idents
        self.columns: ShownColumns = empty_columns(count)
        self._image: Columns | None = None
        self._rows: Indices = np.zeros(count, dtype=np.intp)
        self._range: slice | None = None
        """The rows when they are consecutive, for then no gathering is needed."""
        self._any_text = False
        self._whole: Indices = np.arange(count, dtype=np.intp)
        self._last = 0
        self._everything = True
        self._silent = True
        self._laid = False
        """"Engine silent" has been laid over what is shown because the image could not be read."""
        self._texts: dict[int, str] = {}
        self._seq: U8 = np.empty(count, dtype=np.uint64)
        self._newer: npt.NDArray[np.bool_] = np.empty(count, dtype=np.bool_)
        self._picked: Indices = np.empty(count, dtype=np.intp)
        self._landing = empty_columns(count)
        """Where a read lands, until it is known to be whole; a read of everything is then shown where it landed."""

    def bind(self, image: Columns | None, rows: Indices) -> None:
        """Lead the tags to rows of an image (row 0 for those that it does not know); everything is read again."""
        self._image = image
        self._rows = rows
        self._range = _range_of(rows)
        self._last = 0
        self._everything = True

    def set_silent(self, silent: bool) -> None:
        """Lay "engine silent" over all that is not bad, or take it away; everything counts as changed."""
        if silent != self._silent:
            self._silent = silent
            self._laid = False
            self._everything = True

    def refresh(self) -> Indices:
        """Bring the columns up to date; see `hmi.image.contract.Shown`."""
        if self._image is None:
            if not self._everything:
                return _NONE
            self._everything = False
            return self._whole
        for _ in range(_TRIES):
            changed = self._try(self._image)
            if changed is not None:
                return changed
            time.sleep(0)  # the writer is in the middle of a tick: let it finish
        if self._silent and self._everything and not self._laid:
            # It died in there and never finishes: what is shown is of a tick before, and stale all the same.
            self._laid = True
            self._lay_silent()
            return self._whole
        return _NONE

    def touch(self) -> None:
        """Bring the receive times alone up to date; see `hmi.image.contract.Shown`."""
        image = self._image
        if image is None:
            return
        landing, header = self._landing, image.header
        for _ in range(_TRIES):
            before = int(header[_GSEQ])
            if not before & 1:
                np.take(image.receive_ns, self._rows, out=landing.receive_ns, mode="clip")
                np.take(image.mono_ns, self._rows, out=landing.receive_mono_ns, mode="clip")
                if int(header[_GSEQ]) == before:
                    self.columns.receive_ns[:] = landing.receive_ns
                    self.columns.receive_mono_ns[:] = landing.receive_mono_ns
                    return
            time.sleep(0)

    def text(self, index: int) -> str:
        """Give the words of a text tag ("" for any other)."""
        return self._texts.get(index, "")

    # ------------------------------------------------------------------------------------------------ inside

    def _try(self, image: Columns) -> Indices | None:
        """Read once; None when a tick was written meanwhile."""
        header = image.header
        before = int(header[_GSEQ])
        if before & 1:
            return None
        cseq = int(header[_CSEQ])
        if self._everything:
            changed, rows = self._whole, self._rows
        elif cseq == self._last:
            return _NONE
        else:
            changed, rows = self._newer_rows(image)
        everything = rows is self._rows
        where = self._range if everything and self._range is not None else rows
        self._land(image, where, len(rows))
        texts = self._read_texts(image, changed, rows) if self._any_text or self._everything else {}
        if int(header[_GSEQ]) != before:
            return None
        self._take(changed)
        self._texts.update(texts)
        self._last = cseq
        self._everything = False
        return changed

    def _newer_rows(self, image: Columns) -> tuple[Indices, Indices]:
        """Say which of the tags changed since the last read, and in which rows they lie."""
        last = np.uint64(self._last)
        if self._range is not None:
            np.greater(image.seq[self._range], last, out=self._newer)
        else:
            np.greater(np.take(image.seq, self._rows, out=self._seq, mode="clip"), last, out=self._newer)
        if np.count_nonzero(self._newer) == len(self._newer):
            return self._whole, self._rows
        changed = np.flatnonzero(self._newer)
        return changed, np.take(self._rows, changed, out=self._picked[: len(changed)], mode="clip")

    def _land(self, image: Columns, where: Indices | slice, count: int) -> None:
        """Gather rows into the landing place, where nobody looks: it may be torn until the sequence was checked."""
        landing = self._landing
        _copy(image.raw, where, landing.raw[:count])
        _copy(image.value, where, landing.value[:count])
        _copy(image.status, where, landing.status[:count])
        _copy(image.cause, where, landing.cause[:count])
        _copy(image.source_ns, where, landing.source_ns[:count])
        _copy(image.receive_ns, where, landing.receive_ns[:count])
        _copy(image.mono_ns, where, landing.receive_mono_ns[:count])
        if self._everything:  # a row keeps its type as long as it lives
            _copy(image.type_code, where, landing.type_code[:count])

    def _take(self, changed: Indices) -> None:
        """Show what has landed.

        When everything changed, what is shown and the landing place change roles, which saves a second copy.
        """
        count, landing, columns = len(changed), self._landing, self.columns
        whole = count == len(self._whole)
        for name in (*_READ, "type_code") if self._everything else _READ:
            landed, shown = getattr(landing, name), getattr(columns, name)
            if whole:
                setattr(columns, name, landed)
                setattr(landing, name, shown)
            else:
                shown[changed] = landed[:count]
        if self._everything:
            self._any_text = bool((columns.type_code == TypeCode.TEXT).any())
        if self._silent:
            self._lay_silent()

    def _lay_silent(self) -> None:
        """Say of all that is not bad that the engine is silent; a bad row must not look better by that."""
        columns = self.columns
        kept = columns.status < _FIRST_BAD
        columns.cause[kept] = Cause.ENGINE_SILENT
        columns.status[kept] = _SILENT_STATUS

    def _read_texts(self, image: Columns, changed: Indices, rows: Indices) -> dict[int, str]:
        """Read the slots of the text rows among the changed ones (few of them, so one by one)."""
        texts: dict[int, str] = {}
        kinds = self._landing.type_code if self._everything else self.columns.type_code[changed]
        for place in np.flatnonzero(kinds == TypeCode.TEXT):
            texts[int(changed[place])] = read_slot(image, int(rows[place]))
        return texts


def _range_of(rows: Indices) -> slice | None:
    """Give the range when rows are consecutive."""
    if not len(rows) or rows[0] == layout.NO_ROW or not (np.diff(rows) == 1).all():
        return None
    return slice(int(rows[0]), int(rows[0]) + len(rows))


def _copy(column: npt.NDArray[_T], where: Indices | slice, target: npt.NDArray[_T]) -> None:
    """Copy rows of a column into memory that is there already."""
    if isinstance(where, slice):
        target[:] = column[where]
    else:
        np.take(column, where, out=target, mode="clip")
