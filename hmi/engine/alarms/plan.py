"""A project's alarms made ready: one `Watch` an alarm, and what can be computed of them beforehand. Pure.

`alarm_plan` takes some tenths of a second for 50,000 alarms, so the engine calls it in a thread; `AlarmDesk.plan` then
takes the result into use between two ticks.
"""

import logging
import math
from dataclasses import dataclass

from hmi.engine.alarms.settings import Settings, settings_of
from hmi.engine.alarms.watch import WITH_LIMIT, Watch
from hmi.model.alarm import Alarm, AlarmKind, communication_alarm_id
from hmi.model.device import Device
from hmi.model.health import device_path, health_id, health_tags
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.tag import Tag
from hmi.model.text import Text

log = logging.getLogger("hmi.alarm")

COMMUNICATION_PRIORITY = 2
"""Of the alarm that the product makes for each device: the operator is blind, the plant may be well."""


@dataclass(frozen=True, slots=True)
class AlarmPlan:
    """All alarms of a project that can be judged."""

    watches: tuple[Watch, ...]
    """Of tags, in the order of their tags."""
    settings: Settings
    """Of those."""
    places: dict[tuple[str, str, AlarmKind], int]
    """`Watch.key` -> place among the watches."""
    by_id: dict[str, Watch]
    """All, communication alarms too."""
    communication: dict[str, Watch]
    """By name of the device: one for each that is polled."""


def alarm_plan(project: Project) -> AlarmPlan:
    """Make the alarms of a project ready; what cannot be judged is left out and logged, as `hmi check` says it too."""
    idle = {device.name for device in project.devices if not _polled(device)}
    tags = {**{tag.path: tag for tag in health_tags(project)}, **project.tags_by_path}
    found: list[Watch] = []
    left_out: list[str] = []
    for alarm in project.all_alarms:
        tag = tags.get(alarm.tag)
        watch = _watch(alarm, tag) if tag is not None else None
        if watch is None:
            if alarm.enabled:
                left_out.append(alarm.path)
        elif alarm.enabled and watch.device not in idle:
            found.append(watch)
    if left_out:
        log.warning("%d alarms cannot be judged, among them %s", len(left_out), ", ".join(left_out[:5]))
    communication = {device.name: _communication(device) for device in project.devices if _polled(device)}
    watches = tuple(sorted(found, key=lambda one: (one.tag, one.id)))
    return AlarmPlan(
        watches,
        settings_of(watches),
        {one.key: at for at, one in enumerate(watches)},
        {one.id: one for one in (*watches, *communication.values())},
        communication,
    )


def _polled(device: Device) -> bool:
    return device.enabled and device.commissioned


def _watch(alarm: Alarm, tag: Tag) -> Watch | None:
    """Make one ready; None when nothing can be judged by it."""
    limit = None
    if alarm.kind is AlarmKind.COMMUNICATION:
        return None
    if alarm.kind in WITH_LIMIT:
        limit = alarm.limit if alarm.limit is not None else getattr(tag.limits, alarm.kind.value)
        if limit is None or not math.isfinite(limit):
            return None
    return Watch(
        id=alarm.id,
        path=alarm.path,
        tag=tag.path,
        tag_id=tag.id,
        kind=alarm.kind,
        priority=alarm.priority,
        limit=limit,
        deadband=max(0.0, alarm.deadband),
        values=alarm.values,
        on_delay_ns=_ns(alarm.on_delay_s),
        off_delay_ns=_ns(alarm.off_delay_s),
        latching=alarm.latching,
        needs_acknowledge=alarm.needs_acknowledge,
        device=tag.device,
        number=number_of_id(tag.id),
        tag_deadband=tag.deadband,
        own_title=alarm.title,
        subject=tag.title or Text(zh=tag.path, en=tag.path),
    )


def _communication(device: Device) -> Watch:
    """Make the alarm that each device has."""
    tag = device_path(device.name, "State")
    return Watch(
        id=communication_alarm_id(device.id),
        path=f"{tag}:{AlarmKind.COMMUNICATION.value}",
        tag=tag,
        tag_id=health_id(tag),
        kind=AlarmKind.COMMUNICATION,
        priority=COMMUNICATION_PRIORITY,
        limit=None,
        deadband=0.0,
        values=(),
        on_delay_ns=0,
        off_delay_ns=0,
        latching=False,
        needs_acknowledge=True,
        device=device.name,
        number=number_of_id(health_id(tag)),
        tag_deadband=0.0,
        own_title=Text(),
        subject=device.title or Text(zh=device.name, en=device.name),
    )


def _ns(seconds: float) -> int:
    """Give a delay in ns; one that nobody waits for (a hundred years) is cut, so that sums fit 64 bits."""
    return int(min(max(seconds, 0.0), 3.2e9) * 1e9)
