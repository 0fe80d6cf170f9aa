"""An image in memory with the same face as the live one: for tests, for the editor, for pictures without an engine.

Without a word it gives the never-read look: every tag is unknown and no engine was ever seen. Used in one thread.
"""

from dataclasses import dataclass, field

import numpy as np

from hmi.image.contract import U8, EngineState, Indices, ShownColumns
from hmi.image.shown import empty_columns
from hmi.model.clock import Clock, SystemClock
from hmi.model.quality import Cause, Status, status_of
from hmi.model.reason import reason
from hmi.model.value import TypeCode, Value, bits_of

NO_ENGINE = EngineState(
    alive=False, reason=reason("engine.not_running"), heartbeat_wall_ns=0, heartbeat_age_ns=0, generation=0
)
"""What is said where no engine was ever seen."""


@dataclass(slots=True)
class _Row:
    raw: int = 0
    value: float = float("nan")
    code: TypeCode = TypeCode.NONE
    status: int = Status.BAD_WAITING_FOR_INITIAL_DATA
    cause: int = Cause.NEVER_READ
    source_ns: int = 0
    receive_ns: int = 0
    mono_ns: int = 0
    text: str = ""
    seq: int = 0


@dataclass(slots=True)
class _MemoryShown:
    """Tags shown out of memory."""

    source: "MemorySource"
    idents: list[int]
    columns: ShownColumns
    _last: int = -1
    _texts: dict[int, str] = field(default_factory=dict)

    def refresh(self) -> Indices:
        """Take over every row that changed since the last call (all at the first)."""
        everything = self._last < 0
        changed = []
        for index, ident in enumerate(self.idents):
            row = self.source.rows.get(ident)
            if row is None:
                row = _NEVER
            if everything or row.seq > self._last:
                self._take(index, row)
                changed.append(index)
        self._last = self.source.sequence
        return np.array(changed, dtype=np.intp)

    def touch(self) -> None:
        """Bring the receive times alone up to date."""
        for index, ident in enumerate(self.idents):
            row = self.source.rows.get(ident, _NEVER)
            self.columns.receive_ns[index] = row.receive_ns
            self.columns.receive_mono_ns[index] = row.mono_ns

    def text(self, index: int) -> str:
        """Give the words of a text tag."""
        return self._texts.get(index, "")

    def _take(self, index: int, row: _Row) -> None:
        columns = self.columns
        columns.raw[index] = row.raw
        columns.value[index] = row.value
        columns.type_code[index] = row.code
        columns.status[index] = row.status
        columns.cause[index] = row.cause
        columns.source_ns[index] = row.source_ns
        columns.receive_ns[index] = row.receive_ns
        columns.receive_mono_ns[index] = row.mono_ns
        self._texts[index] = row.text


_NEVER = _Row()


class MemorySource:
    """A ValueSource whose rows are set by hand."""

    def __init__(self, clock: Clock | None = None, state: EngineState | None = None) -> None:
        """Start empty.

        Args:
            clock: where ages come from; the machine's own when None.
            state: what `poll` says; "no engine was ever seen" when None.
        """
        self.rows: dict[int, _Row] = {}
        self.sequence = 0
        self.state = state or NO_ENGINE
        self._clock = clock or SystemClock()

    def set_alive(self, *, generation: int = 1) -> None:
        """Let `poll` say that an engine is alive, with a heartbeat of now."""
        self.state = EngineState(
            alive=True, reason=None, heartbeat_wall_ns=self._clock.wall_ns(), heartbeat_age_ns=0, generation=generation
        )

    def put(
        self,
        ident: int,
        value: Value,
        code: TypeCode,
        cause: Cause = Cause.NONE,
        *,
        engineering: float | None = None,
        source_ns: int = 0,
        age_ns: int = 0,
    ) -> None:
        """Set a row.

        Args:
            ident: number of the tag's id.
            value: device value, None where there is none.
            code: how its 64 bits are read.
            cause: why it is not plain good; the status follows from it.
            engineering: the value in engineering units; None takes the device value.
            source_ns: ns UTC.
            age_ns: how long ago it was received.

        Raises:
            ValueError: when the value does not fit the type code.
        """
        self.sequence += 1
        text = value if isinstance(value, str) else ""
        bits = 0 if value is None or code in (TypeCode.TEXT, TypeCode.NONE) else bits_of(value, code)
        number = engineering
        if number is None:
            number = float("nan") if value is None or isinstance(value, str) else float(value)
        self.rows[ident] = _Row(
            raw=bits,
            value=number,
            code=code,
            status=status_of(cause),
            cause=cause,
            source_ns=source_ns,
            receive_ns=self._clock.wall_ns() - age_ns,
            mono_ns=self._clock.monotonic_ns() - age_ns,
            text=text,
            seq=self.sequence,
        )

    def poll(self) -> EngineState:
        """Say what `state` holds."""
        return self.state

    def show(self, idents: U8) -> _MemoryShown:
        """Ask for tags; unknown ones are never read."""
        return _MemoryShown(self, [int(ident) for ident in idents], empty_columns(len(idents)))

    def monotonic_ns(self) -> int:
        """The clock that ages are taken from."""
        return self._clock.monotonic_ns()
