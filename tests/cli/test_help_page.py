"""The help's page about the command line names every verb and every option, in both languages."""

import argparse
import re
from pathlib import Path

import pytest

from hmi.cli.main import VERBS, build_parser
from hmi.model.text import Language
from hmi.words.catalogue import load

ROOT = Path(__file__).resolve().parents[2]


def options_of(entry):
    """Gives the options of a verb and of its own verbs."""
    for action in entry._actions:
        if action.help is argparse.SUPPRESS:
            continue
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options_of(inner)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("verb", VERBS)
def test_that_every_verb_and_option_is_in_the_help(verb, language):
    page = (ROOT / "resources" / "help" / language / "command-line.md").read_text(encoding="utf-8")
    common, *sections = re.split(r"^## ", page, flags=re.MULTILINE)
    section = next(text for text in sections if text.splitlines()[0].strip() == verb)
    entry = build_parser([verb])._subparsers._group_actions[0].choices[verb]
    for option in set(options_of(entry)):
        assert f"`{option}" in section or f"`{option}" in common, option


def test_that_the_help_names_no_verb_that_does_not_exist():
    for language in ("en", "zh-CN"):
        page = (ROOT / "resources" / "help" / language / "command-line.md").read_text(encoding="utf-8")
        named = set(re.findall(r"^## (\S+)$", page, flags=re.MULTILINE))
        assert named == set(VERBS)


CODE = re.compile(
    r"\b(?:tell|say|reason|HmiError|UsageError|EnvironmentFault|ProjectError)\(\s*f?\"([a-z_]+\.[a-z_.{}]+)\""
)


@pytest.mark.parametrize("room", ["cli", "link", "launcher", "shell"])
def test_that_every_code_that_is_said_has_words_in_both_languages(room):
    said = set()
    for path in (ROOT / "hmi" / room).rglob("*.py"):
        said.update(CODE.findall(path.read_text(encoding="utf-8")))
    catalogues = {language: set(load(language)) for language in Language}
    for code in said:
        for language, known in catalogues.items():
            start = code.partition("{")[0]
            found = code in known if start == code else any(one.startswith(start) for one in known)
            assert found, f"{code} has no words in {language.value}"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_the_index_leads_to_every_page_and_to_no_other(language):
    folder = ROOT / "resources" / "help" / language
    index = (folder / "index.md").read_text(encoding="utf-8")
    linked = {link for link in re.findall(r"\]\(([^)]+\.md)\)", index) if not link.startswith("..")}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")} - {"index.md"}
    assert linked == there
