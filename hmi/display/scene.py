"""The running screen: a QGraphicsView with one item that holds the whole screen. Window, GUI thread.

The view is the host (input, tool tips, overlay); `stage.py` draws. Few changed elements: only their cells are
repainted; many: the whole view in one batch, for hundreds of single rectangles cost more than one large one.
"""

from collections.abc import Mapping
from functools import partial

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Actions, Intent
from hmi.display.alarm_marks import AlarmMark, AlarmMarks, MarksItem
from hmi.display.fragments import Rows
from hmi.display.hit import Target
from hmi.display.overlay import OverlayItem
from hmi.display.parts import Drawing, TouchPart
from hmi.display.picture import fit
from hmi.display.screen_item import ScreenItem, paint_margins
from hmi.display.stage import Stage
from hmi.display.theme import Theme
from hmi.display.tips import tip_for
from hmi.image.contract import CommandDoor, EngineState, ValueSource
from hmi.model.screen import Element, Screen
from hmi.model.tag import Tag
from hmi.model.text import Language

CELLS = 120
"""Up to so many changed elements their cells are repainted alone."""
IDLE_MS = 150
"""After the last change of size the pictures are made anew; until then the old ones are drawn scaled."""
DIGITS_HZ = 4.0
"""Faster digits cannot be read (LOOK.md section 10)."""
_NOTHING: Rows = np.zeros(0, dtype=np.intp)


class ScreenView(QtWidgets.QGraphicsView):
    """Shows one screen with the values of a source.

    Signals:
        screen_shown: another screen is shown; payload its path.
        picked: an element was clicked that asks for nothing itself; payload (element id, {slot: path}).
    """

    screen_shown = QtCore.Signal(str)
    picked = QtCore.Signal(str, object)

    def __init__(
        self,
        source: ValueSource | None,
        door: CommandDoor | None,
        theme: Theme,
        language: Language,
        parent: QtWidgets.QWidget | None = None,
        families: Mapping[str, Drawing] | None = None,
        digits_hz: float = DIGITS_HZ,
    ) -> None:
        """Make an empty view.

        Args:
            source: where values come from; None shows the never-read look.
            door: where clicks go; None refuses in words.
            theme: colours and fonts.
            language: of the texts.
            parent: of the widget.
            families: name -> drawing; None takes the built-in ones.
            digits_hz: how often digits change at most (levels and pointers follow the frame); 0 shows every change.
        """
        super().__init__(parent)
        self._digits_ns = round(1e9 / digits_hz) if digits_hz else 0
        self._source, self._theme, self._language, self._families = source, theme, language, families
        self._screen: Screen | None = None
        self._elements: tuple[Element, ...] = ()
        self._tags: Mapping[str, Tag] = {}
        self._stage: Stage | None = None
        self._pending: Rows = _NOTHING
        self._region = QtGui.QRegion()
        self._whole = True
        self._stale = True
        """To be laid out when it is shown."""
        self._exposed = QtGui.QRegion()
        self._prepare()
        self.clicks = Actions(door, self)
        """What has become of clicks."""
        self.clicks.changed.connect(self._repaint_all)
        self.clicks.entry_requested.connect(self._open_entry)
        self._overlay = OverlayItem(self, self.clicks)
        self.marks = AlarmMarks()
        """Alarms on the elements."""
        self._marks_item = MarksItem(self, self.marks)
        self._item = ScreenItem(self)
        scene = QtWidgets.QGraphicsScene(self)
        scene.setItemIndexMethod(QtWidgets.QGraphicsScene.ItemIndexMethod.NoIndex)
        scene.addItem(self._item)
        scene.addItem(self._marks_item)
        scene.addItem(self._overlay)
        self.setScene(scene)
        self._idle = QtCore.QTimer(self)
        self._idle.setObjectName("screen size settled")
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._lay_out)

    def _prepare(self) -> None:
        """Set the view up as a plain raster host that repaints exactly what it is told to."""
        # Of a viewport that Qt made itself PySide6 would look for the class, and load every class of widgets for that.
        self.setViewport(QtWidgets.QWidget())
        self.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QtWidgets.QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setOptimizationFlag(QtWidgets.QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QtWidgets.QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAlignment(QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.AlignmentFlag.AlignTop)
        self.viewport().setAttribute(QtCore.Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)

    # ------------------------------------------------------------------------------------------- what is shown

    def show_screen(self, screen: Screen, elements: tuple[Element, ...], tags: Mapping[str, Tag]) -> None:
        """Show a screen; also to be called with a changed version of the one that is shown."""
        self._screen, self._elements, self._tags = screen, elements, tags
        self.clicks.forget()
        self.clicks.place(screen.path, self._value_shown)
        self._lay_out()
        self.screen_shown.emit(screen.path)

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme from now on."""
        self._theme = theme
        self._lay_out()

    def set_language(self, language: Language) -> None:
        """Speak another language from now on."""
        self._language = language
        self._lay_out()

    def show_alarms(self, marks: Mapping[str, AlarmMark]) -> None:
        """Mark the elements whose tags are in alarm.

        Args:
            marks: path of a tag -> its most urgent alarm.
        """
        self.marks.show(marks)
        if self._stage is not None:
            self.marks.look(self._stage)
        self._repaint_all()

    @QtCore.Slot(bool)
    def flash(self, lit: bool) -> None:
        """Light the frames of unacknowledged alarms, or not."""
        self.marks.lit = lit
        if self.marks.flashing:
            self._repaint_all()

    def set_source(self, source: ValueSource | None) -> None:
        """Take values from another source from now on (replay)."""
        self._source = source
        if self._stage is not None:
            self._stage.attach(source)
            self._stage.update()
            self._repaint_all()

    @property
    def theme(self) -> Theme:
        """The theme that is drawn with."""
        return self._theme

    @property
    def language(self) -> Language:
        """The language that is spoken."""
        return self._language

    @property
    def stage(self) -> Stage | None:
        """What is drawn; None before the first `show_screen`."""
        return self._stage

    @QtCore.Slot()
    def _lay_out(self) -> None:
        """Lay the screen out for the present size, language and theme, and show the present values."""
        self._idle.stop()
        self._stale = not self.isVisible()
        if self._screen is None or self._stale:
            return
        scale = self._wanted_scale()
        self._stage = Stage(
            self._screen, self._elements, self._tags, self._theme, self._language, scale, self._families
        )
        self._stage.digits_ns = self._digits_ns
        self._stage.attach(self._source)
        self._stage.update()
        self.marks.look(self._stage)
        self._repaint_all()

    def _wanted_scale(self) -> float:
        ratio, rect = self.devicePixelRatioF(), self.viewport().rect()
        return fit(self._screen, rect.width() * ratio, rect.height() * ratio) if self._screen is not None else 1.0

    # ------------------------------------------------------------------------------------------- frames

    def frame(self, state: EngineState) -> bool:
        """Take what changed; called by the frame clock. Does nothing while nobody can see it."""
        if self._stage is None or not self.isVisible() or self.window().isMinimized():
            return False
        self.clicks.frame()
        self._stage.tell(state)
        parts = self._stage.update()
        if self.marks.look(self._stage):
            self._repaint_all()
        if not len(parts):
            return False
        if self._whole or self._changed_elements(parts) > CELLS:
            self._repaint_all()
            return True
        self._pending = np.union1d(self._pending, parts) if len(self._pending) else parts
        if len(self._pending) > 4 * CELLS or self.clicks.ongoing:
            self._repaint_all()
            return True
        region = self._logical(self._stage, parts)
        self._region = self._region.united(region)
        self.viewport().update(region)
        return True

    def _changed_elements(self, parts: Rows) -> int:
        """Count the elements that parts belong to (parts are sorted by kind, so elements repeat)."""
        if self._stage is None or len(parts) <= CELLS:
            return len(parts)
        touched = np.zeros(len(self._stage.elements), dtype=np.bool_)
        touched[self._stage.element[parts]] = True
        return int(np.count_nonzero(touched))

    @QtCore.Slot()
    def _repaint_all(self) -> None:
        self._whole = True
        self.viewport().update()

    def _origin(self) -> QtCore.QPoint:
        """Give where the stage begins in the viewport, device pixels."""
        if self._screen is None:
            return QtCore.QPoint(0, 0)
        ratio, rect, scale = self.devicePixelRatioF(), self.viewport().rect(), self._wanted_scale()
        x = (round(rect.width() * ratio) - round(self._screen.width * scale)) // 2
        y = (round(rect.height() * ratio) - round(self._screen.height * scale)) // 2
        return QtCore.QPoint(max(0, x), max(0, y))

    def _logical(self, stage: Stage, parts: Rows) -> QtGui.QRegion:
        """Give the cells of parts as a region of the viewport."""
        ratio, origin = self.devicePixelRatioF(), self._origin()
        region = QtGui.QRegion()
        for rect in stage.region(parts):
            moved = rect.translated(origin)
            if ratio != 1.0:
                corner = QtCore.QPointF(moved.left() / ratio, moved.top() / ratio)
                size = QtCore.QSizeF(moved.width() / ratio, moved.height() / ratio)
                moved = QtCore.QRectF(corner, size).toAlignedRect()
            region += moved
        return region

    def paint_stage(self, painter: QtGui.QPainter) -> None:
        """Paint what is exposed: the changed cells when it is exactly these, else everything."""
        stage = self._stage
        ratio = self.devicePixelRatioF()
        cells = stage is not None and not self._whole and self._exposed == self._region
        painter.scale(1 / ratio, 1 / ratio)
        if stage is None:
            painter.fillRect(0, 0, 1 << 16, 1 << 16, self._theme.colour("bg"))
            return
        origin = self._origin()
        if not cells:
            width, height = (round(edge * ratio) for edge in (self.viewport().width(), self.viewport().height()))
            paint_margins(painter, width, height, origin, self._theme.colour("bg"))
        painter.translate(origin)
        wanted = self._wanted_scale()
        if wanted != stage.scale:
            painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
            painter.scale(wanted / stage.scale, wanted / stage.scale)
        if cells:
            # The clip of a paint event alone did not hold fragments back (6.11.3, raster), and it is wider than the
            # cells where a pixel of the window is not one of the device.
            clip = QtGui.QRegion()
            for rect in stage.region(self._pending):
                clip += rect
            painter.setClipRegion(clip)
            stage.paint_parts(painter, self._pending)
        else:
            stage.paint(painter)
        self._pending, self._region, self._whole = _NOTHING, QtGui.QRegion(), False

    # ------------------------------------------------------------------------------------------- places

    def to_screen(self, point: QtCore.QPointF) -> QtCore.QPointF:
        """Turn a place of the viewport into pixels of the screen."""
        ratio, origin, scale = self.devicePixelRatioF(), self._origin(), self._wanted_scale()
        return QtCore.QPointF((point.x() * ratio - origin.x()) / scale, (point.y() * ratio - origin.y()) / scale)

    def crowd(self, box: QtCore.QRectF) -> int:
        """Count the parts of the screen that may paint in a box of the viewport."""
        if self._stage is None:
            return 0
        ratio, origin = self.devicePixelRatioF(), self._origin()
        left, top = box.left() * ratio - origin.x(), box.top() * ratio - origin.y()
        return self._stage.parts_in(left, top, left + box.width() * ratio, top + box.height() * ratio)

    def from_screen(self, rect: QtCore.QRectF) -> QtCore.QRectF:
        """Turn a rectangle of the screen into one of the viewport."""
        ratio, origin, scale = self.devicePixelRatioF(), self._origin(), self._wanted_scale()
        x, y = (rect.x() * scale + origin.x()) / ratio, (rect.y() * scale + origin.y()) / ratio
        return QtCore.QRectF(x, y, rect.width() * scale / ratio, rect.height() * scale / ratio)

    @QtCore.Slot(object, object, object)
    def _open_entry(self, target: Target, touch: TouchPart, tag: Tag) -> None:
        """Open a field over the place; what is entered is an intent like any other click."""
        from hmi.display.entry import open_entry  # a field of Qt's that no first paint needs

        rect = QtCore.QRectF(*touch.rect)
        present = self.clicks.shown(tag.path)
        entry = open_entry(tag, self, self.from_screen(rect).toAlignedRect(), present=present, fixed=touch.value)
        entry.number_entered.connect(partial(self._request_number, target.id, tag, rect))

    def _request_number(self, element: str, tag: Tag, rect: QtCore.QRectF, number: float, note: str) -> None:
        self.clicks.request(Intent(element, tag, number, rect), note)

    def _value_shown(self, path: str) -> float | None:
        return self._stage.value_of(path) if self._stage is not None else None

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Remember what is exposed, then paint."""
        self._exposed = event.region()
        super().paintEvent(event)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Draw the old pictures scaled, and make new ones when the size has settled."""
        super().resizeEvent(event)
        self.setSceneRect(QtCore.QRectF(self.viewport().rect()))
        if self._stage is not None and self._wanted_scale() != self._stage.scale:
            self._stale = not self.isVisible()
            if self.isVisible():
                self._idle.start()
        self._repaint_all()

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Show present values at once."""
        super().showEvent(event)
        if self._stale:
            self._lay_out()
        elif self._stage is not None:
            self._stage.update()
        self._repaint_all()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Take the press, so that its release comes here."""
        event.accept()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Show a hand over what may be clicked."""
        place = self.to_screen(event.position())
        hand = self._stage is not None and self._stage.hits.touch(place.x(), place.y()) is not None
        shapes = QtCore.Qt.CursorShape
        self.viewport().setCursor(shapes.PointingHandCursor if hand else shapes.ArrowCursor)

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Announce the intent of a click; never more than that."""
        if self._stage is None or event.button() is not QtCore.Qt.MouseButton.LeftButton:
            return
        note = self._overlay.note_at(event.position())
        if note is not None:
            self.clicks.undo(note)
            return
        place = self.to_screen(event.position())
        hit = self._stage.hits.touch(place.x(), place.y())
        opens = hit is not None and hit[1].value is None
        if self.clicks.dismiss(place) and not opens:
            return
        if hit is not None:
            self.clicks.announce(*hit, self._tags)
            return
        under = self._stage.hits.at(place.x(), place.y())
        named = next((target for target in under if target.names), None)
        if named is not None:
            self.picked.emit(named.id, dict(named.names))

    def viewportEvent(self, event: QtCore.QEvent) -> bool:
        """Say in words what stands under the pointer."""
        if isinstance(event, QtGui.QHelpEvent) and event.type() is QtCore.QEvent.Type.ToolTip:
            if self._stage is not None:
                place = self.to_screen(QtCore.QPointF(event.pos()))
                words = tip_for(self._stage, place.x(), place.y())
                QtWidgets.QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)
