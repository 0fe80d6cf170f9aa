"""The places of the plant with what stands in each; a click shows their alarms alone. GUI thread, of the alarm page.

Two lay-outs: a list of rows, and for a small screen one row of chips with areas alone. Signals: `scope_chosen(str)`.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_shapes import TABLE, paint_shape
from hmi.display.theme import Theme
from hmi.model.health import DEVICES
from hmi.model.text import Language, Text
from hmi.views.alarm_board import AlarmBoard
from hmi.views.alarm_groups import ALL, Group, areas_of, group, scope_of
from hmi.words import say

ROW = 40
STEP = 20
"""How far each depth is moved in, pixels."""
EDGE = 8
_CHIP_PADDING = 9
_CHIP_GAP = 4
_SHAPE_ROOM = 44


class GroupList(QtWidgets.QAbstractScrollArea):
    """Rows or chips of places."""

    scope_chosen = QtCore.Signal(str)
    """Only this place's alarms are wanted; empty for all."""

    def __init__(self, board: AlarmBoard, theme: Theme, language: Language, parent: QtWidgets.QWidget) -> None:
        """Show what the board has."""
        super().__init__(parent)
        self._board, self._theme, self._language = board, theme, language
        self._chips = False
        self._first = 0
        """First chip in sight."""
        self.scope = ALL
        self.rows: list[Group] = []
        self._boxes: list[tuple[QtCore.QRectF, int]] = []
        """Chips as they were painted last: place and number of the row."""
        self._areas = areas_of(board.project)
        self._project = board.project
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(QtCore.Qt.CursorShape.PointingHandCursor)
        board.changed.connect(self.refresh)
        board.flash.flashed.connect(self._flashed)
        self.refresh()

    def set_look(self, theme: Theme, language: Language, *, chips: bool) -> None:
        """Paint with a theme, speak a language; rows, or chips."""
        self._theme, self._language, self._chips = theme, language, chips
        policies = QtCore.Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policies.ScrollBarAlwaysOff if chips else policies.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(policies.ScrollBarAlwaysOff)
        self._fit()
        self.viewport().update()

    def choose(self, scope: str) -> None:
        """Choose a place."""
        if scope != self.scope:
            self.scope = scope
            self.refresh()
            self.scope_chosen.emit(scope)

    def title_of(self, scope: str) -> str:
        """Give what a place is called."""
        found = (row.title.pick(self._language) for row in self.rows if row.scope == scope)
        return next(found, scope.rsplit("/", 1)[-1])

    @QtCore.Slot()
    def refresh(self) -> None:
        """Count anew."""
        if self._board.project is not self._project:
            self._project = self._board.project
            self._areas = areas_of(self._project)
        words = {language: say("views.whole_plant", language) for language in Language}
        devices = {language: say("views.devices", language) for language in Language}
        area = self.scope if self.scope in self._areas or self.scope == DEVICES else scope_of(self.scope)[0]
        if self.scope.startswith(f"{DEVICES}/"):
            area = DEVICES
        self.rows = group(
            self._board.stands,
            self._areas,
            Text(zh=words[Language.ZH], en=words[Language.EN]),
            Text(zh=devices[Language.ZH], en=devices[Language.EN]),
            area,
        )
        if not any(row.scope == self.scope for row in self.rows):
            parent = area if any(row.scope == area for row in self.rows) else ALL
            self.scope = parent  # the last alarm of this equipment has gone
            self.scope_chosen.emit(parent)
            self.refresh()
            return
        self._fit()
        self.viewport().update()

    @QtCore.Slot(bool)
    def _flashed(self, lit: bool) -> None:
        if self.isVisible():
            self.viewport().update()

    def _fit(self) -> None:
        bar = self.verticalScrollBar()
        height = 0 if self._chips else ROW * len(self.rows)
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(ROW)

    def _size(self) -> int:
        return 18 if self._chips else 17

    # ------------------------------------------------------------------------------------------------ painting

    def _paint_rows(self, painter: QtGui.QPainter) -> None:
        top = self.verticalScrollBar().value()
        for number, row in enumerate(self.rows):
            box = QtCore.QRectF(0, number * ROW - top, self.viewport().width(), ROW)
            if box.bottom() >= 0 and box.top() <= self.viewport().height():
                self._paint_row(painter, row, box)

    def _paint_row(self, painter: QtGui.QPainter, row: Group, box: QtCore.QRectF) -> None:
        theme, size = self._theme, self._size()
        chosen = row.scope == self.scope
        if chosen:
            self._paint_chosen(painter, box.adjusted(EDGE, 2, -EDGE, -2))
        middle, baseline = box.center().y(), box.center().y() + 6
        left = EDGE + 12 + STEP * row.depth
        if row.depth < 2 and (row.parts or row.depth == 0):
            self._paint_arrow(painter, left, middle, down=row.depth == 0 or self._covers(row))
        left += 16
        right = box.right() - EDGE - 12
        token = "ink" if row.count else "ink3"
        weight = 600 if row.depth == 0 or chosen else 400
        theme.write(painter, right, baseline, f"{row.count}", size=size, weight=weight, token=token, align=-1)
        shape_x = right - theme.width("0000", size, 600) - 4
        if row.count:
            centre = QtCore.QPointF(shape_x, middle)
            paint_shape(painter, centre, TABLE, row.priority, row.shape, theme, frame=self._board.flash.lit)
        shown = theme.shortened(row.title.pick(self._language), shape_x - 18 - left, size, weight)
        theme.write(painter, left, baseline, shown, size=size, weight=weight, token=token)

    def _paint_chosen(self, painter: QtGui.QPainter, box: QtCore.QRectF) -> None:
        theme = self._theme
        painter.setPen(theme.pen("focus", 2.0) if self.hasFocus() else QtCore.Qt.PenStyle.NoPen)
        painter.setBrush(theme.brush("sel"))
        painter.drawRoundedRect(box, 5, 5)

    def _paint_arrow(self, painter: QtGui.QPainter, x: float, y: float, *, down: bool) -> None:
        painter.setPen(self._theme.pen("ink2", 1.75))
        points = [(-4, -2), (0, 3), (4, -2)] if down else [(-2, -4), (3, 0), (-2, 4)]
        painter.drawPolyline([QtCore.QPointF(x + dx, y + dy) for dx, dy in points])

    def _paint_chips(self, painter: QtGui.QPainter) -> None:
        """Paint areas side by side; when they do not fit, those from the chosen one's neighbourhood on."""
        theme, size, width = self._theme, self._size(), self.viewport().width()
        numbers = [number for number, row in enumerate(self.rows) if row.depth < 2]
        widths = {number: self._chip_width(self.rows[number]) + _CHIP_GAP for number in numbers}
        if sum(widths.values()) > width - 2 * EDGE:  # places where nothing stands give way
            numbers = [number for number in numbers if self.rows[number].count or self._covers(self.rows[number])]
        chosen = next((at for at, number in enumerate(numbers) if self._covers(self.rows[number])), 0)
        self._first = min(self._first, chosen)
        while self._first < chosen and sum(widths[one] for one in numbers[self._first : chosen + 1]) > width - 2 * EDGE:
            self._first += 1
        x, middle = float(EDGE), self.viewport().height() / 2
        boxes = []
        for number in numbers[self._first :]:
            row, room = self.rows[number], widths[number] - _CHIP_GAP
            box = QtCore.QRectF(x, middle - 18, room, 36)
            if box.right() > width - EDGE:
                break
            covers = self._covers(row)
            if covers:
                self._paint_chosen(painter, box)
            token = "ink" if row.count else "ink3"
            at = x + _CHIP_PADDING
            at += theme.write(
                painter, at, middle + 6, self._chip_words(row), size=size, weight=600 if covers else 400, token=token
            )
            if row.count:
                centre = QtCore.QPointF(at + 24, middle)
                paint_shape(painter, centre, TABLE, row.priority, row.shape, theme, frame=self._board.flash.lit)
                at += _SHAPE_ROOM
            theme.write(painter, at + 6, middle + 6, f"{row.count}", size=size, weight=600, token=token)
            boxes.append((box, number))
            x = box.right() + _CHIP_GAP
        self._boxes = boxes

    def _chip_width(self, row: Group) -> float:
        size = self._size()
        words = self._theme.width(self._chip_words(row), size, 600)
        count = self._theme.width(f"{row.count}", size, 600) + 6
        return words + count + (_SHAPE_ROOM if row.count else 0) + 2 * _CHIP_PADDING

    def _chip_words(self, row: Group) -> str:
        return row.title.pick(self._language) if row.depth else say("views.all", self._language)

    def _covers(self, row: Group) -> bool:
        """Tell whether a chip stands for the place that is chosen."""
        inside = self.scope.startswith(f"{row.scope}/") and row.scope != ALL
        return row.scope == self.scope or inside

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint rows or chips."""
        painter = QtGui.QPainter(self.viewport())
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.viewport().rect(), self._theme.colour("card"))
        if self._chips:
            self._paint_chips(painter)
        else:
            self._paint_rows(painter)
        painter.end()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Fit the scroll bar."""
        super().resizeEvent(event)
        self._fit()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Choose what is under the pointer."""
        place = event.position()
        if self._chips:
            number = next((number for box, number in self._boxes if box.contains(place)), -1)
        else:
            number = int(place.y() + self.verticalScrollBar().value()) // ROW
        if 0 <= number < len(self.rows):
            self.choose(self.rows[number].scope)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Arrows choose the next place."""
        keys = QtCore.Qt.Key
        step = {keys.Key_Up: -1, keys.Key_Left: -1, keys.Key_Down: 1, keys.Key_Right: 1}.get(keys(event.key()), 0)
        at = next((number for number, row in enumerate(self.rows) if row.scope == self.scope), 0)
        if not step:
            super().keyPressEvent(event)
        elif 0 <= at + step < len(self.rows):
            self.choose(self.rows[at + step].scope)
            self.verticalScrollBar().setValue(ROW * (at + step) - self.viewport().height() // 2)

    def focusInEvent(self, event: QtGui.QFocusEvent) -> None:
        """Show that the keys mean this."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QtGui.QFocusEvent) -> None:
        """See `focusInEvent`."""
        super().focusOutEvent(event)
        self.viewport().update()
