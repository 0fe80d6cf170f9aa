"""100,000 tags at 10 Hz: deadband, four limits and the list of changes, against one object and callback per tag.

Both sides take the same values, produce the same changes and the same limit states, which is checked after every scan.
The feed is a walk in which about an eighth of the tags leave their deadband in a scan. Process CPU is counted at the
real pace of 10 Hz, because a tight loop with warm caches flatters; rounds alternate, medians are given.

Mode of the peer: a dictionary by name of plain objects with `__slots__` that keep what a row of the image keeps, values
handed over as a ready list of floats, one method call a tag and one callback a change. Ours: the writer of the image,
with its list of changed rows, and limits over those.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hmi.image.writer import ImageWriter
from hmi.model.clock import SystemClock
from hmi.model.value import TypeCode

TAGS = 100_000
PERIOD_S = 0.1
ROUNDS = 5
SCANS = 8
DEADBAND = 1.0
LIMITS = (-3.0, -1.5, 1.5, 3.0)
"""Low low, low, high, high high; the state of a tag is how many of them its value has passed."""


class Feed:
    """Values by scan, the same at every call."""

    def __init__(self, scans: int) -> None:
        chance = np.random.default_rng(7)
        steps = chance.normal(0.0, 0.45, (scans, TAGS))
        self.values = np.cumsum(steps, axis=0)
        self.lists = [row.tolist() for row in self.values]


class ObjectTag:
    """One tag of the peer; it keeps what a row of the image keeps."""

    __slots__ = (
        "callback",
        "cause",
        "counted",
        "mono_ns",
        "number",
        "raw",
        "receive_ns",
        "source_ns",
        "state",
        "status",
        "value",
    )

    def __init__(self, number: int, callback: "Callable[[ObjectTag], None]") -> None:
        self.number = number
        self.callback = callback
        self.counted = float("inf")
        self.raw = self.value = 0.0
        self.status = self.cause = 0
        self.source_ns = self.receive_ns = self.mono_ns = 0
        self.state = 0

    def update(self, raw: float, status: int, cause: int, source_ns: int, receive_ns: int, mono_ns: int) -> None:
        self.receive_ns = receive_ns
        self.mono_ns = mono_ns
        if raw == self.raw and status == self.status and cause == self.cause:
            return
        counts = status != self.status or cause != self.cause or abs(raw - self.counted) >= DEADBAND
        self.raw = self.value = raw
        self.status = status
        self.cause = cause
        self.source_ns = source_ns
        if counts:
            self.counted = raw
            self.callback(self)


class ObjectEngine:
    """The peer: an object and a callback per tag, found by name as answers name them."""

    def __init__(self) -> None:
        self.changes: list[int] = []
        self.tags = {f"Line/Unit{number // 100}.Tag{number}": ObjectTag(number, self.changed) for number in range(TAGS)}
        self.names = list(self.tags)

    def changed(self, tag: ObjectTag) -> None:
        value = tag.value
        low_low, low, high, high_high = LIMITS
        tag.state = (value >= low_low) + (value >= low) + (value >= high) + (value >= high_high)
        self.changes.append(tag.number)

    def scan(self, values: list[float], stamp_ns: int) -> None:
        self.changes.clear()
        tags = self.tags
        for name, value in zip(self.names, values, strict=True):
            tags[name].update(value, 0, 0, stamp_ns, stamp_ns, stamp_ns)


class ColumnEngine:
    """Ours: the image, and limits over what changed."""

    def __init__(self, folder: Path) -> None:
        self.writer = ImageWriter.create(folder, TAGS, SystemClock())
        self.rows = self.writer.append(
            np.arange(1, TAGS + 1, dtype=np.uint64), np.full(TAGS, int(TypeCode.FLOAT64), dtype=np.uint8)
        )
        self.rows.flags.writeable = False
        self.writer.set_deadband(self.rows, np.full(TAGS, DEADBAND))
        self.state = np.zeros(TAGS, dtype=np.uint8)
        self.changes = np.empty(0, dtype=np.intp)
        self._status = np.zeros(TAGS, dtype=np.uint32)
        self._cause = np.zeros(TAGS, dtype=np.uint16)
        self._stamp = np.zeros(TAGS, dtype=np.int64)
        self.commit_cpu_s: list[float] = []

    def scan(self, values: np.ndarray, receive_ns: int) -> None:
        self._stamp.fill(receive_ns)
        started = time.process_time()
        self.writer.commit(
            self.rows, values.view(np.uint64), values, self._status, self._cause, self._stamp, self._stamp, self._stamp
        )
        self.commit_cpu_s.append(time.process_time() - started)
        self.changes = self.writer.changed - self.rows[0]
        changed = values[self.changes]
        self.state[self.changes] = sum(np.greater_equal(changed, limit).view(np.uint8) for limit in LIMITS)


def paced(scans: int, work: Callable[[int], None], check: Callable[[int], None], period_s: float = PERIOD_S) -> float:
    """Work at a pace; gives the CPU seconds of a scan, without those of the check."""
    spent, due = 0.0, time.monotonic()
    for number in range(scans):
        due += period_s
        time.sleep(max(0.0, due - time.monotonic()))
        started = time.process_time()
        work(number)
        spent += time.process_time() - started
        check(number)
    return spent / scans


def run() -> list[dict[str, object]]:
    """Measure; see the module."""
    feed = Feed(ROUNDS * SCANS)
    with tempfile.TemporaryDirectory() as folder:
        columns = ColumnEngine(Path(folder))
        peer_s, our_s, shares = _rounds(feed, ObjectEngine(), columns, PERIOD_S)
        commit_ms = statistics.median(columns.commit_cpu_s) * 1e3
        all_ms = _commit_of_all(columns)
    with tempfile.TemporaryDirectory() as folder:
        peer_hot_s, our_hot_s, _ = _rounds(feed, ObjectEngine(), ColumnEngine(Path(folder)), 0.0)
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
        expected: list[tuple[list[int], list[int]]] = []

        def work_peer(number: int, at: int = start) -> None:
            objects.scan(feed.lists[at + number], number + 1)

        def keep(_: int, into: list[tuple[list[int], list[int]]] = expected) -> None:
            into.append((objects.changes.copy(), [tag.state for tag in objects.tags.values()]))

        def work_ours(number: int, at: int = start) -> None:
            columns.scan(feed.values[at + number], number + 1)

        def compare(number: int, known: list[tuple[list[int], list[int]]] = expected) -> None:
            changes, states = known[number]
            if columns.changes.tolist() != changes or columns.state.tolist() != states:
                message = f"the two engines disagree in scan {number}"
                raise RuntimeError(message)
            shares.append(len(changes) / TAGS)

        peer_s.append(paced(SCANS, work_peer, keep, period_s))
        our_s.append(paced(SCANS, work_ours, compare, period_s))
    return peer_s, our_s, shares


def _commit_of_all(columns: ColumnEngine) -> float:
    """Give the CPU of a commit in which every row changes, ms, median of 20 at the real pace."""
    columns.commit_cpu_s.clear()
    values = np.zeros(TAGS)

    def work(number: int) -> None:
        values.fill(1000.0 * (number + 1))
        columns.scan(values, number)

    def check(number: int) -> None:
        if len(columns.changes) != TAGS:
            message = f"only {len(columns.changes)} rows changed in scan {number}"
            raise RuntimeError(message)

    paced(20, work, check)
    return statistics.median(columns.commit_cpu_s) * 1e3


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 2), "unit": unit, "goal": goal, "met": met}
