"""In alarm: pointer and end dot take the priority colour with an outline, a framed value is in ink, the line stays."""

import numpy as np
import pytest
from PySide6 import QtGui

from hmi.display.alarm_marks import AlarmMark, AlarmMarks
from hmi.display.theme import load_theme
from hmi.model.alarm import AlarmState
from hmi.model.quality import Cause
from hmi.model.tag import Limits, Span
from tests.display.rig import element, level_tag, painted, stage_of
from tests.display.stand_in import StandIn

TAG = level_tag(limits=Limits(), normal=Span())
BIND = {"value": "{L/T.Level}"}
SPARK = element("s", "sparkline", (20, 20, 200, 100), BIND, number=False, clock=False, words=False)
BAR = element("b", "bar", (20, 20, 40, 200), BIND, number=False)
NUMBER = element("n", "readout", (60, 60, 200, 60), BIND, label="none", size=34)
ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
OVER = (AlarmState.RETURNED, AlarmState.NORMAL)


def rgb(theme, token):
    colour: QtGui.QColor = theme.colour(token)
    return np.array([colour.blue(), colour.green(), colour.red()])


def count(picture, theme, token, near=10):
    return int((np.abs(picture - rgb(theme, token)).max(axis=2) <= near).sum())


def shown(one, mark, theme, cause=Cause.NONE):
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 60.0, cause)
    stage = stage_of([one], {TAG.path: TAG}, source, theme=theme)
    marks = AlarmMarks()
    if mark is not None:
        marks.show({TAG.path: mark})
    marks.look(stage)
    return painted(stage), stage, marks, source


@pytest.mark.parametrize("name", ["day", "night"])
@pytest.mark.parametrize("priority", [1, 2, 3])
@pytest.mark.parametrize("state", ACTIVE)
@pytest.mark.parametrize("one", [BAR, SPARK])
def test_that_pointer_and_dot_take_the_priority_colour_with_an_outline(one, state, priority, name):
    theme = load_theme(name)
    quiet = shown(one, None, name)[0]
    loud = shown(one, AlarmMark(priority, state), name)[0]
    assert count(quiet, theme, f"p{priority}") == 0
    assert count(loud, theme, f"p{priority}") >= 40
    inside = np.abs(loud - rgb(theme, f"p{priority}")).max(axis=2) <= 10
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    around = loud[rows[0] - 3 : rows[-1] + 4, columns[0] - 4 : columns[-1] + 5]
    assert count(around, theme, "outl", near=60) >= 12


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("one", [BAR, SPARK])
def test_that_a_returned_alarm_leaves_pointer_and_dot_as_they_are(one, state):
    assert np.array_equal(shown(one, AlarmMark(1, state), "day")[0], shown(one, None, "day")[0])


@pytest.mark.parametrize("one", [BAR, SPARK])
def test_that_the_colour_goes_with_the_alarm(one):
    quiet = shown(one, None, "day")[0]
    _, stage, marks, _ = shown(one, AlarmMark(2, AlarmState.UNACKNOWLEDGED), "day")
    assert not np.array_equal(painted(stage), quiet)
    marks.show({})
    marks.look(stage)
    assert np.array_equal(painted(stage), quiet)


def test_that_a_pointer_that_is_not_to_be_trusted_stays_hollow_in_its_colour():
    theme = load_theme("day")
    solid = shown(BAR, AlarmMark(1, AlarmState.UNACKNOWLEDGED), "day")[0]
    hollow = shown(BAR, AlarmMark(1, AlarmState.UNACKNOWLEDGED), "day", Cause.LIVENESS_PENDING)[0]
    assert 0 < count(hollow, theme, "p1") < count(solid, theme, "p1") - 20


def test_that_the_line_of_a_trend_never_takes_the_colour():
    theme = load_theme("day")
    source = StandIn({TAG.path: TAG})
    stage = stage_of([SPARK], {TAG.path: TAG}, source)
    marks = AlarmMarks()
    marks.show({TAG.path: AlarmMark(1, AlarmState.UNACKNOWLEDGED)})
    marks.look(stage)
    for second in range(400):
        source.now += 1_000_000_000
        source.set(TAG.path, 30.0 + second % 7)
        stage.update()
    picture = painted(stage)
    line = picture[:, 20:190]
    assert count(line, theme, "trend", near=40) > 100
    assert count(line, theme, "p1", near=40) == 0
    assert count(picture, theme, "p1") > 20


@pytest.mark.parametrize("name", ["day", "night"])
def test_that_digits_in_an_alarm_frame_are_in_ink_and_navy_again_without(name):
    theme = load_theme(name)
    quiet = shown(NUMBER, None, name)[0]
    loud, stage, marks, source = shown(NUMBER, AlarmMark(1, AlarmState.UNACKNOWLEDGED), name)
    assert count(quiet, theme, "value") > 50
    assert count(loud, theme, "value") == 0
    assert count(loud, theme, "ink") > 50
    source.set(TAG.path, 98.7)
    stage.update()
    changed = painted(stage)
    assert not np.array_equal(changed, loud)
    assert count(changed, theme, "value") == 0
    source.set(TAG.path, 60.0)
    stage.update()
    marks.show({})
    marks.look(stage)
    assert np.array_equal(painted(stage), quiet)


def test_that_only_the_framed_number_of_several_is_in_ink():
    theme = load_theme("day")
    small = element("m", "readout", (60, 160, 200, 60), BIND, label="none", size=22)
    source = StandIn({TAG.path: TAG})
    source.set(TAG.path, 60.0)
    stage = stage_of([NUMBER, small], {TAG.path: TAG}, source)
    marks = AlarmMarks()
    marks.show({TAG.path: AlarmMark(1, AlarmState.ACKNOWLEDGED)})
    marks.look(stage)
    picture = painted(stage)
    assert count(picture[:140], theme, "value") == 0
    assert count(picture[150:], theme, "value") > 20
