"""The page around the list: places and their counts, rate, names of people, what to open, where the cards stand."""

import asyncio
import dataclasses
import math

import msgspec
import numpy as np
import pytest
from PySide6 import QtCore, QtWidgets

from hmi.image.memory import MemorySource
from hmi.link.engine_messages import Journal, Users
from hmi.link.messages import Refused
from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.errors import LinkLost
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause
from hmi.model.reason import reason
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.text import Language
from hmi.model.user import UserEntry
from hmi.model.value import TypeCode
from hmi.views.alarm_groups import ALL, scope_of, within
from hmi.views.alarm_rate import MOST_PAGES, PAGE, WINDOW_NS, WINDOWS, RateReader
from hmi.views.alarm_screens import AlarmScreens
from hmi.views.alarm_trend import range_of
from hmi.views.alarms_page import AlarmsPage
from hmi.views.cells import wrap
from hmi.views.page_grid import grid_of
from hmi.views.people import People
from hmi.views.recent import SECONDS, Recent
from tests.shell.engine_stand_in import stand
from tests.shell.small_station import ident
from tests.views.conftest import told
from tests.views.test_journal import row

LEFT = QtCore.Qt.MouseButton.LeftButton
NOW_NS = 1_700_000_000_000_000_000
DEVICE = "System/Devices/PLC-1.State"


@pytest.fixture
def host(qtbot):
    made = QtWidgets.QWidget()
    qtbot.addWidget(made)
    made.resize(1920, 980)
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


# ---------------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("path", "area", "equipment"),
    [
        ("Mixing/TIC-102.PV", "Mixing", "Mixing/TIC-102"),
        ("Filling/FM-1/Fill.State", "Filling", "Filling/FM-1"),
        (DEVICE, "System/Devices", "System/Devices/PLC-1"),
        ("Level", "Level", "Level"),
        ("PLC-1.Heartbeat", "PLC-1", "PLC-1"),
    ],
)
def test_that_a_tag_stands_in_its_area_and_equipment(path, area, equipment):
    assert scope_of(path) == (area, equipment)
    assert within(path, ALL)
    assert within(path, area)
    assert within(path, equipment)
    assert not within(path, "Elsewhere")


def test_that_the_places_count_what_the_header_counts(board, page):
    board.take(
        told(
            stand("a", 2, tag="Mixing/TIC-102.PV"),
            stand("b", 1, AlarmState.ACKNOWLEDGED, tag="Mixing/TIC-102.PV"),
            stand("c", 3, AlarmState.RETURNED, tag="Water/T-101.Level"),
            stand("d", 2, tag=DEVICE, kind=AlarmKind.COMMUNICATION),
        )
    )
    rows = {group.scope: group for group in page.groups.rows}
    assert rows[ALL].count == board.counts.standing == 4
    assert sum(group.count for group in rows.values() if group.depth == 1) == 4
    assert rows["Mixing"].priority == 2, "an unacknowledged alarm is shown before a more urgent acknowledged one"
    assert rows["System/Devices"].count == 1
    assert rows["Line"].count == 0, "an area of the project is there also while nothing stands in it"
    assert page.cards.facts.rows[0] == ("Unacknowledged", f"{sum(board.counts.unacknowledged)}")


def test_that_a_click_on_a_place_lists_its_alarms_alone(board, page, qtbot):
    board.take(told(stand("a", tag="Mixing/TIC-102.PV"), stand("b", tag="Water/T-101.Level"), stand("c", tag=DEVICE)))
    painted(page)
    number = [group.scope for group in page.groups.rows].index("Mixing")
    qtbot.mouseClick(page.groups.viewport(), LEFT, pos=QtCore.QPoint(100, 40 * number + 20))
    assert [one.stand.occurrence for one in page.list.rows.rows] == ["a-1"]
    assert page.cards._title.text() == "Mixing: 1 standing"
    board.take(told(stand("b", tag="Water/T-101.Level"), stand("c", tag=DEVICE), stand("d", tag="Mixing/PT-1")))
    assert [one.stand.occurrence for one in page.list.rows.rows] == ["d-1"]
    page.groups.choose(ALL)
    assert len(page.list.rows.rows) == 3


def test_that_equipment_whose_last_alarm_went_is_left_for_its_area(board, page):
    board.take(told(stand("a", tag="Mixing/TIC-102.PV"), stand("b", tag="Mixing/PT-1")))
    page.groups.choose("Mixing")
    page.groups.choose("Mixing/TIC-102")
    assert [one.stand.occurrence for one in page.list.rows.rows] == ["a-1"]
    board.take(told(stand("b", tag="Mixing/PT-1")))
    assert page.groups.scope == "Mixing"
    assert [one.stand.occurrence for one in page.list.rows.rows] == ["b-1"]


def test_that_an_alarm_of_another_place_is_found_when_it_is_asked_for(board, page):
    board.take(told(stand("a", tag="Mixing/TIC-102.PV"), stand("b", tag="Water/T-101.Level")))
    page.groups.choose("Mixing")
    page.choose("b-1")
    assert page.groups.scope == ALL
    assert page.guidance.stand.occurrence == "b-1"


def test_that_the_guidance_acknowledges_what_was_painted_in_it_and_nothing_newer(board, page, engine, qtbot):
    board.take(told(stand("a")))
    painted(page)
    for number in range(2, 50):
        page.guidance.setUpdatesEnabled(False)  # the new occurrence is known, and not yet painted
        board.take(told(stand("a", occurrence=f"a-{number}")))
        qtbot.mouseClick(page.acknowledge_button, LEFT)
        engine.run()
        assert engine.asked.pop().occurrences == (f"a-{number - 1}",)
        page.guidance.setUpdatesEnabled(True)
        painted(page)
    qtbot.mousePress(page.acknowledge_button, LEFT)
    board.take(told(stand("a", occurrence="a-99")))
    painted(page)
    qtbot.mouseRelease(page.acknowledge_button, LEFT)
    engine.run()
    assert engine.asked == []


def test_that_what_is_looked_at_stays_when_something_more_urgent_comes(board, page):
    board.take(told(stand("a", 3)))
    assert page.guidance.stand.occurrence == "a-1"
    board.take(told(stand("b", 1), stand("a", 3)))
    assert page.guidance.stand.occurrence == "a-1"


# ---------------------------------------------------------------------------------------------------- rate


class History:
    """Answers from rows, newest first, a page at a time."""

    def __init__(self, rows):
        self.rows, self.asked, self.fault = sorted(rows, key=lambda one: -one.sequence), [], None

    def start(self, work, name):
        asyncio.run(work())

    async def ask_history(self, make):
        query = make(1).query
        self.asked.append(query)
        if isinstance(self.fault, BaseException):
            raise self.fault
        if self.fault is not None:
            return Refused(reason=self.fault, number=1)
        fitting = [
            one
            for one in self.rows
            if one.sequence > query.after_sequence
            and (not query.before_sequence or one.sequence < query.before_sequence)
            and one.server_ns >= query.from_ns
        ]
        return Journal(number=1, rows=tuple(fitting[: query.limit]), more=len(fitting) > query.limit)


def reader_of(history, qapp):
    made = RateReader()
    made.attach(history)
    made.set_time(NOW_NS)
    return made


def test_that_each_window_counts_what_came_in_it_and_nothing_else(qapp):
    events = [AlarmEvent.OCCURRED, AlarmEvent.ACKNOWLEDGED, AlarmEvent.RETURNED, AlarmEvent.REALARMED]
    rows = [row(number, event, server_ns=NOW_NS - WINDOW_NS) for number, event in enumerate(events, 1)]
    rows.append(row(9, server_ns=NOW_NS))
    rows.append(row(10, server_ns=NOW_NS - (WINDOWS + 2) * WINDOW_NS))
    reader = reader_of(History(rows), qapp)
    reader.look()
    counts = [count for _, count in reader.rate.windows(NOW_NS)]
    assert counts == [0] * (WINDOWS - 2) + [2, 1]
    assert reader.rate.highest(NOW_NS) == 2


def test_that_a_row_is_counted_once(qapp):
    history = History([row(number, server_ns=NOW_NS) for number in range(1, 4)])
    reader = reader_of(history, qapp)
    reader.look()
    history.rows.insert(0, row(4, server_ns=NOW_NS))
    reader.look()
    reader.look()
    assert reader.rate.highest(NOW_NS) == 4
    assert [query.after_sequence for query in history.asked] == [0, 3, 4]


def test_that_a_flood_of_several_pages_is_counted_whole(qapp):
    reader = reader_of(History([row(number, server_ns=NOW_NS) for number in range(1, 3 * PAGE + 8)]), qapp)
    reader.look()
    assert reader.rate.highest(NOW_NS) == 3 * PAGE + 7
    assert not reader.cut


def test_that_more_than_can_be_counted_is_said(qapp, page, monkeypatch):
    monkeypatch.setattr("hmi.views.alarm_rate.MOST_PAGES", 2)
    assert MOST_PAGES > 2
    history = History([row(number, server_ns=NOW_NS) for number in range(1, 2 * PAGE + 50)])
    page.attach(history, MemorySource())
    page.set_time(NOW_NS)
    page.cards.rate.look()
    page._say_facts()
    assert page.cards.facts.rows[1][1] == f"> {2 * PAGE}"


@pytest.mark.parametrize("fault", [LinkLost(), TimeoutError(), reason("link.own_fault")])
def test_that_a_journal_that_cannot_be_read_gives_no_rate(qapp, page, fault):
    history = History([])
    history.fault = fault
    page.attach(history, MemorySource())
    page.set_time(NOW_NS)
    page.cards.rate.look()
    assert page.cards.facts.rows[1][1] == "–"
    assert page.cards.chart.source_words() == ("The journal cannot be read now",)


def test_that_the_chart_names_who_says_what_is_a_flood(page):
    page.attach(History([row(1, server_ns=NOW_NS)]), MemorySource())
    page.set_time(NOW_NS)
    page.cards.rate.look()
    assert page.cards.chart.source_words() == ("Dashed: acceptable 1, flood 10", "after ISA-18.2, EEMUA 191")


# ---------------------------------------------------------------------------------------------------- people


def answering(engine, **titles):
    users = tuple(UserEntry(name=name, title=title) for name, title in titles.items())
    engine.answer = Users(number=1, users=users)


def test_that_people_are_named_as_the_header_names_them(board, page, asks, engine, qtbot):
    answering(engine, li="李工")
    board.take(told(stand("a", state=AlarmState.ACKNOWLEDGED, acknowledged_by="Li", acknowledged_on="desk-2")))
    assert page.list.rows.rows[0].cells[6] == "acknowledged · Li"
    qtbot.waitUntil(lambda: bool(engine.waiting), timeout=1000)
    engine.run()
    assert page.list.rows.rows[0].cells[6] == "acknowledged · 李工"
    why = asks.people.named(reason("alarms.already_acknowledged", user="li", station="desk-2", time="x", at_ns=NOW_NS))
    assert why.arguments["user"] == "李工"
    assert why.arguments["time"] != "x"


def test_that_a_person_whom_nobody_knows_is_asked_for_once_and_keeps_the_name(engine, qtbot):
    answering(engine, li="李工")
    people = People()
    people.attach(engine)
    for _ in range(3):
        assert people.name_of("gone") == "gone"
        qtbot.wait(1)
        engine.run()
    assert len(engine.asked) == 1
    assert people.name_of("li") == "李工"
    assert people.name_of("") == ""


def test_that_names_are_not_asked_for_without_an_engine(engine, qtbot):
    people = People()
    assert people.name_of("li") == "li"
    qtbot.wait(1)
    engine.attached = False
    people.attach(engine)
    people.name_of("li")
    qtbot.wait(1)
    engine.run()
    assert engine.asked == []


# ---------------------------------------------------------------------------------------------------- screens


@pytest.fixture
def plant(project):
    def element(name, *bindings):
        return Element(id=ident(name), type="readout", at=(0, 0, 1, 1), bind=dict(zip("abc", bindings, strict=False)))

    screens = [
        Screen(id=ident(path), path=path, level=level)
        for path, level in (("All", 1), ("Unit", 2), ("Loop", 3), ("Hidden", 2), ("Area", 2), ("Zone", 2))
    ]
    elements = {
        ident("All"): (element("1", "{Line/T0}", "{Line/T1} > 3"),),
        ident("Unit"): (element("2", "{Line/T0}"),),
        ident("Loop"): (element("3", "{Line/T2.SP} * 2"),),
        ident("Hidden"): (element("4", "{Line/T9}"),),
        ident("Area"): (element("5", "{Zone/T1}"),),
        ident("Zone"): (element("6", "{Zone/T1}"),),
    }
    item = NavigationItem(id=ident("nav"), screens=("All", "Unit", "Loop", "Area", "Zone"))
    tags = tuple(msgspec.structs.replace(tag, device="PLC-1") for tag in project.tags)
    return dataclasses.replace(project, screens=tuple(screens), elements=elements, navigation=(item,), tags=tags)


@pytest.mark.parametrize(
    ("tag", "screen"),
    [
        ("Line/T0", "Unit"),
        ("Line/T1", "All"),
        ("Line/T2.PV", "Loop"),
        ("Line/T9", ""),
        ("Zone/T1", "Zone"),
        (DEVICE, "All"),
    ],
)
def test_that_the_screen_that_shows_a_tag_is_found(plant, tag, screen):
    assert AlarmScreens(plant).screen_of(stand("a", tag=tag)) == screen


def test_that_go_to_screen_opens_it_and_is_off_where_there_is_none(board, page, plant, qtbot):
    board.take_project(plant)
    board.take(told(stand("a", tag="Line/T0"), stand("b", tag="Line/T9")))
    page.choose("b-1")
    assert not page.screen_button.isEnabled()
    page.choose("a-1")
    with qtbot.waitSignal(page.screen_wanted, timeout=1000) as heard:
        qtbot.mouseClick(page.screen_button, LEFT)
    assert heard.args == ["Unit"]


# ---------------------------------------------------------------------------------------------------- curve


class Clock:
    def __init__(self):
        self.now_ns = 1_000_000_000_000

    def wall_ns(self):
        return NOW_NS + self.now_ns

    def monotonic_ns(self):
        return self.now_ns


def test_that_the_last_quarter_of_an_hour_is_kept_with_gaps_where_it_was_bad(project):
    clock = Clock()
    source = MemorySource(clock)
    recent = Recent(project, source)
    number = number_of_id(project.tags_by_path["Line/T0"].id)
    for second in range(SECONDS + 100):
        clock.now_ns += 1_000_000_000
        cause = Cause.STALE if second == SECONDS else Cause.NONE
        source.put(number, float(second), TypeCode.FLOAT64, cause)
        assert recent.sample(alive=True)
        assert not recent.sample(alive=True), "once a second"
    ages, values = recent.series("Line/T0")
    assert ages[-1] == 0
    assert ages[0] <= SECONDS
    assert (np.diff(ages) < 0).all()
    assert values[-1] == SECONDS + 99
    assert np.isnan(values).sum() == 1
    assert recent.value("Line/T0") == (SECONDS + 99, 0)
    assert not recent.has("Line/T1"), "only alarmed tags"
    clock.now_ns += 5_000_000_000
    assert not recent.sample(alive=False), "a silent engine has no values"


def test_that_a_bad_value_is_said_and_never_shown(project):
    clock = Clock()
    source = MemorySource(clock)
    recent = Recent(project, source)
    source.put(number_of_id(project.tags_by_path["Line/T0"].id), 5.0, TypeCode.FLOAT64, Cause.STALE)
    recent.sample(alive=True)
    value, cause = recent.value("Line/T0")
    assert math.isnan(value)
    assert cause == Cause.STALE


def test_that_the_curve_shows_limit_and_crossing(page, board, project, theme):
    board.take_project(project)
    tag = project.tags_by_path["Line/T0"]
    low, high = range_of(np.array([58.0, 61.8], dtype=np.float32), 60.0, tag)
    assert low < 58
    assert high > 61.8
    low, high = range_of(np.array([60.0], dtype=np.float32), 60.0, tag)
    assert low < 60 < high
    page.attach(History([]), MemorySource(Clock()))
    page.set_time(NOW_NS)
    board.take(told(stand(ident("hot"), age_s=60)))
    page.choose(f"{ident('hot')}-1")
    painted(page)
    assert page.guidance._recent.has("Line/T0")
    page.hide()


# ---------------------------------------------------------------------------------------------------- places of cards


def test_that_the_cards_stand_where_the_look_wants_them():
    grid = grid_of(1920, 980)
    header = 100
    boxes = [(x, y + header, w, h) for x, y, w, h in (grid.groups, grid.rate, grid.list, grid.journal, grid.guidance)]
    assert boxes == [
        (16, 116, 296, 620),
        (16, 752, 296, 312),
        (328, 116, 1096, 540),
        (328, 672, 1096, 392),
        (1440, 116, 464, 948),
    ]


@pytest.mark.parametrize(
    "size", [(800, 380), (1366, 668), (1280, 700), (1500, 900), (1639, 900), (1640, 900), (2560, 1340)]
)
def test_that_cards_never_cover_each_other(size):
    grid = grid_of(*size)
    boxes = [QtCore.QRect(*box) for box in (grid.groups, grid.list, grid.journal, grid.guidance)]
    if not grid.small:
        boxes.append(QtCore.QRect(*grid.rate))
    page = QtCore.QRect(0, 0, *size)
    for number, box in enumerate(boxes):
        assert page.contains(box)
        assert not any(box.intersects(other) for other in boxes[number + 1 :])


def test_that_the_small_page_shows_journal_or_rate(page, host, qtbot):
    page.resize(1366, 668)
    assert page.journal.isVisible()
    assert not page.cards.chart.isVisible()
    qtbot.mouseClick(page.cards.swap_button, LEFT)
    assert page.cards.chart.isVisible()
    assert not page.journal.isVisible()
    page.resize(1920, 980)
    assert page.cards.chart.isVisible()
    assert page.journal.isVisible()


def test_that_every_column_is_in_sight(page, board):
    board.take(told(*[stand(f"a{number}") for number in range(50)]))
    for width in (800, 1366, 1500, 1639, 1640, 1920):
        page.resize(width, 668)
        painted(page)
        shown = sum(page.list.columnWidth(column) for column in range(9) if not page.list.isColumnHidden(column))
        assert shown <= page.list.viewport().width() + 1
        assert not page.list.isColumnHidden(8), "acknowledge"


def test_that_words_are_broken_between_facts_and_at_the_joints_of_a_tag(theme):
    assert wrap(theme, "acknowledged · 李工", 130, 17) == ("acknowledged", "李工")
    assert wrap(theme, "FM-1.RejectShare", 105, 17, 600) == ("FM-1.Reject", "Share")
    assert wrap(theme, "short", 100, 17) == ("short",)
    lines = wrap(theme, "one two three four five six seven eight", 100, 17)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(theme.width(line, 17) <= 100 for line in lines)
