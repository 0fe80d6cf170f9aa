"""Shapes of alarm priorities and how their state is painted (LOOK.md section 5). Window, GUI thread.

Used by the header, the alarm pages and the marks on a screen: one drawing, so a priority looks the same everywhere.
"""

from enum import IntEnum

from PySide6 import QtCore, QtGui

from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand, AlarmState

TABLE, LIST, MIMIC, GUIDANCE = 7.0, 8.0, 10.0, 12.0
"""Half-sizes by place, pixels."""
SMALLEST_DIGIT = 13.0
FRAME = 7.0
"""Round a shape for the frame of one that is not acknowledged, pixels."""


class Shape(IntEnum):
    """How a priority shape is painted."""

    UNACKNOWLEDGED = 0
    ACKNOWLEDGED = 1
    RETURNED = 2
    LATCHED = 3
    """Latched and gone, not acknowledged."""
    LATCHED_QUIET = 4
    """Latched and gone, acknowledged: waits for its reset."""
    NONE = 5
    """Cleared, or a count of zero."""


_SHAPES = {
    AlarmState.NORMAL: Shape.NONE,
    AlarmState.UNACKNOWLEDGED: Shape.UNACKNOWLEDGED,
    AlarmState.ACKNOWLEDGED: Shape.ACKNOWLEDGED,
    AlarmState.RETURNED: Shape.RETURNED,
    AlarmState.LATCHED_UNACKNOWLEDGED: Shape.LATCHED,
    AlarmState.LATCHED_ACKNOWLEDGED: Shape.LATCHED_QUIET,
}
FLASHING = frozenset({Shape.UNACKNOWLEDGED, Shape.LATCHED})
"""Shapes with a frame that flashes."""
WAITING = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED})
"""States that wait for somebody to acknowledge."""


def shown_state(stand: AlarmStand) -> AlarmState:
    """Give the state to be painted: nothing looks acknowledged before its record is durable."""
    if not stand.durable and stand.state is AlarmState.ACKNOWLEDGED:
        return AlarmState.UNACKNOWLEDGED
    if not stand.durable and stand.state is AlarmState.LATCHED_ACKNOWLEDGED:
        return AlarmState.LATCHED_UNACKNOWLEDGED
    return stand.state


def shape_of(state: AlarmState) -> Shape:
    """Give the shape of a state."""
    return _SHAPES[state]


def reach(half: float, priority: int) -> float:
    """Give how far a shape with its frame reaches left and right of its centre, pixels."""
    return half * {1: 1.0, 2: 1.28, 3: 1.45}.get(priority, 1.45) + FRAME


def paint_shape(
    painter: QtGui.QPainter,
    centre: QtCore.QPointF,
    half: float,
    priority: int,
    shape: Shape,
    theme: Theme,
    *,
    frame: bool = True,
) -> None:
    """Paint a priority shape.

    Args:
        painter: antialiased.
        centre: of the shape, pixels.
        half: half-size s, pixels.
        priority: 1, 2 or 3.
        shape: how.
        theme: colours and fonts.
        frame: whether the frame of an unacknowledged one is in its lit phase.
    """
    priority = min(max(priority, 1), 3)
    if shape in FLASHING and frame:
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        for width, token in ((4.0, "outl"), (2.75, f"p{priority}")):
            painter.setPen(theme.pen(token, width))
            _outline(painter, centre, half + 4.75, priority, radius=4)
    filled = shape in (Shape.UNACKNOWLEDGED, Shape.ACKNOWLEDGED)
    hollow = shape is Shape.NONE
    if filled:
        painter.setPen(theme.pen("outl", 1.5))
        painter.setBrush(theme.brush(f"p{priority}"))
    elif hollow:
        painter.setPen(theme.pen("ink3", 1.5))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
    else:
        on, off = (1.9, 1.3) if shape is Shape.RETURNED else (1.0, 1.0)
        painter.setPen(theme.dashes("outl", 1.75, on * 1.75, off * 1.75))
        painter.setBrush(theme.brush("track"))
    _outline(painter, centre, half, priority, radius=2)
    size = max(SMALLEST_DIGIT, 1.55 * half)
    token = f"p{priority}d" if filled else "ink3" if hollow else "ink"
    drop = 0.24 * half if priority == 2 else 0.0
    theme.write(
        painter, centre.x(), centre.y() + size * 0.36 + drop, str(priority), size=size, weight=700, token=token, align=0
    )


def _outline(painter: QtGui.QPainter, centre: QtCore.QPointF, half: float, priority: int, *, radius: float) -> None:
    """Draw the outline of a priority with the pen and brush of the painter."""
    x, y = centre.x(), centre.y()
    if priority == 1:
        painter.drawRoundedRect(QtCore.QRectF(x - half, y - half, 2 * half, 2 * half), radius, radius)
    elif priority == 2:
        points = [(x, y - 1.22 * half), (x + 1.28 * half, y + half), (x - 1.28 * half, y + half)]
        painter.drawPolygon([QtCore.QPointF(*point) for point in points])
    else:
        reach_ = 1.45 * half if radius == 2 else 1.45 * (half - 4.75) + 6.7
        points = [(x, y - reach_), (x + reach_, y), (x, y + reach_), (x - reach_, y)]
        painter.drawPolygon([QtCore.QPointF(*point) for point in points])
