"""The running screen: a QGraphicsView with one item that holds the whole screen. Window, GUI thread.

The view is the host (input, tool tips, overlay); `stage.py` draws. Few changed elements: only their cells are
repainted; many: the whole view in one batch, for hundreds of single rectangles cost more than one large one.
"""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Actions
from hmi.display.alarm_marks import AlarmMark, AlarmMarks, MarksItem
from hmi.display.fragments import Rows
from hmi.display.laid_out import Recall
from hmi.display.overlay import OverlayItem
from hmi.display.parts import Drawing
from hmi.display.placed_view import PlacedView
from hmi.display.screen_item import ScreenItem, paint_margins, prepare
from hmi.display.stage import Stage
from hmi.display.theme import Theme
from hmi.display.tips import tip_for
from hmi.image.contract import CommandDoor, EngineState, ValueSource
from hmi.model.screen import Element, Screen
from hmi.model.tag import Tag
from hmi.model.text import Language

if TYPE_CHECKING:
    from hmi.display.pointing import Pointing
    from hmi.display.remembered import Memory

CELLS = 120
"""Up to so many changed elements their cells are repainted alone."""
IDLE_MS = 150
"""After the last change of size the pictures are made anew; until then the old ones are drawn scaled."""
DIGITS_HZ = 4.0
"""Faster digits cannot be read (LOOK.md section 10)."""
_NOTHING: Rows = np.zeros(0, dtype=np.intp)


class ScreenView(PlacedView):
    """Shows one screen with the values of a source.

    Signals:
        screen_shown: another screen is shown; payload its path.
        picked: an element was clicked that asks for nothing itself; payload (element id, {slot: path}).
        opened: a faceplate is wanted; payload (FaceplateSubject, place that was clicked in pixels of the screen).
    """

    screen_shown = QtCore.Signal(str)
    picked = QtCore.Signal(str, object)
    opened = QtCore.Signal(object, object)

    def __init__(
        self,
        source: ValueSource | None,
        door: CommandDoor | None,
        theme: Theme,
        language: Language,
        parent: QtWidgets.QWidget | None = None,
        families: Mapping[str, Drawing] | None = None,
        digits_hz: float = DIGITS_HZ,
        reading_width: float | None = None,
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
            reading_width: width of the screen that decides the size of text, pixels; None is that of what is shown.
        """
        super().__init__(parent)
        self._digits_ns = round(1e9 / digits_hz) if digits_hz else 0
        self._source, self._theme, self._language, self._families = source, theme, language, families
        self._elements: tuple[Element, ...] = ()
        self._tags: Mapping[str, Tag] = {}
        self._reading_width = reading_width
        self._recall: Recall | None = None
        self._engine: EngineState | None = None
        """As the last frame knew it: clock times stand beside trends at once."""
        self._pending: Rows = _NOTHING
        self._region = QtGui.QRegion()
        self._whole = True
        self._stale = True
        """To be laid out when it is shown."""
        self._exposed = QtGui.QRegion()
        prepare(self)
        self.clicks = Actions(door, self)
        """What has become of clicks."""
        self.clicks.changed.connect(self._repaint_all)
        self._overlay = OverlayItem(self, self.clicks)
        self._overlay.setZValue(1)
        self._pointing: Pointing | None = None
        self.marks = AlarmMarks()
        """Alarms on the elements."""
        self._marks_item = MarksItem(self, self.marks)
        self._item = ScreenItem(self)
        scene = QtWidgets.QGraphicsScene(self)
        scene.setItemIndexMethod(QtWidgets.QGraphicsScene.ItemIndexMethod.NoIndex)
        for item in (self._item, self._marks_item, self._overlay):
            scene.addItem(item)
        self.setScene(scene)
        self._idle = QtCore.QTimer(self)
        self._idle.setObjectName("screen size settled")
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._lay_out)

    @property
    def pointing(self) -> "Pointing":
        """Pointer and keyboard; loaded when somebody first touches one, or by the shell after the first paint."""
        if self._pointing is None:
            from hmi.display.pointing import Pointing, RingsItem

            self._pointing = pointing = Pointing(self, self.clicks, self._overlay, self._repaint_all, self)
            pointing.picked.connect(self.picked)
            pointing.opened.connect(self.opened)
            self.clicks.entry_requested.connect(pointing.open_entry)
            self.scene().addItem(RingsItem(self, pointing))
        return self._pointing

    @property
    def tags(self) -> Mapping[str, Tag]:
        """Path -> tag of what is shown."""
        return self._tags

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
            self._stage.update(self._recall)
            self._repaint_all()

    def remember(self, memory: "Memory | None") -> None:
        """Let trends begin with what a memory holds from now on."""
        from hmi.display.remembered import recall  # there is none before the first paint

        self._recall = partial(recall, memory) if memory is not None else None
        if self._stage is not None and self.isVisible():
            self._stage.update(self._recall)
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
            self._screen,
            self._elements,
            self._tags,
            self._theme,
            self._language,
            scale,
            self._families,
            self._reading_width,
        )
        self._stage.digits_ns = self._digits_ns
        self._stage.attach(self._source)
        if self._engine is not None:
            self._stage.tell(self._engine)
        self._stage.update(self._recall)
        self.marks.look(self._stage)
        if self._pointing is not None:
            self._pointing.laid_out()
        self._repaint_all()

    # ------------------------------------------------------------------------------------------- frames

    def frame(self, state: EngineState) -> bool:
        """Take what changed; called by the frame clock. Does nothing while nobody can see it."""
        self._engine = state
        if self._stage is None or not self.isVisible() or self.window().isMinimized():
            return False
        self.clicks.frame()
        self._stage.tell(state)
        self._stage.prompt = self.clicks.just_confirmed() if self.clicks.ongoing else ()
        parts = self._stage.update()
        if self.marks.look(self._stage, moved=bool(len(parts))):
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
            self._stage.update(self._recall)
        self._repaint_all()

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Take the press, so that its release comes here."""
        event.accept()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Show what may be clicked."""
        self.pointing.moved(event.position())

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Announce the intent of a click; never more than that."""
        if event.button() is QtCore.Qt.MouseButton.LeftButton:
            self.pointing.clicked(event.position())

    def leaveEvent(self, event: QtCore.QEvent) -> None:
        """Nothing is under the pointer any more."""
        if self._pointing is not None:
            self._pointing.moved(None)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Lead the keyboard from place to place, and on to the next widget after the last one."""
        return self.pointing.step(forward) or super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Take the place where the keyboard is."""
        if not self.pointing.key(event):
            event.ignore()

    def viewportEvent(self, event: QtCore.QEvent) -> bool:
        """Say in words what stands under the pointer."""
        if isinstance(event, QtGui.QHelpEvent) and event.type() is QtCore.QEvent.Type.ToolTip:
            if self._stage is not None:
                place = self.to_screen(QtCore.QPointF(event.pos()))
                words = tip_for(self._stage, place.x(), place.y())
                QtWidgets.QToolTip.showText(event.globalPos(), words, self.viewport())
            return True
        return super().viewportEvent(event)
