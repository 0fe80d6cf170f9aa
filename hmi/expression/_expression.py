"""The compiled expression and how it is made. Engine (calc, alarms, rules) and window (bindings) call this module."""

from collections.abc import Collection, Sequence

import msgspec

from hmi.expression._check import kind_of
from hmi.expression._closures import Closure, closure_of
from hmi.expression._functions import Kind
from hmi.expression._parse import parse
from hmi.expression._quality import Graded, Result
from hmi.model.value import Reading

_TRUE, _FALSE = Result(True), Result(False)


class Expression(msgspec.Struct, frozen=True):
    """A compiled expression. Immutable, holds no values; may be evaluated from any thread."""

    source: str
    references: tuple[str, ...]
    """Paths of the tags, each once, in the order in which `evaluate` takes their readings; free names among them."""
    kind: Kind
    """What the result will be, as far as the source tells."""
    _run: Closure

    def evaluate(self, readings: Sequence[Reading]) -> Result:
        """Compute the result.

        Args:
            readings: one for each of `references`, in their order.

        Returns:
            The value with the worst quality of what it used. Faults of values are qualities, never exceptions.

        Raises:
            ValueError: the number of readings is not that of the references (a fault of the program).
        """
        if len(readings) != len(self.references):
            message = f"{len(self.references)} readings expected, {len(readings)} given"
            raise ValueError(message)
        outcome = self._run(readings)
        if outcome is True:
            return _TRUE
        if outcome is False:
            return _FALSE
        if isinstance(outcome, Graded):
            return Result(outcome.value, outcome.status, outcome.cause, outcome.culprit)
        return Result(outcome)


def compile_expression(source: str, base: str = "", names: Collection[str] = ()) -> Expression:
    """Parse, check and compile a source.

    Args:
        source: at most `bounds.SOURCE_CHARACTERS` characters.
        base: path of the instance that `./` stands for; empty for an expression outside a type.
        names: words that stand for a value without being a tag (`value` in an interlock); `{value}` means the same.

    Raises:
        ExpressionError: with the column (from 1) and the reason.
    """
    root, references = parse(source, base, names)
    kind = kind_of(root)
    return Expression(source, references, kind, closure_of(root))
