"""Banner, list and guidance: what they say, what a press acknowledges, and how they bear a flood."""

import re
import time
from pathlib import Path

import msgspec
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

import hmi.views
from hmi.display.alarm_shapes import Shape, paint_shape, shape_of, shown_state
from hmi.link import engine_messages as say
from hmi.link.messages import Refused
from hmi.model.alarm import AcknowledgeOutcome, AlarmKind, AlarmState
from hmi.model.errors import LinkLost
from hmi.model.reason import reason
from hmi.model.tag import DataType, Tag
from hmi.model.text import Language
from hmi.views import alarm_words
from hmi.views.alarms_page import AlarmsPage
from hmi.views.banner import PADDING, TITLE, UNDER_EDGE, VALUE, Banner
from hmi.views.recent import TRENDED
from hmi.words import load, say_reason
from tests.shell.engine_stand_in import stand
from tests.shell.small_station import ident
from tests.views.conftest import told

Key = QtCore.Qt.Key
LEFT = QtCore.Qt.MouseButton.LeftButton
HOT = ident("hot")


@pytest.fixture
def host(qtbot):
    made = QtWidgets.QWidget()
    qtbot.addWidget(made)
    made.resize(1920, 980)
    return made


@pytest.fixture
def banner(board, asks, theme, host):
    made = Banner(board, asks, theme, Language.EN, host)
    made.setGeometry(0, 0, 1888, 124)
    host.show()
    return made


@pytest.fixture
def page(board, asks, theme, host):
    made = AlarmsPage(board, asks, theme, Language.EN, host)
    made.setGeometry(0, 0, 1920, 980)
    host.show()
    return made


def painted(widget):
    widget.grab()
    QtWidgets.QApplication.processEvents()


def button_of(banner, row=0):
    return banner.painted[row].button.center().toPoint()


# ---------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize("language", list(Language))
def test_that_every_code_of_this_room_has_words(language):
    text = "".join(path.read_text() for path in Path(hmi.views.__file__).parent.glob("*.py"))
    codes = set(re.findall(r"[\"'](views\.[a-z_]+)[\"']", text))
    codes |= {f"views.state.{state.name.lower()}" for state in AlarmState}
    codes |= {f"views.column.{name}" for name in ("time", "age", "tag", "message", "value", "state", "action")}
    codes |= {f"views.limit_{kind.value}" for kind in TRENDED}
    words = load(language)
    assert len(codes) > 25
    assert {code for code in codes if not words.get(code)} == set()
    assert {code for code in words if code.startswith("views.")} == codes


def test_that_a_row_says_value_and_limit_with_the_decimals_of_its_tag():
    tag = Tag(id="1", path="Mixing/TIC-102.PV", type=DataType.FLOAT64, unit="°C", decimals=1)
    high = stand("a")
    assert alarm_words.value_words(high, tag, Language.EN) == "61.8 > 60.0 °C"
    low = stand("a", kind=AlarmKind.LOW, value=-2.0, limit=-1.5)
    assert alarm_words.value_words(low, tag, Language.EN) == "−2.0 < −1.5 °C"
    assert alarm_words.value_words(stand("a", value=None), tag, Language.EN) == ""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Mixing/TIC-102.PV", "TIC-102"),
        ("System/Devices/PLC-1.State", "PLC-1"),
        ("Line/P-101.State", "P-101.State"),
        ("Level", "Level"),
    ],
)
def test_that_a_tag_is_named_shortly(path, name):
    assert alarm_words.tag_words(path) == name


def test_that_nothing_looks_acknowledged_before_its_record_is_durable():
    waits = stand("a", state=AlarmState.ACKNOWLEDGED, durable=False)
    assert shown_state(waits) is AlarmState.UNACKNOWLEDGED
    assert shown_state(msgspec.structs.replace(waits, durable=True)) is AlarmState.ACKNOWLEDGED


def test_that_states_and_priorities_differ_in_grey(theme):
    seen = {}
    for priority in (1, 2, 3):
        for shape in Shape:
            image = QtGui.QImage(60, 60, QtGui.QImage.Format.Format_RGB32)
            image.fill(theme.colour("card"))
            painter = QtGui.QPainter(image)
            painter.setRenderHint(QtGui.QPainter.RenderHint.Antialiasing)
            paint_shape(painter, QtCore.QPointF(30, 30), 10, priority, shape, theme)
            painter.end()
            grey = bytes(image.convertToFormat(QtGui.QImage.Format.Format_Grayscale8).constBits())
            assert grey not in seen.values(), (priority, shape)
            seen[priority, shape] = grey
    assert {shape_of(state) for state in AlarmState} == set(Shape)


# ---------------------------------------------------------------------------------------------------- board


def test_that_counts_are_those_of_the_rows(board, page):
    stands = [
        stand("a", 1),
        stand("b", 1, AlarmState.ACKNOWLEDGED),
        stand("c", 2, AlarmState.RETURNED),
        stand("d", 3, AlarmState.LATCHED_UNACKNOWLEDGED),
        stand("e", 3, AlarmState.ACKNOWLEDGED, durable=False),
    ]
    board.take(told(*stands))
    rows = [row.stand for row in page.list.rows.rows]
    waiting = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED)
    by_row = tuple(sum(1 for one in rows if one.priority == p and shown_state(one) in waiting) for p in (1, 2, 3))
    assert board.counts.unacknowledged == by_row == (1, 1, 2)
    assert board.counts.loud == (True, False, True)
    assert board.counts.standing == len(rows) == 5


def test_that_the_most_urgent_active_alarm_marks_a_tag(board):
    board.take(told(stand("a", 1, AlarmState.RETURNED), stand("b", 2), stand("c", 3), stand("d", 1, tag="Line/T1")))
    marks = board.marks()
    assert (marks["Line/T0"].priority, marks["Line/T0"].state) == (2, AlarmState.UNACKNOWLEDGED)
    assert marks["Line/T1"].priority == 1


def test_that_it_flashes_only_while_something_is_unacknowledged(board):
    board.take(told(stand("a")))
    assert board.flash._timer.isActive()
    board.take(told(stand("a", state=AlarmState.ACKNOWLEDGED)))
    assert not board.flash._timer.isActive()
    assert board.flash.lit


def test_that_without_the_engine_nothing_sounds_and_rows_are_said_to_be_old(board, banner, page):
    board.take(told(stand("a"), sounding=1))
    painted(banner)
    assert banner.painted[0].button is not None
    board.lose()
    painted(banner)
    assert board.sounding == 0
    assert banner.painted[0].button is None
    assert "not connected" in page.cards._title.text()


def test_that_what_is_said_of_a_lost_engine_covers_no_row_and_rows_end_above_the_frame(board, banner, monkeypatch):
    banner.setGeometry(0, 0, 1360, 168)
    board.take(told(*(stand(name) for name in "abc")))
    board.lose()
    told_of_it = banner.grab().toImage()
    rows = QtCore.QRect(0, TITLE, 1360, 168 - TITLE)
    assert banner.painted[-1].box.bottom() <= 168 - PADDING - UNDER_EDGE
    monkeypatch.setattr(banner, "_paint_answer", lambda *_: None)
    silent = banner.grab().toImage()
    assert told_of_it != silent
    assert told_of_it.copy(rows) == silent.copy(rows)


@pytest.mark.parametrize("language", list(Language))
def test_that_the_longest_state_stands_in_one_line_of_its_column(language, theme):
    one = stand("a", state=AlarmState.RETURNED)
    assert theme.width(alarm_words.state_words(one, language, str), 17) <= VALUE - 10


# ---------------------------------------------------------------------------------------------------- presses


def test_that_a_press_acknowledges_the_occurrence_that_was_painted(board, banner, engine, qtbot):
    board.take(told(stand("a"), stand("b", 2)))
    painted(banner)
    qtbot.mouseClick(banner, LEFT, pos=button_of(banner, 1))
    engine.run()
    assert [one.occurrences for one in engine.asked] == [("b-1",)]


def test_that_a_row_which_changed_between_press_and_release_is_not_acknowledged(board, banner, engine, qtbot):
    board.take(told(stand("a")))
    painted(banner)
    place = button_of(banner)
    qtbot.mousePress(banner, LEFT, pos=place)
    board.take(told(stand("a", occurrence="a-2")))
    painted(banner)
    qtbot.mouseRelease(banner, LEFT, pos=place)
    engine.run()
    assert engine.asked == []


def test_that_an_occurrence_which_came_after_the_paint_is_never_named(board, banner, engine, qtbot):
    board.take(told(stand("a")))
    painted(banner)
    place = button_of(banner)
    for number in range(2, 500):
        banner.setUpdatesEnabled(False)  # the new list is known, and not yet painted
        board.take(told(stand("a", occurrence=f"a-{number}")))
        qtbot.mouseClick(banner, LEFT, pos=place)
        engine.run()
        assert engine.asked.pop().occurrences == (f"a-{number - 1}",)
        banner.setUpdatesEnabled(True)
        painted(banner)


def test_that_holding_the_key_acknowledges_once(board, banner, page, engine, qtbot):
    board.take(told(stand("a"), stand("b")))
    painted(banner)
    painted(page)
    page.list.selectRow(0)
    painted(page.guidance)
    for widget in (banner, page.list, page.acknowledge_button):
        for repeat in (False, True, True):
            event = QtGui.QKeyEvent(
                QtCore.QEvent.Type.KeyPress, Key.Key_Return, QtCore.Qt.KeyboardModifier.NoModifier, "\r", repeat
            )
            QtWidgets.QApplication.sendEvent(widget, event)
        engine.run()
        assert [one.occurrences for one in engine.asked] == [("a-1",)], widget
        engine.asked.clear()


def test_that_a_second_press_while_the_answer_is_waited_for_asks_nothing(asks, engine):
    asks.press(("a-1",))
    asks.press(("a-1",))
    assert len(engine.waiting) == 1
    engine.run()
    assert asks.busy == frozenset()
    asks.press(("a-1",))
    engine.run()
    assert len(engine.asked) == 2


def test_that_a_press_changes_nothing_by_itself(board, banner, engine, qtbot):
    board.take(told(stand("a")))
    painted(banner)
    qtbot.mouseClick(banner, LEFT, pos=button_of(banner))
    engine.answer = say.Acknowledged(number=1, outcomes=(AcknowledgeOutcome(occurrence="a-1", done=True),))
    engine.run()
    painted(banner)
    assert banner.painted[0].state is AlarmState.UNACKNOWLEDGED
    board.take(told(stand("a", state=AlarmState.ACKNOWLEDGED, durable=False)))
    painted(banner)
    assert banner.painted[0].state is AlarmState.UNACKNOWLEDGED
    board.take(told(stand("a", state=AlarmState.ACKNOWLEDGED)))
    painted(banner)
    assert banner.painted[0].state is AlarmState.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            say.Acknowledged(
                number=1,
                outcomes=(
                    AcknowledgeOutcome(
                        occurrence="a-1",
                        done=False,
                        reason=reason("alarms.already_acknowledged", user="wang", station="desk-2", time="14:28:49"),
                    ),
                ),
            ),
            "Already acknowledged by wang at desk-2, 14:28:49.",
        ),
        (Refused(reason=reason("command.not_signed_in"), number=1), "Not signed in: commands are locked"),
        (LinkLost(), "The link was lost before the answer came: look at the list when the engine is back."),
        (TimeoutError(), "The link was lost before the answer came: look at the list when the engine is back."),
    ],
)
def test_that_what_was_not_done_is_said_in_words(asks, engine, page, answer, words):
    engine.answer = answer
    asks.press(("a-1",))
    engine.run()
    assert say_reason(asks.said, Language.EN) == words
    assert page.cards._said.text() == words
    asks._forget()
    assert page.cards._said.text() == ""


def test_that_without_the_engine_a_press_is_refused_and_not_kept(asks, engine):
    engine.attached = False
    asks.press(("a-1",))
    asks.silence()
    engine.attached = True
    engine.run()
    assert engine.asked == []
    assert asks.said.code == "views.not_attached"


def test_that_silence_is_asked_from_the_page(board, page, engine, qtbot):
    board.take(told(stand("a"), sounding=1))
    qtbot.mouseClick(page.silence_button, LEFT)
    engine.run()
    assert [type(one) for one in engine.asked] == [say.AskSilence]


def test_that_a_click_on_a_row_of_the_banner_opens_what_to_do(board, banner, qtbot):
    board.take(told(stand("a"), stand("b")))
    painted(banner)
    with qtbot.waitSignal(banner.row_chosen, timeout=1000) as heard:
        qtbot.mouseClick(banner, LEFT, pos=QtCore.QPoint(400, banner.painted[1].box.center().toPoint().y()))
    assert heard.args == ["b-1"]


# ---------------------------------------------------------------------------------------------------- list


def test_that_acknowledge_all_names_what_is_in_sight_alone(board, page, engine, qtbot):
    board.take(told(*[stand(f"a{number:03}") for number in range(100)]))
    painted(page)
    seen = page.list.seen()
    assert 5 < len(seen) < 30
    assert str(len(seen)) in page.seen_button.text()
    qtbot.mouseClick(page.seen_button, LEFT)
    engine.run()
    assert engine.asked[0].occurrences == seen


def test_that_selection_and_scroll_stay_while_rows_come_and_go(board, page):
    stands = [stand(f"a{number:03}", age_s=1000 + number) for number in range(300)]
    board.take(told(*stands))
    painted(page)
    page.choose("a150-1")
    painted(page)
    offset = page.list.rowViewportPosition(page.list.rows.row_of("a150-1"))
    board.take(told(*stands[2:149], *stands[150:], stand("z", 3)))
    assert page.list.chosen.occurrence == "a150-1"
    back = list(reversed(stands))
    board.take(told(*back))
    assert page.list.chosen.occurrence == "a150-1"
    fresh = [stand(f"n{number}") for number in range(600)]
    board.take(told(*fresh, *stands))
    assert page.list.chosen.occurrence == "a150-1"
    assert page.guidance.stand.occurrence == "a150-1"
    assert offset > 0


def test_that_the_guidance_follows_the_selected_alarm(board, page):
    board.take(told(stand(HOT), stand("b")))
    page.choose(f"{HOT}-1")
    painted(page)
    assert page.guidance.accessibleDescription() == "Switch to automatic"
    assert page.acknowledge_button.isEnabled()
    board.take(told(stand(HOT, state=AlarmState.ACKNOWLEDGED), stand("b")))
    assert not page.acknowledge_button.isEnabled()
    assert page.guidance.stand.state is AlarmState.ACKNOWLEDGED


def test_that_a_latched_alarm_offers_its_reset(board, page, engine, qtbot):
    board.take(told(stand("a", state=AlarmState.LATCHED_ACKNOWLEDGED)))
    page.choose("a-1")
    assert page.reset_button.isVisible()
    qtbot.mouseClick(page.reset_button, LEFT)
    engine.run()
    assert [type(one) for one in engine.asked] == [say.AskReset]


def test_that_two_thousand_alarms_hold_no_frame_up(board, page, banner):
    stands = [stand(f"a{number:04}", 1 + number % 3, age_s=number) for number in range(2000)]
    board.take(told(*stands))
    painted(page)
    longest = 0.0
    for number in range(20):
        stands[number] = msgspec.structs.replace(stands[number], state=AlarmState.ACKNOWLEDGED)
        fresh = tuple(msgspec.structs.replace(one) for one in stands)  # as they come from the link: other objects
        news = told(*fresh)
        begin = time.process_time()
        board.take(news)
        painted(page)
        longest = max(longest, time.process_time() - begin)
    print(f"longest frame with 2,000 alarms: {longest * 1e3:.1f} ms")
    assert longest < 0.05
