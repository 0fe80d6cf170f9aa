"""Alarms on the elements of a screen: the value in alarm is framed once, a machine gets the shape beside it.

LOOK.md section 5. The view asks it for the places of the present frame, and paints them above the screen; what is
framed and what carries the small shape alone, `alarm_places.py` decides. The flash moves frames only, never a value.
Window, GUI thread.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import FLASHING, MIMIC, Shape, paint_shape, reach, shape_of
from hmi.display.overlay import Ground
from hmi.display.stage import Stage
from hmi.model.alarm import AlarmState

if TYPE_CHECKING:
    from hmi.display.alarm_places import Spot
IN_ALARM = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED})
"""States in which the condition holds: pointers and dots are in the colour of the priority."""


class AlarmMark(msgspec.Struct, frozen=True):
    """The most urgent alarm of one tag."""

    priority: int
    state: AlarmState

    @property
    def rank(self) -> tuple[bool, int, int]:
        """Order of urgency, the smallest first."""
        active = self.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
        return not active, self.priority, int(self.state)


class MarkPlace(msgspec.Struct, frozen=True):
    """Where one mark is painted, pixels of the screen."""

    path: str
    mark: AlarmMark
    box: QtCore.QRectF | None
    """Of the frame; None where the small shape stands alone."""
    centre: QtCore.QPointF
    """Of the shape."""
    half: float
    """Its half-size."""
    words: str = ""
    """Which limit the framed value is beyond; empty where there is no room."""


class AlarmMarks:
    """The alarms of one view."""

    def __init__(self) -> None:
        """Begin without any."""
        self.lit = True
        self.places: tuple[MarkPlace, ...] = ()
        self._marks: Mapping[str, AlarmMark] = {}
        self._stage: Stage | None = None
        self._spots: list[Spot] = []

    def show(self, marks: Mapping[str, AlarmMark]) -> None:
        """Take over which tags are in alarm."""
        self._marks = {path: mark for path, mark in marks.items() if mark.state is not AlarmState.NORMAL}
        self._stage = None

    @property
    def flashing(self) -> bool:
        """Whether a frame flashes."""
        return any(shape_of(place.mark.state) in FLASHING for place in self.places)

    def look(self, stage: Stage, *, moved: bool = True) -> bool:
        """Find the places on what is drawn now; tell whether one changed.

        Args:
            stage: what is drawn.
            moved: whether a value has changed since the last look.
        """
        if stage is not self._stage:
            self._stage, moved = stage, True
            self._spots = self._find(stage) if self._marks else []
            active = {path: mark.priority for path, mark in self._marks.items() if mark.state in IN_ALARM}
            stage.show_alarms(active, [spot.number for spot in self._spots if spot.framed])
        if not moved or not (self._spots or self.places):
            return False
        before = self.places
        found = (self._place(stage, spot) for spot in self._spots)
        self.places = tuple(place for place in found if place is not None)
        return self.places != before

    def _find(self, stage: Stage) -> "list[Spot]":
        """Choose for each tag in alarm what shows its mark."""
        from hmi.display.alarm_places import spots_of  # there is no alarm before the first paint

        return [spot for path in self._marks for spot in spots_of(stage, path)]

    def _place(self, stage: Stage, spot: "Spot") -> "MarkPlace | None":
        """Give the place of one mark; None while what it belongs to is not drawn."""
        from hmi.display import alarm_places

        mark = self._marks[spot.path]
        if spot.framed:
            framed = alarm_places.frame_of(stage, spot.number, mark.priority)
            if framed is None:
                return None
            active = mark.state in IN_ALARM
            words = alarm_places.words_in(stage, spot.number, framed[0], mark.priority) if active else ""
            return MarkPlace(spot.path, mark, *framed, MIMIC, words)
        if spot.number >= 0:
            beside = alarm_places.shape_beside(stage, spot.number, mark.priority)
        elif spot.chip >= 0:
            beside = alarm_places.shape_in_chip(stage, spot.chip)
        else:
            beside = alarm_places.shape_of_machine(spot.box) if spot.box is not None else None
        return None if beside is None else MarkPlace(spot.path, mark, None, *beside)


class MarksItem(QtWidgets.QGraphicsItem):
    """Paints the marks above the screen."""

    def __init__(self, view: Ground, marks: AlarmMarks) -> None:
        """Draw the marks of a view."""
        super().__init__()
        self._view, self._marks = view, marks

    def boundingRect(self) -> QtCore.QRectF:
        """Give the whole viewport."""
        return QtCore.QRectF(self._view.viewport().rect())

    def paint(
        self,
        painter: QtGui.QPainter,
        option: QtWidgets.QStyleOptionGraphicsItem,
        widget: QtWidgets.QWidget | None = None,
    ) -> None:
        """Paint frames and shapes."""
        if not self._marks.places:
            return
        painter.save()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        ground = self._view.from_screen(QtCore.QRectF(0, 0, 1, 1))
        painter.translate(ground.topLeft())
        painter.scale(ground.width(), ground.height())
        for place in self._marks.places:
            self._paint_one(painter, place)
        painter.restore()

    def _paint_one(self, painter: QtGui.QPainter, place: MarkPlace) -> None:
        theme, shape = self._view.theme, shape_of(place.mark.state)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        if place.box is not None:
            if shape in FLASHING:
                if self._marks.lit:
                    for width, token in ((4.6, "outl"), (3.2, f"p{place.mark.priority}")):
                        painter.setPen(theme.pen(token, width))
                        painter.drawRoundedRect(place.box, 5, 5)
            else:
                dashed = shape in (Shape.RETURNED, Shape.LATCHED_QUIET)
                painter.setPen(theme.dashes("outl", 1.5, 5, 4) if dashed else theme.pen("outl", 1.5))
                painter.drawRoundedRect(place.box, 5, 5)
        if place.words:
            x = place.centre.x() + reach(place.half, place.mark.priority)
            baseline = place.centre.y() + theme.reading_px * 0.36
            theme.write(painter, x, baseline, place.words, weight=600, token="ink")
        # The frame of the shape itself is left out where the value has one: boxed once.
        paint_shape(
            painter, place.centre, place.half, place.mark.priority, shape, theme,
            frame=self._marks.lit and place.box is None,
        )  # fmt: skip
