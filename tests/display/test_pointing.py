"""What may be clicked is shown under the pointer, and reached and taken by the keyboard alone."""

import numpy as np
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Stand
from hmi.display.entry import NumberEntry
from hmi.display.scene import ScreenView
from hmi.display.theme import load_theme
from hmi.image.contract import CommandDoor
from hmi.model.command import CommandResult, CommandState
from hmi.model.tag import Span
from hmi.model.text import Language, Text
from tests.display.rig import element, level_tag, pixels, screen
from tests.display.stand_in import StandIn, tag

Key = QtCore.Qt.Key
PV, SP = level_tag("L/TIC.PV", title=Text(zh="温度", en="Temperature")), level_tag("L/TIC.SP", writable=True)
OUT = level_tag("L/TIC.OUT", writable=True, write=Span(low=0, high=100))
MODE = tag("L/TIC.MODE", writable=True, states={"0": Text(en="MAN"), "1": Text(en="AUTO")})
TAGS = {one.path: one for one in (PV, SP, OUT, MODE)}
LOOP = {"pv": "{L/TIC.PV}", "sp": "{L/TIC.SP}", "out": "{L/TIC.OUT}", "mode": "{L/TIC.MODE}"}
ROW = element("row", "loop_row", (10, 20, 380, 32), LOOP, tag="TIC-102")
ENTRY = element("entry", "numeric_entry", (10, 80, 160, 40), {"setpoint": "{L/TIC.SP}"})
STEPS = element("steps", "numeric_entry", (10, 140, 300, 96), {"setpoint": "{L/TIC.OUT}"}, steps=[-5.0, -1, 1, 5])


class Door:
    def __init__(self):
        self.commands = []

    def submit(self, command):
        self.commands.append(command)
        return CommandResult(id=command.id, state=CommandState.REQUESTED)

    def take_results(self):
        return []


@pytest.fixture
def door() -> CommandDoor:
    return Door()


@pytest.fixture
def view(qtbot, door):
    source = StandIn(TAGS)
    for path, value in ((PV.path, 61.8), (SP.path, 58.0), (OUT.path, 98.0), (MODE.path, 1)):
        source.set(path, value)
    made = ScreenView(source, door, load_theme(), Language.EN)
    qtbot.addWidget(made)
    made.resize(400, 320)
    made.show_screen(screen(), (ENTRY, STEPS, ROW), TAGS)
    made.show()
    made.setFocus()
    made.activateWindow()
    QtWidgets.QApplication.processEvents()
    return made


def click(qtbot, view, x, y):
    qtbot.mouseClick(view.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(x, y))
    QtWidgets.QApplication.processEvents()


def ring_of(view, token):
    QtWidgets.QApplication.processEvents()
    colour = view.theme.colour(token)
    wanted = np.array([colour.blue(), colour.green(), colour.red()])
    found = np.abs(pixels(view.grab().toImage()) - wanted).max(axis=2) < 30
    return found


@pytest.mark.parametrize("place", [(20, 24), (200, 36), (385, 50)])
def test_that_a_click_on_a_row_of_a_loop_opens_its_faceplate(qtbot, view, place):
    with qtbot.waitSignal(view.opened) as caught:
        click(qtbot, view, *place)
    subject, opener = caught.args
    assert (subject.kind, subject.tag) == ("loop", "TIC-102")
    assert subject.paths == {"pv": PV.path, "sp": SP.path, "out": OUT.path, "mode": MODE.path}
    assert subject.title.en == "Temperature"
    assert opener == QtCore.QRectF(10, 20, 380, 32)


def test_that_a_lower_row_still_has_a_target_of_32_pixels(qtbot, view):
    view.show_screen(screen(), (element("row", "loop_row", (10, 20, 380, 24), LOOP),), TAGS)
    with qtbot.waitSignal(view.opened):
        click(qtbot, view, 100, 18)


def test_that_a_loop_block_opens_and_what_lies_on_it_is_taken_first(qtbot, view):
    block = element("block", "panel", (0, 60, 300, 80), LOOP, z="a", tag="TIC-102")
    view.show_screen(screen(), (block, ENTRY), TAGS)
    opened = []
    view.opened.connect(lambda subject, _: opened.append(subject.tag))
    click(qtbot, view, 40, 100)
    assert opened == []
    assert view.viewport().findChild(NumberEntry) is not None
    click(qtbot, view, 280, 70)
    assert opened == ["TIC-102"]


def test_that_a_row_without_a_measured_value_opens_nothing(qtbot, view):
    view.show_screen(screen(), (element("row", "loop_row", (10, 20, 380, 32), {"mode": "{L/TIC.MODE}"}),), TAGS)
    view.opened.connect(lambda *_: pytest.fail("it opened"))
    click(qtbot, view, 100, 30)


def test_that_a_ring_and_a_hand_show_what_may_be_clicked(qtbot, view):
    before = int(ring_of(view, "edge")[:60].sum())
    qtbot.mouseMove(view.viewport(), QtCore.QPoint(100, 36))
    QtWidgets.QApplication.processEvents()
    assert view.viewport().cursor().shape() is QtCore.Qt.CursorShape.PointingHandCursor
    assert int(ring_of(view, "edge")[:60].sum()) > before + 200
    QtWidgets.QApplication.sendEvent(view, QtCore.QEvent(QtCore.QEvent.Type.Leave))
    assert int(ring_of(view, "edge")[:60].sum()) == before
    assert view.viewport().cursor().shape() is QtCore.Qt.CursorShape.ArrowCursor


def test_that_the_keyboard_goes_from_place_to_place_as_one_reads(qtbot, view):
    tops = []
    for _ in range(7):
        qtbot.keyClick(view, Key.Key_Tab)
        held = view.pointing.held
        tops.append(None if held is None else (held.rect[1], held.rect[0]))
    assert tops[:3] == [(20.0, 10.0), (80.0, 10.0), (140.0, 10.0)]
    assert tops[3:] == sorted(tops[3:])
    assert len(set(tops)) == 7
    qtbot.keyClick(view, Key.Key_Backtab)
    assert view.pointing.held.rect[1:2] == (tops[5][0],)


def test_that_the_ring_of_the_keyboard_stands_where_enter_takes(qtbot, view):
    before = ring_of(view, "focus")[16:56, 300:].sum()
    qtbot.keyClick(view, Key.Key_Tab)
    assert ring_of(view, "focus")[16:56, 300:].sum() > before + 100
    with qtbot.waitSignal(view.opened):
        qtbot.keyClick(view, Key.Key_Return)


def test_that_a_held_key_counts_once(qtbot, view):
    opened = []
    view.opened.connect(lambda *_: opened.append(1))
    qtbot.keyClick(view, Key.Key_Tab)
    event = QtGui.QKeyEvent(
        QtCore.QEvent.Type.KeyPress, Key.Key_Return, QtCore.Qt.KeyboardModifier.NoModifier, "\r", autorep=True
    )
    QtWidgets.QApplication.sendEvent(view, event)
    assert opened == []


def test_that_an_entry_is_opened_and_taken_by_keys_alone(qtbot, view, door):
    for _ in range(2):
        qtbot.keyClick(view, Key.Key_Tab)
    qtbot.keyClick(view, Key.Key_Space)
    entry = view.viewport().findChild(NumberEntry)
    qtbot.keyClicks(entry, "60")
    qtbot.keyClick(entry, Key.Key_Return)
    assert [(one.tag, one.value) for one in door.commands] == [(SP.id, 60)]
    QtWidgets.QApplication.processEvents()
    assert not any(one.isVisible() for one in view.viewport().findChildren(NumberEntry))
    assert view.hasFocus()


def test_that_the_key_that_takes_an_entry_opens_no_other(qtbot, view, door):
    click(qtbot, view, 40, 100)
    entry = view.viewport().findChild(NumberEntry)
    qtbot.keyClicks(entry, "60")
    qtbot.keyClick(entry, Key.Key_Return)
    QtWidgets.QApplication.processEvents()
    assert len(door.commands) == 1
    assert not any(one.isVisible() for one in view.viewport().findChildren(NumberEntry))


def test_that_the_keyboard_stays_at_its_place_when_the_screen_is_drawn_anew(qtbot, view):
    qtbot.keyClick(view, Key.Key_Tab)
    view.set_theme(load_theme("night"))
    assert view.pointing.held is not None
    with qtbot.waitSignal(view.opened):
        qtbot.keyClick(view, Key.Key_Return)


STEP_Y = 215


@pytest.mark.parametrize(("x", "wanted"), [(40, 93), (120, 97), (195, 99), (270, 100)])
def test_that_a_step_asks_for_the_seen_value_and_a_little_inside_the_range(qtbot, view, door, x, wanted):
    click(qtbot, view, x, STEP_Y)
    assert [(one.tag, one.value) for one in door.commands] == [(OUT.id, wanted)]
    assert door.commands[0].shown == 98.0


def test_that_a_step_leaves_the_digits_that_are_shown(qtbot, view, door):
    source = StandIn(TAGS)
    source.set(OUT.path, 2.35655999)
    view.set_source(source)
    click(qtbot, view, 195, STEP_Y)
    assert [one.value for one in door.commands] == [3.4]


def test_that_steps_add_up_before_the_first_is_answered(qtbot, view, door):
    for _ in range(3):
        click(qtbot, view, 120, STEP_Y)
    assert [one.value for one in door.commands] == [97, 96, 95]
    assert len(view.clicks.ongoing) == 1


def test_that_the_frame_of_a_step_stands_round_the_field(qtbot, view):
    click(qtbot, view, 120, STEP_Y)
    assert view.clicks.ongoing[0].intent.rect.bottom() < STEP_Y - 10


def test_that_without_a_value_a_step_is_refused_in_words(qtbot, view, door):
    view.set_source(StandIn(TAGS))
    click(qtbot, view, 120, STEP_Y)
    assert door.commands == []
    assert [one.stand for one in view.clicks.ongoing] == [Stand.REFUSED]
    assert view.clicks.ongoing[0].reason.code == "display.no_present_value"
