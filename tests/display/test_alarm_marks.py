"""Alarms on a screen: the value is framed once, the frame alone flashes, a machine gets the shape beside it."""

import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from hmi.display.alarm_marks import AlarmMark
from hmi.display.scene import ScreenView
from hmi.display.theme import load_theme
from hmi.image.contract import EngineState
from hmi.model.alarm import AlarmState
from hmi.model.quality import Cause
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


def show(view, *elements):
    view.show_screen(screen(), elements, TAGS)
    QtWidgets.QApplication.processEvents()


def test_that_of_several_values_on_a_mimic_one_is_framed_and_the_others_have_the_small_shape(view):
    mark(view)
    framed, small = view.marks.places
    assert framed.box.intersects(QtCore.QRectF(180, 120, 180, 72))
    assert small.box is None
    assert small.half < framed.half
    assert QtCore.QRectF(20, 20, 136, 56).contains(small.centre)
    assert coloured(view, "p1")[110:].sum() > 300


PIPE = element("pipe", "pipe", (20, 180, 160, 16))
MIMIC = element("mimic", "panel", (0, 0, 180, 300), z="a")
CARD = element("card", "panel", (190, 0, 200, 300), z="a")


@pytest.mark.parametrize(
    "other",
    [
        element("trend", "sparkline", (200, 20, 180, 120), BIND, size=40),
        element("bar", "bar", (200, 20, 150, 120), BIND, tag="T"),
        element("row", "loop_row", (200, 20, 180, 44), {"pv": BIND["value"]}),
        element("large", "readout", (200, 20, 180, 72), BIND, size=40),
    ],
    ids=lambda one: one.id,
)
def test_that_the_frame_goes_to_the_value_on_the_mimic_whatever_stands_on_a_card(view, other):
    value = element("value", "readout", (20, 40, 136, 56), BIND)
    show(view, MIMIC, CARD, PIPE, value, other)
    mark(view)
    framed, small = view.marks.places
    assert framed.box is not None
    assert QtCore.QRectF(0, 0, 180, 120).contains(framed.box)
    assert small.box is None
    assert QtCore.QRectF(190, 0, 200, 160).contains(small.centre)


def test_that_a_tag_which_stands_on_cards_alone_is_not_framed(view):
    trend = element("trend", "sparkline", (200, 20, 180, 120), BIND)
    row = element("row", "loop_row", (200, 200, 180, 44), {"pv": BIND["value"]})
    show(view, MIMIC, CARD, PIPE, trend, row)
    mark(view)
    assert [place.box for place in view.marks.places] == [None, None]


def test_that_a_card_round_everything_is_the_ground_itself(view):
    show(
        view, element("ground", "panel", (-20, -20, 440, 360), z="a"), element("v", "readout", (20, 40, 136, 56), BIND)
    )
    mark(view)
    assert view.marks.places[0].box is not None


def test_that_the_shape_stands_inside_a_frame_that_has_room_for_it(view):
    value = element("v", "readout", (20, 40, 180, 40), BIND, label="none", right=True, size=28)
    show(view, value)
    mark(view)
    place = view.marks.places[0]
    assert place.box.left() < 20
    assert place.box.contains(QtCore.QRectF(place.centre.x() - 12, place.centre.y() - 12, 24, 24))


def test_that_a_wide_frame_says_which_limit_the_value_is_beyond(view):
    wide = element("v", "readout", (20, 40, 300, 40), BIND, label="none", right=True, size=28)
    show(view, wide)
    for value, words in ((61.8, ""), (90.5, "H 90.0"), (9.0, "L 10.0")):
        view.source.set(LEVEL.path, value)
        view.frame(ALIVE)
        mark(view)
        assert view.marks.places[0].words == words
    show(view, element("v", "readout", (20, 40, 150, 40), BIND, label="none", right=True, size=28))
    mark(view)
    assert view.marks.places[0].words == ""


DEVICE = {"System/Devices/PLC1.State": AlarmMark(2, AlarmState.UNACKNOWLEDGED)}


def test_that_the_alarm_of_a_device_stands_in_the_chip_that_names_it_and_only_there(view):
    view.show_screen(
        screen(), (element("group", "panel", (10, 20, 380, 120), BIND),), {LEVEL.path: level_tag(device="PLC1")}
    )
    QtWidgets.QApplication.processEvents()
    view.show_alarms(DEVICE)
    assert view.marks.places == ()
    quiet = shot(view)
    view.source.set(LEVEL.path, 61.8, Cause.DEVICE_TIMED_OUT)
    view.frame(ALIVE)
    (place,) = view.marks.places
    assert QtCore.QRectF(10, 20, 380, 60).contains(place.centre)
    assert not coloured(view, "p2")[80:].any()
    assert coloured(view, "p2").sum() > 60
    view.source.set(LEVEL.path, 61.8)
    view.frame(ALIVE)
    assert view.marks.places == ()
    assert (shot(view) == quiet).all()


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
