"""Acknowledge, reset, silence: by occurrence, told once durable (AL-01 to AL-06, AL-31)."""

import asyncio
import random

import pytest

from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.event import AuditKind
from hmi.model.text import Language
from hmi.words import say_reason
from tests.engine.alarms.rig import Bed, HandKeeper, alarm, project, tag

N, U, A = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
R, LU, LA = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED


def one(tmp_path, *, keeper: HandKeeper | None = None, **fields) -> Bed:
    bed = Bed(tmp_path, project([tag("L")], [alarm("L:a", **fields)]), keeper=keeper)
    bed.feed({"L": 50.0})
    return bed


async def ack(bed: Bed, *occurrences: str, user="ann", station="desk-1", **more):
    return await bed.desk.acknowledge(occurrences, user=user, station=station, **more)


async def test_that_an_acknowledge_is_one_row_with_who_and_where_and_an_audit_row(tmp_path):
    bed = one(tmp_path)
    bed.feed({"L": 95.0})
    occurrence = bed.stand("L:a").occurrence
    (outcome,) = await ack(bed, occurrence, note="seen", screen="Overview")
    assert (outcome.done, outcome.reason) == (True, None)
    stand = bed.stand("L:a")
    assert (stand.state, stand.acknowledged_by, stand.acknowledged_on) == (A, "ann", "desk-1")
    assert stand.acknowledged_ns == bed.clock.wall
    row = bed.keeper.journal[-1]
    assert (row.event, row.old_state, row.new_state) == (AlarmEvent.ACKNOWLEDGED, U, A)
    assert (row.user, row.station, row.note, row.occurrence) == ("ann", "desk-1", "seen", occurrence)
    (audit,) = bed.keeper.audit
    assert (audit.kind, audit.user, audit.tag, audit.screen) == (AuditKind.ACKNOWLEDGE, "ann", "L", "Overview")
    assert audit.details == {"alarm": "L:a", "occurrence": occurrence}
    assert bed.keeper.units[-1] == (row, audit), "kept whole or not at all"


async def test_that_an_acknowledge_is_told_and_shown_as_durable_only_when_the_disk_has_it(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    assert bed.stand("L:a").durable is False
    version = bed.desk.version
    await bed.keeper.write()
    assert bed.stand("L:a").durable is True
    assert bed.desk.version > version
    work = asyncio.create_task(ack(bed, bed.stand("L:a").occurrence))
    await asyncio.sleep(0.05)
    assert not work.done()
    assert (bed.stand("L:a").state, bed.stand("L:a").durable) == (A, False)
    await bed.keeper.write()
    assert (await work)[0].done is True
    assert bed.stand("L:a").durable is True


async def test_that_what_an_acknowledge_takes_off_the_list_stays_on_it_until_that_is_durable(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    bed.feed({"L": 50.0})
    await bed.keeper.write()
    occurrence = bed.stand("L:a").occurrence
    work = asyncio.create_task(ack(bed, occurrence))
    await asyncio.sleep(0)
    stand = bed.stand("L:a")
    assert (stand.state, stand.durable, stand.occurrence) == (R, False, occurrence)
    assert bed.desk.sounding == 0
    bed.feed({"L": 95.0})  # it comes again meanwhile
    assert sorted((one.state, one.occurrence == occurrence) for one in bed.desk.stands()) == [(U, False), (R, True)]
    await bed.keeper.write()
    await work
    assert [one.state for one in bed.desk.stands()] == [U]


async def test_that_a_stop_of_the_engine_before_the_record_is_durable_is_no_acknowledge(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    await bed.keeper.write()
    work = asyncio.create_task(ack(bed, bed.stand("L:a").occurrence))
    await asyncio.sleep(0)
    for future in bed.keeper.waiting:
        future.cancel()
    (outcome,) = await work
    assert (outcome.done, outcome.reason.code) == (False, "alarms.not_kept")
    assert bed.stand("L:a").durable is False


async def test_that_who_gives_up_waiting_takes_no_record_along(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    await bed.keeper.write()
    work = asyncio.create_task(ack(bed, bed.stand("L:a").occurrence))
    await asyncio.sleep(0)
    work.cancel()
    await asyncio.wait({work})
    assert not bed.keeper.waiting[0].cancelled()
    await bed.keeper.write()
    assert (bed.stand("L:a").state, bed.stand("L:a").durable) == (A, True)


async def test_that_of_two_windows_one_acknowledges_and_the_other_is_told_by_whom_where_and_when(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    await bed.keeper.write()
    occurrence = bed.stand("L:a").occurrence
    first = asyncio.create_task(ack(bed, occurrence, user="ann", station="desk-1"))
    second = asyncio.create_task(ack(bed, occurrence, user="bob", station="desk-2"))
    await asyncio.sleep(0.02)
    assert not second.done(), "that ann acknowledged is not told before it is durable"
    await bed.keeper.write()
    (mine,), (other,) = await first, await second
    assert mine.done is True
    assert (other.done, other.reason.code) == (False, "alarms.already_acknowledged")
    words = say_reason(other.reason, Language.EN)
    assert "ann" in words
    assert "desk-1" in words
    assert "2025-06-15T15:06:40Z" in words
    assert bed.keeper.events.count(AlarmEvent.ACKNOWLEDGED) == 1
    refusal = bed.keeper.journal[-1]
    assert (refusal.event, refusal.user, refusal.reason.code) == (AlarmEvent.REFUSED, "bob", other.reason.code)


async def test_that_the_second_is_told_also_when_the_first_took_it_off_the_list(tmp_path):
    bed = one(tmp_path)
    bed.feed({"L": 95.0})
    bed.feed({"L": 50.0})
    occurrence = bed.stand("L:a").occurrence
    await ack(bed, occurrence)
    assert bed.paths == []
    (outcome,) = await ack(bed, occurrence, user="bob")
    assert (outcome.reason.code, outcome.reason.arguments["user"]) == ("alarms.already_acknowledged", "ann")


@pytest.mark.parametrize("seed", range(5))
async def test_that_of_500_races_with_a_new_occurrence_none_acknowledges_what_nobody_saw(tmp_path, seed):
    chance = random.Random(seed)
    bed = one(tmp_path, latching=bool(seed % 2))
    for _ in range(100):
        bed.feed({"L": 95.0})
        seen = bed.stand("L:a").occurrence
        if chance.random() < 0.5:
            await ack(bed, seen)
        bed.feed({"L": 50.0})
        if bed.paths and chance.random() < 0.5:
            seen = bed.stand("L:a").occurrence
        bed.feed({"L": 95.0})
        newest = bed.stand("L:a").occurrence
        assert newest != seen
        (outcome,) = await ack(bed, seen)
        assert outcome.done is False
        assert outcome.reason.code in ("alarms.newer_occurrence", "alarms.already_acknowledged")
        stand = bed.stand("L:a")
        assert (stand.state, stand.occurrence) == (U, newest)
        assert bed.keeper.journal[-1].event is AlarmEvent.REFUSED
        await ack(bed, newest)
        bed.feed({"L": 50.0})
        for one_left in bed.desk.stands():
            await bed.desk.reset([one_left.occurrence], user="ann", station="desk-1")
        assert bed.paths == []


async def test_that_an_occurrence_that_nobody_knows_is_refused_and_audited(tmp_path):
    bed = one(tmp_path)
    (outcome,) = await ack(bed, "0123456789abc")
    assert outcome.reason.code == "alarms.unknown_occurrence"
    assert bed.keeper.journal == []
    assert bed.keeper.audit[0].reason == outcome.reason


async def test_that_one_that_returned_to_normal_by_itself_is_refused(tmp_path):
    bed = one(tmp_path, needs_acknowledge=False)
    bed.feed({"L": 95.0})
    occurrence = bed.stand("L:a").occurrence
    bed.feed({"L": 50.0})
    assert bed.paths == []
    (outcome,) = await ack(bed, occurrence)
    assert outcome.reason.code == "alarms.is_normal"
    assert (bed.keeper.journal[-1].old_state, bed.keeper.journal[-1].new_state) == (N, N)


async def test_that_each_of_several_is_answered_by_itself_and_twice_the_same_once(tmp_path):
    bed = Bed(tmp_path, project([tag("L"), tag("M")], [alarm("L:a"), alarm("M:a")]))
    bed.feed({"L": 95.0, "M": 95.0})
    known = [bed.stand("L:a").occurrence, bed.stand("M:a").occurrence]
    outcomes = await ack(bed, known[0], "nobody", known[1], known[0])
    assert [(one.occurrence, one.done) for one in outcomes] == [(known[0], True), ("nobody", False), (known[1], True)]
    assert len(bed.keeper.units) == 2, "one for the tick, one for the acknowledge"


async def test_that_a_latched_alarm_leaves_by_acknowledge_and_reset_in_this_order_only(tmp_path):
    bed = one(tmp_path, latching=True)
    bed.feed({"L": 95.0})
    occurrence = bed.stand("L:a").occurrence

    async def reset() -> str:
        (outcome,) = await bed.desk.reset([occurrence], user="ann", station="desk-1")
        return "" if outcome.reason is None else outcome.reason.code

    assert await reset() == "alarms.still_active"
    bed.feed({"L": 50.0})
    assert bed.stand("L:a").state is LU
    assert await reset() == "alarms.acknowledge_first"
    await ack(bed, occurrence)
    assert bed.stand("L:a").state is LA
    assert await reset() == ""
    assert bed.paths == []
    assert bed.keeper.audit[-1].kind is AuditKind.RESET
    assert await reset() == "alarms.is_normal"


async def test_that_silence_ends_the_sound_of_all_and_changes_no_state(tmp_path):
    tags = [tag("L"), tag("M")]
    bed = Bed(tmp_path, project(tags, [alarm("L:a", priority=2), alarm("M:a", priority=1)]))
    bed.feed({"L": 50.0, "M": 50.0})
    assert bed.desk.sounding == 0
    bed.feed({"L": 95.0, "M": 95.0})
    assert bed.desk.sounding == 1
    assert await bed.desk.silence(user="ann", station="desk-1") == 2
    assert bed.desk.sounding == 0
    assert [(one.state, one.silenced) for one in bed.desk.stands()] == [(U, True), (U, True)]
    (row,) = bed.keeper.audit
    assert (row.kind, row.user, row.details) == (AuditKind.SILENCE, "ann", {"count": "2"})
    bed.feed({"L": 50.0})
    bed.feed({"L": 95.0})
    assert bed.desk.sounding == 2, "another occurrence sounds anew"
    assert bed.stand("L:a").count == 2
    assert await bed.desk.silence(user="ann", station="desk-1") == 1
    assert await bed.desk.silence(user="ann", station="desk-1") == 0
    assert len(bed.keeper.audit) == 2, "where nothing sounds nothing is done"


async def test_that_the_sound_ends_although_the_disk_does_not_take_the_record(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    work = asyncio.create_task(bed.desk.silence(user="ann", station="desk-1"))
    await asyncio.sleep(0.02)
    assert bed.desk.sounding == 0
    assert not work.done()
    await bed.keeper.write()
    assert await work == 1


async def test_that_the_list_is_in_the_order_in_which_it_is_worked_off(tmp_path):
    tags = [tag(name) for name in "ABCDE"]
    alarms = [alarm(f"{name}:a", priority=priority) for name, priority in zip("ABCDE", (3, 1, 1, 1, 2), strict=True)]
    bed = Bed(tmp_path, project(tags, alarms))
    for name in "ABCDE":
        bed.feed({name: 95.0})
        bed.clock.go(1.0)
    await ack(bed, bed.stand("D:a").occurrence)
    assert bed.paths == ["C:a", "B:a", "E:a", "A:a", "D:a"]
    bed.feed({"C": 0.0})  # what has returned stands behind what is active, of one priority
    assert bed.paths == ["B:a", "C:a", "E:a", "A:a", "D:a"]


async def test_that_who_listens_is_told_of_each_change_and_of_nothing_else(tmp_path):
    bed = one(tmp_path)
    told = []
    end = bed.desk.subscribe(lambda: told.append(bed.desk.version))
    bed.feed({"L": 51.0})
    bed.go(1.0)
    assert told == []
    bed.feed({"L": 95.0})
    assert len(told) == 1
    same = bed.desk.stands()
    bed.go(1.0)
    assert bed.desk.stands() is same
    end()
    bed.feed({"L": 50.0})
    assert len(told) == 1


@pytest.mark.parametrize("seed", range(6))
async def test_that_random_doings_never_leave_what_a_plain_alarm_would_do(tmp_path, seed):
    """The same strings of values and acts against ten lines of plain Python."""
    chance = random.Random(seed)
    latching, needed = bool(seed % 2), seed % 3 != 0
    bed = one(tmp_path, latching=latching, needs_acknowledge=needed, deadband=5.0)
    state, met = N, False
    for _ in range(200):
        match chance.randrange(4):
            case 0 | 1:
                value = chance.uniform(80.0, 100.0)
                bed.feed({"L": value})
                before, met = met, value >= (85.0 if met else 90.0)
                if met and not before:
                    state = U
                elif before and not met:
                    if state is U:
                        state = (LU if latching else R) if needed else (LA if latching else N)
                    else:
                        state = LA if latching else N
            case 2:
                for stand in bed.desk.stands():
                    await ack(bed, stand.occurrence)
                state = {U: A, R: N, LU: LA}.get(state, state)
            case 3:
                for stand in bed.desk.stands():
                    await bed.desk.reset([stand.occurrence], user="ann", station="desk-1")
                state = N if state is LA else state
        assert [stand.state for stand in bed.desk.stands()] == ([state] if state is not N else [])
    old = N
    for row in bed.keeper.journal:
        assert row.old_state is old, "each row begins where the one before ended"
        old = row.new_state


async def test_that_who_is_told_of_another_s_acknowledge_waits_for_that_record_and_not_only_for_the_refusal(tmp_path):
    bed = one(tmp_path, keeper=HandKeeper(quick=False))
    bed.feed({"L": 95.0})
    await bed.keeper.write()
    occurrence = bed.stand("L:a").occurrence
    first = asyncio.create_task(ack(bed, occurrence))
    second = asyncio.create_task(ack(bed, occurrence, user="bob"))
    await asyncio.sleep(0)
    bed.keeper.waiting.pop().set_result(None)  # that of the refusal
    await asyncio.sleep(0.02)
    assert not second.done()
    await bed.keeper.write()
    assert [(await one_task)[0].done for one_task in (first, second)] == [True, False]
