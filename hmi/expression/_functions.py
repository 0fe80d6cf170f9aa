"""The fixed table of functions. Read by parser, check and compiler, and by the editor for completion and help.

A function that is not in this table does not exist. `if`, `select`, `isgood` and `quality` stand here for their
arguments; they decide which of their inputs count, so their closures are in `_closures`.
"""

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum

import msgspec

from hmi.expression import bounds
from hmi.expression._arithmetic import NoResultError, fit, number, whole
from hmi.model.quality import Cause
from hmi.model.value import PresentValue


class Kind(Enum):
    """What is known about a value before it exists."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    ANY = "any"
    """A tag, or a choice between different kinds: known only when it is evaluated."""


class Function(msgspec.Struct, frozen=True):
    """One function of the language."""

    name: str
    signature: str
    """As shown to people, for example `round(x, decimals)`."""
    parameters: tuple[Kind, ...]
    """What each argument must be; BOOLEAN and NUMBER accept each other."""
    result: Kind
    """What it gives; ANY when that depends on its arguments."""
    compute: Callable[..., PresentValue] | None = None
    """Its meaning on plain values, raising `NoResultError` only; None for the four that choose their inputs."""
    optional: int = 0
    """How many of the last parameters may be left out."""
    repeats: bool = False
    """True when the last parameter may come any number of times."""

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with that many arguments."""
        most = bounds.NODES if self.repeats else len(self.parameters)
        return len(self.parameters) - self.optional <= count <= most

    def parameter(self, position: int) -> Kind:
        """Give what the argument at a position (from 0) must be."""
        return self.parameters[min(position, len(self.parameters) - 1)]


# Enough digits for 64-bit integers and for every float below 2**53 with 15 decimals.
_DECIMAL = Context(prec=40, rounding=ROUND_HALF_UP)


def _abs(value: PresentValue) -> PresentValue:
    return fit(abs(number(value)))


def _min(*values: PresentValue) -> PresentValue:
    return _as_number(min(number(value) for value in values))


def _max(*values: PresentValue) -> PresentValue:
    return _as_number(max(number(value) for value in values))


def _as_number(value: float) -> int | float:
    return int(value) if isinstance(value, bool) else value


def _round(value: PresentValue, decimals: PresentValue | None = None) -> PresentValue:
    taken = number(value)
    places = 0 if decimals is None else _decimals(decimals)
    # Floats from 2**53 on have no fraction to round.
    if isinstance(taken, float) and abs(taken) < 2**53:
        rounded = Decimal(repr(taken)).quantize(Decimal(1).scaleb(-places), context=_DECIMAL)
        # + 0.0 makes 0.0 of -0.0: a sign before nothing makes people look for a fault.
        return int(rounded) if decimals is None else float(rounded) + 0.0
    return fit(int(taken)) if decimals is None else _as_number(taken)


def _decimals(value: PresentValue) -> int:
    places = whole(value)
    if not 0 <= places <= bounds.DECIMALS:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    return places


def _floor(value: PresentValue) -> PresentValue:
    return fit(math.floor(number(value)))


def _ceil(value: PresentValue) -> PresentValue:
    return fit(math.ceil(number(value)))


def _clamp(value: PresentValue, low: PresentValue, high: PresentValue) -> PresentValue:
    taken, lowest, highest = number(value), number(low), number(high)
    if lowest > highest:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    return _as_number(lowest if taken < lowest else min(taken, highest))


def _mean(*values: PresentValue) -> PresentValue:
    taken = [float(number(value)) for value in values]
    try:
        mean = math.fsum(taken) / len(taken)
    except OverflowError:
        mean = math.fsum(value / len(taken) for value in taken)
    # Rounding must not push the mean of equal values beside them.
    return min(max(mean, min(taken)), max(taken))


def _real(function: Callable[[float], float]) -> Callable[[PresentValue], PresentValue]:
    """Make a function of the language out of one of `math`, with its two errors named."""

    def compute(value: PresentValue) -> PresentValue:
        try:
            return fit(function(number(value)))
        except OverflowError:
            raise NoResultError(Cause.OVERFLOW) from None
        except ValueError:
            raise NoResultError(Cause.OUTSIDE_DOMAIN) from None

    return compute


def _log(value: PresentValue, base: PresentValue | None = None) -> PresentValue:
    taken = number(value)
    if taken <= 0:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    if base is None:
        return math.log(taken)
    root = number(base)
    if root <= 0 or root == 1:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    # The special ones are exact for exact powers: log(1000, 10) is 3.
    if root == 10:
        return math.log10(taken)
    return fit(math.log2(taken) if root == 2 else math.log(taken) / math.log(root))


def _bit(value: PresentValue, position: PresentValue) -> PresentValue:
    word, place = whole(value), whole(position)
    if not 0 <= place <= 63:
        raise NoResultError(Cause.OUTSIDE_DOMAIN)
    return bool(word >> place & 1)


def _text(value: PresentValue, decimals: PresentValue | None = None) -> PresentValue:
    if decimals is None:
        if isinstance(value, bool):
            return "true" if value else "false"
        return fit(value if isinstance(value, str) else repr(value))
    places = _decimals(decimals)
    rounded = _round(value, places)
    if isinstance(rounded, int):
        # Not through a float, which would change the last digits of a large counter.
        return f"{rounded}.{'0' * places}" if places else str(rounded)
    return fit(f"{rounded:.{places}f}")


def _len(value: PresentValue) -> PresentValue:
    if not isinstance(value, str):
        raise NoResultError(Cause.TYPE_MISMATCH)
    return len(value)


_N, _B, _T, _A = Kind.NUMBER, Kind.BOOLEAN, Kind.TEXT, Kind.ANY

FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("abs", "abs(x)", (_N,), _N, _abs),
        Function("avg", "avg(x, ...)", (_N,), _N, _mean, repeats=True),
        Function("bit", "bit(x, n)", (_N, _N), _B, _bit),
        Function("ceil", "ceil(x)", (_N,), _N, _ceil),
        Function("clamp", "clamp(x, low, high)", (_N, _N, _N), _N, _clamp),
        Function("cos", "cos(x)", (_N,), _N, _real(math.cos)),
        Function("exp", "exp(x)", (_N,), _N, _real(math.exp)),
        Function("floor", "floor(x)", (_N,), _N, _floor),
        Function("if", "if(condition, then, otherwise)", (_B, _A, _A), _A),
        Function("isgood", "isgood(x)", (_A,), _B),
        Function("len", "len(text)", (_T,), _N, _len),
        Function("log", "log(x, base)", (_N, _N), _N, _log, optional=1),
        Function("max", "max(x, ...)", (_N,), _N, _max, repeats=True),
        Function("mean", "mean(x, ...)", (_N,), _N, _mean, repeats=True),
        Function("min", "min(x, ...)", (_N,), _N, _min, repeats=True),
        Function("quality", "quality(x)", (_A,), _N),
        Function("round", "round(x, decimals)", (_N, _N), _N, _round, optional=1),
        Function("select", "select(index, a, b, ...)", (_N, _A), _A, repeats=True),
        Function("sin", "sin(x)", (_N,), _N, _real(math.sin)),
        Function("sqrt", "sqrt(x)", (_N,), _N, _real(math.sqrt)),
        Function("text", "text(x, decimals)", (_A, _N), _T, _text, optional=1),
    )
}
"""All functions by name."""
