"""When an alarm comes and goes: limits, deadbands, delays, qualities (AL-15, AL-20, AL-24)."""

import asyncio
import random

import numpy as np
import pytest

from hmi.engine.alarms import AlarmTimer
from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.device import DeviceState
from hmi.model.quality import Cause
from hmi.model.tag import DataType, Limits, Span
from hmi.model.text import Text
from tests.engine.alarms.rig import WALL_NS, Bed, HandKeeper, alarm, device, project, tag

CAME, WENT = AlarmEvent.OCCURRED, AlarmEvent.RETURNED
U, A, R = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED


def one(tmp_path, kind: AlarmKind = AlarmKind.HIGH, limit: float | None = 90.0, **fields) -> Bed:
    """A bed with one tag `L` and one alarm `L:a`, the device well, the first value read."""
    of = tag("L", **fields.pop("of", {}))
    bed = Bed(tmp_path, project([of], [alarm("L:a", kind, limit, **fields)]))
    bed.feed({"L": 50.0})
    return bed


@pytest.mark.parametrize(
    ("kind", "values", "events"),
    [
        (AlarmKind.HIGH, [89.9, 90.0, 95.0, 85.1, 85.0, 84.9, 91.0], [CAME, WENT, CAME]),
        (AlarmKind.HIGH_HIGH, [90.0, 84.0], [CAME, WENT]),
        (AlarmKind.LOW, [90.1, 90.0, 80.0, 94.9, 95.0, 95.1, 89.0], [CAME, WENT, CAME]),
        (AlarmKind.LOW_LOW, [90.0, 96.0], [CAME, WENT]),
    ],
)
async def test_that_a_limit_counts_when_it_is_reached_and_its_deadband_on_the_way_back(tmp_path, kind, values, events):
    bed = Bed(tmp_path, project([tag("L")], [alarm("L:a", kind, 90.0, deadband=5.0)]))
    bed.feed({"L": 50.0 if kind in (AlarmKind.HIGH, AlarmKind.HIGH_HIGH) else 120.0})
    for value in values:
        bed.feed({"L": value})
    assert bed.keeper.events == events


async def test_that_a_limit_is_the_tag_s_own_where_the_alarm_names_none(tmp_path):
    bed = one(tmp_path, AlarmKind.LOW, None, of={"limits": Limits(low=20.0)})
    bed.feed({"L": 19.0})
    (stand,) = bed.desk.stands()
    assert (stand.limit, stand.value, stand.state) == (20.0, 19.0, U)


@pytest.mark.parametrize(("kind", "value"), [(DataType.INT32, 3), (DataType.BOOL, 1)])
async def test_that_numbers_that_are_alarms_come_and_go(tmp_path, kind, value):
    bed = Bed(tmp_path, project([tag("L", kind=kind)], [alarm("L:a", AlarmKind.DISCRETE, None, values=(value, 7, -2))]))
    for number in (0, value, value, 0, 0):
        bed.feed({"L": number})
    assert bed.keeper.events == [CAME, WENT]


async def test_that_what_dithers_inside_the_deadband_is_one_alarm(tmp_path):
    bed = one(tmp_path, deadband=5.0)
    chance = random.Random(3)
    bed.feed({"L": 90.5})
    for _ in range(300):
        bed.feed({"L": chance.uniform(85.5, 94.0)})
        bed.go(0.1)
    assert bed.keeper.events == [CAME]


async def test_that_pulses_shorter_than_the_delay_are_no_alarm_and_longer_ones_are(tmp_path):
    bed = one(tmp_path, on_delay_s=5.0)
    for _ in range(10):
        bed.feed({"L": 95.0})
        bed.go(4.9)
        bed.feed({"L": 50.0})
        bed.go(1.0)
    assert bed.keeper.events == []
    bed.feed({"L": 95.0})
    bed.go(4.99)
    assert bed.keeper.events == []
    bed.go(0.02)
    assert bed.keeper.events == [CAME]


async def test_that_a_value_of_2009_that_steps_over_once_and_stays_is_one_alarm_at_its_delay(tmp_path):
    bed = one(tmp_path, on_delay_s=2.0)
    year_2009 = 1_240_000_000_000_000_000
    began, wall = bed.clock.mono, bed.clock.wall
    bed.feed({"L": 95.0}, source_ns=year_2009)
    came = 0.0
    for _ in range(200):
        bed.go(0.05)
        bed.feed({}, source_ns=year_2009)
        if bed.paths and not came:
            came = (bed.clock.mono - began) / 1e9
    assert came == pytest.approx(2.0, abs=0.051)
    (row,) = bed.keeper.journal
    assert (row.source_ns, row.active_since_ns) == (year_2009, wall)


async def test_that_a_step_of_the_wall_clock_moves_no_delay(tmp_path):
    bed = one(tmp_path, on_delay_s=5.0)
    bed.feed({"L": 95.0})
    bed.go(2.0)
    bed.clock.wall -= 86_400_000_000_000
    bed.go(2.9)
    assert bed.keeper.events == []
    bed.clock.wall += 2 * 86_400_000_000_000
    bed.go(0.2)
    assert bed.keeper.events == [CAME]


async def test_that_the_return_waits_for_its_own_delay_and_a_coming_back_before_it_counts(tmp_path):
    bed = one(tmp_path, off_delay_s=3.0)
    bed.feed({"L": 95.0})
    occurrence = bed.stand("L:a").occurrence
    for _ in range(2):
        bed.feed({"L": 50.0})
        bed.go(2.5)
        bed.feed({"L": 95.0})
    assert (bed.stand("L:a").count, bed.stand("L:a").occurrence, bed.keeper.events) == (3, occurrence, [CAME])
    bed.feed({"L": 50.0})
    bed.go(3.05)
    assert bed.keeper.events == [CAME, WENT]
    assert bed.stand("L:a").state is R


async def test_that_a_delay_that_was_over_before_the_value_came_back_is_not_lost_by_a_late_timer(tmp_path):
    bed = one(tmp_path, on_delay_s=1.0)
    bed.feed({"L": 95.0})
    bed.clock.go(1.5)  # nobody called pass_time
    bed.feed({"L": 50.0})
    assert bed.keeper.events == [CAME, WENT]
    assert bed.keeper.journal[0].value == 95.0


async def test_that_the_next_end_of_a_delay_is_told(tmp_path):
    bed = one(tmp_path, on_delay_s=2.0)
    assert bed.desk.next_due_ns() is None
    bed.feed({"L": 95.0})
    assert bed.desk.next_due_ns() == bed.clock.mono + 2_000_000_000
    bed.go(2.1)
    assert bed.desk.next_due_ns() is None


async def test_that_a_value_that_creeps_over_its_limit_inside_the_deadband_of_its_tag_is_seen(tmp_path):
    bed = one(tmp_path, of={"deadband": 10.0}, deadband=1.0)
    changed = []
    bed.tick.listeners.append(lambda report: changed.append(len(report.changed)))
    bed.feed({"L": 88.0})
    for value in (88.5, 89.5, 90.5):
        bed.feed({"L": value})
    assert changed == [1, 0, 0, 0], "the tick does not list it"
    assert bed.keeper.events == [CAME]
    bed.feed({"L": 88.0})
    assert bed.keeper.events == [CAME, WENT]


async def test_that_bad_data_freezes_and_returns_nothing(tmp_path):
    bed = one(tmp_path)
    bed.feed({"L": 95.0})
    for cause in (Cause.DEVICE_FAILURE, Cause.NOT_A_NUMBER, Cause.SIMULATED):
        bed.feed({"L": 0.0}, causes={"L": cause})
        bed.go(1.0)
        stand = bed.stand("L:a")
        assert (stand.state, stand.unreliable) == (U, True)
    bed.feed({"L": 95.0})
    assert bed.stand("L:a").unreliable is False
    bed.feed({"L": 50.0})
    assert bed.keeper.events == [CAME, WENT]


async def test_that_a_delay_counts_good_data_without_a_gap_only(tmp_path):
    bed = one(tmp_path, on_delay_s=3.0)
    bed.feed({"L": 95.0})
    bed.go(2.0)
    bed.feed({"L": 95.0}, causes={"L": Cause.DEVICE_FAILURE})
    bed.go(2.0)
    bed.feed({"L": 95.0})
    bed.go(2.9)
    assert bed.keeper.events == []
    bed.go(0.2)
    assert bed.keeper.events == [CAME]


async def test_that_a_row_that_grows_stale_between_ticks_stops_the_delay_and_marks_what_stands(tmp_path):
    tags = [tag("L"), tag("M")]
    bed = Bed(tmp_path, project(tags, [alarm("L:a", on_delay_s=2.0), alarm("M:a")]))
    bed.feed({"L": 50.0, "M": 50.0})
    bed.feed({"L": 95.0, "M": 95.0})
    bed.table.stale_after_ns[:] = 1_000_000_000
    bed.clock.go(1.5)
    bed.tick.idle()
    bed.go(3.0)
    assert bed.paths == ["M:a"]
    assert bed.stand("M:a").unreliable is True


async def test_that_a_value_beyond_the_instrument_is_an_alarm_but_no_proof_of_a_return(tmp_path):
    tags = [tag("L", instrument=Span(low=0.0, high=100.0))]
    bed = Bed(tmp_path, project(tags, [alarm("L:high"), alarm("L:low", AlarmKind.LOW, 10.0)]))
    bed.feed({"L": 5.0})
    assert bed.paths == ["L:low"]
    bed.feed({"L": 150.0})  # held at 100, uncertain
    assert set(bed.paths) == {"L:high", "L:low"}
    assert bed.stand("L:high").unreliable is True
    assert bed.stand("L:low").state is U


async def test_that_a_bad_tag_of_a_well_device_is_an_alarm_of_its_own(tmp_path):
    bed = Bed(tmp_path, project([tag("L"), tag("M")], [alarm("L:q", AlarmKind.BAD_QUALITY, None)]))
    bed.state(DeviceState.ONLINE)
    bed.feed({"L": 5.0})
    assert bed.paths == []
    bed.feed({}, causes={"L": Cause.SENTINEL})
    (stand,) = bed.desk.stands()
    assert (stand.path, stand.unreliable, stand.value) == ("L:q", False, None)
    bed.feed({"L": 5.0})
    assert bed.keeper.events == [CAME, WENT]


async def test_that_a_lost_device_is_one_alarm_and_no_return_however_many_tags_it_has(tmp_path):
    tags = [tag(f"T{number}") for number in range(500)]
    alarms = [alarm(f"T{number}:a", on_delay_s=number % 3) for number in range(500)]
    alarms += [alarm(f"T{number}:q", AlarmKind.BAD_QUALITY, None) for number in range(500)]
    bed = Bed(tmp_path, project(tags, alarms))
    bed.state(DeviceState.ONLINE)
    bed.feed({f"T{number}": 95.0 if number < 100 else 50.0 for number in range(500)})
    bed.go(3.0)
    assert len(bed.paths) == 100
    count = len(bed.keeper.journal)
    bed.lose()
    bed.go(1.9)
    assert len(bed.keeper.journal) == count
    bed.go(0.2)
    bed.go(60.0, step_s=0.25)
    rows = bed.keeper.journal[count:]
    assert [(row.event, row.kind, row.tag) for row in rows] == [
        (CAME, AlarmKind.COMMUNICATION, "System/Devices/PLC1.State")
    ]
    assert sum(stand.unreliable for stand in bed.desk.stands()) == 100
    bed.state(DeviceState.CONNECTING)
    bed.feed({f"T{number}": 95.0 if number < 60 else 50.0 for number in range(500)})
    bed.state(DeviceState.ONLINE)
    bed.go(0.1)
    assert [row.kind for row in bed.keeper.journal[count + 1 :] if row.event is WENT].count(AlarmKind.HIGH) == 40
    assert not any(stand.unreliable for stand in bed.desk.stands())


async def test_that_a_blink_of_the_connection_is_no_alarm(tmp_path):
    bed = one(tmp_path)
    for _ in range(5):
        bed.lose()
        bed.go(1.9)
        bed.state(DeviceState.ONLINE)
        bed.feed({"L": 50.0})
        bed.go(1.0)
    assert bed.keeper.events == []


@pytest.mark.parametrize("state", [DeviceState.OFFLINE, DeviceState.NOT_RUNNING, DeviceState.SLOTS_HELD])
async def test_that_a_device_in_trouble_has_its_alarm_while_that_lasts(tmp_path, state):
    bed = one(tmp_path)
    bed.state(DeviceState.ONLINE)
    bed.state(state)
    bed.go(2.1)
    (stand,) = bed.desk.stands()
    assert (stand.kind, stand.start_up) == (AlarmKind.COMMUNICATION, False)
    bed.state(DeviceState.DEGRADED)
    assert bed.keeper.events == [CAME, WENT]


async def test_that_alarms_of_a_device_that_does_not_run_freeze_also_while_its_values_look_good(tmp_path):
    bed = one(tmp_path, on_delay_s=1.0)
    bed.state(DeviceState.ONLINE)
    bed.state(DeviceState.NOT_RUNNING)
    bed.feed({"L": 95.0})
    bed.go(1.9)
    assert bed.keeper.events == []
    bed.state(DeviceState.ONLINE)
    bed.go(1.1)
    assert bed.keeper.events == [CAME]


@pytest.mark.parametrize("fields", [{"enabled": False}, {"commissioned": False}])
async def test_that_a_device_that_is_not_to_be_polled_has_no_alarms(tmp_path, fields):
    what = project([tag("L")], [alarm("L:q", AlarmKind.BAD_QUALITY, None)], [device(**fields)])
    bed = Bed(tmp_path, what)
    bed.state(DeviceState.DISABLED)
    bed.go(5.0)
    assert bed.keeper.events == []


async def test_that_what_is_true_with_the_first_data_comes_after_its_delay_and_sounds_once_for_its_device(tmp_path):
    tags = [tag(f"T{number}") for number in range(50)]
    alarms = [alarm(f"T{number}:a", on_delay_s=1.0, priority=2) for number in range(50)]
    bed = Bed(tmp_path, project(tags, alarms))
    bed.state(DeviceState.CONNECTING)
    bed.feed({f"T{number}": 95.0 for number in range(50)})
    bed.state(DeviceState.ONLINE)
    assert bed.paths == []
    bed.go(1.1)
    stands = bed.desk.stands()
    assert len(stands) == 50
    assert all(stand.start_up for stand in stands)
    assert [stand.silenced for stand in stands].count(False) == 1
    assert bed.desk.sounding == 2
    bed.feed({"T0": 50.0})
    bed.feed({"T0": 95.0})
    bed.go(1.1)
    assert bed.stand("T0:a").start_up is False
    assert bed.stand("T0:a").silenced is False


async def test_that_more_urgent_alarms_of_a_start_are_heard(tmp_path):
    tags = [tag("A"), tag("B")]
    bed = Bed(tmp_path, project(tags, [alarm("A:a", priority=3), alarm("B:a", priority=1, on_delay_s=1.0)]))
    bed.feed({"A": 95.0, "B": 95.0})
    assert bed.desk.sounding == 3
    await bed.desk.silence(user="o", station="s")
    assert bed.desk.sounding == 0
    bed.go(1.1)
    assert bed.desk.sounding == 1


async def test_that_alarms_of_the_engine_s_own_tags_are_seen_without_a_tick(tmp_path):
    what = project([tag("L")], [alarm("disk", AlarmKind.LOW, 1.0, tag="System/Engine.DiskFreeGb")])
    bed = Bed(tmp_path, what)
    row = bed.table.row_of(next(one.number for one in bed.plant.tags if one.tag.path == "System/Engine.DiskFreeGb"))
    one, stamp = np.full(1, 0.5), np.full(1, bed.clock.mono, dtype=np.int64)
    good, none = np.zeros(1, dtype=np.uint32), np.zeros(1, dtype=np.uint16)
    bed.table.writer.commit(np.array([row]), one.view(np.uint64), one, good, none, stamp, stamp, stamp)
    bed.feed({"L": 1.0})  # a tick in between hides nothing
    bed.go(0.5)
    assert bed.paths == ["disk"]


async def test_that_the_message_is_the_alarm_s_own_or_made_of_tag_and_kind_in_both_languages(tmp_path):
    tags = [tag("L", title=Text(zh="液位", en="Level")), tag("M")]
    bed = Bed(tmp_path, project(tags, [alarm("L:a"), alarm("M:a", title=Text(en="Overflow"))]))
    bed.feed({"L": 95.0, "M": 95.0})
    assert bed.stand("L:a").title == Text(zh="液位高", en="Level high")
    assert bed.stand("M:a").title == Text(en="Overflow")


async def test_that_rows_tell_what_the_value_was_and_when(tmp_path):
    bed = one(tmp_path, priority=1)
    bed.clock.go(5.0)
    bed.feed({"L": 95.5}, source_ns=WALL_NS + 1)
    (row,) = bed.keeper.journal
    assert (row.path, row.tag, row.kind, row.priority) == ("L:a", "L", AlarmKind.HIGH, 1)
    assert (row.old_state, row.new_state, row.value, row.limit) == (AlarmState.NORMAL, U, 95.5, 90.0)
    assert (row.source_ns, row.receive_ns, row.server_ns) == (WALL_NS + 1, bed.clock.wall, bed.clock.wall)
    assert (row.status, row.cause, row.user, row.station) == (0, 0, "", "")


async def test_that_what_comes_in_one_tick_is_journalled_by_the_source_s_time_and_kept_as_one(tmp_path):
    bed = Bed(tmp_path, project([tag("A"), tag("B", of="PLC2")], [alarm("A:a"), alarm("B:a")]))
    bed.feed({"A": 50.0, "B": 50.0})
    bed.feed({"A": 50.0, "B": 50.0}, of="PLC2")
    keeper: HandKeeper = bed.keeper
    flush, bed.tick.flush = bed.tick.flush, lambda: None
    bed.feed({"A": 95.0}, source_ns=2_000)
    bed.feed({"B": 95.0}, of="PLC2", source_ns=1_000)
    bed.tick.flush = flush
    bed.tick.flush()
    assert [row.path for row in keeper.journal] == ["B:a", "A:a"]
    assert len(keeper.units) == 1


async def test_that_each_start_of_a_device_is_heard_once(tmp_path):
    tags = [tag("A"), tag("B")]
    bed = Bed(tmp_path, project(tags, [alarm("A:a"), alarm("B:a")]))
    for _ in range(3):
        bed.state(DeviceState.CONNECTING)
        bed.feed({"A": 95.0, "B": 95.0})
        bed.state(DeviceState.ONLINE)
        assert [one.silenced for one in bed.desk.stands()].count(False) == 1
        await bed.desk.silence(user="ann", station="desk-1")
        bed.feed({"A": 50.0, "B": 50.0})
        bed.lose()


async def test_that_the_timer_takes_what_was_answered_before_the_end_of_a_delay_into_account(tmp_path):
    bed = one(tmp_path, on_delay_s=0.05)
    flush, pending = bed.tick.flush, []
    failed = []
    timer = AlarmTimer(bed.desk, bed.clock, lambda: [answer() for answer in pending], failed.append)
    bed.feed({"L": 95.0})
    timer.arm()
    bed.clock.go(0.049)
    bed.tick.flush = lambda: None
    bed.feed({"L": 50.0})  # has come, and waits for others
    pending.append(flush)
    bed.clock.go(0.05)
    await asyncio.sleep(0.1)
    assert (bed.keeper.events, failed) == ([], [])
    timer.stop()
