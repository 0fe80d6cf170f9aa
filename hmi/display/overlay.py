"""Draws what has become of clicks beside their elements: asked, pending, refused, confirmed (LOOK.md section 6).

Window, GUI thread. The old fact stays; the frame and the words stand beside it.
"""

import time
from typing import Protocol

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Actions, Ongoing, Stand
from hmi.display.theme import MINUS, READING_PX, Theme
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
        self._notes: list[QtCore.QRectF] = []

    def covers(self, place: QtCore.QPointF) -> bool:
        """Tell whether a note lies there (pixels of the viewport): nothing is clicked through a note."""
        return any(note.contains(place) for note in self._notes)

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
        waits = one.stand in (Stand.ASKED, Stand.PENDING)
        painter.setPen(theme.dashes("sp", 2, 6, 4) if waits else theme.pen("mark", 2))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, 5, 5)
        font = theme.font(READING_PX, 400 if waits else 600)
        flags = QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.TextFlag.TextWordWrap
        words = self.words_of(one)
        bounds = QtGui.QFontMetricsF(font).boundingRect(QtCore.QRectF(0, 0, _WIDTH, 1000), flags, words)
        note = QtCore.QRectF(0, 0, bounds.width() + 2 * _PAD + 2, bounds.height() + 2 * _PAD)
        note.moveTopLeft(self._beside(rect, note.size()))
        self._notes.append(note)
        painter.setBrush(theme.brush("track"))
        painter.setPen(theme.pen("sp" if waits else "mark", 1.5))
        painter.drawRoundedRect(note, 5, 5)
        painter.setFont(font)
        painter.setPen(theme.pen("sp" if waits else "ink"))
        painter.drawText(note.adjusted(_PAD, _PAD, -_PAD, -_PAD), flags, words)

    def _beside(self, rect: QtCore.QRectF, size: QtCore.QSizeF) -> QtCore.QPointF:
        """Put a note below a place, else above, and inside the viewport: beside it may stand the opposite button."""
        room = QtCore.QRectF(self._view.viewport().rect())
        y = rect.bottom() + 6
        if y + size.height() > room.bottom():
            y = max(room.top(), rect.top() - 6 - size.height())
        return QtCore.QPointF(max(room.left(), min(rect.left(), room.right() - size.width())), y)
