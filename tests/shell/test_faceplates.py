"""Faceplates in the window: one a click, several at once, moved, closed, operated, and never over the header."""

import dataclasses
import time

import msgspec
import pytest
from PySide6 import QtCore, QtGui, QtWidgets

from hmi.display.actions import Stand
from hmi.display.entry import NumberEntry
from hmi.display.theme import load_theme
from hmi.image.memory import MemorySource
from hmi.link.engine_messages import ToldAlarms
from hmi.model.alarm import AlarmKind
from hmi.model.command import CommandResult, CommandState
from hmi.model.health import device_path
from hmi.model.ident import number_of_id
from hmi.model.screen import Element
from hmi.model.tag import DataType, Interlock, Span, Tag, WriteRules
from hmi.model.text import Language, Text
from hmi.model.value import TypeCode
from hmi.shell.desk import Desk
from hmi.shell.faceplates import MOST
from hmi.shell.facts import Facts
from hmi.shell.main_window import MainWindow
from hmi.words import say
from tests.shell.engine_stand_in import stand
from tests.shell.small_station import alive, ident, project_of

Key = QtCore.Qt.Key
Left = QtCore.Qt.MouseButton.LeftButton
ROLES = ("PV", "SP", "OUT", "MODE")
LOOPS = [f"TIC-{number}" for number in range(MOST + 2)]


class Door:
    """An engine that answers when the test says so."""

    def __init__(self):
        self.commands, self.results = [], []

    def submit(self, command):
        self.commands.append(command)
        return CommandResult(id=command.id, state=CommandState.REQUESTED)

    def take_results(self):
        results, self.results = self.results, []
        return results


def loop_tags(name):
    auto = Interlock(condition=f"{{Line/{name}.MODE}} == 0", title=Text(zh="先切手动", en="Put it in MAN first"))
    fields = {
        "PV": {"unit": "°C", "title": Text(zh=f"温度 {name}", en=f"Temperature {name}")},
        "SP": {"unit": "°C", "writable": True, "write": Span(low=20, high=65), "rules": WriteRules(largest_step=5)},
        "OUT": {"writable": True, "write": Span(low=0, high=100), "rules": WriteRules(interlocks=(auto,))},
        "MODE": {"writable": True, "states": {"0": Text(zh="手动", en="MAN"), "1": Text(zh="自动", en="AUTO")}},
    }
    span = Span(low=0, high=100)
    return [
        Tag(id=ident(f"{name} {role}"), path=f"Line/{name}.{role}", type=DataType.FLOAT64, span=span, **fields[role])
        for role in ROLES
    ]


def row(number, name):
    bind = {role.lower(): f"{{Line/{name}.{role}}}" for role in ROLES}
    at = (1300 if number < 20 else 16, 20 + 44 * number, 460, 44)
    props = msgspec.Raw(msgspec.json.encode({"tag": name}))
    return Element(id=ident(f"row {name}"), type="loop_row", at=at, bind=bind, props=props)


def with_loops():
    plain = project_of()
    rows = tuple(row(number, name) for number, name in enumerate(LOOPS))
    tags = tuple(tag for name in LOOPS for tag in loop_tags(name))
    large, small = plain.screens[0], plain.screens[1]
    places = ((880, 12 + 44 * number, 460, 44) for number in range(len(rows)))
    low = tuple(msgspec.structs.replace(one, at=at) for one, at in zip(rows, places, strict=True))
    return dataclasses.replace(
        plain, tags=(*plain.tags, *tags), elements={**plain.elements, large.id: rows, small.id: low}
    )


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def project():
    return with_loops()


@pytest.fixture
def window(qtbot, project, source: MemorySource, door):
    source.state = alive()
    for tag in project.tags:
        value = {"PV": 61.8, "SP": 58.0, "OUT": 62.0, "MODE": 1.0}.get(tag.path.rpartition(".")[2], 0.0)
        source.put(number_of_id(tag.id), value, TypeCode.FLOAT64)
    made = MainWindow(project, Facts(project, source), Desk(language=Language.EN), load_theme, source, door)
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    made.show_start()
    made.show()
    made.activateWindow()
    frame(made)
    yield made
    made.board.flash.run(False)
    made.asks._over.stop()


def frame(window):
    window.on_frame(alive(), time.monotonic_ns())
    window.view.frame(alive())
    QtWidgets.QApplication.processEvents()


def place_of(view, rect):
    return view.from_screen(QtCore.QRectF(*rect)).center().toPoint()


def open_loop(qtbot, window, number=0):
    hits = [part for _, part in window.view.stage.hits.in_order()]
    part = next(one for one in hits if one.subject.tag == LOOPS[number])
    qtbot.mouseClick(window.view.viewport(), Left, pos=place_of(window.view, part.rect))
    QtWidgets.QApplication.processEvents()
    return next(card for card in window.floats.plates.cards if card.subject.tag == LOOPS[number])


def click_slot(qtbot, card, slot, path, which=0):
    """Click a place of the faceplate that writes a tag."""
    hits = [
        part
        for target, part in card.view.stage.hits.in_order()
        if getattr(part, "slot", "") == slot and target.names.get(slot) == path
    ]
    qtbot.mouseClick(card.view.viewport(), Left, pos=place_of(card.view, hits[which].rect))
    QtWidgets.QApplication.processEvents()


def drag(qtbot, card, by):
    begin = QtCore.QPoint(200, 30)
    qtbot.mousePress(card, Left, pos=begin)
    spot = QtCore.QPointF(begin + by)
    event = QtGui.QMouseEvent(
        QtCore.QEvent.Type.MouseMove, spot, card.mapToGlobal(spot), Left, Left, QtCore.Qt.KeyboardModifier.NoModifier
    )
    QtWidgets.QApplication.sendEvent(card, event)
    qtbot.mouseRelease(card, Left, pos=begin)


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768)])
@pytest.mark.parametrize("language", list(Language))
def test_that_a_click_opens_a_faceplate_whole_inside_the_room_below_the_header(qtbot, window, size, language):
    window.resize(*size)
    window.set_language(language)
    QtWidgets.QApplication.processEvents()
    card = open_loop(qtbot, window)
    assert card.isVisible()
    assert card.width() == 600
    assert card.height() <= 880
    assert window.room.rect().contains(card.geometry())
    header = window.status_row.geometry().bottom()
    assert card.mapTo(window, QtCore.QPoint(0, 0)).y() > header
    assert card.view.stage is not None
    assert card.view.stage.height == card.view.height()
    assert card.accessibleName().startswith("TIC-0 ")


def test_that_the_place_that_was_clicked_stays_in_sight(qtbot, window):
    card = open_loop(qtbot, window)
    opener = QtCore.QRect(1300, 20, 460, 44)
    assert not card.geometry().intersects(opener)


def test_that_escape_closes_the_faceplate_and_gives_the_keyboard_back(qtbot, window):
    card = open_loop(qtbot, window)
    qtbot.keyClick(card.view, Key.Key_Escape)
    assert not card.isVisible()
    assert window.floats.plates.cards == []
    assert QtWidgets.QApplication.focusWidget() in (window.view, None)


def test_that_the_cross_closes_it(qtbot, window):
    card = open_loop(qtbot, window)
    qtbot.mouseClick(card.findChild(QtWidgets.QToolButton), Left)
    assert window.floats.plates.cards == []


def test_that_a_second_click_brings_the_same_one_to_the_front_and_another_loop_opens_another(qtbot, window):
    first = open_loop(qtbot, window, 0)
    first.move(40, 20)
    other = open_loop(qtbot, window, 1)
    assert window.floats.plates.cards == [first, other]
    assert other.pos() != first.pos()
    assert open_loop(qtbot, window, 0) is first
    assert window.floats.plates.cards == [first, other]


def test_that_so_many_stand_at_once_and_no_more(qtbot, window):
    for number in range(MOST + 1):
        hits = [part for _, part in window.view.stage.hits.in_order() if part.subject.tag == LOOPS[number]]
        window.floats.plates.open(hits[0].subject, QtCore.QRectF(*hits[0].rect))
    cards = window.floats.plates.cards
    assert [card.subject.tag for card in cards] == LOOPS[1 : MOST + 1]
    assert len({(card.x(), card.y()) for card in cards}) == MOST


def test_that_it_moves_with_its_title_and_stays_in_the_room(qtbot, window):
    card = open_loop(qtbot, window)
    before = card.pos()
    drag(qtbot, card, QtCore.QPoint(-60, 20))
    assert card.pos() == before + QtCore.QPoint(-60, 20)
    drag(qtbot, card, QtCore.QPoint(-5000, -5000))
    assert window.room.rect().contains(card.geometry())
    window.resize(1366, 768)
    QtWidgets.QApplication.processEvents()
    assert card.x() + card.width() <= window.room.width()
    assert card.y() >= 0


def test_that_a_set_point_is_entered_there_and_its_range_and_step_are_said(qtbot, window, door):
    card = open_loop(qtbot, window)
    click_slot(qtbot, card, "setpoint", "Line/TIC-0.SP")
    entry = card.findChild(NumberEntry)
    said = entry.limits_words()
    assert "20" in said
    assert "65" in said
    assert "5" in said
    qtbot.keyClicks(entry, "70")
    qtbot.keyClick(entry, Key.Key_Return)
    assert door.commands == []
    entry.setText("60")
    qtbot.keyClick(entry, Key.Key_Return)
    command = door.commands[0]
    assert (command.tag, command.value, command.shown) == (ident("TIC-0 SP"), 60, 58.0)
    assert command.screen == "TIC-0 faceplate"
    assert [one.stand for one in card.view.clicks.ongoing] == [Stand.PENDING]
    door.results.append(CommandResult(id=command.id, state=CommandState.CONFIRMED, old=58.0))
    frame(window)
    assert [one.stand for one in card.view.clicks.ongoing] == [Stand.CONFIRMED]
    assert window.view.clicks.ongoing == []


def test_that_a_mode_is_asked_for_first_and_confirmed_at_its_place(qtbot, window, door):
    card = open_loop(qtbot, window)
    for count in (0, 1):
        click_slot(qtbot, card, "value", "Line/TIC-0.MODE", which=0)
        assert len(door.commands) == count
    assert door.commands[0].value == 0


def test_that_what_holds_the_output_back_is_said_before_anybody_asks(qtbot, window, source, project):
    card = open_loop(qtbot, window)
    row = next(one for one in card.plate.elements if one.type == "condition")
    props = msgspec.json.decode(bytes(row.props))
    assert props["title"] == {"zh": "先切手动", "en": "Put it in MAN first"}
    assert props["note"]["en"] == "OUT"
    assert props["met"]["en"] == "Not held back"
    stage = card.view.stage
    held = stage.bindings.values[stage.bindings.source_of(row.bind["value"])]
    assert held == 0.0
    source.put(number_of_id(project.tags_by_path["Line/TIC-0.MODE"].id), 0.0, TypeCode.FLOAT64)
    frame(window)
    assert stage.bindings.values[stage.bindings.source_of(row.bind["value"])] == 1.0


def test_that_an_answer_after_the_closing_is_told_beside_the_row_that_opened_it(qtbot, window, door):
    card = open_loop(qtbot, window)
    click_slot(qtbot, card, "setpoint", "Line/TIC-0.OUT", which=1)
    assert len(door.commands) == 1
    card.close_card()
    pending = window.view.clicks.ongoing
    assert [(one.stand, one.intent.rect) for one in pending] == [(Stand.PENDING, QtCore.QRectF(1300, 20, 460, 44))]
    door.results.append(CommandResult(id=door.commands[0].id, state=CommandState.TIMED_OUT))
    frame(window)
    assert [one.stand for one in window.view.clicks.ongoing] == [Stand.REFUSED]


def test_that_the_screen_below_can_still_be_operated(qtbot, window, door):
    open_loop(qtbot, window)
    assert window.view.clicks._door is window.floats.plates._doors.main


def test_that_an_alarm_is_said_with_its_shape_and_acknowledged_there(qtbot, window):
    card = open_loop(qtbot, window)
    asked = []
    card.acknowledge_asked.connect(asked.append)
    assert not card.acknowledge.isVisible()
    one = stand("a", tag="Line/TIC-0.PV", occurrence="occ-1")
    window.board.take(ToldAlarms(version=1, stands=(one,), total=1, sounding=0))
    assert card.acknowledge.isVisible()
    assert card.view.marks.places
    qtbot.mouseClick(card.acknowledge, Left)
    assert asked == ["occ-1"]
    assert card.action_words == say("views.not_attached", Language.EN)
    window.board.take(ToldAlarms(version=2, stands=(), total=0, sounding=0))
    assert not card.acknowledge.isVisible()


def test_that_the_alarm_of_a_device_that_is_offline_is_told_by_the_loops_on_it(qtbot, window, source):
    changed = with_loops()
    name = "PLC-9"
    moved = (msgspec.structs.replace(one, device=name) if one.path == "Line/TIC-0.PV" else one for one in changed.tags)
    changed = dataclasses.replace(changed, tags=tuple(moved))
    window.take_project(changed, Facts(changed, source))
    on_it, elsewhere = open_loop(qtbot, window, 0), open_loop(qtbot, window, 1)
    device = stand("c", tag=device_path(name, "State"), kind=AlarmKind.COMMUNICATION, occurrence="occ-c")
    window.board.take(ToldAlarms(version=1, stands=(device,), total=1, sounding=0))
    assert on_it.acknowledge.isVisible()
    assert on_it.action_words != say("shell.faceplate_no_alarm", Language.EN)
    assert elsewhere.action_words == say("shell.faceplate_no_alarm", Language.EN)
    own = stand("a", tag="Line/TIC-0.PV", occurrence="occ-1", priority=3)
    window.board.take(ToldAlarms(version=2, stands=(device, own), total=2, sounding=0))
    assert on_it._occurrence == "occ-1"


def test_that_it_opens_beside_what_was_clicked_and_beside_the_banner_where_there_is_room(qtbot, window):
    room = window.room
    banner = QtCore.QRect(0, room.height() - 240, 1270, 240)
    window.banner.setGeometry(banner)
    plates = window.floats.plates
    subject = next(part.subject for _, part in window.view.stage.hits.in_order() if part.subject.tag == LOOPS[0])
    opener = QtCore.QRectF(1000, 500, 40, 40)
    card = plates.open(subject, opener)
    assert not card.geometry().intersects(banner)
    assert not card.geometry().intersects(opener.toRect().translated(window.view.pos()))
    assert room.rect().contains(card.geometry())


def test_that_a_card_too_tall_to_stand_above_the_banner_covers_no_row_of_it(qtbot, window):
    subject = next(part.subject for _, part in window.view.stage.hits.in_order() if part.subject.tag == LOOPS[0])
    window.banner.setGeometry(QtCore.QRect(16, 796, 1360, 168))
    card = window.floats.plates.open(subject, QtCore.QRectF(900, 600, 60, 60))
    assert card.height() > 796
    assert not card.geometry().intersects(QtCore.QRect(16, 836, 1360, 128))


def test_that_escape_ends_an_entry_and_then_the_faceplate_where_no_window_is_the_active_one(qtbot, window, monkeypatch):
    card = open_loop(qtbot, window)
    click_slot(qtbot, card, "setpoint", "Line/TIC-0.SP")
    entry = card.findChild(NumberEntry)
    monkeypatch.setattr(QtWidgets.QApplication, "focusWidget", staticmethod(lambda: None))
    assert window.focusWidget() is entry
    qtbot.keyClick(entry, Key.Key_Escape)
    assert not entry.isVisible()
    assert window.focusWidget() is not None
    assert card.isAncestorOf(window.focusWidget())
    qtbot.keyClick(window.focusWidget(), Key.Key_Escape)
    assert window.floats.plates.cards == []


def test_that_it_speaks_and_looks_as_the_window_does(qtbot, window):
    card = open_loop(qtbot, window)
    window.switch_language()
    window.switch_theme()
    assert card.view.language is window.desk.language is Language.ZH
    assert card.view.theme is window.theme
    assert "温度" in card.accessibleName()


def test_that_another_version_of_the_project_keeps_it_unless_its_loop_is_gone(qtbot, window, source):
    kept, gone = open_loop(qtbot, window, 0), open_loop(qtbot, window, 1)
    changed = with_loops()
    tags = tuple(tag for tag in changed.tags if not tag.path.startswith("Line/TIC-1."))
    changed = dataclasses.replace(changed, tags=tags)
    window.take_project(changed, Facts(changed, source))
    assert window.floats.plates.cards == [kept]
    assert not gone.isVisible()


def test_that_its_trend_begins_with_what_the_window_remembers(qtbot, window):
    class Memory:
        def samples(self, binding, seconds):
            asked.append((binding, seconds))
            return [1.0, 2.0], [50.0, 60.0]

    asked = []
    window.floats.remember(Memory())
    open_loop(qtbot, window)
    assert ("{Line/TIC-0.PV}", 900) in asked


def test_that_it_is_painted_in_one_turn_of_the_loop_and_then_costs_like_any_screen(qtbot, window):
    card = open_loop(qtbot, window)
    assert card.view.stage is not None
    assert card.grab().toImage().pixelColor(300, 5) == window.theme.colour("card")
    frame(window)
    assert card.view.frame(alive()) is False
