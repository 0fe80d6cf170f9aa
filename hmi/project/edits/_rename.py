"""Renames: an item gets another name, and everything that refers to it follows. Made by editor and command line."""

from dataclasses import replace as replace_field
from typing import Any

import msgspec
from msgspec.structs import replace

from hmi.model.errors import ProjectError
from hmi.model.health import device_path, health_tags
from hmi.model.project import Project
from hmi.model.tag import Instance, TagType
from hmi.project.edits._base import What, encoded, expanded, find, items_of, name_of, replaced_items
from hmi.project.edits._elements import ReplaceElements
from hmi.project.edits._items import Replace
from hmi.project.edits._references import references_renamed
from hmi.project.names import is_alarm_path, is_name, is_path


class Rename(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="rename"):
    """An item gets another name or path. Its id stays, so history and audit stay with it."""

    what: What
    id: str
    name: str
    """The new name (device) or path (everything else)."""

    def apply(self, project: Project) -> Project:
        """Give the project with the new name and all references rewritten.

        Raises:
            ProjectError: there is no such item, the name is taken or malformed, or the item has no name (navigation).
        """
        item = find(items_of(project, self.what), self.id)
        old = name_of(item)
        self._check(project, old)
        named = {"name" if self.what is What.DEVICE else "path": self.name}
        items = tuple(replace(one, **named) if one is item else one for one in items_of(project, self.what))
        renamed = replaced_items(project, self.what, items)
        match self.what:
            case What.DEVICE:
                pairs = _health_pairs(project, old, self.name)
                return expanded(references_renamed(_device_renamed(renamed, old, self.name), pairs))
            case What.TYPE:
                uses = tuple(replace(one, of=self.name) if one.of == old else one for one in renamed.instances)
                return expanded(replace_field(renamed, instances=uses))
            case What.INSTANCE:
                members = next((one.members for one in project.types if one.path == item.of), ())
                pairs = [(f"{old}.{member.name}", f"{self.name}.{member.name}") for member in members]
                return expanded(references_renamed(renamed, pairs))
            case What.TAG:
                return expanded(references_renamed(renamed, [(old, self.name)]))
            case What.ALARM:
                return renamed
            case _:
                return _screen_renamed(renamed, old, self.name)

    def _check(self, project: Project, old: str) -> None:
        """Refuse a name that cannot be had."""
        if self.what is What.NAVIGATION:
            raise ProjectError("project.edit_no_name", id=self.id)
        valid = {What.DEVICE: is_name, What.ALARM: is_alarm_path}.get(self.what, is_path)
        if not valid(self.name):
            raise ProjectError("project.edit_bad_name", name=self.name[:80])
        taken = {name_of(one) for one in items_of(project, self.what)}
        if self.what in (What.TAG, What.INSTANCE):
            taken = {tag.path for tag in project.all_tags} | {one.path for one in project.instances}
        elif self.what is What.ALARM:
            taken = {alarm.path for alarm in project.all_alarms}
        if self.name != old and self.name in taken:
            raise ProjectError("project.edit_name_taken", name=self.name)

    def invert(self, project: Project) -> "Restore":
        """Give the edit that puts back every item as it was.

        A rename back would not do: what already referred to the new name before would be rewritten, too.
        """
        after = self.apply(project)
        items: list[Replace] = []
        for what in What:
            now = {item.id: item for item in items_of(after, what)}
            items += [
                Replace(what=what, item=encoded(item)) for item in items_of(project, what) if item != now[item.id]
            ]
        restored: list[ReplaceElements] = []
        for screen, elements in sorted(project.elements.items()):
            changed = {element.id: element for element in after.elements[screen]}
            old = tuple(element for element in elements if element != changed[element.id])
            if old:
                restored.append(ReplaceElements(screen=screen, elements=old))
        return Restore(items=tuple(items), elements=tuple(restored))


class Restore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="restore"):
    """Items and elements become again what they were; the inverse of a rename."""

    items: tuple[Replace, ...] = ()
    elements: tuple[ReplaceElements, ...] = ()

    def apply(self, project: Project) -> Project:
        """Give the project with all of them as they are carried here.

        Raises:
            ProjectError: one of them does not exist.
        """
        for item in self.items:
            project = item.apply(project)
        for elements in self.elements:
            project = elements.apply(project)
        return project

    def invert(self, project: Project) -> "Restore":
        """Give the edit that puts back what stands there now."""
        items = tuple(one.invert(project) for one in self.items)
        return Restore(items=items, elements=tuple(one.invert(project) for one in self.elements))


def _health_pairs(project: Project, old: str, new: str) -> list[tuple[str, str]]:
    """List the engine's own tags about a device, which follow its name."""
    below = device_path(old, "")
    found = [tag.path for tag in health_tags(project) if tag.path.startswith(below)]
    return [(path, device_path(new, path[len(below) :])) for path in found]


def _device_renamed(project: Project, old: str, new: str) -> Project:
    """Rewrite the references to a device: in tags, members, overrides, and parameters that name a member's device."""

    def on_device(item: Any) -> Any:
        return replace(item, device=new) if item.device == old else item

    def of_type(one: TagType) -> TagType:
        members = tuple(map(on_device, one.members))
        return replace(one, members=members) if members != one.members else one

    # `$plc` in a member's device makes the parameter `plc` of each instance a reference to a device.
    gaps = {
        one.path: {member.device[1:] for member in one.members if member.device[:1] == "$"} for one in project.types
    }

    def of_instance(one: Instance) -> Instance:
        naming = gaps.get(one.of, set())
        given = {name: new if name in naming and value == old else value for name, value in one.parameters.items()}
        overrides = {name: _override_renamed(raw, old, new) for name, raw in one.overrides.items()}
        if given == one.parameters and overrides == one.overrides:
            return one
        return replace(one, parameters=given, overrides=overrides)

    return replace_field(
        project,
        tags=tuple(map(on_device, project.tags)),
        types=tuple(map(of_type, project.types)),
        instances=tuple(map(of_instance, project.instances)),
    )


def _override_renamed(raw: msgspec.Raw, old: str, new: str) -> msgspec.Raw:
    """Rewrite the device of one member's override."""
    try:
        fields = msgspec.json.decode(bytes(raw), type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError):
        return raw
    if fields.get("device") != old:
        return raw
    return msgspec.Raw(msgspec.json.encode({**fields, "device": new}))


def _screen_renamed(project: Project, old: str, new: str) -> Project:
    """Rewrite the references to a screen: in other screens' parent, and in the navigation."""
    screens = tuple(replace(one, parent=new) if one.parent == old else one for one in project.screens)
    navigation = tuple(
        replace(one, screens=tuple(new if path == old else path for path in one.screens)) if old in one.screens else one
        for one in project.navigation
    )
    return replace_field(project, screens=screens, navigation=navigation)
