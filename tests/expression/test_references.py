"""Tag references: order, own members, the cross-reference and renames."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hmi.expression import ExpressionError, compile_expression, references_of, rename_reference
from hmi.model.value import Reading
from hmi.project import names
from tests.expression.programs import PROGRAMS, TAGS


def test_that_references_stand_once_in_the_order_of_their_first_place() -> None:
    expression = compile_expression("{B} + {A} * {B} - {C}")
    assert expression.references == ("B", "A", "C")
    assert expression.evaluate([Reading(2), Reading(3), Reading(1)]).value == 7


def test_that_an_own_member_and_its_full_path_are_one_reference() -> None:
    expression = compile_expression("{./Level} + {Line/Tank1.Level} + {./Pump.Speed}", base="Line/Tank1")
    assert expression.references == ("Line/Tank1.Level", "Line/Tank1.Pump.Speed")


def test_that_an_own_member_stays_as_written_without_an_instance() -> None:
    assert compile_expression("{./Level}").references == ("./Level",)


def test_that_the_cross_reference_reads_a_source_that_does_not_compile() -> None:
    assert references_of("{A} + + max( {./B}, '{C}' {A}", base="X") == ("A", "X.B")


def test_that_a_path_may_hold_chinese_and_inner_blanks() -> None:
    assert compile_expression("{灌装线/1 号罐.液位} > 3").references == ("灌装线/1 号罐.液位",)


@settings(deadline=None, database=None, max_examples=150)
@given(st.from_regex(names._PATH, fullmatch=True))
def test_that_every_path_a_project_may_hold_can_stand_between_braces(path: str) -> None:
    assume(names.is_path(path))
    assert compile_expression("{" + path + "}").references == (path,)


def test_that_the_number_of_readings_must_be_that_of_the_references() -> None:
    with pytest.raises(ValueError, match="1 readings expected, 2 given"):
        compile_expression("{A}").evaluate([Reading(1), Reading(2)])


@pytest.mark.parametrize(
    ("source", "old", "new", "renamed"),
    [
        ("{A}+{AB} + '{A}'  -{A}", "A", "Z/Y.X", "{Z/Y.X}+{AB} + '{A}'  -{Z/Y.X}"),
        ("{./Level} > 3", "./Level", "./Niveau", "{./Niveau} > 3"),
        ("{Line/T.Level}", "Line/T", "Line/U", "{Line/T.Level}"),
        ("not even ( {A} valid", "A", "B", "not even ( {B} valid"),
        ("\n\t{A}\r\n", "A", "液位", "\n\t{液位}\r\n"),
        ("1 + 1", "A", "B", "1 + 1"),
    ],
)
def test_that_a_rename_changes_the_reference_and_nothing_else(source: str, old: str, new: str, renamed: str) -> None:
    assert rename_reference(source, old, new) == renamed


def test_that_a_rename_of_a_folder_or_an_instance_reaches_what_lies_below() -> None:
    source = "{Line/T.Level} + {Line/T} + {Line/T2.Level} + {Line/T/Sub.X} + {My/Line/T.Level}"
    expected = "{Hall/U.Level} + {Hall/U} + {Line/T2.Level} + {Hall/U/Sub.X} + {My/Line/T.Level}"
    assert rename_reference(source, "Line/T", "Hall/U", below=True) == expected


@pytest.mark.parametrize(
    ("source", "new", "code"),
    [
        ("{A}", "", "path_empty"),
        ("{A}", "B}", "path_character"),
        ("{A", "B", "brace_not_closed"),
        ("{A}+" * 400 + "1", "B" * 30, "too_long"),
    ],
)
def test_that_a_rename_that_would_break_the_source_is_refused(source: str, new: str, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        rename_reference(source, "A", new)
    assert caught.value.reason.code == f"expression.{code}"


@settings(deadline=None, database=None, max_examples=150)
@given(PROGRAMS, st.sampled_from(TAGS))
def test_that_a_rename_there_and_back_gives_every_source_back(source: str, old: str) -> None:
    new = "Some/Where.Else"
    renamed = rename_reference(source, old, new)
    assert rename_reference(renamed, new, old) == source
    expected = tuple(new if path == old else path for path in references_of(source))
    assert references_of(renamed) == expected
    assert renamed == source.replace("{" + old + "}", "{" + new + "}")  # no text of the generator holds a tag


@settings(deadline=None, database=None, max_examples=150)
@given(PROGRAMS)
def test_that_the_cross_reference_agrees_with_the_compiler(source: str) -> None:
    try:
        expression = compile_expression(source, "Base")
    except ExpressionError:
        return
    assert expression.references == references_of(source, "Base")


def test_that_a_free_name_stands_for_a_value_with_and_without_braces():
    expression = compile_expression("value > {Limit} or {value} < 0", names=("value",))
    assert expression.references == ("value", "Limit")
    assert expression.evaluate([Reading(5), Reading(4)]).value is True
    assert expression.evaluate([Reading(3), Reading(4)]).value is False


@pytest.mark.parametrize("source", ["value > 1", "value(1)", "other > 1", "true"])
def test_that_only_the_names_that_are_given_are_free(source):
    if source in ("true",):
        assert compile_expression(source, names=("true",)).references == ()
        return
    names = ("value",) if source != "value > 1" else ()
    with pytest.raises(ExpressionError):
        compile_expression(source, names=names)
