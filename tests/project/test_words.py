"""Everything this room says exists in both languages, with the same gaps."""

import re
import string
from pathlib import Path

from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words.catalogue import parse_po

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    *(ROOT / "hmi/project").rglob("*.py"),
    *(ROOT / "hmi/cli" / f"{verb}.py" for verb in ("new", "check", "diff", "merge", "merge_driver")),
]
CALLS = {
    r'"(project\.[a-z_]+(?:\.[a-z_]+)*)"': "{}",
    r'\bfault\(\s*"([a-z_0-9]+)"': "project.{}",
    r'_Refused\(\s*"([a-z_]+)"': "project.{}",
    r'file_problem\([^,]+, "([a-z_]+)"': "project.{}",
    r'file_problem\([^,]+, "[a-z_]+", "([a-z_]+)"': "project.mend.{}",
    r'_Refused\(\s*"[a-z_]+", "([a-z_]+)"': "project.mend.{}",
    r'mend="([a-z_0-9]+)"': "project.mend.{}",
    r'findings\.(?:error|warning|hint)\(\s*[^"]*?(?:f?"[^"]*"[^"]*?)??"([a-z_]+)", "[a-z_]+"': "project.{}",
    r'TableError\([^"]*(?:"", )?"([a-z_]+)"': "project.csv.{}",
}
FOLDED = {
    "project.bad_path", "project.bad_name", "project.bad_parameter_name", "project.csv.number", "project.csv.type",
    "project.csv.flag", "project.mend.path", "project.mend.name", "project.mend.parameter_name",
    *(f"project.kind.{kind}" for kind in ("project", "device", "type", "instance", "tag", "screen")),
    "project.kind.element", "project.kind.navigation", "project.kind.alarm",
    *(f"project.severity.{name}" for name in ("error", "warning", "hint")),
    *(f"project.diff.{name}" for name in ("added", "removed", "changed")),
    *(f"project.cli.merge.{name}" for name in ("base", "ours", "theirs")),
    "project.expected_form", "project.missing_field", "project.unknown_field",
    *(f"project.expected_{kind}" for kind in ("whole", "number", "text", "truth", "object", "list", "other")),
    *(f"project.{code}" for code in ("at_least", "at_most", "text_longer", "text_shorter", "list_length")),
    "project.number_too_large", "project.wrong_choice", "project.not_json", "project.cut_short",
}  # fmt: skip
"""Codes that are put together while running."""


def catalogue(language: Language) -> dict[str, str]:
    path = resource_path("locale", language.value, "project.po")
    return parse_po(path.read_text("utf-8"), path.name)


def used_codes() -> set[str]:
    codes = set(FOLDED)
    for path in SOURCES:
        source = path.read_text("utf-8")
        for pattern, form in CALLS.items():
            codes |= {form.format(found) for found in re.findall(pattern, source)}
    return codes - {"project.json"}


def test_that_both_languages_have_the_same_codes_with_the_same_gaps():
    en, zh = catalogue(Language.EN), catalogue(Language.ZH)
    assert set(en) == set(zh)
    for code, words in en.items():
        gaps = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (words, zh[code])]
        assert gaps[0] == gaps[1], code
        assert words, code
        assert zh[code], code


def test_that_every_code_that_is_used_has_words():
    assert sorted(used_codes() - set(catalogue(Language.EN))) == []


def test_that_most_codes_were_found_in_the_sources():
    assert len(used_codes()) > 150


def test_that_no_sentence_is_left_over():
    everything = "\n".join(path.read_text("utf-8") for path in SOURCES)
    unused = [
        code
        for code in catalogue(Language.EN)
        if code not in FOLDED and f'"{code.rpartition(".")[2]}"' not in everything and f'"{code}"' not in everything
    ]
    assert unused == []
