"""CONTRIBUTING.md, decisions and licence say what is there."""

import re
import tomllib

import dev
from installer.setup.environment import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DECISIONS = ROOT / "resources" / "help" / "decisions"


def test_that_every_room_is_on_the_map():
    rooms = {path.parent.name for path in (ROOT / "hmi").glob("*/__init__.py")}
    mapped = set(re.findall(r"^\| `(\w+)/` \|", TEXT, re.MULTILINE))
    assert rooms <= mapped, f"not on the map of CONTRIBUTING.md: {sorted(rooms - mapped)}"
    planned = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["clearline"]["planned_rooms"]
    assert mapped <= rooms | {name.removeprefix("hmi.") for name in planned}


def test_that_every_verb_is_explained():
    usage = dev.parser().format_help()
    verbs = set(re.findall(r"^    ([a-z][a-z-]+)\b", usage, re.MULTILINE))
    explained = set(re.findall(r"`([a-z-]+)(?: [^`]*)?`", TEXT))
    assert len(verbs) == 9
    assert verbs <= explained


def test_that_every_file_that_the_text_names_exists():
    for name in re.findall(r"`((?:hmi|tests|resources|installer)/[\w/.-]+)`", TEXT):
        if not re.search(r"NAME|alarm", name):
            assert (ROOT / name).exists(), name


def test_that_decisions_are_numbered_dated_and_short():
    records = sorted(DECISIONS.glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers[0] == 0
    assert len(set(numbers)) == len(numbers), "two decisions have one number"
    for path in records[1:]:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"Date: \d{4}-\d\d-\d\d", text), path.name
        assert re.search(r"Status: (proposed|accepted|replaced by \d{4})", text), path.name
        assert {"## Context", "## Decision", "## Consequences"} <= set(text.splitlines()), path.name
        assert len(text.splitlines()) <= 80, path.name


def test_that_the_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
