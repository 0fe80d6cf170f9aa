"""Undoing a command: its old value is written again, by a command of its own with all checks and rows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hmi.engine.commands.targets import Target
from hmi.engine.commands.wish import shown
from hmi.model.command import Command, CommandState
from hmi.model.event import AuditRow
from hmi.model.reason import Reason, reason
from hmi.model.value import PresentValue, Reading, Value

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Undone:
    """The command that is to be undone."""

    tag: str
    """Id."""
    state: CommandState | None
    """Its end; None while it is under way."""
    old: Value
    wrote: Value
    read_back: Value


def undone_of_rows(rows: Sequence[AuditRow]) -> Undone | None:
    """Make it of the rows of an earlier run, oldest first; None when they are not those of a command."""
    states = [row for row in rows if row.state is not None]
    if not states:
        return None
    newest = states[-1]
    return Undone(newest.tag_id, newest.state, newest.old, newest.new, newest.read_back)


def wish_to_undo(undone: Undone | Reason, target: Target, command: Command, reading: Reading | None) -> Reason | None:
    """Say why a command cannot be undone; None when its old value may be written like any other.

    Args:
        undone: the command that is to be undone, or why it is not known.
        target: the tag of the undoing one.
        command: the undoing one; its value must be the old value of the other.
        reading: the present one: when it is not what the other wrote, somebody has changed it since.
    """
    if isinstance(undone, Reason):
        return undone
    if undone.tag != command.tag:
        return reason("command.undo_other_tag")
    if undone.state is not CommandState.CONFIRMED or undone.old is None or undone.read_back is None:
        return reason("command.undo_not_confirmed")
    if not _equal(command.value, undone.old):
        return reason("command.undo_other_value", old=shown(target.tag.tag, undone.old, command.value))
    left = undone.read_back if target.told_by is target.tag else undone.wrote
    present = reading.value if reading is not None else None
    if present is None or left is None or not _equal(present, left):
        return reason("command.undo_changed", present=shown(target.tag.tag, present, left))
    return None


def _equal(one: PresentValue, two: PresentValue) -> bool:
    if isinstance(one, str) or isinstance(two, str):
        return one == two
    return abs(float(one) - float(two)) <= max(abs(float(one)), abs(float(two))) * _ROUNDING
