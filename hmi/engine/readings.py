"""Single readings out of the rows of the engine, for those who look at a few tags. Engine process, event loop."""

from hmi.engine.rows import RowTable
from hmi.image.slots import read_slot
from hmi.model.clock import Clock
from hmi.model.quality import cause_of
from hmi.model.value import Reading, TypeCode, Value, value_of


class Readings:
    """The present values by the number of a tag's id."""

    def __init__(self, table: RowTable, clock: Clock) -> None:
        """Look into the rows of a running engine.

        Args:
            table: the rows, over all generations.
            clock: for ages.
        """
        self._table = table
        self._clock = clock

    def reading(self, number: int) -> Reading | None:
        """Give the present reading of a tag, engineering units; None when it has no row.

        A whole number that is not scaled comes exactly, however large; a bad reading brings its last value where its
        cause keeps one.
        """
        row = self._table.row_of(number)
        if row is None:
            return None
        columns = self._table.writer.columns
        mono_ns = int(columns.mono_ns[row])
        return Reading(
            value=self._value(row),
            status=int(columns.status[row]),
            cause=cause_of(int(columns.cause[row])),
            source_ns=int(columns.source_ns[row]),
            receive_ns=int(columns.receive_ns[row]),
            age_ns=max(self._clock.monotonic_ns() - mono_ns, 0) if mono_ns else 0,
        )

    def _value(self, row: int) -> Value:
        columns = self._table.writer.columns
        code = TypeCode(int(columns.type_code[row]))
        if code is TypeCode.TEXT:
            return read_slot(columns, row) if columns.mono_ns[row] else None
        number = float(columns.value[row])
        if number != number:
            return None
        exact = value_of(int(columns.raw[row]), code)
        return exact if exact is not None and not isinstance(exact, str) and float(exact) == number else number
