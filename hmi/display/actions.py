"""What becomes of a click: intent, confirmation, command, answer.

The only place of the display that knows the command door.
Drawings declare where may be clicked (`TouchPart`); the view announces; here it is confirmed, asked of the engine and
followed. Nothing is shown as done before the engine says so. Window, GUI thread.
"""

import time
from collections.abc import Callable, Mapping
from enum import Enum, auto

import msgspec
from msgspec.structs import replace
from PySide6 import QtCore

from hmi.display.hit import Target
from hmi.display.lay_numbers import decimals_of
from hmi.display.parts import TouchPart
from hmi.image.contract import CommandDoor
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.ident import new_id
from hmi.model.reason import Reason, reason
from hmi.model.tag import DataType, Tag

CONFIRM_S = 5.0
"""How long a click waits for the second one that confirms it."""
CONFIRMED_S = 2.0
"""How long a confirmation stays beside the element."""
PROMPT_S = 1.0
"""So long after a confirmation the digits of its tag follow each frame: "confirmed" never stands beside the old one."""
UNDO_S = 60.0
"""How long the last set-point can be undone beside it."""
MOST_PAST = 100
"""Ended clicks that are remembered, for what is told of them later ("the PLC set it back")."""
_ENDED = (CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.UNKNOWN)


class Stand(Enum):
    """Where a click stands, as the overlay draws it."""

    ASKED = auto()
    """Waits for the confirming click."""
    PENDING = auto()
    REFUSED = auto()
    """Stays with its reason until it is dismissed."""
    CONFIRMED = auto()
    UNDOABLE = auto()
    """Confirmed a while ago; the old value is offered again."""


class Intent(msgspec.Struct, frozen=True):
    """What a click asks for."""

    element: str
    tag: Tag
    value: float
    rect: QtCore.QRectF
    """Of the place that was clicked, pixels of the screen."""


class Ongoing(msgspec.Struct):
    """One click that is under way."""

    intent: Intent
    stand: Stand
    since: float
    """Monotonic seconds."""
    command: str = ""
    reason: Reason | None = None
    note: str = ""
    """The user's own reason."""
    old: float | None = None
    """What a confirmed set-point was before; None when it cannot be undone."""
    state: CommandState = CommandState.REQUESTED


class Actions(QtCore.QObject):
    """Follows the clicks of one view.

    Signals:
        changed: something about the ongoing clicks is to be painted anew.
        entry_requested: a number is wanted for a place; payload (Target, TouchPart, Tag).
    """

    changed = QtCore.Signal()
    entry_requested = QtCore.Signal(object, object, object)

    def __init__(self, door: CommandDoor | None, parent: QtCore.QObject | None = None) -> None:
        """Keep the door; None refuses every click in words."""
        super().__init__(parent)
        self._door = door
        self.ongoing: list[Ongoing] = []
        self._past: dict[str, Ongoing] = {}
        self._screen = ""
        self._shown: Callable[[str], float | None] | None = None
        self._second = 0

    def place(self, screen: str, shown: Callable[[str], float | None]) -> None:
        """Tell where clicks happen from now on.

        Args:
            screen: path of the screen, for the audit trail.
            shown: path of a tag -> the value that the operator sees.
        """
        self._screen, self._shown = screen, shown

    def announce(self, target: Target, touch: TouchPart, tags: Mapping[str, Tag]) -> None:
        """Take the intent of a click on a place that may be clicked."""
        path = target.names.get(touch.slot)
        tag = tags.get(path) if path else None
        if tag is None:
            return
        rect = QtCore.QRectF(*(touch.frame or touch.rect))
        value = touch.value
        if touch.change is not None:
            value = self._changed_by(tag, touch.change)
            if value is None:
                self._refuse(Intent(target.id, tag, touch.change, rect), reason("display.no_present_value"))
                return
        if value is None:
            self._ask_for_entry(target, touch, tag)
            return
        wants_reason = tag.rules.needs_reason
        intent = Intent(target.id, tag, value, rect)
        waiting = next((one for one in self.ongoing if one.intent == intent and one.stand is Stand.ASKED), None)
        if touch.confirm and waiting is None:
            self._replace(Ongoing(intent, Stand.ASKED, time.monotonic()))
        elif wants_reason:
            self.ongoing = [one for one in self.ongoing if one is not waiting]
            self._tell()
            self._ask_for_entry(target, replace(touch, value=value), tag)
        else:
            self.request(intent)

    def request(self, intent: Intent, note: str = "", undoes: str = "") -> None:
        """Ask the engine for a confirmed intent.

        Args:
            intent: what is wished.
            note: the user's reason.
            undoes: id of the command whose old value this is.
        """
        command = Command(
            id=new_id(),
            tag=intent.tag.id,
            value=_typed(intent),
            reason=note,
            screen=self._screen,
            shown=self.shown(intent.tag.path),
            undoes=undoes,
        )
        entry = Ongoing(intent, Stand.PENDING, time.monotonic(), command.id, note=note)
        self._replace(entry)
        self._past[command.id] = entry
        while len(self._past) > MOST_PAST:
            del self._past[next(iter(self._past))]
        if self._door is None:
            refused = CommandResult(
                id=command.id, state=CommandState.REJECTED, reason=reason("display.no_command_door")
            )
            self._settle(refused)
        else:
            self._settle(self._door.submit(command))

    def _changed_by(self, tag: Tag, change: float) -> float | None:
        """Give the value of a step: from what is asked for already, else from what is seen; None when that is nothing.

        A step never leaves the range that may be written.
        """
        present = next(
            (
                one.intent.value
                for one in self.ongoing
                if one.intent.tag.id == tag.id and one.stand in (Stand.PENDING, Stand.ASKED)
            ),
            self.shown(tag.path),
        )
        if present is None:
            return None
        low, high = tag.write.low, tag.write.high
        wanted = round(round(present, decimals_of(tag)) + change, 9)  # from the digits that are seen
        return max(low if low is not None else wanted, min(high if high is not None else wanted, wanted))

    def _refuse(self, intent: Intent, why: Reason) -> None:
        """Say why nothing is asked."""
        self._replace(Ongoing(intent, Stand.REFUSED, time.monotonic(), reason=why))

    def just_confirmed(self) -> set[str]:
        """Give the paths of the tags whose writing was confirmed less than `PROMPT_S` ago."""
        now = time.monotonic()
        return {
            one.intent.tag.path for one in self.ongoing if one.stand is Stand.CONFIRMED and now - one.since < PROMPT_S
        }

    def unsettled(self) -> list[Ongoing]:
        """Give the clicks that the user should still hear of: those that wait for an answer, and refusals."""
        return [one for one in self.ongoing if one.stand in (Stand.PENDING, Stand.REFUSED)]

    def adopt(self, one: Ongoing) -> None:
        """Follow a click of another view from now on."""
        if one.command:
            self._past[one.command] = one
        if not one.intent.rect.isEmpty():
            self._replace(one)

    def go_through(self, door: CommandDoor) -> None:
        """Ask through another door from now on."""
        self._door = door

    def shown(self, path: str) -> float | None:
        """Give the value of a tag that the operator sees; None when there is none."""
        return self._shown(path) if self._shown is not None else None

    def undo(self, one: Ongoing) -> None:
        """Ask for the old value of a confirmed set-point again."""
        if one.stand is Stand.UNDOABLE and one.old is not None:
            intent = one.intent
            back = Intent(intent.element, intent.tag, one.old, intent.rect)
            self.request(back, note=one.note, undoes=one.command)

    def dismiss(self, place: QtCore.QPointF) -> bool:
        """Take a refusal away whose place is clicked (pixels of the screen).

        Returns:
            True when there was one: the click has done its work. A refusal on a field goes and the field opens.
        """
        gone = [one for one in self.ongoing if one.stand is Stand.REFUSED and one.intent.rect.contains(place)]
        if gone:
            self.ongoing = [one for one in self.ongoing if one not in gone]
            self._tell()
        return bool(gone)

    def forget(self) -> None:
        """Let go of everything that is shown beside elements (another screen comes)."""
        self.ongoing = []
        self._past.clear()

    def frame(self) -> None:
        """Take answers and let time pass; once a frame."""
        if self._door is not None:
            for result in self._door.take_results():
                self._settle(result)
        if not self.ongoing:
            return
        now = time.monotonic()
        for one in self.ongoing:
            if one.stand is Stand.CONFIRMED and one.old is not None and now - one.since > CONFIRMED_S:
                one.stand = Stand.UNDOABLE
                self._tell()
        kept = [one for one in self.ongoing if not _over(one, now)]
        if len(kept) != len(self.ongoing) or int(now) != self._second:
            self.ongoing, self._second = kept, int(now)
            self._tell()

    def _replace(self, entry: Ongoing) -> None:
        """Let a click take the place of the earlier one on the same place; only one at a time waits for its second."""
        self.ongoing = [
            one
            for one in self.ongoing
            if one.intent.rect != entry.intent.rect
            and one.stand is not Stand.ASKED
            and not (one.stand is Stand.UNDOABLE and one.intent.tag.id == entry.intent.tag.id)
        ]
        self.ongoing.append(entry)
        self._tell()

    def _settle(self, result: CommandResult) -> None:
        entry = next((one for one in self.ongoing if one.command == result.id), None) or self._past.get(result.id)
        if entry is None:
            return
        if not any(one is entry for one in self.ongoing):
            if any(one.intent.rect == entry.intent.rect for one in self.ongoing):
                return  # a newer click stands at that place, and what it wrote is what counts
            self.ongoing.append(entry)  # it was over or dismissed, and now there is more to tell
        entry.state = result.state
        if result.state in _ENDED:
            entry.stand, entry.old = Stand.REFUSED, None
            entry.reason = result.reason or reason(f"display.command_{result.state.value}")
        elif result.state is CommandState.CONFIRMED:
            entry.stand, entry.since = Stand.CONFIRMED, time.monotonic()
            old = result.old
            number = isinstance(old, int | float) and not isinstance(old, bool)
            entry.old = float(old) if number and old is not None and _is_set_point(entry.intent.tag) else None
        elif entry.stand is not Stand.CONFIRMED:
            entry.stand = Stand.PENDING
        self._tell()

    def _tell(self) -> None:
        self.changed.emit()

    def _ask_for_entry(self, target: Target, touch: TouchPart, tag: Tag) -> None:
        self.entry_requested.emit(target, touch, tag)


def _typed(intent: Intent) -> bool | int | float:
    """Give the wished value as a whole number where it is one (a file may hold 1 as well as 1.0)."""
    number = float(intent.value)
    return int(number) if number.is_integer() else number


def _over(one: Ongoing, now: float) -> bool:
    limit = {Stand.ASKED: CONFIRM_S, Stand.CONFIRMED: CONFIRMED_S, Stand.UNDOABLE: UNDO_S}.get(one.stand)
    return limit is not None and now - one.since > limit


def _is_set_point(tag: Tag) -> bool:
    """Tell whether a tag is a set-point: a number without words, which holds what it is given."""
    return not tag.states and not tag.rules.pulse and tag.type is not DataType.BOOL
