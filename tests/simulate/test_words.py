"""Every sentence of the simulator exists in both languages, with the same gaps."""

import re
from pathlib import Path

import hmi.simulate
from hmi.model.text import Language
from hmi.words import load

ROOM = Path(hmi.simulate.__file__).parent


def used_codes() -> set[str]:
    source = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    return set(re.findall(r'"(simulate\.[a-z_]+)"', source))


def test_that_every_code_has_words_in_both_languages_and_no_words_are_left_over():
    for language in Language:
        words = {code for code in load(language) if code.startswith("simulate.")}
        assert used_codes() == words, language


def test_that_both_languages_fill_the_same_gaps():
    zh, en = load(Language.ZH), load(Language.EN)
    for code in used_codes():
        assert set(re.findall(r"{(\w+)}", zh[code])) == set(re.findall(r"{(\w+)}", en[code])), code
