"""Draws what has become of clicks beside their elements: asked, pending, refused, confirmed (LOOK.md section 6).

Window, GUI thread. The old fact stays; the frame and the words stand beside it.
"""

import time
from typing import Protocol

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Actions, Ongoing, Stand
from hmi.display.lay_numbers import decimals_of
from hmi.display.theme import MINUS, Theme
from hmi.model.text import Language
from hmi.words import say, say_reason

_WIDTH = 340
"""Widest note, pixels."""
_PAD = 8


class Ground(Protocol):
    """What the overlay needs of the view that it lies on."""

    @property
    def theme(self) -> Theme:
        """Colours and fonts."""
        ...

    @property
    def language(self) -> Language:
        """The language that is spoken."""
        ...

    def crowd(self, box: QtCore.QRectF) -> int:
        """Count what lives in a box of the viewport."""
        ...

    def touched(self, box: QtCore.QRectF) -> int:
        """Count the places that write and meet a box of the viewport."""
        ...

    def viewport(self) -> QtWidgets.QWidget:
        """The widget that is painted on."""
        ...

    def from_screen(self, rect: QtCore.QRectF) -> QtCore.QRectF:
        """Turn a rectangle of the screen into one of the viewport."""
        ...


class OverlayItem(QtWidgets.QGraphicsItem):
    """Above the screen; usually empty."""

    def __init__(self, view: Ground, actions: Actions) -> None:
        """Draw the ongoing clicks of a view."""
        super().__init__()
        self._view, self._actions = view, actions
        self._notes: list[tuple[QtCore.QRectF, Ongoing]] = []

    def covers(self, place: QtCore.QPointF) -> bool:
        """Tell whether a note lies there (pixels of the viewport): nothing is clicked through a note."""
        return self.note_at(place) is not None

    def note_at(self, place: QtCore.QPointF) -> Ongoing | None:
        """Give whose note lies there; None when there is none."""
        return next((one for note, one in self._notes if note.contains(place)), None)

    def words_of(self, one: Ongoing) -> str:
        """Say where a click stands."""
        language = self._view.language
        states = one.intent.tag.states
        number = f"{one.intent.value:g}".replace("-", MINUS)
        wish = states[number].pick(language) if number in states else f"{number} {one.intent.tag.unit}".strip()
        if one.stand is Stand.ASKED:
            return say("display.click_again", language, wish=wish)
        if one.stand is Stand.PENDING:
            return f"→ {wish} {max(0, int(time.monotonic() - one.since))} s"
        if one.stand is Stand.UNDOABLE and one.old is not None:
            old = f"{one.old:.{decimals_of(one.intent.tag)}f}".replace("-", MINUS)
            return say("display.undo", language, value=f"{old} {one.intent.tag.unit}".strip())
        if one.stand is Stand.CONFIRMED:
            return say("display.confirmed", language, wish=wish)
        return say_reason(one.reason, language) if one.reason else ""

    def boundingRect(self) -> QtCore.QRectF:
        """Give the whole viewport."""
        return QtCore.QRectF(self._view.viewport().rect())

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        """Paint a frame round each place and its words beside it."""
        self._notes = []
        for one in self._actions.ongoing:
            painter.save()
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            self._paint_one(painter, one)
            painter.restore()

    def _paint_one(self, painter: QtGui.QPainter, one: Ongoing) -> None:
        theme = self._view.theme
        rect = self._view.from_screen(one.intent.rect).adjusted(-3, -3, 3, 3)
        waits = one.stand in (Stand.ASKED, Stand.PENDING, Stand.UNDOABLE)
        painter.setPen(theme.dashes("sp", 2, 6, 4) if waits else theme.pen("mark", 2))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        if one.stand is not Stand.UNDOABLE:
            painter.drawRoundedRect(rect, 5, 5)
        font = theme.font(theme.reading_px, 400 if waits else 600)
        flags = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.TextFlag.TextWordWrap
        words = self.words_of(one)
        bounds = QtGui.QFontMetricsF(font).boundingRect(QtCore.QRectF(0, 0, _WIDTH, 1000), flags, words)
        note = QtCore.QRectF(0, 0, bounds.width() + 2 * _PAD + 2, bounds.height() + 2 * _PAD)
        note.moveTopLeft(self._beside(rect, note.size()))
        if one.stand is Stand.UNDOABLE or self._view.touched(note):
            note = self._least_in_the_way(rect, note)
        self._notes.append((note, one))
        painter.setBrush(theme.brush("track"))
        painter.setPen(theme.pen("sp" if waits else "mark", 1.5))
        painter.drawRoundedRect(note, 5, 5)
        painter.setFont(font)
        painter.setPen(theme.pen("sp" if waits else "ink"))
        painter.drawText(note.adjusted(_PAD, _PAD, -_PAD, -_PAD), flags, words)

    def _least_in_the_way(self, rect: QtCore.QRectF, note: QtCore.QRectF) -> QtCore.QRectF:
        """Choose the side of a place where a note that stays for a minute hides the fewest values."""
        room = QtCore.QRectF(self._view.viewport().rect())
        middle = rect.center().y() - note.height() / 2
        corners = (
            note.topLeft(),
            QtCore.QPointF(rect.right() + 6, middle),
            QtCore.QPointF(rect.left() - 6 - note.width(), middle),
            QtCore.QPointF(rect.left(), rect.top() - 6 - note.height()),
            QtCore.QPointF(rect.right() - note.width(), rect.bottom() + 6),
        )
        boxes = [QtCore.QRectF(corner, note.size()) for corner in corners]
        inside = [box for box in boxes if room.contains(box)] or [note]
        return min(inside, key=lambda box: (self._view.touched(box), self._view.crowd(box)))

    def _beside(self, rect: QtCore.QRectF, size: QtCore.QSizeF) -> QtCore.QPointF:
        """Put a note below a place, else above, and inside the viewport: beside it may stand the opposite button."""
        room = QtCore.QRectF(self._view.viewport().rect())
        y = rect.bottom() + 6
        if y + size.height() > room.bottom():
            y = max(room.top(), rect.top() - 6 - size.height())
        return QtCore.QPointF(max(room.left(), min(rect.left(), room.right() - size.width())), y)
