"""The faceplates that stand over the screen: opened by a click on a loop, several at once. GUI thread.

Each is a screen of its own in a floating card; its clicks go through the same door as those of the screen below. What
is still under way when a card is closed goes on beside the place that opened it, so that no answer is lost.
"""

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace
from PySide6 import QtCore

from hmi.display.actions import Ongoing
from hmi.display.alarm_shapes import WAITING, shown_state
from hmi.display.doors import DoorBranch, SharedDoor
from hmi.display.faceplates import WIDTH, faceplate_of
from hmi.display.parts import FaceplateSubject
from hmi.display.scene import ScreenView
from hmi.image.contract import EngineState
from hmi.model.alarm import AlarmStand
from hmi.model.health import device_path
from hmi.shell.faceplate_card import EDGE, FOOT, TITLE, FaceplateCard
from hmi.views.alarm_words import first_action, message_words
from hmi.views.banner import TITLE as BANNER_TITLE
from hmi.words import say, say_reason

if TYPE_CHECKING:
    from hmi.display.memory import TrendMemory
    from hmi.display.theme import Theme
    from hmi.image.contract import CommandDoor, ValueSource
    from hmi.model.project import Project
    from hmi.model.text import Language
    from hmi.shell.room import Room
    from hmi.views.acknowledging import Acknowledging
    from hmi.views.alarm_board import AlarmBoard

MOST = 6
"""Cards at once; the oldest one makes room."""
STEP = 28
"""How far the next card stands from the one before where both would stand at one place, pixels."""


class Host(Protocol):
    """What the cards need of the window that they stand in; what changes is told by the methods below."""

    room: "Room"
    view: ScreenView
    source: "ValueSource"
    door: "CommandDoor"
    board: "AlarmBoard"
    asks: "Acknowledging"
    theme: "Theme"
    language: "Language"
    project: "Project | None"
    memory: "TrendMemory | None"
    state: EngineState | None


class _Standing:
    """One card and what it needs to go."""

    def __init__(self, card: FaceplateCard, door: DoorBranch, opener: QtCore.QRectF, screen: str) -> None:
        self.card, self.door, self.opener, self.screen = card, door, opener, screen


class Faceplates(QtCore.QObject):
    """All cards of one window."""

    def __init__(self, floats: Host, parent: QtCore.QObject) -> None:
        """Begin with none.

        Args:
            floats: whose room, screen, source, door and look are used.
            parent: owner.
        """
        super().__init__(parent)
        self._floats = floats
        self._doors = SharedDoor(floats.door)
        floats.view.clicks.go_through(self._doors.main)
        self._standing: list[_Standing] = []
        self._pressed = ""
        """Occurrence that was acknowledged here last: what came of it is said there."""
        self._state: EngineState | None = floats.state
        floats.board.flash.flashed.connect(self._flash)
        floats.asks.answered.connect(self.show_alarms)

    @property
    def cards(self) -> list[FaceplateCard]:
        """Those that stand, the oldest first."""
        return [one.card for one in self._standing]

    def open(self, subject: FaceplateSubject, opener: QtCore.QRectF) -> FaceplateCard | None:
        """Open the faceplate of a subject, or bring it to the front where it stands already.

        Args:
            subject: what it is of.
            opener: the place that was clicked, pixels of the screen.
        """
        known = next((card for card in self.cards if card.subject == subject), None)
        if known is not None:
            known.open_at(known.pos())
            return known
        floats = self._floats
        door = self._doors.branch()
        view = ScreenView(
            floats.source, door, floats.theme, floats.language, floats.room, reading_width=floats.room.width()
        )
        card = FaceplateCard(view, floats.theme, floats.language, floats.room)
        card.set_look(floats.theme, floats.language)
        if not self._fill(card, subject):
            card.deleteLater()
            return None
        self._standing.append(_Standing(card, door, opener, floats.view.screen_path))
        floats.room.add_panel(card)
        card.closed.connect(self._closed)
        card.acknowledge_asked.connect(self._acknowledge)
        card.open_at(self._corner(opener, card.height()))
        self._show_alarm(card)
        while len(self._standing) > MOST:
            self._standing[0].card.close_card()
        return card

    def _fill(self, card: FaceplateCard, subject: FaceplateSubject) -> bool:
        """Make the faceplate anew for the present project; tell False when there is nothing to show."""
        floats, project = self._floats, self._floats.project
        if project is None:
            return False
        plate = faceplate_of(subject, project.tags_by_path, floats.room.height() - TITLE - FOOT - 2 * EDGE)
        if plate is None:
            return False
        card.show_plate(subject, plate)
        card.view.remember(floats.memory)
        if self._state is not None:
            card.view.frame(self._state)
        card.view.show_screen(plate.screen, plate.elements, project.tags_by_path)
        return True

    def _corner(self, opener: QtCore.QRectF, height: int) -> QtCore.QPoint:
        """Choose a place beside what was clicked, so that it stays in sight, and beside no other card's corner."""
        floats, room = self._floats, self._floats.room
        place = floats.view.from_screen(opener).translated(QtCore.QPointF(floats.view.pos()))
        left = place.left() - WIDTH - 2 * EDGE
        if left < EDGE:
            left = place.right() + 2 * EDGE
        if left + WIDTH > room.width() - EDGE:
            left = EDGE if place.center().x() > room.width() / 2 else room.width() - WIDTH - EDGE
        corner = QtCore.QPoint(round(left), round(max(EDGE, min(place.top(), room.height() - height - EDGE))))
        corner = _clear_of(room, corner, QtCore.QSize(WIDTH, height), place.toAlignedRect())
        taken = {(card.x(), card.y()) for card in self.cards if card.isVisible()}
        while (corner.x(), corner.y()) in taken:
            corner += QtCore.QPoint(-STEP, STEP if corner.y() + STEP + height < room.height() - EDGE else -STEP)
        return corner

    # ------------------------------------------------------------------------------------------- kept up to date

    def frame(self, state: EngineState) -> None:
        """Take what changed; once a frame."""
        self._state = state
        for one in self._standing:
            one.card.view.frame(state)

    def dress(self) -> None:
        """Follow theme and language of the window."""
        for card in self.cards:
            card.set_look(self._floats.theme, self._floats.language)
            if card.view.theme is not self._floats.theme:
                card.view.set_theme(self._floats.theme)
            if card.view.language is not self._floats.language:
                card.view.set_language(self._floats.language)
            self._show_alarm(card)

    def take_project(self) -> None:
        """Make all anew for another version of the project; what it does not have any more is closed."""
        for card in list(self.cards):
            if card.subject is None or not self._fill(card, card.subject):
                card.close_card()
            else:
                card.place()
                self._show_alarm(card)

    @QtCore.Slot()
    def show_alarms(self) -> None:
        """Bring all up to date with what stands."""
        for card in self.cards:
            self._show_alarm(card)

    def _show_alarm(self, card: FaceplateCard) -> None:
        floats = self._floats
        board, language = floats.board, floats.language
        marks = board.marks() if board.known else {}
        card.view.show_alarms(marks)
        if card.plate is None:
            return
        told = card.plate.path
        if told not in marks:
            told = self._device_alarm(told)  # where nothing is known of a loop, its device says why
        mark = marks.get(told)
        stand = self._stand_of(told) if mark is not None else None
        if mark is None or stand is None:
            card.show_alarm(None, "", say("shell.faceplate_no_alarm", language))
            return
        action = first_action(stand, board.alarm(stand), language)
        words = say("shell.faceplate_first", language, action=action) if action else message_words(stand, language)
        if floats.asks.said is not None and stand.occurrence == self._pressed:
            words = say_reason(floats.asks.said, language)
        waits = shown_state(stand) in WAITING and stand.occurrence not in floats.asks.busy
        card.show_alarm(mark, stand.occurrence if waits else "", words)

    def _device_alarm(self, path: str) -> str:
        """Give the path that the communication alarm of a tag's device stands on; empty where it has no device."""
        project = self._floats.project
        tag = project.tags_by_path.get(path) if project is not None else None
        return device_path(tag.device, "State") if tag is not None and tag.device else ""

    def _stand_of(self, path: str) -> AlarmStand | None:
        """Give the alarm of a tag that is to be told: the most urgent one."""
        mark = self._floats.board.marks()[path]
        wanted = (mark.priority, mark.state)
        found = (stand for stand in self._floats.board.stands if stand.tag == path)
        return next((one for one in found if (min(max(one.priority, 1), 3), shown_state(one)) == wanted), None)

    @QtCore.Slot(bool)
    def _flash(self, lit: bool) -> None:
        for card in self.cards:
            card.flash(lit)

    # ------------------------------------------------------------------------------------------- what the user does

    @QtCore.Slot(str)
    def _acknowledge(self, occurrence: str) -> None:
        self._pressed = occurrence
        self._floats.asks.press((occurrence,))

    @QtCore.Slot()
    def _closed(self) -> None:
        """Let a card go; what it asked for and is not over goes on beside the place that opened it."""
        for one in [one for one in self._standing if not one.card.isVisible()]:
            self._standing.remove(one)
            self._doors.leave(one.door)
            main = self._floats.view
            for ongoing in one.card.view.clicks.unsettled():
                rect = one.opener if one.screen == main.screen_path else None
                main.clicks.adopt(_beside(ongoing, rect or main.place_of(ongoing.intent.tag.path)))
            self._floats.room.remove_panel(one.card)
            one.card.deleteLater()
        self._floats.view.setFocus(QtCore.Qt.FocusReason.PopupFocusReason)


def _clear_of(room: "Room", wish: QtCore.QPoint, size: QtCore.QSize, opener: QtCore.QRect) -> QtCore.QPoint:
    """Give the place nearest to a wish that covers neither banner nor opener; the wish where there is no room.

    Args:
        room: what the card stands in.
        wish: left top.
        size: of the card.
        opener: what was clicked, pixels of the room.
    """
    banner = room.banner_place
    rows = banner.adjusted(0, min(BANNER_TITLE, banner.height()), 0, 0)
    for said in (banner, rows):  # a tall card finds no room beside the whole banner, and then covers its title only
        kept = [one for one in (said, opener) if not one.isEmpty()]
        lefts, tops = {wish.x(), EDGE, room.width() - size.width() - EDGE}, {wish.y(), EDGE}
        for one in kept:
            lefts |= {one.left() - size.width() - EDGE, one.right() + 1 + EDGE}
            tops |= {one.top() - size.height() - EDGE, one.bottom() + 1 + EDGE}
        cards = [QtCore.QRect(QtCore.QPoint(left, top), size) for left in lefts for top in tops]
        free = [
            card.topLeft()
            for card in cards
            if room.rect().contains(card) and not any(card.intersects(one) for one in kept)
        ]
        if free:
            return min(free, key=lambda spot: (spot - wish).manhattanLength())
    return wish


def _beside(ongoing: Ongoing, rect: QtCore.QRectF | None) -> Ongoing:
    """Give a click as it is shown elsewhere; an empty place is shown nowhere, but heard of."""
    return replace(ongoing, intent=replace(ongoing.intent, rect=rect or QtCore.QRectF()))
