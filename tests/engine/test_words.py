"""Every code that engine and image use has its sentence in both languages, with the same gaps."""

import re
from pathlib import Path

import pytest

from hmi.model.text import Language
from hmi.words import load

ROOT = Path(__file__).resolve().parents[2]
CODES = sorted(
    {
        code
        for room in ("engine", "image")
        for path in (ROOT / "hmi" / room).rglob("*.py")
        for code in re.findall(r'(?:reason|Error|Fault)\(\s*"([a-z_]+\.[a-z_.]+)"', path.read_text())
    }
)


def test_that_the_codes_are_found_at_all():
    assert {"engine.silent", "engine.already_running", "image.snapshot_broken"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_that_a_code_has_words_in_both_languages_with_the_same_gaps(code):
    gaps = [set(re.findall(r"{(\w+)}", load(language)[code])) for language in Language]
    assert gaps[0] == gaps[1]
