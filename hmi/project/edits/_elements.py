"""Edits of the elements of a screen: add, remove, replace, move, properties, bindings.

Made by the editor's gestures.
"""

import msgspec
from msgspec.structs import replace

from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.model.screen import Element
from hmi.project._encode import one_line
from hmi.project.edits._base import elements_of, find, with_elements

Box = tuple[float, float, float, float]


class AddElements(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="add_elements"
):
    """New elements on a screen."""

    screen: str
    """Id of the screen, as in all of these."""
    elements: tuple[Element, ...]

    def apply(self, project: Project) -> Project:
        """Give the project with the elements.

        Raises:
            ProjectError: there is no such screen, or an id is taken.
        """
        present = elements_of(project, self.screen)
        taken = {element.id for element in present}
        for element in self.elements:
            if element.id in taken:
                raise ProjectError("project.edit_exists", id=element.id)
            taken.add(element.id)
        return with_elements(project, self.screen, [*present, *self.elements])

    def invert(self, project: Project) -> "RemoveElements":
        """Give the edit that takes them back."""
        return RemoveElements(screen=self.screen, ids=tuple(element.id for element in self.elements))


class RemoveElements(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="remove_elements"
):
    """Elements go."""

    screen: str
    ids: tuple[str, ...]

    def apply(self, project: Project) -> Project:
        """Give the project without the elements.

        Raises:
            ProjectError: there is no such screen or element.
        """
        present = elements_of(project, self.screen)
        gone = {find(present, ident).id for ident in self.ids}
        return with_elements(project, self.screen, [element for element in present if element.id not in gone])

    def invert(self, project: Project) -> "AddElements":
        """Give the edit that brings them back."""
        present = elements_of(project, self.screen)
        gone = {ident: find(present, ident) for ident in self.ids}
        return AddElements(screen=self.screen, elements=tuple(gone.values()))


class ReplaceElements(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="replace_elements"
):
    """Elements with the same ids take the place of the old ones: type, layer, drawing order and all else."""

    screen: str
    elements: tuple[Element, ...]

    def apply(self, project: Project) -> Project:
        """Give the project with the new elements.

        Raises:
            ProjectError: there is no such screen or element.
        """
        return _changed(project, self.screen, {element.id: element for element in self.elements})

    def invert(self, project: Project) -> "ReplaceElements":
        """Give the edit that puts the old ones back."""
        present = elements_of(project, self.screen)
        old = {element.id: find(present, element.id) for element in self.elements}
        return ReplaceElements(screen=self.screen, elements=tuple(old.values()))


class MoveElements(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="move_elements"
):
    """Elements move or change their size."""

    screen: str
    boxes: dict[str, Box]
    """Element id -> new x, y, width, height."""

    def apply(self, project: Project) -> Project:
        """Give the project with the elements in their new places.

        Raises:
            ProjectError: there is no such screen or element.
        """
        present = elements_of(project, self.screen)
        moved = {ident: replace(find(present, ident), at=box) for ident, box in self.boxes.items()}
        return _changed(project, self.screen, moved)

    def invert(self, project: Project) -> "MoveElements":
        """Give the edit that moves them back."""
        present = elements_of(project, self.screen)
        return MoveElements(screen=self.screen, boxes={ident: find(present, ident).at for ident in self.boxes})


class SetProps(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="set_props"
):
    """An element gets other properties."""

    screen: str
    id: str
    props: msgspec.Raw
    """All properties that differ from the family's defaults (`hmi.project.encode_props`)."""

    def apply(self, project: Project) -> Project:
        """Give the project with the element's new properties.

        Raises:
            ProjectError: there is no such screen or element.
        """
        old = find(elements_of(project, self.screen), self.id)
        return _changed(project, self.screen, {self.id: replace(old, props=one_line(self.props))})

    def invert(self, project: Project) -> "SetProps":
        """Give the edit that sets the old ones."""
        return SetProps(screen=self.screen, id=self.id, props=find(elements_of(project, self.screen), self.id).props)


class SetBinding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="set_binding"
):
    """A slot of an element gets another expression; an empty one unbinds it."""

    screen: str
    id: str
    slot: str
    expression: str

    def apply(self, project: Project) -> Project:
        """Give the project with the new binding.

        Raises:
            ProjectError: there is no such screen or element.
        """
        old = find(elements_of(project, self.screen), self.id)
        bind = {slot: source for slot, source in old.bind.items() if slot != self.slot}
        if self.expression:
            bind[self.slot] = self.expression
        return _changed(project, self.screen, {self.id: replace(old, bind=bind)})

    def invert(self, project: Project) -> "SetBinding | ReplaceElements":
        """Give the edit that binds as before."""
        old = find(elements_of(project, self.screen), self.id)
        if self.slot in old.bind and not old.bind[self.slot]:
            # An empty expression that a hand wrote into the file cannot be told from "unbound" here.
            return ReplaceElements(screen=self.screen, elements=(old,))
        return SetBinding(screen=self.screen, id=self.id, slot=self.slot, expression=old.bind.get(self.slot, ""))


def _changed(project: Project, screen: str, changed: dict[str, Element]) -> Project:
    """Give the project with some elements of a screen replaced."""
    present = elements_of(project, screen)
    for ident in changed:
        find(present, ident)
    return with_elements(project, screen, [changed.get(element.id, element) for element in present])
