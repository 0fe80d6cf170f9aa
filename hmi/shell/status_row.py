"""Row 2 of the header, 44 px: unacknowledged alarms, what is not plain good, devices, the engine. LOOK.md section 9.

GUI thread. Signals: `devices_asked()` when the user points at the devices, `alarms_asked()` at the alarms.
"""

import msgspec
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.ages import short_age
from hmi.display.alarm_shapes import LIST, Shape, paint_shape, reach
from hmi.display.theme import Theme
from hmi.model.device import DeviceState
from hmi.model.text import Language
from hmi.shell.facts import COUNTED, DeviceFact, Facts
from hmi.shell.glyphs import DISC_OF_STATE, DISC_WIDTH, Disc, paint_disc
from hmi.views.alarm_board import Counts
from hmi.views.buttons import Button
from hmi.words import say

HEIGHT = 44
SIDE = 20
GAP = 18
"""Between two entries, pixels."""
NAME_PX = 17
NAME_PX_SMALL = 18
"""On a small screen, whose pixels are smaller (LOOK.md section 2)."""
SMALL = 1500
"""Narrower windows than this count as small, pixels."""
_UNSOUND = frozenset(DeviceState) - {DeviceState.ONLINE, DeviceState.NOT_COMMISSIONED, DeviceState.DISABLED}


class Entry(msgspec.Struct, frozen=True):
    """One disc with words."""

    disc: Disc
    name: str
    more: str
    """Said after the name in the lighter ink; left out first when there is little room."""
    loud: bool
    """Semibold: not good."""


class StatusRow(QtWidgets.QWidget):
    """The second row of the header."""

    devices_asked = QtCore.Signal()
    """The user wants to know more about the devices."""
    alarms_asked = QtCore.Signal()
    """The user wants to see the alarms."""

    def __init__(self, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make the row; `show_facts` fills it."""
        super().__init__(parent)
        self._theme = theme
        self._language = language
        self._counts: tuple[tuple[str, int], ...] = ()
        self._devices: tuple[Entry, ...] = ()
        self._engine = Entry(Disc.UNKNOWN, "", "", loud=False)
        self._left_edge = 0.0
        self._alarm_edge = 0.0
        self._unacknowledged = (0, 0, 0)
        self._loud = (False, False, False)
        self._alarms_known = False
        self._lit = True
        self._trouble = ""
        self.delay_ms = float("nan")
        """Of the link to the engine, measured by its pings; NaN while there is none."""
        self.silence_button = Button(theme, self, primary=True, size=NAME_PX)
        """Shown while something sounds."""
        self.silence_button.setFixedHeight(38)
        self.silence_button.hide()
        self.right_room = 0
        """Pixels at the right end that belong to another widget (the button of the demo)."""
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The devices as they are said, before any is left out for want of room."""
        return self._devices

    @property
    def engine(self) -> Entry:
        """The engine as it is said."""
        return self._engine

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """The counts as they are said."""
        return self._counts

    @property
    def _size(self) -> int:
        """Size of all words, pixels."""
        return NAME_PX_SMALL if self.width() < SMALL else NAME_PX

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and say in a language from the next facts on."""
        self._theme, self._language = theme, language
        self.setToolTip(say("shell.devices_tip", language))
        self.silence_button.set_look(theme, say("views.silence", language))
        self.update()

    def show_facts(self, facts: Facts) -> None:
        """Take over the facts; paints only when something that is seen changed."""
        counts = tuple((say(f"shell.count.{name}", self._language), facts.counts[name]) for name in COUNTED)
        idle = sum(1 for fact in facts.devices if fact.state is DeviceState.NOT_COMMISSIONED)
        if idle:
            counts = (*counts, (say("shell.count.not_commissioned", self._language), idle))
        devices = tuple(self._entry(fact) for fact in facts.devices)
        engine = self._engine_entry(facts)
        if (counts, devices, engine) != (self._counts, self._devices, self._engine):
            self._counts, self._devices, self._engine = counts, devices, engine
            words = [f"{entry.name} {entry.more}" for entry in (*devices, engine)]
            self.setAccessibleName(", ".join(words))
            self.update()

    @property
    def unacknowledged(self) -> tuple[int, int, int]:
        """Alarms that wait to be acknowledged, by priority, as they are said."""
        return self._unacknowledged

    @property
    def trouble(self) -> str:
        """What is said of the store; empty while all is well."""
        return self._trouble

    def show_alarms(self, counts: Counts, *, known: bool, sounding: bool) -> None:
        """Take over the counts of the alarm list.

        Args:
            counts: by priority.
            known: False while the engine is away.
            sounding: whether something sounds that can be silenced.
        """
        told = (counts.unacknowledged, counts.loud, known)
        if told != (self._unacknowledged, self._loud, self._alarms_known):
            self._unacknowledged, self._loud, self._alarms_known = told
            self.update()
        self.silence_button.setVisible(sounding)

    def show_trouble(self, words: str) -> None:
        """Say what is wrong with the store in place of the counts; empty says nothing."""
        if words != self._trouble:
            self._trouble = words
            self.update()

    @QtCore.Slot(bool)
    def flash(self, lit: bool) -> None:
        """Light the frames of unacknowledged alarms, or not."""
        self._lit = lit
        if any(self._unacknowledged):
            self.update(0, 0, round(self._alarm_edge), HEIGHT)

    def _entry(self, fact: DeviceFact) -> Entry:
        """Say a device."""
        disc = Disc.UNKNOWN if fact.state is None else DISC_OF_STATE[fact.state]
        more = fact.device.title.pick(self._language)
        return Entry(disc, fact.device.name, more, loud=fact.state in _UNSOUND)

    def _engine_entry(self, facts: Facts) -> Entry:
        """Say the engine."""
        state = facts.engine
        if not state.alive:
            age = short_age(state.heartbeat_age_ns) if state.heartbeat_age_ns else ""
            return Entry(Disc.DEAD, say("shell.engine_silent", self._language), age, loud=True)
        measured = facts.delay_ms if self.delay_ms != self.delay_ms else self.delay_ms
        delay = "" if measured != measured else f"{max(round(measured), 1)} ms"
        return Entry(Disc.GOOD, say("shell.engine", self._language), delay, loud=False)

    def _fitting(self, room: float) -> tuple[Entry, ...]:
        """Give the entries that fit: titles go first, then the good ones are gathered into one count."""
        full = self._devices
        if self._width(full) <= room:
            return full
        short = tuple(Entry(one.disc, one.name, "", one.loud) for one in full)
        if self._width(short) <= room:
            return short
        loud = [one for one in short if one.loud]
        rest = self._rest(short)
        entries = (*loud, *rest)
        hidden: list[Disc] = []
        while loud and self._width(entries) > room:
            hidden.append(loud.pop().disc)
            words = say("shell.hidden_devices", self._language, count=len(hidden))
            disc = Disc.DEAD if Disc.DEAD in hidden else hidden[0]
            entries = (*loud, Entry(disc, words, "", loud=True), *rest)
        return entries

    def _rest(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """Gather the quiet ones by what is known of them (those not commissioned are among the counts)."""
        rest = []
        for disc, code in ((Disc.GOOD, "shell.more_devices"), (Disc.UNKNOWN, "shell.unknown_devices")):
            count = sum(1 for one in entries if one.disc is disc and not one.loud)
            if count:
                rest.append(Entry(disc, say(code, self._language, count=count), "", loud=False))
        return tuple(rest)

    def _width(self, entries: tuple[Entry, ...]) -> float:
        """Give the width of entries, pixels."""
        return sum(self._advance(entry) + GAP for entry in entries)

    def _advance(self, entry: Entry) -> float:
        """Give the width of one entry, pixels."""
        name = self._theme.width(entry.name, self._size, 600 if entry.loud else 400)
        more = self._theme.width(entry.more, self._size, 400) + 6 if entry.more else 0
        return DISC_WIDTH + 5 + name + more

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Open the device panel where the devices are."""
        if event.position().x() >= self._left_edge:
            self.devices_asked.emit()
        elif event.position().x() < self._alarm_edge:
            self.alarms_asked.emit()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Open the device panel with space or enter."""
        if event.key() in (QtCore.Qt.Key.Key_Space, QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            self.devices_asked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint counts from the left, engine and devices from the right."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.colour("card"))
        painter.setPen(self._theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(0, HEIGHT - 0.5), QtCore.QPointF(self.width(), HEIGHT - 0.5))
        left = self._paint_counts(painter)
        right = self.width() - SIDE - self.right_room
        x = right - self._advance(self._engine)
        self._paint_entry(painter, x, self._engine)
        x -= GAP
        painter.setPen(self._theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(x + 0.5, 9), QtCore.QPointF(x + 0.5, HEIGHT - 10))
        for entry in reversed(self._fitting(x - left - GAP)):
            x -= GAP + self._advance(entry)
            self._paint_entry(painter, x, entry)
        self._left_edge = x - GAP / 2
        if self.hasFocus():
            painter.setPen(self._theme.pen("focus", 2.0))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(x - 6, 5, right - x + 12, HEIGHT - 11), 5, 5)
        painter.end()

    def _paint_counts(self, painter: QtGui.QPainter) -> float:
        """Paint alarms and counts, or the trouble of the store; gives where they end."""
        x, baseline = self._paint_alarms(painter), HEIGHT / 2 + 6
        if self._trouble:
            return x + self._paint_trouble(painter, x, baseline)
        for words, count in self._counts:
            if not count and self.width() < SMALL:
                continue
            x += self._theme.write(painter, x, baseline, words, size=self._size, token="ink2" if count else "ink3") + 6
            weight, token = (600, "ink") if count else (400, "ink3")
            x += self._theme.write(painter, x, baseline, str(count), size=self._size, weight=weight, token=token) + GAP
        return x

    def _paint_entry(self, painter: QtGui.QPainter, x: float, entry: Entry) -> None:
        """Paint one entry."""
        baseline = HEIGHT / 2 + 6
        paint_disc(painter, QtCore.QPointF(x + DISC_WIDTH / 2, HEIGHT / 2), entry.disc, self._theme)
        x += DISC_WIDTH + 5
        weight, token = (600, "ink") if entry.loud else (400, "ink2")
        x += self._theme.write(painter, x, baseline, entry.name, size=self._size, weight=weight, token=token)
        if entry.more:
            self._theme.write(painter, x + 6, baseline, entry.more, size=self._size, token=token, weight=weight)

    def _paint_alarms(self, painter: QtGui.QPainter) -> float:
        """Paint how many alarms wait, by priority; gives where the next begins."""
        theme, baseline, middle = self._theme, HEIGHT / 2 + 6, HEIGHT / 2
        known = self._alarms_known
        waits = any(self._unacknowledged)
        token, weight = ("ink", 600) if waits and known else ("ink2", 400)
        words = say("shell.unacknowledged", self._language)
        x = SIDE + theme.write(painter, SIDE, baseline, words, size=self._size, weight=weight, token=token) + 8
        for priority, count in enumerate(self._unacknowledged, 1):
            shape = Shape.NONE
            if count:
                loud = self._loud[priority - 1]
                shape = Shape.RETURNED if not loud else Shape.UNACKNOWLEDGED if known else Shape.ACKNOWLEDGED
            side = reach(LIST, priority) - (0 if shape is Shape.UNACKNOWLEDGED else 5)
            paint_shape(painter, QtCore.QPointF(x + side, middle), LIST, priority, shape, theme, frame=self._lit)
            x += 2 * side + 3
            told = str(count) if known else "–"
            weight, token = (600, "ink") if count and known else (400, "ink3")
            x += theme.write(painter, x, baseline, told, size=self._size, weight=weight, token=token) + 10
        self._alarm_edge = x
        if self.silence_button.isVisibleTo(self):
            self.silence_button.move(round(x), (HEIGHT - self.silence_button.height()) // 2)
            self.silence_button.setFixedWidth(self.silence_button.sizeHint().width())
            x += self.silence_button.width() + 10
        painter.setPen(theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(x + 2.5, 9), QtCore.QPointF(x + 2.5, HEIGHT - 10))
        return x + 16

    def _paint_trouble(self, painter: QtGui.QPainter, x: float, baseline: float) -> float:
        """Paint a chip that says what is wrong with the store; gives its width."""
        theme = self._theme
        words = theme.shortened(self._trouble, max(120.0, self.width() * 0.42), self._size, 600)
        width = theme.width(words, self._size, 600) + 24
        painter.setPen(theme.pen("mark", 1.5))
        painter.setBrush(theme.brush("track"))
        painter.drawRoundedRect(QtCore.QRectF(x, 6, width, HEIGHT - 13), 5, 5)
        theme.write(painter, x + 12, baseline, words, size=self._size, weight=600, token="ink")
        return width + GAP
