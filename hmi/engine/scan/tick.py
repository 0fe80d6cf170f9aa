"""The tick: gathers the answers of all devices for a moment and writes them into the image as one.

Engine process, event loop. The first waiting answer arms one timer of about 20 ms; when it fires, everything that
has come is converted and committed. There is no ticking without answers (each wake-up costs 0.16 ms), so the
heartbeat is written by the commit and, when nothing comes, by `idle` at 4 Hz, and by that only while no flush is
overdue: a hung tick stays visible. A fault in the tick ends the process, because a half-working engine looks alive.
"""

import asyncio
import contextlib
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the evidence behind a poll says of the device."""

    verdict: Cause
    before: Cause
    """The verdict until then."""
    rows: Indices
    """All rows of the device."""

    @property
    def changed(self) -> bool:
        """True when all rows of the device have to show another verdict."""
        return self.verdict is not self.before

    @property
    def recovered(self) -> bool:
        """True when the device runs from now on."""
        return self.changed and self.verdict is Cause.NONE

    @property
    def over(self) -> Cause:
        """What is laid over the rows.

        What was read while the evidence failed is of a stopped PLC or another program, this poll's values included:
        it stays pending until it has been read again.
        """
        return Cause.LIVENESS_PENDING if self.recovered else self.verdict


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
    all_good: bool
    """All of them are plain good, so that nobody has to look at their status."""


@dataclass(frozen=True, slots=True)
class _Answer:
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
        self._pending: list[tuple[_Answer | None, Ruling]] = []
        self._waiting: set[int] = set()
        self._behind: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._failed: asyncio.Future[None] | None = None
        self._dead = False

    async def watch(self) -> None:
        """Wait for a fault of the tick; the engine runs this as a task so that the fault ends the process.

        Raises:
            BaseException: the fault.
        """
        self._failed = asyncio.get_running_loop().create_future()
        try:
            await self._failed
        finally:
            self._failed = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def fail(self, error: BaseException) -> None:
        """End the process by way of `watch`; nothing is written any more.

        The image may be half written, and a heartbeat would call it alive.
        """
        self._dead = True
        if self._failed is None:
            log.critical("the tick failed, and nobody watches it", exc_info=error)
        elif not self._failed.done():
            self._failed.set_exception(error)

    def put(self, group: Group | None, block: Block | None, ruling: Ruling) -> None:
        """Take an answer.

        Args:
            group: what was asked; None when the answer does not count, only what it proves.
            block: what was answered.
            ruling: of the evidence read behind it.

        Raises:
            ValueError: when the block does not hold exactly the group's items; nothing was taken. The device's session
                ends by that, and nobody else.
        """
        answer = None
        if group is not None and block is not None:
            _check(group, block)
            answer = _Answer(group, block)
            if id(group) in self._waiting:
                self.flush()  # every scan counts, so a second answer never replaces the first
            self._waiting.add(id(group))
        elif not ruling.changed:
            return
        self._pending.append((answer, ruling))
        self.depth = max(self.depth, len(self._pending))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._gather_s, self._flush_late)

    def flush(self) -> None:
        """Write what is waiting now; a fault in that reaches the caller, and ends the process by way of `watch`.

        Raises:
            RuntimeError: when the tick has failed before: nothing may be written any more.
        """
        if self._dead:
            message = "the tick has failed"
            raise RuntimeError(message)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._pending = self._pending, []
        self._waiting.clear()
        if not waiting:
            return
        behind, self._behind = self._behind, []
        try:
            self._write(waiting)
            for work in behind:
                work()
        except BaseException as error:
            self.fail(error)
            raise

    def behind(self, work: Callable[[], None]) -> None:
        """Do something right behind the write of what is waiting, or at once; its faults are those of the tick."""
        if self._pending:
            self._behind.append(work)
        else:
            work()

    def idle(self) -> None:
        """Say that the tick is alive and let unanswered rows grow old; called at 4 Hz."""
        if self._dead or (self._timer and asyncio.get_running_loop().time() - self._timer.when() > OVERDUE_S):
            return
        self.table.grow_old(self._clock.monotonic_ns())
        self.table.writer.heartbeat()

    # ------------------------------------------------------------------------------------------------ inside

    def _flush_late(self) -> None:
        """Flush as a callback of the loop; `flush` has told everybody who has to know of a fault."""
        with contextlib.suppress(Exception):
            self.flush()

    def _write(self, waiting: list[tuple[_Answer | None, Ruling]]) -> None:
        """Write answers and rulings in the order in which they came."""
        table, started_ns = self.table, time.perf_counter_ns()
        parts = []
        for answer, ruling in waiting:
            if ruling.changed:
                table.lay_over(ruling.rows, ruling.over)
            if answer is not None:
                parts.append(self._convert(answer, ruling.over))
        if parts:
            part = parts[0] if len(parts) == 1 else _join(parts)
            rows = part.rows
            status, cause = table.quality(rows)
            table.writer.commit(
                rows, part.raw, part.value, status, cause, part.source_ns, part.receive_ns, part.mono_ns, part.texts
            )
            self._report(rows, status, cause)
        for _, ruling in waiting:
            if ruling.changed:
                table.show(ruling.rows)
        self.longest_ns = max(self.longest_ns, time.perf_counter_ns() - started_ns)

    def _convert(self, answer: _Answer, over: Cause) -> _Part:
        """Bring an answer to engineering values, and note what is known of its rows."""
        group, block, table = answer.group, answer.block, self.table
        in_order = np.array_equal(block.index, group.whole)
        places: Indices | slice = slice(0, len(group.rows)) if in_order else block.index.astype(np.intp)
        rows = group.rows if in_order else group.rows[places]
        raw, source_ns = block.raw, block.source_ns
        receive_ns, mono_ns = block.receive_ns, block.receive_mono_ns
        done = convert(group, places, raw, block.status, block.cause)
        value = done.value
        table.lay_over(rows, over)
        table.own_status[rows] = done.status
        table.own_cause[rows] = done.cause
        table.answered_ns[rows] = mono_ns
        table.old[rows] = self._clock.monotonic_ns() - mono_ns > table.stale_after_ns[rows]  # answers may come late
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
        table, writer = self.table, self.table.writer
        initial = ~table.initialised[rows]
        if initial.any():
            initial &= status < np.uint32(0x4000_0000)
            table.initialised[rows[initial]] = True
        if self.listeners:
            report = TickReport(rows, status, cause, writer.changed, initial, writer.change_sequence, writer.all_good)
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
