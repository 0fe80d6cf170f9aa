"""Edits of whole items: add, remove, replace, and the project's own header. Made by editor, imports and `hmi new`."""

from dataclasses import replace

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.project import Project, ProjectHeader
from hmi.model.screen import Element
from hmi.project.edits._base import ProjectItem, What, decoded, encoded, find, items_of, what_is, with_items


class Add(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="add"):
    """A new item; a screen may bring its elements."""

    what: What
    item: msgspec.Raw
    """The item as it stands in a file."""
    elements: tuple[Element, ...] = ()

    def apply(self, project: Project) -> Project:
        """Give the project with the item.

        Raises:
            ProjectError: its id is taken.
        """
        item = decoded(self.what, self.item)
        items = items_of(project, self.what)
        if any(other.id == item.id for other in items):
            raise ProjectError("project.edit_exists", id=item.id)
        changed = with_items(project, self.what, [*items, item])
        if self.what is What.SCREEN:
            ordered = tuple(sorted(self.elements, key=lambda element: element.id))
            changed = replace(changed, elements={**changed.elements, item.id: ordered})
        return changed

    def invert(self, project: Project) -> "Remove":
        """Give the edit that takes it back."""
        return Remove(what=self.what, id=decoded(self.what, self.item).id)


class Remove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="remove"):
    """An item goes; references to it stay and are found by the check."""

    what: What
    id: str

    def apply(self, project: Project) -> Project:
        """Give the project without the item.

        Raises:
            ProjectError: there is no such item.
        """
        items = items_of(project, self.what)
        gone = find(items, self.id)
        changed = with_items(project, self.what, [item for item in items if item is not gone])
        if self.what is What.SCREEN:
            elements = {screen: inner for screen, inner in changed.elements.items() if screen != self.id}
            changed = replace(changed, elements=elements)
        return changed

    def invert(self, project: Project) -> "Add":
        """Give the edit that brings it back, with a screen's elements."""
        item = find(items_of(project, self.what), self.id)
        elements = project.elements.get(self.id, ()) if self.what is What.SCREEN else ()
        return Add(what=self.what, item=encoded(item), elements=elements)


class Replace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="replace"):
    """An item with the same id takes the place of the old one. References are left alone: see `Rename`."""

    what: What
    item: msgspec.Raw

    def apply(self, project: Project) -> Project:
        """Give the project with the new item.

        Raises:
            ProjectError: there is no item with this id.
        """
        item = decoded(self.what, self.item)
        items = items_of(project, self.what)
        old = find(items, item.id)
        return with_items(project, self.what, [item if other is old else other for other in items])

    def invert(self, project: Project) -> "Replace":
        """Give the edit that puts the old one back."""
        old = find(items_of(project, self.what), decoded(self.what, self.item).id)
        return Replace(what=self.what, item=encoded(old))


class SetHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="header"):
    """`project.json` changes: title, scan classes, start."""

    header: ProjectHeader

    def apply(self, project: Project) -> Project:
        """Give the project with the new header.

        Raises:
            ProjectError: the id would change, by which station data find the project.
        """
        if self.header.id != project.header.id:
            raise ProjectError("project.edit_project_id", id=self.header.id)
        return replace(project, header=self.header)

    def invert(self, project: Project) -> "SetHeader":
        """Give the edit that puts the old header back."""
        return SetHeader(header=project.header)


def add(item: ProjectItem, elements: tuple[Element, ...] = ()) -> Add:
    """Make the edit that adds an item."""
    return Add(what=what_is(item), item=encoded(item), elements=elements)


def remove(item: ProjectItem) -> Remove:
    """Make the edit that removes an item."""
    return Remove(what=what_is(item), id=item.id)


def replaced(item: ProjectItem) -> Replace:
    """Make the edit that puts an item in the place of the one with its id."""
    return Replace(what=what_is(item), item=encoded(item))
