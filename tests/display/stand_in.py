"""A value source in memory for the tests of this room: every quality can be set by hand."""

import numpy as np

from hmi.image.contract import EngineState, ShownColumns
from hmi.model.ident import derived_id, number_of_id
from hmi.model.quality import Cause, status_of
from hmi.model.tag import Tag
from hmi.model.value import TypeCode


class StandIn:
    """Values by path; `set` changes one, the next `refresh` tells."""

    def __init__(self, tags: dict[str, Tag]) -> None:
        self.tags = tags
        self.by_number = {number_of_id(tag.id): path for path, tag in tags.items()}
        self.now = 1_000_000_000_000
        self.readings: dict[str, tuple[float | str, Cause, int]] = {}
        self.shown: list[_Shown] = []
        self.alive = True

    def set(self, path: str, value: float | str, cause: Cause = Cause.NONE, age_s: float = 0) -> None:
        self.readings[path] = (value, cause, self.now - int(age_s * 1e9))
        for shown in self.shown:
            shown.dirty.add(path)

    def poll(self) -> EngineState:
        return EngineState(self.alive, None, 0, 0, 1)

    def show(self, idents):
        shown = _Shown(self, [self.by_number.get(int(ident)) for ident in idents])
        self.shown.append(shown)
        return shown

    def monotonic_ns(self) -> int:
        return self.now


class _Shown:
    def __init__(self, source: StandIn, paths: list[str | None]) -> None:
        n = len(paths)
        self.source, self.paths = source, paths
        self.dirty = {path for path in paths if path}
        self.first = True
        self.columns = ShownColumns(
            raw=np.zeros(n, np.uint64),
            value=np.full(n, np.nan),
            type_code=np.full(n, TypeCode.FLOAT64, np.uint8),
            status=np.full(n, status_of(Cause.NEVER_READ), np.uint32),
            cause=np.full(n, Cause.NEVER_READ, np.uint16),
            source_ns=np.zeros(n, np.int64),
            receive_ns=np.zeros(n, np.int64),
            receive_mono_ns=np.zeros(n, np.int64),
        )

    def refresh(self):
        changed = []
        for index, path in enumerate(self.paths):
            if not self.first and path not in self.dirty:
                continue
            changed.append(index)
            if path in self.source.readings:
                value, cause, stamp = self.source.readings[path]
                self.columns.value[index] = np.nan if isinstance(value, str) else value
                self.columns.type_code[index] = TypeCode.TEXT if isinstance(value, str) else TypeCode.FLOAT64
                self.columns.status[index] = status_of(cause)
                self.columns.cause[index] = cause
                self.columns.receive_mono_ns[index] = stamp
        self.first = False
        self.dirty.clear()
        return np.array(changed, dtype=np.intp)

    def touch(self) -> None:
        for index, path in enumerate(self.paths):
            if path in self.source.readings:
                self.columns.receive_mono_ns[index] = self.source.readings[path][2]

    def text(self, index: int) -> str:
        path = self.paths[index]
        value = self.source.readings.get(path or "", ("", Cause.NONE, 0))[0]
        return value if isinstance(value, str) else ""


def tag(path: str, **fields) -> Tag:
    return Tag(id=derived_id("display tests", path), path=path, **fields)
