"""Every change of a project as a value: what it does, and what takes it back.

Headless; made by editor, imports, command line.

`edit.apply(project)` gives a new project, `edit.invert(project)` the edit that leads back from there. `History` is undo
and redo, `journal.EditJournal` writes each step down. Edits refer to items by id, so a rename disturbs none that is
waiting.
"""

from hmi.project.edits._all import Edit, Group, decode_edit, encode_edit
from hmi.project.edits._base import What
from hmi.project.edits._elements import AddElements, MoveElements, RemoveElements, ReplaceElements, SetBinding, SetProps
from hmi.project.edits._history import History, Step, applied
from hmi.project.edits._items import Add, Remove, Replace, SetHeader, add, remove, replaced
from hmi.project.edits._rename import Rename, Restore

__all__ = [
    "Add",
    "AddElements",
    "Edit",
    "Group",
    "History",
    "MoveElements",
    "Remove",
    "RemoveElements",
    "Rename",
    "Replace",
    "ReplaceElements",
    "Restore",
    "SetBinding",
    "SetHeader",
    "SetProps",
    "Step",
    "What",
    "add",
    "applied",
    "decode_edit",
    "encode_edit",
    "remove",
    "replaced",
]
