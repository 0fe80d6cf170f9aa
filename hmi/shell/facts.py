"""What the header says: is the engine alive, how are the devices, how many values are not plain good. GUI thread.

Fed by the frame clock: `look` compares, and says what changed, so that nothing is painted for nothing.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from hmi.image.contract import EngineState, Shown, ValueSource
from hmi.model.device import Device, DeviceState
from hmi.model.health import device_path, health_id, state_of_number
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.quality import CAUSE_ROOM, Cause, Look, cause_of, look_of

_MEMBERS = ("State", "Rate", "Errors", "RoundTripMs", "LastError")
_LIFE = (Cause.HEARTBEAT_STOPPED, Cause.ONLY_ZEROS, Cause.MAP_CHANGED, Cause.LIVENESS_PENDING)
"""Why a PLC that answers is not taken as running, beyond its own word for it."""
_LOOK_OF_CAUSE = np.array([int(look_of(cause)) for cause in range(CAUSE_ROOM)], dtype=np.intp)
COUNT_EVERY_NS = 100_000_000
DELAY_EVERY_NS = 1_000_000_000
COUNTED: dict[str, tuple[Look, ...]] = {
    "forced": (Look.FORCED,),
    "simulated": (Look.SIMULATED,),
    "substituted": (Look.SUBSTITUTED,),
    "uncertain": (Look.UNCERTAIN, Look.NOT_RUNNING, Look.OUT_OF_RANGE),
    "stale": (Look.STALE,),
    "bad": (Look.BAD, Look.NEVER_READ),
}
"""What the header counts over all tags of the project: name of the count -> the looks that it takes together."""


class DeviceFact(msgspec.Struct, frozen=True):
    """One device as the header and the device panel show it."""

    device: Device
    state: DeviceState | None
    """None when nobody says: the engine is silent, or has not said it yet."""
    rate: float
    """Values a second; NaN when not known."""
    errors: float
    round_trip_ms: float
    cause: Cause
    """Why it is not online: the last error of its connection, or, of a PLC that answers but does not run, what its tags
    say. NONE when nothing more than the state is known."""


class Changed(msgspec.Struct, frozen=True):
    """What `look` found to be different from the time before."""

    engine: bool = False
    """Alive or not, or the reason."""
    devices: bool = False
    counts: bool = False
    """Counts, or the delay."""


class Facts:
    """Gathers the facts of a station."""

    def __init__(self, project: Project, source: ValueSource) -> None:
        """Ask the source for the health of the devices and for the qualities of all tags."""
        self._named = tuple(sorted(project.devices, key=lambda device: device.name))
        self._source = source
        self.engine = source.poll()
        self.devices: tuple[DeviceFact, ...] = ()
        self.counts: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self.live = 0
        """How many tags of the project are plain good."""
        self.delay_ms = float("nan")
        """How old the engine's newest tick was when this window first saw it: mean over the last second."""
        self._beat_ns = 0
        self._delays: list[int] = []
        paths = [device_path(device.name, member) for device in self._named for member in _MEMBERS]
        self._health = source.show(_numbers([health_id(path) for path in paths]))
        self.tags = source.show(_numbers([tag.id for tag in project.all_tags]))
        """All tags of the project; brought up to date with the counts."""
        self._rows: dict[str, list[int]] = {device.name: [] for device in self._named}
        for row, tag in enumerate(project.all_tags):
            self._rows.get(tag.device, []).append(row)
        self._uncounted = True
        """Tags have changed since they were counted."""
        self._counted_ns = 0
        self._delayed_ns = 0
        self._seen: tuple[object, ...] = ()

    def look(self, engine: EngineState, now_ns: int) -> Changed:
        """Take over what the image says now.

        Args:
            engine: what the source's `poll` said in this frame.
            now_ns: monotonic time of the frame; without a change of a device the counts are taken ten times a second.
        """
        self._time_beat(engine)
        key = (engine.alive, engine.reason.code if engine.reason is not None else "", engine.generation)
        engine_changed = key != self._seen
        self._seen = key
        self.engine = engine
        devices = bool(len(self._health.refresh())) or engine_changed
        if devices:
            before = self.devices
            self.devices = tuple(self._fact(number, one) for number, one in enumerate(self._named))
            devices = before != self.devices
        counts = False
        if engine_changed or devices or not 0 <= now_ns - self._counted_ns < COUNT_EVERY_NS:
            self._counted_ns = now_ns
            counts = self._count()
        if self._delays and (engine_changed or not 0 <= now_ns - self._delayed_ns < DELAY_EVERY_NS):
            self._delayed_ns = now_ns
            self.delay_ms = sum(self._delays) / len(self._delays) / 1e6
            self._delays.clear()
            counts = True
        return Changed(engine_changed, devices, counts)

    def _time_beat(self, engine: EngineState) -> None:
        """Keep the age of a heartbeat that is seen for the first time."""
        if engine.alive and engine.heartbeat_wall_ns != self._beat_ns:
            self._beat_ns = engine.heartbeat_wall_ns
            self._delays.append(engine.heartbeat_age_ns)

    def _fact(self, number: int, device: Device) -> DeviceFact:
        """Read the health of one device."""
        values = self._health.columns.value
        at = number * len(_MEMBERS)
        state, rate, errors, round_trip, last = (float(value) for value in values[at : at + len(_MEMBERS)])
        known = self.engine.alive and state == state
        shown = _state_without_engine(device) if not known else state_of_number(int(state))
        return DeviceFact(
            device=device,
            state=shown,
            rate=rate,
            errors=errors,
            round_trip_ms=round_trip,
            cause=self._life_cause(device.name) if shown is DeviceState.NOT_RUNNING else _cause(last),
        )

    def _life_cause(self, device: str) -> Cause:
        """Give what most tags of a PLC that answers but does not run say; its connection's last error is an old one."""
        self._refresh()
        causes = self.tags.columns.cause[self._rows[device]]
        found = {cause: int((causes == cause).sum()) for cause in _LIFE}
        worst = max(_LIFE, key=lambda cause: found[cause])
        return worst if found[worst] else Cause.NONE

    def _refresh(self) -> None:
        """Bring the tags up to date, and note whether their counts may have changed."""
        self._uncounted |= bool(len(self.tags.refresh()))

    def _count(self) -> bool:
        """Count the looks of all tags; tells whether a count changed."""
        self._refresh()
        if not self._uncounted:
            return False
        self._uncounted = False
        by_look = _count_looks(self.tags)
        self.live = int(by_look[Look.GOOD])
        before = self.counts
        self.counts = {name: int(by_look[list(looks)].sum()) for name, looks in COUNTED.items()}
        return before != self.counts


def looks_of(shown: Shown) -> dict[str, int]:
    """Count which looks some shown tags have, by name in lower case."""
    by_look = _count_looks(shown)
    return {look.name.lower(): int(by_look[look]) for look in Look if by_look[look]}


def _count_looks(shown: Shown) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Count the looks, by their numbers."""
    return np.bincount(_LOOK_OF_CAUSE[np.minimum(shown.columns.cause, CAUSE_ROOM - 1)], minlength=len(Look))


def _state_without_engine(device: Device) -> DeviceState | None:
    """Give what the project alone says of a device."""
    if not device.commissioned:
        return DeviceState.NOT_COMMISSIONED
    return None if device.enabled else DeviceState.DISABLED


def _cause(number: float) -> Cause:
    """Give the cause that a number stands for; NONE where there is none."""
    return cause_of(int(number)) if number == number else Cause.NONE


def _numbers(idents: Sequence[str]) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Give the numbers of ids."""
    return np.array([number_of_id(ident) for ident in idents], dtype=np.uint64)
