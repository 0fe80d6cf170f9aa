"""What becomes of a click: intent, confirmation, command, answer.

The only place of the display that knows the command door.
Drawings declare where may be clicked (`TouchPart`); the view announces; here it is confirmed, asked of the engine and
followed. Nothing is shown as done before the engine says so. Window, GUI thread.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

import msgspec
from PySide6 import QtCore

from hmi.display.hit import Target
from hmi.display.parts import TouchPart
from hmi.image.contract import CommandDoor
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.ident import new_id
from hmi.model.reason import Reason, reason
from hmi.model.tag import Tag

CONFIRM_S = 5.0
"""How long a click waits for the second one that confirms it."""
CONFIRMED_S = 2.0
"""How long a confirmation stays beside the element."""
_ENDED = (CommandState.REJECTED, CommandState.FAILED, CommandState.TIMED_OUT, CommandState.UNKNOWN)


class Stand(Enum):
    """Where a click stands, as the overlay draws it."""

    ASKED = auto()
    """Waits for the confirming click."""
    PENDING = auto()
    REFUSED = auto()
    """Stays with its reason until it is dismissed."""
    CONFIRMED = auto()


class Intent(msgspec.Struct, frozen=True):
    """What a click asks for."""

    element: str
    tag: Tag
    value: float
    rect: QtCore.QRectF
    """Of the place that was clicked, pixels of the screen."""


@dataclass(slots=True)
class Ongoing:
    """One click that is under way."""

    intent: Intent
    stand: Stand
    since: float
    """Monotonic seconds."""
    command: str = ""
    reason: Reason | None = None


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
        self._second = 0

    def announce(self, target: Target, touch: TouchPart, tags: Mapping[str, Tag]) -> None:
        """Take the intent of a click on a place that may be clicked."""
        path = target.names.get(touch.slot)
        tag = tags.get(path) if path else None
        if tag is None:
            return
        if touch.value is None:
            self._ask_for_entry(target, touch, tag)
            return
        intent = Intent(target.id, tag, touch.value, QtCore.QRectF(*touch.rect))
        waiting = next((one for one in self.ongoing if one.intent == intent and one.stand is Stand.ASKED), None)
        if touch.confirm and waiting is None:
            self._replace(Ongoing(intent, Stand.ASKED, time.monotonic()))
        else:
            self.request(intent)

    def request(self, intent: Intent) -> None:
        """Ask the engine for a confirmed intent."""
        command = Command(id=new_id(), tag=intent.tag.id, value=_typed(intent))
        entry = Ongoing(intent, Stand.PENDING, time.monotonic(), command.id)
        self._replace(entry)
        if self._door is None:
            refused = CommandResult(
                id=command.id, state=CommandState.REJECTED, reason=reason("display.no_command_door")
            )
            self._settle(refused)
        else:
            self._settle(self._door.submit(command))

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

    def frame(self) -> None:
        """Take answers and let time pass; once a frame."""
        if self._door is not None:
            for result in self._door.take_results():
                self._settle(result)
        if not self.ongoing:
            return
        now = time.monotonic()
        kept = [one for one in self.ongoing if not _over(one, now)]
        if len(kept) != len(self.ongoing) or int(now) != self._second:
            self.ongoing, self._second = kept, int(now)
            self._tell()

    def _replace(self, entry: Ongoing) -> None:
        """Let a click take the place of the earlier one on the same place; only one at a time waits for its second."""
        self.ongoing = [
            one for one in self.ongoing if one.intent.rect != entry.intent.rect and one.stand is not Stand.ASKED
        ]
        self.ongoing.append(entry)
        self._tell()

    def _settle(self, result: CommandResult) -> None:
        entry = next((one for one in self.ongoing if one.command == result.id), None)
        if entry is None:
            return
        if result.state in _ENDED:
            entry.stand = Stand.REFUSED
            entry.reason = result.reason or reason(f"display.command_{result.state.value}")
        elif result.state is CommandState.CONFIRMED:
            entry.stand, entry.since = Stand.CONFIRMED, time.monotonic()
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
    limit = {Stand.ASKED: CONFIRM_S, Stand.CONFIRMED: CONFIRMED_S}.get(one.stand)
    return limit is not None and now - one.since > limit
