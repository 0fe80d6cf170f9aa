"""Arithmetic and comparison on operands of any quality. Called by the closures.

Plainly good numbers take a short way; everything else goes through `_quality.apply` with the meaning from
`_arithmetic`, which is the definition (a test compares the two ways).
"""

import math
import operator as python
from collections.abc import Callable
from functools import partial
from typing import Any

from hmi.expression._arithmetic import ARITHMETIC, compare
from hmi.expression._nodes import Arithmetic, Comparison
from hmi.expression._quality import Operand, apply

Operation = Callable[[Operand, Operand], Operand]

NUMBERS = frozenset({bool, int, float})
"""The classes of plainly good numbers."""
SURELY_FINE = 1e14
"""A number up to this is within all bounds; larger ones take the long way, which knows the true bounds.

Comparing with a small float is the quickest test there is, and NaN fails it too.
"""
_SHORT_ARITHMETIC: dict[Arithmetic, Callable[[Any, Any], Any]] = {
    Arithmetic.ADD: python.add,
    Arithmetic.SUBTRACT: python.sub,
    Arithmetic.MULTIPLY: python.mul,
    Arithmetic.DIVIDE: python.truediv,
    Arithmetic.FLOOR_DIVIDE: python.floordiv,
    Arithmetic.MODULO: python.mod,
}
_SHORT_COMPARISON: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQUAL: python.eq,
    Comparison.NOT_EQUAL: python.ne,
    Comparison.LESS: python.lt,
    Comparison.LESS_OR_EQUAL: python.le,
    Comparison.GREATER: python.gt,
    Comparison.GREATER_OR_EQUAL: python.ge,
}


def operation(operator: Arithmetic, culprit: str | None) -> Operation:
    """Make an arithmetic operation.

    Args:
        operator: which.
        culprit: the tag to name when it has no result.
    """
    compute = ARITHMETIC[operator]
    short = _SHORT_ARITHMETIC.get(operator)
    if short is None:

        def operate_long(left: Operand, right: Operand) -> Operand:
            return apply(compute, (left, right), culprit)

        return operate_long

    def operate(left: Any, right: Any) -> Operand:
        if left.__class__ in NUMBERS and right.__class__ in NUMBERS:
            try:
                result: int | float = short(left, right)
            except ArithmeticError:
                result = math.nan  # the long way says which error it is
            if -SURELY_FINE <= result <= SURELY_FINE:
                return result
        return apply(compute, (left, right), culprit)

    return operate


def comparison(operator: Comparison, culprit: str | None) -> Operation:
    """Make a comparison.

    Args:
        operator: which.
        culprit: the tag to name when a text meets a number.
    """
    short = _SHORT_COMPARISON[operator]
    compute = partial(compare, operator)

    def operate(left: Any, right: Any) -> Operand:
        if left.__class__ in NUMBERS and right.__class__ in NUMBERS:
            return short(left, right)
        return apply(compute, (left, right), culprit)

    return operate
