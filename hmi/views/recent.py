"""The last quarter of an hour of every tag that has an alarm, once a second, from memory. GUI thread.

Fed by the alarm page from the moment it exists, from the same source as the screens; a value that is not to be
trusted leaves a gap. It is a picture for the eye, not the history.
"""

import numpy as np
import numpy.typing as npt

from hmi.image.contract import Shown, ValueSource
from hmi.model.alarm import AlarmKind
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.quality import Look, look_of

SECONDS = 900
"""How much is kept, one sample each."""
MOST_TAGS = 2000
"""Of a larger project the first so many alarmed tags: 7 MB."""
TRENDED = frozenset({AlarmKind.HIGH_HIGH, AlarmKind.HIGH, AlarmKind.LOW, AlarmKind.LOW_LOW})
"""Kinds of alarm whose curve says something."""
_SECOND_NS = 1_000_000_000
_TRUSTED = frozenset({Look.GOOD, Look.SIMULATED, Look.SUBSTITUTED, Look.FORCED, Look.OUT_OF_RANGE, Look.UNCERTAIN})
F4 = npt.NDArray[np.float32]
F8 = npt.NDArray[np.float64]


class Recent:
    """Samples of some tags in a ring."""

    def __init__(self, project: Project, source: ValueSource) -> None:
        """Begin without a sample.

        Args:
            project: whose alarmed tags are kept.
            source: of the values.
        """
        self._source = source
        paths = {alarm.tag for alarm in project.all_alarms if alarm.kind in TRENDED}
        tags = [project.tags_by_path[path] for path in sorted(paths) if path in project.tags_by_path][:MOST_TAGS]
        self._rows = {tag.path: number for number, tag in enumerate(tags)}
        numbers = np.array([number_of_id(tag.id) for tag in tags], dtype=np.uint64)
        self._shown: Shown = source.show(numbers)
        self._values: F4 = np.full((SECONDS, len(tags)), np.nan, dtype=np.float32)
        self._stamps_s: F8 = np.full(SECONDS, -np.inf)
        self._at = 0
        self._second = 0
        self.now_s = 0.0
        """Monotonic time of the newest sample, seconds."""

    def sample(self, *, alive: bool) -> bool:
        """Take a sample when a second has gone by; called every frame, after the source was polled.

        Args:
            alive: whether the engine is.

        Returns:
            Whether one was taken.
        """
        now_ns = self._source.monotonic_ns()
        if now_ns // _SECOND_NS == self._second or not alive:
            return False
        self._second = now_ns // _SECOND_NS
        self.now_s = now_ns / _SECOND_NS
        self._shown.refresh()
        columns = self._shown.columns
        values = columns.value.astype(np.float32)
        odd = np.flatnonzero(columns.cause)
        values[odd[[look_of(int(cause)) not in _TRUSTED for cause in columns.cause[odd]]]] = np.nan
        self._values[self._at] = values
        self._stamps_s[self._at] = self.now_s
        self._at = (self._at + 1) % SECONDS
        return True

    def has(self, path: str) -> bool:
        """Tell whether a tag is kept."""
        return path in self._rows

    def value(self, path: str) -> tuple[float, int]:
        """Give value and cause of a tag as they were at the newest sample; NaN where it is not to be trusted."""
        row = self._rows.get(path)
        if row is None:
            return float("nan"), 0
        cause = int(self._shown.columns.cause[row])
        trusted = look_of(cause) in _TRUSTED
        return float(self._shown.columns.value[row]) if trusted else float("nan"), cause

    def series(self, path: str) -> tuple[F8, F4]:
        """Give ages (seconds before the newest sample, falling) and values of what is kept, oldest first."""
        row = self._rows.get(path)
        if row is None:
            return np.empty(0), np.empty(0, dtype=np.float32)
        order = np.roll(np.arange(SECONDS), -self._at)
        ages = self.now_s - self._stamps_s[order]
        kept = (ages >= 0) & (ages <= SECONDS)
        return ages[kept], self._values[order, row][kept]
