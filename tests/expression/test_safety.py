"""Whatever the source: only ExpressionError when compiling, none when evaluating, little time, little memory."""

import ast
import itertools
import math
import random
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hmi.expression
from hmi.expression import (
    Expression,
    ExpressionError,
    Result,
    _closures,
    _operations,
    bounds,
    compile_expression,
    references_of,
)
from hmi.model.quality import Cause, QualityClass, quality_class
from hmi.model.value import Reading
from tests.expression.programs import ANY_READINGS, GARBAGE, GOOD_READINGS, PROGRAMS

PACKAGE = Path(hmi.expression.__file__).parent
LIMIT_S = 0.050
LIMIT_BYTES = 10_000_000
ALLOWED_IMPORTS = {
    "collections.abc", "decimal", "enum", "functools", "math", "msgspec", "operator", "re", "typing",
}  # fmt: skip
FORBIDDEN_NAMES = {
    "eval", "exec", "compile", "__import__", "getattr", "setattr", "globals", "locals", "vars", "open", "input",
    "importlib", "breakpoint", "delattr", "type",
}  # fmt: skip


def faults_of_source(text: str) -> list[str]:
    """Find what could execute or reach anything: forbidden names, imports beyond the list, format of user's text."""
    faults = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_NAMES:
            faults.append(f"name {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in {"format", "format_map", "__globals__", "__builtins__"}:
            faults.append(f"attribute {node.attr}")
        imported = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            imported = [node.module or ""]
        faults += [
            f"import {name}"
            for name in imported
            if name not in ALLOWED_IMPORTS and not name.startswith(("hmi.model", "hmi.expression"))
        ]
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        ):
            faults.append("broad except")
    return faults


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_that_the_package_holds_nothing_that_executes_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("re.compile(", "re_compile(")
    assert faults_of_source(text) == []


@pytest.mark.parametrize(
    "text", ["eval('1')", "x = compile", "import os", "from builtins import exec", "''.format(1)", "try: 1\nexcept: 2"]
)
def test_that_the_search_for_executing_code_finds_it(text: str) -> None:
    assert faults_of_source(text)


def check(result: Result) -> None:
    """Hold a result to its promises."""
    assert (result.value is None) == (quality_class(result.status) is QualityClass.BAD)
    assert result.good or result.cause is not Cause.NONE
    value = result.value
    if isinstance(value, float):
        assert math.isfinite(value)
    elif isinstance(value, str):
        assert len(value) <= bounds.TEXT_CHARACTERS
    elif value is not None:
        assert bounds.INTEGER_LOW <= value <= bounds.INTEGER_HIGH


def compiled(source: str) -> Expression | None:
    try:
        return compile_expression(source)
    except ExpressionError as error:
        column = error.column
    assert 1 <= column <= len(source) + 1
    return None


QUICK = settings(deadline=None, database=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(GARBAGE, st.data())
def test_that_garbage_ends_in_an_expression_error_or_a_result(source: str, data: st.DataObject) -> None:
    try:
        references_of(source)
    except ExpressionError:
        assert compiled(source) is None
    expression = compiled(source)
    if expression is not None:
        check(expression.evaluate([data.draw(ANY_READINGS) for _ in expression.references]))


@QUICK
@given(PROGRAMS, st.data())
def test_that_any_program_with_any_readings_gives_a_result_within_its_bounds(source: str, data: st.DataObject) -> None:
    expression = compiled(source)
    if expression is None:
        return
    readings = [data.draw(ANY_READINGS) for _ in expression.references]
    result = expression.evaluate(readings)
    check(result)
    assert expression.evaluate(readings) == result
    assert result.culprit is None or result.culprit in expression.references


@QUICK
@given(PROGRAMS, st.data())
def test_that_the_short_way_gives_what_the_long_way_defines(source: str, data: st.DataObject) -> None:
    expression = compiled(source)
    if expression is None:
        return
    readings = [data.draw(GOOD_READINGS) for _ in expression.references]
    short = expression.evaluate(readings)
    with pytest.MonkeyPatch.context() as patch:
        for module in (_closures, _operations):
            patch.setattr(module, "NUMBERS", frozenset())
        long = expression.evaluate(readings)
    assert repr(short) == repr(long)  # repr also tells -0.0 from 0.0 and 1 from 1.0 and true


HUGE_INPUTS = [Reading(2**63 - 1), Reading(1.7e308), Reading(-(2**63)), Reading("x" * 256), Reading(5e-324)]
WORST_SOURCES = [
    "+".join(["{A}"] * 490),
    "*".join(["{A}"] * 490),
    "**".join(["{A}"] * 30),
    "({A} ** 1000) // ({B} ** 1000) + " * 60 + "1",
    " + ".join(["text({A}, 15)"] * 120),
    " + ".join(["round({E}, 15)"] * 110),
    "+".join(["'" + "w" * 256 + "'"] * 7),
    " and ".join(["{A} < {B} < {C}"] * 80),
    "select({A}, " + ", ".join(["{B} ** 2"] * 120) + ")",
    "if(" * 31 + "{A}" + ", {B}, {C})" * 31,
    "avg(" + ",".join(["{B}"] * 490) + ")",
    "log(exp(sin({B})) + 1, 3) + " * 60 + "1",
    "bit({A}, 63) + " * 120 + "1",
    "{D} + " * 300 + "{D}",
    "not " * 31 + "{A}",
]
UNREADABLE_SOURCES = [
    "max(" + ", ".join(["text({A}, 15)"] * 120) + ")",
    "(" * 2000,
    "{" * 2000,
    "-" * 2000,
    "not " * 500,
    "9" * 2000,
    "0x" + "f" * 1998,
    "1e" + "9" * 1998,
    "." * 2000,
    "'" + "\\'" * 999,
    "if(" * 666,
    "1 if " * 400,
    "{a}" * 666,
    "2**" * 666 + "2",
    "text(" * 400,
    "'%1000000000d' % {A}",
    "f'{1:>1000000000}'",
    "9**9**9**9**9**9",
    "((({A} ** 99) ** 99) ** 99) ** 99",
    "x" * 3_000_000,
]


def fuzzed_sources(count: int, seed: int) -> list[str]:
    """Long random programs near the bounds, the same at every run."""
    dice = random.Random(seed)
    atoms = ["{A}", "{B}", "{C}", "{D}", "{E}", "2", "0.5", "'a'", "9223372036854775807", "1e308"]
    joins = [" + ", " - ", " * ", " / ", " // ", " % ", " ** ", " < ", " == ", " and ", " or ", ", "]
    wraps = ["max(", "text(", "select(", "(", "avg(", "round(", "if(", "isgood(", "-(", "not ("]
    sources = []
    for _ in range(count):
        parts: list[str] = []
        open_brackets = 0
        while sum(map(len, parts)) < 1800:
            while dice.random() < 0.3 and open_brackets < 25:
                parts.append(dice.choice(wraps))
                open_brackets += 1
            parts.append(dice.choice(atoms))
            while open_brackets and dice.random() < 0.3:
                parts.append(")")
                open_brackets -= 1
            parts.append(dice.choice(joins))
        sources.append("".join(parts)[:1900] + "1" + ")" * open_brackets)
    return sources


def longest_of(source: str) -> tuple[float, float]:
    """Measure compiling and evaluating in CPU seconds, the better of two rounds (one may collect others' garbage)."""
    rounds = []
    for _ in range(2):
        before = time.thread_time()
        expression = compiled(source)
        between = time.thread_time()
        if expression is not None:
            for shift in range(len(HUGE_INPUTS)):
                inputs = itertools.islice(itertools.cycle(HUGE_INPUTS), shift, shift + len(expression.references))
                check(expression.evaluate(list(inputs)))
        rounds.append((between - before, (time.thread_time() - between) / len(HUGE_INPUTS)))
    return min(compiling for compiling, _ in rounds), min(evaluating for _, evaluating in rounds)


@pytest.mark.parametrize("source", [*WORST_SOURCES, *UNREADABLE_SOURCES], ids=lambda source: source[:30])
def test_that_the_worst_sources_stay_within_time_and_memory(source: str) -> None:
    compiling, evaluating = longest_of(source)
    assert compiling < LIMIT_S
    assert evaluating < LIMIT_S
    tracemalloc.start()
    try:
        longest_of(source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LIMIT_BYTES


@pytest.mark.parametrize("source", WORST_SOURCES, ids=lambda source: source[:30])
def test_that_the_worst_sources_are_measured_running_and_not_refused(source: str) -> None:
    assert compiled(source) is not None


def test_that_long_random_programs_stay_within_time_and_memory() -> None:
    sources = fuzzed_sources(60, seed=20261124)
    tracemalloc.start()
    try:
        for source in sources:
            compiled(source)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LIMIT_BYTES
    for source in sources:
        assert max(longest_of(source)) < LIMIT_S


@pytest.mark.long
@pytest.mark.timeout(600)
@settings(deadline=None, database=None, max_examples=20_000, suppress_health_check=list(HealthCheck))
@given(st.one_of(PROGRAMS, GARBAGE), st.data())
def test_that_twenty_thousand_programs_raise_nothing_and_stay_quick(source: str, data: st.DataObject) -> None:
    expression = compiled(source)
    if expression is not None:
        check(expression.evaluate([data.draw(ANY_READINGS) for _ in expression.references]))
    assert max(longest_of(source)) < LIMIT_S
