"""100,000 tags at 10 Hz: deadband, four limits with hysteresis and the list of changes, against an object per tag.

Both sides take the same values, produce the same changes and the same limit states, which is checked for every scan,
after the round, so that the check does not warm or empty the caches of either. The feed is a walk in which about an
eighth of the tags leave their deadband in a scan. Process CPU is counted at the real pace of 10 Hz, because a tight
loop with warm caches flatters; rounds alternate, medians are given.

Both get the values as a driver leaves them, written a moment before, outside of the count: an array here, a list of
floats there.

Mode of the peer: a dictionary by name of plain slotted dataclasses that keep what a row of the image keeps and have
deadband, limits and hysteresis of their own, quality and times as arguments, one method call a tag, limits judged and
the subscribers called on a change, a subscriber that lists the tag. Ours: the writer of the image, with its list of
changed rows and a deadband per row, and limits per row over those; quality and times given once for all, as the peer's
arguments are.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from hmi.image.working_memory import WorkingMemory
from hmi.image.writer import ImageWriter
from hmi.model.clock import SystemClock
from hmi.model.value import TypeCode

T = TypeVar("T")
TAGS = 100_000
PERIOD_S = 0.1
ROUNDS = 5
SCANS = 8
HYSTERESIS = 0.25
"""A limit that was passed counts as passed until the value has come back by so much."""


class Settings:
    """Deadband and limits of each tag, somewhat different from tag to tag."""

    def __init__(self) -> None:
        spread = np.arange(TAGS) % 5 * 0.01
        self.deadband = 1.0 + spread
        self.low_low, self.low, self.high, self.high_high = -3.0 + spread, -1.5 + spread, 1.5 + spread, 3.0 + spread


class Feed:
    """Values by scan, the same at every call."""

    def __init__(self, scans: int) -> None:
        chance = np.random.default_rng(7)
        steps = chance.normal(0.0, 0.45, (scans, TAGS))
        self.values = np.cumsum(steps, axis=0)
        self._answer = np.empty(TAGS)

    def decoded(self, scan: int) -> np.ndarray:
        """Values of a scan as a driver leaves them, just written into one and the same memory."""
        self._answer[:] = self.values[scan]
        return self._answer

    def listed(self, scan: int) -> list[float]:
        """The same as a list of floats, just made."""
        return list(self.values[scan].tolist())


@dataclass(slots=True)
class ObjectTag:
    """One tag of the peer; it keeps what a row of the image keeps."""

    name: str
    number: int
    deadband: float
    low_low: float
    low: float
    high: float
    high_high: float
    hysteresis: float = HYSTERESIS
    subscribers: "list[Callable[[ObjectTag], None]]" = field(default_factory=list)
    raw: float = 0.0
    value: float = 0.0
    counted: float = float("inf")
    status: int = 0
    cause: int = 0
    source_ns: int = 0
    receive_ns: int = 0
    mono_ns: int = 0
    state: int = 0
    """How many of its four limits the value has passed, 0 = below low low."""

    def update(self, raw: float, status: int, cause: int, source_ns: int, receive_ns: int, mono_ns: int) -> None:
        self.receive_ns = receive_ns
        self.mono_ns = mono_ns
        requalified = status != self.status or cause != self.cause
        if raw == self.raw and not requalified:
            return
        self.raw = self.value = raw
        self.status = status
        self.cause = cause
        self.source_ns = source_ns
        if requalified or abs(raw - self.counted) >= self.deadband:
            self.counted = raw
            self.judge()
            for subscriber in self.subscribers:
                subscriber(self)

    def judge(self) -> None:
        """Bring the limit state up to date."""
        value, limits = self.value, (self.low_low, self.low, self.high, self.high_high)
        eased = value + self.hysteresis
        state = self.state
        while state < 4 and value >= limits[state]:
            state += 1
        while state > 0 and eased < limits[state - 1]:
            state -= 1
        self.state = state


class ObjectEngine:
    """The peer: an object and a callback per tag, found by name as answers name them."""

    def __init__(self, settings: Settings) -> None:
        self.changes: list[int] = []
        columns = (settings.deadband, settings.low_low, settings.low, settings.high, settings.high_high)
        self.tags: dict[str, ObjectTag] = {}
        for number, own in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            name = f"Line/Unit{number // 100}.Tag{number}"
            self.tags[name] = ObjectTag(name, number, *own, subscribers=[self.changed])
        self.names = list(self.tags)

    def changed(self, tag: ObjectTag) -> None:
        self.changes.append(tag.number)

    def scan(self, values: list[float], stamp_ns: int) -> None:
        self.changes = []
        tags = self.tags
        for name, value in zip(self.names, values, strict=True):
            tags[name].update(value, 0, 0, stamp_ns, stamp_ns, stamp_ns)

    def states(self) -> list[int]:
        return [tag.state for tag in self.tags.values()]


class Limits:
    """Limits of our side, judged for all that changed at once; no memory is asked for while it runs."""

    def __init__(self, *limits: np.ndarray) -> None:
        count = len(limits[0])
        memory = WorkingMemory(count * (8 * len(limits) + 28) + 64 * (len(limits) + 8))
        self._limits = [memory.column(count, np.float64) for _ in limits]
        for column, limit in zip(self._limits, limits, strict=True):
            column[:] = limit
        self.state = memory.column(count, np.uint8)
        self._value, self._eased, self._limit = (memory.column(count, np.float64) for _ in range(3))
        self._least, self._most, self._passed = (memory.column(count, np.uint8) for _ in range(3))

    def judge(self, changes: np.ndarray, values: np.ndarray) -> None:
        """Bring the states of what changed up to date.

        A state rises to the number of limits that the value has reached, and falls to the number of those that it would
        have reached with the hysteresis on top; in between it stays.
        """
        count = len(changes)
        value = np.take(values, changes, out=self._value[:count], mode="clip")
        eased = np.add(value, HYSTERESIS, out=self._eased[:count])
        least, most, passed = self._least[:count], self._most[:count], self._passed[:count]
        least.fill(0)
        most.fill(0)
        for column in self._limits:
            limit = np.take(column, changes, out=self._limit[:count], mode="clip")
            least += np.less_equal(limit, value, out=passed.view(np.bool_)).view(np.uint8)
            most += np.less_equal(limit, eased, out=passed.view(np.bool_)).view(np.uint8)
        state = np.take(self.state, changes, out=passed, mode="clip")
        np.minimum(np.maximum(state, least, out=state), most, out=state)
        self.state[changes] = state


class ColumnEngine:
    """Ours: the image, and limits over what changed."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.writer = ImageWriter.create(folder, TAGS, SystemClock())
        self.rows = self.writer.append(
            np.arange(1, TAGS + 1, dtype=np.uint64), np.full(TAGS, int(TypeCode.FLOAT64), dtype=np.uint8)
        )
        self.rows.flags.writeable = False
        self.writer.set_deadband(self.rows, settings.deadband)
        self.limits = Limits(settings.low_low, settings.low, settings.high, settings.high_high)
        self.changes = np.empty(0, dtype=np.intp)
        self._status = np.broadcast_to(np.uint32(0), TAGS)
        self._cause = np.broadcast_to(np.uint16(0), TAGS)
        self._now = np.zeros(1, dtype=np.int64)
        self._stamp = np.broadcast_to(self._now, TAGS)
        self.commit_cpu_s: list[float] = []

    def scan(self, values: np.ndarray, stamp_ns: int) -> None:
        self._now[0] = stamp_ns
        started = time.process_time()
        self.writer.commit(
            self.rows, values.view(np.uint64), values, self._status, self._cause, self._stamp, self._stamp, self._stamp
        )
        self.commit_cpu_s.append(time.process_time() - started)
        self.changes = self.writer.changed - self.rows[0]
        self.limits.judge(self.changes, values)

    def states(self) -> list[int]:
        return self.limits.state.tolist()


def paced(scans: int, answer: Callable[[int], T], work: Callable[[int, T], None], period_s: float = PERIOD_S) -> float:
    """Take what a device has just answered and work on it, at a pace; gives the CPU seconds of a scan's work."""
    spent, due = 0.0, time.monotonic()
    for number in range(scans):
        due += period_s
        time.sleep(max(0.0, due - time.monotonic()))
        values = answer(number)
        started = time.process_time()
        work(number, values)
        spent += time.process_time() - started
    return spent / scans


def run() -> list[dict[str, object]]:
    """Measure; see the module."""
    feed, settings = Feed(ROUNDS * SCANS), Settings()
    with tempfile.TemporaryDirectory() as folder:
        columns = ColumnEngine(Path(folder), settings)
        peer_s, our_s, shares = _rounds(feed, ObjectEngine(settings), columns, PERIOD_S)
        commit_ms = statistics.median(columns.commit_cpu_s) * 1e3
        all_ms = _commit_of_all(columns)
    with tempfile.TemporaryDirectory() as folder:
        peer_hot_s, our_hot_s, _ = _rounds(feed, ObjectEngine(settings), ColumnEngine(Path(folder), settings), 0.0)
    ratio = statistics.median(peer / ours for peer, ours in zip(peer_s, our_s, strict=True))
    hot = statistics.median(peer / ours for peer, ours in zip(peer_hot_s, our_hot_s, strict=True))
    share = f"{statistics.median(shares) * 100:.0f} % changing"
    return [
        _row(f"tag engine, 100,000 tags at 10 Hz, {share}: objects / ours", ratio, "x CPU", 60, ratio >= 60),
        _row("objects and callbacks, a scan", statistics.median(peer_s) * 1e3, "ms CPU", None, None),
        _row("ours, a scan with limits and change list", statistics.median(our_s) * 1e3, "ms CPU", None, None),
        _row(f"ours, the commit alone with deadbands, {share}", commit_ms, "ms CPU", None, None),
        _row("the same without pauses (for comparison only): objects / ours", hot, "x CPU", None, None),
        _row("commit of all 100,000 rows, all changing", all_ms, "ms CPU", 3, all_ms <= 3),
    ]


def _rounds(
    feed: Feed, objects: ObjectEngine, columns: ColumnEngine, period_s: float
) -> tuple[list[float], list[float], list[float]]:
    """Alternate the two engines; gives the CPU seconds of a scan by round for each, and the shares of changes."""
    peer_s, our_s, shares = [], [], []
    for start in range(0, ROUNDS * SCANS, SCANS):
        theirs: list[list[int]] = []
        ours: list[np.ndarray] = []

        def work_peer(number: int, values: list[float], at: int = start, into: list[list[int]] = theirs) -> None:
            objects.scan(values, at + number + 1)
            into.append(objects.changes)

        def work_ours(number: int, values: np.ndarray, at: int = start, into: list[np.ndarray] = ours) -> None:
            columns.scan(values, at + number + 1)
            into.append(columns.changes)

        peer_s.append(paced(SCANS, partial(_shifted, feed.listed, start), work_peer, period_s))
        our_s.append(paced(SCANS, partial(_shifted, feed.decoded, start), work_ours, period_s))
        if [changes.tolist() for changes in ours] != theirs or columns.states() != objects.states():
            message = f"the two engines disagree in the scans from {start}"
            raise RuntimeError(message)
        shares += [len(changes) / TAGS for changes in theirs]
    return peer_s, our_s, shares


def _shifted(answer: Callable[[int], T], start: int, number: int) -> T:
    return answer(start + number)


def _commit_of_all(columns: ColumnEngine) -> float:
    """Give the CPU of a commit in which every row changes, ms, median of 20 at the real pace."""
    columns.commit_cpu_s.clear()
    values = np.zeros(TAGS)

    def answer(number: int) -> np.ndarray:
        values.fill(1000.0 * (number + 1))
        return values

    def work(number: int, values: np.ndarray) -> None:
        columns.scan(values, number)
        if len(columns.changes) != TAGS:
            message = f"only {len(columns.changes)} rows changed in scan {number}"
            raise RuntimeError(message)

    paced(20, answer, work)
    return statistics.median(columns.commit_cpu_s) * 1e3


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "goal": goal, "met": met}
