"""The window's sign of life, twice a second: `window-<pid>.json` of the runtime folder. GUI thread, for `app`.

It is written from the same loop that paints, so a window that hangs falls silent, and the launcher starts it again.
"""

import os
import time
from pathlib import Path

from PySide6 import QtCore

from hmi.image.contract import EngineState, Shown
from hmi.link.beat import WindowBeat, window_beat_path, write_beside
from hmi.shell.facts import looks_of
from hmi.shell.main_window import MainWindow

EVERY_MS = 500


class Beating(QtCore.QObject):
    """Writes the beat of one window."""

    def __init__(self, window: MainWindow, tags: Shown, runtime: Path) -> None:
        """Begin at once.

        Args:
            window: whose beat it is.
            tags: all tags of the project; how they look is said in the beat.
            runtime: folder of the file.
        """
        super().__init__(window)
        self._window = window
        self._tags = tags
        self._path = window_beat_path(runtime, os.getpid())
        self._engine: EngineState | None = None
        self._frames = 0
        self._timer = QtCore.QTimer(self)
        self._timer.setObjectName("window beat")
        self._timer.timeout.connect(self.write)
        self._timer.start(EVERY_MS)

    def watch(self, tags: Shown) -> None:
        """Tell of these tags from now on (another project runs)."""
        self._tags = tags

    def on_frame(self, engine: EngineState) -> None:
        """Keep what the newest frame said."""
        self._engine = engine
        self._frames += 1

    def stop(self) -> None:
        """End, and take the file away."""
        self._timer.stop()
        self._path.unlink(missing_ok=True)

    @QtCore.Slot()
    def write(self) -> None:
        """Write the beat."""
        engine = self._engine
        reason = engine.reason if engine is not None else None
        beat = WindowBeat(
            pid=os.getpid(),
            mono_ns=time.monotonic_ns(),
            screen=self._window.screen_shown,
            language=self._window.desk.language.value,
            engine_alive=engine is not None and engine.alive,
            reason=reason.code if reason is not None else "",
            looks=looks_of(self._tags),
            frames=self._frames,
            generation=engine.generation if engine is not None else 0,
        )
        write_beside(self._path, beat)
