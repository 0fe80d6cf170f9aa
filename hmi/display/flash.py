"""The one flash clock of a window: 1 Hz, half of it on, in phase with every other window of the station. GUI thread.

It runs only while something flashes (LOOK.md section 10). The phase comes from the wall clock, so that all stations
beside each other flash as one. Signals: `flashed(bool)`.
"""

import time

from PySide6 import QtCore

HALF_MS = 500


class Flash(QtCore.QObject):
    """Tells when the frames of unacknowledged alarms are lit."""

    flashed = QtCore.Signal(bool)
    """The phase changed; payload whether frames are lit now."""

    def __init__(self, parent: QtCore.QObject | None = None, *, still: bool = False) -> None:
        """Make it at rest, lit.

        Args:
            parent: owner.
            still: reduced motion: frames stay lit.
        """
        super().__init__(parent)
        self.lit = True
        self._still = still
        self._timer = QtCore.QTimer(self)
        self._timer.setObjectName("flash")
        self._timer.setSingleShot(True)
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._turn)

    def run(self, needed: bool) -> None:
        """Flash from now on, or rest in the lit phase."""
        if needed and not self._still and not self._timer.isActive():
            self._arm()
        elif not needed and self._timer.isActive():
            self._timer.stop()
            self._set(True)

    @QtCore.Slot()
    def _turn(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        self._set((now_ms + 20) // HALF_MS % 2 == 0)
        self._arm()

    def _arm(self) -> None:
        now_ms = time.time_ns() // 1_000_000
        self._timer.start(HALF_MS - (now_ms + 20) % HALF_MS)

    def _set(self, lit: bool) -> None:
        if lit != self.lit:
            self.lit = lit
            self.flashed.emit(lit)
