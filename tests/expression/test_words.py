"""Every error has words in both languages, and the help names everything that the language has."""

import re
from pathlib import Path
from string import Formatter

import pytest

import hmi.expression
from hmi.expression import FUNCTIONS, ExpressionError, bounds, compile_expression
from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words import load, say_error

PACKAGE = Path(hmi.expression.__file__).parent


def codes_in_source() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("*.py"))
    return set(re.findall(r'"(expression\.[a-z_]+)"', text))


@pytest.mark.parametrize("language", list(Language))
def test_that_the_catalogue_and_the_code_have_the_same_codes(language: Language) -> None:
    assert {code for code in load(language) if code.startswith("expression.")} == codes_in_source()


def test_that_both_languages_use_the_same_gaps() -> None:
    for code in codes_in_source():
        gaps = [{gap for _, gap, _, _ in Formatter().parse(load(language)[code]) if gap} for language in Language]
        assert gaps[0] == gaps[1], code


ONE_OF_EACH = [
    "", "1 +", "1 + *", "1 2", "(1", "{A", "'a", "'" + "a" * 257 + "'", "'\\n'", "1.", "1e999", "{A} && 1",
    "（1)", "1\u3000", "#", "\x01", "{}", "{" + "A" * 201 + "}", "{A'}", "{A.}", "(" * 40, "1+" * 500 + "1",
    "+".join(f"{{T{n}}}" for n in range(65)), "1 + not true", "abs", "eval(1)", "True", "abs()", "1 if 2", "-'a'",
    "'a' + 1", "len(1)", " " * 2001,
]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_that_every_error_is_said_as_one_sentence_without_open_gaps(language: Language) -> None:
    said = set()
    for source in ONE_OF_EACH:
        with pytest.raises(ExpressionError) as caught:
            compile_expression(source)
        sentence = say_error(caught.value, language)
        said.add(caught.value.reason.code)
        assert sentence.endswith("." if language is Language.EN else "。"), sentence
        assert len(sentence) < 400
        assert caught.value.reason.code not in sentence
        if caught.value.reason.code not in ("expression.empty", "expression.too_long"):
            assert str(caught.value.column) in sentence
    assert said == codes_in_source()


def help_page(language: Language) -> str:
    return resource_path("help", language.value, "expressions.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", list(Language))
def test_that_the_help_names_every_function_operator_and_bound(language: Language) -> None:
    page = help_page(language)
    rows = re.findall(r"^\| `([a-z]+\(.*?\))` \|", page, re.MULTILINE)
    assert rows == [FUNCTIONS[name].signature for name in sorted(FUNCTIONS)]
    for operator in ("+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "a or b", "a and b", "not a"):
        assert f"`{operator}`" in page
    for bound in (bounds.SOURCE_CHARACTERS, bounds.NODES, bounds.REFERENCES, bounds.DEPTH, bounds.PATH_CHARACTERS):
        assert re.search(rf"\b{bound}\b", page.rsplit("##", 1)[1], re.ASCII)
    for bound in (bounds.TEXT_CHARACTERS, bounds.EXPONENT, bounds.INTEGER_LOW, bounds.INTEGER_HIGH, bounds.DECIMALS):
        assert str(bound) in page


@pytest.mark.parametrize("language", list(Language))
def test_that_the_examples_of_the_help_compile(language: Language) -> None:
    page = help_page(language)
    examples = re.findall(r"^    (\S.*)$", page, re.MULTILINE)
    examples += re.findall(r"`([^`]+ if [^`]*\{[^`]+)`", page)
    assert len(examples) == 5
    for example in examples:
        compile_expression(example, base="Line/Tank1")
