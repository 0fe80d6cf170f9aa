"""The journal: newest first, read while it is looked at, older rows when somebody scrolls to them."""

import asyncio

import pytest
from PySide6 import QtWidgets

from hmi.link.engine_messages import Journal
from hmi.link.messages import Refused
from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.errors import LinkLost
from hmi.model.event import JournalRow
from hmi.model.reason import reason
from hmi.model.text import Language, Text
from hmi.views.journal import JournalList
from hmi.views.people import People


def row(sequence, event=AlarmEvent.OCCURRED, state=AlarmState.UNACKNOWLEDGED, **fields):
    given = {
        "sequence": sequence,
        "occurrence": f"a-{sequence}",
        "alarm": "a",
        "path": "Line/T0:high",
        "tag": "Line/TIC-102.PV",
        "tag_id": "t",
        "kind": AlarmKind.HIGH,
        "priority": 1,
        "event": event,
        "old_state": AlarmState.NORMAL,
        "new_state": state,
        "active_since_ns": 1,
        "server_ns": 1_700_000_000_000_000_000,
        "title": Text(zh="温度高", en="Temperature high"),
    }
    return JournalRow(**{**given, **fields})


class Server:
    """Has `count` rows and answers as the history server does."""

    def __init__(self, count):
        self.rows = [row(number) for number in range(1, count + 1)]
        self.asked, self.waiting, self.fault = [], [], None

    def start(self, work, name):
        self.waiting.append(work)

    def run(self):
        while self.waiting:
            asyncio.run(self.waiting.pop(0)())

    async def ask_history(self, make):
        message = make(1)
        query = message.query
        self.asked.append(query)
        if isinstance(self.fault, BaseException):
            raise self.fault
        if self.fault is not None:
            return Refused(reason=self.fault, number=1)
        fitting = [
            one
            for one in reversed(self.rows)
            if one.sequence > query.after_sequence
            and (not query.before_sequence or one.sequence < query.before_sequence)
        ]
        return Journal(number=1, rows=tuple(fitting[: query.limit]), more=len(fitting) > query.limit)


@pytest.fixture
def journal(theme, qtbot):
    made = JournalList(People(), theme, Language.EN, None)
    qtbot.addWidget(made)
    made.resize(900, 300)
    yield made
    made._soon.stop()


def sequences(journal):
    return [one.sequence for one in journal.rows]


def test_that_it_is_read_when_it_is_looked_at_and_not_before(journal):
    server = Server(3)
    journal.attach(server)
    journal.changed()
    assert server.waiting == []
    journal.show()
    server.run()
    assert sequences(journal) == [3, 2, 1]


def test_that_new_rows_come_above_and_what_is_looked_at_stays(journal):
    server = Server(60)
    journal.attach(server)
    journal.show()
    server.run()
    journal.verticalScrollBar().setValue(360)
    server.rows.append(row(61))
    journal.refresh()
    server.run()
    assert sequences(journal)[:2] == [61, 60]
    assert journal.verticalScrollBar().value() == 396


def test_that_older_rows_are_read_at_the_end_of_the_scroll(journal):
    server = Server(250)
    journal.attach(server)
    journal.show()
    server.run()
    assert len(journal.rows) == 100
    for _ in range(3):
        journal.verticalScrollBar().setValue(journal.verticalScrollBar().maximum())
        server.run()
    assert sequences(journal) == list(range(250, 0, -1))


def test_that_after_too_much_news_it_begins_anew(journal):
    server = Server(10)
    journal.attach(server)
    journal.show()
    server.run()
    server.rows += [row(number) for number in range(11, 400)]
    journal.refresh()
    server.run()
    assert sequences(journal)[0] == 399
    assert sequences(journal) == list(range(399, 399 - len(journal.rows), -1))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (LinkLost(), "views.history_away"),
        (TimeoutError(), "views.answer_lost"),
        (reason("link.own_fault"), "link.own_fault"),
    ],
)
def test_that_a_journal_that_cannot_be_read_says_why_and_keeps_its_rows(journal, fault, code):
    server = Server(3)
    journal.attach(server)
    journal.show()
    server.run()
    server.fault = fault
    journal.refresh()
    server.run()
    assert journal.fault.code == code
    assert sequences(journal) == [3, 2, 1]
    journal.grab()


def test_that_a_row_says_who_did_what(journal):
    done = row(1, AlarmEvent.ACKNOWLEDGED, AlarmState.ACKNOWLEDGED, user="li", station="desk-2", note="seen")
    assert journal.words_of(done)[1:] == ("TIC-102", "Temperature high", "acknowledged: seen", "li · desk-2")
    assert journal.words_of(row(2))[3:] == ("came", "engine")
    QtWidgets.QApplication.processEvents()
