"""Cells that are painted again when their value changes: words of a text tag, causes in words, painters of packs.

They are few; each repaint costs some ten microseconds. Quality is painted here over and around whatever a painter of
a pack paints, so that it cannot hide it. Window, GUI thread.
"""

import logging
from typing import Protocol

import msgspec
from PySide6 import QtCore, QtGui

from hmi.display.alarm_shapes import TABLE, reach
from hmi.display.item import RULES, Line, Seen
from hmi.display.marks import GAP, HEIGHT, crossed_disc, half_disc, mark_width, paint_dashes, paint_hatch, paint_mark
from hmi.display.parts import CausePart, FreePainter, PaintPart, WordPart
from hmi.display.theme import Theme
from hmi.model.quality import Cause, words_of
from hmi.model.text import Language
from hmi.words import say

_log = logging.getLogger("hmi.ui")


class Glance(msgspec.Struct, frozen=True):
    """What is known of one source at the moment of a repaint."""

    value: float
    seen: Seen
    text: str | None
    """Words of a text; None for a number."""
    cause: int
    age_s: int
    now_s: float
    """The clock that ages are taken from."""
    wall_s: float
    """Seconds UTC of that moment; 0 when no engine was ever seen."""


class Painted(Protocol):
    """Something that paints its cell anew; its origin is the left top of the cell, pixels of the screen."""

    sources: tuple[int, ...]
    ages: bool
    """True when an age in it counts on."""
    period_s: float
    """How often it is painted anew although no value changed; 0 never."""

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Paint; one glance for each of `sources`."""
        ...


def age_words(seconds: int) -> str:
    """Say an age as the marks do: 48 s, 6:12, 3 h, 12 d."""
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 6000:
        return f"{seconds // 60}:{seconds % 60:02}"
    return f"{seconds // 3600} h" if seconds < 360_000 else f"{seconds // 86_400} d"


def link_age_words(seconds: int) -> str:
    """Say how long a device has been as it is: 0:48, 6:12, 3 h, 12 d."""
    return f"{seconds // 60}:{seconds % 60:02}" if seconds < 100 else age_words(seconds)


class PaintedWords:
    """The words of a text tag, or a state number without words, with their own mark and age."""

    def __init__(self, source: int, part: WordPart, theme: Theme, language: Language | None, tail: float) -> None:
        """Keep what is needed to write them.

        Args:
            source: where the words come from.
            part: where they stand.
            theme: colours and fonts.
            language: of the marks; None where another part carries them.
            tail: room for them, after the words or, for words that end at their place, before them.
        """
        self.sources: tuple[int, ...] = (source,)
        self.ages, self.period_s = False, 0.0
        self._part, self._theme, self._language = part, theme, language
        metrics = theme.metrics(part.size, part.weight)
        self.rise = metrics.ascent() + 3
        self.height = self.rise + metrics.descent() + 3
        self.lead = tail if part.align < 0 else 0.0

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Write the words with their line, hatch, mark and age."""
        part, theme, glance = self._part, self._theme, glances[0]
        rule = RULES[glance.seen]
        if rule.dashes:
            text, advance = "", 29.0
        else:
            words = glance.text if glance.text is not None else str(round(glance.value))
            text = theme.shortened(words, part.width, part.size, part.weight)
            advance = theme.width(text, part.size, part.weight)
        room = part.width + self.lead
        left = 0.0 if part.align > 0 else room - advance if part.align < 0 else (part.width - advance) / 2
        middle = self.rise - part.size * 0.36
        if rule.hatched:
            rect = QtCore.QRectF(left - 6, self.rise - part.size * 0.84, advance + 12, part.size * 1.1)
            paint_hatch(painter, rect, theme.pen("ghost", 1.1), 6)
        if rule.dashes:
            paint_dashes(painter, QtCore.QPointF(left, middle), 1.0, theme.pen("ink2", 2))
        else:
            token = "ink2" if rule.muted else part.role
            theme.write(painter, left, self.rise, text, size=part.size, weight=part.weight, token=token)
        if rule.line is Line.STRUCK:
            painter.fillRect(QtCore.QRectF(left - 6, middle - 1, advance + 12, 2), theme.colour("ink"))
        elif rule.line is Line.DOTTED:
            for number in range(int(advance / 4) + 1):
                painter.fillRect(QtCore.QRectF(left + 4 * number, self.rise + 4.5, 2, 2), theme.colour("ink2"))
        if self._language is not None and rule.mark and not rule.dashes and glance.seen is not Seen.SILENT:
            age = age_words(glance.age_s) if rule.age else ""
            width = mark_width(glance.seen) + (4 + theme.width(age, theme.reading_px, 600) if age else 0)
            x = left - GAP - width if part.align < 0 else left + advance + GAP
            painter.translate(x, middle - HEIGHT / 2)
            paint_mark(painter, glance.seen, theme, self._language)
            painter.translate(-x, HEIGHT / 2 - middle)
            if age:
                rise = middle + theme.reading_px * 0.36
                theme.write(painter, x + mark_width(glance.seen) + 4, rise, age, weight=600, token="ink")


_TOLD = (Seen.UNCERTAIN, Seen.NOT_RUNNING, Seen.STALE, Seen.BAD, Seen.BAD_EMPTY, Seen.NEVER_READ)
"""What concerns a group and not one value (a forced value tells so by its own mark)."""


_OF_DEVICE = frozenset(
    {
        *(Cause.DEVICE_OFFLINE, Cause.DEVICE_REFUSED, Cause.DEVICE_RESET, Cause.DEVICE_TIMED_OUT),
        *(Cause.DEVICE_DISABLED, Cause.DEVICE_NOT_COMMISSIONED, Cause.DEVICE_CONNECTING, Cause.HOST_UNKNOWN),
        *(Cause.GATEWAY_NO_PATH, Cause.GATEWAY_TARGET_SILENT, Cause.PLC_NOT_RUNNING, Cause.HEARTBEAT_STOPPED),
        *(Cause.MAP_CHANGED, Cause.LIVENESS_PENDING, Cause.ONLY_ZEROS, Cause.DEVICE_FAILURE),
    }
)
"""What is said of a device, with its name."""
_AFTER_NAME = {Cause.PLC_NOT_RUNNING: "display.not_running", Cause.DEVICE_OFFLINE: "display.offline"}
"""Words that name no device themselves, for behind its name."""


class PaintedCause:
    """A chip that names why a value is not good, and since when; nothing while it is good."""

    ages = True
    period_s = 0.0

    def __init__(self, source: int, part: CausePart, device: str, theme: Theme, language: Language) -> None:
        """Keep what is needed to say it.

        Args:
            source: whose quality it is.
            part: where it stands.
            device: that the value comes from; empty for none.
            theme: colours and fonts.
            language: of the words.
        """
        self.sources: tuple[int, ...] = (source,)
        self.device = device
        self.priority = 0
        """Of the alarm of the device, whose small shape has its room in the chip; 0 for none."""
        self.shape_at: QtCore.QPointF | None = None
        """Middle of that room in the cell; None while there is no chip."""
        self._part, self._theme, self._language = part, theme, language

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Paint the chip: mark, cause, age."""
        glance, theme = glances[0], self._theme
        self.shape_at = None
        if glance.seen not in _TOLD:
            return
        cause = Cause.PLC_NOT_RUNNING if glance.seen is Seen.NOT_RUNNING else Cause(glance.cause)
        words = say(words_of(cause), self._language)
        part = self._part
        named = bool(self.device) and self.device != part.known and cause in _OF_DEVICE
        age = f" {link_age_words(glance.age_s)}" if glance.age_s > 0 else ""
        disc = glance.seen in (Seen.BAD, Seen.BAD_EMPTY, Seen.NOT_RUNNING)
        shape = 2 * reach(TABLE, self.priority) if self.priority else 0.0
        mark = 26.0 if disc else max(26.0, mark_width(glance.seen) + 7)
        own = say(_AFTER_NAME[cause], self._language) if cause in _AFTER_NAME else words
        full = f"{self.device} {own}" if named else words
        room, left = part.width, part.covers
        if shape + mark + self._width(full + age) > room:
            room, left = part.width + part.covers, 0.0
        # Where the room is narrow the shape says that something is wrong with the device, and the list since when.
        spare = 0.0 if shape and disc else mark
        choices = ((mark, full, age), (spare, full, age), (mark, full, ""), (spare, full, ""), (spare, words, ""))
        fits = (one for one in choices if shape + one[0] + self._width(one[1] + one[2]) <= room)
        mark, words, age = next(fits, choices[-1])
        lead = shape + mark
        words = theme.shortened(words, room - lead - 20, theme.reading_px, 600) + age
        width = lead + 20 + theme.width(words, theme.reading_px, 600)
        if part.covers and not left:
            painter.fillRect(QtCore.QRectF(0, 0, max(width, part.covers), 34), theme.colour(part.ground))
        painter.translate(left, 0)
        painter.setPen(theme.pen("mark", 1.5))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(QtCore.QRectF(0.75, 0.75, width - 1.5, 32.5), 5, 5)
        if self.priority:
            self.shape_at = QtCore.QPointF(left + 4 + shape / 2, 17)
        centre = QtCore.QPointF(19 + shape, 17)
        if not mark:
            pass
        elif glance.seen in (Seen.BAD, Seen.BAD_EMPTY):
            crossed_disc(painter, centre, theme)
        elif glance.seen is Seen.NOT_RUNNING:
            half_disc(painter, centre, theme)
        else:
            painter.save()
            painter.translate(shape + max(9.0, 19 - mark_width(glance.seen) / 2), 17 - HEIGHT / 2)
            paint_mark(painter, glance.seen, theme, self._language)
            painter.restore()
        theme.write(painter, 10 + lead, 23, words, weight=600, token="ink")

    def _width(self, words: str) -> float:
        """Give the width of a chip with these words, without mark and shape."""
        return self._theme.width(words, self._theme.reading_px, 600) + 20


class PaintedFree:
    """Whatever a painter of a pack paints, with quality over and around it."""

    ages = True
    period_s = 0.0

    def __init__(
        self, sources: tuple[int, ...], part: PaintPart, element: str, theme: Theme, language: Language, scale: float
    ) -> None:
        """Keep the painter; `element` is named in the log when it fails."""
        self.sources = sources
        self._part, self._element, self._theme, self._language, self._scale = part, element, theme, language, scale
        self._paint: FreePainter | None = part.paint

    def paint(self, painter: QtGui.QPainter, glances: tuple[Glance, ...]) -> None:
        """Let it paint a picture, grey it where it is not to be trusted, and put the marks over it."""
        _, _, width, height = self._part.rect
        rect = QtCore.QRectF(0, 0, width, height)
        worst = max((glance.seen for glance in glances), key=_severity, default=Seen.NEVER_READ)
        rule, theme = RULES[worst], self._theme
        if not rule.dashes:
            painter.drawImage(rect, self._picture(rect, glances, muted=rule.muted))
        else:
            painter.fillRect(rect, theme.colour("card"))
            painter.setPen(theme.dashes("edge", 1.25, 4, 3))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -1))
        if rule.hatched:
            paint_hatch(painter, rect, theme.pen("hatch", 1.5), 6)
            painter.setPen(theme.pen("ink", 2))
            painter.drawLine(QtCore.QPointF(0, height / 2), QtCore.QPointF(width, height / 2))
        if rule.dashes and not rule.hatched:
            paint_dashes(painter, QtCore.QPointF(width / 2 - 14.5, height / 2), 1.0, theme.pen("ink2", 2))
        if rule.line is Line.DOTTED:
            for number in range(int(width / 4)):
                painter.fillRect(QtCore.QRectF(4 * number, height - 3, 2, 2), theme.colour("ink2"))
        if rule.mark:
            self._mark(painter, worst, glances)

    def _picture(self, rect: QtCore.QRectF, glances: tuple[Glance, ...], *, muted: bool) -> QtGui.QImage:
        """Give what the painter paints, without colour when `muted`; one that fails is named and not asked again."""
        size = QtCore.QSize(max(1, round(rect.width() * self._scale)), max(1, round(rect.height() * self._scale)))
        image = QtGui.QImage(size, QtGui.QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(QtCore.Qt.GlobalColor.transparent)
        if self._paint is not None:
            state = {
                slot: None if RULES[glance.seen].dashes else glance.text if glance.text is not None else glance.value
                for slot, glance in zip(self._part.slots, glances, strict=True)
            }
            painter = QtGui.QPainter(image)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            painter.scale(self._scale, self._scale)
            painter.setClipRect(rect)
            try:
                self._paint(painter, rect, state, self._theme)
            except Exception:
                _log.exception("painter of element %s failed and is left out", self._element)
                self._paint = None
            finally:
                painter.end()
        return _grey(image) if muted else image

    def _mark(self, painter: QtGui.QPainter, worst: Seen, glances: tuple[Glance, ...]) -> None:
        """Put the mark, and the age of what is stale, on a chip of their own in the right top corner."""
        age = max((glance.age_s for glance in glances if RULES[glance.seen].age), default=0)
        words = age_words(age) if RULES[worst].age else ""
        theme = self._theme
        width = mark_width(worst) + 4 + (theme.width(words, theme.reading_px, 600) + 6 if words else 0)
        left = max(0.0, self._part.rect[2] - width)
        painter.fillRect(QtCore.QRectF(left, 0, width, HEIGHT + 2), theme.colour("card"))
        painter.save()
        painter.translate(left + 2, 1)
        paint_mark(painter, worst, theme, self._language)
        painter.restore()
        if words:
            theme.write(painter, left + mark_width(worst) + 6, 18, words, weight=600, token="ink")


def _severity(seen: Seen) -> int:
    """Order by how much a quality takes away: below range counts as above range, empty as bad."""
    return {
        Seen.BELOW_RANGE: int(Seen.ABOVE_RANGE) * 2,
        Seen.BAD_EMPTY: int(Seen.BAD) * 2 + 1,
        Seen.SILENT: int(Seen.STALE) * 2 + 1,
    }.get(seen, int(seen) * 2)


def _grey(image: QtGui.QImage) -> QtGui.QImage:
    """Take all colour out of a picture: navy means live, so nothing that is not live may stay navy."""
    grey = image.convertToFormat(QtGui.QImage.Format.Format_Grayscale8).convertToFormat(image.format())
    painter = QtGui.QPainter(grey)
    painter.setCompositionMode(QtGui.QPainter.CompositionMode.CompositionMode_DestinationIn)
    painter.drawImage(0, 0, image)
    painter.end()
    return grey
