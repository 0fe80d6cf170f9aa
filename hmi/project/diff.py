"""Compares two projects by object: what was added, removed, changed, field by field.

Used by `hmi diff` and by apply; pure.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from hmi.model.project import Project
from hmi.project._encode import plain

Fields = dict[str, Any]


class Change(StrEnum):
    """What happened to an object."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class FieldChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One field. What stands at its default is absent, as in the files: None."""

    field: str
    """Name, or names parted by points for what lies deeper (`span.low`, `bind.value`)."""
    before: Any = None
    after: Any = None


class ObjectChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One object that differs."""

    change: Change
    kind: str
    """`project`, `device`, `type`, `instance`, `tag`, `screen`, `element`, `navigation` or `alarm`."""
    id: str
    name: str
    """Path or name; for an element its screen's path and its family."""
    fields: tuple[FieldChange, ...] = ()
    """What differs, for a changed object."""


def diff_projects(before: Project, after: Project) -> tuple[ObjectChange, ...]:
    """Compare two projects.

    Returns:
        Changes in the order of kinds, within a kind sorted by name and id.
    """
    old, new = _objects(before), _objects(after)
    changes: list[ObjectChange] = []
    for key in [*old, *(key for key in new if key not in old)]:
        kind, ident = key
        if key not in new:
            changes.append(ObjectChange(change=Change.REMOVED, kind=kind, id=ident, name=old[key][0]))
        elif key not in old:
            changes.append(ObjectChange(change=Change.ADDED, kind=kind, id=ident, name=new[key][0]))
        elif old[key][1] != new[key][1]:
            fields = tuple(_fields("", plain(old[key][1]), plain(new[key][1])))
            if fields:
                name = new[key][0]
                changes.append(ObjectChange(change=Change.CHANGED, kind=kind, id=ident, name=name, fields=fields))
    order = list(_KINDS)
    return tuple(sorted(changes, key=lambda one: (order.index(one.kind), one.name, one.id)))


_KINDS = ("project", "device", "type", "instance", "tag", "screen", "element", "navigation", "alarm")


def _objects(project: Project) -> dict[tuple[str, str], tuple[str, msgspec.Struct]]:
    """Index everything by kind and id: name and struct."""
    found: dict[tuple[str, str], tuple[str, msgspec.Struct]] = {
        ("project", project.header.id): (project.header.name, project.header)
    }
    found |= {("device", one.id): (one.name, one) for one in project.devices}
    found |= {("type", one.id): (one.path, one) for one in project.types}
    found |= {("instance", one.id): (one.path, one) for one in project.instances}
    found |= {("tag", one.id): (one.path, one) for one in project.tags}
    for screen in project.screens:
        found["screen", screen.id] = (screen.path, screen)
        for element in project.elements.get(screen.id, ()):
            found["element", f"{screen.id}/{element.id}"] = (f"{screen.path}: {element.type}", element)
    found |= {("navigation", one.id): (one.title.en or one.title.zh or one.id, one) for one in project.navigation}
    found |= {("alarm", one.id): (one.path, one) for one in project.alarms}
    return found


def _fields(place: str, before: Any, after: Any) -> Iterator[FieldChange]:
    """List the fields that differ; raw parts are looked into, so that properties are named, too."""
    before, after = _opened(before), _opened(after)
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _fields(f"{place}.{key}" if place else key, before.get(key), after.get(key))
    elif before != after:
        yield FieldChange(field=place, before=_decoded(before), after=_decoded(after))


def _opened(value: Any) -> Any:
    """Decode raw JSON."""
    return _decoded(value) if isinstance(value, msgspec.Raw) else value


def _decoded(value: Any) -> Any:
    """Decode raw JSON, also inside."""
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(bytes(value))
    return {key: _decoded(inner) for key, inner in value.items()} if isinstance(value, dict) else value
