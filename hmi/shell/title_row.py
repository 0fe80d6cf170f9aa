"""Row 1 of the header, 56 px: title, navigation, language, user, heartbeat, clock. LOOK.md section 9.

The clock is the engine's heartbeat: it is never taken from this machine's time. When the engine is silent it stands
still, struck, with its age. GUI thread. Signals: `tab_chosen(int)`, `language_chosen(int)`.
"""

import time
from collections.abc import Sequence

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.ages import short_age
from hmi.display.theme import Theme
from hmi.image.contract import EngineState
from hmi.model.text import Language
from hmi.shell.glyphs import paint_heartbeat, paint_person
from hmi.shell.segments import Segments
from hmi.shell.session_words import ROLE
from hmi.words import say

HEIGHT = 56
LANGUAGES = (Language.ZH, Language.EN)
_CLOCK_PX = 23
SMALL = 1500
"""Narrower windows than this count as small, pixels."""
USER_WIDTH = 320
"""Widest name of a user, pixels."""
TITLE_WIDTH, TITLE_LEAST = 420, 100
"""Widest title of the project, and what of it always stays, pixels: who is signed in matters more."""
_TITLE_PX = 23
SPACES = 20 + 22 + 8 + 18 + 18 + 1 + 18 + 20 + 32 + 8
"""Margins and gaps of the row, with the mark of the user and a little ground between both halves, pixels."""


class HeartbeatClock(QtWidgets.QWidget):
    """Heartbeat mark and clock of the engine."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it without a time."""
        super().__init__(parent)
        self._theme = theme
        self._words = "--:--:--"
        self._age = ""
        self._alive = False
        self.setFixedHeight(HEIGHT)

    @property
    def words(self) -> str:
        """The time as it is shown."""
        return self._words

    @property
    def age(self) -> str:
        """The age as it is shown; empty while the engine is alive."""
        return self._age

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_state(self, state: EngineState) -> None:
        """Take over the heartbeat; paints only when something that is seen changed."""
        words = "--:--:--"
        if state.heartbeat_wall_ns:
            words = time.strftime("%H:%M:%S", time.localtime(state.heartbeat_wall_ns // 1_000_000_000))
        age = "" if state.alive or not state.heartbeat_age_ns else short_age(state.heartbeat_age_ns)
        if (words, age, state.alive) == (self._words, self._age, self._alive):
            return
        resized = len(age) != len(self._age)
        self._words, self._age, self._alive = words, age, state.alive
        if resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        """Room for the mark, the time and its age."""
        clock = self._theme.width("00:00:00", _CLOCK_PX, 600)
        age = self._theme.width(self._age, 18, 600) + 10 if self._age else 0
        return QtCore.QSize(round(42 + clock + age), HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the mark, the time, and the line through it when it stands still."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        theme, middle = self._theme, HEIGHT / 2
        paint_heartbeat(painter, 1, middle, theme, beating=self._alive)
        token = "ink" if self._alive else "ink2"
        baseline = middle + 8.4
        advance = theme.write(painter, 42, baseline, self._words, size=_CLOCK_PX, weight=600, token=token)
        if not self._alive:
            painter.setPen(theme.pen("ink", 2.0))
            painter.drawLine(QtCore.QPointF(38, middle + 0.5), QtCore.QPointF(46 + advance, middle + 0.5))
            theme.write(painter, 42 + advance + 10, middle + 6.5, self._age, size=18, weight=600, token="ink")
        painter.end()


class ThemeButton(QtWidgets.QAbstractButton):
    """Switches between day and night: a disc, half of it filled."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it."""
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(34, 34)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    def set_look(self, theme: Theme, tip: str) -> None:
        """Paint with a theme."""
        self._theme = theme
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the well and the disc."""
        theme, centre = self._theme, QtCore.QPointF(17, 17)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.pen("focus", 2.0) if self.hasFocus() else QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("well"))
        painter.drawRoundedRect(QtCore.QRectF(1, 1, 32, 32), 6, 6)
        painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
        painter.setPen(theme.pen("ink2", 1.75))
        painter.drawEllipse(centre, 8, 8)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("ink2"))
        painter.drawPie(QtCore.QRectF(9, 9, 16, 16), -90 * 16, 180 * 16)
        painter.end()


class UserPlace(QtWidgets.QAbstractButton):
    """Who is signed in; a click opens the panel for signing in and out."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it without words."""
        super().__init__(parent)
        self._theme = theme
        self._loud = False
        self._most: float = USER_WIDTH
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.TabFocus)
        self.setCursor(QtCore.Qt.CursorShape.PointingHandCursor)

    def set_look(self, theme: Theme, words: str, tip: str, *, loud: bool = False) -> None:
        """Show these words with a theme.

        Args:
            theme: colours and fonts.
            words: the person, or that there is none.
            tip: more about it.
            loud: somebody is signed in.
        """
        self._theme, self._loud = theme, loud
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def set_most(self, most: float) -> None:
        """Take no more room for the words than this, pixels."""
        if most != self._most:
            self._most = most
            self.updateGeometry()

    def shown_words(self, room: float) -> str:
        """Give the words that fit into a room, pixels: the person stays longer than the role."""
        weight, words = 600 if self._loud else 400, self.text()
        if self._theme.width(words, 18, weight) > room:
            words = words.partition(ROLE)[0]
        return self._theme.shortened(words, room, 18, weight)

    @property
    def wanted(self) -> float:
        """Room that all of the words need, pixels."""
        return self._theme.width(self.text(), 18, 600 if self._loud else 400) + 4

    def sizeHint(self) -> QtCore.QSize:
        """Room for the mark and the words."""
        wide = self.wanted
        return QtCore.QSize(round(26 + min(wide, self._most)) + 6, HEIGHT)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the mark and the words."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        paint_person(painter, 0, HEIGHT / 2, self._theme)
        weight, token = (600, "ink") if self._loud else (400, "ink2")
        words = self.shown_words(self.width() - 28)
        self._theme.write(painter, 26, HEIGHT / 2 + 6.5, words, size=18, weight=weight, token=token)
        if self.hasFocus():
            painter.setPen(self._theme.pen("focus", 2.0))
            painter.setBrush(QtCore.Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(-1, 10, 1, -10), 5, 5)
        painter.end()


class TitleRow(QtWidgets.QWidget):
    """The first row of the header."""

    tab_chosen = QtCore.Signal(int)
    """The place of the navigation item that the user has chosen."""
    language_chosen = QtCore.Signal(int)
    """The place of the language in `LANGUAGES` that the user has chosen."""

    def __init__(self, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make the row; `set_look` fills it."""
        super().__init__(parent)
        self._theme = theme
        self._title_words = ""
        self._title = QtWidgets.QLabel(self)
        self._title.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.tabs = Segments(theme, parent=self)
        self.languages = Segments(theme, size=18, height=34, narrow=True, parent=self)
        self.theme_button = ThemeButton(theme, self)
        self.user = UserPlace(theme, self)
        self.clock = HeartbeatClock(theme, self)
        self.setFixedHeight(HEIGHT)
        self.setAutoFillBackground(True)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(20, 0, 20, 0)
        row.setSpacing(0)
        middle = QtCore.Qt.AlignmentFlag.AlignVCenter
        row.addWidget(self._title, 0, middle)
        row.addSpacing(22)
        row.addWidget(self.tabs, 0, middle)
        row.addStretch(1)
        row.addWidget(self.languages, 0, middle)
        row.addSpacing(8)
        row.addWidget(self.theme_button, 0, middle)
        row.addSpacing(18)
        row.addWidget(self.user, 0, middle)
        row.addSpacing(18)
        row.addWidget(Rule(theme, self), 0, middle)
        row.addSpacing(18)
        row.addWidget(self.clock, 0, middle)
        self.tabs.segment_chosen.connect(self.tab_chosen)
        self.languages.segment_chosen.connect(self.language_chosen)
        self.languages.set_words(("中文", "EN"))
        self.languages.choose(LANGUAGES.index(language))

    def set_look(self, theme: Theme, language: Language, title: str, tabs: Sequence[str]) -> None:
        """Say everything in a language and paint it with a theme."""
        self._theme = theme
        palette = self.palette()
        palette.setColor(QtGui.QPalette.ColorRole.Window, theme.colour("head"))
        palette.setColor(QtGui.QPalette.ColorRole.WindowText, theme.colour("ink"))
        self.setPalette(palette)
        self._title.setFont(theme.font(_TITLE_PX, 600))
        self._title_words = title
        self.tabs.set_theme(theme)
        self.tabs.set_words(tabs)
        self.languages.set_theme(theme)
        self.languages.choose(LANGUAGES.index(language))
        self.languages.setToolTip(say("shell.language_tip", language))
        self.theme_button.set_look(theme, say("shell.theme_tip", language))
        self.clock.set_theme(theme)
        for rule in self.findChildren(Rule):
            rule.set_theme(theme)
        self._share()

    def show_user(self, words: str, tip: str, *, loud: bool) -> None:
        """Say who is signed in; see `UserPlace.set_look`."""
        self.user.set_look(self._theme, words, tip, loud=loud)
        self._share()

    def _share(self) -> None:
        """Share what tabs and clock leave: first to the user, then to the title, which the window's own title says."""
        fixed = self.tabs.width() + self.languages.width() + self.theme_button.width() + self.clock.sizeHint().width()
        room = self.width() - fixed - SPACES
        wanted = self.user.wanted
        user = max(0, min(wanted, USER_WIDTH, room - TITLE_LEAST))
        self.user.set_most(user)
        title = max(TITLE_LEAST, min(TITLE_WIDTH, room - user))
        self._title.setText(self._theme.shortened(self._title_words, title, _TITLE_PX, 600))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Leave room for the clock in a narrow window: narrow tabs, a short title."""
        super().resizeEvent(event)
        self.tabs.set_narrow(self.width() < SMALL)
        self._share()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the ground and the edge to the second row."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("head"))
        painter.setPen(self._theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(0, HEIGHT - 0.5), QtCore.QPointF(self.width(), HEIGHT - 0.5))
        painter.end()


class Rule(QtWidgets.QWidget):
    """A thin upright line between groups."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it."""
        super().__init__(parent)
        self._theme = theme
        self.setFixedSize(1, 26)

    def set_theme(self, theme: Theme) -> None:
        """Paint with another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the line."""
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("line1"))
        painter.end()
