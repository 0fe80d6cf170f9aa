"""Each quality looks different, without colour, on every symbol; no painter can hide it."""

import itertools

import msgspec
import numpy as np
import pytest
from PySide6 import QtCore, QtGui

from hmi.display.parts import PaintPart
from hmi.display.symbols import drawings
from hmi.model.quality import Cause
from hmi.model.symbols.schema import Palette, Slot, SlotKind, SymbolFamily
from hmi.model.tag import DataType
from hmi.model.text import Language, Text
from tests.display.rig import by_look, element, grey, level_tag, picture, pixels, tag
from tests.display.stand_in import StandIn

TAG = level_tag()
WHERE = {"value": "{L/T.Level}"}
SAMPLES = {
    "readout": (lambda: [element("r", "readout", (100, 100, 136, 56), WHERE, tag="CT-102")], 55.1),
    "right-aligned readout": (
        lambda: [element("r", "readout", (150, 100, 136, 56), WHERE, right=True, label="none")],
        55.1,
    ),
    "bar": (lambda: [element("b", "bar", (100, 60, 150, 120), WHERE, tag="T-102")], 55.1),
    "filled bar": (lambda: [element("b", "bar", (100, 60, 150, 120), WHERE, style="fill", number=False)], 55.1),
    "lying bar": (lambda: [element("b", "bar", (100, 60, 180, 60), WHERE, sideways=True)], 55.1),
    "tank": (lambda: [element("t", "tank", (100, 40, 160, 256), {"level": "{L/T.Level}"})], 55.1),
    "bare tank": (
        lambda: [element("t", "tank", (100, 40, 160, 256), {"level": "{L/T.Level}"}, scale=False, number=False)],
        55.1,
    ),
    "valve": (lambda: [element("v", "valve", (100, 100, 56, 56), {"open": "{L/T.Level}"}, tag="XV-1")], 1),
    "control valve": (lambda: [element("v", "valve", (100, 100, 56, 56), WHERE, kind="control", tag="TV-1")], 62),
}


ONE_UNKNOWN = ("valve",)


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("sample", list(SAMPLES))
def test_that_every_two_looks_differ_without_colour(sample, theme):
    make, value = SAMPLES[sample]
    found = by_look(make, {TAG.path: TAG}, value, theme=theme)
    # A picture has no last value to keep: with and without one, a bad state is one and the same "unknown".
    alike = [
        (one, other)
        for one, other in itertools.combinations(found, 2)
        if np.count_nonzero(np.abs(found[one] - found[other]) > 40) < 12
    ]
    assert [pair for pair in alike if not (sample in ONE_UNKNOWN and pair == ("bad", "bad without a value"))] == []


@pytest.mark.parametrize("theme", ["day", "night"])
@pytest.mark.parametrize("value", [0.0, 62.0])
@pytest.mark.parametrize("sideways", [False, True])
def test_that_a_filled_bar_alone_differs_from_good_in_every_other_look_even_at_zero(theme, value, sideways):
    size = (180, 40) if sideways else (40, 180)

    def make():
        return [element("b", "bar", (100, 60, *size), WHERE, style="fill", number=False, sideways=sideways)]

    found = by_look(make, {TAG.path: TAG}, value, theme=theme)
    for name in found:
        if name != "good":
            assert np.count_nonzero(np.abs(found[name] - found["good"]) > 24) >= 60, name


def test_that_words_of_a_text_tag_show_their_quality():
    text = tag("L/Recipe", type=DataType.STRING)
    found = by_look(lambda: [element("w", "text", (100, 100, 160, 30), {"text": "{L/Recipe}"})], {text.path: text}, 0)
    for one, other in itertools.combinations(found, 2):
        assert np.count_nonzero(np.abs(found[one] - found[other]) > 40) >= 12, (one, other)


def test_that_a_panel_says_in_words_what_concerns_its_group_and_nothing_else():
    found = by_look(lambda: [element("p", "panel", (10, 40, 380, 200), WHERE, tag="T-102")], {TAG.path: TAG}, 55.1)
    own = ("good", "simulated", "substituted", "forced", "above range", "below range")
    for name in own:
        assert np.array_equal(found[name], found["good"])
    for one, other in itertools.combinations(["good", *(name for name in found if name not in own)], 2):
        assert np.count_nonzero(np.abs(found[one] - found[other]) > 40) >= 12, (one, other)


class _Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Liar:
    """A drawing of a pack that ignores everything and paints a navy 42."""

    family = SymbolFamily(
        name="liar",
        title=Text(zh="假", en="Liar"),
        help=Text(zh="假", en="Liar"),
        palette=Palette.DRAWING,
        props=_Props,
        properties=(),
        slots=(Slot("value", SlotKind.NUMBER, Text(zh="值", en="Value"), Text(zh="值", en="Value")),),
    )

    def static(self, painter, placed):
        pass

    def parts(self, placed):
        box = placed.box
        return (PaintPart(("value",), (box.x(), box.y(), box.width(), box.height()), self.lie),)

    @staticmethod
    def lie(painter, rect, state, theme):
        painter.fillRect(rect.adjusted(-500, -500, 500, 500), theme.colour("card"))
        painter.setFont(theme.font(40, 600))
        painter.setPen(theme.pen("value"))
        painter.drawText(rect, QtCore.Qt.AlignmentFlag.AlignCenter, "42")


FAMILIES = {**drawings(), "liar": Liar()}
NAVY = np.array([0x54, 0x33, 0x0F])


def _liar():
    return [element("l", "liar", (100, 60, 120, 80), WHERE)]


def _navy(image: QtGui.QImage) -> int:
    return int((np.abs(pixels(image) - NAVY).max(axis=2) < 24).sum())


def test_that_a_painter_that_ignores_quality_cannot_hide_it():
    found = by_look(_liar, {TAG.path: TAG}, 55.1, families=FAMILIES)
    for one, other in itertools.combinations(found, 2):
        assert np.count_nonzero(np.abs(found[one] - found[other]) > 40) >= 12, (one, other)


@pytest.mark.parametrize("cause", [Cause.STALE, Cause.DEVICE_OFFLINE, Cause.NOT_A_NUMBER, Cause.NEVER_READ])
def test_that_nothing_navy_is_left_of_a_painter_whose_value_is_not_live(cause):
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 42.0)
    assert _navy(picture(_liar(), {TAG.path: TAG}, source, families=FAMILIES)) > 100
    source = StandIn({TAG.path: TAG})
    if cause is not Cause.NEVER_READ:
        source.set(TAG.path, 42.0, cause)
    assert _navy(picture(_liar(), {TAG.path: TAG}, source, families=FAMILIES)) == 0


def test_that_a_painter_cannot_paint_outside_of_its_element():
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 42.0)
    empty = pixels(picture([], {}, None))
    shown = pixels(picture(_liar(), {TAG.path: TAG}, source, families=FAMILIES))
    outside = np.ones(shown.shape[:2], dtype=np.bool_)
    outside[60:140, 100:220] = False
    assert (shown == empty)[outside].all()


def test_that_a_painter_that_fails_is_named_and_its_element_left_out(expected_logs):
    expected_logs.expect("hmi.ui", "painter of element")

    class Broken(Liar):
        @staticmethod
        def lie(painter, rect, state, theme):
            raise ZeroDivisionError

    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 42.0)
    image = picture(_liar(), {TAG.path: TAG}, source, families={**FAMILIES, "liar": Broken()})
    assert _navy(image) == 0


def test_that_a_painter_is_given_no_value_that_is_not_there():
    given = []

    class Curious(Liar):
        @staticmethod
        def lie(painter, rect, state, theme):
            given.append(dict(state))

    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 42.0)
    picture(_liar(), {TAG.path: TAG}, source, families={**FAMILIES, "liar": Curious()})
    source.set(TAG.path, 42.0, Cause.NOT_A_NUMBER)
    picture(_liar(), {TAG.path: TAG}, source, families={**FAMILIES, "liar": Curious()})
    assert given == [{"value": 42.0}]


def test_that_marks_speak_the_language_of_the_screen():
    make, _ = SAMPLES["readout"]
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 55.1, Cause.FORCED)
    english, chinese = (
        grey(picture(make(), {TAG.path: TAG}, source, language=language)) for language in (Language.EN, Language.ZH)
    )
    assert np.count_nonzero(np.abs(english - chinese) > 60) > 12


def test_that_a_stale_value_shows_its_age_and_the_age_goes_on():
    make, _ = SAMPLES["readout"]
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 55.1, Cause.STALE, age_s=48)
    before = grey(picture(make(), {TAG.path: TAG}, source))
    source.now += 1_000_000_000
    after = grey(picture(make(), {TAG.path: TAG}, source))
    changed = np.argwhere(before != after)
    assert len(changed) > 10
    assert changed[:, 1].min() > 170
