"""Reads tags out of the image for the command line, without Qt. Used by `tags` and its tests.

The answer about a tag is never an exception: no engine, no value, a device that is off are answers with `good:
false`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np

from hmi.image.contract import EngineState, Shown, ValueSource
from hmi.image.shown import LiveShown
from hmi.model.ident import number_of_id
from hmi.model.quality import CAUSES, Cause, QualityClass, Status, quality_class
from hmi.model.tag import Tag
from hmi.model.value import TypeCode, Value, value_of


class TagAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of `hmi tags read --json`; the names of the fields are the contract."""

    tag: str
    value: Value
    """Engineering value; None (null) where there is none."""
    quality: str
    """good, uncertain or bad."""
    good: bool
    source_time: str | None
    """ISO 8601 UTC, None when the source tells no time."""
    receive_time: str | None
    """ISO 8601 UTC, None when it was never received."""
    age_s: float | None
    """By the monotonic clock, None when it was never received."""
    cause: str | None
    """Name of the cause in lower case, None when there is nothing to say."""


@dataclass(slots=True)
class TagReader:
    """Some tags of a project, read again and again."""

    tags: Sequence[Tag]
    source: ValueSource
    shown: Shown
    state: EngineState

    @classmethod
    def of(cls, tags: Sequence[Tag], source: ValueSource) -> "TagReader":
        """Ask a source for tags."""
        state = source.poll()
        idents = np.array([number_of_id(tag.id) for tag in tags], dtype=np.uint64)
        return cls(tags, source, source.show(idents), state)

    def changed(self) -> list[int]:
        """Bring the values up to date; gives the places of the tags that changed (all at the first call)."""
        alive, self.state = self.state.alive, self.source.poll()
        if isinstance(self.shown, LiveShown):
            self.shown.set_silent(
                False
            )  # "engine silent" is laid over in `answer`, where the cause below it still counts
        changed = [int(index) for index in self.shown.refresh()]
        return changed if self.state.alive is alive else list(range(len(self.tags)))

    def answer(self, index: int) -> TagAnswer:
        """Give the answer about one tag."""
        columns, tag = self.shown.columns, self.tags[index]
        cause, status = self._cause(index)
        value = self._value(index, tag) if keeps_value(cause) else None
        quality = QualityClass.BAD if value is None else quality_class(status)
        if not self.state.alive:
            cause, quality = Cause.ENGINE_SILENT, max(quality, QualityClass.UNCERTAIN)
        receive_ns, mono_ns = int(columns.receive_ns[index]), int(columns.receive_mono_ns[index])
        age_s = round((self.source.monotonic_ns() - mono_ns) / 1e9, 3) if mono_ns else None
        return TagAnswer(
            tag=tag.path,
            value=value,
            quality=quality.name.lower(),
            good=quality is QualityClass.GOOD,
            source_time=iso_utc(int(columns.source_ns[index])),
            receive_time=iso_utc(receive_ns),
            age_s=age_s,
            cause=None if cause is Cause.NONE else cause.name.lower(),
        )

    def _cause(self, index: int) -> tuple[Cause, int]:
        """Give cause and status as the engine left them."""
        columns = self.shown.columns
        try:
            return Cause(int(columns.cause[index])), int(columns.status[index])
        except ValueError:  # of a newer engine
            return Cause.CONFIGURATION_ERROR, Status.BAD

    def _value(self, index: int, tag: Tag) -> Value:
        """Give the engineering value: a whole number stays one unless the tag is scaled."""
        columns = self.shown.columns
        code = int(columns.type_code[index])
        if code == TypeCode.NONE or not columns.receive_ns[index]:  # a value that never came is none, not 0
            return None
        if code == TypeCode.TEXT:
            # An empty text that is bad may be one that never could be read: there is no NaN to say so.
            bad = quality_class(int(columns.status[index])) is QualityClass.BAD
            return self.shown.text(index) or (None if bad else "")
        value = float(columns.value[index])
        if not math.isfinite(value):  # no value, whatever the bits say: the engine puts NaN where there is none
            return None
        if code in (TypeCode.INT64, TypeCode.UINT64, TypeCode.BOOL) and tag.scale == 1 and tag.offset == 0:
            return value_of(int(columns.raw[index]), TypeCode(code))
        return value


def keeps_value(cause: Cause) -> bool:
    """Tell whether a value with this cause may still be read."""
    return CAUSES[cause].keeps_value if cause in CAUSES else False


def iso_utc(time_ns: int) -> str | None:
    """Give a time as ISO 8601 UTC with microseconds; None for 0 (never)."""
    if not time_ns:
        return None
    seconds, rest = divmod(time_ns, 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
