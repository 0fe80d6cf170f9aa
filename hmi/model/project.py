"""A project as it is held in memory: everything read and checked, indexed, frozen. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import msgspec

from hmi.model.alarm import Alarm
from hmi.model.device import Device, ScanClass
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import Instance, Tag, TagType
from hmi.model.text import Text
from hmi.model.user import DEFAULT_ROLES, Role

FORMAT = 1
"""Format of the project files that this version writes."""


class ProjectHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`project.json`."""

    format: int = FORMAT
    id: str
    name: str
    """Short name, letters and digits: it names folders and sockets."""
    title: Text = Text()
    scan_classes: tuple[ScanClass, ...] = (
        ScanClass(name="fast", period_ms=100),
        ScanClass(name="normal", period_ms=1000),
        ScanClass(name="slow", period_ms=10_000),
    )
    roles: tuple[Role, ...] = DEFAULT_ROLES
    """What people may do; users belong to the station and name one of these."""
    start: str = ""
    """Id of the navigation item that opens first; empty is the first one."""


@dataclass(frozen=True)
class Project:
    """Everything of a project folder."""

    header: ProjectHeader
    devices: tuple[Device, ...] = ()
    types: tuple[TagType, ...] = ()
    instances: tuple[Instance, ...] = ()
    tags: tuple[Tag, ...] = ()
    """Tags as written; those of instances are added in `all_tags`."""
    expanded: tuple[Tag, ...] = ()
    """Tags that instances bring, made by the reader."""
    screens: tuple[Screen, ...] = ()
    elements: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    """Screen id -> its elements."""
    navigation: tuple[NavigationItem, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """Alarms as written; those of instances are added in `all_alarms`."""
    expanded_alarms: tuple[Alarm, ...] = ()
    """Alarms that instances bring, made by the reader."""

    @cached_property
    def all_tags(self) -> tuple[Tag, ...]:
        """Every tag, written or brought by an instance, sorted by id."""
        return tuple(sorted((*self.tags, *self.expanded), key=lambda tag: tag.id))

    @cached_property
    def all_alarms(self) -> tuple[Alarm, ...]:
        """Every alarm of a tag, written or brought by an instance, by id; those of devices are not among them."""
        return tuple(sorted((*self.alarms, *self.expanded_alarms), key=lambda alarm: alarm.id))

    @cached_property
    def roles_by_name(self) -> dict[str, Role]:
        """Name -> role."""
        return {role.name: role for role in self.header.roles}

    @cached_property
    def tags_by_path(self) -> dict[str, Tag]:
        """Path -> tag."""
        return {tag.path: tag for tag in self.all_tags}

    @cached_property
    def devices_by_name(self) -> dict[str, Device]:
        """Name -> device."""
        return {device.name: device for device in self.devices}

    @cached_property
    def scan_classes_by_name(self) -> dict[str, ScanClass]:
        """Name -> scan class."""
        return {scan.name: scan for scan in self.header.scan_classes}

    @cached_property
    def screens_by_path(self) -> dict[str, Screen]:
        """Path -> screen."""
        return {screen.path: screen for screen in self.screens}
