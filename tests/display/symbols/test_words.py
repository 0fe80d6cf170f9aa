"""Every word that a drawing takes from the catalogue exists in both languages."""

import re
from pathlib import Path

import hmi.display.symbols
from hmi.model.text import Language
from hmi.words import load

LIMITS = {f"symbols.{name}" for name in ("high_high", "high", "low", "low_low")}
"""Codes that the sparkline makes from the names of limits."""


def codes():
    folder = Path(hmi.display.symbols.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    return set(re.findall(r'["\'](symbols\.[a-z_]+)["\']', text)) | LIMITS


def test_each_code_has_words_in_both_languages():
    found = codes()
    assert len(found) >= 10
    for language in Language:
        known = {code for code in load(language) if code.startswith("symbols.")}
        assert known == found, f"{language}: {known ^ found}"
