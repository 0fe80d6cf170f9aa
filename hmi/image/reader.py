"""The live ValueSource: finds the image by the pointer file, maps it read-only, and judges whether its engine is alive.

Window process and command line. `poll` and everything it calls never raise: a missing pointer, rubbish in it or a
file that is not an image leave what was seen before, and are said once in the log.
"""

import logging
import time
import weakref
from pathlib import Path

import numpy as np

from hmi.image.boot import boot_identity
from hmi.image.contract import U8, EngineState, Indices
from hmi.image.layout import FIRST_ROW, NO_ROW, Word
from hmi.image.mapped import MappedImage, open_image
from hmi.image.pointer import read_pointer
from hmi.image.shown import LiveShown
from hmi.model.clock import Clock, SystemClock
from hmi.model.errors import ImageError
from hmi.model.reason import Reason, reason

log = logging.getLogger("hmi.image")

SILENT_AFTER_NS = 1_500_000_000
"""Age of the heartbeat at which an engine counts as silent."""
SILENT_AFTER_LINK_ENDED_NS = 300_000_000
"""The same once the link to it has ended, which is the faster sign of a death."""
STUCK_AFTER_NS = 1_000_000_000
"""How long one and the same tick may be half written before the engine counts as silent, whatever its heartbeat says:
ticks take milliseconds, so this one broke in the middle."""
_POINTER_EVERY_NS = 500_000_000
_SECOND_NS = 1_000_000_000
_TRIES = 4


class LiveSource:
    """Values of a running engine."""

    def __init__(self, pointer: Path, clock: Clock | None = None) -> None:
        """Look for an engine.

        Args:
            pointer: the station's pointer file, `Station.pointer`.
            clock: monotonic time comparable with the engine's; the machine's own when None.
        """
        self.link_ended = False
        """Set by whoever holds the link to the engine: true from its end until it is attached again."""
        self._pointer = pointer
        self._clock = clock or SystemClock()
        self._image: MappedImage | None = None
        self._generation = 0
        self._map_version = -1
        self._looked_ns: int | None = None
        self._alive = False
        self._half = 0
        """Global sequence of the tick that was half written at the last poll; 0 when none was."""
        self._half_ns = 0
        """When it was first seen."""
        self._complaint = ""
        self._shown: weakref.WeakSet[LiveShown] = weakref.WeakSet()
        self._idents: U8 = np.empty(0, dtype=np.uint64)
        self._order: Indices = np.empty(0, dtype=np.intp)

    def poll(self) -> EngineState:
        """Look at pointer file and heartbeat; see `hmi.image.contract.ValueSource`."""
        now_ns = self._clock.monotonic_ns()
        if self._looked_ns is None or not 0 <= now_ns - self._looked_ns < _POINTER_EVERY_NS:
            self._looked_ns = now_ns
            self._look()
        if self._image is not None and self._image.word(Word.MAP_VERSION) != self._map_version:
            self._read_map(self._image)
        state = self._judge()
        if state.alive != self._alive:
            self._alive = state.alive
            for shown in self._shown:
                shown.set_silent(not state.alive)
        return state

    def show(self, idents: U8) -> LiveShown:
        """Ask for tags by the numbers of their ids; see `hmi.image.contract.ValueSource`."""
        shown = LiveShown(np.array(idents, dtype=np.uint64))
        shown.set_silent(not self._alive)
        self._bind(shown)
        self._shown.add(shown)
        return shown

    def look_now(self) -> None:
        """Look at the pointer file with the next `poll`, because the engine said that there is a new image."""
        self._looked_ns = None

    def idents(self) -> U8:
        """Give the ids of all rows of the image as numbers (0 for free ones); empty when there is none."""
        idents: U8 = self._idents[self._idents != 0]
        return idents

    def monotonic_ns(self) -> int:
        """The clock that ages are taken from."""
        return self._clock.monotonic_ns()

    # ------------------------------------------------------------------------------------------------ inside

    def _look(self) -> None:
        """Map the image that the pointer names, unless it is the one in hand."""
        pointer = read_pointer(self._pointer)
        if pointer is None:
            if self._pointer.exists():
                self._complain("the pointer file names no image")
            return
        if pointer.generation == self._generation:
            return
        try:
            image = open_image(self._pointer.with_name(pointer.name), pointer.generation)
        except ImageError as error:
            self._complain(str(error))
            return
        self._complaint = ""
        self._image = image
        self._generation = pointer.generation
        self._map_version = -1
        self._half = 0

    def _complain(self, what: str) -> None:
        """Say a fault once, not at each look."""
        if what != self._complaint:
            self._complaint = what
            log.warning("no image can be read from %s: %s", self._pointer, what)

    def _read_map(self, image: MappedImage) -> None:
        """Read which tag has which row, under the sequence check, and bind everything shown to it.

        A writer that is quicker than four tries leaves everything bound as it was; the next poll asks again.
        """
        header, columns = image.columns.header, image.columns
        for _ in range(_TRIES):
            before = int(header[Word.GSEQ])
            if before & 1:
                time.sleep(0)
                continue
            version = int(header[Word.MAP_VERSION])
            used = min(int(header[Word.USED]), image.capacity)
            idents = columns.ident[:used].copy()
            if int(header[Word.GSEQ]) == before:
                self._map_version = version
                self._idents = idents
                self._order = np.argsort(idents, kind="stable").astype(np.intp)
                for shown in self._shown:
                    self._bind(shown)
                return

    def _bind(self, shown: LiveShown) -> None:
        if self._image is None or self._map_version < 0:
            shown.bind(None, np.zeros(len(shown.idents), dtype=np.intp))
            return
        shown.bind(self._image.columns, rows_of(shown.idents, self._idents, self._order))

    def _judge(self) -> EngineState:
        """Say whether the engine is alive, from its heartbeat."""
        if self._image is None:
            return _state(reason("engine.not_running"), 0, 0, 0)
        header: U8 = self._image.columns.header
        wall_ns, beat_ns = int(header[Word.BEAT_WALL]), int(header[Word.BEAT_MONO])
        age_ns = self._clock.monotonic_ns() - beat_ns  # read after the heartbeat, so it is negative for one reason only
        limit_ns = SILENT_AFTER_LINK_ENDED_NS if self.link_ended else SILENT_AFTER_NS
        why: Reason | None = None
        if int(header[Word.BOOT]) != boot_identity() or age_ns < 0:
            why = reason("engine.not_running")  # the machine was started since: its monotonic times mean nothing now
            age_ns = 0
        elif int(header[Word.CLOSED]):
            why = reason("engine.closed")
        elif (silent_ns := max(age_ns if age_ns > limit_ns else 0, self._stuck_ns(header))) > 0:
            why = reason("engine.silent", seconds=max(1, silent_ns // _SECOND_NS))
        return _state(why, wall_ns, max(age_ns, 0), self._generation)

    def _stuck_ns(self, header: U8) -> int:
        """Tell for how long a tick has been half written; 0 while that is no longer than a tick may take."""
        sequence, now_ns = int(header[Word.GSEQ]), self._clock.monotonic_ns()
        if not sequence & 1:
            self._half = 0
        elif sequence != self._half:
            self._half, self._half_ns = sequence, now_ns
        elif now_ns - self._half_ns > STUCK_AFTER_NS:
            return now_ns - self._half_ns
        return 0


def rows_of(wanted: U8, idents: U8, order: Indices) -> Indices:
    """Find the rows of tags.

    Args:
        wanted: numbers of ids.
        idents: the image's column.
        order: rows sorted by it.

    Returns:
        A row for each; row 0, which is never read, where there is none.
    """
    if len(order) <= FIRST_ROW:
        return np.zeros(len(wanted), dtype=np.intp)
    places = np.searchsorted(idents, wanted, sorter=order)
    rows = np.take(order, places, mode="clip")
    return np.where((idents[rows] == wanted) & (wanted != 0), rows, NO_ROW).astype(np.intp)


def _state(why: Reason | None, wall_ns: int, age_ns: int, generation: int) -> EngineState:
    return EngineState(
        alive=why is None, reason=why, heartbeat_wall_ns=wall_ns, heartbeat_age_ns=age_ns, generation=generation
    )
