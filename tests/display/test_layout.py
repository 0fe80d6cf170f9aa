"""What cannot be drawn is named in its place, and everything else is drawn."""

import itertools

import numpy as np
import pytest

from hmi.display.layout import place
from hmi.display.parts import NumberPart, StatePart
from hmi.display.stage import Stage
from hmi.display.symbols import drawings
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.symbols import FAMILIES
from hmi.model.symbols.schema import Palette
from hmi.model.text import Language
from tests.display.rig import LOOKS, element, grey, level_tag, painted, picture, pixels, screen, stage_of
from tests.display.stand_in import StandIn

TAG = level_tag()
BIND = {"value": "{L/T.Level}"}
FAULTY = {
    "unknown family": element("x", "reactor_of_a_pack", (100, 100, 260, 90)),
    "unknown property": element("x", "readout", (100, 100, 260, 90), BIND, colour="red"),
    "property out of range": element("x", "readout", (100, 100, 260, 90), BIND, size=400),
    "property of a wrong kind": element("x", "readout", (100, 100, 260, 90), BIND, size="big"),
    "none of the choices": element("x", "readout", (100, 100, 260, 90), BIND, label="behind"),
    "unknown slot": element("x", "readout", (100, 100, 260, 90), {"volume": "{L/T.Level}"}),
    "broken expression": element("x", "readout", (100, 100, 260, 90), {"value": "{L/T.Level} +"}),
}


def words_painted(monkeypatch, faulty, language):
    said = []
    monkeypatch.setattr(
        "hmi.display.layout.paint_placeholder", lambda painter, box, name, words, theme: said.append((name, words))
    )
    Stage(screen(), (faulty,), {TAG.path: TAG}, load_theme(), language)
    return said


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("fault", list(FAULTY))
def test_that_a_faulty_element_is_a_placeholder_with_its_type_and_the_reason(fault, language, monkeypatch):
    ((name, words),) = words_painted(monkeypatch, FAULTY[fault], language)
    assert name == FAULTY[fault].type
    assert len(words) > 8
    assert not words.startswith(("symbol.", "expression."))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in words) is (language is Language.ZH)


def test_that_a_placeholder_stands_in_its_box_and_the_others_are_drawn():
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 42.0)
    good = element("g", "readout", (10, 10, 136, 56), BIND, tag="OK")
    alone = grey(picture([good], {TAG.path: TAG}, source))
    both = grey(picture([good, FAULTY["unknown family"]], {TAG.path: TAG}, source))
    differs = np.argwhere(alone != both)
    assert len(differs) > 500
    assert differs.min(axis=0).tolist() >= [100, 100]
    assert differs.max(axis=0).tolist() <= [190, 360]


def test_that_a_drawing_that_raises_is_named_in_log_and_picture(expected_logs, monkeypatch):
    expected_logs.expect("hmi.ui", "drawing of readout")

    class Broken:
        family = FAMILIES["readout"]

        def static(self, painter, placed):
            raise AttributeError

        def parts(self, placed):
            raise AttributeError

    stage = Stage(
        screen(), (element("r", "readout", (10, 10, 136, 56), BIND),), {TAG.path: TAG}, load_theme(), Language.EN,
        families={"readout": Broken()},
    )  # fmt: skip
    assert stage.count == 0
    assert len(stage.targets) == 1


def test_that_paint_code_of_a_pack_that_raises_leaves_the_rest_of_the_screen_alone(expected_logs):
    expected_logs.expect("hmi.ui", "drawing of readout")
    expected_logs.expect("hmi.ui", "picture broken of readout")

    class Broken:
        family = FAMILIES["readout"]

        def static(self, painter, placed):
            raise AttributeError

        def parts(self, placed):
            def paint(painter, rect, state, theme):
                painter.translate(1000, 1000)
                raise ZeroDivisionError

            return (StatePart("value", (10, 10, 50, 50), (0, 1), paint, key="broken"),)

    good = element("v", "valve", (200, 100, 56, 56), {"open": "{L/T.Level}"}, z="z")
    bad = element("r", "readout", (10, 10, 136, 56), BIND)
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 1.0)
    broken = {**drawings(), "readout": Broken()}
    alone = painted(stage_of([good], {TAG.path: TAG}, source))
    both = painted(stage_of([good, bad], {TAG.path: TAG}, source, families=broken))
    assert np.array_equal(alone[90:170, 190:270], both[90:170, 190:270])
    assert not np.array_equal(alone[10:66, 10:146], both[10:66, 10:146])


def test_that_elements_are_drawn_in_their_order():
    under = element("a", "panel", (10, 10, 200, 200), z="b", ground="well")
    over = element("b", "panel", (60, 60, 200, 200), z="c", ground="head")
    swapped = element("b", "panel", (60, 60, 200, 200), z="a", ground="head")
    one, two = (pixels(picture([first, second], {}, None)) for first, second in ((over, under), (swapped, under)))
    theme = load_theme()
    assert one[150, 150].tolist()[::-1] == list(theme.colour("head").getRgb()[:3])
    assert two[150, 150].tolist()[::-1] == list(theme.colour("well").getRgb()[:3])


def test_that_a_pipe_passes_under_what_stands_before_it():
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 1.0)
    line = {"points": [[0, 20], [380, 20]]}
    pipe = element("p", "pipe", (10, 100, 380, 40), {"flow": "{L/T.Level}"}, z="b", **line)
    card = element("c", "panel", (100, 60, 120, 120), z="c")
    theme = load_theme()
    image = pixels(picture([pipe, card], {TAG.path: TAG}, source))
    ground = list(theme.colour("card").getRgb()[:3])[::-1]
    assert (image[110:130, 105:215] == ground).all()
    assert image[120, 60].tolist()[::-1] == list(theme.colour("pipe").getRgb()[:3])


def test_that_every_family_has_its_drawing_and_every_drawing_its_family():
    assert set(drawings()) == set(FAMILIES)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_that_every_family_can_be_drawn_with_nothing_but_its_defaults(family):
    width, height = FAMILIES[family].size
    bare = element("x", family, (40, 60, width, height))
    placed = place(bare, stage_of([], {}).bindings, load_theme(), Language.EN, drawings())[1]
    assert placed.props == FAMILIES[family].props()
    painted(stage_of([bare], {}, size=(800, 500)))
    slots = [slot.name for slot in FAMILIES[family].slots]
    assert len(slots) == len(set(slots))
    assert isinstance(FAMILIES[family].palette, Palette)


@pytest.mark.parametrize("family", sorted(name for name in FAMILIES if FAMILIES[name].slots))
def test_that_no_family_hides_that_a_value_is_not_live(family):
    schema = FAMILIES[family]
    width, height = schema.size
    for slot in schema.slots:
        if slot.kind.value == "text":
            continue
        one = element("x", family, (200, 120, width, height), {slot.name: "{L/T.Level}"})
        source = StandIn({TAG.path: TAG})
        stage = stage_of([one], {TAG.path: TAG}, source, size=(800, 500))
        if stage.bindings.source_of("{L/T.Level}") not in stage.source:
            continue  # by its defaults the family does not show this slot
        found = {}
        # The chip of a panel speaks of what concerns a group; a forced value tells so by its own mark.
        names = ("good", "stale", "bad", "uncertain", *(() if family == "panel" else ("forced",)))
        for name in names:
            source.set(TAG.path, 1.0, LOOKS[name], age_s=30)
            stage.update()
            found[name] = painted(stage)
        for first, second in itertools.combinations(found, 2):
            assert not np.array_equal(found[first], found[second]), (slot.name, first, second)


def test_that_a_part_of_an_unbound_slot_shows_the_never_read_look():
    class Careless:
        family = FAMILIES["readout"]

        def static(self, painter, placed):
            pass

        def parts(self, placed):
            return (NumberPart("value", 20, 40),)

    bare = element("r", "readout", (10, 10, 136, 56))
    source = StandIn({TAG.path: TAG})
    unbound = painted(stage_of([bare], {}, source, families={"readout": Careless()}))
    bound = element("r", "readout", (10, 10, 136, 56), BIND)
    never = painted(stage_of([bound], {TAG.path: level_tag(unit="")}, source, families={"readout": Careless()}))
    assert np.array_equal(unbound, never)
    source.set(TAG.path, 3.0, Cause.NONE)
    good = painted(stage_of([bound], {TAG.path: level_tag(unit="")}, source, families={"readout": Careless()}))
    assert not np.array_equal(good, never)


@pytest.mark.parametrize("family", sorted(name for name in FAMILIES if FAMILIES[name].slots))
def test_that_a_family_paints_only_in_the_cells_of_what_changed(family):
    schema = FAMILIES[family]
    width, height = schema.size
    at = (180, 100, width, height)
    one = element("x", family, at, {slot.name: "{L/T.Level}" for slot in schema.slots if slot.kind.value != "text"})
    source = StandIn({TAG.path: TAG})
    stage = stage_of([one], {TAG.path: TAG}, source, size=(760, 420))
    before = painted(stage)
    for name in ("good", "bad", "stale", "not running", "bad without a value", "forced", "above range"):
        for value in (1.0, 87.4):
            source.set(TAG.path, value, LOOKS[name], age_s=372)
            parts = stage.update()
            after = painted(stage)
            outside = np.ones(after.shape[:2], dtype=np.bool_)
            for left, top, right, bottom in stage.rects[parts].tolist():
                outside[top:bottom, left:right] = False
            assert np.array_equal(before[outside], after[outside]), (name, value)
            before = after
