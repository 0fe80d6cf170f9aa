"""Bindings of a screen as an index table: which tag or expression each slot shows. Window, GUI thread, once a frame.

A plain reference is a column of the image; an expression is a closure that runs only when one of its inputs changed.
What comes out is three arrays, one place a source: value, what is seen of its quality, and when it was received.
"""

import logging
import re
from collections.abc import Collection, Mapping

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.display.item import U1, Seen, see
from hmi.expression import Expression, Result, compile_expression
from hmi.image.contract import Indices, Shown, ValueSource
from hmi.model.ident import number_of_id
from hmi.model.quality import CAUSE_ROOM, CAUSES, Cause, cause_of, rule_of
from hmi.model.tag import TYPE_CODES, DataType, Tag
from hmi.model.value import Reading, TypeCode, Value, value_of

log = logging.getLogger("hmi.ui")

_PLAIN = re.compile(r"\s*\{([^{}]+)\}\s*")
UNBOUND = 0
"""The source of a slot that is bound to nothing: never read."""
_EMPTY_CAUSES = np.array([not rule_of(number).keeps_value for number in range(CAUSE_ROOM)], dtype=np.bool_)


def plain_reference(text: str) -> str | None:
    """Give the path when a binding is nothing but one reference, else None."""
    match = _PLAIN.fullmatch(text)
    return match[1].strip() if match else None


class _Computed(msgspec.Struct):
    """An expression and where its inputs and its result stand."""

    text: str
    expression: Expression
    source: int
    inputs: tuple[int, ...]
    """Positions in the asked-for order of the image; -1 for a tag that the project does not have."""


class Bindings:
    """All sources of one screen. First `source_of` for every slot, then `attach`, then `refresh` each frame."""

    def __init__(self, tags: Mapping[str, Tag]) -> None:
        """Begin with the source of unbound slots.

        Args:
            tags: path -> tag of the project.
        """
        self._tags = tags
        self._sources: dict[str, int] = {}
        self._shown_order: dict[str, int] = {}
        self._source_of_position: list[int] = []
        self._text_positions: list[int] = []
        self._computed: list[_Computed] = []
        self._lost: list[int] = []
        self._faulty: set[int] = set()
        """Sources of expressions whose evaluation failed, and has been said."""
        self.count = 1
        self._echoes: list[tuple[int, int, int]] = []
        """(source, whose value and quality, whose quality it does not repeat)"""
        self.texts: dict[int, str] = {}
        """Source -> words, of text tags and of expressions that give a text."""
        self._shown: Shown | None = None
        self._clock: ValueSource | None = None
        self._allocate()

    def _allocate(self) -> None:
        count = self.count
        self.values: npt.NDArray[np.float64] = np.full(count, np.nan)
        """What is shown; NaN where there is nothing to show. For texts a number that moves with each change."""
        self.seen: U1 = np.full(count, Seen.NEVER_READ, dtype=np.uint8)
        self.cause: npt.NDArray[np.uint16] = np.full(count, Cause.NEVER_READ, dtype=np.uint16)
        self.received: npt.NDArray[np.int64] = np.zeros(count, dtype=np.int64)
        """Monotonic ns of the receipt; 0 never."""

    def tag_of(self, text: str) -> Tag | None:
        """Give the tag that a binding plainly refers to, or None."""
        path = plain_reference(text)
        return self._tags.get(path) if path else None

    def source_of(self, text: str) -> int:
        """Give the source of a binding; equal bindings share one.

        Raises:
            ExpressionError: it is no plain reference and cannot be compiled.
        """
        path = plain_reference(text)
        key = f"{{{path}}}" if path else text.strip()
        known = self._sources.get(key)
        if known is not None:
            return known
        expression = None if path else compile_expression(text)
        source = self.count
        self.count += 1
        self._sources[key] = source
        if path and path in self._tags:
            position = self._position(path)
            self._source_of_position[position] = source
        elif path:
            self._lost.append(source)
        elif expression is not None:
            inputs = tuple(self._position(one) if one in self._tags else -1 for one in expression.references)
            self._computed.append(_Computed(key, expression, source, inputs))
        return source

    def text_of(self, source: int) -> str:
        """Give the binding of a source; empty where it has none."""
        return next((text for text, number in self._sources.items() if number == source), "")

    def known_source(self, path: str) -> int:
        """Give the source of a plainly shown tag; `UNBOUND` when nothing shows it."""
        return self._sources.get(f"{{{path}}}", UNBOUND)

    def sources_with(self, paths: Collection[str]) -> list[int]:
        """Give the sources that show one of these tags: plainly, in an expression, or as an echo."""
        found = [self._sources[key] for key in (f"{{{path}}}" for path in paths) if key in self._sources]
        found += [one.source for one in self._computed if not set(paths).isdisjoint(one.expression.references)]
        return found + [echo for echo, source, _ in self._echoes if source in found]

    def echo_of(self, source: int, other: int) -> int:
        """Give a source with the value of one, good wherever its quality is that of another: for marks said once."""
        echo = self.count
        self.count += 1
        self._echoes.append((echo, source, other))
        return echo

    def _position(self, path: str) -> int:
        """Give the place of a tag in the asked-for order of the image."""
        known = self._shown_order.get(path)
        if known is None:
            known = self._shown_order[path] = len(self._shown_order)
            self._source_of_position.append(UNBOUND)
            kind = self._tags[path].type
            if kind is DataType.STRING or (kind is not None and TYPE_CODES[kind] is TypeCode.TEXT):
                self._text_positions.append(known)
        return known

    def attach(self, source: ValueSource | None) -> None:
        """Ask for the tags; None shows everything as never read."""
        self._allocate()
        self._sources_by_position = np.array(self._source_of_position, dtype=np.intp)
        self._texts_by_position = np.zeros(len(self._source_of_position), dtype=np.bool_)
        self._texts_by_position[self._text_positions] = True
        self._dependants: dict[int, list[_Computed]] = {}
        for computed in self._computed:
            for position in computed.inputs:
                self._dependants.setdefault(position, []).append(computed)
        self._waits = np.zeros(len(self._source_of_position), dtype=np.bool_)
        self._waits[[position for position in self._dependants if position >= 0]] = True
        self.seen[self._lost] = Seen.BAD_EMPTY
        self.cause[self._lost] = Cause.NOT_IN_PROJECT
        self._clock = source
        self._shown = None
        self._echo()
        self._first = True
        if source is not None:
            idents = np.array([number_of_id(self._tags[path].id) for path in self._shown_order], dtype=np.uint64)
            self._shown = source.show(idents)

    def refresh(self) -> bool:
        """Take what changed in the image; tell whether anything did."""
        if self._shown is None:
            return False
        changed = self._shown.refresh()
        first, self._first = self._first, False
        if not len(changed) and not first:
            return False
        columns = self._shown.columns
        cause = columns.cause[changed]
        values = columns.value[changed]
        texts = self._texts_by_position[changed]
        if texts.any():
            values = values.copy()
            for place in np.flatnonzero(texts).tolist():
                values[place] = self._take_text(int(changed[place]))
        missing = np.isnan(values) | _EMPTY_CAUSES[np.minimum(cause, CAUSE_ROOM - 1)]
        sources = self._sources_by_position[changed]
        self.values[sources] = np.where(missing, np.nan, values)
        self.seen[sources] = see(columns.status[changed], cause, missing)
        self.cause[sources] = cause
        self.received[sources] = columns.receive_mono_ns[changed]
        self._compute(changed, first)
        self._reset_unbound()
        self._echo()
        return True

    def _echo(self) -> None:
        """Bring the echoes up to date."""
        for echo, source, other in self._echoes:
            self.values[echo] = self.values[source]
            self.received[echo] = self.received[source]
            self.seen[echo] = Seen.GOOD if self.seen[source] == self.seen[other] else self.seen[source]
            self.cause[echo] = self.cause[source]

    def _reset_unbound(self) -> None:
        """Tags that only expressions use write to the unbound place; it stays never read."""
        self.values[UNBOUND] = np.nan
        self.seen[UNBOUND] = Seen.NEVER_READ
        self.cause[UNBOUND] = Cause.NEVER_READ
        self.received[UNBOUND] = 0

    def _take_text(self, position: int) -> float:
        """Keep the words of a text tag; give a number that moves when they change."""
        words = self._shown.text(position) if self._shown is not None else ""
        source = int(self._sources_by_position[position])
        return self._keep_text(source, words)

    def _keep_text(self, source: int, words: str) -> float:
        before = self.values[source]
        if source in self.texts and self.texts[source] == words and not np.isnan(before):
            return float(before)
        self.texts[source] = words
        return 0.0 if np.isnan(before) else float(before) + 1.0

    def _compute(self, changed: Indices, everything: bool) -> None:
        """Evaluate the expressions whose inputs changed."""
        if not self._computed:
            return
        due: dict[int, _Computed] = {}
        if everything:
            due = {computed.source: computed for computed in self._computed}
        else:
            for position in changed[self._waits[changed]].tolist():
                for computed in self._dependants[position]:
                    due[computed.source] = computed
        for computed in due.values():
            self._evaluate(computed)

    def _evaluate(self, computed: _Computed) -> None:
        """Evaluate one expression; a fault of it is bad and stays its own, for the others have changed as well."""
        source = computed.source
        result: Reading | Result
        try:
            result = computed.expression.evaluate([self._reading(position) for position in computed.inputs])
            value = self._number(source, result.value)
        except Exception:
            if source not in self._faulty:
                self._faulty.add(source)
                log.exception("expression %s cannot be evaluated", computed.text)
            result, value = _FAULT, float("nan")
        missing = np.isnan(value)
        self.values[source] = value
        status = np.array([result.status], dtype=np.uint32)
        cause = np.array([int(result.cause)], dtype=np.uint16)
        self.seen[source] = see(status, cause, np.array([missing]))[0]
        self.cause[source] = int(result.cause)
        stamps = [int(self._columns_received(at)) for at in computed.inputs if at >= 0]
        self.received[source] = min(stamps, default=0)

    def _columns_received(self, position: int) -> int:
        return int(self._shown.columns.receive_mono_ns[position]) if self._shown is not None else 0

    def _number(self, source: int, value: Value) -> float:
        if value is None:
            return float("nan")
        return self._keep_text(source, value) if isinstance(value, str) else float(value)

    def _reading(self, position: int) -> Reading:
        """Make the reading of a tag for an expression."""
        if position < 0 or self._shown is None:
            rule = CAUSES[Cause.NOT_IN_PROJECT]
            return Reading(None, int(rule.status), Cause.NOT_IN_PROJECT)
        columns = self._shown.columns
        code = TypeCode(int(columns.type_code[position]))
        value: Value
        if code is TypeCode.TEXT:
            value = self._shown.text(position)
        elif code is TypeCode.NONE:
            value = None
        else:
            number = float(columns.value[position])
            value = None if np.isnan(number) else _plain_value(number, int(columns.raw[position]), code)
        return Reading(value, int(columns.status[position]), cause_of(int(columns.cause[position])))

    def touch(self) -> bool:
        """Bring the receive times up to date where something shows its age; tell whether there is anything aged."""
        if self._shown is None:
            return False
        self._shown.touch()
        self.received[self._sources_by_position] = self._shown.columns.receive_mono_ns
        self.received[UNBOUND] = 0
        self._echo()
        return True

    def now_ns(self) -> int:
        """Give the clock that ages are taken from; 0 without a source."""
        return self._clock.monotonic_ns() if self._clock is not None else 0


_FAULT = Reading(None, int(CAUSES[Cause.CONFIGURATION_ERROR].status), Cause.CONFIGURATION_ERROR)
"""Result of an expression whose evaluation failed."""


def _plain_value(number: float, raw: int, code: TypeCode) -> Value:
    """Give the engineering value in the type that expressions expect: truth, whole or fractional number."""
    if code is TypeCode.BOOL:
        return number != 0
    if code is not TypeCode.FLOAT64 and number.is_integer():
        exact = value_of(raw, code)
        return exact if isinstance(exact, int) and float(exact) == number else int(number)
    return number
