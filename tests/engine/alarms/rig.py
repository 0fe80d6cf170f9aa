"""What the tests of alarms share: a clock and a store by hand, and a desk behind a real tick over a real image."""

import asyncio
from pathlib import Path

import msgspec
import numpy as np

from hmi.drivers.contract import Block
from hmi.engine.alarms import AlarmDesk, alarm_plan
from hmi.engine.group import groups_of
from hmi.engine.plant import build_plant
from hmi.engine.rows import RowTable
from hmi.engine.scan import Ruling, Tick
from hmi.model.alarm import Alarm, AlarmEvent, AlarmKind, AlarmStand
from hmi.model.device import Device, DeviceState, ScanClass
from hmi.model.devices import PROTOCOLS
from hmi.model.event import AuditRow, JournalRow
from hmi.model.ident import derived_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.quality import Cause, status_of
from hmi.model.tag import DataType, Tag
from hmi.store.contract import StoreState
from hmi.store.mirror import Mirror, changes_of, numbered

WALL_NS = 1_750_000_000_000_000_000
SCANS = (ScanClass(name="fast", period_ms=100, stale_after_ms=3_600_000),)


class HandClock:
    """Time that passes by hand; the wall can be set back."""

    def __init__(self) -> None:
        self.mono, self.wall = 1_000_000_000_000, WALL_NS

    def monotonic_ns(self) -> int:
        return self.mono

    def wall_ns(self) -> int:
        return self.wall

    def go(self, seconds: float) -> None:
        self.mono += int(seconds * 1e9)
        self.wall += int(seconds * 1e9)


class HandKeeper:
    """A store in memory, whose disk takes records when it is told to."""

    def __init__(self, *, quick: bool = True) -> None:
        self.quick = quick
        self.records: list[JournalRow | AuditRow] = []
        self.units: list[tuple[JournalRow | AuditRow, ...]] = []
        self.waiting: list[asyncio.Future[None]] = []

    def keep(self, *records: JournalRow | AuditRow) -> "asyncio.Future[None]":
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.records += records
        self.units.append(records)
        if self.quick:
            future.set_result(None)
        else:
            self.waiting.append(future)
        return future

    async def write(self) -> None:
        """The disk takes everything that waits."""
        waiting, self.waiting = self.waiting, []
        for future in waiting:
            future.set_result(None)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    @property
    def state(self) -> StoreState:
        return StoreState(waiting=len(self.waiting))

    @property
    def journal(self) -> list[JournalRow]:
        return [one for one in self.records if isinstance(one, JournalRow)]

    @property
    def audit(self) -> list[AuditRow]:
        return [one for one in self.records if isinstance(one, AuditRow)]

    @property
    def events(self) -> list[AlarmEvent]:
        return [one.event for one in self.journal]

    def standing(self) -> tuple[JournalRow, ...]:
        """What the store would give at a start."""
        mirror = Mirror()
        for sequence, row in enumerate(self.journal, 1):
            mirror.take(numbered(change, sequence) for change in changes_of(row))
        return mirror.standing(known=True).alarms


def tag(path: str, *, of: str = "PLC1", kind: DataType = DataType.FLOAT64, **fields) -> Tag:
    return Tag(id=derived_id("tag", path), path=path, device=of, address=f"cell:{path}", type=kind, **fields)


def alarm(path: str, kind: AlarmKind = AlarmKind.HIGH, limit: float | None = 90.0, **fields) -> Alarm:
    of, _, _ = path.partition(":")
    ident = fields.pop("id", None) or derived_id("alarm", path)
    return Alarm(id=ident, path=path, tag=fields.pop("tag", of), kind=kind, limit=limit, **fields)


def device(name: str = "PLC1", **fields) -> Device:
    options = msgspec.Raw(msgspec.json.encode({"bench": f"alarms-{name}"}))
    return Device(
        id=derived_id("device", name), name=name, protocol="simulator", options=options, scan="fast", **fields
    )


def project(tags: list[Tag], alarms: list[Alarm], devices: list[Device] | None = None) -> Project:
    header = ProjectHeader(id=derived_id("project"), name="test", scan_classes=SCANS)
    names = sorted({one.device for one in tags if one.device})
    found = devices if devices is not None else [device(name) for name in names]
    return Project(header=header, devices=tuple(found), tags=tuple(tags), alarms=tuple(alarms))


class Bed:
    """A desk behind a tick; `feed` answers the polls of a device."""

    def __init__(
        self,
        folder: Path,
        what: Project,
        *,
        keeper: HandKeeper | None = None,
        standing=(),
        clock: HandClock | None = None,
        known: bool = True,
    ) -> None:
        self.clock = clock or HandClock()
        self.keeper = keeper or HandKeeper()
        self.desk = AlarmDesk(self.keeper, self.clock, standing, known=known)
        self.plant = build_plant(what, PROTOCOLS)
        folder.mkdir(parents=True, exist_ok=True)
        self.table = RowTable(folder, folder / "current", self.clock)
        self.table.begin(self.plant.tags, None, project=1)
        self.tick = Tick(self.table, self.clock)
        self.values: dict[str, float] = {}
        self.use(what)
        self.tick.listeners.append(self.desk.look)

    def use(self, what: Project) -> None:
        """Run another project over the same image, as an apply does."""
        self.plant = build_plant(what, PROTOCOLS)
        fresh = [one for one in self.plant.tags if self.table.row_of(one.number) is None]
        if fresh:
            self.table.add(fresh)
        self.groups = {
            one.device.name: (one, groups_of(one, self.table)) for one in self.plant.devices.values() if one.polled
        }
        self.desk.plan(alarm_plan(what), self.table)

    def feed(self, values: dict[str, float], *, of: str = "PLC1", source_ns: int = 0, causes=None) -> None:
        """Answer a poll: what is not named stays as it was; `causes` names what is not good."""
        self.values |= values
        plain, groups = self.groups[of]
        for group, (_, tags) in zip(groups, plain.scans, strict=True):
            paths = [one.tag.path for one in tags]
            wrong = [(causes or {}).get(path, Cause.NONE) for path in paths]
            numbers = np.array([self.values.get(path, 0.0) for path in paths])
            kinds = [one.tag.type for one in tags]
            raw = np.array(
                [
                    np.float64(number).view(np.uint64) if kind is DataType.FLOAT64 else np.int64(number).view(np.uint64)
                    for number, kind in zip(numbers, kinds, strict=True)
                ],
                dtype=np.uint64,
            )
            count = len(paths)
            block = Block(
                index=np.arange(count, dtype=np.int32),
                raw=raw,
                status=np.array([status_of(one) for one in wrong], dtype=np.uint32),
                cause=np.array(wrong, dtype=np.uint16),
                source_ns=np.full(count, source_ns, dtype=np.int64),
                receive_ns=np.full(count, self.clock.wall, dtype=np.int64),
                receive_mono_ns=np.full(count, self.clock.mono, dtype=np.int64),
            )
            self.tick.put(group, block, Ruling(Cause.NONE, Cause.NONE, group.rows))
        self.tick.flush()

    def go(self, seconds: float, *, step_s: float = 0.05) -> None:
        """Let time pass as the engine does, without answers."""
        end = self.clock.mono + int(seconds * 1e9)
        while self.clock.mono < end:
            self.clock.go(min(step_s, (end - self.clock.mono) / 1e9))
            self.desk.pass_time()

    def lose(self, name: str = "PLC1") -> None:
        """The connection to a device ends: values first, then its state."""
        for group in self.groups[name][1]:
            self.table.say(group.rows, Cause.DEVICE_OFFLINE)
        self.state(DeviceState.OFFLINE, name)

    def state(self, state: DeviceState, name: str = "PLC1") -> None:
        self.desk.device_state(name, state, self.clock.mono)

    def stand(self, path: str) -> AlarmStand:
        return next(one for one in self.desk.stands() if one.path == path)

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.desk.stands()]
