"""The alarm journal: what came, went and was acknowledged, newest first; asked of the history server. GUI thread.

Shapes are never framed and never flash. It is read when the page is opened, after each change, and on request for
older rows; no query runs while nobody looks. asyncio comes with the link that is given to it.
"""

from collections.abc import Callable
from typing import Any, Protocol

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import LIST, Shape, paint_shape
from hmi.display.theme import Theme
from hmi.link.engine_messages import AskJournal, Journal
from hmi.link.messages import Refused
from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.errors import HmiError, LinkLost
from hmi.model.event import HistoryQuery, JournalRow
from hmi.model.reason import Reason, reason
from hmi.model.text import Language
from hmi.views.alarm_words import tag_words, time_words, title_words
from hmi.views.people import People
from hmi.words import say, say_reason

ROW = 36
EVENT = 176
"""Least width of what happened, pixels."""
PAGE = 100
KEPT = 1000
"""Rows that are kept in the window; older ones are asked for again."""
REFRESH_MS = 1500
"""Shortest time between two looks while alarms change."""
_SHAPES = {
    AlarmEvent.OCCURRED: Shape.ACKNOWLEDGED,
    AlarmEvent.REALARMED: Shape.ACKNOWLEDGED,
    AlarmEvent.ACKNOWLEDGED: Shape.ACKNOWLEDGED,
    AlarmEvent.RETURNED: Shape.RETURNED,
}


class HistoryEnd(Protocol):
    """What the journal needs of the link."""

    async def ask_history(self, make: Callable[[int], Any]) -> Any:
        """Ask the history server and wait; raises HmiError or TimeoutError."""
        ...

    def start(self, work: Callable[[], Any], name: str) -> None:
        """Run a coroutine function as a task of the link."""
        ...


class JournalList(QtWidgets.QAbstractScrollArea):
    """The rows of the journal."""

    def __init__(self, people: People, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Make it empty."""
        super().__init__(parent)
        self._people = people
        self._theme, self._language = theme, language
        self._end: HistoryEnd | None = None
        self._asking = False
        self._again = False
        self._more = False
        self.rows: tuple[JournalRow, ...] = ()
        self.fault: Reason | None = None
        """Why the journal cannot be read."""
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._soon = QtCore.QTimer(self)
        self._soon.setObjectName("journal soon")
        self._soon.setSingleShot(True)
        self._soon.setInterval(REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        people.changed.connect(self.viewport().update)

    def attach(self, end: HistoryEnd) -> None:
        """Ask this from now on."""
        self._end = end

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        self.viewport().update()

    def changed(self) -> None:
        """Something was journalled: look again soon, while somebody can see it."""
        if self._end is not None and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    @QtCore.Slot()
    def refresh(self) -> None:
        """Read what is newer than the newest row, or all at first."""
        newest = self.rows[0].sequence if self.rows else 0
        self._ask(HistoryQuery(after_sequence=newest, limit=PAGE))

    def _ask(self, query: HistoryQuery) -> None:
        end = self._end
        if end is None:
            return
        if self._asking:
            self._again = True
            return
        self._asking = True

        async def work() -> None:
            try:
                answer = await end.ask_history(lambda number: AskJournal(number=number, query=query))
                self._take(answer, query)
            except LinkLost:
                self._fail(reason("views.history_away"))
            except HmiError as error:
                self._fail(error.reason)
            except TimeoutError:
                self._fail(reason("views.answer_lost"))
            finally:
                self._asking = False
            if self._again:
                self._again = False
                self.changed()

        end.start(work, "journal")

    def _take(self, answer: object, query: HistoryQuery) -> None:
        if isinstance(answer, Refused):
            self._fail(answer.reason)
            return
        if not isinstance(answer, Journal):
            return
        self.fault = None
        if query.before_sequence:
            self.rows = (*self.rows, *answer.rows)[:KEPT]
            self._more = answer.more and len(self.rows) < KEPT
        elif query.after_sequence and answer.more:
            self.rows, self._more = answer.rows, True  # too much has happened: begin anew
        else:
            at_top = self.verticalScrollBar().value() == 0
            first = not self.rows
            self.rows = (*answer.rows, *self.rows)[:KEPT]
            self._more = answer.more if first else self._more
            self._fit()
            if not at_top:
                self.verticalScrollBar().setValue(self.verticalScrollBar().value() + ROW * len(answer.rows))
        self._fit()
        self.viewport().update()

    def _fail(self, why: Reason) -> None:
        self.fault = why
        self.viewport().update()

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, ROW * len(self.rows) - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW)

    @QtCore.Slot(int)
    def _scrolled(self, value: int) -> None:
        if self._more and self.rows and value >= self.verticalScrollBar().maximum() - 4 * ROW:
            self._ask(HistoryQuery(before_sequence=self.rows[-1].sequence, limit=PAGE))
        self.viewport().update()

    def words_of(self, row: JournalRow) -> tuple[str, str, str, str, str]:
        """Give time, tag, message, event and who of a row."""
        language = self._language
        event = say(f"alarms.event.{row.event.value}", language)
        if row.reason is not None:
            event = f"{event}: {say_reason(self._people.named(row.reason), language)}"
        elif row.note:
            event = f"{event}: {row.note}"
        who = " · ".join(part for part in (self._people.name_of(row.user), row.station) if part) or say(
            "views.engine", language
        )
        return time_words(row.server_ns), tag_words(row.tag), title_words(row.title, row.tag, language), event, who

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Fit the scroll bar."""
        super().resizeEvent(event)
        self._fit()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Look when somebody can see it."""
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Ask nothing while nobody can see it."""
        super().hideEvent(event)
        self._soon.stop()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the rows that are in sight."""
        theme, width = self._theme, self.viewport().width()
        painter = QtGui.QPainter(self.viewport())
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), theme.colour("card"))
        top = self.verticalScrollBar().value()
        first = top // ROW
        for number in range(first, min(len(self.rows), first + self.viewport().height() // ROW + 2)):
            self._paint_row(painter, self.rows[number], number * ROW - top, width)
        if self.fault is not None or not self.rows:
            words = say_reason(self.fault, self._language) if self.fault else say("views.no_rows", self._language)
            y = self.viewport().height() / 2 if not self.rows else self.viewport().height() - 14
            x, align = (width / 2, 0) if not self.rows else (8, 1)
            theme.write(painter, x, y, theme.shortened(words, width - 16), align=align)
        painter.end()

    def _paint_row(self, painter: QtGui.QPainter, row: JournalRow, y: float, width: int) -> None:
        theme = self._theme
        middle = y + ROW / 2
        painter.setPen(theme.pen("line1"))
        painter.drawLine(QtCore.QPointF(0, y + ROW - 0.5), QtCore.QPointF(width, y + ROW - 0.5))
        gone = row.new_state is AlarmState.NORMAL
        shape = Shape.NONE if gone else _SHAPES.get(row.event, Shape.ACKNOWLEDGED)
        paint_shape(painter, QtCore.QPointF(24, middle), LIST, row.priority, shape, theme, frame=False)
        when, tag, message, event, who = self.words_of(row)
        token = "ink3" if gone else "ink"
        size = 18 if self.window().width() < 1500 else 17
        who = theme.shortened(who, width * 0.2, size)
        first, last = 280 - 20 * (size > 17), width * 0.8 - 32  # message and event share what lies between
        split = last - max(EVENT, (last - first) * 0.44)
        end = width - 32 - theme.width(who, size)
        edges = [(46, 144), (144, first), (first, split), (split, end)]
        for (left, right), words, weight in zip(edges, (when, tag, message, event), (400, 600, 400, 400), strict=True):
            shown = theme.shortened(words, right - left - 10, size, weight)
            theme.write(painter, left, middle + 6, shown, size=size, weight=weight, token=token)
        theme.write(painter, width - 16, middle + 6, who, size=size, align=-1)
