"""Every code that the store, the history server and their verbs use has its sentence in both languages."""

import re
from pathlib import Path

import pytest

from hmi.model.text import Language
from hmi.words import load

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    *(ROOT / "hmi" / "store").rglob("*.py"),
    *(ROOT / "hmi" / "engine" / "history_server").rglob("*.py"),
    *(ROOT / "hmi" / "cli" / name for name in ("audit.py", "history.py", "alarms.py")),
]
CODES = sorted(
    {code for path in FILES for code in re.findall(r'"((?:store|cli)\.[a-z_]+(?:\.[a-z_]+)*)"', path.read_text())}
    - {"store.sqlite", "store.replacing"}
    | {f"cli.history.{name}" for name in ("tag", "user", "alarm", "occurrence", "command")}
)


def test_that_the_codes_are_found_at_all():
    assert {"store.disk_full", "store.audit_changed", "cli.audit.whole", "store.newer"} <= set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_that_a_code_has_words_in_both_languages_with_the_same_gaps(code):
    gaps = [set(re.findall(r"{(\w+)}", load(language)[code])) for language in Language]
    assert gaps[0] == gaps[1]
