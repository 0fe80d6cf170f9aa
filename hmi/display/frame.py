"""The one frame clock of a window: 30 Hz, paints only what changed, nothing while hidden, and measures itself.

Owned by the shell (or by a test); everything that lives on values is a `Framed` added to it. Window, GUI thread.
"""

import time
from typing import Protocol

import msgspec
import numpy as np
from PySide6 import QtCore

from hmi.image.contract import EngineState, ValueSource

HZ = 30
"""Three clocks of 10 Hz (PLC, engine, window) lock in phase and cost 100 ms; a frame without change costs next to
nothing."""
KEPT = 300
"""Frames that the measurement looks back on: ten seconds."""


class Framed(Protocol):
    """Something that is brought up to date once a frame."""

    def frame(self, state: EngineState) -> bool:
        """Take what changed; tell whether anything is painted anew."""
        ...


class FrameFigures(msgspec.Struct, frozen=True):
    """What the clock measured of its last frames."""

    frames: int
    """Since the start."""
    painted: int
    """Of them with a change."""
    median_ms: float
    """Time of a frame up to the request to paint, of the last ten seconds."""
    longest_ms: float
    late_ms: float
    """Longest gap between two frames in the last ten seconds; 33 when nothing held the thread up."""


class FrameClock(QtCore.QObject):
    """Asks the source once a frame and hands on.

    Signals:
        engine_changed: the engine died, came back or was restarted; payload `EngineState`.
    """

    engine_changed = QtCore.Signal(object)

    def __init__(self, source: ValueSource, parent: QtCore.QObject | None = None, hz: float = HZ) -> None:
        """Keep the source; `start` begins."""
        super().__init__(parent)
        self._source = source
        self._framed: list[Framed] = []
        self._state: EngineState | None = None
        self._timer = QtCore.QTimer(self)
        self._timer.setObjectName("frame clock")
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.setInterval(max(1, round(1000 / hz)))
        self._timer.timeout.connect(self.run_frame)
        self._durations = np.zeros(KEPT)
        self._gaps = np.zeros(KEPT)
        self._count = self._painted = 0
        self._last = 0.0

    def add(self, framed: Framed) -> None:
        """Bring something up to date from the next frame on."""
        self._framed.append(framed)

    def remove(self, framed: Framed) -> None:
        """Leave it out from now on."""
        self._framed.remove(framed)

    def start(self) -> None:
        """Begin, at once with a frame."""
        self.run_frame()
        self._timer.start()

    def stop(self) -> None:
        """End; `start` may follow."""
        self._timer.stop()

    @property
    def state(self) -> EngineState | None:
        """What the last frame knew of the engine."""
        return self._state

    @QtCore.Slot()
    def run_frame(self) -> None:
        """Run one frame."""
        begin = time.perf_counter()
        state = self._source.poll()
        before, self._state = self._state, state
        if before is None or (before.alive, before.reason, before.generation) != (
            state.alive,
            state.reason,
            state.generation,
        ):
            self._announce(state)
        painted = False
        for framed in self._framed:
            painted |= framed.frame(state)
        self._measure(begin, painted=painted)

    def _announce(self, state: EngineState) -> None:
        self.engine_changed.emit(state)

    def _measure(self, begin: float, *, painted: bool) -> None:
        place = self._count % KEPT
        self._durations[place] = time.perf_counter() - begin
        self._gaps[place] = begin - self._last if self._last else 0.0
        self._last = begin
        self._count += 1
        self._painted += painted

    def figures(self) -> FrameFigures:
        """Give the measurement; called by the page of the station's health, not by frames."""
        kept = self._durations[: min(self._count, KEPT)]
        if not len(kept):
            return FrameFigures(0, 0, 0.0, 0.0, 0.0)
        middle = float(np.sort(kept)[len(kept) // 2])
        longest, late = float(kept.max()), float(self._gaps[: len(kept)].max())
        return FrameFigures(self._count, self._painted, middle * 1e3, longest * 1e3, late * 1e3)
