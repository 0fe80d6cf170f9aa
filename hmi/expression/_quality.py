"""How quality travels through an expression. Called by the compiled closures, only when something is not plainly good.

While it is plainly good a value travels bare. Otherwise it is `Graded`: value, status, cause and the tag that brought
the cause in. A graded value of class bad is None, all others are present. The worst wins; of equals the leftmost.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from hmi.expression._arithmetic import NoResultError, fit, truth
from hmi.model.quality import Cause, QualityClass, Status, look_of, quality_class, status_of
from hmi.model.value import PresentValue, Reading, Value


class Result(NamedTuple):
    """What an evaluation gives. A named tuple, because nothing else immutable is made as quickly."""

    value: Value
    """None exactly when the quality is bad."""
    status: int = Status.GOOD
    """32-bit OPC UA status."""
    cause: Cause = Cause.NONE
    culprit: str | None = None
    """Path of the tag that the cause comes from; None when all is good or no tag is involved."""

    @property
    def good(self) -> bool:
        """True for good quality only."""
        return quality_class(self.status) is QualityClass.GOOD


class Graded:
    """A value that is not plainly good, on its way through the closures. Not a tuple: `+` and `<` must refuse it."""

    __slots__ = ("cause", "culprit", "rank", "status", "value")

    def __init__(self, value: Value, status: int, cause: Cause, culprit: str | None, rank: int) -> None:
        """Keep the four and how bad it is (`rank_of`), which a new value of the same quality inherits."""
        self.value = value
        self.status = status
        self.cause = cause
        self.culprit = culprit
        self.rank = rank

    def with_value(self, value: Value) -> "Graded":
        """Give another value of the same quality."""
        return Graded(value, self.status, self.cause, self.culprit, self.rank)


@lru_cache(maxsize=1024)
def rank_of(status: int, cause: Cause) -> int:
    """Say how bad a quality is: first the class of its status, then how severely its cause is drawn.

    Kept for the few pairs that a plant knows: when a device goes silent, thousands of expressions ask for the same one.
    """
    return quality_class(status) * _CLASS + look_of(cause)


Operand = PresentValue | Graded
_PLAIN = frozenset({bool, int, float, str})
_CLASS = 256
_UNCERTAIN, _BAD = QualityClass.UNCERTAIN * _CLASS, QualityClass.BAD * _CLASS


def failed(cause: Cause, culprit: str | None) -> Graded:
    """Give the bad outcome of an operation that has no result."""
    status = status_of(cause)
    return Graded(None, status, cause, culprit, rank_of(status, cause))


def grade(reading: Reading, path: str) -> Operand:
    """Take a reading in: bare when plainly good and within the bounds, otherwise graded.

    Args:
        reading: as the image gives it.
        path: the tag, to be named as the culprit.
    """
    value, status, cause = reading.value, reading.status, reading.cause
    rank = rank_of(status, cause)
    if rank >= _BAD or value is None:
        status, cause = status if rank >= _BAD else Status.BAD, cause or Cause.INPUT_NOT_GOOD
        return Graded(None, status, cause, path, rank_of(status, cause))
    value = _plain(value)
    try:
        if value is None:
            return failed(Cause.TYPE_MISMATCH, path)
        fit(value)
    except NoResultError as fault:
        infinite = fault.cause is Cause.OVERFLOW and isinstance(value, float)
        return failed(Cause.INFINITE if infinite else fault.cause, path)
    if status == Status.GOOD:
        return value
    if rank >= _UNCERTAIN and not cause:
        cause = Cause.INPUT_NOT_GOOD
        rank = rank_of(status, cause)
    return Graded(value, status, cause, path, rank)


def _plain(value: PresentValue) -> Value:
    """Give the value as one of the four plain classes; None for what is none of them (numpy's own scalars, say)."""
    if value.__class__ in _PLAIN:
        return value
    return next((kind(value) for kind in (int, float, str) if isinstance(value, kind)), None)


def worst(operands: Sequence[Operand]) -> Graded | None:
    """Give the worst of several, the leftmost of equals; None when all are plainly good."""
    found: Graded | None = None
    for operand in operands:
        if isinstance(operand, Graded) and (found is None or operand.rank > found.rank):
            found = operand
    return found


def apply(compute: Callable[..., PresentValue], operands: Sequence[Operand], culprit: str | None) -> Operand:
    """Compute a result out of operands of any quality.

    Args:
        compute: the meaning on plain values, raising `NoResultError` only.
        operands: its arguments.
        culprit: the tag to name when it has no result.
    """
    quality: Graded | None = None
    values: list[Value] = []
    for operand in operands:
        if isinstance(operand, Graded):
            if quality is None or operand.rank > quality.rank:
                quality = operand
            values.append(operand.value)
        else:
            values.append(operand)
    if quality is not None and quality.value is None:
        # The worst is bad; where it is not, no operand is, and all values are present.
        return quality
    try:
        result = compute(*values)
    except NoResultError as fault:
        return failed(fault.cause, culprit)
    return result if quality is None else quality.with_value(result)


def also(result: Operand, condition: Operand) -> Operand:
    """Give a chosen result the quality of the condition that chose it, where that is worse."""
    quality = worst((condition, result))
    if quality is None or quality is result:
        return result
    value = result.value if isinstance(result, Graded) else result
    return quality.with_value(value)


def decide(operands: Sequence[Operand], deciding: bool, culprit: str | None) -> Operand:
    """Three-valued `and` (deciding value false) and `or` (deciding value true).

    One operand that has the deciding value settles it, whatever the others are: the result has the quality of the best
    such operand. Otherwise all count and the worst wins.

    Args:
        operands: of any quality, in order.
        deciding: the truth that settles the outcome.
        culprit: the tag to name when an operand is no truth.
    """
    truths = [_truth(operand, culprit) for operand in operands]
    settled: Graded | None = None
    for one in truths:
        if one is deciding:
            return deciding
        if isinstance(one, Graded) and one.value is deciding and (settled is None or one.rank < settled.rank):
            settled = one
    if settled is not None:
        return settled
    quality = worst(truths)
    if quality is None:
        return not deciding
    return quality


def _truth(operand: Operand, culprit: str | None) -> Operand:
    """Give an operand as a truth of the same quality."""
    value = operand.value if isinstance(operand, Graded) else operand
    return operand if value is None or isinstance(value, bool) else apply(truth, (operand,), culprit)
