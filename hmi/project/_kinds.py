"""The folders of a project and what a line of each holds. Read by reader, writer, merge and diff; pure."""

from enum import StrEnum
from typing import Any

import msgspec

from hmi.model.alarm import Alarm
from hmi.model.device import Device
from hmi.model.project import FORMAT, ProjectHeader
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import Instance, Tag, TagType

PROJECT_FILE = "project.json"


def header_key(place: str) -> str:
    """Give the key in `ReadResult.spots` of a place inside `project.json`, such as `$.scan_classes[0]`."""
    return f"{PROJECT_FILE}:{place}"


class Kind(StrEnum):
    """What a file holds; its folder has the same name."""

    DEVICES = "devices"
    TYPES = "types"
    TAGS = "tags"
    SCREENS = "screens"
    NAVIGATION = "navigation"
    ALARMS = "alarms"


class FileHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """First line of every `.jsonl` file but those of screens."""

    format: int = FORMAT
    kind: Kind


class ScreenLine(Screen, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """First line of a screen file: the screen itself with what every header has."""

    format: int = FORMAT
    kind: Kind


class TypeLine(TagType, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="type"):
    """A type in `types/*.jsonl`, told from an instance by its `kind`."""


class InstanceLine(Instance, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="instance"):
    """An instance in `types/*.jsonl`."""


class Form(msgspec.Struct, frozen=True):
    """How the lines of a kind are decoded, and where new items go."""

    line: Any
    """Type of one item line, for msgspec."""
    file: str
    """Default file; empty for screens, which have a file each."""


FORMS: dict[Kind, Form] = {
    Kind.DEVICES: Form(Device, "devices/devices.jsonl"),
    Kind.TYPES: Form(TypeLine | InstanceLine, "types/types.jsonl"),
    Kind.TAGS: Form(Tag, "tags/tags.jsonl"),
    Kind.SCREENS: Form(Element, ""),
    Kind.NAVIGATION: Form(NavigationItem, "navigation/navigation.jsonl"),
    Kind.ALARMS: Form(Alarm, "alarms/alarms.jsonl"),
}

Item = Device | TagType | Instance | Tag | Element | NavigationItem | Alarm | Screen | ProjectHeader


def plain_item(line: Any) -> Any:
    """Turn a decoded line into the struct of the model (types and instances lose the tag of their line)."""
    match line:
        case TypeLine():
            return TagType(**{name: getattr(line, name) for name in TagType.__struct_fields__})
        case InstanceLine():
            return Instance(**{name: getattr(line, name) for name in Instance.__struct_fields__})
        case _:
            return line


def kind_of_path(path: str) -> Kind | None:
    """Give the kind of a file by its folder (`tags/line1.jsonl`), or None when it is none of a project's."""
    folder, _, rest = path.partition("/")
    if not rest.endswith(".jsonl") or folder not in list(Kind):
        return None
    return Kind(folder)
