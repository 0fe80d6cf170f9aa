"""Everything that the room says exists in both languages."""

import re
from pathlib import Path

from hmi.model.text import Language
from hmi.resources import resource_path
from hmi.words.catalogue import parse_po

ROOM = Path(__file__).resolve().parents[3] / "hmi" / "engine" / "sessions"
CODES = {
    code
    for path in ROOM.glob("*.py")
    for code in re.findall(r'"(sessions\.[a-z_]+)"', path.read_text(encoding="utf-8"))
}


def catalogue(language: Language) -> dict[str, str]:
    path = resource_path("locale", language.value, "sessions.po")
    return parse_po(path.read_text("utf-8"), path.name)


def test_that_every_code_has_words_and_no_words_are_left_over():
    assert CODES == set(catalogue(Language.EN)) == set(catalogue(Language.ZH))


def test_that_both_languages_have_the_same_gaps():
    gaps = [{code: set(re.findall(r"{(\w+)}", text)) for code, text in catalogue(one).items()} for one in Language]
    assert gaps[0] == gaps[1]
