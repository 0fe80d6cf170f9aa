"""Alarms on a screen: the value is framed once, the frame alone flashes, a machine gets the shape beside it."""

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from hmi.display.alarm_marks import AlarmMark
from hmi.display.scene import ScreenView
from hmi.display.theme import load_theme
from hmi.image.contract import EngineState
from hmi.model.alarm import AlarmState
from hmi.model.text import Language
from tests.display.rig import element, level_tag, pixels, screen
from tests.display.stand_in import StandIn

LEVEL = level_tag()
TAGS = {LEVEL.path: LEVEL}
BIND = {"value": "{L/T.Level}"}
ALIVE = EngineState(alive=True, reason=None, heartbeat_wall_ns=1, heartbeat_age_ns=0, generation=1)


@pytest.fixture
def view(qtbot):
    source = StandIn(TAGS)
    source.set(LEVEL.path, 61.8)
    made = ScreenView(source, None, load_theme(), Language.EN, digits_hz=0)
    qtbot.addWidget(made)
    made.resize(400, 320)
    small = element("small", "readout", (20, 20, 136, 56), BIND)
    large = element("large", "readout", (180, 120, 180, 72), BIND, size=28)
    made.show_screen(screen(), (small, large), TAGS)
    made.show()
    QtWidgets.QApplication.processEvents()
    made.source = source
    return made


def mark(view, state=AlarmState.UNACKNOWLEDGED, priority=1):
    view.show_alarms({LEVEL.path: AlarmMark(priority, state)})


def shot(view):
    return pixels(view.viewport().grab().toImage())


def coloured(view, token):
    colour = view.theme.colour(token)
    return (shot(view) == np.array([colour.blue(), colour.green(), colour.red()])).all(axis=2)


def test_that_a_value_is_framed_once_and_at_its_largest(view):
    mark(view)
    assert len(view.marks.places) == 1
    place = view.marks.places[0]
    assert place.box.intersects(QtCore.QRectF(180, 120, 180, 72))
    assert not place.box.intersects(QtCore.QRectF(20, 20, 136, 56))
    found = coloured(view, "p1")
    assert found.sum() > 300
    assert not found[:110].any()


def test_that_each_state_has_a_look_of_its_own(view):
    seen = {}
    for state in AlarmState:
        mark(view, state)
        seen[state] = shot(view)
    looks = [bytes(one.tobytes()) for one in seen.values()]
    assert len(set(looks)) == len(AlarmState)


def test_that_the_flash_moves_the_frame_and_never_the_value(view):
    mark(view)
    lit = shot(view)
    view.flash(False)
    dark = shot(view)
    changed = (lit != dark).any(axis=2)
    assert changed.any()
    box = view.marks.places[0].box.adjusted(14, 4, -4, -4).toRect()
    inside = changed[box.top() : box.bottom(), box.left() : box.right()]
    assert not inside.any()
    mark(view, AlarmState.ACKNOWLEDGED)
    quiet = shot(view)
    view.flash(True)
    assert (shot(view) == quiet).all()


def test_that_the_frame_follows_the_width_of_its_value(view):
    mark(view)
    before = view.marks.places[0].box
    view.source.set(LEVEL.path, -1234.5)
    view.frame(ALIVE)
    assert view.marks.places[0].box.width() > before.width()


def test_that_a_repainted_value_leaves_its_frame_whole(view):
    mark(view)
    shot(view)
    for value in (62.1, 63.7, 64.9):
        view.source.set(LEVEL.path, value)
        view.frame(ALIVE)
        QtWidgets.QApplication.processEvents()
    step_by_step = shot(view)
    view._repaint_all()
    QtWidgets.QApplication.processEvents()
    assert (shot(view) == step_by_step).all()


def test_that_an_element_without_digits_gets_the_shape_alone(qtbot):
    source = StandIn(TAGS)
    source.set(LEVEL.path, 1.0)
    made = ScreenView(source, None, load_theme(), Language.EN)
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.show_screen(screen(), (element("l", "lamp", (100, 100, 120, 40), BIND),), TAGS)
    made.show()
    QtWidgets.QApplication.processEvents()
    mark(made)
    place = made.marks.places[0]
    assert place.box is None
    assert QtCore.QRectF(100, 100, 120, 40).contains(place.centre)


def test_that_a_tag_which_is_not_on_the_screen_marks_nothing(view):
    view.show_alarms({"L/Other": AlarmMark(1, AlarmState.UNACKNOWLEDGED)})
    assert view.marks.places == ()
    mark(view)
    view.show_alarms({})
    assert view.marks.places == ()
    assert not coloured(view, "p1").any()
