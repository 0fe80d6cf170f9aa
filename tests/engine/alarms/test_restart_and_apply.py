"""What outlives a restart of the engine and an apply (AL-14)."""

import msgspec
import pytest

from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState, communication_alarm_id
from hmi.model.device import DeviceState
from hmi.model.ident import derived_id
from hmi.model.text import Text
from tests.engine.alarms.rig import Bed, HandKeeper, alarm, device, project, tag

N, U, A, R = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED, AlarmState.RETURNED
CAME, WENT, GONE = AlarmEvent.OCCURRED, AlarmEvent.RETURNED, AlarmEvent.REMOVED
change = msgspec.structs.replace


def plant(**fields):
    return project([tag("L"), tag("M")], [alarm("L:a", **fields), alarm("M:a", AlarmKind.LOW, 10.0)])


def again(tmp_path, before: Bed, what=None) -> Bed:
    """Another engine over the same store, an hour later."""
    before.clock.go(3600.0)
    bed = Bed(tmp_path / "again", what or plant(), standing=before.keeper.standing(), clock=before.clock)
    bed.state(DeviceState.CONNECTING)
    return bed


async def test_that_what_stood_keeps_occurrence_state_and_first_time_and_does_not_sound_again(tmp_path):
    first = Bed(tmp_path / "first", plant())
    first.feed({"L": 50.0, "M": 50.0})
    first.feed({"L": 95.0, "M": 5.0})
    await first.desk.acknowledge([first.stand("M:a").occurrence], user="ann", station="desk-1")
    was = {stand.path: stand for stand in first.desk.stands()}
    bed = again(tmp_path, first)
    for path, stand in was.items():
        found = bed.stand(path)
        assert found.unreliable is True
        assert found.silenced is True
        assert change(found, unreliable=False, silenced=False) == change(stand, silenced=False)
    assert bed.desk.sounding == 0
    bed.feed({"L": 96.0, "M": 5.0})
    bed.state(DeviceState.ONLINE)
    bed.go(5.0)
    assert bed.keeper.journal == []
    assert {stand.path: (stand.occurrence, stand.state, stand.unreliable) for stand in bed.desk.stands()} == {
        path: (stand.occurrence, stand.state, False) for path, stand in was.items()
    }
    (outcome,) = await bed.desk.acknowledge([was["L:a"].occurrence], user="bob", station="desk-1")
    assert outcome.done is True


@pytest.mark.parametrize(("acknowledged", "state"), [(False, R), (True, N)])
async def test_that_what_is_gone_at_the_first_good_value_returns_with_a_row(tmp_path, acknowledged, state):
    first = Bed(tmp_path / "first", plant())
    first.feed({"L": 95.0, "M": 50.0})
    occurrence = first.stand("L:a").occurrence
    if acknowledged:
        await first.desk.acknowledge([occurrence], user="ann", station="desk-1")
    bed = again(tmp_path, first)
    bed.go(60.0, step_s=0.25)
    assert bed.keeper.journal == []
    bed.feed({"L": 50.0, "M": 50.0})
    bed.state(DeviceState.ONLINE)
    (row,) = bed.keeper.journal
    assert (row.event, row.occurrence, row.new_state) == (WENT, occurrence, state)
    assert row.active_since_ns < bed.clock.wall - 3_600_000_000_000


async def test_that_what_had_returned_and_is_true_again_is_another_occurrence(tmp_path):
    first = Bed(tmp_path / "first", plant())
    first.feed({"L": 95.0, "M": 50.0})
    first.feed({"L": 50.0})
    occurrence = first.stand("L:a").occurrence
    bed = again(tmp_path, first)
    bed.feed({"L": 95.0, "M": 50.0})
    bed.state(DeviceState.ONLINE)
    stand = bed.stand("L:a")
    assert stand.occurrence != occurrence
    assert (stand.state, stand.count, stand.start_up) == (U, 2, True)


async def test_that_who_acknowledged_outlives_a_restart_also_when_the_alarm_has_latched_since(tmp_path):
    first = Bed(tmp_path / "first", plant(latching=True))
    first.feed({"L": 95.0, "M": 50.0})
    occurrence = first.stand("L:a").occurrence
    await first.desk.acknowledge([occurrence], user="ann", station="desk-1")
    acknowledged_ns = first.clock.wall
    first.clock.go(5.0)
    first.feed({"L": 50.0})
    assert first.keeper.events == [CAME, AlarmEvent.ACKNOWLEDGED, WENT]
    bed = again(tmp_path, first, plant(latching=True))
    stand = bed.stand("L:a")
    assert (stand.state, stand.occurrence) == (AlarmState.LATCHED_ACKNOWLEDGED, occurrence)
    assert (stand.acknowledged_by, stand.acknowledged_on, stand.acknowledged_ns) == ("ann", "desk-1", acknowledged_ns)
    (outcome,) = await bed.desk.acknowledge([occurrence], user="bob", station="desk-2")
    assert (outcome.reason.code, outcome.reason.arguments["user"]) == ("alarms.already_acknowledged", "ann")
    bed.feed({"L": 95.0, "M": 50.0})
    bed.state(DeviceState.ONLINE)
    after = again(tmp_path / "more", bed, plant(latching=True))
    stand = after.stand("L:a")
    assert (stand.state, stand.acknowledged_by, stand.acknowledged_ns) == (U, "", 0), "another occurrence, nobody's"


async def test_that_a_communication_alarm_outlives_a_restart_too(tmp_path):
    first = Bed(tmp_path / "first", plant())
    first.state(DeviceState.OFFLINE)
    first.go(2.1)
    (was,) = first.desk.stands()
    assert (was.alarm, was.start_up) == (communication_alarm_id(derived_id("device", "PLC1")), True)
    bed = again(tmp_path, first)
    assert bed.desk.stands()[0].unreliable is True
    bed.state(DeviceState.OFFLINE)
    bed.go(10.0)
    (stand,) = bed.desk.stands()
    assert (stand.occurrence, stand.state, stand.unreliable) == (was.occurrence, U, False)
    assert bed.keeper.journal == []
    bed.state(DeviceState.ONLINE)
    assert bed.keeper.events == [WENT]


async def test_that_what_the_project_does_not_have_any_more_leaves_with_a_row(tmp_path):
    first = Bed(tmp_path / "first", plant())
    first.feed({"L": 95.0, "M": 50.0})
    bed = again(tmp_path, first, project([tag("M")], []))
    assert bed.desk.stands() == ()
    (row,) = bed.keeper.journal
    assert (row.event, row.old_state, row.new_state, row.path) == (GONE, U, N, "L:a")


async def test_that_an_apply_that_changes_nothing_of_an_alarm_changes_nothing(tmp_path):
    bed = Bed(tmp_path, plant(on_delay_s=2.0))
    bed.feed({"L": 95.0, "M": 5.0})
    bed.go(1.0)
    version, stands = bed.desk.version, bed.desk.stands()
    what = plant(on_delay_s=2.0)
    bed.use(project([*what.tags, tag("X")], [*what.alarms, alarm("X:a")]))
    assert bed.desk.stands() == stands
    assert bed.desk.version == version
    bed.go(0.9)
    assert bed.paths == ["M:a"]
    bed.go(0.2)
    assert set(bed.paths) == {"L:a", "M:a"}, "the running delay went on"


async def test_that_changed_limits_are_judged_anew_without_a_false_edge(tmp_path):
    bed = Bed(tmp_path, plant())
    bed.feed({"L": 95.0, "M": 50.0})
    occurrence = bed.stand("L:a").occurrence
    bed.use(plant(limit=92.0, priority=1, title=Text(en="Hot")))
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.limit, stand.priority, stand.title) == (occurrence, 92.0, 1, Text(en="Hot"))
    assert bed.keeper.events == [CAME]
    bed.use(plant(limit=96.0))
    assert bed.keeper.events == [CAME, WENT]
    bed.use(plant(limit=94.0))
    assert bed.keeper.events == [CAME, WENT, CAME]
    assert bed.stand("L:a").start_up is True


async def test_that_an_alarm_taken_out_by_an_apply_leaves_with_a_row_and_one_that_watches_another_tag_is_new(tmp_path):
    bed = Bed(tmp_path, plant())
    bed.feed({"L": 95.0, "M": 50.0})
    bed.use(project([tag("L"), tag("M")], [alarm("L:a", tag="M")]))
    assert bed.keeper.events == [CAME, GONE]
    assert bed.keeper.journal[-1].reason.code == "alarms.not_watched"
    assert bed.desk.stands() == ()
    bed.feed({"M": 95.0})
    assert bed.stand("L:a").tag == "M"


async def test_that_the_alarms_of_a_device_that_is_not_polled_any_more_leave(tmp_path):
    what = plant()
    bed = Bed(tmp_path, what)
    bed.feed({"L": 95.0, "M": 50.0})
    bed.state(DeviceState.OFFLINE)
    bed.go(2.1)
    assert len(bed.desk.stands()) == 2
    bed.use(project(list(what.tags), list(what.alarms), [device(enabled=False)]))
    assert bed.desk.stands() == ()
    assert bed.keeper.events == [CAME, CAME, GONE, GONE]


async def test_that_without_a_store_everything_goes_on_and_nothing_is_kept(tmp_path):
    keeper = HandKeeper()
    bed = Bed(tmp_path, plant(), keeper=keeper)
    bed.desk._ledger._keeper = None
    bed.feed({"L": 95.0, "M": 50.0})
    (outcome,) = await bed.desk.acknowledge([bed.stand("L:a").occurrence], user="ann", station="s")
    assert outcome.done is True
    bed.feed({"L": 50.0})
    assert bed.desk.stands() == ()
    assert keeper.records == []
