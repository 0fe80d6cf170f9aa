"""Alarms: what they watch, whether they can ever come and go, and whether anybody knows what to do (AL-20 to AL-24)."""

from collections.abc import Iterable
from itertools import pairwise

from hmi.model.alarm import PRIORITIES, Alarm, AlarmFields, AlarmKind
from hmi.model.health import health_tags
from hmi.model.project import Project
from hmi.model.tag import DataType, Limits, Tag
from hmi.project.check._findings import Findings
from hmi.project.names import is_alarm_path, is_name

_RISING = (AlarmKind.LOW_LOW, AlarmKind.LOW, AlarmKind.HIGH, AlarmKind.HIGH_HIGH)
"""Kinds with a limit, in the order in which the limits must rise."""
_WORDLESS = (DataType.BOOL, DataType.STRING)
"""Types of tags that no limit can be put on."""
_TIMES = ("on_delay_s", "off_delay_s", "respond_s", "deadband")


def check_alarms(project: Project, findings: Findings) -> None:
    """Check all alarms, those of instances included, and the alarms of types by themselves."""
    tags = {**{tag.path: tag for tag in health_tags(project)}, **project.tags_by_path}
    seen: set[str] = set()
    of_tag: dict[str, list[Alarm]] = {}
    for alarm in project.all_alarms:
        if not is_alarm_path(alarm.path):
            findings.error(alarm.id, alarm.path[:80], "bad_alarm_path", "alarm_path", name=alarm.path[:80])
        if alarm.path in seen:
            findings.error(alarm.id, alarm.path, "path_twice", "path_twice", path=alarm.path)
        seen.add(alarm.path)
        _check_numbers(alarm, alarm.id, alarm.path, findings)
        tag = tags.get(alarm.tag)
        if tag is None:
            findings.error(alarm.id, alarm.path, "unknown_tag", "tag", tag=alarm.tag)
            continue
        _check_kind(alarm, tag, findings)
        if alarm.enabled:
            of_tag.setdefault(alarm.tag, []).append(alarm)
    for path, alarms in of_tag.items():
        _check_order(alarms, tags[path].limits, findings)
    _check_types(project, findings)


def limit_of(alarm: AlarmFields, limits: Limits) -> float | None:
    """Give the limit that an alarm of a tag with these limits has; None for a kind without, or where none is set."""
    if alarm.kind not in _RISING:
        return None
    own: float | None = getattr(limits, alarm.kind.value)
    return alarm.limit if alarm.limit is not None else own


def _check_numbers(alarm: Alarm, key: str, place: str, findings: Findings) -> None:
    """Check what needs no tag."""
    if alarm.priority not in PRIORITIES:
        findings.error(
            key, f"{place}: $.priority", "outside", "range", low=PRIORITIES[0], high=PRIORITIES[-1]
        )  # fmt: skip
    for name in _TIMES:
        if getattr(alarm, name) < 0:
            findings.error(key, f"{place}: $.{name}", "negative", "negative")
    if alarm.kind is AlarmKind.DISCRETE and not alarm.values:
        findings.error(key, f"{place}: $.values", "alarm_no_values", "alarm_values")
    if 0 < alarm.respond_s <= alarm.on_delay_s:
        findings.warning(
            key, f"{place}: $.on_delay_s", "alarm_delay", "alarm_delay", delay=alarm.on_delay_s, respond=alarm.respond_s
        )
    if not alarm.action:
        findings.warning(key, place, "alarm_no_action", "alarm_action")


def _check_kind(alarm: Alarm, tag: Tag, findings: Findings) -> None:
    """Check that the kind fits the tag, and that the limit can be reached."""
    key, place = alarm.id, alarm.path
    match alarm.kind:
        case AlarmKind.COMMUNICATION:
            findings.error(key, f"{place}: $.kind", "alarm_communication", "alarm_communication")
        case AlarmKind.BAD_QUALITY:
            pass
        case AlarmKind.DISCRETE:
            if tag.type is DataType.STRING:
                findings.error(key, f"{place}: $.kind", "alarm_type", "alarm_type", tag=tag.path, type=tag.type.value)
            elif tag.type is DataType.BOOL and not set(alarm.values) <= {0, 1}:
                findings.error(key, f"{place}: $.values", "outside", "range", low=0, high=1)
        case _:
            if tag.type in _WORDLESS:
                findings.error(key, f"{place}: $.kind", "alarm_type", "alarm_type", tag=tag.path, type=str(tag.type))
            _check_limit(alarm, tag, findings)


def _check_limit(alarm: Alarm, tag: Tag, findings: Findings) -> None:
    """Check that there is a limit, and that the value can get there and back."""
    limit = limit_of(alarm, tag.limits)
    if limit is None:
        findings.error(alarm.id, alarm.path, "alarm_no_limit", "alarm_limit", kind=alarm.kind.value, tag=tag.path)
        return
    high = alarm.kind in (AlarmKind.HIGH, AlarmKind.HIGH_HIGH)
    held = tag.instrument
    # The value stops at the ends of the instrument's range, so it reaches an end and goes no further.
    end = held.high if high else held.low
    if end is not None and (limit > end if high else limit < end):
        findings.error(
            alarm.id, f"{alarm.path}: $.limit", "alarm_never", "alarm_limit", limit=limit, low=_end(held.low),
            high=_end(held.high),
        )  # fmt: skip
        return
    low, top = tag.span.low, tag.span.high
    if (low is not None and limit < low) or (top is not None and limit > top):
        findings.warning(
            alarm.id, f"{alarm.path}: $.limit", "alarm_outside_span", "alarm_limit", limit=limit, low=_end(low),
            high=_end(top),
        )  # fmt: skip
    back = limit - alarm.deadband if high else limit + alarm.deadband
    if (high and low is not None and back < low <= limit) or (not high and top is not None and back > top >= limit):
        findings.warning(
            alarm.id, f"{alarm.path}: $.deadband", "alarm_no_return", "alarm_deadband", deadband=alarm.deadband
        )


def _end(number: float | None) -> str:
    return "…" if number is None else f"{number:g}"


def _check_order(alarms: Iterable[Alarm], limits: Limits, findings: Findings) -> None:
    """Check that the limits of one tag rise from low low to high high."""
    ordered = sorted(
        (
            (_RISING.index(alarm.kind), limit, alarm)
            for alarm in alarms
            if (limit := limit_of(alarm, limits)) is not None
        ),
        key=lambda found: (found[0], found[1]),
    )
    for (rank, low, _), (other, high, alarm) in pairwise(ordered):
        if other > rank and not low < high:
            findings.error(
                alarm.id, f"{alarm.path}: $.limit", "low_not_below_high", "low_high", low=low, high=high
            )  # fmt: skip


def _check_types(project: Project, findings: Findings) -> None:
    """Check what every instance of a type would have wrong."""
    for one in project.types:
        members = {member.name for member in one.members}
        seen: set[str] = set()
        for alarm in one.alarms:
            name = f"{alarm.member}:{alarm.name}"
            place = f"{one.path}.{name}"
            if not is_name(alarm.name):
                findings.error(one.id, place, "bad_name", "name", name=alarm.name[:80])
            if alarm.member not in members:
                findings.error(one.id, place, "unknown_member", "alarm_member", member=alarm.member, type=one.path)
            if name in seen:
                findings.error(one.id, place, "path_twice", "path_twice", path=name)
            seen.add(name)
