"""What stands in one block says a quality once, a chip gives its cause in whole words, a surface spares the numbers."""

import numpy as np
import pytest
from PySide6 import QtGui

from hmi.display.alarm_shapes import TABLE, reach
from hmi.display.item import Seen
from hmi.display.layout import place
from hmi.display.painted import Glance, PaintedCause
from hmi.display.parts import CausePart
from hmi.display.stage import Stage
from hmi.display.symbols import drawings
from hmi.display.theme import READING_PX, READING_SMALL_PX, Theme, load_theme
from hmi.model.quality import Cause, words_of
from hmi.model.tag import DataType
from hmi.model.text import Language
from hmi.project import read_project
from hmi.resources import resource_path
from hmi.words import say
from tests.display.rig import element, level_tag, painted, stage_of, tag
from tests.display.stand_in import StandIn

PV, SP = level_tag(), tag("L/SP", type=DataType.FLOAT64)
TAGS = {PV.path: PV, SP.path: SP}
BAR = element("b", "bar", (100, 60, 150, 120), {"value": "{L/T.Level}", "setpoint": "{L/SP}"}, tag="T-102")


def marks_of(stage: Stage) -> int:
    """How many marks are shown beside pictures and pointers (those of numbers are not counted)."""
    over = stage._over
    rows = over.first + np.arange(len(over.marked)) * 5 + 2
    return int(stage.fragments.alive[rows].sum())


@pytest.mark.parametrize("cause", [Cause.PLC_NOT_RUNNING, Cause.STALE, Cause.SIMULATED])
def test_that_a_set_point_has_a_mark_only_where_it_says_something_else_than_the_value(cause):
    source = StandIn(TAGS)
    source.set(PV.path, 55.1)
    source.set(SP.path, 60.0, cause)
    stage = stage_of([BAR], TAGS, source)
    assert marks_of(stage) == 1
    source.set(PV.path, 55.1, cause)
    stage.update()
    assert marks_of(stage) == 0
    source.set(SP.path, 60.0, Cause.FORCED)
    stage.update()
    assert marks_of(stage) == 1
    assert Seen(int(stage.bindings.seen[stage.bindings.source_of("{L/SP}")])) is Seen.FORCED


@pytest.mark.parametrize("value", range(0, 101, 3))
def test_that_the_surface_of_a_liquid_does_not_cross_its_numbers(value):
    tags = {PV.path: PV}
    source = StandIn(tags)
    source.set(PV.path, float(value))
    stage = stage_of([element("t", "tank", (100, 20, 200, 280), {"level": "{L/T.Level}"})], tags, source)
    levels, line = stage._levels, stage.theme.colour("liqline")
    left, top, right, bottom = levels._clear[0].tolist()
    assert right - left > 60
    block = painted(stage)[top + 1 : bottom, left + 1 : right - 1]
    wanted = np.array([line.blue(), line.green(), line.red()])
    rows = (np.abs(block - wanted).max(axis=2) <= 3).mean(axis=1)
    assert rows.max(initial=0.0) < 0.5


def test_that_a_small_screen_has_larger_text_in_every_theme():
    for name in ("day", "night"):
        theme = load_theme(name)
        assert (theme.for_width(1366).reading_px, theme.for_width(1920).reading_px) == (READING_SMALL_PX, READING_PX)
        assert theme.for_width(1366).width("PLC-1") == theme.width("PLC-1", READING_SMALL_PX)
        assert theme.for_width(1366) is theme.for_width(1350).for_width(1366)


COMMON = (Cause.DEVICE_REFUSED, Cause.DEVICE_TIMED_OUT)
SHAPE = 20 + 2 * reach(TABLE, 2)
"""Round the words of a chip that has the shape of an alarm in place of its disc, pixels."""
SAID = [
    Cause.PLC_NOT_RUNNING,
    Cause.ONLY_ZEROS,
    Cause.MAP_CHANGED,
    Cause.LIVENESS_PENDING,
    Cause.NEVER_READ,
    Cause.STALE,
    Cause.DEVICE_OFFLINE,
    Cause.DEVICE_REFUSED,
    Cause.DEVICE_RESET,
    Cause.DEVICE_TIMED_OUT,
    Cause.DEVICE_CONNECTING,
    Cause.ENGINE_RESTARTED,
    Cause.DEVICE_DISABLED,
]


def chip_of(cause: Cause, theme: Theme, language: Language) -> float:
    """Width of a chip without an age, pixels; three dashes are wider than a disc."""
    around = 60 if cause is Cause.NEVER_READ else 46
    return theme.width(say(words_of(cause), language), theme.reading_px, 600) + around


@pytest.mark.parametrize("language", Language)
def test_that_no_chip_of_the_example_is_ever_cut(language):
    project = read_project(resource_path("examples", "buffer-line")).project
    cut, count = [], 0
    for screen in project.screens:
        stage = Stage(screen, (), {}, load_theme(), language)
        theme, known = stage.theme, drawings()
        for one in project.elements[screen.id]:
            if one.type != "panel" or not one.bind:
                continue
            drawing, placed = place(one, stage.bindings, theme, language, known)
            for part in drawing.parts(placed):
                if isinstance(part, CausePart):
                    count += 1
                    widths = [chip_of(cause, theme, language) for cause in SAID]
                    tag = project.tags_by_path[one.bind["value"].strip("{}")]
                    named = "" if tag.device == part.known else f"{tag.device} "
                    widths += [
                        theme.width(named + say(words_of(cause), language), theme.reading_px, 600) + SHAPE
                        for cause in SAID
                        if cause in COMMON
                    ]
                    if max(widths) > part.width + part.covers:
                        cut.append((screen.path, one.id))
    assert count > 20
    assert cut == []


@pytest.mark.parametrize(
    ("language", "words"), [(Language.ZH, "PLC-1 无应答 6:12"), (Language.EN, "PLC-1 no answer 6:12")]
)
def test_that_a_chip_names_the_device_its_cause_and_its_age_and_leaves_room_for_the_shape_of_its_alarm(
    monkeypatch, language, words
):
    said, theme = [], load_theme()
    monkeypatch.setattr(Theme, "write", lambda self, painter, x, y, text, **_: said.append((text, x)) or 0.0)
    painter = QtGui.QPainter(image := QtGui.QImage(600, 60, QtGui.QImage.Format.Format_RGB32))
    glance = Glance(1.0, Seen.BAD, None, Cause.DEVICE_TIMED_OUT, 372, 0.0, 0.0)

    def chip(**part):
        return PaintedCause(1, CausePart("value", 0, 20, **part), "PLC-1", theme, language)

    (wide := chip(width=400)).paint(painter, (glance,))
    (alarmed := chip(width=400)).priority = 2
    alarmed.paint(painter, (glance,))
    chip(width=400, known="PLC-1").paint(painter, (glance,))
    (narrow := chip(width=theme.width(words, None, 600) + 60)).priority = 2
    narrow.paint(painter, (glance,))
    chip(width=theme.width(words, None, 600) + 10).paint(painter, (glance,))
    painter.end()
    assert not image.isNull()
    (plain, at), (with_shape, moved), (known, _), (kept, _), (without_age, _) = said
    assert plain == with_shape == kept == words
    assert moved - at == 2 * reach(TABLE, 2)
    assert known == words.removeprefix("PLC-1 ")
    assert without_age == words.removesuffix(" 6:12")
    assert wide.shape_at is None
    assert alarmed.shape_at.x() < moved
    alarmed.paint(painter, (Glance(1.0, Seen.GOOD, None, 0, 0, 0.0, 0.0),))
    assert alarmed.shape_at is None
