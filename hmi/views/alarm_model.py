"""The rows of the alarm list as a Qt model: changed in place, so that selection and scroll stay. GUI thread."""

from enum import IntEnum

import msgspec
from PySide6 import QtCore

from hmi.display.alarm_shapes import shown_state
from hmi.model.alarm import AlarmStand
from hmi.model.text import Language
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_groups import ALL, within
from hmi.views.alarm_words import first_action, message_words, state_words, tag_words, time_words, value_words
from hmi.views.people import People
from hmi.words import say

MOST_STEPS = 200
"""Up to so many rows that come and go are moved one by one; beyond, the list is made anew and the place kept."""
ROW_ROLE = QtCore.Qt.ItemDataRole.UserRole
Index = QtCore.QModelIndex | QtCore.QPersistentModelIndex


class Column(IntEnum):
    """Columns of the list."""

    SHAPE = 0
    TIME = 1
    AGE = 2
    TAG = 3
    MESSAGE = 4
    VALUE = 5
    STATE = 6
    ACTION = 7
    ACKNOWLEDGE = 8


class Row(msgspec.Struct, frozen=True):
    """One row in words; made once a change."""

    stand: AlarmStand
    cells: tuple[str, ...]
    """By `Column`; the age is said while painting."""


class AlarmModel(QtCore.QAbstractTableModel):
    """What the board has, a row an alarm."""

    def __init__(
        self, board: AlarmBoard, people: People, language: Language, parent: QtCore.QObject | None = None
    ) -> None:
        """Begin with what stands."""
        super().__init__(parent)
        self._board, self._people, self._language = board, people, language
        self._scope = ALL
        self._rows: list[Row] = []
        self._made: dict[str, Row] = {}
        board.changed.connect(self.refresh)
        people.changed.connect(self._say_anew)
        self.refresh()

    def set_language(self, language: Language) -> None:
        """Say everything in a language."""
        self._language = language
        self._say_anew()
        self.headerDataChanged.emit(QtCore.Qt.Orientation.Horizontal, 0, len(Column) - 1)

    def set_scope(self, scope: str) -> None:
        """Show what stands in a place alone (`alarm_groups`)."""
        self._scope = scope
        self.refresh()

    @QtCore.Slot()
    def _say_anew(self) -> None:
        self._made.clear()
        self.refresh()

    @property
    def rows(self) -> list[Row]:
        """The rows, in order."""
        return self._rows

    def row_of(self, occurrence: str) -> int:
        """Give the row of an occurrence, -1 when it is gone."""
        return next((number for number, row in enumerate(self._rows) if row.stand.occurrence == occurrence), -1)

    @QtCore.Slot()
    def refresh(self) -> None:
        """Take over what stands now."""
        made = self._made
        fresh = {}
        for stand in self._board.stands:
            known = made.get(stand.alarm)
            same = known is not None and (known.stand is stand or known.stand == stand)
            fresh[stand.alarm] = known if same and known is not None else self._row(stand)
        self._made = fresh
        self._take([row for row in fresh.values() if within(row.stand.tag, self._scope)])

    def _row(self, stand: AlarmStand) -> Row:
        language, board = self._language, self._board
        cells = (
            str(stand.priority),
            time_words(stand.active_since_ns),
            "",
            tag_words(stand.tag),
            message_words(stand, language),
            value_words(stand, board.tag(stand), language),
            state_words(stand, language, self._people.name_of),
            first_action(stand, board.alarm(stand), language),
            "",
        )
        return Row(stand, cells)

    def _take(self, rows: list[Row]) -> None:
        """Bring the rows of before to what they are now, with as few moves as there are changes."""
        before = {row.stand.alarm: number for number, row in enumerate(self._rows)}
        now = {row.stand.alarm for row in rows}
        gone = [number for alarm, number in before.items() if alarm not in now]
        come = sum(1 for row in rows if row.stand.alarm not in before)
        if len(gone) + come > MOST_STEPS:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        nowhere = QtCore.QModelIndex()
        for number in reversed(gone):
            self.beginRemoveRows(nowhere, number, number)
            del self._rows[number]
            self.endRemoveRows()
        stayed = [row for row in rows if row.stand.alarm in before]
        if [row.stand.alarm for row in stayed] != [row.stand.alarm for row in self._rows]:
            self._reorder(stayed)
        for number, row in enumerate(rows):
            if row.stand.alarm not in before:
                self.beginInsertRows(nowhere, number, number)
                self._rows.insert(number, row)
                self.endInsertRows()
            elif self._rows[number] is not row:
                self._rows[number] = row
                self.dataChanged.emit(self.index(number, 0), self.index(number, len(Column) - 1))

    def _reorder(self, rows: list[Row]) -> None:
        """Give the same rows another order; what is selected goes along."""
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        alarms = [self._rows[index.row()].stand.alarm for index in held]
        content = {row.stand.alarm: row for row in self._rows}
        self._rows = [content[row.stand.alarm] for row in rows]
        places = {row.stand.alarm: number for number, row in enumerate(self._rows)}
        moved = [self.index(places[alarm], index.column()) for alarm, index in zip(alarms, held, strict=True)]
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def rowCount(self, parent: Index | None = None) -> int:
        """Give the rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Give the columns."""
        return 0 if parent is not None and parent.isValid() else len(Column)

    def data(self, index: Index, role: int = QtCore.Qt.ItemDataRole.DisplayRole) -> object:
        """Give the words of a cell; the row itself for the painting."""
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (QtCore.Qt.ItemDataRole.DisplayRole, QtCore.Qt.ItemDataRole.ToolTipRole):
            return row.cells[index.column()]
        if role == QtCore.Qt.ItemDataRole.AccessibleTextRole:
            return " ".join((shown_state(row.stand).name.lower(), *row.cells))
        return None

    def headerData(
        self, section: int, orientation: QtCore.Qt.Orientation, role: int = QtCore.Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Give the words above a column."""
        if orientation is QtCore.Qt.Orientation.Horizontal and role == QtCore.Qt.ItemDataRole.DisplayRole:
            column = Column(section)
            bare = column in (Column.SHAPE, Column.ACKNOWLEDGE)
            return "" if bare else say(f"views.column.{column.name.lower()}", self._language)
        return None
