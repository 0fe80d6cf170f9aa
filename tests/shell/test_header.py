"""The header's second row: devices, counts, the engine; and what falls away when there is little room."""

import time
from dataclasses import replace

import pytest
from PySide6 import QtWidgets

from hmi.image.memory import MemorySource
from hmi.model.device import DeviceState
from hmi.model.health import STATE_NUMBERS, device_path, health_id
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause, Look
from hmi.model.tag import DataType, Tag
from hmi.model.text import Language
from hmi.model.value import TypeCode
from hmi.shell.devices_panel import DevicesPanel
from hmi.shell.facts import COUNTED, Facts
from hmi.shell.glyphs import DISC_OF_STATE, Disc
from hmi.shell.status_row import StatusRow
from hmi.shell.title_row import TitleRow, short_age
from tests.shell.small_station import alive, ident, project_of, silent


def put_state(source, device, state):
    number = number_of_id(health_id(device_path(device, "State")))
    source.put(number, STATE_NUMBERS[state], TypeCode.INT64)


def facts_of(project, source, state):
    source.state = state
    facts = Facts(project, source)
    facts.look(state, time.monotonic_ns())
    return facts


@pytest.fixture
def host(qtbot):
    made = QtWidgets.QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def row(host, theme):
    made = StatusRow(theme, Language.EN, host)
    made.resize(1920, 44)
    return made


def test_that_every_state_of_a_device_has_a_disc():
    assert set(DISC_OF_STATE) == set(DeviceState)


@pytest.mark.parametrize(
    ("state", "disc", "loud"),
    [
        (DeviceState.ONLINE, Disc.GOOD, False),
        (DeviceState.NOT_RUNNING, Disc.HALF, True),
        (DeviceState.OFFLINE, Disc.DEAD, True),
        (DeviceState.NOT_COMMISSIONED, Disc.EMPTY, False),
    ],
)
def test_that_a_device_shows_its_state(row, project, source, state, disc, loud):
    put_state(source, "PLC-1", state)
    row.show_facts(facts_of(project, source, alive()))
    entry = row.entries[0]
    assert (entry.name, entry.more, entry.disc, entry.loud) == ("PLC-1", "Water", disc, loud)


def test_that_nobody_knows_the_devices_while_the_engine_is_silent(row, project, source):
    put_state(source, "PLC-1", DeviceState.ONLINE)
    row.show_facts(facts_of(project, source, silent(age_s=12)))
    assert [entry.disc for entry in row.entries] == [Disc.UNKNOWN, Disc.UNKNOWN]
    assert (row.engine.disc, row.engine.name, row.engine.more) == (Disc.DEAD, "Engine silent", "12 s")


def test_that_the_delay_is_the_age_of_the_newest_tick_when_it_was_seen(row, project, source):
    row.show_facts(facts_of(project, source, alive()))
    assert row.engine.more == "10 ms"


def test_that_values_that_are_not_plain_good_are_counted(row, source):
    project = project_of(tags=8)
    causes = [
        Cause.NONE, Cause.FORCED, Cause.SIMULATED, Cause.SUBSTITUTED,
        Cause.STALE, Cause.DEVICE_OFFLINE, Cause.PLC_NOT_RUNNING, Cause.ABOVE_RANGE,
    ]  # fmt: skip
    for tag, cause in zip(project.tags, causes, strict=True):
        source.put(number_of_id(tag.id), 1.0, TypeCode.FLOAT64, cause)
    facts = facts_of(project, source, alive())
    row.show_facts(facts)
    expected = {"forced": 1, "simulated": 1, "substituted": 1, "uncertain": 2, "stale": 1, "bad": 1}
    assert facts.counts == expected
    assert dict(row.counts)["Uncertain"] == 2
    assert facts.live == 1


def test_that_every_look_is_counted_but_good():
    counted = [look for looks in COUNTED.values() for look in looks]
    assert sorted(counted) == sorted(set(Look) - {Look.GOOD})


def test_that_what_is_not_well_is_named_when_there_is_little_room(row, source):
    project = project_of(devices=40)
    for number in range(1, 41):
        put_state(source, f"PLC-{number}", DeviceState.OFFLINE if number in (7, 23) else DeviceState.ONLINE)
    row.show_facts(facts_of(project, source, alive()))
    shown = row._fitting(600)
    assert [entry.name for entry in shown] == ["PLC-23", "PLC-7", "Devices well: 38"]


def test_that_devices_that_nobody_knows_are_never_called_well(row, source):
    project = project_of(devices=40)
    for number in range(1, 41):
        put_state(source, f"PLC-{number}", DeviceState.ONLINE)
    row.show_facts(facts_of(project, source, silent()))
    (entry,) = row._fitting(400)
    assert entry.disc is Disc.UNKNOWN
    assert entry.name == "Devices unknown: 40"


def test_that_not_well_devices_without_room_are_never_called_well(row, source):
    project = project_of(devices=40)
    for number in range(1, 41):
        put_state(source, f"PLC-{number}", DeviceState.OFFLINE)
    row.show_facts(facts_of(project, source, alive()))
    shown = row._fitting(400)
    assert all(entry.disc is Disc.DEAD for entry in shown)
    assert shown[-1].name == f"More devices: {40 - len(shown) + 1}"


def test_that_devices_without_room_which_answer_are_not_called_dead(row, source):
    project = project_of(devices=40)
    for number in range(1, 41):
        put_state(source, f"PLC-{number}", DeviceState.NOT_RUNNING)
    row.show_facts(facts_of(project, source, alive()))
    assert {entry.disc for entry in row._fitting(400)} == {Disc.HALF}


def test_that_the_row_is_painted_at_both_widths(row, project, source):
    row.show_facts(facts_of(project, source, alive()))
    for width in (1920, 1366):
        row.resize(width, 44)
        assert not row.grab().isNull()


def test_that_facts_change_only_when_something_changed(project):
    source = MemorySource()
    facts = Facts(project, source)
    state = alive()
    now = time.monotonic_ns()
    assert facts.look(state, now).devices
    again = facts.look(state, now + 1)
    assert (again.devices, again.engine, again.counts) == (False, False, False)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (60, "1:00"), (372, "6:12"), (3_909, "1:05:09")]
)
def test_that_ages_read_as_people_say_them(seconds, words):
    assert short_age(seconds * 1_000_000_000) == words


def test_that_the_panel_says_why_and_by_what_a_device_proves_its_life(host, theme, project, source):
    panel = DevicesPanel(theme, Language.EN, host)
    panel.set_look(theme, Language.EN)
    put_state(source, "PLC-1", DeviceState.OFFLINE)
    put_state(source, "PLC-2", DeviceState.ONLINE)
    last = number_of_id(health_id(device_path("PLC-1", "LastError")))
    source.put(last, Cause.DEVICE_REFUSED, TypeCode.INT64)
    panel.show_facts(facts_of(project, source, alive()).devices)
    one, two = panel.rows
    assert one[1].startswith("Offline · ")
    assert one[5] == "hr0 moves within 3 s"
    assert two[1] == "Online"
    assert two[5] == "Liveness unknown"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.MAP_CHANGED, "PLC not running · map changed"),
        (Cause.HEARTBEAT_STOPPED, "PLC not running · heartbeat stopped"),
        (Cause.ONLY_ZEROS, "PLC not running · gives only zeros"),
        (Cause.PLC_NOT_RUNNING, "PLC not running"),
    ],
)
def test_that_the_panel_gives_a_stopped_plc_the_cause_of_its_tags_and_no_old_error(
    host, theme, project, source, cause, words
):
    panel = DevicesPanel(theme, Language.EN, host)
    panel.set_look(theme, Language.EN)
    put_state(source, "PLC-1", DeviceState.NOT_RUNNING)
    source.put(number_of_id(health_id(device_path("PLC-1", "LastError"))), Cause.DEVICE_REFUSED, TypeCode.INT64)
    tag = Tag(id=ident("tag of PLC-1"), path="Line/OfPlc1", device="PLC-1", address="hr9", type=DataType.FLOAT64)
    source.put(number_of_id(tag.id), 1.0, TypeCode.FLOAT64, cause=cause)
    project = replace(project, tags=(*project.tags, tag))
    panel.show_facts(facts_of(project, source, alive()).devices)
    assert panel.rows[0][1] == words


def test_that_the_counts_follow_a_device_in_the_frame_in_which_its_state_changes(project):
    source = MemorySource()
    numbers = [number_of_id(tag.id) for tag in project.all_tags]
    for number in numbers:
        source.put(number, 1.0, TypeCode.FLOAT64)
    put_state(source, "PLC-1", DeviceState.ONLINE)
    facts, state = Facts(project, source), alive()
    now = time.monotonic_ns()
    facts.look(state, now)
    assert facts.counts["bad"] == 0
    source.put(numbers[0], 1.0, TypeCode.FLOAT64, cause=Cause.DEVICE_OFFLINE)
    put_state(source, "PLC-1", DeviceState.OFFLINE)
    changed = facts.look(state, now + 1)
    assert (changed.devices, changed.counts, facts.counts["bad"]) == (True, True, 1)


def test_that_the_counts_follow_a_single_tag_within_a_tenth_of_a_second(project):
    source = MemorySource()
    numbers = [number_of_id(tag.id) for tag in project.all_tags]
    for number in numbers:
        source.put(number, 1.0, TypeCode.FLOAT64)
    facts, state = Facts(project, source), alive()
    now = time.monotonic_ns()
    facts.look(state, now)
    source.put(numbers[0], 1.0, TypeCode.FLOAT64, cause=Cause.STALE)
    assert not facts.look(state, now + 50_000_000).counts
    assert facts.look(state, now + 100_000_000).counts
    assert (facts.counts["stale"], facts.live) == (1, len(numbers) - 1)


@pytest.mark.parametrize("language", list(Language))
def test_that_who_is_signed_in_is_not_cut_on_a_small_screen_and_the_title_gives_way(host, theme, language):
    made = TitleRow(theme, language, host)
    made.resize(1366, 56)
    tabs = ["Overview", "Water", "Mixing", "Filling", "Utilities", "TIC-102", "Alarms"]
    made.set_look(theme, language, "Buffer preparation line 2", tabs)
    made.show_user("Demo · Operator", "", loud=True)
    host.resize(1366, 100)
    host.show()
    QtWidgets.QApplication.processEvents()
    assert made.user.width() >= made.user.wanted
    title = made._title.text()
    assert title.startswith("Buffer")
    assert theme.width(title, 23, 600) <= made._title.width() + 1
    assert made.tabs.geometry().right() < made.languages.x()
    assert made.clock.geometry().right() <= made.width()


def test_that_of_a_long_name_the_role_goes_before_the_person(host, theme):
    made = TitleRow(theme, Language.EN, host)
    made.resize(1200, 56)
    made.set_look(theme, Language.EN, "Line", ["Overview", "Water", "Mixing", "Filling", "Utilities", "TIC-102"])
    made.show_user("Wang Xiaoming · Operator of the second shift", "", loud=True)
    assert made.user.shown_words(theme.width("Wang Xiaoming", 18, 600) + 4) == "Wang Xiaoming"
