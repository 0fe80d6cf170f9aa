"""Alarms on the elements of a screen: the value in alarm is framed once, a machine gets the shape beside it.

LOOK.md section 5. The view asks it for the places of the present frame, and paints them above the screen. A tag whose
number stands on the screen several times is framed at the largest one; the flash moves frames only, never a value.
Window, GUI thread.
"""

from collections.abc import Mapping

import msgspec
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import FLASHING, MIMIC, Shape, paint_shape, shape_of
from hmi.display.overlay import Ground
from hmi.display.stage import Stage
from hmi.model.alarm import AlarmState

PAD_X, PAD_Y = 7.0, 7.0
"""Between a value and its frame, pixels."""
ROOM = 11.0
"""Left of a value for the half of its shape that lies in the frame, pixels."""


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
    """Of the frame; None for a machine, which has none."""
    centre: QtCore.QPointF
    """Of the shape."""


class AlarmMarks:
    """The alarms of one view."""

    def __init__(self) -> None:
        """Begin without any."""
        self.lit = True
        self.places: tuple[MarkPlace, ...] = ()
        self._marks: Mapping[str, AlarmMark] = {}
        self._stage: Stage | None = None
        self._spots: list[tuple[str, AlarmMark, int, QtCore.QRectF]] = []
        """Path, mark, number part or -1, box of the element."""

    def show(self, marks: Mapping[str, AlarmMark]) -> None:
        """Take over which tags are in alarm."""
        self._marks = {path: mark for path, mark in marks.items() if mark.state is not AlarmState.NORMAL}
        self._stage = None

    @property
    def flashing(self) -> bool:
        """Whether a frame flashes."""
        return any(shape_of(place.mark.state) in FLASHING for place in self.places)

    def look(self, stage: Stage) -> bool:
        """Find the places on what is drawn now; tell whether one changed."""
        if stage is not self._stage:
            self._stage = stage
            self._spots = self._find(stage) if self._marks else []
            active = {path: mark.priority for path, mark in self._marks.items() if mark.state in IN_ALARM}
            stage.show_alarms(active, [number for _, _, number, _ in self._spots if number >= 0])
        if not self._spots and not self.places:
            return False
        before = self.places
        self.places = tuple(self._place(stage, *spot) for spot in self._spots)
        return self.places != before

    def _find(self, stage: Stage) -> list[tuple[str, AlarmMark, int, QtCore.QRectF]]:
        """Choose for each tag in alarm the number, or else the element, that carries its mark."""
        spots: list[tuple[str, AlarmMark, int, QtCore.QRectF]] = []
        elements: dict[str, tuple[int, QtCore.QRectF]] = {}
        for target in stage.targets:
            for path in target.names.values():
                if path in self._marks:
                    elements.setdefault(path, (target.number, target.box))
        for path, (_, box) in elements.items():
            spots.append((path, self._marks[path], stage.largest_number(path), box))
        return spots

    @staticmethod
    def _place(stage: Stage, path: str, mark: AlarmMark, number: int, element: QtCore.QRectF) -> MarkPlace:
        """Give the place of one mark."""
        digits = stage.number_box(number) if number >= 0 else None
        if digits is None:
            return MarkPlace(path, mark, None, QtCore.QPointF(element.right() - 6, element.top() + 6))
        box = digits.adjusted(-PAD_X - ROOM, -PAD_Y, PAD_X, PAD_Y)
        # The shape rides on the left edge: beside the frame stand pipes, walls and labels.
        return MarkPlace(path, mark, box, QtCore.QPointF(box.left(), box.center().y()))


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
        # The frame of the shape itself is left out where the value has one: boxed once.
        paint_shape(
            painter, place.centre, MIMIC, place.mark.priority, shape, theme,
            frame=self._marks.lit and place.box is None,
        )  # fmt: skip
