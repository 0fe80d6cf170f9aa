"""What the operators mean on plain values: the definition that every faster way must agree with.

Called by the compiled closures. Every number is finite, every integer fits 64 bits, every text has at most 256
characters; what would leave these bounds raises `NoResultError`, which the closures turn into a bad quality.
"""

import math
from collections.abc import Callable

from hmi.expression import bounds
from hmi.expression._nodes import Arithmetic, Comparison
from hmi.model.quality import Cause
from hmi.model.value import PresentValue


class NoResultError(Exception):
    """An operation has no result. It never leaves the package."""

    def __init__(self, cause: Cause) -> None:
        """Keep the cause that the result will carry."""
        super().__init__(cause.name)
        self.cause = cause


def fit(value: PresentValue) -> PresentValue:
    """Let a result pass when it lies within the bounds.

    Raises:
        NoResultError: NOT_A_NUMBER, OVERFLOW or TEXT_RESULT_TOO_LONG.
    """
    if isinstance(value, float):
        if value != value:
            raise NoResultError(Cause.NOT_A_NUMBER)
        if math.isinf(value):
            raise NoResultError(Cause.OVERFLOW)
    elif isinstance(value, str):
        if len(value) > bounds.TEXT_CHARACTERS:
            raise NoResultError(Cause.TEXT_RESULT_TOO_LONG)
    elif not bounds.INTEGER_LOW <= value <= bounds.INTEGER_HIGH:
        raise NoResultError(Cause.OVERFLOW)
    return value


def number(value: PresentValue) -> int | float:
    """Take a value as a number; a truth counts as 0 or 1.

    Raises:
        NoResultError: TYPE_MISMATCH for a text.
    """
    if isinstance(value, str):
        raise NoResultError(Cause.TYPE_MISMATCH)
    return value


def whole(value: PresentValue) -> int:
    """Take a value as an integer; `3.0` counts, `3.5` does not.

    Raises:
        NoResultError: TYPE_MISMATCH for a text, OUTSIDE_DOMAIN for a fraction, OVERFLOW beyond 64 bits.
    """
    taken = number(value)
    if isinstance(taken, float):
        if not taken.is_integer():
            raise NoResultError(Cause.OUTSIDE_DOMAIN)
        taken = int(taken)
        fit(taken)
    return int(taken)


def truth(value: PresentValue) -> bool:
    """Take a value as a condition; a number is true when it is not 0.

    Raises:
        NoResultError: TYPE_MISMATCH for a text.
    """
    return number(value) != 0


def negate(value: PresentValue) -> PresentValue:
    """Give the opposite number.

    Raises:
        NoResultError: TYPE_MISMATCH, or OVERFLOW for the lowest integer.
    """
    return fit(-number(value))


def _add(left: PresentValue, right: PresentValue) -> PresentValue:
    if isinstance(left, str) and isinstance(right, str):
        return fit(left + right)
    return fit(number(left) + number(right))


def _subtract(left: PresentValue, right: PresentValue) -> PresentValue:
    return fit(number(left) - number(right))


def _multiply(left: PresentValue, right: PresentValue) -> PresentValue:
    return fit(number(left) * number(right))


def _divide(left: PresentValue, right: PresentValue) -> PresentValue:
    return fit(number(left) / _divisor(right))


def _floor_divide(left: PresentValue, right: PresentValue) -> PresentValue:
    return fit(number(left) // _divisor(right))


def _modulo(left: PresentValue, right: PresentValue) -> PresentValue:
    return fit(number(left) % _divisor(right))


def _divisor(value: PresentValue) -> int | float:
    divisor = number(value)
    if divisor == 0:
        raise NoResultError(Cause.DIVISION_BY_ZERO)
    return divisor


def _power(left: PresentValue, right: PresentValue) -> PresentValue:
    base, exponent = number(left), number(right)
    if abs(exponent) > bounds.EXPONENT:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    if base == 0 and exponent < 0:
        raise NoResultError(Cause.DIVISION_BY_ZERO)
    if base < 0 and isinstance(exponent, float) and not exponent.is_integer():
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    if not isinstance(base, float) and not isinstance(exponent, float) and exponent >= 0:
        # Decided before it is computed: 2**63 to the power 1,000 would be a number of 63,000 bits.
        if abs(base) > 1 and exponent * (abs(base).bit_length() - 1) > 63:
            raise NoResultError(Cause.OVERFLOW)
        return fit(int(base) ** int(exponent))
    try:
        return fit(math.pow(base, exponent))
    except OverflowError:
        raise NoResultError(Cause.OVERFLOW) from None


ARITHMETIC: dict[Arithmetic, Callable[[PresentValue, PresentValue], PresentValue]] = {
    Arithmetic.ADD: _add,
    Arithmetic.SUBTRACT: _subtract,
    Arithmetic.MULTIPLY: _multiply,
    Arithmetic.DIVIDE: _divide,
    Arithmetic.FLOOR_DIVIDE: _floor_divide,
    Arithmetic.MODULO: _modulo,
    Arithmetic.POWER: _power,
}
"""Meaning of the arithmetic operators. Each raises `NoResultError` only."""


def compare(operator: Comparison, left: PresentValue, right: PresentValue) -> bool:
    """Compare two numbers (exactly, also an integer with a fraction) or two texts (by code point).

    Raises:
        NoResultError: TYPE_MISMATCH for a text with a number.
    """
    if isinstance(left, str) != isinstance(right, str):
        raise NoResultError(Cause.TYPE_MISMATCH)
    if operator is Comparison.EQUAL:
        return left == right
    if operator is Comparison.NOT_EQUAL:
        return left != right
    # Both are texts or both are numbers here; the order key lets the type checker see it too.
    order = _order(left, right)
    match operator:
        case Comparison.LESS:
            return order < 0
        case Comparison.LESS_OR_EQUAL:
            return order <= 0
        case Comparison.GREATER:
            return order > 0
        case _:
            return order >= 0


def _order(left: PresentValue, right: PresentValue) -> int:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    first, second = number(left), number(right)
    return (first > second) - (first < second)
