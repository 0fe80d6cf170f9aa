"""50,000 alarm conditions, a tenth of the tags changing at 10 Hz: the alarm desk against one Python object an alarm.

Both sides are told the same changes and give the same journal (alarm, event, state, value, in order), which is checked
after every round, so that the check does not warm or empty the caches of either. Process CPU is counted at the real
pace of 10 Hz; rounds alternate, medians are given. 12,500 tags have four limits each, with a deadband, and a delay of
0.5 s on two of them. In the quiet feed a tag passes its limits about every five seconds, still far more often than an
operator can bear; the flood, for comparison, has some 700 changes of state a second, whose records cost both the same.

Mode of the peer: slotted objects that keep what a row of the journal needs, a list of them by the tag's name, value,
quality and times as arguments, one method call for each alarm of a changed tag, delays in a set of those that wait; per
change of state it makes the same row of the journal with an occurrence id; its values are a list of floats, made a
moment before and outside of the count, as ours are in the image. Ours: `AlarmDesk` as the engine runs it, straight
behind the commit of the tick, whose own cost does not count here, with a store that takes all.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from hmi.engine.alarms import AlarmDesk, alarm_plan
from hmi.image.writer import ImageWriter
from hmi.model.alarm import Alarm, AlarmEvent, AlarmKind, AlarmState
from hmi.model.event import JournalRow
from hmi.model.ident import derived_id, new_id, number_of_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.quality import Cause
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text
from hmi.model.value import TypeCode
from hmi.store.contract import StoreState
from tests.benchmarks.bench_tag_engine import paced

TAGS = 12_500
CHANGING = TAGS // 10
ROUNDS = 7
SCANS = 20
PERIOD_NS = 100_000_000
DEADBAND = 2.0
LIMITS = {AlarmKind.LOW_LOW: 5.0, AlarmKind.LOW: 15.0, AlarmKind.HIGH: 85.0, AlarmKind.HIGH_HIGH: 95.0}
DELAYED = (AlarmKind.LOW, AlarmKind.HIGH)
DELAY_S = 0.5
QUIET, FLOOD = 0.02, 50.0
"""Tags a scan that leave the band of their limits."""
TITLE = Text(zh="报警", en="Alarm")


class SteppedClock:
    """The time of the feed, the same for both sides."""

    def __init__(self) -> None:
        self.now = 10**15

    def monotonic_ns(self) -> int:
        return self.now

    def wall_ns(self) -> int:
        return self.now


class Feed:
    """Which tags change to what, by scan; the same at every call. `wild` leave their band in a scan."""

    def __init__(self, scans: int, wild: float, seed: int = 7) -> None:
        chance = np.random.default_rng(seed)
        self.tags, self.values = [], []
        for _ in range(scans):
            tags = np.sort(chance.choice(TAGS, CHANGING, replace=False))
            values = chance.uniform(20.0, 80.0, CHANGING)
            many = chance.poisson(wild)
            which = chance.choice(CHANGING, many, replace=False)
            values[which] = np.where(
                chance.random(many) < 0.5, chance.uniform(0.0, 18.0, many), chance.uniform(82.0, 100.0, many)
            )
            self.tags.append(tags)
            self.values.append(values)
        self.names = [[f"Line/T{tag:05d}" for tag in tags.tolist()] for tags in self.tags]

    def listed(self, scan: int) -> list[float]:
        """Values of a scan as a list of floats, just made: as a driver leaves them."""
        return list(self.values[scan].tolist())


@dataclass(slots=True)
class ObjectDevice:
    """The device of an alarm: while it is not well, its alarms freeze."""

    well: bool = True


@dataclass(slots=True)
class ObjectAlarm:
    """One alarm of the peer."""

    ident: str
    path: str
    tag: str
    tag_id: str
    kind: AlarmKind
    limit: float
    high: bool
    delay_ns: int
    off_delay_ns: int
    device: ObjectDevice
    met: bool = False
    on: bool = False
    due_ns: int = 0
    since_ns: int = 0
    state: AlarmState = AlarmState.NORMAL
    occurrence: str = ""
    value: float = 0.0
    began: float = 0.0
    status: int = 0
    cause: int = 0
    source_ns: int = 0
    receive_ns: int = 0
    unreliable: bool = False

    def update(
        self,
        engine: "ObjectEngine",
        value: float,
        status: int,
        cause: int,
        source_ns: int,
        receive_ns: int,
        now_ns: int,
    ) -> None:
        self.value = value
        self.status = status
        self.cause = cause
        self.source_ns = source_ns
        self.receive_ns = receive_ns
        if status >= 0x4000_0000 or value != value or not self.device.well:
            beyond = cause == (Cause.ABOVE_RANGE if self.high else Cause.BELOW_RANGE)
            if not self.unreliable:
                self.unreliable = True
                engine.waiting.pop(self.ident, None)
            if not beyond or self.met or not self.device.well:
                return
        elif self.unreliable:
            self.unreliable = False
        if self.high:
            met = value >= (self.limit - DEADBAND if self.met else self.limit)
        else:
            met = value <= (self.limit + DEADBAND if self.met else self.limit)
        if met == self.met:
            return
        self.met = met
        if met == self.on:
            engine.waiting.pop(self.ident, None)
            if self.due_ns > now_ns:
                return
            self.met, self.value = not met, self.began  # the delay was over before this value came
            self.turn(engine, now_ns)
            self.met, self.value = met, value
        self.since_ns, self.began = now_ns, value
        delay_ns = self.delay_ns if met else self.off_delay_ns
        if delay_ns:
            self.due_ns = now_ns + delay_ns
            engine.waiting[self.ident] = self
        else:
            self.turn(engine, now_ns)

    def turn(self, engine: "ObjectEngine", now_ns: int) -> None:
        self.on = self.met
        old = self.state
        if self.on:
            self.occurrence, self.state = new_id(), AlarmState.UNACKNOWLEDGED
        else:
            self.state = AlarmState.RETURNED
        engine.journal.append(
            JournalRow(
                occurrence=self.occurrence,
                alarm=self.ident,
                path=self.path,
                tag=self.tag,
                tag_id=self.tag_id,
                kind=self.kind,
                priority=3,
                event=AlarmEvent.OCCURRED if self.on else AlarmEvent.RETURNED,
                old_state=old,
                new_state=self.state,
                value=self.value,
                limit=self.limit,
                status=self.status,
                cause=self.cause,
                active_since_ns=self.since_ns,
                source_ns=self.source_ns,
                receive_ns=self.receive_ns,
                server_ns=now_ns,
                title=TITLE,
            )
        )


class ObjectEngine:
    """The peer."""

    def __init__(self, project: Project) -> None:
        self.journal: list[JournalRow] = []
        self.waiting: dict[str, ObjectAlarm] = {}
        self.alarms: dict[str, list[ObjectAlarm]] = {tag.path: [] for tag in project.tags}
        device = ObjectDevice()
        for one in project.alarms:
            tag = project.tags_by_path[one.tag]
            high = one.kind in (AlarmKind.HIGH, AlarmKind.HIGH_HIGH)
            self.alarms[one.tag].append(
                ObjectAlarm(
                    one.id,
                    one.path,
                    tag.path,
                    tag.id,
                    one.kind,
                    one.limit or 0.0,
                    high,
                    int(one.on_delay_s * 1e9),
                    0,
                    device,
                )
            )

    def scan(self, tags: list[str], values: list[float], now_ns: int) -> None:
        alarms = self.alarms
        for tag, value in zip(tags, values, strict=True):
            for one in alarms[tag]:
                one.update(self, value, 0, 0, now_ns, now_ns, now_ns)
        if self.waiting:
            for one in [one for one in self.waiting.values() if one.due_ns <= now_ns]:
                del self.waiting[one.ident]
                one.turn(self, now_ns)


class TakingKeeper:
    """A store that takes everything at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.journal: list[JournalRow] = []
        self.state = StoreState()
        self._done: asyncio.Future[None] = loop.create_future()
        self._done.set_result(None)

    def keep(self, *records: JournalRow) -> "asyncio.Future[None]":
        self.journal += records
        return self._done


class ColumnEngine:
    """Ours: the desk as the engine runs it."""

    def __init__(self, folder: Path, project: Project, loop: asyncio.AbstractEventLoop) -> None:
        self.clock = SteppedClock()
        self.keeper = TakingKeeper(loop)
        self.writer = ImageWriter.create(folder, TAGS, self.clock)
        idents = np.array([number_of_id(tag.id) for tag in project.tags], dtype=np.uint64)
        self.rows = self.writer.append(idents, np.full(TAGS, int(TypeCode.FLOAT64), dtype=np.uint8))
        self.rows.flags.writeable = False
        self._value = np.full(TAGS, 50.0)
        self._status = np.zeros(TAGS, dtype=np.uint32)
        self._cause = np.zeros(TAGS, dtype=np.uint16)
        self._calm = np.zeros(TAGS, dtype=np.bool_)
        self._stamp = np.zeros(TAGS, dtype=np.int64)
        known = dict(zip(idents.tolist(), self.rows.tolist(), strict=True))
        self.desk = AlarmDesk(self.keeper, self.clock)
        self.answer(np.empty(0, dtype=np.intp), np.empty(0), self.clock.now)
        self.desk.plan(alarm_plan(project), SimpleNamespace(writer=self.writer, row_of=known.get))

    def answer(self, tags: np.ndarray, values: np.ndarray, now_ns: int) -> SimpleNamespace:
        """Write a tick into the image, which is not part of the alarms: all rows are answered, some change."""
        self.clock.now = now_ns
        self._value[tags] = values
        self._stamp.fill(now_ns)
        raw = self._value.view(np.uint64)
        self.writer.commit(
            self.rows, raw, self._value, self._status, self._cause, self._stamp, self._stamp, self._stamp
        )
        return SimpleNamespace(
            rows=self.rows,
            status=self._status,
            changed=self.writer.changed,
            initial=self._calm,
            change_sequence=self.writer.change_sequence,
            all_good=self.writer.all_good,
        )

    def scan(self, report: SimpleNamespace, number: int) -> None:
        self.desk.look(report)
        if number % 3 == 0:
            self.desk.pass_time()


def plant() -> Project:
    """Make 12,500 tags with four limits each."""
    tags = tuple(
        Tag(id=derived_id("bench", str(number)), path=f"Line/T{number:05d}", device="PLC1", type=DataType.FLOAT64)
        for number in range(TAGS)
    )
    alarms = tuple(
        Alarm(
            id=derived_id("bench", tag.path, kind.value),
            path=f"{tag.path}:{kind.value}",
            tag=tag.path,
            kind=kind,
            limit=limit,
            deadband=DEADBAND,
            on_delay_s=DELAY_S if kind in DELAYED else 0.0,
            title=TITLE,
        )
        for tag in tags
        for kind, limit in LIMITS.items()
    )
    return Project(header=ProjectHeader(id=derived_id("bench"), name="bench"), tags=tags, alarms=alarms)


def told(rows: list[JournalRow]) -> list[tuple[str, str, int, float | None]]:
    """Give what both sides have to agree on, scan by scan in one order."""
    return sorted((row.server_ns, row.path, row.event.value, int(row.new_state), row.value) for row in rows)


def run() -> list[dict[str, object]]:
    """Measure; see the module."""
    loop = asyncio.new_event_loop()
    try:
        project = plant()
        quiet, flood = _measure(project, loop, QUIET), _measure(project, loop, FLOOD)
    finally:
        loop.close()
    rows = []
    for name, (peer_s, our_s, changes), goal in (("quiet", quiet, 40), ("flood", flood, None)):
        ratio = statistics.median(peer / ours for peer, ours in zip(peer_s, our_s, strict=True))
        shown = f"50,000 alarm conditions, 10 % changing at 10 Hz, {name} ({changes:.1f} changes of state a second)"
        rows += [
            _row(f"{shown}: objects / ours", ratio, "x CPU", goal, None if goal is None else ratio >= goal),
            _row(f"objects, a scan, {name}", statistics.median(peer_s) * 1e3, "ms CPU", None, None),
            _row(f"ours, a scan, {name}", statistics.median(our_s) * 1e3, "ms CPU", None, None),
        ]
    return rows


def _measure(project: Project, loop: asyncio.AbstractEventLoop, wild: float) -> tuple[list[float], list[float], float]:
    """Alternate the two; gives the CPU seconds of a scan by round for each, and the changes of state a second."""
    feed = Feed(ROUNDS * SCANS, wild)
    peer_s, our_s = [], []
    with tempfile.TemporaryDirectory() as folder:
        objects, ours = ObjectEngine(project), ColumnEngine(Path(folder), project, loop)
        start_ns = ours.clock.now

        def now_ns(number: int) -> int:
            return start_ns + (number + 1) * PERIOD_NS

        changes = 0
        for start in range(0, ROUNDS * SCANS, SCANS):

            def answer_peer(number: int, at: int = start) -> list[float]:
                return feed.listed(at + number)

            def work_peer(number: int, values: list[float], at: int = start) -> None:
                objects.scan(feed.names[at + number], values, now_ns(at + number))

            peer_s.append(paced(SCANS, answer_peer, work_peer))
            our_s.append(_paced_ours(feed, ours, start, now_ns))
            if told(objects.journal) != told(ours.keeper.journal):
                message = f"the two disagree in the scans from {start}"
                raise RuntimeError(message)
            changes += len(objects.journal)
            objects.journal.clear()
            ours.keeper.journal.clear()
    return peer_s, our_s, changes / (ROUNDS * SCANS * PERIOD_NS / 1e9)


def _paced_ours(feed: Feed, ours: ColumnEngine, start: int, now_ns: Callable[[int], int]) -> float:
    """Run ours at the pace, the writing of the image left out of the count."""
    spent, due = 0.0, time.monotonic()
    for number in range(start, start + SCANS):
        due += PERIOD_NS / 1e9
        time.sleep(max(0.0, due - time.monotonic()))
        report = ours.answer(feed.tags[number], feed.values[number], now_ns(number))
        started = time.process_time()
        ours.scan(report, number)
        spent += time.process_time() - started
    return spent / SCANS


def _row(name: str, figure: float, unit: str, goal: float | None, met: bool | None) -> dict[str, object]:
    return {"name": name, "figure": round(figure, 3), "unit": unit, "goal": goal, "met": met}
