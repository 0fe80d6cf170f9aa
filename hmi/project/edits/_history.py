"""Undo and redo that lose nothing. Held by the editor; written down by the journal."""

from dataclasses import dataclass

from hmi.model.project import Project
from hmi.project.edits._all import Edit


@dataclass(frozen=True, slots=True)
class Step:
    """One edit and what takes it back."""

    edit: Edit
    inverse: Edit


class History:
    """A line of steps and the place in it where the project stands.

    A new edit after some undos does not throw the undone steps away: they are kept as steps that were done and taken
    back again, so that more undos lead through them (as in Emacs). Whatever the project ever looked like can be
    reached.
    """

    def __init__(self) -> None:
        """Begin with no steps."""
        self.steps: list[Step] = []
        self.position = 0
        """How many steps are done; those after it have been undone."""

    @property
    def can_undo(self) -> bool:
        """Tell whether there is a step to take back."""
        return self.position > 0

    @property
    def can_redo(self) -> bool:
        """Tell whether there is a step to do again."""
        return self.position < len(self.steps)

    def keep(self, edit: Edit, inverse: Edit) -> None:
        """Take a new step that has been done."""
        undone = self.steps[self.position :]
        self.steps += [Step(step.inverse, step.edit) for step in reversed(undone)]
        self.steps.append(Step(edit, inverse))
        self.position = len(self.steps)

    def back(self) -> Edit:
        """Move one step back; gives the edit to apply.

        Raises:
            IndexError: there is nothing to undo.
        """
        if not self.can_undo:
            raise IndexError("nothing to undo")
        self.position -= 1
        return self.steps[self.position].inverse

    def forth(self) -> Edit:
        """Move one step forth; gives the edit to apply.

        Raises:
            IndexError: there is nothing to redo.
        """
        if not self.can_redo:
            raise IndexError("nothing to redo")
        self.position += 1
        return self.steps[self.position - 1].edit


def applied(project: Project, history: History, edit: Edit) -> Project:
    """Do an edit and keep it.

    Raises:
        ProjectError: it cannot be done; nothing is kept then.
    """
    inverse = edit.invert(project)
    changed = edit.apply(project)
    history.keep(edit, inverse)
    return changed
