"""What all edits have in common: finding, adding and replacing items in a frozen project.

Called by the other edit files.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

import msgspec

from hmi.model.alarm import Alarm
from hmi.model.device import Device
from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import Instance, Tag, TagType
from hmi.project._encode import encode_line
from hmi.project._expand_alarms import completed

T = TypeVar("T")
ProjectItem = Device | TagType | Instance | Tag | Screen | NavigationItem | Alarm


class What(StrEnum):
    """The kinds of items that edits know."""

    DEVICE = "device"
    TYPE = "type"
    INSTANCE = "instance"
    TAG = "tag"
    SCREEN = "screen"
    NAVIGATION = "navigation"
    ALARM = "alarm"


STRUCTS: dict[What, type[Any]] = {
    What.DEVICE: Device,
    What.TYPE: TagType,
    What.INSTANCE: Instance,
    What.TAG: Tag,
    What.SCREEN: Screen,
    What.NAVIGATION: NavigationItem,
    What.ALARM: Alarm,
}
FIELDS: dict[What, str] = {
    What.DEVICE: "devices",
    What.TYPE: "types",
    What.INSTANCE: "instances",
    What.TAG: "tags",
    What.SCREEN: "screens",
    What.NAVIGATION: "navigation",
    What.ALARM: "alarms",
}
"""The field of `Project` that holds them."""
_EXPANDING = (What.TYPE, What.INSTANCE, What.TAG, What.ALARM)


def what_is(item: ProjectItem) -> What:
    """Name the kind of an item."""
    return next(what for what, kind in STRUCTS.items() if type(item) is kind)


def name_of(item: ProjectItem) -> str:
    """Give the name or path by which others refer to an item (a navigation item has none)."""
    if isinstance(item, NavigationItem):
        return item.id
    return item.name if isinstance(item, Device) else item.path


def encoded(item: msgspec.Struct) -> msgspec.Raw:
    """Encode an item as an edit carries it."""
    return msgspec.Raw(encode_line(item))


def decoded(what: What, item: msgspec.Raw) -> Any:
    """Decode an item that an edit carries.

    Raises:
        ProjectError: it does not have the form of its kind.
    """
    try:
        return msgspec.json.decode(bytes(item), type=STRUCTS[what])
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProjectError("project.edit_form", what=what.value, message=str(error)) from error


def items_of(project: Project, what: What) -> tuple[Any, ...]:
    """Give all items of a kind."""
    return tuple(getattr(project, FIELDS[what]))


def find(items: Sequence[T], ident: str) -> T:
    """Find an item by its id.

    Raises:
        ProjectError: there is none.
    """
    for item in items:
        if item.id == ident:  # type: ignore[attr-defined]
            return item
    raise ProjectError("project.edit_missing", id=ident)


def with_items(project: Project, what: What, items: Sequence[Any]) -> Project:
    """Give the project with other items of a kind, sorted by id; tags and alarms of instances are made anew."""
    ordered = tuple(sorted(items, key=lambda item: str(item.id)))
    changed = replaced_items(project, what, ordered)
    return expanded(changed) if what in _EXPANDING else changed


def replaced_items(project: Project, what: What, items: tuple[Any, ...]) -> Project:
    """Give the project with the items of a kind replaced, which are sorted already."""
    fields: dict[str, Any] = {FIELDS[what]: items}
    return replace(project, **fields)


def expanded(project: Project) -> Project:
    """Give the project with the tags and alarms of its instances made anew."""
    if not project.instances and not project.expanded and not project.expanded_alarms:
        return project
    return completed(project)


def elements_of(project: Project, screen: str) -> tuple[Element, ...]:
    """Give the elements of a screen.

    Raises:
        ProjectError: there is no such screen.
    """
    find(project.screens, screen)
    return project.elements.get(screen, ())


def with_elements(project: Project, screen: str, elements: Sequence[Element]) -> Project:
    """Give the project with other elements on a screen, sorted by id."""
    ordered = tuple(sorted(elements, key=lambda element: element.id))
    return replace(project, elements={**project.elements, screen: ordered})
