"""Every key that the window takes everywhere stands in the help's table of keys, in both languages."""

import re
from pathlib import Path

import pytest
from PySide6 import QtGui

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"PgDown": "Page Down", "PgUp": "Page Up", "Esc": "Escape"}


def keys_in_help(language):
    """Words of the first column of the table of keys."""
    page = (ROOT / "resources" / "help" / language / "command-line.md").read_text(encoding="utf-8")
    section = next(text for text in re.split(r"^## ", page, flags=re.MULTILINE) if text.startswith("window"))
    rows = [line.split("|")[1].strip() for line in section.splitlines() if line.startswith("|")]
    return rows[2:]


def named(rows, key):
    """Whether a key stands in the rows, or in a row that tells the first and the last of several."""
    words = re.split(r"[,、]\s*", "、".join(rows))
    ends = [re.split(r" to | 至 ", row) for row in rows if " to " in row or " 至 " in row]
    return key in words or any(first <= key <= last and len(key) == len(last) for first, last in ends)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_every_shortcut_of_the_window_stands_in_the_table(window, language):
    shortcuts = window.findChildren(QtGui.QShortcut)
    assert len(shortcuts) > 8
    rows = keys_in_help(language)
    for shortcut in shortcuts:
        key = shortcut.key().toString()
        for short, word in NAMES.items():
            key = key.replace(short, word)
        assert named(rows, key), key


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_keys_which_widgets_take_stand_in_the_table(language):
    words = {
        "Key_Escape": ("Escape",), "Key_Return": ("Enter", "回车"), "Key_Enter": ("Enter", "回车"),
        "Key_Space": ("space", "空格"), "Key_Left": ("arrow", "方向键"), "Key_Right": ("arrow", "方向键"),
        "Key_Up": ("arrow", "方向键"), "Key_Down": ("arrow", "方向键"), "Key_Home": ("Home",), "Key_End": ("End",),
    }  # fmt: skip
    taken = set()
    for room in ("shell", "views", "display"):
        for path in (ROOT / "hmi" / room).rglob("*.py"):
            taken.update(re.findall(r"\bKey_\w+", path.read_text(encoding="utf-8")))
    table = " ".join(keys_in_help(language))
    for key in sorted(taken):
        assert any(word in table for word in words[key]), key
