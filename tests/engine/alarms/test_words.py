"""Everything that the room says exists in both languages."""

import re
from pathlib import Path

import pytest

from hmi.engine.alarms.states import TABLE
from hmi.engine.alarms.watch import WITH_LIMIT
from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words.catalogue import parse_po

ROOM = Path(__file__).resolve().parents[3] / "hmi" / "engine" / "alarms"
WRITTEN = {
    code for path in ROOM.glob("*.py") for code in re.findall(r'"(alarms\.[a-z_]+)"', path.read_text(encoding="utf-8"))
}
CODES = (
    WRITTEN
    | {step.reason for step in TABLE.values() if step.reason}
    | {f"alarms.{what}.{kind.value}" for kind in AlarmKind for what in ("title", "kind")}
    | {f"alarms.event.{event.value}" for event in AlarmEvent}
    | {f"alarms.state.{state.name.lower()}" for state in AlarmState}
)


def catalogue(language: Language) -> dict[str, str]:
    path = resource_path("locale", language.value, "alarms.po")
    return parse_po(path.read_text("utf-8"), path.name)


@pytest.mark.parametrize("language", list(Language))
def test_that_every_code_has_words_and_no_words_are_left_over(language: Language):
    words = catalogue(language)
    assert set(words) == CODES
    assert all(words.values())


def test_that_both_languages_have_the_same_gaps():
    english, chinese = catalogue(Language.EN), catalogue(Language.ZH)
    for code, words in english.items():
        assert sorted(re.findall(r"{(\w+)}", words)) == sorted(re.findall(r"{(\w+)}", chinese[code])), code


def test_that_kinds_with_a_limit_are_those_that_have_two_sides():
    assert {AlarmKind.HIGH_HIGH, AlarmKind.HIGH, AlarmKind.LOW, AlarmKind.LOW_LOW} == WITH_LIMIT
