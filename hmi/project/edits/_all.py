"""The union of all edits, groups of them, and how they are written into the journal."""

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.project.edits._elements import AddElements, MoveElements, RemoveElements, ReplaceElements, SetBinding, SetProps
from hmi.project.edits._items import Add, Remove, Replace, SetHeader
from hmi.project.edits._rename import Rename, Restore


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="edit", tag="group"):
    """Edits that belong together as one step of undo: all or none. Made by gestures and imports."""

    edits: tuple["Edit", ...] = ()

    def apply(self, project: Project) -> Project:
        """Give the project after all edits.

        Raises:
            ProjectError: one of them cannot be done; the project given is untouched.
        """
        for edit in self.edits:
            project = edit.apply(project)
        return project

    def invert(self, project: Project) -> "Group":
        """Give the edits that take all back, last first."""
        inverses: list[Edit] = []
        for edit in self.edits:
            inverses.append(edit.invert(project))
            project = edit.apply(project)
        return Group(edits=tuple(reversed(inverses)))


Edit = (
    Add
    | Remove
    | Replace
    | Rename
    | Restore
    | SetHeader
    | AddElements
    | RemoveElements
    | ReplaceElements
    | MoveElements
    | SetProps
    | SetBinding
    | Group
)


def encode_edit(edit: Edit) -> msgspec.Raw:
    """Encode an edit as the journal holds it."""
    return msgspec.Raw(msgspec.json.encode(edit))


def decode_edit(raw: bytes) -> Edit:
    """Decode an edit.

    Raises:
        ProjectError: it is none that this version knows.
    """
    try:
        decoded: Edit = msgspec.json.decode(raw, type=Edit)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProjectError("project.edit_form", what="edit", message=str(error)) from error
    return decoded
