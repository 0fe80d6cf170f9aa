"""The table of standing alarms: painted rows, an acknowledge button in each that waits. GUI thread.

Signals: `picked(object)` with the `AlarmStand` that is selected, or None; `press_wanted(object)` with occurrences.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import LIST, WAITING, paint_shape, shape_of, shown_state
from hmi.display.theme import Theme
from hmi.model.alarm import AlarmStand, AlarmState
from hmi.model.text import Language
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_model import ROW_ROLE, AlarmModel, Column, Index, Row
from hmi.views.alarm_words import age_words
from hmi.views.buttons import paint_button
from hmi.views.cells import write_cell
from hmi.views.people import People
from hmi.views.scrolling import scroll_style
from hmi.words import say

ROW = 44
"""High enough for two lines: a sentence is wrapped before it is cut."""
BUTTON = (86, 32)
_WIDTHS = {
    Column.SHAPE: 50,
    Column.TIME: 96,
    Column.AGE: 76,
    Column.TAG: 118,
    Column.MESSAGE: 168,
    Column.VALUE: 148,
    Column.STATE: 160,
    Column.ACTION: 140,
    Column.ACKNOWLEDGE: 100,
}
_SHARES = {Column.MESSAGE: 0.3, Column.ACTION: 0.7}
_SMALL_SHARES = {Column.TAG: 0.2, Column.MESSAGE: 0.5, Column.STATE: 0.3}
"""How columns share what the width leaves."""
_BESIDE = (Column.VALUE, Column.ACTION)
_GIVING_WAY = (*_BESIDE, Column.STATE, Column.AGE, Column.TIME)
"""Columns that are left out where there is no room, in this order; the shape says the state as well."""
SMALL = 1000
"""A narrower table leaves out value and action: the panel beside it has both."""


class _Cells(QtWidgets.QStyledItemDelegate):
    """Paints the cells of one row after another."""

    def __init__(self, view: "AlarmList") -> None:
        super().__init__(view)
        self._view = view

    def paint(self, painter: QtGui.QPainter, option: QtWidgets.QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Row):
            self._view.paint_cell(painter, QtCore.QRectF(option.rect), row, Column(index.column()), index.row())

    def sizeHint(self, option: QtWidgets.QStyleOptionViewItem, index: Index) -> QtCore.QSize:
        return QtCore.QSize(_WIDTHS[Column(index.column())], ROW)


class AlarmList(QtWidgets.QTableView):
    """All standing alarms."""

    picked = QtCore.Signal(object)
    """Another alarm is selected; payload its `AlarmStand`, or None."""
    press_wanted = QtCore.Signal(object)
    """Somebody pressed acknowledge; payload the occurrences that were painted there."""
    seen_changed = QtCore.Signal()
    """Other occurrences are in sight than before (`seen`)."""

    def __init__(
        self, board: AlarmBoard, people: People, theme: Theme, language: Language, parent: QtWidgets.QWidget
    ) -> None:
        """Show what the board has, with the names of people as they are shown."""
        super().__init__(parent)
        self._board, self._theme, self._language = board, theme, language
        self._now_ns = 0
        self._pressed = ""
        self._kept = ("", "")
        """Occurrence that is selected and the one at the top, while the list is made anew."""
        self.painted: dict[str, AlarmState] = {}
        """Occurrence -> state, as painted last in each visible row: what acknowledging names."""
        self.busy: frozenset[str] = frozenset()
        self._seen: tuple[str, ...] = ()
        self._soon = QtCore.QTimer(self)
        self._soon.setObjectName("alarms seen")
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look_at_seen)
        self.rows = AlarmModel(board, people, language, self)
        self.setModel(self.rows)
        self._prepare()
        self.rows.modelAboutToBeReset.connect(self._keep_place)
        self.rows.modelReset.connect(self._restore_place)
        board.flash.flashed.connect(self._flashed)
        self.set_look(theme, language)

    def _prepare(self) -> None:
        modes = QtWidgets.QAbstractItemView
        self.setItemDelegate(_Cells(self))
        self.setSelectionBehavior(modes.SelectionBehavior.SelectRows)
        self.setSelectionMode(modes.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(modes.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(modes.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(False)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QtWidgets.QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        head.setMinimumSectionSize(20)
        head.setFixedHeight(34)
        head.setDefaultAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignVCenter)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        tokens = theme.tokens
        self.horizontalHeader().setFont(theme.font(self._size()))
        self.setStyleSheet(
            f"QTableView {{ background: {tokens['card']}; border: none; selection-background-color: {tokens['sel']}; }}"
            f"QHeaderView::section {{ background: {tokens['card']}; color: {tokens['ink2']}; border: none;"
            f" border-bottom: 1px solid {tokens['line1']}; padding-left: 0px; }}" + scroll_style(theme)
        )
        self.rows.set_language(language)
        self._fit()
        self.viewport().update()

    def set_time(self, now_ns: int) -> None:
        """Take the clock that the header shows, wall ns UTC."""
        if now_ns // 1_000_000_000 != self._now_ns // 1_000_000_000:
            self._now_ns = now_ns
            self._repaint_column(Column.AGE)

    def set_busy(self, busy: frozenset[str]) -> None:
        """Say which acknowledgements are waited for."""
        if busy != self.busy:
            self.busy = busy
            self._repaint_column(Column.ACKNOWLEDGE)

    def choose(self, occurrence: str) -> None:
        """Select an occurrence and bring it into sight."""
        row = self.rows.row_of(occurrence)
        if row >= 0:
            self.selectRow(row)
            self.scrollTo(self.rows.index(row, 0))

    @property
    def chosen(self) -> AlarmStand | None:
        """The alarm that is selected."""
        index = self.currentIndex()
        return self.rows.rows[index.row()].stand if 0 <= index.row() < len(self.rows.rows) else None

    def seen(self) -> tuple[str, ...]:
        """Give the occurrences that wait, are in sight and were painted."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = self.rows.rows
        last = bottom if bottom >= 0 else len(rows) - 1
        found = [row.stand.occurrence for row in rows[max(top, 0) : last + 1]]
        return tuple(one for one in found if self.painted.get(one) in WAITING)

    @QtCore.Slot()
    def _look_at_seen(self) -> None:
        known = {row.stand.occurrence for row in self.rows.rows}
        if len(self.painted) > len(known):
            self.painted = {one: state for one, state in self.painted.items() if one in known}
        seen = self.seen()
        if seen != self._seen:
            self._seen = seen
            self.seen_changed.emit()

    # ------------------------------------------------------------------------------------------------ painting

    def _size(self) -> int:
        return 18 if self.window().width() < 1500 else 17

    def paint_cell(self, painter: QtGui.QPainter, box: QtCore.QRectF, row: Row, column: Column, number: int) -> None:
        """Paint one cell; called by the delegate."""
        theme, stand, size = self._theme, row.stand, self._size()
        state = shown_state(stand)
        chosen = number == self.currentIndex().row()
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.fillRect(box, theme.colour("sel" if chosen else "card"))
        painter.setPen(theme.pen("line1"))
        rule = box.bottom() - 0.5
        painter.drawLine(QtCore.QPointF(box.left(), rule), QtCore.QPointF(box.right(), rule))
        middle = box.center().y()
        if column is Column.SHAPE:
            self.painted[stand.occurrence] = state
            centre = QtCore.QPointF(box.left() + 24, middle)
            paint_shape(painter, centre, LIST, stand.priority, shape_of(state), theme, frame=self._board.flash.lit)
            return
        if column is Column.ACKNOWLEDGE:
            if state in WAITING and self._board.known:
                waits = stand.occurrence in self.busy
                words = say("views.acknowledging" if waits else "views.acknowledge", self._language)
                button = self._button(box)
                primary = state is AlarmState.UNACKNOWLEDGED and not waits
                paint_button(painter, button, words, theme, primary=primary, size=size)
            return
        loud = state is AlarmState.UNACKNOWLEDGED
        weight = 600 if loud or column is Column.TAG else 400
        words = age_words(stand, self._now_ns) if column is Column.AGE else row.cells[column]
        quiet = column in (Column.AGE, Column.STATE) and not loud
        token = "ink2" if quiet else "ink"
        write_cell(painter, box.adjusted(0, 0, -10, 0), words, theme, size=size, weight=weight, token=token)

    @staticmethod
    def _button(box: QtCore.QRectF) -> QtCore.QRectF:
        width, height = BUTTON
        return QtCore.QRectF(box.right() - width - 10, box.center().y() - height / 2, width, height)

    def _repaint_column(self, column: Column) -> None:
        left = self.columnViewportPosition(column)
        self.viewport().update(left, 0, self.columnWidth(column), self.viewport().height())

    @QtCore.Slot(bool)
    def _flashed(self, lit: bool) -> None:
        if self.isVisible():
            self._repaint_column(Column.SHAPE)

    def _fit(self) -> None:
        """Share the width: fixed columns, and the rest for message, value and action."""
        width = self.viewport().width()
        small = width < SMALL
        shown = list(Column)
        for column in _GIVING_WAY:
            if (small and column in _BESIDE) or sum(_WIDTHS[one] for one in shown) > width:
                shown.remove(column)
        spare = max(0, width - sum(_WIDTHS[one] for one in shown))
        for column in Column:
            self.setColumnHidden(column, column not in shown)
            share = (_SMALL_SHARES if small else _SHARES).get(column, 0.0)
            self.setColumnWidth(column, round(_WIDTHS[column] + share * spare))

    # ------------------------------------------------------------------------------------------------ places

    @QtCore.Slot()
    def _keep_place(self) -> None:
        chosen, top = self.chosen, self.rowAt(0)
        at_top = self.rows.rows[top].stand.occurrence if 0 <= top < len(self.rows.rows) else ""
        self._kept = (chosen.occurrence if chosen is not None else "", at_top)

    @QtCore.Slot()
    def _restore_place(self) -> None:
        chosen, top = self._kept
        row = self.rows.row_of(top)
        if row >= 0:
            self.scrollTo(self.rows.index(row, 0), QtWidgets.QAbstractItemView.ScrollHint.PositionAtTop)
        row = self.rows.row_of(chosen) if chosen else -1
        if row >= 0:
            selection = self.selectionModel()
            flags = QtCore.QItemSelectionModel.SelectionFlag
            selection.setCurrentIndex(self.rows.index(row, 0), flags.ClearAndSelect | flags.Rows)

    def _button_at(self, place: QtCore.QPoint) -> str:
        """Give the occurrence whose painted button is at a place of the viewport."""
        index = self.indexAt(place)
        if not index.isValid() or index.column() != Column.ACKNOWLEDGE:
            return ""
        stand = self.rows.rows[index.row()].stand
        box = QtCore.QRectF(self.visualRect(index))
        waits = self.painted.get(stand.occurrence) in WAITING
        return stand.occurrence if waits and self._button(box).contains(QtCore.QPointF(place)) else ""

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Announce what is selected."""
        super().currentChanged(current, previous)
        self.viewport().update()
        self.picked.emit(self.chosen)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint, and then see what is in sight."""
        super().paintEvent(event)
        if not self.rows.rows:
            painter, box = QtGui.QPainter(self.viewport()), self.viewport().rect()
            words = say("views.no_alarms" if self._board.known else "views.alarms_unknown", self._language)
            self._theme.write(painter, box.center().x(), box.center().y(), words, size=self._size(), align=0)
            painter.end()
        if not self._soon.isActive():
            self._soon.start(0)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        self._fit()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Remember which button is pressed."""
        self._pressed = self._button_at(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Acknowledge what was pressed, when the same row is still there."""
        pressed, self._pressed = self._pressed, ""
        if pressed and pressed == self._button_at(event.position().toPoint()):
            self.press_wanted.emit((pressed,))
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Space and enter acknowledge the selected row, once."""
        keys = QtCore.Qt.Key
        if event.key() in (keys.Key_Space, keys.Key_Return, keys.Key_Enter):
            stand = self.chosen
            if not event.isAutoRepeat() and stand is not None and self.painted.get(stand.occurrence) in WAITING:
                self.press_wanted.emit((stand.occurrence,))
            return
        super().keyPressEvent(event)
