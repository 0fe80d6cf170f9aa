"""One communication alarm a device: when it is offline, does not run, or holds our connections. Pure.

Devices are few, so these are judged one by one. While a device connects for the first time nothing is known of it: what
stood before stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hmi.engine.alarms.watch import Watch
from hmi.model.device import DeviceState

TROUBLE = frozenset({DeviceState.OFFLINE, DeviceState.NOT_RUNNING, DeviceState.SLOTS_HELD})
WELL = frozenset({DeviceState.ONLINE, DeviceState.DEGRADED})
_NEVER = 2**63 - 1


class Turned(NamedTuple):
    """A device whose alarm comes or goes."""

    watch: Watch
    rising: bool
    since_ns: int
    """Wall ns UTC when that began."""
    start_up: bool
    """It was never well since the engine's start."""


@dataclass(slots=True)
class _Link:
    watch: Watch
    state: DeviceState | None = None
    on: bool = False
    due_ns: int = _NEVER
    since_ns: int = 0
    was_well: bool = False
    well_ns: int = 0
    """Wall ns UTC at which it was last told to be well."""


class Communication:
    """The communication alarms of all devices that are polled."""

    def __init__(self, delay_ns: int) -> None:
        """Start without devices.

        Args:
            delay_ns: how long the trouble has to last before it is an alarm.
        """
        self._delay_ns = delay_ns
        self._links: dict[str, _Link] = {}

    @property
    def next_due_ns(self) -> int | None:
        """Monotonic ns at which the next delay ends; None when none runs."""
        due = min((link.due_ns for link in self._links.values()), default=_NEVER)
        return None if due == _NEVER else due

    def plan(self, watches: Mapping[str, Watch]) -> None:
        """Follow a project; devices that stay keep what is known of them.

        Args:
            watches: by name of the device.
        """
        before = {link.watch.id: link for link in self._links.values()}
        self._links = {}
        for name, watch in watches.items():
            link = before.get(watch.id) or _Link(watch)
            link.watch = watch
            self._links[name] = link

    def watch(self, device: str) -> Watch | None:
        """Give the alarm of a device; None when it has none."""
        link = self._links.get(device)
        return link.watch if link is not None else None

    def stood(self, device: str, *, active: bool) -> Turned | None:
        """Take over an alarm that stood before the start.

        Returns:
            That it goes, when the device is known to be well by now.
        """
        link = self._links[device]
        link.on, link.due_ns = active, _NEVER
        if not active or link.state not in WELL:
            return None
        link.on = False
        return Turned(link.watch, rising=False, since_ns=link.well_ns, start_up=False)

    def state(self, device: str, state: DeviceState, now_ns: int, wall_ns: int) -> Turned | None:
        """Take the state of a device.

        Args:
            device: its name; one without an alarm is left alone.
            state: as its line says.
            now_ns: monotonic.
            wall_ns: UTC, for people.

        Returns:
            Its alarm, when that goes.
        """
        link = self._links.get(device)
        if link is None:
            return None
        trouble = state in TROUBLE
        if trouble and not link.on and link.due_ns == _NEVER:
            link.due_ns, link.since_ns = now_ns + self._delay_ns, wall_ns
        elif not trouble:
            link.due_ns = _NEVER
        link.state = state
        if state not in WELL:
            return None
        link.was_well, link.well_ns = True, wall_ns
        if not link.on:
            return None
        link.on = False
        return Turned(link.watch, rising=False, since_ns=wall_ns, start_up=False)

    def pass_time(self, now_ns: int) -> list[Turned]:
        """Give the alarms whose delay is over.

        Args:
            now_ns: monotonic.
        """
        found = []
        for link in self._links.values():
            if link.due_ns <= now_ns:
                link.due_ns, link.on = _NEVER, True
                found.append(Turned(link.watch, rising=True, since_ns=link.since_ns, start_up=not link.was_well))
        return found
