"""The engine put together: rows, tick, one scan and one line a device, housekeeping. Engine process, event loop.

`run` works until it is told to stop; `apply` makes it follow a changed project while it runs.
"""

import asyncio
import importlib
import logging
import os
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, cast

from hmi.drivers.contract import Driver, DriverFactory
from hmi.drivers.secrets import StationSecrets
from hmi.engine.alarms import AlarmDesk, AlarmPlan, AlarmTimer, alarm_plan
from hmi.engine.apply import Difference, compare
from hmi.engine.apply_rows import apply_rows, digest_of
from hmi.engine.command_ports import DevicesAtWork, StoredTrail
from hmi.engine.commands import CommandDesk
from hmi.engine.group import groups_of
from hmi.engine.health import DeviceHealth, HealthWriter
from hmi.engine.plant import Plant, PlantDevice, build_plant
from hmi.engine.readings import Readings
from hmi.engine.rows import RowTable
from hmi.engine.running import Running
from hmi.engine.scan import DeviceScan, SubscribedScan, Tick
from hmi.engine.snapshots import Snapshots
from hmi.engine.supervise import SILENT_S, Line, limits_of
from hmi.image.pointer import read_pointer, sweep
from hmi.model.clock import Clock
from hmi.model.device import DeviceState
from hmi.model.devices import PROTOCOLS
from hmi.model.project import Project
from hmi.model.quality import Cause
from hmi.model.station import Station
from hmi.store.contract import Keeper, Standing

log = logging.getLogger("hmi.scan")

IDLE_S = 0.25
"""Heartbeat without answers."""
HEALTH_S = 1.0
SWEEP_S = 60.0


class Engine:
    """Scans the devices of a project and keeps the image."""

    def __init__(
        self,
        project: Project,
        station: Station,
        clock: Clock,
        *,
        keeper: Keeper | None = None,
        standing: Standing | None = None,
    ) -> None:
        """Make ready; `run` works.

        Args:
            project: what to scan.
            station: where image and snapshot lie; the folders exist.
            clock: everything timed comes from it.
            keeper: the store; without one nothing is kept.
            standing: what the store held at the start.
        """
        self._station = station
        self._clock = clock
        self._plant: Plant = build_plant(project, PROTOCOLS)
        self.table = RowTable(station.runtime, station.pointer, clock)
        self.tick = Tick(self.table, clock)
        self._health = HealthWriter(self.table, station.data, clock)
        self._snapshots = Snapshots(self.table, station, clock)
        self._standing = standing or Standing()
        self.alarms = AlarmDesk(keeper, clock, self._standing.alarms, known=self._standing.known)
        self._alarm_timer = AlarmTimer(self.alarms, clock, self.tick.flush, self.tick.fail)
        self._devices: dict[str, Running] = {}
        devices, trail = DevicesAtWork(lambda: self.project, self._devices), StoredTrail(station.data)
        self.commands = CommandDesk(keeper, trail, Readings(self.table, clock), devices, clock)
        self.applied: list[Callable[[Project], None]] = []
        """Told of a project that was applied, on the event loop; called when rows and polls have changed."""
        self._planned = False
        """Whether alarms and commands have their tags."""
        self._tasks: asyncio.TaskGroup | None = None
        """While it runs; None again from the moment when it is to stop."""
        self._work: set[asyncio.Task[None]] = set()
        """All tasks of the group."""
        self._reconnecting: asyncio.Task[None] | None = None
        self._applying = asyncio.Lock()

    @property
    def project(self) -> Project:
        """What it runs now."""
        return self._plant.project

    @property
    def generation(self) -> int:
        """Of the image."""
        return self.table.writer.generation

    async def run(self, stop: asyncio.Event, ready: asyncio.Event | None = None) -> None:
        """Work until `stop` is set; then close connections, write the snapshot and mark the image as closed.

        Args:
            stop: ends the engine.
            ready: set when the image is published and all devices have been started.

        Raises:
            OSError: when the image cannot be made.
            ExceptionGroup: when a part failed that the engine cannot live without.
        """
        await self._begin()
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._spawn(self.tick.watch(), "tick")
            self._spawn(self._idle(), "idle")
            self._spawn(self._snapshots.run(), "snapshots")
            self._spawn(self._sweeps(), "sweeps")
            try:
                self._say_faulty()
                self.alarms.plan(await asyncio.to_thread(alarm_plan, self._plant.project), self.table)
                self.tick.listeners.append(self._alarm_timer.look)
                self.commands.plan(self._plant)
                self._planned = True
                if self._standing.known:
                    self.commands.begin(self._standing.station)
                for telling in (False, True):  # who is polled comes first: a library that subscribes loads slowly
                    devices = [one for one in self._plant.devices.values() if one.subscribed is telling]
                    await self._load_drivers(devices)
                    for device in devices:
                        self._start(device)
                if ready is not None:
                    ready.set()
                await stop.wait()
            finally:
                self._tasks = None  # an apply that is under way starts nothing any more
                await self.commands.close()
            for task in self._work:
                task.cancel()
        self.tick.flush()
        self._alarm_timer.stop()
        self.alarms.close()
        self._snapshots.write_now()
        self.table.writer.close()

    def learn(self, standing: Standing) -> None:
        """Take over what the store held, when it could not be read at the start."""
        if not self._standing.known:
            self._standing = standing
            if self._planned:  # otherwise `run` does it, once there are tags to settle them at
                self.commands.begin(standing.station)
            self.alarms.learn(standing.alarms)
            self._alarm_timer.arm()

    async def apply(self, project: Project) -> Difference:
        """Follow a changed project; devices that did not change notice nothing.

        Returns:
            What was done.

        Raises:
            OSError: when a new image was needed and cannot be made; the project before runs on.
            RuntimeError: when the engine does not run, or is stopped meanwhile.
        """
        async with self._applying:
            await self._reconnected()  # those of an apply whose caller was cancelled
            plant = await asyncio.to_thread(build_plant, project, PROTOCOLS, self._plant)
            alarms = await asyncio.to_thread(alarm_plan, project)
            difference = await asyncio.to_thread(compare, self._plant, plant)
            await self._load_drivers(plant.devices.values())
            self._check_runs()
            self.tick.flush()
            try:
                self._apply_now(plant, difference, alarms)
            except OSError:
                raise
            except BaseException as error:
                self.tick.fail(error)  # half done, it would look alive and be wrong
                raise
            for told in self.applied:
                told(project)
            # A task of its own, because whoever asked for the apply may be cancelled: no device may be lost by that.
            self._reconnecting = self._spawn(self._reconnect(difference), "reconnect")
            await self._reconnected()
            log.info(
                "applied: %d tags new, %d gone, %d read anew, %d devices started, %d stopped",
                len(difference.added) + len(difference.retyped),
                len(difference.removed),
                len(difference.reread),
                len(difference.started),
                len(difference.stopped),
            )
            return difference

    # ------------------------------------------------------------------------------------------------ start

    def _check_runs(self) -> None:
        """Refuse an apply while the engine does not run."""
        if self._tasks is None:
            raise _not_running()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """Begin a part that the engine cannot live without."""
        if self._tasks is None:
            work.close()
            raise _not_running()
        task = self._tasks.create_task(work, name=name)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _begin(self) -> None:
        """Make the image, with what an earlier engine left."""
        pointer = read_pointer(self._station.pointer)
        remains = await asyncio.to_thread(self._snapshots.left)
        adopted = self.table.begin(
            self._plant.tags,
            remains,
            project=digest_of(self._plant.project),
            newer_than=pointer.generation if pointer else 0,
        )
        log.info("image %s: %d rows, %d adopted", self.table.writer.path.name, len(self._plant.tags), adopted)
        sweep(self._station.runtime, self.generation)

    async def _load_drivers(self, devices: Iterable[PlantDevice]) -> None:
        """Import the drivers that are needed, off the loop: a protocol library may take half a second."""
        modules = {device.spec.driver for device in devices if device.spec is not None and device.usable}
        for module in sorted(modules):
            try:
                await asyncio.to_thread(importlib.import_module, module)
            except ImportError:
                log.exception("driver %s cannot be loaded", module)

    # ------------------------------------------------------------------------------------------------ devices

    def _start(self, device: PlantDevice) -> None:
        """Set a device going, or say why it is not polled."""
        name = device.device.name
        make = SubscribedScan if device.subscribed else DeviceScan
        scan = make(device, groups_of(device, self.table), self.tick, self._clock)
        running = self._devices[device.device.id] = Running(device, scan)
        scan.judged = partial(self._say_state, running)
        self._say_idle(device)
        if device.polled:
            running.line = Line(
                name,
                partial(self._make_driver, device),
                scan.session,
                partial(self._lost, running),
                self._clock,
                limits=limits_of(device.options),
                silent_after_s=partial(_silent_after_s, scan),
            )
            running.task = self._spawn(running.line.run(), f"device {name}")
        self.alarms.device_state(name, running.state, self._clock.monotonic_ns())

    def _lost(self, running: Running, cause: Cause) -> None:
        """Let tags and health of a device say at once that its connection is gone."""
        running.scan.lost(cause)
        self._say_state(running)

    def _say_state(self, running: Running) -> None:
        """Write the state of a device when it is another, right behind the values that go with it."""
        state = running.state
        if state is not running.said and self._devices.get(running.device.device.id) is running:
            running.said = state
            self.tick.behind(partial(self._tell_state, running.device.device.name, state, running.last_cause))

    def _tell_state(self, name: str, state: DeviceState, cause: Cause) -> None:
        """Let the health tag of a device and its alarms follow its state."""
        self._health.write_state(name, state, cause)
        self.alarms.device_state(name, state, self._clock.monotonic_ns())
        self._alarm_timer.arm()

    def _say_idle(self, device: PlantDevice) -> None:
        """Let the tags of a device that is not to be polled say why."""
        plain = device.device
        if not plain.commissioned:
            self.table.say(self.table.rows_of(device.readable), Cause.DEVICE_NOT_COMMISSIONED)
        elif not plain.enabled:
            self.table.say(self.table.rows_of(device.readable), Cause.DEVICE_DISABLED)

    def _make_driver(self, device: PlantDevice) -> Driver:
        """Make a driver for one connection."""
        module = importlib.import_module(device.spec.driver if device.spec is not None else "")
        create = cast("DriverFactory", module.create)
        if device.spec is not None and device.spec.secrets:
            return create(device.options, self._clock, StationSecrets(self._station.data, os.environ))
        return create(device.options, self._clock)

    # ------------------------------------------------------------------------------------------------ apply

    def _apply_now(self, plant: Plant, difference: Difference, alarms: AlarmPlan) -> None:
        """Change rows and polls in one go: no answer to an old question may come in between.

        Raises:
            OSError: when a new image was needed and cannot be made; nothing was changed.
        """
        renewed = apply_rows(self.table, plant, difference)
        self._plant = plant
        self.commands.plan(plant)
        for device in difference.stopped:
            self._devices[device.device.id].scan.swap(device, ())
        stopped = {device.device.id for device in difference.stopped}
        replanned = {device.device.id for device in difference.replanned}
        for ident, running in self._devices.items():
            if ident not in stopped and (renewed or ident in replanned):
                running.device = plant.devices[ident]
                groups = groups_of(running.device, self.table, running.scan.groups)
                running.scan.swap(running.device, groups)
                self._say_idle(running.device)
        for device in difference.started:
            self._say_connecting(device)
        self._say_faulty()
        self.alarms.plan(alarms, self.table)
        self._alarm_timer.arm()

    def _say_connecting(self, device: PlantDevice) -> None:
        """Take the good look off the tags of a device before the wait for the end of its old connection."""
        rows = self.table.rows_of(device.readable)
        self.table.say(rows[self.table.own_cause[rows] != Cause.NEVER_READ], Cause.DEVICE_CONNECTING)
        self._say_idle(device)

    def _say_faulty(self) -> None:
        """Mark the tags whose address or device cannot be read."""
        self.table.say(self.table.rows_of(tag for tag in self._plant.tags if tag.faulty), Cause.CONFIGURATION_ERROR)

    async def _reconnect(self, difference: Difference) -> None:
        """End and begin connections."""
        ending = [running for device in difference.stopped if (running := self._devices.pop(device.device.id, None))]
        tasks = [running.task for running in ending if running.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=10.0)
        for device in difference.started:
            self._start(device)

    async def _reconnected(self) -> None:
        """Wait for the connections of an apply, which go on when the wait is cancelled.

        Raises:
            RuntimeError: when the engine does not run, or stops.
        """
        if self._reconnecting is not None:
            await asyncio.wait({self._reconnecting})
        self._check_runs()

    # ------------------------------------------------------------------------------------------------ housekeeping

    async def _idle(self) -> None:
        """Heartbeat, old rows and health while the engine lives."""
        healthy_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self.tick.idle()
            self._alarm_timer.pass_time()
            if loop.time() - healthy_s >= HEALTH_S:
                healthy_s = loop.time()
                self._write_health()
            await asyncio.sleep(IDLE_S)

    def _write_health(self) -> None:
        for running in self._devices.values():
            running.said = running.state
            self.alarms.device_state(running.device.device.name, running.said, self._clock.monotonic_ns())
        devices = [
            DeviceHealth(
                name=running.device.device.name,
                state=running.state,
                values=running.scan.values,
                errors=running.scan.errors + (running.line.faults if running.line else 0),
                round_trip_ns=running.scan.statistics.round_trip_ns,
                last_cause=running.last_cause,
            )
            for running in self._devices.values()
        ]
        tick = self.tick
        missed = sum(running.scan.missed for running in self._devices.values())
        self._health.write(devices, missed=missed, tick_ns=tick.longest_ns, depth=tick.depth)
        tick.longest_ns = tick.depth = 0

    async def _sweeps(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            sweep(self._station.runtime, self.generation)


def _not_running() -> RuntimeError:
    return RuntimeError("the engine does not run")


def _silent_after_s(scan: DeviceScan) -> float | None:
    """Give the age of the newest data at which a device's link counts as lost."""
    period_s = scan.longest_silence_s
    return None if period_s is None else max(SILENT_S, 3 * period_s)
