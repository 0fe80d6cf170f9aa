"""How quality travels: three-valued logic as a full table, the worst wins, choices count only what they chose."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.expression import Result, compile_expression
from hmi.model.quality import CAUSES, Cause, QualityClass, Status, look_of, quality_class
from hmi.model.value import Reading


def reading(value: float | str | None, cause: Cause = Cause.NONE) -> Reading:
    return Reading(value, CAUSES[cause].status, cause)


def evaluate(source: str, **readings: Reading) -> Result:
    expression = compile_expression(source)
    return expression.evaluate([readings[path] for path in expression.references])


# Truth and grade of an operand: good, forced (good with a mark), uncertain, bad.
TRUTHS = {
    "T": reading(True),
    "F": reading(False),
    "Tf": reading(True, Cause.FORCED),
    "Ff": reading(False, Cause.FORCED),
    "Tr": reading(True, Cause.ABOVE_RANGE),
    "Fr": reading(False, Cause.ABOVE_RANGE),
    "Ti": reading(True, Cause.SIMULATED),
    "Ts": reading(True, Cause.STALE),
    "Fs": reading(False, Cause.STALE),
    "B": reading(None, Cause.DEVICE_OFFLINE),
    "N": reading(None, Cause.NEVER_READ),
}
RANK = {
    Cause.NONE: 0,
    Cause.FORCED: 1,
    Cause.SIMULATED: 2,
    Cause.ABOVE_RANGE: 3,
    Cause.STALE: 4,
    Cause.DEVICE_OFFLINE: 5,
    Cause.NEVER_READ: 6,
}


def expected_logic(names: tuple[str, ...], deciding: bool) -> tuple[bool | None, Cause, str | None]:
    """The rule as it stands in the help, said a second way: over sorted lists."""
    operands = [(TRUTHS[name].value, TRUTHS[name].cause, path) for name, path in zip(names, "XYZ", strict=False)]
    settling = [operand for operand in operands if operand[0] is deciding]
    if settling:
        value, cause, path = sorted(settling, key=lambda operand: RANK[operand[1]])[0]
    else:
        value, cause, path = sorted(operands, key=lambda operand: -RANK[operand[1]])[0]
        value = None if value is None else not deciding
    return value, cause, None if cause is Cause.NONE else path  # type: ignore[return-value]


@pytest.mark.parametrize("operator", ["and", "or"])
def test_that_three_valued_logic_follows_the_table_for_every_pair(operator: str) -> None:
    for names in product(TRUTHS, repeat=2):
        x, y = (TRUTHS[name] for name in names)
        result = evaluate(f"{{X}} {operator} {{Y}}", X=x, Y=y)
        value, cause, path = expected_logic(names, operator == "or")
        assert (result.value, result.cause, result.culprit) == (value, cause, path), names
        assert result.status == CAUSES[cause].status


@pytest.mark.parametrize("operator", ["and", "or"])
def test_that_three_operands_give_the_same_in_one_chain_and_in_pairs(operator: str) -> None:
    for names in product(TRUTHS, repeat=3):
        readings = dict(zip("XYZ", (TRUTHS[name] for name in names), strict=True))
        chain = evaluate(f"{{X}} {operator} {{Y}} {operator} {{Z}}", **readings)
        assert chain == evaluate(f"({{X}} {operator} {{Y}}) {operator} {{Z}}", **readings), names
        assert chain == evaluate(f"{{X}} {operator} ({{Y}} {operator} {{Z}})", **readings), names
        assert (chain.value, chain.cause, chain.culprit) == expected_logic(names, operator == "or"), names


def test_that_not_turns_and_into_or_in_every_quality() -> None:
    for x, y in product(TRUTHS.values(), repeat=2):
        assert evaluate("not ({X} and {Y})", X=x, Y=y) == evaluate("not {X} or not {Y}", X=x, Y=y)


def test_that_the_plain_table_of_the_help_holds() -> None:
    table = {
        ("true", "true"): (True, True),
        ("true", "false"): (False, True),
        ("false", "false"): (False, False),
        ("true", "bad"): (None, True),
        ("false", "bad"): (False, None),
        ("bad", "bad"): (None, None),
    }
    operands = {"true": "true", "false": "false", "bad": "(1 / 0 > 1)"}
    for (left, right), expected in table.items():
        for one, other in ((left, right), (right, left)):
            both = evaluate(f"{operands[one]} and {operands[other]}"), evaluate(f"{operands[one]} or {operands[other]}")
            assert tuple(result.value for result in both) == expected
            assert all(result.good == (result.value is not None) for result in both)


@pytest.mark.parametrize(
    "source",
    [
        "{X} + {Y}",
        "{X} * {Y}",
        "{X} ** {Y}",
        "{X} < {Y}",
        "{X} == {Y}",
        "max({X}, {Y})",
        "clamp({X}, {Y}, 9)",
        "0 < {X} < {Y}",
    ],
)
def test_that_the_worst_input_wins_and_is_named_the_leftmost_of_equals(source: str) -> None:
    for (x_cause, x_rank), (y_cause, y_rank) in product(RANK.items(), repeat=2):
        x = reading(None if x_rank > RANK[Cause.STALE] else 1, x_cause)
        y = reading(None if y_rank > RANK[Cause.STALE] else 2, y_cause)
        result = evaluate(source, X=x, Y=y)
        cause, path = (x_cause, "X") if x_rank >= y_rank else (y_cause, "Y")
        assert result.cause is cause
        assert result.culprit == (None if cause is Cause.NONE else path)
        assert result.status == CAUSES[cause].status
        assert (result.value is None) == (max(x_rank, y_rank) > RANK[Cause.STALE])


def test_that_an_uncertain_value_is_computed_with_and_a_bad_one_is_not_even_when_it_is_kept() -> None:
    assert evaluate("{X} * 2", X=reading(21, Cause.STALE)).value == 42
    assert evaluate("{X} * 2", X=reading(21, Cause.DEVICE_OFFLINE)).value is None
    assert evaluate("{X}", X=reading(21, Cause.DEVICE_OFFLINE)).value is None


def test_that_a_forced_value_stays_marked_and_good() -> None:
    result = evaluate("{X} + {Y}", X=reading(1), Y=reading(2, Cause.FORCED))
    assert result == (3, Status.GOOD_LOCAL_OVERRIDE, Cause.FORCED, "Y")
    assert result.good


@pytest.mark.parametrize(
    ("given_reading", "status", "cause"),
    [
        (Reading(None), Status.BAD, Cause.INPUT_NOT_GOOD),
        (Reading(None, Status.UNCERTAIN, Cause.STALE), Status.BAD, Cause.STALE),
        (Reading(3, Status.BAD), Status.BAD, Cause.INPUT_NOT_GOOD),
        (Reading(3, 0x80AB_0000), 0x80AB_0000, Cause.INPUT_NOT_GOOD),
        (Reading(3, 0xC000_0000), 0xC000_0000, Cause.INPUT_NOT_GOOD),
        (Reading(3, Status.UNCERTAIN), Status.UNCERTAIN, Cause.INPUT_NOT_GOOD),
        (Reading((1, 2)), Status.BAD_TYPE_MISMATCH, Cause.TYPE_MISMATCH),  # type: ignore[arg-type]
    ],
)
def test_that_a_reading_without_a_cause_or_a_value_still_gets_a_cause(
    given_reading: Reading, status: int, cause: Cause
) -> None:
    result = evaluate("{X}", X=given_reading)
    assert (result.status, result.cause, result.culprit) == (status, cause, "X")
    assert (result.value is None) == (quality_class(status) is QualityClass.BAD)


def test_that_a_choice_counts_its_condition_and_the_chosen_branch_only() -> None:
    bad, stale = reading(None, Cause.DEVICE_OFFLINE), reading(5, Cause.STALE)
    for source in ("{X} if {C} else {Y}", "if({C}, {X}, {Y})", "select({C}, {Y}, {X})"):
        assert evaluate(source, C=reading(True), X=reading(1), Y=bad) == Result(1)
        assert evaluate(source, C=reading(False), X=bad, Y=reading(2)) == Result(2)
        assert evaluate(source, C=reading(True), X=stale, Y=bad)[2:] == (Cause.STALE, "X")
        assert evaluate(source, C=bad, X=reading(1), Y=reading(2))[2:] == (Cause.DEVICE_OFFLINE, "C")
        marked = evaluate(source, C=reading(True, Cause.STALE), X=reading(1), Y=bad)
        assert marked == (1, Status.UNCERTAIN_LAST_USABLE_VALUE, Cause.STALE, "C")
        both = evaluate(source, C=reading(True, Cause.FORCED), X=stale, Y=bad)
        assert both == (5, Status.UNCERTAIN_LAST_USABLE_VALUE, Cause.STALE, "X")
        equals = evaluate(source, C=reading(True, Cause.STALE), X=stale, Y=bad)
        assert equals == (5, Status.UNCERTAIN_LAST_USABLE_VALUE, Cause.STALE, "C")
        assert evaluate(source, C=reading(True, Cause.STALE), X=bad, Y=stale)[0] is None


def test_that_isgood_and_quality_use_the_quality_up() -> None:
    for cause in Cause:
        rule = CAUSES[cause]
        severity = quality_class(rule.status)
        x = reading(None if severity is QualityClass.BAD else 1, cause)
        assert evaluate("isgood({X})", X=x) == Result(severity is QualityClass.GOOD)
        assert evaluate("quality({X})", X=x) == Result(int(severity))
        assert evaluate("{X} if isgood({X}) else -1", X=x).good


def test_that_a_failed_operation_names_the_tag_to_look_at() -> None:
    assert evaluate("{A} / ({B} - {C})", A=reading(1), B=reading(2), C=reading(2)).culprit == "B"
    assert evaluate("{A} % 0", A=reading(1)).culprit == "A"
    assert evaluate("1 + {A} * {B}", A=reading(2**62), B=reading(2)).culprit == "A"
    assert evaluate("{A} + {B} // {C}", A=reading(1), B=reading(2), C=reading(0)).culprit == "C"
    assert evaluate("{A} * 2 / {B} / {C}", A=reading(1), B=reading(2), C=reading(0)).culprit == "C"
    assert evaluate("1 + {A} + {B}", A=reading(2**62), B=reading(2**62)).culprit == "A"
    assert evaluate("sqrt({A} - {B})", A=reading(1), B=reading(2)).culprit == "A"
    assert evaluate("select({A}, {B})", A=reading(1), B=reading(2)).culprit == "A"
    assert evaluate("1 / 0").culprit is None


def test_that_a_failure_outweighs_an_uncertain_input() -> None:
    result = evaluate("{A} / {B}", A=reading(1, Cause.STALE), B=reading(0))
    assert result[2:] == (Cause.DIVISION_BY_ZERO, "B")


@settings(deadline=None, database=None, max_examples=200)
@given(st.lists(st.sampled_from(sorted(set(Cause) - {Cause.NONE})), min_size=1, max_size=6))
def test_that_a_sum_is_as_bad_as_its_worst_input(causes: list[Cause]) -> None:
    inputs = [
        reading(None if quality_class(CAUSES[cause].status) is QualityClass.BAD else 1, cause) for cause in causes
    ]
    source = " + ".join(f"{{T{index}}}" for index in range(len(causes)))
    result = compile_expression(source).evaluate(inputs)
    severity = [(quality_class(CAUSES[cause].status), look_of(cause)) for cause in causes]
    first = severity.index(max(severity))
    assert (result.cause, result.culprit) == (causes[first], f"T{first}")
