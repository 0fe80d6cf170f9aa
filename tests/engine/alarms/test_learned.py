"""A store that can be read only some time after the engine's start: what stood comes back, nothing is there twice."""

import asyncio
import random
from dataclasses import dataclass

import pytest

from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.device import DeviceState
from hmi.model.event import AuditRow, JournalRow
from tests.engine.alarms.rig import Bed, HandKeeper, alarm, project, tag

U, A = AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
R, LU = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED
CAME, WENT, ACKED = AlarmEvent.OCCURRED, AlarmEvent.RETURNED, AlarmEvent.ACKNOWLEDGED


def plant(**fields):
    return project([tag("L"), tag("M")], [alarm("L:a", **fields), alarm("M:a", AlarmKind.LOW, 10.0)])


def late(tmp_path, before: Bed, what=None) -> Bed:
    """An engine an hour later whose store cannot be read yet."""
    before.clock.go(3600.0)
    keeper = HandKeeper(quick=False)
    return Bed(tmp_path / "late", what or plant(), keeper=keeper, clock=before.clock, known=False)


def stood(tmp_path, **fields) -> Bed:
    """An engine with `L:a` standing, which is killed then."""
    bed = Bed(tmp_path / "first", plant(**fields))
    bed.feed({"L": 50.0, "M": 50.0})
    bed.feed({"L": 95.0})
    return bed


async def test_that_what_came_meanwhile_and_is_the_same_goes_on_as_what_stood_and_is_journalled_once(tmp_path):
    first = stood(tmp_path)
    was = first.stand("L:a")
    bed = late(tmp_path, first)
    bed.feed({"L": 96.0, "M": 5.0})
    shown = bed.stand("L:a")
    assert (shown.occurrence == was.occurrence, shown.durable, bed.desk.sounding) == (False, False, 3)
    assert bed.keeper.records == [], "nothing is written over what is not known"
    assert bed.desk.waiting == 2
    bed.desk.learn(first.keeper.standing())
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.active_since_ns, stand.value) == (was.occurrence, was.active_since_ns, 95.0)
    assert (stand.state, stand.unreliable, stand.durable) == (U, False, False)
    assert [(row.path, row.event) for row in bed.keeper.journal] == [("M:a", CAME)]
    await bed.keeper.write()
    assert [one.durable for one in bed.desk.stands()] == [True, True]
    assert (bed.desk.waiting, len(bed.keeper.units)) == (0, 1)
    (outcome,) = await asyncio.wait_for(acknowledge(bed, shown.occurrence), 1.0)
    assert outcome.done is True, "it may be acknowledged by the name under which it was painted"
    assert bed.stand("L:a").state is A


async def acknowledge(bed: Bed, occurrence: str, user: str = "bob"):
    work = asyncio.create_task(bed.desk.acknowledge([occurrence], user=user, station="desk-2"))
    await asyncio.sleep(0)
    await bed.keeper.write()
    return await work


@pytest.mark.parametrize(("latching", "state"), [(False, R), (True, LU)])
async def test_that_what_stood_and_is_gone_by_now_comes_back_and_returns(tmp_path, latching, state):
    first = stood(tmp_path, latching=latching)
    was = first.stand("L:a")
    bed = late(tmp_path, first, plant(latching=latching))
    bed.feed({"L": 50.0, "M": 50.0})
    assert bed.desk.stands() == ()
    bed.desk.learn(first.keeper.standing())
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.state, stand.active_since_ns) == (was.occurrence, state, was.active_since_ns)
    (row,) = bed.keeper.journal
    assert (row.event, row.occurrence, row.old_state, row.new_state, row.value) == (
        WENT, was.occurrence, U, state, 50.0,
    )  # fmt: skip


async def test_that_what_was_normal_and_came_again_meanwhile_is_another_occurrence_and_both_are_journalled(tmp_path):
    first = stood(tmp_path)
    was = first.stand("L:a")
    bed = late(tmp_path, first)
    bed.feed({"L": 50.0, "M": 50.0})
    bed.feed({"L": 95.0})
    shown = bed.stand("L:a")
    bed.desk.learn(first.keeper.standing())
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.state, stand.count) == (shown.occurrence, U, 2)
    assert [(row.event, row.occurrence, row.old_state, row.new_state, row.count) for row in bed.keeper.journal] == [
        (WENT, was.occurrence, U, R, 1),
        (CAME, shown.occurrence, R, U, 2),
    ]


async def test_that_nobody_is_told_of_an_acknowledge_before_it_is_durable_under_the_first_occurrence(tmp_path):
    first = stood(tmp_path)
    was = first.stand("L:a")
    bed = late(tmp_path, first)
    bed.feed({"L": 96.0, "M": 50.0})
    work = asyncio.create_task(bed.desk.acknowledge([bed.stand("L:a").occurrence], user="bob", station="desk-2"))
    await asyncio.sleep(0.02)
    bed.desk.learn(first.keeper.standing())
    await asyncio.sleep(0.02)
    assert not work.done()
    await bed.keeper.write()
    assert (await work)[0].done is True
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.state, stand.acknowledged_by) == (was.occurrence, A, "bob")
    row, audit = bed.keeper.records
    assert isinstance(row, JournalRow)
    assert (row.event, row.occurrence, row.old_state, row.new_state, row.user) == (ACKED, was.occurrence, U, A, "bob")
    assert row.active_since_ns == was.active_since_ns
    assert isinstance(audit, AuditRow)
    assert audit.details["occurrence"] == was.occurrence


async def test_that_one_acknowledged_before_the_start_is_so_again(tmp_path):
    first = stood(tmp_path)
    was = first.stand("L:a")
    await first.desk.acknowledge([was.occurrence], user="ann", station="desk-1")
    bed = late(tmp_path, first)
    bed.feed({"L": 96.0, "M": 50.0})
    assert bed.stand("L:a").state is U, "nobody knows it yet, so it sounds"
    bed.desk.learn(first.keeper.standing())
    stand = bed.stand("L:a")
    assert (stand.occurrence, stand.state, stand.acknowledged_by) == (was.occurrence, A, "ann")
    assert (bed.desk.sounding, bed.keeper.journal) == (0, [])


async def test_that_a_running_delay_of_one_that_stood_ends_without_another_occurrence(tmp_path):
    first = stood(tmp_path)
    was = first.stand("L:a")
    bed = late(tmp_path, first, plant(on_delay_s=2.0))
    bed.feed({"L": 96.0, "M": 50.0})
    bed.go(1.0)
    bed.desk.learn(first.keeper.standing())
    bed.go(5.0)
    assert [(one.occurrence, one.state, one.unreliable) for one in bed.desk.stands()] == [(was.occurrence, U, False)]
    assert bed.keeper.journal == []


async def test_that_a_communication_alarm_that_stood_goes_when_the_device_is_well_and_goes_on_when_it_is_not(tmp_path):
    first = Bed(tmp_path / "first", plant())
    first.state(DeviceState.OFFLINE)
    first.go(2.1)
    (was,) = first.desk.stands()
    well, ill = late(tmp_path, first), late(tmp_path / "ill", first)
    well.state(DeviceState.ONLINE)
    well.clock.go(5.0)
    well.desk.learn(first.keeper.standing())
    (row,) = well.keeper.journal
    assert (row.event, row.occurrence, row.old_state, row.new_state) == (WENT, was.occurrence, U, R)
    assert row.active_since_ns == was.active_since_ns
    ill.state(DeviceState.OFFLINE)
    ill.go(2.1)
    assert ill.desk.stands()[0].occurrence != was.occurrence
    ill.desk.learn(first.keeper.standing())
    ill.go(5.0)
    (stand,) = ill.desk.stands()
    assert (stand.occurrence, stand.active_since_ns) == (was.occurrence, was.active_since_ns)
    assert ill.keeper.journal == []


async def test_that_what_the_project_does_not_have_any_more_leaves_then_with_a_row(tmp_path):
    first = stood(tmp_path)
    bed = late(tmp_path, first, project([tag("M")], []))
    bed.feed({"M": 50.0})
    bed.desk.learn(first.keeper.standing())
    assert [(row.event, row.path) for row in bed.keeper.journal] == [(AlarmEvent.REMOVED, "L:a")]
    assert bed.desk.stands() == ()


async def test_that_a_stop_before_the_store_could_be_read_is_said_and_is_no_acknowledge(tmp_path, expected_logs):
    expected_logs.expect("hmi.alarm", "stops with 3 records of alarms that no store ever took")
    first = stood(tmp_path)
    bed = late(tmp_path, first)
    bed.feed({"L": 96.0, "M": 50.0})
    work = asyncio.create_task(bed.desk.acknowledge([bed.stand("L:a").occurrence], user="b", station="s"))
    await asyncio.sleep(0)
    bed.desk.close()
    (outcome,) = await work
    assert (outcome.done, outcome.reason.code) == (False, "alarms.not_kept")
    assert bed.keeper.records == []


@dataclass
class Twins:
    """Two engines over the same store and the same plant: one knows from the start, the other learns later."""

    knows: Bed
    learns: Bed

    def shown(self) -> list[list[tuple[str, AlarmState, int, str, bool]]]:
        return [
            sorted((one.path, one.state, one.count, one.acknowledged_by, one.unreliable) for one in bed.desk.stands())
            for bed in (self.knows, self.learns)
        ]

    def journals(self, path: str) -> list[list[tuple[AlarmEvent, AlarmState, AlarmState, int, int]]]:
        """What was journalled of an alarm, occurrences by the order in which they come."""
        found = []
        for bed in (self.knows, self.learns):
            rows = [row for row in bed.keeper.journal if row.path == path]
            names = list(dict.fromkeys(row.occurrence for row in rows))
            found.append(
                [(row.event, row.old_state, row.new_state, row.count, names.index(row.occurrence)) for row in rows]
            )
        return found


@pytest.mark.parametrize("seed", range(40))
async def test_that_learning_later_leads_to_the_same_alarms_and_the_same_journal(tmp_path, seed):
    chance = random.Random(seed)
    latching = bool(seed % 2)
    first = stood(tmp_path, latching=latching)
    occurrence = first.stand("L:a").occurrence
    if chance.random() < 0.5:
        await first.desk.acknowledge([occurrence], user="ann", station="desk-1")
    if chance.random() < 0.3:
        first.feed({"L": 50.0})
    standing = first.keeper.standing()
    what = plant(latching=latching)
    twins = Twins(
        Bed(tmp_path / "knows", what, standing=standing, clock=first.clock),
        Bed(tmp_path / "learns", what, clock=first.clock, known=False),
    )
    first_value = chance.choice([50.0, 95.0])
    for step in range(12):
        if step == 6:
            twins.learns.desk.learn(standing)
            await asyncio.sleep(0.001)  # those who wait for the store are told, one after the other
            assert twins.shown()[0] == twins.shown()[1]
        values = {"L": first_value if step == 0 else chance.choice([50.0, 95.0]), "M": chance.choice([5.0, 50.0])}
        for bed in (twins.knows, twins.learns):
            bed.feed(values)
        if chance.random() < 0.4:
            both = unacknowledged(twins.knows) & unacknowledged(twins.learns)
            for bed in (twins.knows, twins.learns):
                await try_to_acknowledge(bed, both)
    assert twins.shown()[0] == twins.shown()[1]
    for path in ("L:a", "M:a"):
        knows, learns = twins.journals(path)
        assert learns == knows
    kept = [{row.occurrence for row in bed.keeper.standing()} for bed in (twins.knows, twins.learns)]
    assert (occurrence in kept[0]) == (occurrence in kept[1])


def unacknowledged(bed: Bed) -> set[str]:
    """The alarms that somebody could acknowledge here."""
    return {entry.watch.path for entry in bed.desk._ledger.entries.values() if entry.unacknowledged}


async def try_to_acknowledge(bed: Bed, paths: set[str]) -> None:
    """Acknowledge what stands under these paths, without waiting for a store."""
    seen = [entry.occurrence for entry in bed.desk._ledger.entries.values() if entry.watch.path in paths]
    work = asyncio.create_task(bed.desk.acknowledge(seen, user="bob", station="s"))
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait({work})
