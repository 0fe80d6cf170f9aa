"""How many alarms came in each ten minutes of the last two hours, counted from the journal. GUI thread.

ISA-18.2-2016 table 8 and EEMUA 191 call about one alarm in ten minutes acceptable for one operator, and more than ten
a flood. Rows are asked of the history server page by page, while somebody looks; each row is counted once, by its
sequence number. Signals: `counted()`.
"""

from collections.abc import Sequence
from functools import partial

from PySide6 import QtCore

from hmi.link.engine_messages import AskJournal, Journal
from hmi.model.alarm import AlarmEvent
from hmi.model.errors import HmiError, LinkLost
from hmi.model.event import HistoryQuery, JournalRow
from hmi.views.journal import HistoryEnd

WINDOW_NS = 600_000_000_000
"""Ten minutes."""
WINDOWS = 12
ACCEPTABLE, FLOOD = 1, 10
PAGE = 1000
MOST_PAGES = 60
"""Of one look: a flood of 60,000 rows; what is older stays uncounted and is said (`cut`)."""
LOOK_MS = 5000
_COUNTED = (AlarmEvent.OCCURRED, AlarmEvent.REALARMED)


def _ask(number: int, *, query: HistoryQuery) -> AskJournal:
    return AskJournal(number=number, query=query)


class Rate:
    """Counts by windows that begin at full ten minutes of the clock."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._counts: dict[int, int] = {}
        self.newest = 0
        """Sequence number of the newest row that was counted."""

    def take(self, rows: Sequence[JournalRow]) -> None:
        """Count rows that were not counted before."""
        for row in rows:
            if row.event in _COUNTED:
                window = row.server_ns // WINDOW_NS
                self._counts[window] = self._counts.get(window, 0) + 1

    def forget(self, now_ns: int) -> None:
        """Forget windows that are not shown any more."""
        first = now_ns // WINDOW_NS - WINDOWS
        self._counts = {window: count for window, count in self._counts.items() if window > first}

    def windows(self, now_ns: int) -> list[tuple[int, int]]:
        """Give the windows that are shown, oldest first: begin (wall ns UTC) and count; the last one still runs."""
        last = now_ns // WINDOW_NS
        shown = range(last - WINDOWS + 1, last + 1)
        return [(window * WINDOW_NS, self._counts.get(window, 0)) for window in shown]

    def highest(self, now_ns: int) -> int:
        """Give the highest count of the windows that are shown."""
        return max(count for _, count in self.windows(now_ns))


class RateReader(QtCore.QObject):
    """Keeps a `Rate` up to date from the journal."""

    counted = QtCore.Signal()
    """The counts are up to date, or cannot be."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        """Begin without a history server."""
        super().__init__(parent)
        self.rate = Rate()
        self.known = False
        """Whether the journal could be read."""
        self.cut = False
        """Too much has happened to count all of it."""
        self._end: HistoryEnd | None = None
        self._asking = False
        self._looks = False
        self._now_ns = 0
        self._soon = QtCore.QTimer(self)
        self._soon.setObjectName("alarm rate")
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_MS)
        self._soon.timeout.connect(self.look)

    def attach(self, end: HistoryEnd) -> None:
        """Ask this from now on."""
        self._end = end

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC."""
        moved = now_ns // WINDOW_NS != self._now_ns // WINDOW_NS
        self._now_ns = now_ns
        if moved:
            self.rate.forget(now_ns)
            self.counted.emit()

    def watch(self, looks: bool) -> None:
        """Say whether somebody looks; nothing is asked while nobody does."""
        self._looks = looks
        if looks:
            self.look()
        else:
            self._soon.stop()

    def changed(self) -> None:
        """Something was journalled: count it soon."""
        if self._looks and self._end is not None and not self._asking and not self._soon.isActive():
            self._soon.start()

    @QtCore.Slot()
    def look(self) -> None:
        """Count what is newer than what was counted."""
        end = self._end
        if end is None or self._asking or not self._now_ns:
            return
        self._asking = True
        from_ns = (self._now_ns // WINDOW_NS - WINDOWS + 1) * WINDOW_NS

        async def work() -> None:
            try:
                await self._read(end, from_ns)
            except (HmiError, LinkLost, TimeoutError):
                self.known = False
            finally:
                self._asking = False
                self.counted.emit()

        end.start(work, "alarm rate")

    async def _read(self, end: HistoryEnd, from_ns: int) -> None:
        """Read pages, newest first, until what was counted before."""
        after, before, found = self.rate.newest, 0, 0
        rows: list[JournalRow] = []
        for _ in range(MOST_PAGES):
            query = HistoryQuery(after_sequence=after, before_sequence=before, from_ns=from_ns, limit=PAGE)
            answer = await end.ask_history(partial(_ask, query=query))
            if not isinstance(answer, Journal):
                self.known = False
                return
            rows += answer.rows
            found = found or (answer.rows[0].sequence if answer.rows else 0)
            if not answer.more or not answer.rows:
                self.cut = False
                break
            before = answer.rows[-1].sequence
        else:
            self.cut = True
        self.rate.take(rows)
        self.rate.newest = max(after, found)
        self.known = True
