"""Every code that the commands use has its sentence in both languages, with the same gaps, filled by what is given."""

import re
from pathlib import Path

import pytest

from hmi.model.device import DeviceState
from hmi.model.reason import reason
from hmi.model.text import Language
from hmi.words import load, say_reason
from hmi.words.catalogue import parse_po

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [path.read_text(encoding="utf-8") for path in (ROOT / "hmi/engine/commands").glob("*.py")]
USED = {code for source in SOURCES for code in re.findall(r'"(command\.[a-z_]+)"', source)} | {
    f"command.device_{state.value}"
    for state in set(DeviceState) - {DeviceState.ONLINE, DeviceState.DEGRADED, DeviceState.NOT_RUNNING}
}
SAID = set(parse_po((ROOT / "resources/locale/en/commands.po").read_text(encoding="utf-8"), "commands.po"))


def test_that_the_sentences_are_those_that_are_used():
    assert len(USED) > 60
    assert USED == SAID


@pytest.mark.parametrize("code", sorted(USED))
def test_that_a_code_has_words_in_both_languages_with_the_same_gaps(code):
    gaps = [set(re.findall(r"{(\w+)}", load(language)[code])) for language in Language]
    assert gaps[0] == gaps[1]
    assert all(load(language)[code].strip() for language in Language)


def test_that_the_gaps_of_every_reason_are_filled_where_it_is_made():
    """Each `reason("command.x", a=..., b_code=...)` gives all gaps of its sentence, and no more."""
    words = load(Language.EN)
    for source in SOURCES:
        for code, given in re.findall(
            r'reason\(\s*"(command\.[a-z_]+)"((?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*)\)', source
        ):
            names = {
                re.sub(r"_(code|zh|en)$", "", name) for name in re.findall(r"(\w+)=", re.sub(r"\(.*?\)", "", given))
            }
            if "**" not in given:
                assert names == set(re.findall(r"{(\w+)}", words[code])), code


def test_that_a_cause_and_a_text_of_the_project_are_said_in_the_language_of_the_sentence():
    refused = reason("command.refused", cause_code="cause.illegal_value")
    assert say_reason(refused, Language.EN).startswith("The device refused: ")
    assert say_reason(refused, Language.ZH) != say_reason(refused, Language.EN)
    assert "cause." not in say_reason(refused, Language.ZH)
