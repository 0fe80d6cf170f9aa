"""Makes the alarms that instances of types bring. Called by the reader and by edits; pure.

An instance that cannot be expanded is named once, by `_expand`; here it brings nothing and says nothing more.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import msgspec

from hmi.model.alarm import Alarm, AlarmFields, TypeAlarm, type_alarm_id
from hmi.model.project import Project
from hmi.project._encode import plain
from hmi.project._expand import Note, Refused, Use, expand, filled, note_problem, use_of
from hmi.project._lines import decode_line
from hmi.project._problem import Problem, Spot

MOST_ALARMS = 1_000_000
"""Most alarms that all instances together may bring."""
_ALARM = msgspec.json.Decoder(TypeAlarm)
_OVERRIDE = msgspec.json.Decoder(dict[str, Any])
_SHARED = AlarmFields.__struct_fields__


def completed(project: Project) -> Project:
    """Give a project with the tags and alarms of its instances, as the reader would."""
    return replace(project, expanded=expand(project)[0], expanded_alarms=expand_alarms(project)[0])


def expand_alarms(
    project: Project, spots: Mapping[str, Spot] | None = None
) -> tuple[tuple[Alarm, ...], tuple[Problem, ...]]:
    """Make the alarms of all instances.

    Args:
        project: its types and instances are read; its `expanded_alarms` are not.
        spots: where items stand, for the problems.

    Returns:
        The alarms sorted by id, and what cannot be made: the override, or the one alarm that is at fault.
    """
    types = {one.path: one for one in project.types if one.alarms}
    taken = {alarm.id for alarm in project.alarms}
    alarms: list[Alarm] = []
    problems: list[Problem] = []
    note: Note = partial(note_problem, problems, spots or {})
    for instance in project.instances:
        names = {f"{one.member}:{one.name}" for one in types[instance.of].alarms} if instance.of in types else set()
        for name in instance.alarms:
            if name not in names:
                note(instance, Refused("unknown_alarm", "alarm_override", alarm=name, type=instance.of))
        if not names:
            continue
        try:
            use = use_of(instance, types)
        except Refused:
            continue
        for alarm in _alarms_of(use, note):
            if len(alarms) >= MOST_ALARMS:
                note(instance, Refused("too_many_alarms", "too_large", limit=MOST_ALARMS))
                return tuple(sorted(alarms, key=lambda one: one.id)), tuple(problems)
            if alarm.id in taken:
                note(instance, Refused("duplicate_id", "duplicate_id", id=alarm.id))
                continue
            taken.add(alarm.id)
            alarms.append(alarm)
    return tuple(sorted(alarms, key=lambda one: one.id)), tuple(problems)


def _alarms_of(use: Use, note: Note) -> list[Alarm]:
    """Make the alarms of one instance; the check names those whose member does not exist, once, at the type."""
    members = {member.name for member in use.of.members}
    found = []
    for of_type in use.of.alarms:
        if of_type.member not in members:
            continue
        place = f"{of_type.member}:{of_type.name}"
        alarm = _overridden(use, of_type, place, note)
        if alarm is None:
            continue
        fields = {name: getattr(alarm, name) for name in _SHARED}
        try:
            for name, value in fields.items():
                fields[name] = filled(value, use.values)
        except Refused as refused:
            note(use.instance, refused, place)
            continue
        except KeyError as error:
            note(use.instance, Refused("unknown_gap", "gap", name=str(error.args[0])), place)
            continue
        tag = f"{use.instance.path}.{of_type.member}"
        ident = type_alarm_id(use.instance.id, of_type.member, of_type.name)
        found.append(Alarm(id=ident, path=f"{tag}:{of_type.name}", tag=tag, **fields))
    return found


def _overridden(use: Use, alarm: TypeAlarm, place: str, note: Note) -> TypeAlarm | None:
    """Give an alarm of the type with what differs in this instance; None when that does not fit."""
    override = use.instance.alarms.get(place)
    if override is None:
        return alarm
    fields, wrong = decode_line(bytes(override), _OVERRIDE)
    if wrong is None:
        named = {"name": alarm.name, "member": alarm.member}
        merged = msgspec.json.encode({**plain(alarm), **fields, **named})
        changed, wrong = decode_line(merged, _ALARM)
        if wrong is None and isinstance(changed, TypeAlarm):
            return changed
    if wrong is not None:
        note(use.instance, Refused("bad_alarm_override", "alarm_override", alarm=place, place=wrong.place), place)
    return None
