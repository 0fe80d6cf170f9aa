"""A panel that opens under the header's right end, over the screen but never over the header. GUI thread.

Base of the device panel and of the demo's fault panel. Closed by Escape, by its cross, or by what opened it.
"""

from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.theme import Theme

PADDING = 20
TITLE_PX = 18
MARGIN = 12
"""To the edges of the room, pixels."""


class Panel(QtWidgets.QFrame):
    """A card with a title, a close button and a body."""

    closed = QtCore.Signal()
    """The panel was closed by the user."""

    def __init__(self, theme: Theme, parent: QtWidgets.QWidget) -> None:
        """Make it hidden.

        Args:
            theme: colours and fonts.
            parent: the room below the header.
        """
        super().__init__(parent)
        self._room = parent
        self.theme = theme
        self.setObjectName("panel")
        self.setFocusPolicy(QtCore.Qt.FocusPolicy.StrongFocus)
        self._title = QtWidgets.QLabel(self)
        self._cross = QtWidgets.QToolButton(self)
        self._cross.setText("✕")
        self._cross.setFixedSize(32, 32)
        self._cross.clicked.connect(self.close_panel)
        head = QtWidgets.QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._cross)
        self.body = QtWidgets.QVBoxLayout()
        self.body.setSpacing(0)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(PADDING, 12, 12, PADDING)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(self.body)
        self.dress(theme)
        self.hide()

    def dress(self, theme: Theme) -> None:
        """Paint with a theme."""
        self.theme = theme
        tokens = theme.tokens
        self._title.setFont(theme.font(TITLE_PX, 600))
        self._cross.setFont(theme.font(TITLE_PX))
        self.setStyleSheet(
            f"""
            #panel {{ background: {tokens["card"]}; border: 1px solid {tokens["edge"]}; border-radius: 8px; }}
            #panel QLabel {{ color: {tokens["ink"]}; background: transparent; }}
            #panel QToolButton, #panel QPushButton {{ color: {tokens["ink"]}; background: {tokens["head"]};
                border: 1px solid {tokens["line1"]}; border-radius: 5px; padding: 0 12px; }}
            #panel QToolButton {{ padding: 0; }}
            #panel QToolButton:focus, #panel QPushButton:focus
                {{ border: 2px solid {tokens["focus"]}; }}
            #panel QComboBox QAbstractItemView {{ color: {tokens["ink"]}; background: {tokens["track"]};
                selection-background-color: {tokens["sel"]}; selection-color: {tokens["ink"]}; outline: none; }}
            """
        )

    def set_title(self, words: str, close_words: str) -> None:
        """Say what the panel is about."""
        self._title.setText(words)
        self.setAccessibleName(words)
        self._cross.setToolTip(close_words)
        self._cross.setAccessibleName(close_words)

    def open_panel(self) -> None:
        """Show the panel at its place."""
        self.place()
        self.show()
        self.raise_()
        self.setFocus(QtCore.Qt.FocusReason.PopupFocusReason)

    @QtCore.Slot()
    def close_panel(self) -> None:
        """Hide the panel."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def place(self) -> None:
        """Fit the panel into the right top of the room."""
        room = self._room.size()
        wanted = self.sizeHint()
        width, height = min(wanted.width(), room.width() - 2 * MARGIN), min(wanted.height(), room.height() - 2 * MARGIN)
        self.setGeometry(room.width() - width - MARGIN, MARGIN, width, height)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)
