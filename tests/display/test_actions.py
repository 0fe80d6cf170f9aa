"""A click announces an intent; its answer stands beside the element, in words, until it is dismissed."""

import msgspec
import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from hmi.display.actions import CONFIRM_S, Intent, Stand
from hmi.display.entry import NumberEntry
from hmi.display.parts import TouchPart
from hmi.display.scene import ScreenView
from hmi.display.symbols import drawings
from hmi.display.theme import load_theme
from hmi.model.command import CommandResult, CommandState
from hmi.model.reason import reason
from hmi.model.symbols.schema import Palette, Slot, SlotKind, SymbolFamily
from hmi.model.tag import Span, WriteRules
from hmi.model.text import Language, Text
from tests.display.rig import element, pixels, screen, tag
from tests.display.stand_in import StandIn


class _Props(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    value: float | None = 1.0
    confirm: bool = True


class Switch:
    family = SymbolFamily(
        name="switch",
        title=Text(zh="开关", en="Switch"),
        help=Text(zh="开关", en="Switch"),
        palette=Palette.CONTROL,
        props=_Props,
        properties=(),
        slots=(Slot("value", SlotKind.FLAG, Text(zh="值", en="Value"), Text(zh="值", en="Value"), writes=True),),
    )

    def static(self, painter, placed):
        painter.fillRect(placed.box, placed.theme.colour("head"))

    def parts(self, placed):
        box = placed.box
        rect = (box.x(), box.y(), box.width(), box.height())
        return (TouchPart("value", rect, placed.props.value, placed.props.confirm),)


class Door:
    def __init__(self, answer=CommandState.REQUESTED):
        self.commands, self.answer, self.later = [], answer, []

    def submit(self, command):
        self.commands.append(command)
        why = reason("display.no_command_door") if self.answer is CommandState.REJECTED else None
        return CommandResult(id=command.id, state=self.answer, reason=why)

    def take_results(self):
        results, self.later = self.later, []
        return results


TAG = tag("L/Pump.Start", write=Span(low=0, high=10), unit="rpm")


@pytest.fixture
def clicked(qtbot):
    def make(door, **props):
        source = StandIn({TAG.path: TAG})
        view = ScreenView(source, door, load_theme(), Language.EN, families={**drawings(), "switch": Switch()})
        qtbot.addWidget(view)
        view.resize(400, 320)
        button = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Pump.Start}"}, **props)
        view.show_screen(screen(), (button,), {TAG.path: TAG})
        view.show()
        QtWidgets.QApplication.processEvents()
        return view

    return make


def click(qtbot, view, x=80, y=70):
    qtbot.mouseClick(view.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=QtCore.QPoint(x, y))
    QtWidgets.QApplication.processEvents()


def stands(view):
    return [one.stand for one in view.clicks.ongoing]


def test_that_a_click_asks_first_and_the_second_click_asks_the_engine(clicked, qtbot):
    door = Door()
    view = clicked(door)
    click(qtbot, view)
    assert door.commands == []
    assert stands(view) == [Stand.ASKED]
    click(qtbot, view)
    assert [(one.tag, one.value) for one in door.commands] == [(TAG.id, 1)]
    assert stands(view) == [Stand.PENDING]


def test_that_a_question_without_an_answer_goes_away(clicked, qtbot, monkeypatch):
    view = clicked(Door())
    click(qtbot, view)
    view.clicks.ongoing[0].since -= CONFIRM_S + 0.1
    view.clicks.frame()
    assert stands(view) == []
    click(qtbot, view)
    assert stands(view) == [Stand.ASKED]


def test_that_a_refusal_stays_in_words_until_it_is_clicked(clicked, qtbot):
    view = clicked(Door(CommandState.REJECTED), confirm=False)
    before = pixels(view.viewport().grab().toImage())
    click(qtbot, view)
    assert stands(view) == [Stand.REFUSED]
    assert view._overlay.words_of(view.clicks.ongoing[0]) == "This window only shows: nothing can be written from here."
    shown = pixels(view.viewport().grab().toImage())
    assert np.count_nonzero((shown != before).any(axis=2)[:, 160:]) > 500
    view.set_language(Language.ZH)
    assert view._overlay.words_of(view.clicks.ongoing[0]) == "此窗口只能查看，不能写入。"
    click(qtbot, view)
    assert stands(view) == []


def test_that_without_a_door_every_click_is_refused(clicked, qtbot):
    view = clicked(None, confirm=False)
    click(qtbot, view)
    assert stands(view) == [Stand.REFUSED]


@pytest.mark.parametrize(
    ("state", "stand"),
    [
        (CommandState.SENT, Stand.PENDING),
        (CommandState.CONFIRMED, Stand.CONFIRMED),
        (CommandState.FAILED, Stand.REFUSED),
        (CommandState.TIMED_OUT, Stand.REFUSED),
        (CommandState.UNKNOWN, Stand.REFUSED),
    ],
)
def test_that_the_answer_of_the_engine_settles_the_click(clicked, qtbot, state, stand):
    door = Door()
    view = clicked(door, confirm=False)
    click(qtbot, view)
    door.later.append(CommandResult(id=door.commands[0].id, state=state))
    door.later.append(CommandResult(id="somebody else's", state=CommandState.FAILED))
    view.clicks.frame()
    assert stands(view) == [stand]
    for language in Language:
        view.set_language(language)
        words = view._overlay.words_of(view.clicks.ongoing[0])
        assert words
        assert not words.startswith("display.")


def test_that_a_pending_write_leaves_the_old_fact_and_counts_its_age(clicked, qtbot):
    view = clicked(Door(), confirm=False)
    click(qtbot, view)
    view.clicks.ongoing[0].since -= 3
    assert view._overlay.words_of(view.clicks.ongoing[0]) == "→ 1 rpm 3 s"


def test_that_a_place_without_a_value_asks_for_a_number(clicked, qtbot):
    door = Door()
    view = clicked(door, value=None)
    click(qtbot, view)
    entry = view.findChild(NumberEntry)
    entry.setText("7,5")
    qtbot.keyClick(entry, QtCore.Qt.Key.Key_Return)
    assert [one.value for one in door.commands] == [7.5]
    assert stands(view) == [Stand.PENDING]


@pytest.mark.parametrize(
    ("text", "fault"), [("11", "outside"), ("-1", "outside"), ("x", "not a number"), ("nan", "not a number")]
)
def test_that_a_number_outside_the_write_range_is_refused_in_words(qtbot, text, fault):
    parent = QtWidgets.QWidget()
    qtbot.addWidget(parent)
    entry = NumberEntry(TAG, load_theme(), Language.EN, parent)
    assert fault in entry.fault_of(text)
    assert entry.fault_of("7.5") == ""


def test_that_escape_takes_the_field_away_and_asks_nothing(clicked, qtbot):
    door = Door()
    view = clicked(door, value=None)
    click(qtbot, view)
    entry = view.findChild(NumberEntry)
    entry.setText("5")
    qtbot.keyClick(entry, QtCore.Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: view.findChild(NumberEntry) is None, timeout=1000)
    assert door.commands == []


def test_that_another_screen_forgets_what_stood_beside_elements(clicked, qtbot):
    view = clicked(Door(CommandState.REJECTED), confirm=False)
    click(qtbot, view)
    view.show_screen(screen(), (), {})
    assert stands(view) == []


def test_that_a_click_on_an_element_that_asks_for_nothing_picks_it(clicked, qtbot):
    view = clicked(None)
    readout = element("r", "readout", (200, 100, 136, 56), {"value": "{L/Pump.Start}"})
    view.show_screen(screen(), (readout,), {TAG.path: TAG})
    with qtbot.waitSignal(view.picked, timeout=1000) as heard:
        click(qtbot, view, 220, 120)
    assert heard.args == [readout.id, {"value": TAG.path}]


def test_that_an_intent_is_a_plain_fact():
    one = Intent("e", TAG, 2.0, QtCore.QRectF(0, 0, 1, 1))
    assert one == Intent("e", TAG, 2.0, QtCore.QRectF(0, 0, 1, 1))


def test_that_a_whole_number_of_the_file_is_asked_for_like_any_other(clicked, qtbot):
    door = Door()
    view = clicked(door)
    view.clicks.request(Intent("s", TAG, 1, QtCore.QRectF(50, 50, 100, 40)))
    assert [one.value for one in door.commands] == [1]


def test_that_only_one_click_at_a_time_waits_for_its_second(clicked, qtbot):
    view = clicked(Door())
    left = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Pump.Start}"})
    right = element("t", "switch", (200, 50, 100, 40), {"value": "{L/Pump.Start}"}, value=2.0)
    view.show_screen(screen(), (left, right), {TAG.path: TAG})
    click(qtbot, view)
    assert [one.intent.element for one in view.clicks.ongoing] == [left.id]
    click(qtbot, view, 230, 70)
    assert [one.intent.element for one in view.clicks.ongoing] == [right.id]


def test_that_nothing_is_clicked_through_the_note_of_another_click(clicked, qtbot):
    door = Door()
    view = clicked(door)
    upper = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Pump.Start}"})
    around = element("t", "switch", (0, 0, 400, 320), {"value": "{L/Pump.Start}"}, z="a", confirm=False)
    view.show_screen(screen(), (upper, around), {TAG.path: TAG})
    click(qtbot, view)
    note = next(rect for rect, _ in view._overlay._notes).center().toPoint()
    assert view._overlay.covers(QtCore.QPointF(note))
    click(qtbot, view, note.x(), note.y())
    assert door.commands == []
    assert [one.intent.element for one in view.clicks.ongoing] == [upper.id]


def test_that_a_note_leaves_the_next_button_free_where_there_is_room_beside(clicked, qtbot):
    door = Door()
    view = clicked(door)
    upper = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Pump.Start}"})
    below = element("t", "switch", (50, 96, 100, 40), {"value": "{L/Pump.Start}"}, confirm=False)
    view.show_screen(screen(), (upper, below), {TAG.path: TAG})
    click(qtbot, view)
    click(qtbot, view, 80, 110)
    assert len(door.commands) == 1


def test_that_a_click_on_a_refused_entry_opens_the_entry_again(clicked, qtbot):
    view = clicked(Door(CommandState.REJECTED), value=None)
    click(qtbot, view)
    entry = view.viewport().findChild(NumberEntry)
    qtbot.keyClicks(entry, "5")
    qtbot.keyClick(entry, QtCore.Qt.Key.Key_Return)
    QtWidgets.QApplication.processEvents()
    assert stands(view) == [Stand.REFUSED]
    click(qtbot, view)
    assert stands(view) == []
    assert any(found.isVisible() for found in view.viewport().findChildren(NumberEntry))


# ---------------------------------------------------------------------------------------------------- entries, undo


STEPPED = tag(
    "L/Loop.SP",
    unit="°C",
    decimals=1,
    write=Span(low=20, high=90),
    rules=WriteRules(largest_step=5.0, needs_reason=True),
)


@pytest.fixture
def entered(qtbot):
    door = Door()
    source = StandIn({STEPPED.path: STEPPED})
    source.set(STEPPED.path, 58.0)
    view = ScreenView(source, door, load_theme(), Language.EN, families={**drawings(), "switch": Switch()})
    qtbot.addWidget(view)
    view.resize(400, 320)
    field = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Loop.SP}"}, value=None)
    shown = element("r", "readout", (200, 150, 136, 56), {"value": "{L/Loop.SP}"})
    view.show_screen(screen(), (field, shown), {STEPPED.path: STEPPED})
    view.show()
    QtWidgets.QApplication.processEvents()
    click(qtbot, view)
    return view, door, view.viewport().findChild(NumberEntry)


def test_that_the_entry_says_range_unit_largest_step_and_present_value(entered):
    _, _, entry = entered
    assert entry.limits_words() == "20 to 90 °C\nat most 5 °C at once\nnow 58.0 °C"
    assert entry.note.isVisible()


def test_that_a_step_that_is_too_large_is_refused_at_the_field(entered, qtbot):
    _, door, entry = entered
    entry.setText("63.5")
    qtbot.keyClick(entry, QtCore.Qt.Key.Key_Return)
    assert "largest step" in entry.note.fault_words
    assert door.commands == []


def test_that_a_reason_is_asked_for_and_goes_to_the_engine(entered, qtbot):
    _, door, entry = entered
    entry.setText("60")
    qtbot.keyClick(entry, QtCore.Qt.Key.Key_Return)
    assert entry.note.fault_words == "This tag asks for a reason."
    entry.note.reason_line.setText("batch 417")
    qtbot.keyClick(entry.note.reason_line, QtCore.Qt.Key.Key_Return)
    one = door.commands[0]
    assert (one.value, one.reason, one.screen, one.shown) == (60, "batch 417", "rig", 58.0)


def test_that_a_fixed_value_that_needs_a_reason_asks_for_it_after_the_confirmation(qtbot):
    door = Door()
    source = StandIn({STEPPED.path: STEPPED})
    source.set(STEPPED.path, 58.0)
    view = ScreenView(source, door, load_theme(), Language.EN, families={**drawings(), "switch": Switch()})
    qtbot.addWidget(view)
    view.resize(400, 320)
    button = element("s", "switch", (50, 50, 100, 40), {"value": "{L/Loop.SP}"}, value=60.0)
    view.show_screen(screen(), (button,), {STEPPED.path: STEPPED})
    view.show()
    QtWidgets.QApplication.processEvents()
    click(qtbot, view)
    click(qtbot, view)
    assert door.commands == []
    entry = view.viewport().findChild(NumberEntry)
    entry.note.reason_line.setText("start of batch")
    qtbot.keyClick(entry.note.reason_line, QtCore.Qt.Key.Key_Return)
    assert [(one.value, one.reason) for one in door.commands] == [(60, "start of batch")]


def confirmed(view, door, old=58.0):
    view.clicks.request(Intent("s", TAG, 60.0, QtCore.QRectF(50, 50, 100, 40)))
    door.later.append(CommandResult(id=door.commands[-1].id, state=CommandState.CONFIRMED, value=60.0, old=old))
    view.clicks.frame()
    view.clicks.ongoing[0].since -= 3
    view.clicks.frame()


def test_that_the_last_set_point_can_be_undone_beside_it(clicked, qtbot):
    door = Door()
    view = clicked(door)
    confirmed(view, door)
    assert stands(view) == [Stand.UNDOABLE]
    view.viewport().grab()
    note = view._overlay._notes[0][0].center()
    click(qtbot, view, round(note.x()), round(note.y()))
    assert [(one.value, one.undoes) for one in door.commands] == [(60, ""), (58, door.commands[0].id)]
    assert stands(view) == [Stand.PENDING]


def test_that_undo_is_offered_for_a_minute_and_only_where_the_old_value_is_known(clicked):
    door = Door()
    view = clicked(door)
    confirmed(view, door, old=None)
    assert stands(view) == []
    confirmed(view, door)
    view.clicks.ongoing[0].since -= 60
    view.clicks.frame()
    assert stands(view) == []


def test_that_a_setting_back_by_the_plc_is_told_after_the_confirmation_is_gone(clicked):
    door = Door()
    view = clicked(door)
    confirmed(view, door, old=None)
    late = CommandResult(id=door.commands[0].id, state=CommandState.FAILED, reason=reason("command.set_back", reads=41))
    door.later.append(late)
    view.clicks.frame()
    assert stands(view) == [Stand.REFUSED]
    assert view._overlay.words_of(view.clicks.ongoing[0]) == "The PLC set it back to 41."


def test_that_an_unknown_command_is_settled_when_the_engine_is_back(clicked, qtbot):
    door = Door()
    view = clicked(door, confirm=False)
    click(qtbot, view)
    door.later.append(CommandResult(id=door.commands[0].id, state=CommandState.UNKNOWN))
    view.clicks.frame()
    assert stands(view) == [Stand.REFUSED]
    door.later.append(CommandResult(id=door.commands[0].id, state=CommandState.CONFIRMED))
    view.clicks.frame()
    assert stands(view) == [Stand.CONFIRMED]
