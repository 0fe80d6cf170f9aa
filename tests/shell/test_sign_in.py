"""The sign-in panel: passwords, badges, refusals in words; the alarms stay in sight."""

import pytest
from PySide6 import QtCore

from hmi.link import engine_messages as say
from hmi.model.reason import reason
from hmi.model.text import Language
from hmi.model.user import SessionState, SignedIn, UserEntry
from hmi.shell.sign_in_panel import SignInPanel
from hmi.shell.wedge import Wedge

Key = QtCore.Qt.Key
LI = SignedIn(token="t", user=UserEntry(name="li", title="李工"), rights=("write",))


@pytest.fixture
def panel(window, theme):
    made = SignInPanel(theme, Language.EN, window.room)
    made.set_look(theme, Language.EN)
    window.room.add_panel(made)
    show(made)
    made.open_panel()
    return made


def show(panel, session=None, state=SessionState.NOBODY, *, attached=True, first=False, why=""):
    panel.show_session(session, state, "Operator", attached=attached, first=first, why=why)


def asked(panel, qtbot, work):
    with qtbot.waitSignal(panel.ask_requested, timeout=1000) as heard:
        work()
    return heard.args[0](7)


def test_that_name_and_password_are_asked_of_the_engine(panel, qtbot):
    panel.name.setText(" li ")
    panel.password.setText("correct horse")
    message = asked(panel, qtbot, lambda: qtbot.keyClick(panel.password, Key.Key_Return))
    assert message == say.AskSignIn(number=7, name="li", password="correct horse")
    assert not panel.go.isEnabled()


def test_that_a_refusal_is_said_and_the_password_is_gone(panel, qtbot):
    panel.name.setText("li")
    panel.password.setText("guess")
    asked(panel, qtbot, panel.go.click)
    panel.refuse(reason("sessions.refused"))
    assert panel.said == "Name and password do not belong together."
    assert panel.password.text() == ""
    assert panel.isVisible()
    assert panel.go.isEnabled()


def test_that_a_done_sign_in_closes_the_panel_and_leaves_the_screen(panel, window):
    before = window.screen_shown
    panel.refuse(None)
    assert not panel.isVisible()
    assert window.screen_shown == before


def test_that_the_first_administrator_types_the_password_twice(panel, qtbot):
    show(panel, first=True)
    assert "default password" in panel.words
    panel.name.setText("boss")
    panel.password.setText("long enough")
    panel.repeated.setText("long enouhg")
    panel.go.click()
    assert panel.said == "The two passwords differ."
    panel.repeated.setText("long enough")
    message = asked(panel, qtbot, panel.go.click)
    assert message == say.AskFirstAdministrator(number=7, name="boss", password="long enough")


def test_that_a_fast_run_of_characters_is_a_badge_and_wants_its_pin(panel, qtbot):
    panel.name.setText("x")
    qtbot.keyClicks(panel.name, "0012345678")
    qtbot.keyClick(panel.name, Key.Key_Return)
    assert panel.pin.isVisible()
    assert not panel.password.isVisible()
    assert panel.name.text() == "x"
    panel.pin.setText("4711")
    message = asked(panel, qtbot, lambda: qtbot.keyClick(panel.pin, Key.Key_Return))
    assert message == say.AskBadge(number=7, badge="0012345678", pin="4711")


def test_that_a_hand_types_no_badge():
    now = [0.0]
    wedge = Wedge(lambda: now[0])
    for letter in "0012345678":
        now[0] += 0.12
        assert wedge.feed(letter, ends=False) == ""
    now[0] += 0.12
    assert wedge.feed("", ends=True) == ""
    for letter in "0012345678":
        now[0] += 0.004
        wedge.feed(letter, ends=False)
    now[0] += 0.004
    assert wedge.feed("", ends=True) == "0012345678"


def test_that_without_an_engine_nobody_is_asked_and_it_is_said(panel):
    show(panel, attached=False)
    assert "not connected" in panel.words
    assert not panel.go.isEnabled()
    assert not panel.name.isEnabled()


def test_that_the_demo_says_that_its_operator_needs_no_password(panel):
    demo = SignedIn(token="t", user=UserEntry(name="demo", title="Demo"), rights=(), demo=True)
    show(panel, demo, SessionState.SIGNED_IN)
    assert "without a password" in panel.words
    assert panel.out.isVisible()


def test_that_a_locked_session_names_its_person_and_hides_nothing(panel, window):
    window.show_session(LI, SessionState.LOCKED)
    show(panel, LI, SessionState.LOCKED, why="Locked: sign in.")
    assert window.title_row.user.text() == "Locked · 李工"
    assert panel.name.text() == "li"
    assert window.banner.isVisible()
    assert window.view.isVisible()


def test_that_the_panel_lies_over_no_alarm(panel, window):
    for size in ((1920, 1080), (1366, 768)):
        window.resize(*size)
        banner = QtCore.QRect(window.banner.mapTo(window, QtCore.QPoint(0, 0)), window.banner.size())
        box = QtCore.QRect(panel.mapTo(window, QtCore.QPoint(0, 0)), panel.size())
        assert not banner.intersects(box)


def test_that_the_header_says_who_is_there(window):
    assert window.title_row.user.text() == "Not signed in"
    window.show_session(LI, SessionState.SIGNED_IN)
    assert window.title_row.user.text() == "李工 · Operator"
    window.show_session(None, SessionState.NOBODY, first=True)
    assert window.title_row.user.text() == "Set up the administrator"
