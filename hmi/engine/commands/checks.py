"""What a command has to pass, in the order in which it is asked; the first that refuses gives the reason. Event loop.

known tag - writable - right - type and range - largest step - reason given - rate - device - quality - interlocks -
station in control. Nothing here waits, so that no value changes between two checks.
"""

from dataclasses import dataclass

from hmi.engine.commands.ports import Devices, Session, StationInControl, Values
from hmi.engine.commands.targets import Condition, Target
from hmi.engine.commands.wish import Wish, shown, wish_of
from hmi.model.command import Command
from hmi.model.device import DeviceState
from hmi.model.quality import Cause, Look, look_of, words_of
from hmi.model.reason import Reason, reason
from hmi.model.value import Reading, TypeCode, Value

NOTE_CHARACTERS = 500
"""Longest reason that a user gives, characters."""
WRITABLE_LOOKS = frozenset({Look.GOOD, Look.SIMULATED, Look.SUBSTITUTED, Look.FORCED, Look.OUT_OF_RANGE})
"""How a tag may look that is written: alive, although perhaps outside of its range, which a write can mend."""
_STATES = frozenset({DeviceState.ONLINE, DeviceState.DEGRADED})


@dataclass(frozen=True, slots=True)
class Passed:
    """A command that may be sent."""

    target: Target
    wish: Wish
    old: Value
    """The value before, engineering units."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What was written to the tag before."""

    open: bool
    """A command on it is under way."""
    unsettled: bool
    """Nobody knows yet whether an earlier one was executed."""
    since_ns: int | None
    """Time since the newest write left; None when there was none."""


class Checks:
    """All checks of a command."""

    def __init__(self, values: Values, devices: Devices, control: StationInControl) -> None:
        """Take what is asked.

        Args:
            values: present values.
            devices: the devices at work.
            control: which station may write.
        """
        self._values = values
        self._devices = devices
        self._control = control

    def first(
        self, command: Command, target: Target | None, session: Session | None, station: str, rate: Rate
    ) -> Passed | Reason:
        """Check a command that has just come.

        Args:
            command: what is asked.
            target: its tag; None when the project has none of that id.
            session: who asks; None when nobody is signed in.
            station: where.
            rate: what was written to the tag before.
        """
        if target is None:
            return reason("command.unknown_tag")
        if why := writable(target) or _right(target, session):
            return why
        wish = wish_of(target.tag, command.value)
        if isinstance(wish, Reason):
            return wish
        reading = self._values.reading(target.tag.number)
        if why := _step(target, wish, reading) or _note(target, command) or _rate(target, rate):
            return why
        if why := self.still(target, wish, station):
            return why
        return Passed(target, wish, reading.value if reading is not None else None)

    def still(self, target: Target, wish: Wish, station: str) -> Reason | None:
        """Check what may change at any moment; asked once more right before the write leaves."""
        return (
            self._device(target)
            or quality(target, self._values.reading(target.tag.number))
            or self._interlocks(target, wish)
            or self._control.refusal(station, target.tag.tag)
        )

    def _device(self, target: Target) -> Reason | None:
        port = self._devices.find(target.device)
        if port is None:
            return reason("command.device_offline", device=target.device)
        if port.state is not DeviceState.NOT_RUNNING and port.state not in _STATES:
            return reason(f"command.device_{port.state.value}", device=target.device)
        if port.verdict is not Cause.NONE:
            return reason("command.not_running", device=target.device, cause_code=words_of(port.verdict))
        return None

    def _interlocks(self, target: Target, wish: Wish) -> Reason | None:
        for condition in target.conditions:
            if why := self._interlock(condition, wish):
                return why
        return None

    def _interlock(self, condition: Condition, wish: Wish) -> Reason | None:
        """Test one; an input that is not good refuses, whatever the condition makes of it."""
        source = condition.interlock.condition
        if condition.expression is None:
            return reason("command.interlock_unreadable", condition=source[:200])
        if condition.missing:
            return reason("command.interlock_input_missing", input=condition.missing)
        readings: list[Reading] = []
        for path, number in zip(condition.expression.references, condition.inputs, strict=True):
            found = Reading(wish.value) if number is None else self._values.reading(number)
            if found is None:
                return reason("command.interlock_input_missing", input=path)
            if not found.good:
                return reason("command.interlock_input_not_good", input=path, cause_code=words_of(found.cause))
            readings.append(found)
        result = condition.expression.evaluate(readings)
        if not result.good or isinstance(result.value, str):
            return reason("command.interlock_no_result", condition=source[:200], cause_code=words_of(result.cause))
        if result.value:
            return None
        title = condition.interlock.title
        words = (title.zh or title.en or source[:200], title.en or title.zh or source[:200])
        return reason("command.interlock", title_zh=words[0], title_en=words[1])


def writable(target: Target) -> Reason | None:
    """Say why a tag can never be written."""
    tag = target.tag
    if not tag.tag.writable:
        return reason("command.not_writable")
    if not tag.tag.device:
        return reason("command.no_device")
    if tag.faulty or tag.point is None:
        return reason("command.address_faulty")
    if not tag.point.writable:
        return reason("command.address_not_writable", address=tag.point.canonical)
    if target.told_by is None:
        return reason("command.no_read_back", tag=target.rules.read_back)
    return None


def quality(target: Target, reading: Reading | None) -> Reason | None:
    """Say why the present value forbids a write: stale, bad, never read, of a stopped PLC."""
    if reading is None:
        return reason("command.unknown_tag")
    if look_of(reading.cause) in WRITABLE_LOOKS:
        return None
    if reading.cause is Cause.TEXT_TOO_LONG and target.tag.type_code is TypeCode.TEXT:
        return None  # a shorter one mends it
    return reason("command.quality", cause_code=words_of(reading.cause))


def _right(target: Target, session: Session | None) -> Reason | None:
    if session is None:
        return reason("command.nobody")
    right = target.rules.right
    return None if session.may(right) else reason("command.no_right", user=session.user, right=right)


def _step(target: Target, wish: Wish, reading: Reading | None) -> Reason | None:
    """Compare with the largest step; without a present number the check of quality refuses anyway."""
    most, present = target.rules.largest_step, reading.value if reading is not None else None
    if most is None or present is None or isinstance(present, str) or isinstance(wish.value, str):
        return None
    moved = abs(wish.value - present)
    if moved <= most * (1 + 1e-12) + abs(present) * 1e-12:
        return None
    tag = target.tag.tag
    return reason("command.step", step=shown(tag, moved, most), most=shown(tag, most, moved), unit=tag.unit)


def _note(target: Target, command: Command) -> Reason | None:
    if len(command.reason) > NOTE_CHARACTERS:
        return reason("command.note_too_long", most=NOTE_CHARACTERS)
    if target.rules.needs_reason and not command.reason.strip():
        return reason("command.note_missing")
    return None


def _rate(target: Target, rate: Rate) -> Reason | None:
    if rate.unsettled:
        return reason("command.unsettled")
    if rate.open:
        return reason("command.under_way")
    if rate.since_ns is not None and rate.since_ns < target.rules.every_ms * 1_000_000:
        return reason("command.too_soon", every=target.rules.every_ms)
    return None
