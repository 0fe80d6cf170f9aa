"""Vectors of every operator, at the edges of integers and fractions, and the causes when there is no result."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.expression import compile_expression
from hmi.model.quality import Cause, Status, status_of
from hmi.model.value import Reading

HIGH, LOW, HUGE = 2**63 - 1, -(2**63), 1.7e308


def outcome(source: str, *values: float | str) -> object:
    """Give the value, or the cause where there is none."""
    result = compile_expression(source).evaluate([Reading(value) for value in values])
    if result.value is None:
        assert result.status == status_of(result.cause)
        return result.cause
    assert (result.status, result.cause, result.culprit) == (Status.GOOD, Cause.NONE, None)
    return result.value


@pytest.mark.parametrize(
    ("left", "operator", "right", "expected"),
    [
        (2, "+", 3, 5),
        (2, "+", 0.5, 2.5),
        (True, "+", True, 2),
        ("a", "+", "b", "ab"),
        ("a" * 128, "+", "b" * 128, "a" * 128 + "b" * 128),
        ("a" * 128, "+", "b" * 129, Cause.TEXT_RESULT_TOO_LONG),
        ("a", "+", 1, Cause.TYPE_MISMATCH),
        (1, "+", "a", Cause.TYPE_MISMATCH),
        (True, "+", "a", Cause.TYPE_MISMATCH),
        (HIGH, "+", 0, HIGH),
        (HIGH, "+", 1, Cause.OVERFLOW),
        (LOW, "+", -1, Cause.OVERFLOW),
        (HIGH, "+", 1.0, float(2**63)),
        (HUGE, "+", HUGE, Cause.OVERFLOW),
        (-0.0, "+", -0.0, -0.0),
        (LOW, "-", 1, Cause.OVERFLOW),
        (HIGH, "-", -1, Cause.OVERFLOW),
        (LOW, "-", -1, LOW + 1),
        (-HUGE, "-", HUGE, Cause.OVERFLOW),
        ("a", "-", "a", Cause.TYPE_MISMATCH),
        (3, "-", True, 2),
        (2**31, "*", 2**31, 2**62),
        (2**32, "*", 2**31, Cause.OVERFLOW),
        (-(2**32), "*", 2**31, LOW),
        (LOW, "*", -1, Cause.OVERFLOW),
        (HUGE, "*", 2, Cause.OVERFLOW),
        (HUGE, "*", 0, 0.0),
        (-1, "*", 0.0, -0.0),
        ("a", "*", 3, Cause.TYPE_MISMATCH),
        (10**12, "*", "a", Cause.TYPE_MISMATCH),
        (True, "*", True, 1),
        (7, "/", 2, 3.5),
        (6, "/", 2, 3.0),
        (1, "/", 0, Cause.DIVISION_BY_ZERO),
        (1, "/", 0.0, Cause.DIVISION_BY_ZERO),
        (1, "/", -0.0, Cause.DIVISION_BY_ZERO),
        (0, "/", 0, Cause.DIVISION_BY_ZERO),
        (1, "/", False, Cause.DIVISION_BY_ZERO),
        (1e308, "/", 1e-5, Cause.OVERFLOW),
        (1, "/", 5e-324, Cause.OVERFLOW),
        (HIGH, "/", HIGH, 1.0),
        (0.0, "/", -5, -0.0),
        ("a", "/", 0, Cause.TYPE_MISMATCH),
        (7, "//", 2, 3),
        (-7, "//", 2, -4),
        (7.5, "//", 2, 3.0),
        (LOW, "//", -1, Cause.OVERFLOW),
        (7, "//", 0, Cause.DIVISION_BY_ZERO),
        (1e308, "//", 1e-10, Cause.OVERFLOW),
        (7, "%", 3, 1),
        (-7, "%", 3, 2),
        (7, "%", -3, -2),
        (7.5, "%", 2, 1.5),
        (7, "%", 0, Cause.DIVISION_BY_ZERO),
        (7, "%", 0.0, Cause.DIVISION_BY_ZERO),
        ("%1000000000d", "%", 1, Cause.TYPE_MISMATCH),
        (2, "**", 10, 1024),
        (2, "**", 62, 2**62),
        (2, "**", 63, Cause.OVERFLOW),
        (-2, "**", 63, LOW),
        (-2, "**", 64, Cause.OVERFLOW),
        (3, "**", 39, 3**39),
        (3, "**", 40, Cause.OVERFLOW),
        (HIGH, "**", 1, HIGH),
        (HIGH, "**", 1000, Cause.OVERFLOW),
        (1, "**", 1000, 1),
        (-1, "**", 999, -1),
        (0, "**", 1000, 0),
        (0, "**", 0, 1),
        (2, "**", 1001, Cause.OUTSIDE_DOMAIN),
        (2, "**", HIGH, Cause.OUTSIDE_DOMAIN),
        (2.0, "**", -1001, Cause.OUTSIDE_DOMAIN),
        (2, "**", -2, 0.25),
        (2.0, "**", 0.5, math.sqrt(2)),
        (10.0, "**", 308, 1e308),
        (10.0, "**", 309, Cause.OVERFLOW),
        (10.0, "**", -400, 0.0),
        (0, "**", -1, Cause.DIVISION_BY_ZERO),
        (0.0, "**", -0.5, Cause.DIVISION_BY_ZERO),
        (-8, "**", 0.5, Cause.OUTSIDE_DOMAIN),
        (-8, "**", 2.0, 64.0),
        (True, "**", True, 1),
        ("a", "**", 2, Cause.TYPE_MISMATCH),
    ],
)
def test_that_arithmetic_has_one_defined_outcome(left: object, operator: str, right: object, expected: object) -> None:
    result = outcome(f"{{L}} {operator} {{R}}", left, right)  # type: ignore[arg-type]
    assert result == expected
    assert type(result) is type(expected)
    if isinstance(expected, float):
        assert math.copysign(1, result) == math.copysign(1, expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "right", "less", "equal"),
    [
        (1, 2, True, False),
        (2, 1, False, False),
        (2, 2.0, False, True),
        (0.0, -0.0, False, True),
        (True, 1, False, True),
        (False, True, True, False),
        (2**53, 2**53 + 1.0, False, True),
        (2**53 + 1, float(2**53), False, False),
        (HIGH, float(2**63), True, False),
        (LOW, float(-(2**63)), False, True),
        (LOW, -HUGE, False, False),
        (5e-324, 0, False, False),
        ("a", "b", True, False),
        ("B", "a", True, False),
        ("", "a", True, False),
        ("液", "液", False, True),
    ],
)
def test_that_comparison_is_exact(left: float | str, right: float | str, less: bool, equal: bool) -> None:
    expected = {
        "<": less,
        "<=": less or equal,
        ">": not less and not equal,
        ">=": not less,
        "==": equal,
        "!=": not equal,
    }
    assert {operator: outcome(f"{{L}} {operator} {{R}}", left, right) for operator in expected} == expected


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">=", "==", "!="])
@pytest.mark.parametrize(("left", "right"), [("1", 1), (1, "1"), ("true", True), ("", 0.0)])
def test_that_a_text_is_never_compared_with_a_number(operator: str, left: float | str, right: float | str) -> None:
    assert outcome(f"{{L}} {operator} {{R}}", left, right) is Cause.TYPE_MISMATCH


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("-{X}", 3, -3),
        ("-{X}", 0.0, -0.0),
        ("-{X}", True, -1),
        ("-{X}", LOW, Cause.OVERFLOW),
        ("-{X}", HIGH, -HIGH),
        ("-{X}", "a", Cause.TYPE_MISMATCH),
        ("not {X}", True, False),
        ("not {X}", 0, True),
        ("not {X}", -0.0, True),
        ("not {X}", 5e-324, False),
        ("not {X}", "a", Cause.TYPE_MISMATCH),
        ("{X} and true", 2, True),
        ("{X} and true", "a", Cause.TYPE_MISMATCH),
        ("{X} or false", 0, False),
        ("{X} or false", 0.5, True),
        ("1 if {X} else 2", 7, 1),
        ("1 if {X} else 2", 0.0, 2),
        ("1 if {X} else 2", "a", Cause.TYPE_MISMATCH),
        ("1 < {X} < 3", 2, True),
        ("1 < {X} < 3", "a", Cause.TYPE_MISMATCH),
        ("{X} + 1 - 1 + 1", HIGH, Cause.OVERFLOW),
        ("1 + 2 + 3 - {X} + 5", 4, 7),
        ("{X}", HIGH, HIGH),
        ("{X}", "text", "text"),
    ],
)
def test_that_one_operand_has_one_defined_outcome(source: str, value: float | str, expected: object) -> None:
    result = outcome(source, value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (math.nan, Cause.NOT_A_NUMBER),
        (math.inf, Cause.INFINITE),
        (-math.inf, Cause.INFINITE),
        (2**63, Cause.OVERFLOW),
        (2**64 - 1, Cause.OVERFLOW),
        (-(2**63) - 1, Cause.OVERFLOW),
        ("x" * 257, Cause.TEXT_RESULT_TOO_LONG),
    ],
)
@pytest.mark.parametrize("source", ["{X}", "{X} == {X}", "{X} + 1", "max({X}, 1)", "'a' if {X} else 'b'"])
def test_that_an_input_outside_the_bounds_is_bad_and_never_computed_with(
    source: str, value: float | str, cause: Cause
) -> None:
    result = compile_expression(source).evaluate([Reading(value)])
    assert (result.value, result.status, result.cause, result.culprit) == (None, status_of(cause), cause, "X")


_SMALL = st.one_of(st.integers(-9, 9), st.sampled_from([0.5, -1.5, 2.0, True, False]))
_OPERATORS = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "and", "or"]


@st.composite
def _flat_sources(draw: st.DrawFn) -> str:
    """Long rows of operators with few brackets, so that precedence is what is compared."""
    parts: list[str] = []
    for index in range(draw(st.integers(1, 9))):
        if index:
            parts.append(draw(st.sampled_from(_OPERATORS)))
        prefix = draw(st.sampled_from(["", "", "", "-"]))
        if index == 0 or parts[-1] in ("and", "or"):
            prefix = draw(st.sampled_from(["", "not ", "-", "not -"]))
        parts.append(prefix + draw(st.sampled_from(["{A}", "{B}", "{C}", "2", "(1 + {A})", "({B} if {C} else 3)"])))
    return " ".join(parts)


@settings(deadline=None, database=None, max_examples=400)
@given(_flat_sources(), _SMALL, _SMALL, _SMALL)
def test_that_precedence_and_values_agree_with_python(source: str, a: float, b: float, c: float) -> None:
    # The oracle: this grammar is Python's own, but for `and` and `or` giving truths. Small numbers cannot overflow.
    names = {"A": a, "B": b, "C": c}
    python = source.replace("{", "").replace("}", "")
    expression = compile_expression(source)
    result = expression.evaluate([Reading(names[path]) for path in expression.references])
    try:
        expected = eval(python, {"__builtins__": {}}, dict(names))
    except ZeroDivisionError:
        # Only a later operand of `and`, `or` or a chain of comparisons can settle the outcome all the same.
        settles = {"and", "or", "<", "<=", ">", ">=", "==", "!="} & set(source.split())
        assert settles or result.cause is Cause.DIVISION_BY_ZERO
        return
    if " and " in source or " or " in source:
        expected = bool(expected)
    assert result.value == expected
    assert result.good
