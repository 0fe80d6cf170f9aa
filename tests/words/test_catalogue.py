"""The catalogue: codes become sentences, and both languages say the same things."""

import re
import string

import pytest

from hmi.model.errors import LinkLost, ProjectError
from hmi.model.quality import CAUSES, Cause
from hmi.model.reason import reason
from hmi.model.text import Language
from hmi.words import load, say, say_error, say_reason
from hmi.words.catalogue import parse_po

BOTH = (Language.ZH, Language.EN)


def _gaps(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_that_both_languages_have_the_same_codes_and_no_empty_sentence() -> None:
    zh, en = load(Language.ZH), load(Language.EN)
    assert set(zh) == set(en)
    assert not [code for code in zh if not zh[code].strip() or not en[code].strip()]


def test_that_both_languages_fill_the_same_gaps() -> None:
    zh, en = load(Language.ZH), load(Language.EN)
    assert {code: (_gaps(zh[code]), _gaps(en[code])) for code in en if _gaps(zh[code]) != _gaps(en[code])} == {}


def test_that_chinese_sentences_hold_chinese_and_english_ones_do_not() -> None:
    han = re.compile(r"[\u4e00-\u9fff]")
    english = load(Language.EN)
    english_with_han = [code for code, words in english.items() if han.search(words)]
    assert english_with_han == [code for code in english_with_han if code.endswith(".own_name")]


@pytest.mark.parametrize("cause", list(Cause))
def test_that_each_cause_has_words_and_a_rule(cause: Cause) -> None:
    assert cause in CAUSES
    for language in BOTH:
        assert f"cause.{cause.name.lower()}" in load(language)


def test_that_a_code_without_words_is_shown_rather_than_left_blank() -> None:
    assert say("nothing.such", Language.EN, tag="T1") == "nothing.such(tag=T1)"
    assert say("nothing.such", Language.ZH) == "nothing.such"


def test_that_an_error_names_its_place_before_the_sentence() -> None:
    assert say_error(ProjectError("nothing.such", place="tags/a.jsonl:3"), Language.EN).startswith("tags/a.jsonl:3: ")


def test_that_a_lost_link_speaks_the_words_of_its_cause() -> None:
    lost = LinkLost(Cause.DEVICE_REFUSED)
    assert say_reason(lost.reason, Language.EN) == say("cause.device_refused", Language.EN)


def test_that_arguments_are_text_and_never_a_format_of_their_own() -> None:
    assert say_reason(reason("nothing.such", name="{0.__class__}"), Language.EN) == "nothing.such(name={0.__class__})"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ('msgid ""\nmsgstr "header"\n', {}),
        ('msgid "a.b"\nmsgstr "one"\n', {"a.b": "one"}),
        (
            '# note\nmsgid "a"\nmsgstr ""\n"two "\n"lines"\n\nmsgid "b"\nmsgstr "x\\"y"\n',
            {"a": "two lines", "b": 'x"y'},
        ),
    ],
)
def test_that_a_catalogue_is_read_line_by_line(text: str, messages: dict[str, str]) -> None:
    assert parse_po(text, "a.po") == messages


@pytest.mark.parametrize("text", ['msgid "a"\nmsgstr "x"\nmsgid "a"\nmsgstr "y"\n', "nonsense\n", '"before any id"\n'])
def test_that_a_faulty_catalogue_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"a\.po:\d+"):
        parse_po(text, "a.po")


def test_that_an_argument_may_be_a_code_or_a_text_of_the_project() -> None:
    nested = reason("command.store", cause_code="store.cannot_open", error="denied")
    assert "denied" in say_reason(nested, Language.EN)
    assert "store." not in say_reason(nested, Language.ZH)
    titled = reason("command.interlock", title_zh="手动", title_en="manual")
    assert say_reason(titled, Language.ZH).endswith("手动")
    assert say_reason(titled, Language.EN).endswith("manual")
