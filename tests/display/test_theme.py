"""Themes are complete, readable and quiet; fonts keep digits in columns."""

import json
import re

import msgspec
import pytest

from hmi.display.contrast import ALARM, PAIRS, chroma, faults_of, ratio
from hmi.display.theme import TOKENS, Theme, ThemeFile, load_theme, theme_names
from hmi.model.text import Text
from hmi.resources import resource_path


def tokens_of(name):
    return json.loads(resource_path("themes", f"{name}.json").read_text(encoding="utf-8"))["tokens"]


def test_that_day_and_night_are_there():
    assert theme_names() == ("day", "night")


@pytest.mark.parametrize("name", ["day", "night"])
def test_that_every_pair_of_a_theme_can_be_read_and_only_alarm_is_strong(name):
    assert faults_of(tokens_of(name)) == []


def test_that_all_pairs_of_the_rules_are_looked_at():
    assert len(PAIRS) == 52
    assert {token for pair in PAIRS for token in pair[:2]} <= set(TOKENS)


def test_that_contrast_is_that_of_wcag():
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert ratio("#46515A", "#CFD4D8") == pytest.approx(5.44, abs=0.005)


def test_that_chroma_is_that_of_cielab():
    assert chroma("#808080") == pytest.approx(0.0, abs=0.01)
    assert chroma("#FF0000") == pytest.approx(104.55, abs=0.1)


def test_that_a_weak_text_and_a_loud_grey_are_named():
    tokens = {**tokens_of("day"), "ink2": "#B0B0B0", "liq": "#3070FF", "p1": "#A09090"}
    faults = faults_of(tokens)
    assert any(fault.startswith("ink2 on bg") for fault in faults)
    assert any(fault.startswith("liq: chroma") for fault in faults)
    assert any(fault.startswith("p1: chroma") for fault in faults)


@pytest.mark.parametrize(
    "change", [lambda t: t.pop("ghost"), lambda t: t.update(extra="#000000"), lambda t: t.update(ink="navy")]
)
def test_that_an_incomplete_theme_is_refused(change):
    tokens = tokens_of("day")
    change(tokens)
    with pytest.raises(ValueError, match="theme broken"):
        Theme(ThemeFile(name="broken", title=Text(zh="x", en="x"), tokens=tokens))


def test_that_a_theme_with_an_unknown_field_is_refused(tmp_path):
    whole = msgspec.json.decode(resource_path("themes", "day.json").read_bytes())
    (tmp_path / "odd.json").write_bytes(msgspec.json.encode({**whole, "shadow": 3}))
    with pytest.raises(ValueError, match="odd"):
        load_theme("odd", tmp_path)


def test_that_an_unknown_theme_is_named():
    with pytest.raises(ValueError, match="theme dusk"):
        load_theme("dusk")


def test_that_digits_stand_in_columns():
    theme = load_theme()
    for weight in (400, 600):
        widths = [theme.width(digit, 22, weight) for digit in "0123456789"]
        assert max(widths) - min(widths) < 0.05
    assert theme.width("111", 22, 600) == pytest.approx(3 * theme.width("0", 22, 600), abs=0.1)


def test_that_fonts_are_those_of_the_rules():
    from PySide6 import QtGui

    theme = load_theme()
    assert QtGui.QFontInfo(theme.font(17)).family() == "Inter"
    assert QtGui.QFont.HintingPreference.PreferNoHinting is theme.font(17).hintingPreference()
    assert theme.font(17) is theme.font(17)


def test_that_colours_and_pens_are_made_once():
    theme = load_theme()
    assert theme.colour("ink") is theme.colour("ink")
    assert theme.pen("edge", 1.75) is theme.pen("edge", 1.75)


def test_that_drawing_code_names_no_colour():
    colour = re.compile(r"#[0-9A-Fa-f]{6}\b|QColor\((?!text\))")
    folder = resource_path().parent / "hmi" / "display"
    found = [
        f"{path.name}: {line.strip()}"
        for path in folder.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if colour.search(line) and "#RRGGBB" not in line
    ]
    assert found == []
    assert set(ALARM) < set(TOKENS)
