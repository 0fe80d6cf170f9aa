"""Writes the engine's own health into its tags (`hmi.model.health` lists them): all once a second, a state at once."""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hmi.engine.rows import RowTable
from hmi.model.clock import Clock
from hmi.model.device import DeviceState
from hmi.model.health import STATE_NUMBERS, device_path, engine_path, health_id
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause, Status
from hmi.model.value import TypeCode, bits_of

_DISK_EVERY_NS = 30_000_000_000


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """How one device is doing."""

    name: str
    state: DeviceState
    values: int
    """Values received since start."""
    errors: int
    round_trip_ns: int
    last_cause: Cause


class HealthWriter:
    """Turns counters into values of tags."""

    def __init__(self, table: RowTable, folder: Path, clock: Clock) -> None:
        """Start counting.

        Args:
            table: the rows.
            folder: data folder, whose disk is watched.
            clock: for rates and the uptime.
        """
        self._table = table
        self._folder = folder
        self._clock = clock
        self._started_ns = clock.monotonic_ns()
        self._last_ns = self._started_ns
        self._values: dict[str, int] = {}
        self._disk_gb = 0.0
        self._disk_ns: int | None = None

    def write(self, devices: Iterable[DeviceHealth], *, missed: int, tick_ns: int, depth: int) -> None:
        """Write all health tags.

        Args:
            devices: how each is doing.
            missed: polls skipped since start.
            tick_ns: longest tick since the last call.
            depth: most answers that waited together since the last call.
        """
        now_ns = self._clock.monotonic_ns()
        span_s = max((now_ns - self._last_ns) / 1e9, 1e-3)
        self._last_ns = now_ns
        found: dict[str, int | float] = {
            engine_path("Overrun"): missed,
            engine_path("TickMs"): tick_ns / 1e6,
            engine_path("QueueDepth"): depth,
            engine_path("DiskFreeGb"): self._disk(now_ns),
            engine_path("Uptime"): (now_ns - self._started_ns) / 1e9,
        }
        values: dict[str, int] = {}
        for device in devices:
            name = device.name
            values[name] = device.values
            found[device_path(name, "State")] = STATE_NUMBERS[device.state]
            found[device_path(name, "Rate")] = (device.values - self._values.get(name, 0)) / span_s
            found[device_path(name, "Errors")] = device.errors
            found[device_path(name, "RoundTripMs")] = device.round_trip_ns / 1e6
            found[device_path(name, "LastError")] = int(device.last_cause)
        self._values = values
        self._commit(found, now_ns)

    def write_state(self, device: str, state: DeviceState, last_cause: Cause) -> None:
        """Write how a device is now, apart from its numbers.

        Args:
            device: its name.
            state: of its connection.
            last_cause: of its newest fault.
        """
        found = {device_path(device, "State"): STATE_NUMBERS[state], device_path(device, "LastError"): int(last_cause)}
        self._commit(found, self._clock.monotonic_ns())

    def _disk(self, now_ns: int) -> float:
        """Look at the disk twice a minute; a disk that cannot be asked counts as full."""
        if self._disk_ns is None or now_ns - self._disk_ns > _DISK_EVERY_NS:
            self._disk_ns = now_ns
            try:
                self._disk_gb = shutil.disk_usage(self._folder).free / 1e9
            except OSError:
                self._disk_gb = 0.0
        return self._disk_gb

    def _commit(self, found: Mapping[str, int | float], now_ns: int) -> None:
        table = self._table
        rows, raw, value = [], [], []
        for path, number in found.items():
            row = table.row_of(number_of_id(health_id(path)))
            if row is not None:
                rows.append(row)
                raw.append(bits_of(number, TypeCode(table.type_code(row))))
                value.append(float(number))
        count = len(rows)
        where = np.array(rows, dtype=np.intp)
        wall_ns = np.full(count, self._clock.wall_ns(), dtype=np.int64)
        table.own_status[where] = Status.GOOD
        table.own_cause[where] = Cause.NONE
        table.writer.commit(
            where,
            np.array(raw, dtype=np.uint64),
            np.array(value, dtype=np.float64),
            np.full(count, Status.GOOD, dtype=np.uint32),
            np.full(count, Cause.NONE, dtype=np.uint16),
            wall_ns,
            wall_ns,
            np.full(count, now_ns, dtype=np.int64),
        )
