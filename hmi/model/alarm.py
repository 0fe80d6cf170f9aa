"""Alarms after ISA-18.2 / IEC 62682: what is configured, and what stands. Pure.

Configured alarms stand in `alarms/*.jsonl` and, for every instance of a type, in the type. The state machine itself
is data in `hmi.engine.alarms`; the rows AL-01 to AL-15 of `specs/standards.md` are its source.
"""

from enum import IntEnum, StrEnum

import msgspec

from hmi.model.ident import derived_id
from hmi.model.reason import Reason
from hmi.model.text import Text

PRIORITIES = (1, 2, 3)
"""1 is the most urgent (AL-23: three are enough for a site to tell apart)."""


class AlarmKind(StrEnum):
    """How a condition is tested."""

    HIGH_HIGH = "high_high"
    HIGH = "high"
    LOW = "low"
    LOW_LOW = "low_low"
    DISCRETE = "discrete"
    """The value (as a whole number) is one of `values`."""
    BAD_QUALITY = "bad_quality"
    """The tag itself is bad while its device is well (of an offline device only the communication alarm comes)."""
    COMMUNICATION = "communication"
    """A device is offline, does not run, or holds our connections: one alarm per device, made by the product."""


class AlarmState(IntEnum):
    """Base states (AL-01 to AL-06); the numbers are kept in store and image and never given another meaning."""

    NORMAL = 0
    UNACKNOWLEDGED = 1
    ACKNOWLEDGED = 2
    RETURNED = 3
    """Back to normal, not acknowledged."""
    LATCHED_UNACKNOWLEDGED = 4
    """Latched: the condition is gone, not acknowledged."""
    LATCHED_ACKNOWLEDGED = 5
    """Latched: the condition is gone, acknowledged, waits for the reset."""


class AlarmEvent(StrEnum):
    """What happens to an alarm."""

    OCCURRED = "occurred"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    RESET = "reset"
    REALARMED = "realarmed"
    REMOVED = "removed"
    """The project does not have it any more, or its device is not to be polled: it left the list."""
    REFUSED = "refused"
    """Somebody asked for something that the state does not allow (journalled)."""


class AlarmFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an alarm of a tag and an alarm of a type have in common."""

    kind: AlarmKind
    limit: float | None = None
    """In engineering units; None takes the tag's own limit of that kind."""
    values: tuple[int, ...] = (1,)
    """For `DISCRETE`: the numbers that are alarms."""
    deadband: float = 0.0
    """In engineering units, on the return side only (AL-24)."""
    on_delay_s: float = 0.0
    """Uninterrupted time in condition before it comes, on the engine's monotonic clock from receipt (AL-24)."""
    off_delay_s: float = 0.0
    priority: int = 3
    """1, 2 or 3."""
    latching: bool = False
    needs_acknowledge: bool = True
    enabled: bool = True
    title: Text = Text()
    """The message, short: "Temperature high"; empty takes the tag's title and the kind."""
    cause: Text = Text()
    consequence: Text = Text()
    action: Text = Text()
    """What the operator does, one step a line; an alarm without one is no alarm (AL-21), which `check` says."""
    respond_s: float = 0.0
    """Time available for the response, seconds; 0 is not said."""


class Alarm(AlarmFields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An alarm of a tag."""

    id: str
    path: str
    """Its name, for example `Mixing/TIC-102.PV:high`."""
    tag: str
    """Path of the tag that it watches."""


class TypeAlarm(AlarmFields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """An alarm that every instance of a type brings: `Alarm` with path `<instance>.<member>:<name>`."""

    name: str
    member: str


def type_alarm_id(instance: str, member: str, name: str) -> str:
    """Give the id of the alarm that an instance (its id) brings."""
    return derived_id("alarm", instance, member, name)


def communication_alarm_id(device: str) -> str:
    """Give the id of the communication alarm of a device (its id)."""
    return derived_id("alarm", "communication", device)


class AlarmStand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One alarm that is not normal, as engine, windows and command line speak of it. Words come from the project."""

    alarm: str
    """Id of the alarm."""
    occurrence: str
    """Id of this occurrence; acknowledging names it (AL-31)."""
    path: str
    tag: str
    """Path of the tag; of a communication alarm the device's health tag."""
    kind: AlarmKind
    priority: int
    state: AlarmState
    title: Text
    active_since_ns: int
    """Wall ns UTC when the condition was met for this occurrence."""
    changed_ns: int
    """Wall ns UTC of the newest change of state."""
    value: float | None = None
    """Frozen at the occurrence; None where there is none."""
    limit: float | None = None
    unreliable: bool = False
    """The source is bad at present: state frozen (AL-15)."""
    count: int = 1
    """How often it came while unacknowledged (AL-02)."""
    silenced: bool = False
    durable: bool = True
    """False while the record of its newest change is not yet on disk: not painted as acknowledged before."""
    acknowledged_by: str = ""
    acknowledged_on: str = ""
    """Station."""
    acknowledged_ns: int = 0
    start_up: bool = False
    """Came with the first data after a start of the device: sounds once per device, not as a flood."""


class AcknowledgeOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of asking to acknowledge one occurrence."""

    occurrence: str
    done: bool
    reason: Reason | None = None
    """Why not: unknown, a newer occurrence stands, already acknowledged (by whom, where and when)."""
