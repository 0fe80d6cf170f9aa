"""A faceplate as it floats over the screen: its title, a running screen, and what to do about its alarm. GUI thread.

Moved by its title, closed by its cross or by Escape. It is a child of the room below the header, so it can never cover
the header's two rows. Signals: `closed()`, `acknowledge_asked(str)` with the occurrence.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.alarm_marks import AlarmMark
from hmi.display.alarm_shapes import LIST, paint_shape, reach, shape_of
from hmi.display.faceplates import WIDTH, Faceplate
from hmi.display.parts import FaceplateSubject
from hmi.display.scene import ScreenView
from hmi.display.theme import Theme
from hmi.model.text import Language
from hmi.words import say

TITLE = 60
"""Height of the title, pixels."""
FOOT = 60
"""Height of the line with the first action."""
EDGE = 8
"""Left, right and below, where the rounded corners are; also the least distance to the edges of the room."""
TAG_PX = 23
PADDING = 24


class FaceplateCard(QtWidgets.QFrame):
    """One faceplate."""

    closed = QtCore.Signal()
    acknowledge_asked = QtCore.Signal(str)

    def __init__(self, view: ScreenView, theme: Theme, language: Language, room: QtWidgets.QWidget) -> None:
        """Make it empty and hidden.

        Args:
            view: shows the faceplate's screen; becomes a child.
            theme: colours and fonts.
            language: of the words.
            room: the room below the header.
        """
        super().__init__(room)
        self.setObjectName("faceplate")
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self.setAttribute(QtCore.Qt.WidgetAttribute.WA_OpaquePaintEvent, on=False)
        self.view, self._theme, self._language, self._room = view, theme, language, room
        self.subject: FaceplateSubject | None = None
        self.plate: Faceplate | None = None
        self.lit = True
        self._mark: AlarmMark | None = None
        self._occurrence = ""
        self._grip: QtCore.QPoint | None = None
        view.setParent(self)
        view.viewport().installEventFilter(self)
        self._cross = QtWidgets.QToolButton(self)
        self._cross.setText("✕")
        self._cross.setFixedSize(36, 36)
        self._cross.clicked.connect(self.close_card)
        self._action = QtWidgets.QLabel(self)
        self._action.setWordWrap(True)
        self._action.setTextFormat(QtCore.Qt.TextFormat.PlainText)
        self.acknowledge = QtWidgets.QPushButton(self)
        self.acknowledge.clicked.connect(self._acknowledge)
        self.hide()

    # ------------------------------------------------------------------------------------------- what is shown

    @property
    def action_words(self) -> str:
        """What is said beside the button."""
        return self._action.text()

    def show_plate(self, subject: FaceplateSubject, plate: Faceplate) -> None:
        """Fit the card to a faceplate; its screen is shown by who opens it."""
        self.subject, self.plate = subject, plate
        self._name_it()
        height = TITLE + plate.screen.height + FOOT
        self.resize(WIDTH, height)
        self.view.setGeometry(1, TITLE, WIDTH - 2, plate.screen.height)
        self._cross.move(WIDTH - 36 - 12, (TITLE - 36) // 2)
        wide = round(self._theme.width(say("shell.faceplate_acknowledge", self._language), 18, 600)) + 48
        self.acknowledge.setGeometry(WIDTH - PADDING - wide, height - FOOT + 4, wide, 44)
        self._action.setGeometry(PADDING, height - FOOT + 2, WIDTH - 2 * PADDING - wide - 12, FOOT - 12)

    def set_look(self, theme: Theme, language: Language) -> None:
        """Paint with a theme and speak a language."""
        self._theme, self._language = theme, language
        tokens = theme.tokens
        self._cross.setFont(theme.font(TAG_PX))
        self._action.setFont(theme.font(None, 600))
        self.acknowledge.setFont(theme.font(18, 600))
        self.setStyleSheet(
            f"""
            #faceplate QToolButton, #faceplate QPushButton {{ padding: 0; }}
            #faceplate QLabel {{ color: {tokens["ink"]}; background: transparent; }}
            #faceplate QToolButton {{ color: {tokens["ink2"]}; background: transparent; border: none;
                border-radius: 5px; }}
            #faceplate QToolButton:hover {{ border: 1.5px solid {tokens["edge"]}; }}
            #faceplate QPushButton {{ color: {tokens["markink"]}; background: {tokens["mark"]};
                border: 1.5px solid {tokens["mark"]}; border-radius: 5px; }}
            #faceplate QPushButton:disabled {{ color: {tokens["ink3"]}; background: {tokens["card"]};
                border: 1.5px solid {tokens["line1"]}; }}
            #faceplate QToolButton:focus, #faceplate QPushButton:focus {{ border: 2px solid {tokens["focus"]}; }}
            """
        )
        words = say("shell.close", language)
        self._cross.setToolTip(words)
        self._cross.setAccessibleName(words)
        self.acknowledge.setText(say("shell.faceplate_acknowledge", language))
        self._name_it()
        self.update()

    def _name_it(self) -> None:
        """Tell screen readers what it is of."""
        if self.subject is not None:
            self.setAccessibleName(f"{self.subject.tag} {self.subject.title.pick(self._language)}")

    def show_alarm(self, mark: AlarmMark | None, occurrence: str, action: str) -> None:
        """Say what is wrong with the subject and what to do first.

        Args:
            mark: its most urgent alarm; None where there is none.
            occurrence: that may be acknowledged; empty for none.
            action: in words.
        """
        self._mark, self._occurrence = mark, occurrence
        self._action.setText(action)
        self.acknowledge.setEnabled(bool(occurrence))
        self.acknowledge.setVisible(mark is not None)
        self.update(0, 0, WIDTH, TITLE)

    @QtCore.Slot(bool)
    def flash(self, lit: bool) -> None:
        """Light the frame of an unacknowledged alarm, or not."""
        self.lit = lit
        self.view.flash(lit)
        if self._mark is not None:
            self.update(0, 0, WIDTH, TITLE)

    def open_at(self, corner: QtCore.QPoint) -> None:
        """Show the card at a place of the room, as near as it fits, and take the keyboard there."""
        self.move(corner)
        self.place()
        self.show()
        self.raise_()
        self.view.setFocus(QtCore.Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """Stay inside the room."""
        room = self._room.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        left = max(room.left(), min(self.x(), room.right() + 1 - self.width()))
        top = max(room.top(), min(self.y(), room.bottom() + 1 - self.height()))
        self.move(left, top)

    @QtCore.Slot()
    def close_card(self) -> None:
        """Hide the card and say so."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    @QtCore.Slot()
    def _acknowledge(self) -> None:
        if self._occurrence:
            self.acknowledge_asked.emit(self._occurrence)

    # ------------------------------------------------------------------------------------------- overrides of Qt

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Paint the card and its title."""
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(theme.pen("edge", 1))
        painter.setBrush(theme.brush("card"))
        painter.drawRoundedRect(QtCore.QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), EDGE, EDGE)
        painter.fillRect(QtCore.QRectF(1, TITLE - 1, WIDTH - 2, 1), theme.colour("line1"))
        x, baseline = float(PADDING), TITLE / 2 + TAG_PX * 0.36
        if self._mark is not None:
            half = reach(LIST + 2, self._mark.priority)
            centre = QtCore.QPointF(x + half, TITLE / 2)
            shape = shape_of(self._mark.state)
            paint_shape(painter, centre, LIST + 2, self._mark.priority, shape, theme, frame=self.lit)
            x += 2 * half + 10
        if self.subject is not None:
            x += theme.write(painter, x, baseline, self.subject.tag, size=TAG_PX, weight=600, token="ink") + 12
            title = self.subject.title.pick(self._language)
            shown = theme.shortened(title, self._cross.x() - 12 - x, 18)
            theme.write(painter, x, baseline, shown, size=18)
        painter.end()

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Come to the front when the screen of the faceplate is clicked."""
        if event.type() == QtCore.QEvent.Type.MouseButtonPress:
            self.raise_()
        return False

    def mousePressEvent(self, event: QtGui.QMouseEvent) -> None:
        """Come to the front; the title is a grip."""
        self.raise_()
        place = event.position().toPoint()
        if event.button() is QtCore.Qt.MouseButton.LeftButton and place.y() < TITLE:
            self._grip = place
        event.accept()

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        """Follow the pointer, inside the room."""
        if self._grip is not None:
            self.move(self.pos() + event.position().toPoint() - self._grip)
            self.place()

    def mouseReleaseEvent(self, event: QtGui.QMouseEvent) -> None:
        """Let go."""
        self._grip = None
        event.accept()

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.close_card()
        else:
            event.ignore()
