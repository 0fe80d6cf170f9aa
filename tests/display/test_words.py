"""Every word that the screen says exists in both languages; the help names every symbol."""

import re

import pytest

from hmi.display.help_page import page
from hmi.model.quality import Cause
from hmi.model.symbols import FAMILIES
from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words import load

CODE = re.compile(r"\"((?:display|symbol)\.[a-z_]+)\"")
ROOMS = ("hmi/display", "hmi/model/symbols")


def codes_used():
    root = resource_path().parent
    found = set()
    for room in ROOMS:
        for path in (root / room).rglob("*.py"):
            found |= set(CODE.findall(path.read_text(encoding="utf-8")))
    return found | {f"display.command_{state}" for state in ("rejected", "failed", "timed_out", "unknown")}


@pytest.mark.parametrize("language", list(Language))
def test_that_every_code_of_this_room_has_words(language):
    words = load(language)
    assert {code for code in codes_used() if not words.get(code)} == set()
    assert {cause.name for cause in Cause if not words.get(f"cause.{cause.name.lower()}")} == set()


def test_that_both_languages_have_the_same_gaps():
    gaps = re.compile(r"\{(\w+)\}")
    english, chinese = load(Language.EN), load(Language.ZH)
    for code in codes_used():
        assert set(gaps.findall(english[code])) == set(gaps.findall(chinese[code])), code


def test_that_marks_are_single_letters():
    for language in Language:
        for code in ("display.mark_forced", "display.mark_simulated", "display.mark_substituted"):
            assert len(load(language)[code]) == 1


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_that_a_family_is_documented_whole(family):
    schema = FAMILIES[family]
    assert [one.name for one in schema.properties] == list(schema.props.__struct_fields__)
    for text in (schema.title, schema.help):
        assert text.zh
        assert text.en
    for one in (*schema.properties, *schema.slots):
        assert one.title.zh
        assert one.title.en
        assert len(one.help.zh) > 3
        assert len(one.help.en) > 5


@pytest.mark.parametrize("language", list(Language))
def test_that_the_help_page_is_that_of_the_registry(language):
    written = resource_path("help", language.value, "symbols.md").read_text(encoding="utf-8")
    assert written == page(language), "run: python -m hmi.display.help_page"


@pytest.mark.parametrize("language", list(Language))
def test_that_the_help_names_every_family_slot_and_property(language):
    written = resource_path("help", language.value, "symbols.md").read_text(encoding="utf-8")
    for schema in FAMILIES.values():
        section = written.split(f"(`{schema.name}`)", 1)[1].split("\n### ", 1)[0]
        for one in (*schema.properties, *schema.slots):
            assert f"| `{one.name}` |" in section
