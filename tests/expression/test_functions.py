"""Vectors of every function of the table."""

import math

import pytest

from hmi.expression import FUNCTIONS, compile_expression
from hmi.model.quality import Cause, status_of
from hmi.model.value import Reading

HIGH, LOW, HUGE = 2**63 - 1, -(2**63), 1.7e308

VECTORS: list[tuple[str, object]] = [
    ("abs(-3)", 3),
    ("abs(-2.5)", 2.5),
    ("abs(-0.0)", 0.0),
    ("abs(true)", 1),
    ("abs(-9223372036854775808)", Cause.OVERFLOW),
    ("abs({text})", Cause.TYPE_MISMATCH),
    ("avg(1, 2)", 1.5),
    ("avg(7)", 7.0),
    ("avg({huge}, {huge})", HUGE),
    ("avg(0.1, 0.1, 0.1)", 0.1),
    ("avg(1, {text})", Cause.TYPE_MISMATCH),
    ("mean(1, 2, 6)", 3.0),
    ("mean({high}, {high})", float(HIGH)),
    ("bit(5, 0)", True),
    ("bit(5, 1)", False),
    ("bit(5.0, 2.0)", True),
    ("bit(-1, 63)", True),
    ("bit({low}, 63)", True),
    ("bit({low}, 62)", False),
    ("bit(1, 64)", Cause.OUTSIDE_DOMAIN),
    ("bit(1, -1)", Cause.OUTSIDE_DOMAIN),
    ("bit(1, {high})", Cause.OUTSIDE_DOMAIN),
    ("bit(1.5, 0)", Cause.OUTSIDE_DOMAIN),
    ("bit({huge}, 0)", Cause.OVERFLOW),
    ("bit({text}, 0)", Cause.TYPE_MISMATCH),
    ("ceil(1.2)", 2),
    ("ceil(-1.2)", -1),
    ("ceil(3)", 3),
    ("ceil({huge})", Cause.OVERFLOW),
    ("clamp(5, 0, 3)", 3),
    ("clamp(-5, 0, 3)", 0),
    ("clamp(2.5, 0, 3)", 2.5),
    ("clamp(true, 0, 3)", 1),
    ("clamp(1, 3, 0)", Cause.OUTSIDE_DOMAIN),
    ("clamp({text}, 0, 3)", Cause.TYPE_MISMATCH),
    ("cos(0)", 1.0),
    ("cos({huge})", math.cos(HUGE)),
    ("exp(0)", 1.0),
    ("exp(710)", Cause.OVERFLOW),
    ("exp(-800)", 0.0),
    ("floor(1.8)", 1),
    ("floor(-1.2)", -2),
    ("floor(-{huge})", Cause.OVERFLOW),
    ("if(1 > 2, 'a', 5)", 5),
    ("if(true, 'a', 1 / 0)", "a"),
    ("if({text}, 1, 2)", Cause.TYPE_MISMATCH),
    ("isgood({text})", True),
    ("isgood(1 / 0)", False),
    ("len('')", 0),
    ("len('液位')", 2),
    ("len({text})", 4),
    ("len({high})", Cause.TYPE_MISMATCH),
    ("log(1)", 0.0),
    ("log(1000, 10)", 3.0),
    ("log(8, 2)", 3.0),
    ("log(9, 3)", math.log(9) / math.log(3)),
    ("log(0)", Cause.OUTSIDE_DOMAIN),
    ("log(-1)", Cause.OUTSIDE_DOMAIN),
    ("log(2, 1)", Cause.OUTSIDE_DOMAIN),
    ("log(2, 0)", Cause.OUTSIDE_DOMAIN),
    ("log(2, -2)", Cause.OUTSIDE_DOMAIN),
    ("log({text})", Cause.TYPE_MISMATCH),
    ("max(1, 3, 2.5)", 3),
    ("max({low}, {huge})", HUGE),
    ("max(true, false)", 1),
    ("max(1, {text})", Cause.TYPE_MISMATCH),
    ("min(1, 3, 0.5)", 0.5),
    ("min(7)", 7),
    ("min({text}, {text})", Cause.TYPE_MISMATCH),
    ("quality(1)", 0),
    ("quality(1 / 0)", 2),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(0.49999999999999994)", 0),
    ("round(2.675, 2)", 2.68),
    ("round(-0.3, 0)", 0.0),
    ("round(7, 2)", 7),
    ("round({high})", HIGH),
    ("round({huge})", Cause.OVERFLOW),
    ("round({huge}, 2)", HUGE),
    ("round(1e-320, 15)", 0.0),
    ("round(4503599627370495.5, 15)", 4503599627370495.5),
    ("round(4503599627370495.5)", 4503599627370496),
    ("round(1, 16)", Cause.OUTSIDE_DOMAIN),
    ("round(1, -1)", Cause.OUTSIDE_DOMAIN),
    ("round(1, 0.5)", Cause.OUTSIDE_DOMAIN),
    ("round({text}, 1)", Cause.TYPE_MISMATCH),
    ("select(0, 'a', 'b')", "a"),
    ("select(1.0, 'a', 'b')", "b"),
    ("select(true, 'a', 'b')", "b"),
    ("select(1, 1 / 0, 'b')", "b"),
    ("select(0, 1 / 0, 'b')", Cause.DIVISION_BY_ZERO),
    ("select(2, 'a', 'b')", Cause.OUTSIDE_DOMAIN),
    ("select(-1, 'a', 'b')", Cause.OUTSIDE_DOMAIN),
    ("select(0.5, 'a', 'b')", Cause.OUTSIDE_DOMAIN),
    ("select({huge}, 'a', 'b')", Cause.OVERFLOW),
    ("select({text}, 'a', 'b')", Cause.TYPE_MISMATCH),
    ("sin(0)", 0.0),
    ("sin(-0.0)", -0.0),
    ("sqrt(16)", 4.0),
    ("sqrt(-1)", Cause.OUTSIDE_DOMAIN),
    ("sqrt(-0.0)", -0.0),
    ("sqrt({text})", Cause.TYPE_MISMATCH),
    ("text(1.5)", "1.5"),
    ("text(7)", "7"),
    ("text(true)", "true"),
    ("text(1 > 2)", "false"),
    ("text({text})", "word"),
    ("text(41.25, 1)", "41.3"),
    ("text(-0.04, 1)", "0.0"),
    ("text(-0.05, 1)", "-0.1"),
    ("text(5, 2)", "5.00"),
    ("text(5, 0)", "5"),
    ("text(2.5, 0)", "3"),
    ("text({high}, 2)", "9223372036854775807.00"),
    ("text({huge})", "1.7e+308"),
    ("text({huge}, 0)", Cause.TEXT_RESULT_TOO_LONG),
    ("text(1, 16)", Cause.OUTSIDE_DOMAIN),
    ("text(1, {huge})", Cause.OVERFLOW),
    ("text({text}, 1)", Cause.TYPE_MISMATCH),
]
INPUTS = {"text": "word", "high": HIGH, "low": LOW, "huge": HUGE}


@pytest.mark.parametrize(("source", "expected"), VECTORS)
def test_that_a_function_has_one_defined_outcome(source: str, expected: object) -> None:
    expression = compile_expression(source)
    result = expression.evaluate([Reading(INPUTS[path]) for path in expression.references])
    if isinstance(expected, Cause):
        assert (result.value, result.cause, result.status) == (None, expected, status_of(expected))
        return
    assert result.cause is Cause.NONE
    assert result.value == expected
    assert type(result.value) is type(expected)
    if isinstance(expected, float):
        assert math.copysign(1, result.value) == math.copysign(1, expected)  # type: ignore[arg-type]


def test_that_every_function_has_a_vector_for_its_value_and_every_computing_one_for_its_failure() -> None:
    with_value = {source.split("(")[0] for source, expected in VECTORS if not isinstance(expected, Cause)}
    with_cause = {source.split("(")[0] for source, expected in VECTORS if isinstance(expected, Cause)}
    assert with_value == set(FUNCTIONS)
    never_fails_alone = {"isgood", "quality", "cos", "sin", "mean"}  # mean shares its meaning with avg
    assert with_cause == set(FUNCTIONS) - never_fails_alone


def test_that_the_signature_names_the_function_and_its_parameters() -> None:
    for name, function in FUNCTIONS.items():
        assert function.name == name
        assert function.signature.startswith(f"{name}(")
        shown = function.signature[len(name) + 1 : -1].replace(", ...", "").split(", ")
        assert len(shown) == len(function.parameters) + (name == "select")
        assert function.takes(len(function.parameters))
        assert not function.takes(len(function.parameters) - function.optional - 1)
