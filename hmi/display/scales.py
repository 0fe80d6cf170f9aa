"""Paints scales: track, normal band, limit ticks. For every symbol that has one. Window, GUI thread.

A scale is a `PlatePart`: hatched as a whole while its value is not to be trusted. Pointer, liquid and ticks of one
value use the same ends, so they agree.
"""

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.marks import paint_hatch
from hmi.display.parts import UNKNOWN_STATE, PlatePart, StatePainter
from hmi.display.theme import Theme
from hmi.model.tag import Limits, Span, TagFields

PROUD = 3
"""Pixels by which a limit tick is longer than the track is wide, at each side."""


class Scale(msgspec.Struct, frozen=True):
    """What a scale shows besides the value."""

    low: float
    high: float
    normal: tuple[float, float] | None
    limits: tuple[float, ...]
    sideways: bool = False

    def share(self, value: float) -> float:
        """Give where a value lies, 0 at the low end and 1 at the high one, clipped."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)


def scale_of(facts: TagFields | None, low: float, high: float, *, sideways: bool = False) -> Scale:
    """Make the scale of a tag: its normal band and its limits between the ends."""
    normal, limits = (facts.normal, facts.limits) if facts is not None else (Span(), Limits())
    band = None
    if normal.low is not None or normal.high is not None:
        bottom = low if normal.low is None else max(normal.low, low)
        top = high if normal.high is None else min(normal.high, high)
        band = (bottom, top) if top > bottom else None
    found = (limits.low_low, limits.low, limits.high, limits.high_high)
    return Scale(low, high, band, tuple(one for one in found if one is not None and low <= one <= high), sideways)


def scale_part(
    slot: str, scale: Scale, rect: tuple[float, float, float, float], mark_at: tuple[float, float] | None = None
) -> PlatePart:
    """Make the part of a scale.

    Args:
        slot: whose quality hatches it.
        scale: what it shows.
        rect: of the track, pixels of the screen.
        mark_at: left centre of the place for the quality mark; None is beside the top.
    """
    left, top, width, height = rect
    across, along = (0, PROUD) if scale.sideways else (PROUD, 0)
    grown = (left - across, top - along, width + 2 * across, height + 2 * along)
    return PlatePart(slot, grown, scale_painter(scale, across, along), key=f"scale {scale}", mark_at=mark_at)


def scale_painter(scale: Scale, across: float, along: float) -> StatePainter:
    """Give what paints a scale into a rectangle that is `across`, `along` larger than the track at each side."""

    def paint(painter: QtGui.QPainter, rect: QtCore.QRectF, state: int, theme: Theme) -> None:
        track = rect.adjusted(across, along, -across, -along)
        paint_track(painter, track, theme)
        if state == UNKNOWN_STATE:
            paint_hatch(painter, track, theme.pen("hatch", 1.1), 5)
        paint_band(painter, track, scale, theme)
        painter.setPen(theme.pen("edge", 1))
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
        for limit in scale.limits:
            paint_tick(painter, track, scale, limit, theme)

    return paint


def paint_track(painter: QtGui.QPainter, track: QtCore.QRectF, theme: Theme) -> None:
    """Paint the ground of a scale."""
    painter.setPen(theme.pen("edge", 1))
    painter.setBrush(theme.brush("track"))
    painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)


def paint_band(painter: QtGui.QPainter, track: QtCore.QRectF, scale: Scale, theme: Theme) -> None:
    """Paint the normal band with both edges."""
    if scale.normal is None:
        return
    first, second = (scale.share(value) for value in scale.normal)
    if scale.sideways:
        x0, x1 = (track.left() + share * track.width() for share in (first, second))
        inner = QtCore.QRectF(x0, track.top() + 1, x1 - x0, track.height() - 2)
        edges = [QtCore.QRectF(x - 1, inner.top(), 2, inner.height()) for x in (x0, x1)]
    else:
        y0, y1 = (round(track.bottom() - share * track.height()) for share in (second, first))
        inner = QtCore.QRectF(track.left() + 1, y0, track.width() - 2, y1 - y0)
        edges = [QtCore.QRectF(inner.left(), y - 1, inner.width(), 2) for y in (y0, y1)]
    painter.fillRect(inner, theme.colour("bandS"))
    for edge in edges:
        painter.fillRect(edge.intersected(track.adjusted(1, 1, -1, -1)), theme.colour("bandline"))


def paint_tick(painter: QtGui.QPainter, track: QtCore.QRectF, scale: Scale, value: float, theme: Theme) -> None:
    """Paint the tick of a limit."""
    share = scale.share(value)
    if scale.sideways:
        x = track.left() + share * track.width()
        tick = QtCore.QRectF(x - 1.25, track.top() - PROUD, 2.5, track.height() + 2 * PROUD)
    else:
        y = track.bottom() - share * track.height()
        tick = QtCore.QRectF(track.left() - PROUD, y - 1.25, track.width() + 2 * PROUD, 2.5)
    painter.fillRect(tick, theme.colour("mark"))
