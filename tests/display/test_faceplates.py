"""A faceplate is a screen made of a loop's tags: whole, inside its room, and operable."""

import pytest
from PySide6 import QtCore

from hmi.display.faceplates import WIDTH, faceplate_of
from hmi.display.faceplates.loop import LOW, MOST_CONDITIONS, TALL
from hmi.display.parts import FaceplateSubject
from hmi.display.stage import Stage
from hmi.display.theme import load_theme
from hmi.model.symbols import FAMILIES
from hmi.model.symbols.props import decode_props
from hmi.model.tag import Interlock, Limits, Ramp, Span, WriteRules
from hmi.model.text import Language, Text
from tests.display.rig import level_tag
from tests.display.stand_in import StandIn, tag

PATHS = {role: f"L/TIC.{role.upper()}" for role in ("pv", "sp", "out", "mode")}
SUBJECT = FaceplateSubject("loop", "TIC-102", Text(zh="温度", en="Temperature"), PATHS)
HEIGHTS = (TALL, 1200, LOW, 400)


def loop_tags(interlocks=(), writable=True, **ramp):
    rules = WriteRules(interlocks=tuple(interlocks), ramp=Ramp(**ramp) if ramp else None)
    return {
        PATHS["pv"]: level_tag(
            PATHS["pv"], unit="°C", limits=Limits(high=60, high_high=65), normal=Span(low=57, high=59)
        ),
        PATHS["sp"]: level_tag(PATHS["sp"], unit="°C", writable=writable, write=Span(low=20, high=65)),
        PATHS["out"]: level_tag(PATHS["out"], writable=writable, write=Span(low=0, high=100), rules=rules),
        PATHS["mode"]: tag(
            PATHS["mode"], writable=writable, states={"0": Text(zh="手动", en="MAN"), "1": Text(zh="自动", en="AUTO")}
        ),
    }


def kinds(plate):
    return [one.type for one in plate.elements]


@pytest.mark.parametrize("height", HEIGHTS)
def test_that_everything_lies_in_the_faceplate_and_nothing_over_another(height):
    tags = loop_tags([Interlock(condition="{L/TIC.MODE} == 0")])
    plate = faceplate_of(SUBJECT, tags, height)
    assert plate.screen.width == WIDTH - 2
    assert plate.screen.height <= max(height, LOW)
    boxes = [QtCore.QRectF(*one.at) for one in plate.elements if one.type != "panel"]
    room = QtCore.QRectF(0, 0, WIDTH, plate.screen.height)
    assert all(room.contains(box) for box in boxes)
    rows = [QtCore.QRectF(*one.at) for one in plate.elements if one.type in ("numeric_entry", "segments", "condition")]
    rows += [QtCore.QRectF(*one.at) for one in plate.elements if one.type in ("sparkline", "readout")]
    for number, box in enumerate(rows):
        assert not any(box.adjusted(1, 1, -1, -1).intersects(other) for other in rows[number + 1 :])


@pytest.mark.parametrize("height", HEIGHTS)
def test_that_every_element_is_one_that_the_check_would_take(height):
    plate = faceplate_of(SUBJECT, loop_tags([Interlock(condition="{L/TIC.MODE} == 0")]), height)
    for one in plate.elements:
        family = FAMILIES[one.type]
        decode_props(family, one.props)
        assert set(one.bind) <= set(family.slots_by_name)
    assert len({one.id for one in plate.elements}) == len(plate.elements)


def test_that_what_nobody_may_write_has_no_field():
    plate = faceplate_of(SUBJECT, loop_tags(writable=False), TALL)
    assert "numeric_entry" not in kinds(plate)
    assert kinds(faceplate_of(SUBJECT, loop_tags(), TALL)).count("numeric_entry") == 2


def test_that_a_loop_without_an_output_or_a_mode_has_a_faceplate():
    some = FaceplateSubject("loop", "TIC", Text(), {"pv": PATHS["pv"], "sp": PATHS["sp"]})
    plate = faceplate_of(some, loop_tags(), TALL)
    assert "segments" not in kinds(plate)
    assert kinds(plate).count("bar") == 1


def test_that_a_condition_of_the_wish_itself_is_left_to_the_engine():
    found = faceplate_of(
        SUBJECT,
        loop_tags(
            [
                Interlock(condition="{L/TIC.MODE} == 0"),
                Interlock(condition="value < {L/TIC.PV}"),
                Interlock(condition="{value} < 50"),
                Interlock(condition="((("),
            ]
        ),
        TALL,
    )
    assert [one.bind["value"] for one in found.elements if one.type == "condition"] == ["{L/TIC.MODE} == 0"]


def test_that_many_conditions_leave_room_for_the_trend():
    many = [Interlock(condition=f"{{L/TIC.PV}} > {number}") for number in range(20)]
    for height in (TALL, LOW):
        plate = faceplate_of(SUBJECT, loop_tags(many), height)
        assert 1 <= kinds(plate).count("condition") <= MOST_CONDITIONS
        trend = next(one for one in plate.elements if one.type == "sparkline")
        assert trend.at[3] >= 90


def test_that_an_unknown_kind_or_lost_tags_give_none():
    assert faceplate_of(SUBJECT, {}, TALL) is None
    assert faceplate_of(FaceplateSubject("pump", "P", Text(), PATHS), loop_tags(), TALL) is None


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("height", [TALL, LOW])
def test_that_no_place_for_a_pointer_is_small(language, height):
    tags = loop_tags()
    plate = faceplate_of(SUBJECT, tags, height)
    stage = Stage(plate.screen, plate.elements, tags, load_theme(), language, reading_width=1920)
    stage.attach(StandIn(tags))
    touches = [part for target in stage.targets for part in target.places]
    assert len(touches) == 2 + 4 + 2
    assert min(min(part.rect[2:]) for part in touches) >= (44 if height == TALL else 32)
