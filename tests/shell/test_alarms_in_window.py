"""Alarms, store and sessions in the window: header, tabs, banner, sound, another project."""

import dataclasses
import time

import msgspec
import pytest
from PySide6 import QtCore, QtWidgets

from hmi.image.memory import MemorySource
from hmi.link.engine_messages import ToldAlarms, ToldStore
from hmi.model.alarm import AlarmState
from hmi.model.reason import reason
from hmi.model.text import Language, Text
from hmi.shell.facts import Facts
from hmi.shell.sound import PAUSES_MS, Sound
from tests.shell.engine_stand_in import stand
from tests.shell.small_station import alive, project_of

Key = QtCore.Qt.Key


@pytest.fixture(autouse=True)
def _still(window):
    yield
    window.board.flash.run(False)


def take(window, *stands, sounding=0):
    told = ToldAlarms(version=1, stands=tuple(stands), total=len(stands), sounding=sounding)
    window.board.take(told)


def test_that_the_header_counts_what_the_list_shows(window):
    take(window, stand("a"), stand("b", 3, AlarmState.RETURNED), stand("c", 2, AlarmState.ACKNOWLEDGED), sounding=1)
    page = window.page()
    assert window.status_row.unacknowledged == window.board.counts.unacknowledged == (1, 0, 1)
    assert len(page.list.rows.rows) == 3
    assert window.status_row.silence_button.isVisible()
    take(window, stand("a", state=AlarmState.ACKNOWLEDGED))
    assert window.status_row.unacknowledged == (0, 0, 0)
    assert not window.status_row.silence_button.isVisible()


def test_that_the_banner_stands_where_the_screen_keeps_a_place_for_it(window):
    assert window.banner.geometry() == QtCore.QRect(16, 796, 1360, 160)
    assert (window.view.width(), window.view.height()) == (1920, 964)


def test_that_on_a_screen_without_a_place_the_banner_stands_below_and_covers_nothing(window, qtbot):
    window.next_tab()
    assert window.screen_shown == "Other"
    for size in ((1366, 768), (1920, 1080), (1000, 600)):
        window.resize(*size)
        assert window.banner.isVisible()
        assert not window.banner.geometry().intersects(window.view.geometry())
        assert window.room.rect().contains(window.banner.geometry())
    qtbot.waitUntil(lambda: not window.view._idle.isActive())


def test_that_the_page_of_alarms_is_the_last_tab_and_the_screen_comes_back(window, qtbot):
    qtbot.keyClick(window, Key.Key_F3)
    assert window.alarms_page.isVisible()
    assert not window.view.isVisible()
    assert not window.banner.isVisible()
    assert window.desk.navigation == "alarms"
    window.previous_tab()
    assert window.view.isVisible()
    assert window.banner.isVisible()
    assert not window.alarms_page.isVisible()


def test_that_a_window_comes_back_to_the_page_of_alarms(window):
    window.show_alarms()
    window.show_start()
    assert window.alarms_page.isVisible()


def test_that_the_row_of_the_banner_leads_to_its_guidance(window):
    take(window, stand("a"), stand("b"))
    window.banner.row_chosen.emit("b-1")
    assert window.alarms_page.isVisible()
    assert window.alarms_page.guidance.stand.occurrence == "b-1"


def test_that_both_languages_and_themes_dress_everything(window):
    take(window, stand("a"))
    window.show_alarms()
    window.set_language(Language.ZH)
    assert window.alarms_page.silence_button.text() == "消音"
    assert "未确认 1" in window.banner._title()
    window.switch_theme()
    assert window.banner._theme is window.theme
    window.grab()


def test_that_trouble_of_the_store_is_said_in_the_header(window):
    window.show_store(ToldStore(reason=reason("store.disk_full"), waiting=42))
    assert window.status_row.trouble.endswith("(42)")
    window.set_language(Language.ZH)
    assert window.status_row.trouble.startswith("记录待存盘")
    window.grab()
    window.show_store(ToldStore())
    assert window.status_row.trouble == ""


def test_that_another_project_is_shown_where_the_operator_was(window, source):
    window.next_tab()
    fresh = project_of()
    other = msgspec.structs.replace(fresh.navigation[1], title=Text(zh="新", en="Fresh"))
    fresh = dataclasses.replace(fresh, navigation=(other, fresh.navigation[0]))
    window.take_project(fresh, Facts(fresh, source))
    assert window.screen_shown == "Other"
    assert window.title_row.tabs.accessibleName() == "Fresh"
    gone = dataclasses.replace(fresh, navigation=(fresh.navigation[1],))
    window.take_project(gone, Facts(gone, source))
    assert window.screen_shown == "Large"


def test_that_an_alarm_on_the_mimic_follows_the_board(window):
    seen = []
    window.view.show_alarms = seen.append
    take(window, stand("a"))
    assert list(seen[-1]) == ["Line/T0"]
    window.board.lose()
    assert seen[-1] == {}


def test_that_the_clock_of_ages_is_that_of_the_header(window):
    take(window, stand("a"))
    state = alive()
    window.on_frame(state, time.monotonic_ns())
    assert abs(window.banner._now_ns - time.time_ns()) < 2_000_000_000


# ---------------------------------------------------------------------------------------------------- sound


def test_that_it_sounds_until_it_is_silenced_faster_for_the_urgent(qapp, qtbot):
    heard = []
    sound = Sound(signal=heard.append)
    sound.sound(2)
    assert heard == [2]
    assert sound._timer.interval() == PAUSES_MS[2]
    sound._repeat()
    sound.sound(2)
    assert heard == [2, 2]
    sound.sound(1)
    assert sound._timer.interval() == PAUSES_MS[1] < PAUSES_MS[2] < PAUSES_MS[3]
    assert heard == [2, 2, 1]
    sound.sound(0)
    assert not sound._timer.isActive()
    assert sound.priority == 0


def test_that_a_project_without_screens_still_shows_its_alarms(qtbot, theme):
    from hmi.display.theme import load_theme
    from hmi.shell.desk import Desk
    from hmi.shell.door import EngineDoor
    from hmi.shell.main_window import MainWindow

    bare = dataclasses.replace(project_of(), screens=(), elements={}, navigation=())
    source = MemorySource()
    window = MainWindow(bare, Facts(bare, source), Desk(language=Language.EN), load_theme, source, EngineDoor())
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show_start()
    window.show()
    assert window.banner.isVisible()
    window.show_alarms()
    QtWidgets.QApplication.processEvents()
    window.grab()
