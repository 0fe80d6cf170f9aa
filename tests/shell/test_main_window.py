"""The window: lay-outs, languages, themes, keys, and what it says when the engine is silent."""

import time

import pytest
from PySide6 import QtCore, QtWidgets

from hmi.display.theme import load_theme
from hmi.image.memory import MemorySource
from hmi.model.command import Command, CommandState
from hmi.model.text import Language
from hmi.shell.desk import Desk
from hmi.shell.door import EngineDoor
from hmi.shell.facts import Facts
from hmi.shell.faults import Faults
from hmi.shell.main_window import MainWindow
from hmi.words import say, say_reason
from tests.shell.small_station import alive, ident, project_of, silent

Key = QtCore.Qt.Key
CONTROL = QtCore.Qt.KeyboardModifier.ControlModifier


def frame(window, state):
    window.on_frame(state, time.monotonic_ns())


@pytest.mark.parametrize(
    ("size", "path"),
    [((1920, 1080), "Large"), ((1366, 768), "Small"), ((1900, 1080), "Small"), ((2560, 1440), "Large")],
)
def test_that_the_largest_lay_out_that_fits_is_shown(window, qtbot, size, path):
    window.resize(*size)
    assert window.screen_shown == path
    qtbot.waitUntil(lambda: not window.view._idle.isActive())


def test_that_a_screen_stands_at_its_own_size(window):
    assert (window.view.width(), window.view.height()) == (1920, 964)
    window.resize(1366, 768)
    assert (window.view.width(), window.view.height()) == (1366, 656)


def test_that_nothing_covers_the_header(window):
    window.floats.toggle_devices()
    frame(window, silent())
    rows = window.title_row.height() + window.status_row.height()
    assert rows == 100
    for widget in window.room.findChildren(QtWidgets.QWidget):
        if widget.isVisible():
            assert widget.mapTo(window, QtCore.QPoint(0, 0)).y() >= rows


def test_that_tabs_without_a_screen_are_left_out(window):
    assert window.title_row.tabs.accessibleName() == "Overview"
    window.next_tab()
    assert window.screen_shown == "Other"
    window.next_tab()
    assert window.screen_shown == "Other"


def test_that_keys_lead_everywhere(window, qtbot):
    qtbot.keyClick(window, Key.Key_2, CONTROL)
    assert window.screen_shown == "Other"
    qtbot.keyClick(window, Key.Key_PageUp, CONTROL)
    assert window.screen_shown == "Large"
    qtbot.keyClick(window, Key.Key_F2)
    assert window.floats.devices.isVisible()
    qtbot.keyClick(window.floats.devices, Key.Key_Escape)
    assert not window.floats.devices.isVisible()
    qtbot.keyClick(window, Key.Key_F11)
    assert window.isFullScreen()
    qtbot.keyClick(window, Key.Key_F11)
    assert not window.isFullScreen()


def test_that_arrows_choose_a_tab(window, qtbot):
    window.title_row.tabs.setFocus(QtCore.Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.title_row.tabs, Key.Key_Right)
    assert window.screen_shown == "Other"
    qtbot.keyClick(window.title_row.tabs, Key.Key_Home)
    assert window.screen_shown == "Large"


def test_that_a_click_chooses_a_tab(window, qtbot):
    tabs = window.title_row.tabs
    place = QtCore.QPoint(round(tabs._edges[1]) + 20, tabs.height() // 2)
    qtbot.mouseClick(tabs, QtCore.Qt.MouseButton.LeftButton, pos=place)
    assert window.screen_shown == "Other"


def test_that_the_language_is_switched_while_running(window, qtbot):
    frame(window, silent())
    assert window.windowTitle() == "Test line - Clearline"
    qtbot.keyClick(window, Key.Key_L, CONTROL)
    frame(window, silent())
    assert window.windowTitle() == "试验线 - 明线"
    assert window.title_row.tabs.accessibleName() == "总貌"
    assert window.status_row.engine.name == "引擎无响应"
    assert window.room.frame_round.words == say("engine.silent", Language.ZH, seconds=3)
    assert window.view.language is Language.ZH


def test_that_no_word_of_the_window_stays_in_the_other_language(window):
    frame(window, alive())
    window.floats.toggle_devices()
    for language, foreign in ((Language.ZH, "Not signed in"), (Language.EN, "未登录")):
        window.set_language(language)
        frame(window, alive())
        names = [widget.accessibleName() + widget.toolTip() for widget in window.findChildren(QtWidgets.QWidget)]
        assert not any(foreign in name for name in names)
        assert window.floats.devices.rows[0][1] == say("shell.state_unknown", language)


def test_that_the_theme_is_switched_while_running(window, qtbot):
    qtbot.keyClick(window, Key.Key_T, CONTROL)
    assert window.theme.name == "night"
    assert window.view.theme is window.theme
    ground = window.grab().toImage().pixelColor(400, 3)
    assert ground == load_theme("night").colour("head")


def test_that_a_silent_engine_is_framed_and_its_return_takes_the_frame_away(window):
    frame(window, alive())
    assert window.room.frame_round.words == ""
    state = silent(age_s=3)
    frame(window, state)
    assert window.room.frame_round.words == say_reason(state.reason, Language.EN)
    picture = window.grab().toImage()
    assert picture.pixelColor(6, 500) == window.theme.colour("mark")
    frame(window, alive())
    assert window.room.frame_round.words == ""
    assert window.grab().toImage().pixelColor(6, 500) != window.theme.colour("mark")


def test_that_a_screen_whose_frames_fail_never_looks_alive(window, expected_logs):
    expected_logs.expect("hmi.ui", "a fault in the window")
    faults = Faults()
    faults.tell = window.show_fault
    for _ in range(3):
        try:
            raise ZeroDivisionError
        except ZeroDivisionError as fault:
            faults(type(fault), fault, fault.__traceback__)
    frame(window, alive())
    assert window.room.frame_round.words == say("shell.window_fault", Language.EN)
    window.next_tab()
    frame(window, alive())
    assert window.room.frame_round.words == ""


def test_that_the_clock_is_the_heartbeat_and_stands_still_with_its_age(window):
    state = silent(age_s=75, wall_ns=1_700_000_000_123_456_789)
    frame(window, state)
    clock = window.title_row.clock
    assert clock.words == time.strftime("%H:%M:%S", time.localtime(1_700_000_000))
    assert clock.age == "1:15"
    frame(window, alive())
    assert clock.age == ""


def test_that_an_engine_never_seen_leaves_the_clock_empty(window, source):
    frame(window, MemorySource().state)
    assert window.title_row.clock.words == "--:--:--"
    assert window.room.frame_round.words == say("engine.not_running", Language.EN)


def test_that_the_desk_says_how_to_come_back(window, qtbot, project, source):
    window.show_place(1)
    window.set_language(Language.ZH)
    window.switch_theme()
    desk = window.desk
    again = MainWindow(project, Facts(project, source), desk, load_theme, source, EngineDoor())
    qtbot.addWidget(again)
    again.resize(1920, 1080)
    again.show_start()
    assert again.screen_shown == "Other"
    assert again.desk.language is Language.ZH
    assert again.theme.name == "night"


def test_that_a_wished_screen_wins_over_the_desk(qtbot, project, source):
    desk = Desk(language=Language.EN, navigation=ident("two"))
    window = MainWindow(project, Facts(project, source), desk, load_theme, source, EngineDoor())
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show_start("Small")
    assert window.screen_shown == "Small"


def test_that_a_project_without_screens_says_so(qtbot, source):
    from dataclasses import replace

    project = replace(project_of(), screens=(), elements={}, navigation=())
    window = MainWindow(project, Facts(project, source), Desk(language=Language.EN), load_theme, source, EngineDoor())
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show_start()
    window.show()
    assert window.screen_shown == ""
    assert window.room._words == say("shell.no_screens", Language.EN)


def test_that_closing_is_announced_with_the_place_of_the_window(window, qtbot):
    with qtbot.waitSignal(window.window_closed, timeout=1000):
        window.close()
    assert window.desk.box is not None


def test_that_commands_are_refused_in_words():
    result = EngineDoor().submit(Command(id="c1", tag="t", value=1))
    assert result.state is CommandState.REJECTED
    assert say_reason(result.reason, Language.EN) == "The engine is not connected: nothing was sent."
    assert say_reason(result.reason, Language.ZH) == "引擎未连接：指令未发送。"
