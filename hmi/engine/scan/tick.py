"""The tick: gathers the answers of all devices for a moment and writes them into the image as one.

Engine process, event loop. The first waiting answer arms one timer of about 20 ms; when it fires, everything that
has come is converted and committed. There is no ticking without answers (each wake-up costs 0.16 ms), so the
heartbeat is written by the commit and, when nothing comes, by `idle` at 4 Hz, and by that only while no flush is
overdue: a hung tick stays visible. A fault in the tick ends the process, because a half-working engine looks alive.
"""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Block
from hmi.engine.group import Group
from hmi.engine.rows import RowTable
from hmi.engine.scan.convert import convert
from hmi.image.contract import I8, U2, U4, U8, Indices
from hmi.image.slots import cut
from hmi.model.clock import Clock
from hmi.model.quality import Cause

log = logging.getLogger("hmi.scan")

GATHER_S = 0.02
"""How long the first answer waits for others, seconds."""
OVERDUE_S = 0.5
"""A flush that is later than this is hung: the idle heartbeat stops."""

F8 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Source(Protocol):
    """The device that answers come from."""

    verdict: Cause

    @property
    def rows(self) -> Indices:
        """All its rows."""
        ...

    def judge(self, group: Group, block: Block) -> Cause:
        """Say by the hidden addresses of a poll whether the device runs."""
        ...


@dataclass(frozen=True, slots=True)
class TickReport:
    """What a tick wrote, for those who look at changed rows only (alarms, history, calculations)."""

    rows: Indices
    """All rows answered."""
    status: U4
    cause: U2
    changed: Indices
    """Those of them whose value or quality changed, deadbands considered."""
    initial: Mask
    """Rows that are good for the first time since start, reconnect or apply: no event comes from them."""
    change_sequence: int


@dataclass(frozen=True, slots=True)
class _Answer:
    source: Source
    group: Group
    block: Block


@dataclass(frozen=True, slots=True)
class _Part:
    """A poll converted: what goes into the rows."""

    rows: Indices
    raw: U8
    value: F8
    source_ns: I8
    receive_ns: I8
    mono_ns: I8
    texts: dict[int, bytes]


class Tick:
    """Gathers and writes."""

    def __init__(self, table: RowTable, clock: Clock, *, gather_s: float = GATHER_S) -> None:
        """Start with nothing waiting.

        Args:
            table: the rows.
            clock: for the age of values.
            gather_s: how long the first answer waits for others, seconds.
        """
        self.table = table
        self.listeners: list[Callable[[TickReport], None]] = []
        self.depth = 0
        """Most answers that waited together since the last look."""
        self.longest_ns = 0
        """Longest time that a tick took since the last look."""
        self._clock = clock
        self._gather_s = gather_s
        self._pending: list[_Answer] = []
        self._waiting: set[int] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._failed: asyncio.Future[None] | None = None

    async def watch(self) -> None:
        """Wait for a fault of the tick; the engine runs this as a task so that the fault ends the process.

        Raises:
            Exception: the fault.
        """
        self._failed = asyncio.get_running_loop().create_future()
        try:
            await self._failed
        finally:
            self._failed = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def put(self, source: Source, group: Group, block: Block) -> None:
        """Take an answer.

        Raises:
            ValueError: when the block does not hold exactly the group's items; nothing was taken. The device's session
                ends by that, and nobody else.
        """
        _check(group, block)
        if id(group) in self._waiting:
            self._guarded_flush()  # every scan counts, so a second answer never replaces the first
        self._pending.append(_Answer(source, group, block))
        self._waiting.add(id(group))
        self.depth = max(self.depth, len(self._pending))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._gather_s, self._guarded_flush)

    def flush(self) -> None:
        """Write what is waiting now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        answers, self._pending = self._pending, []
        self._waiting.clear()
        if answers:
            self._write(answers)

    def idle(self) -> None:
        """Say that the tick is alive and let unanswered rows grow old; called at 4 Hz."""
        if self._timer is not None and asyncio.get_running_loop().time() - self._timer.when() > OVERDUE_S:
            return
        self.table.grow_old(self._clock.monotonic_ns())
        self.table.writer.heartbeat()

    # ------------------------------------------------------------------------------------------------ inside

    def _guarded_flush(self) -> None:
        """Flush as a callback of the loop, where an exception would otherwise only be logged."""
        try:
            self.flush()
        except Exception as error:
            if self._failed is None or self._failed.done():
                raise
            self._failed.set_exception(error)

    def _write(self, answers: list[_Answer]) -> None:
        table, started_ns = self.table, time.perf_counter_ns()
        recovered = [rows for answer in answers if (rows := self._apply_verdict(answer)) is not None]
        parts = [self._convert(answer) for answer in answers]
        part = parts[0] if len(parts) == 1 else _join(parts)
        rows = part.rows
        if len(rows):
            status, cause = table.quality(rows)
            table.writer.commit(
                rows, part.raw, part.value, status, cause, part.source_ns, part.receive_ns, part.mono_ns, part.texts
            )
            self._report(rows, status, cause)
        for others in recovered:
            table.show(others)
        self.longest_ns = max(self.longest_ns, time.perf_counter_ns() - started_ns)

    def _apply_verdict(self, answer: _Answer) -> Indices | None:
        """Lay a failing verdict over the device before its values are written; give its rows when it has recovered."""
        source = answer.source
        verdict = source.judge(answer.group, answer.block)
        if verdict is source.verdict:
            return None
        log.info("device %s: %s after %s", answer.group.device, verdict.name, source.verdict.name)
        source.verdict = verdict
        rows = source.rows
        self.table.lay_over(rows, verdict)
        if verdict is Cause.NONE:
            return rows
        self.table.show(rows)
        return None

    def _convert(self, answer: _Answer) -> _Part:
        group, block, table = answer.group, answer.block, self.table
        count = len(group.rows)
        places: Indices | slice
        chosen: Indices | slice
        if len(block.index) == len(group.whole) and np.array_equal(block.index, group.whole):
            places = chosen = slice(0, count)
        else:
            chosen = np.flatnonzero(block.index < count)
            places = block.index[chosen].astype(np.intp)
        rows = group.rows if isinstance(places, slice) else group.rows[places]
        raw = block.raw[chosen]
        done = convert(group, places, raw, block.status[chosen], block.cause[chosen])
        value, source_ns = done.value, block.source_ns[chosen]
        receive_ns, mono_ns = block.receive_ns[chosen], block.receive_mono_ns[chosen]
        table.own_status[rows] = done.status
        table.own_cause[rows] = done.cause
        table.answered_ns[rows] = mono_ns
        table.old[rows] = False
        texts: dict[int, bytes] = {}
        if block.texts:
            raw = raw.copy()
            texts = self._texts(group, block, rows, raw, places)
        if done.kept is not None:
            columns, kept = table.writer.columns, rows[done.kept]
            raw, source_ns = raw.copy(), source_ns.copy()
            receive_ns, mono_ns = receive_ns.copy(), mono_ns.copy()
            raw[done.kept], value[done.kept] = columns.raw[kept], columns.value[kept]
            source_ns[done.kept] = columns.source_ns[kept]
            receive_ns[done.kept], mono_ns[done.kept] = columns.receive_ns[kept], columns.mono_ns[kept]
        return _Part(rows, raw, value, source_ns, receive_ns, mono_ns, texts)

    def _texts(self, group: Group, block: Block, rows: Indices, raw: U8, places: Indices | slice) -> dict[int, bytes]:
        """Cut words for their slots; the row's 64 bits are a digest of them, so that a change shows like any other."""
        where = {int(place): at for at, place in enumerate(group.whole[places])}
        texts: dict[int, bytes] = {}
        for index, words in block.texts.items():
            at = where.get(index)
            if at is None:
                continue
            row = int(rows[at])
            content = cut(words, self.table.writer.slot_bytes(row))
            texts[row] = content
            raw[at] = int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little")
        return texts

    def _report(self, rows: Indices, status: U4, cause: U2) -> None:
        """Keep which rows have had their first good value, and tell those who listen."""
        table = self.table
        initial = ~table.initialised[rows]
        if initial.any():
            initial &= status < np.uint32(0x4000_0000)
            table.initialised[rows[initial]] = True
        if self.listeners:
            report = TickReport(rows, status, cause, table.writer.changed, initial, table.writer.change_sequence)
            for listener in self.listeners:
                listener(report)


def _check(group: Group, block: Block) -> None:
    """Refuse a block that does not hold each item of the group once, with columns of one length and the right types."""
    count = len(group.whole)
    kinds = (np.uint64, np.uint32, np.uint16, np.int64, np.int64, np.int64)
    columns: tuple[npt.NDArray[np.generic], ...] = (
        block.raw,
        block.status,
        block.cause,
        block.source_ns,
        block.receive_ns,
        block.receive_mono_ns,
    )
    fits = block.index.shape == (count,) and all(
        column.dtype == kind and column.shape == (count,) for column, kind in zip(columns, kinds, strict=True)
    )
    if fits and not np.array_equal(block.index, group.whole):
        fits = np.array_equal(np.sort(block.index), group.whole)
    if not fits:
        message = f"the driver of {group.device} gave {len(block.index)} items where {count} were asked for, each once"
        raise ValueError(message)


def _join(parts: list[_Part]) -> _Part:
    """Put polls one behind the other."""
    texts: dict[int, bytes] = {}
    for part in parts:
        texts.update(part.texts)
    return _Part(
        rows=np.concatenate([part.rows for part in parts]),
        raw=np.concatenate([part.raw for part in parts]),
        value=np.concatenate([part.value for part in parts]),
        source_ns=np.concatenate([part.source_ns for part in parts]),
        receive_ns=np.concatenate([part.receive_ns for part in parts]),
        mono_ns=np.concatenate([part.mono_ns for part in parts]),
        texts=texts,
    )
