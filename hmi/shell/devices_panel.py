"""The panel that says of each device how it is and why: state, cause, rate, round trip, errors, proof of life.

GUI thread. Opened from the second row of the header.
"""

from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme
from hmi.model.device import DeviceState, Heartbeat, LivenessRule
from hmi.model.health import STATE_WORDS
from hmi.model.quality import Cause, words_of
from hmi.model.text import Language
from hmi.shell.facts import DeviceFact
from hmi.shell.glyphs import DISC_OF_STATE, Disc, paint_disc
from hmi.shell.panel import Panel
from hmi.words import say

ROW = 44
HEAD = 34
TEXT_PX = 18
COLUMNS = (("device", 230), ("state", 360), ("rate", 90), ("round_trip", 110), ("errors", 80), ("alive", 290))
"""Name of the column, its width in pixels."""
_NUMBERS = frozenset({"rate", "round_trip", "errors"})


class DevicesPanel(Panel):
    """The devices of the project."""

    def __init__(self, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make it hidden and empty."""
        super().__init__(theme, parent)
        self._language = language
        self._table = _Table(theme, self)
        area = QtWidgets.QScrollArea(self)
        area.setWidget(self._table)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._area = area
        self.body.addWidget(area)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The table in words, a row a device."""
        return self._table.rows

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and say in a language from the next facts on."""
        self._language = language
        self.dress(theme)
        self.set_title(say("shell.devices", language), say("shell.close", language))
        heads = tuple(say(f"shell.device.{name}", language) for name, _ in COLUMNS)
        self._table.set_look(theme, heads)

    def show_facts(self, facts: Sequence[DeviceFact]) -> None:
        """Take over how the devices are."""
        self._table.set_rows(tuple(_row(fact, self._language) for fact in facts), tuple(map(_disc, facts)))

    def sizeHint(self) -> QtCore.QSize:
        """As large as the table."""
        table = self._table.sizeHint()
        return QtCore.QSize(table.width() + 36, table.height() + 78)


class _Table(QtWidgets.QWidget):
    """Rows of words, painted."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._heads: tuple[str, ...] = ()
        self.rows: tuple[tuple[str, ...], ...] = ()
        self._discs: tuple[Disc, ...] = ()

    def set_look(self, theme: Theme, heads: tuple[str, ...]) -> None:
        self._theme, self._heads = theme, heads
        self.update()

    def set_rows(self, rows: tuple[tuple[str, ...], ...], discs: tuple[Disc, ...]) -> None:
        if (rows, discs) == (self.rows, self._discs):
            return
        self.rows, self._discs = rows, discs
        self.setFixedSize(self.sizeHint())
        self.setAccessibleName("; ".join(" ".join(row) for row in rows))
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(sum(width for _, width in COLUMNS), HEAD + ROW * len(self.rows))

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        self._paint_cells(painter, HEAD / 2 + 6, self._heads, "ink2", 0)
        for number, (row, disc) in enumerate(zip(self.rows, self._discs, strict=True)):
            top = HEAD + number * ROW
            painter.setPen(self._theme.pen("line1"))
            painter.drawLine(QtCore.QPointF(0, top + 0.5), QtCore.QPointF(self.width(), top + 0.5))
            paint_disc(painter, QtCore.QPointF(10, top + ROW / 2), disc, self._theme)
            self._paint_cells(painter, top + ROW / 2 + 6, row, "ink", 28)
        painter.end()

    def _paint_cells(
        self, painter: QtGui.QPainter, baseline: float, cells: Sequence[str], token: str, indent: float
    ) -> None:
        left = 0.0
        for number, ((name, width), words) in enumerate(zip(COLUMNS, cells, strict=True)):
            inset = indent if number == 0 else 0.0
            shown = self._theme.shortened(words, width - inset - 14, TEXT_PX)
            weight = 600 if number == 0 and token == "ink" else 400
            if name in _NUMBERS:
                at, align = left + width - 24, -1
            else:
                at, align = left + inset, 1
            self._theme.write(painter, at, baseline, shown, size=TEXT_PX, weight=weight, token=token, align=align)
            left += width


def _disc(fact: DeviceFact) -> Disc:
    return Disc.UNKNOWN if fact.state is None else DISC_OF_STATE[fact.state]


def _row(fact: DeviceFact, language: Language) -> tuple[str, ...]:
    """Say a device."""
    title = fact.device.title.pick(language)
    name = f"{fact.device.name}  {title}" if title else fact.device.name
    state = say("shell.state_unknown", language) if fact.state is None else STATE_WORDS[fact.state].pick(language)
    if fact.cause is not Cause.NONE and fact.state not in (DeviceState.ONLINE, None):
        state = f"{state} · {say(words_of(fact.cause), language)}"
    rate = "" if fact.rate != fact.rate else f"{fact.rate:.0f}"
    round_trip = "" if fact.round_trip_ms != fact.round_trip_ms else f"{fact.round_trip_ms:.1f}"
    errors = "" if fact.errors != fact.errors else f"{fact.errors:.0f}"
    return name, state, rate, round_trip, errors, _alive_words(fact.device.liveness, language)


def _alive_words(rule: LivenessRule | None, language: Language) -> str:
    """Say by what a device proves that its program runs."""
    if rule is None:
        return say("shell.liveness_unknown", language)
    if isinstance(rule, Heartbeat):
        return say("shell.liveness_heartbeat", language, address=rule.address, seconds=f"{rule.within_s:g}")
    return say("shell.liveness_cpu_state", language, address=rule.address)
