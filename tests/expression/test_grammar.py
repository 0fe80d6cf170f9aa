"""What the language reads, and what it says about what it cannot read."""

import pytest

from hmi.expression import ExpressionError, Kind, bounds, compile_expression
from hmi.model.value import Reading


def value_of(source: str, *values: float | str) -> object:
    return compile_expression(source).evaluate([Reading(value) for value in values]).value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("100 / 10 / 2", 5.0),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("(-2) ** 2", 4),
        ("2 ** -1", 0.5),
        ("--3", 3),
        ("- 3", -3),
        ("2 - -3", 5),
        ("2-3", -1),
        ("-7 // 2", -4),
        ("-7 % 3", 2),
        ("1 < 2 == true", False),  # a chain: 1 < 2 and 2 == true
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("not 1 == 2", True),
        ("not not true", True),
        ("true or false and false", True),
        ("(true or false) and false", False),
        ("not false and false", False),
        ("1 if true else 2 if true else 3", 1),
        ("1 if false else 2 if false else 3", 3),
        ("1 + 1 if false else 2 + 2", 4),
        ("if(1 < 2, 'a', 'b')", "a"),
        ("if(if(true, false, true), 1, 2)", 2),
        ("1 if if(true, false, true) else 2", 2),
        ("select(1, 'a', 'b', 'c')", "b"),
        ("\n\t 1\r\n + 1 ", 2),
    ],
)
def test_that_operators_bind_as_the_help_says(source: str, value: object) -> None:
    result = value_of(source)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("007", 7),
        ("0x1f", 31),
        ("0XFFFF", 65535),
        ("0x7fffffffffffffff", 2**63 - 1),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1.5", 1.5),
        (".5", 0.5),
        ("2e-3", 0.002),
        ("1E3", 1000.0),
        ("'it\\'s'", "it's"),
        ('"it\'s"', "it's"),
        ('"a\\\\b"', "a\\b"),
        ('"满 {A} %d"', "满 {A} %d"),
        ("''", ""),
    ],
)
def test_that_a_literal_has_the_value_that_is_written(source: str, value: object) -> None:
    assert value_of(source) == value
    assert compile_expression(source).references == ()


@pytest.mark.parametrize(
    ("source", "code", "column"),
    [
        ("", "empty", 1),
        ("  ", "empty", 3),
        ("1 +", "ends_early", 4),
        ("1 + * 2", "operand_missing", 5),
        ("+1", "operand_missing", 1),
        ("if", "operand_missing", 1),
        ("1 and else", "operand_missing", 7),
        ("1 2", "operator_missing", 3),
        ("(1))", "operator_missing", 4),
        ("abs(1 2)", "operator_missing", 7),
        ("1 else 2", "operator_missing", 3),
        ("2 * (1 + 2", "bracket_not_closed", 5),
        ("abs(1", "bracket_not_closed", 4),
        ("1 + {A", "brace_not_closed", 5),
        ("{A + {B}", "brace_not_closed", 1),
        ("1 + }", "strange_character", 5),
        ("'abc", "text_not_closed", 1),
        ("'a\\n'", "escape", 3),
        ("'a\\", "escape", 3),
        ("1 + 5.", "number", 5),
        ("1.2.3", "number", 1),
        ("12abc", "number", 1),
        ("0x", "number", 1),
        ("1e5e5", "number", 1),
        ("1_000", "number", 1),
        ("12٣", "number", 1),
        ("٣", "strange_character", 1),
        ("9223372036854775808", "number_too_large", 1),
        ("-9223372036854775809", "number_too_large", 2),
        ("-9223372036854775808 ** 1", "number_too_large", 2),
        ("1e999", "number_too_large", 1),
        ("9" * 1999, "number_too_large", 1),
        ("0x" + "f" * 1000, "number_too_large", 1),
        ("{A} && {B}", "foreign_sign", 5),
        ("{A} = 1", "foreign_sign", 5),
        ("!{A}", "foreign_sign", 1),
        ("{A} <> 1", "foreign_sign", 5),
        ("2 ^ 3", "foreign_sign", 3),
        ("abs（1)", "full_width", 4),
        ("{A}，1", "full_width", 4),
        ("“a”", "full_width", 1),
        ("1\u3000+ 1", "full_width_blank", 2),
        ("1 # 2", "strange_character", 3),
        ("{A}[0]", "strange_character", 4),
        ("{A}.real", "strange_character", 4),
        ("1\x00", "control_character", 2),
        ("'a\nb'", "control_character", 3),
        ("{}", "path_empty", 1),
        ("1+{ A}", "path_part", 3),
        ("{A..B}", "path_part", 1),
        ("{/A}", "path_part", 1),
        ("{A/}", "path_part", 1),
        ("{./}", "path_part", 1),
        ("{../A}", "path_part", 1),
        ("{A\nB}", "path_character", 3),
        ("{A'B}", "path_character", 3),
        ("{" + "A" * 201 + "}", "path_too_long", 1),
        ("1 + not true", "not_in_brackets", 5),
        ("1 == not true", "not_in_brackets", 6),
        ("abs + 1", "call_brackets", 1),
        ("eval('1')", "unknown_function", 1),
        ("1 + __import__('os')", "unknown_function", 5),
        ("lambda", "unknown_name", 1),
        ("True", "unknown_name", 1),
        ("1 + Level", "unknown_name", 5),
        ("abs()", "argument_count", 1),
        ("1 + abs(1, 2)", "argument_count", 5),
        ("select(1)", "argument_count", 1),
        ("if(1, 2)", "argument_count", 1),
        ("1 if 2", "else_missing", 7),
        ("1 if 2 or 3", "else_missing", 12),
        ("1 if 2 if 3 else 4 else 5", "else_missing", 8),
        ("'a' + 1", "text_with_number", 7),
        ("1 + {A} + 'a'", "text_with_number", 5),
        ("'a' < 1", "text_with_number", 7),
        ("1 == 2 == 'a'", "text_with_number", 11),
        ("true + 'a'", "text_with_number", 1),
        ("'a' * 3", "text_as_number", 1),
        ("'%1000000000d' % {A}", "text_as_number", 1),
        ("{A} - 'a'", "text_as_number", 7),
        ("-'a'", "text_as_number", 2),
        ("not 'a'", "text_as_number", 5),
        ("{A} and 'a'", "text_as_number", 9),
        ("1 if 'a' else 2", "text_as_number", 6),
        ("sqrt('a')", "text_as_number", 6),
        ("max(1, 2, 'a')", "text_as_number", 11),
        ("text('a', 1)", "text_as_number", 6),
        ("select('a', 1)", "text_as_number", 8),
        ("('a' if {A} else 'b') * 2", "text_as_number", 6),
        ("select({A}, 'a', 'b') * 2", "text_as_number", 1),
        ("len(1)", "number_as_text", 5),
        ("len({A} > 1)", "number_as_text", 9),
        ("'" + "a" * 257 + "'", "text_too_long", 1),
        ("1" + " " * 2000, "too_long", 2001),
    ],
)
def test_that_an_error_names_its_reason_and_its_column(source: str, code: str, column: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert (caught.value.reason.code, caught.value.column) == (f"expression.{code}", column)


@pytest.mark.parametrize(
    ("fits", "too_much", "code"),
    [
        ("(" * 31 + "1" + ")" * 31, "(" * 32 + "1" + ")" * 32, "too_deep"),
        ("not " * 31 + "true", "not " * 32 + "true", "too_deep"),
        ("abs(" * 31 + "1" + ")" * 31, "abs(" * 32 + "1" + ")" * 32, "too_deep"),
        ("-(" * 15 + "1" + ")" * 15, "-(" * 16 + "1" + ")" * 16, "too_deep"),
        ("1 ** " * 31 + "1", "1 ** " * 32 + "1", "too_deep"),
        ("1+" * 498 + "1", "1+" * 499 + "1", "too_many_nodes"),
        ("+".join(f"{{T{n}}}" for n in range(64)), "+".join(f"{{T{n}}}" for n in range(65)), "too_many_references"),
        ("1" + " " * 1999, "1" + " " * 2000, "too_long"),
        ("{" + "A" * 200 + "}", "{" + "A" * 201 + "}", "path_too_long"),
    ],
)
def test_that_every_bound_lets_the_last_size_in_and_the_next_one_out(fits: str, too_much: str, code: str) -> None:
    compile_expression(fits)
    with pytest.raises(ExpressionError) as caught:
        compile_expression(too_much)
    assert caught.value.reason.code == f"expression.{code}"


def test_that_operators_nested_through_precedence_count_as_depth_too() -> None:
    # Each bracket holds six levels of operators: few brackets, many levels.
    source = "1"
    for _ in range(6):
        source = f"(-{{A}} ** {source} * 2 + 1 < 2 and true or false)"
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source)
    assert caught.value.reason.code == "expression.too_deep"


def test_that_the_bounds_are_those_of_the_design() -> None:
    assert (bounds.SOURCE_CHARACTERS, bounds.DEPTH, bounds.NODES, bounds.REFERENCES) == (2000, 32, 500, 64)
    assert (bounds.TEXT_CHARACTERS, bounds.INTEGER_LOW, bounds.INTEGER_HIGH) == (256, -(2**63), 2**63 - 1)


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("1", Kind.NUMBER),
        ("{A}", Kind.ANY),
        ("{A} + {B}", Kind.ANY),
        ("{A} + 1", Kind.NUMBER),
        ("{A} + 'x'", Kind.TEXT),
        ("{A} * {B}", Kind.NUMBER),
        ("-{A}", Kind.NUMBER),
        ("{A} < {B}", Kind.BOOLEAN),
        ("{A} and {B}", Kind.BOOLEAN),
        ("not {A}", Kind.BOOLEAN),
        ("'a' if {A} else 'b'", Kind.TEXT),
        ("'a' if {A} else 1", Kind.ANY),
        ("select({A}, 1, 2)", Kind.NUMBER),
        ("if({A}, true, false)", Kind.BOOLEAN),
        ("text({A})", Kind.TEXT),
        ("isgood({A})", Kind.BOOLEAN),
    ],
)
def test_that_the_kind_of_a_result_is_known_as_far_as_the_source_tells(source: str, kind: Kind) -> None:
    assert compile_expression(source).kind is kind
