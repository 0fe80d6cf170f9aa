"""Pointer and keyboard on a screen: what is under them is shown, what they ask for is announced, never more than that.

Every place that may be clicked is reached by Tab as well, and taken by Enter or the space bar. Owned by one view
(`scene.py`). Window, GUI thread. Signals: `opened(FaceplateSubject, place)`, `picked(element id, {slot: path})`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Actions, Intent
from hmi.display.hit import Target
from hmi.display.overlay import Ground, OverlayItem
from hmi.display.parts import OpenPart, TouchPart
from hmi.display.stage import Stage
from hmi.model.tag import Tag

ROUND = 5
"""Radius of the rings, pixels."""


class Host(Ground, Protocol):
    """What is needed of the view."""

    @property
    def stage(self) -> Stage | None:
        """What is drawn."""
        ...

    @property
    def tags(self) -> Mapping[str, Tag]:
        """Path -> tag of what is shown."""
        ...

    def to_screen(self, point: QtCore.QPointF) -> QtCore.QPointF:
        """Turn a place of the viewport into pixels of the screen."""
        ...

    def hasFocus(self) -> bool:
        """Whether keys come here."""
        ...


class Pointing(QtCore.QObject):
    """Hover, focus and clicks of one view."""

    opened = QtCore.Signal(object, object)
    picked = QtCore.Signal(str, object)

    def __init__(
        self, view: Host, clicks: Actions, overlay: OverlayItem, repaint: Callable[[], None], parent: QtCore.QObject
    ) -> None:
        """Begin with nothing under the pointer.

        Args:
            view: whose input this is.
            clicks: what is asked for goes there.
            overlay: whose notes lie above everything.
            repaint: paints the view anew.
            parent: owner.
        """
        super().__init__(parent)
        self._view, self._clicks, self._overlay, self._repaint = view, clicks, overlay, repaint
        self.hovered: TouchPart | OpenPart | None = None
        self.held: TouchPart | OpenPart | None = None
        """Where the keyboard is; None before the first Tab, and after a click."""

    # ------------------------------------------------------------------------------------------- what is shown

    def laid_out(self) -> None:
        """The screen was laid out anew: the keyboard stays at its place where there is one, the pointer looks again."""
        self.hovered = None
        held = self.held
        self.held = next((part for _, part in self._order() if held is not None and part.rect == held.rect), None)

    def _order(self) -> list[tuple[Target, TouchPart | OpenPart]]:
        stage = self._view.stage
        return stage.hits.in_order() if stage is not None else []

    def rings(self) -> list[tuple[QtCore.QRectF, str, float]]:
        """Give what is to be drawn round places: rectangle of the viewport, colour, width."""
        found: list[tuple[QtCore.QRectF, str, float]] = []
        if self.hovered is not None and self.hovered is not self.held:
            found.append((self._view.from_screen(QtCore.QRectF(*self.hovered.rect)), "edge", 1.5))
        if self.held is not None and self._view.hasFocus():
            found.append((self._view.from_screen(QtCore.QRectF(*self.held.rect)), "focus", 2.0))
        return found

    def moved(self, place: QtCore.QPointF | None) -> None:
        """Show a hand and a ring over what may be clicked.

        Args:
            place: of the pointer, pixels of the viewport; None when it has left.
        """
        stage, under = self._view.stage, None
        if stage is not None and place is not None:
            spot = self._view.to_screen(place)
            hit = stage.hits.touch(spot.x(), spot.y())
            under = hit[1] if hit is not None else None
        if under is self.hovered:
            return
        self.hovered = under
        shapes = QtCore.Qt.CursorShape
        self._view.viewport().setCursor(shapes.PointingHandCursor if under is not None else shapes.ArrowCursor)
        self._repaint()

    # ------------------------------------------------------------------------------------------- the keyboard

    def step(self, forward: bool) -> bool:
        """Take the keyboard to the next place; tell False when there is none left, and it leaves the screen."""
        order = [part for _, part in self._order()]
        at = next((number for number, part in enumerate(order) if part is self.held), None)
        wanted = (0 if forward else len(order) - 1) if at is None else at + (1 if forward else -1)
        self.held = order[wanted] if 0 <= wanted < len(order) else None
        self._repaint()
        return self.held is not None

    def key(self, event: QtGui.QKeyEvent) -> bool:
        """Take the place where the keyboard is; tell whether the key was meant for it. A held key counts once."""
        keys = QtCore.Qt.Key  # not asked for before somebody presses one: the enum takes 15 ms to load
        if self.held is None or event.key() not in (keys.Key_Return, keys.Key_Enter, keys.Key_Space):
            return False
        if not event.isAutoRepeat():
            found = next((one for one in self._order() if one[1] is self.held), None)
            if found is not None:
                self._take(*found)
        return True

    # ------------------------------------------------------------------------------------------- clicks

    def clicked(self, place: QtCore.QPointF) -> None:
        """Announce the intent of a click.

        Args:
            place: pixels of the viewport.
        """
        stage = self._view.stage
        if stage is None:
            return
        note = self._overlay.note_at(place)
        if note is not None:
            self._clicks.undo(note)
            return
        self.held = None
        spot = self._view.to_screen(place)
        hit = stage.hits.touch(spot.x(), spot.y())
        opens = hit is not None and (isinstance(hit[1], OpenPart) or (hit[1].value is None and hit[1].change is None))
        if self._clicks.dismiss(spot) and not opens:
            return
        if hit is not None:
            self._take(*hit)
            return
        under = stage.hits.at(spot.x(), spot.y())
        named = next((target for target in under if target.names), None)
        if named is not None:
            self.picked.emit(named.id, dict(named.names))

    def _take(self, target: Target, part: TouchPart | OpenPart) -> None:
        if isinstance(part, OpenPart):
            self.opened.emit(part.subject, QtCore.QRectF(*part.rect))
        else:
            self._clicks.announce(target, part, self._view.tags)

    @QtCore.Slot(object, object, object)
    def open_entry(self, target: Target, touch: TouchPart, tag: Tag) -> None:
        """Open a field over the place; what is entered is an intent like any other click."""
        from hmi.display.entry import open_entry  # a field of Qt's that no first paint needs

        rect = QtCore.QRectF(*(touch.frame or touch.rect))
        present = self._clicks.shown(tag.path)
        entry = open_entry(
            tag, self._view, self._view.from_screen(rect).toAlignedRect(), present=present, fixed=touch.value
        )
        entry.number_entered.connect(partial(self._request_number, target.id, tag, rect))

    def _request_number(self, element: str, tag: Tag, rect: QtCore.QRectF, number: float, note: str) -> None:
        self._clicks.request(Intent(element, tag, number, rect), note)


class RingsItem(QtWidgets.QGraphicsItem):
    """Paints what pointer and keyboard are at, above the screen and below the notes."""

    def __init__(self, view: Ground, pointing: Pointing) -> None:
        """Draw on a view."""
        super().__init__()
        self._view, self._pointing = view, pointing

    def boundingRect(self) -> QtCore.QRectF:
        """Give the whole viewport."""
        return QtCore.QRectF(self._view.viewport().rect())

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        """Paint the rings."""
        rings = self._pointing.rings()
        if not rings:
            return
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for rect, token, width in rings:
            painter.setPen(self._view.theme.pen(token, width))
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), ROUND, ROUND)
        painter.restore()
