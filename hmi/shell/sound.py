"""The sound of an alarm: repeats until it is silenced or acknowledged, faster for a more urgent priority. GUI thread.

The only place that makes a noise. QtMultimedia is not among the parts of Qt that are shipped, so it is the system's own
signal: on Windows `winsound`, elsewhere Qt's beep (the bell of the desktop).
"""

import sys
from collections.abc import Callable

from PySide6 import QtCore, QtWidgets

PAUSES_MS = {1: 1000, 2: 2000, 3: 4000}
"""Pause between two signals by priority, milliseconds."""


def system_signal(priority: int) -> None:
    """Make one short signal."""
    if sys.platform == "win32":
        import winsound

        icons = {1: winsound.MB_ICONHAND, 2: winsound.MB_ICONEXCLAMATION}
        winsound.MessageBeep(icons.get(priority, winsound.MB_ICONASTERISK))
    else:
        QtWidgets.QApplication.beep()


class Sound(QtCore.QObject):
    """Sounds while the engine says that something sounds."""

    def __init__(self, parent: QtCore.QObject | None = None, signal: Callable[[int], None] = system_signal) -> None:
        """Make it silent.

        Args:
            parent: owner.
            signal: makes one short signal for a priority.
        """
        super().__init__(parent)
        self._signal = signal
        self._priority = 0
        self._timer = QtCore.QTimer(self)
        self._timer.setObjectName("alarm sound")
        self._timer.timeout.connect(self._repeat)

    @property
    def priority(self) -> int:
        """What sounds now; 0 for nothing."""
        return self._priority

    def sound(self, priority: int) -> None:
        """Sound for a priority from now on, at once with the first signal; 0 is silent."""
        if priority == self._priority:
            return
        self._priority = priority
        if priority <= 0:
            self._timer.stop()
            return
        self._timer.start(PAUSES_MS.get(priority, PAUSES_MS[3]))
        self._signal(priority)

    @QtCore.Slot()
    def _repeat(self) -> None:
        self._signal(self._priority)
