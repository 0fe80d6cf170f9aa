"""Whether somebody touches keyboard, mouse or screen: for the idle lock. GUI thread.

It listens at the window's own handle, where what the system sends comes in once, and not at every widget.
"""

from PySide6 import QtCore, QtGui

_TOUCHES = frozenset(
    {
        QtCore.QEvent.Type.KeyPress,
        QtCore.QEvent.Type.MouseButtonPress,
        QtCore.QEvent.Type.MouseMove,
        QtCore.QEvent.Type.Wheel,
        QtCore.QEvent.Type.TouchBegin,
        QtCore.QEvent.Type.TouchUpdate,
    }
)


class Activity(QtCore.QObject):
    """Remembers a touch until it is asked."""

    def __init__(self, handle: QtGui.QWindow | None, parent: QtCore.QObject) -> None:
        """Listen from now on."""
        super().__init__(parent)
        self._touched = True
        if handle is not None:
            handle.installEventFilter(self)

    def take(self) -> bool:
        """Tell whether there was a touch since the last call."""
        touched, self._touched = self._touched, False
        return touched

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Note what a person does; nothing is held back."""
        if event.type() in _TOUCHES:
            self._touched = True
        return False
