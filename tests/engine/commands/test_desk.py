"""Ids, records, undo, liveness, apply and restarts, as the desk sees them."""

import asyncio

import msgspec
import pytest

from hmi.drivers.modbus.pdu import Function
from hmi.engine.commands.ledger import OPEN_KEY, OpenCommand
from hmi.model.command import Command, CommandState
from hmi.model.device import CpuState, Heartbeat, MapSignature
from hmi.model.quality import Cause
from hmi.model.reason import reason
from hmi.model.tag import Interlock, Span
from hmi.store.contract import Standing
from tests.drivers.modbus_server import ModbusServer, serving
from tests.engine.commands.rig import Slate, SlateTrail, Somebody, ask, at_work, plan_of, setpoint, wait, words

S = CommandState
WRITES = (Function.WRITE_REGISTER, Function.WRITE_REGISTERS, Function.WRITE_COIL, Function.MASK_REGISTER)


# ------------------------------------------------------------------------------------------ ids execute once


async def test_that_an_id_executes_once_and_gets_the_same_answer_again(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 42)
        first, second = await asyncio.gather(at.submit(command), at.submit(command))
        assert first == second
        end = await at.until(command)
        assert await at.submit(command) == end == await at.desk.state(command.id)
        assert len(at.writes()) == 1
        assert at.slate.states(command.id) == [S.REQUESTED, S.SENT, S.CONFIRMED]


async def test_that_an_id_with_another_content_is_refused(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 42)
        await at.submit(command)
        await at.until(command)
        other = msgspec.structs.replace(command, value=43)
        assert (await at.submit(other)).reason.code == "command.id_used"
        assert (await at.desk.state(command.id)).state is S.CONFIRMED
        assert len(at.writes()) == 1


async def test_that_an_id_of_an_earlier_engine_is_not_executed_again(tmp_path):
    tag, slate = setpoint(), Slate()
    async with at_work(tmp_path, tag, slate=slate) as at:
        command = ask(tag, 42)
        await at.submit(command)
        end = await at.until(command)
        server = at.server
        await at.write(tag, 7)
    async with at_work(tmp_path, tag, server=ModbusServer(tables=server.tables), slate=slate) as at:
        answer = await at.submit(command)
        assert (answer.state, answer.value, answer.old) == (end.state, 42, 0)
        assert (await at.desk.state(command.id)).state is S.CONFIRMED
        assert await at.desk.state("never") is None
        assert at.writes() == []


async def test_that_a_trail_that_cannot_be_read_refuses(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.desk._trail.readable = False
        answer = await at.submit(ask(tag, 42))
        assert (answer.state, answer.reason.code) == (S.REJECTED, "command.trail_unreadable")
        assert at.writes() == []


@pytest.mark.parametrize("ident", ["", "x" * 65, "a\nb"])
async def test_that_an_id_that_is_none_is_refused(tmp_path, ident):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        answer = await at.submit(Command(id=ident, tag=tag.id, value=1))
        assert (answer.state, answer.reason.code) == (S.REJECTED, "command.bad_id")


# ------------------------------------------------------------------------------------------ records


async def test_that_nothing_leaves_before_its_record_is_durable_and_no_end_is_told_before_its_own(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.slate.hold()
        command = ask(tag, 42)
        assert (await at.submit(command)).state is S.REQUESTED
        await asyncio.sleep(0.1)
        assert at.writes() == []
        assert at.told == []
        at.slate.release()
        at.slate.hold()
        await wait(lambda: at.slate.states(command.id)[-1] is S.CONFIRMED)
        await asyncio.sleep(0.05)
        assert at.states(command) == [S.SENT]
        assert (await at.desk.state(command.id)).state is S.SENT
        at.slate.release()
        await at.until(command, S.CONFIRMED)


async def test_that_a_record_that_does_not_get_to_disk_in_time_stops_the_write(tmp_path):
    tag = setpoint(rule_deadline_ms=150)
    async with at_work(tmp_path, tag) as at:
        at.slate.hold()
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.REJECTED, "command.not_recorded")
        at.slate.release()
        await asyncio.sleep(0.05)
        assert at.writes() == []


async def test_that_a_store_in_trouble_refuses_with_its_own_reason(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.slate.trouble = reason("cause.device_offline")
        answer = await at.submit(ask(tag, 42))
        assert words(answer) == "Nothing can be recorded at present, so nothing is written: device offline"


async def test_that_without_a_store_every_command_is_refused(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.desk._ledger._keeper = None
        assert (await at.submit(ask(tag, 42))).reason.code == "command.no_store"


async def test_that_nothing_is_written_before_the_store_has_told_what_was_left(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag, standing=Standing(known=False)) as at:
        assert (await at.submit(ask(tag, 42))).reason.code == "command.not_begun"
        at.desk.begin({})
        assert (await at.write(tag, 42)).state is S.CONFIRMED


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**30, -(2**64), "x" * 5000])
async def test_that_a_value_that_no_store_could_hold_is_refused_and_recorded_as_words(tmp_path, value):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, value)
        assert (await at.submit(command)).state is S.REJECTED
        (row,) = at.slate.of(command.id)
        assert isinstance(row.new, str)
        assert len(row.new) <= 1000


async def test_that_a_fault_of_the_program_ends_the_one_command_as_unknown(tmp_path, expected_logs, monkeypatch):
    expected_logs.expect("hmi.command", "a fault of the program")
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:

        async def broken(*_):
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr("hmi.engine.commands.execution.read_until_agreed", broken)
            end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.UNKNOWN, "command.fault")
        assert (await at.write(tag, 43)).state is S.CONFIRMED


# ------------------------------------------------------------------------------------------ rate


async def test_that_a_second_command_on_a_tag_is_refused_while_one_is_under_way(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.slate.hold()
        await at.submit(ask(tag, 42))
        assert (await at.submit(ask(tag, 43))).reason.code == "command.under_way"
        at.slate.release()


async def test_that_a_tag_is_not_written_more_often_than_it_may(tmp_path):
    tag = setpoint(rule_every_ms=300)
    async with at_work(tmp_path, tag) as at:
        assert (await at.write(tag, 42)).state is S.CONFIRMED
        assert (await at.write(tag, 43)).reason.code == "command.too_soon"
        await asyncio.sleep(0.3)
        assert (await at.write(tag, 43)).state is S.CONFIRMED


# ------------------------------------------------------------------------------------------ undo


async def test_that_a_set_point_is_undone_by_a_command_of_its_own(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.server.holding[10] = 41
        await wait(lambda: at.reading(tag).value == 41)
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command)
        await wait(lambda: at.reading(tag).value == 50)
        end = await at.write(tag, 41, undoes=command.id, id="undoing")
        assert (end.state, end.value, end.old) == (S.CONFIRMED, 41, 50)
        assert at.slate.of("undoing")[0].details == {"undoes": command.id}


async def test_that_undo_is_refused_when_somebody_has_changed_the_value_since(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command)
        at.server.holding[10] = 60
        await wait(lambda: at.reading(tag).value == 60)
        end = await at.write(tag, 0, undoes=command.id)
        assert (end.state, end.reason.code, words(end)) == (
            S.REJECTED, "command.undo_changed", "It was changed since (now 60), so it is not undone.",
        )  # fmt: skip


async def test_that_undo_is_refused_for_what_does_not_match(tmp_path):
    tag, other = setpoint(), setpoint("Other", "hr20")
    async with at_work(tmp_path, tag, other) as at:
        command, refused = ask(tag, 50), ask(tag, 99_999)
        await at.submit(command)
        await at.until(command)
        await at.submit(refused)
        await wait(lambda: at.reading(tag).value == 50)
        for undoing, code in (
            (ask(tag, 7, undoes=command.id), "command.undo_other_value"),
            (ask(other, 0, undoes=command.id), "command.undo_other_tag"),
            (ask(tag, 0, undoes="never"), "command.undo_unknown"),
            (ask(tag, 0, undoes=refused.id), "command.undo_not_confirmed"),
        ):
            assert (await at.submit(undoing)).reason.code == code


async def test_that_undo_looks_at_the_written_tag_also_where_another_one_tells_the_result(tmp_path):
    tag, value = setpoint(rule_read_back="PV"), setpoint("PV", "hr20")
    async with at_work(tmp_path, tag, value) as at:
        at.server.holding[20] = 50
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command)
        at.server.holding[10] = 60
        await wait(lambda: at.reading(tag).value == 60)
        assert (await at.submit(ask(tag, 0, undoes=command.id))).reason.code == "command.undo_changed"
        at.server.holding[10] = 50
        await wait(lambda: at.reading(tag).value == 50)
        at.server.holding[20] = 0
        assert (await at.write(tag, 0, undoes=command.id)).state is S.CONFIRMED


async def test_that_a_command_of_an_earlier_engine_can_be_undone(tmp_path):
    tag, slate = setpoint(), Slate()
    async with at_work(tmp_path, tag, slate=slate) as at:
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command)
        server = at.server
    async with at_work(tmp_path, tag, server=ModbusServer(tables=server.tables), slate=slate) as at:
        assert (await at.write(tag, 0, undoes=command.id)).state is S.CONFIRMED


# ------------------------------------------------------------------------------------------ liveness


async def test_that_a_plc_that_stops_and_holds_its_values_confirms_nothing(tmp_path):
    """The PLC went to STOP right after the last poll: it still takes writes into its memory and echoes them."""
    tag, rule = setpoint(scan="normal"), CpuState(address="hr1", running=(1,))
    server = ModbusServer()
    server.holding[1] = 1
    async with at_work(tmp_path, tag, server=server, liveness=rule) as at:
        server.holding[1] = 2
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.FAILED, "command.not_running_after")
        assert "PLC not running" in words(end)
        await wait(lambda: at.reading(tag).cause is Cause.PLC_NOT_RUNNING)
        answer = await at.submit(ask(tag, 43))
        assert (answer.state, answer.reason.code) == (S.REJECTED, "command.not_running")
        assert "PLC not running" in words(answer)
        assert len(at.writes()) == 1


async def test_that_a_stopped_heartbeat_or_another_program_refuses(tmp_path):
    tag, server = setpoint(), ModbusServer()
    server.holding[1], server.holding[2] = 1, 77
    rules = {"liveness": Heartbeat(address="hr1", within_s=0.5), "signature": MapSignature(address="hr2", expected=77)}
    async with at_work(tmp_path, tag, server=server, wait_good=False, **rules) as at:
        await wait(lambda: at.reading(tag).cause is Cause.LIVENESS_PENDING)
        assert (await at.submit(ask(tag, 42))).reason.code == "command.not_running"
        await wait(lambda: at.reading(tag).cause is Cause.HEARTBEAT_STOPPED)
        assert (await at.submit(ask(tag, 42))).reason.code == "command.not_running"
        server.holding[1], server.holding[2] = 5, 78
        await wait(lambda: at.reading(tag).cause is Cause.MAP_CHANGED)
        answer = await at.submit(ask(tag, 42))
        assert answer.reason.arguments["cause_code"] == "cause.map_changed"
        assert at.writes() == []


async def test_that_an_interlock_that_closes_while_the_record_is_written_stops_the_write(tmp_path):
    tag, lock = setpoint(rule_interlocks=(Interlock(condition="{Lock} == 0"),)), setpoint("Lock", "hr20")
    async with at_work(tmp_path, tag, lock) as at:
        at.slate.hold()
        command = ask(tag, 42)
        assert (await at.submit(command)).state is S.REQUESTED
        at.server.holding[20] = 1
        await wait(lambda: at.reading(lock).value == 1)
        at.slate.release()
        end = await at.until(command)
        assert (end.state, end.reason.code) == (S.REJECTED, "command.interlock")
        assert at.writes() == []


# ------------------------------------------------------------------------------------------ apply


async def test_that_a_command_for_a_tag_that_moves_meanwhile_is_not_sent(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.slate.hold()
        command = ask(tag, 42)
        await at.submit(command)
        await at.engine.apply(plan_of(at.server, [setpoint(address="hr30")]))
        at.slate.release()
        end = await at.until(command)
        assert (end.state, end.reason.code) == (S.REJECTED, "command.project_changed")
        assert at.writes() == []


async def test_that_an_apply_that_leaves_the_tag_alone_does_not_disturb_its_command(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.slate.hold()
        command = ask(tag, 42)
        await at.submit(command)
        await at.engine.apply(plan_of(at.server, [tag, setpoint("New", "hr30")]))
        at.slate.release()
        assert (await at.until(command)).state is S.CONFIRMED


async def test_that_after_an_apply_the_new_rules_count(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        changed = setpoint(rule_needs_reason=True)
        await at.engine.apply(plan_of(at.server, [changed]))
        await at.good(changed)
        assert (await at.submit(ask(tag, 42))).reason.code == "command.note_missing"


# ------------------------------------------------------------------------------------------ restarts


async def left_open(tmp_path, tag, slate: Slate, server: ModbusServer) -> Command:
    """An engine is stopped between SENT and the answer; gives the command."""
    async with at_work(tmp_path, tag, server=server, slate=slate) as at:
        server.twist = lambda request, frame: [] if request.function in WRITES else [frame]
        command = ask(tag, 42)
        await at.submit(command, Somebody("anna"))
        await wait(at.writes)
    server.twist = None
    return command


@pytest.mark.parametrize("executed", [True, False])
async def test_that_a_command_left_by_an_earlier_engine_is_unknown_and_then_settled(tmp_path, executed):
    tag, slate = setpoint(), Slate()
    async with serving() as server:
        command = await left_open(tmp_path, tag, slate, server)
        assert msgspec.json.decode(slate.station[OPEN_KEY], type=list[OpenCommand])[0].command == command
        if not executed:
            server.holding[10] = 0
        server.log.clear()
        standing = Standing(station=slate.station)
        async with at_work(tmp_path, tag, server=server, slate=slate, standing=standing) as at:
            end = await at.until(command, S.CONFIRMED, S.FAILED)
            assert end.state is (S.CONFIRMED if executed else S.FAILED)
            assert at.states(command) == [S.UNKNOWN, end.state]
            assert {(sender.session, sender.user, sender.station) for sender, _ in at.told} == {
                (None, "anna", "window 1")
            }
            assert slate.states(command.id) == [S.REQUESTED, S.SENT, S.UNKNOWN, end.state]
            assert msgspec.json.decode(slate.station[OPEN_KEY]) == []
            assert (await at.submit(command)).state is end.state
            assert at.writes() == []
            assert (await at.write(tag, 43)).state is S.CONFIRMED


async def test_that_a_command_left_for_a_tag_that_lies_elsewhere_now_stays_unknown(tmp_path):
    tag, slate = setpoint(), Slate()
    async with serving() as server:
        command = await left_open(tmp_path, tag, slate, server)
        moved, standing = setpoint(address="hr30"), Standing(station=slate.station)
        async with at_work(tmp_path, moved, server=server, slate=slate, standing=standing) as at:
            end = await at.until(command)
            assert (end.state, end.reason.code) == (S.UNKNOWN, "command.left_unknown")
            assert msgspec.json.decode(slate.station[OPEN_KEY]) == []
            assert (await at.write(moved, 43)).state is S.CONFIRMED


async def test_that_what_was_left_is_not_settled_by_a_device_that_does_not_run(tmp_path):
    tag, slate, rule = setpoint(), Slate(), CpuState(address="hr1", running=(1,))
    async with serving() as server:
        command = await left_open(tmp_path, tag, slate, server)
        standing = Standing(station=slate.station)
        async with at_work(
            tmp_path, tag, server=server, slate=slate, standing=standing, liveness=rule, wait_good=False
        ) as at:
            await wait(lambda: at.reading(tag).cause is Cause.PLC_NOT_RUNNING)
            await asyncio.sleep(0.3)
            assert at.states(command) == [S.UNKNOWN]
            server.holding[1] = 1
            assert (await at.until(command, S.CONFIRMED)).reason.code == "command.settled"


async def test_that_an_unreadable_list_of_open_commands_is_said_and_harms_nothing(tmp_path, expected_logs):
    expected_logs.expect("hmi.command", "list of open commands")
    tag, standing = setpoint(), Standing(station={OPEN_KEY: b"[{"})
    async with at_work(tmp_path, tag, standing=standing) as at:
        assert (await at.write(tag, 42)).state is S.CONFIRMED


async def test_that_stopping_sends_nothing_that_waits(tmp_path):
    tag, slate = setpoint(), Slate()
    async with serving() as server:
        async with at_work(tmp_path, tag, server=server, slate=slate) as at:
            slate.hold()
            await at.submit(ask(tag, 42))
        slate.release()
        await asyncio.sleep(0.05)
        assert [one for one in server.log if one.function in WRITES] == []


async def test_that_the_oldest_ended_commands_are_forgotten_and_found_in_the_trail(tmp_path, monkeypatch):
    monkeypatch.setattr("hmi.engine.commands.ledger.MOST_KNOWN", 8)
    tag = setpoint(write=Span(low=0, high=5))
    async with at_work(tmp_path, tag) as at:
        commands = [ask(tag, 9) for _ in range(20)]
        for command in commands:
            await at.submit(command)
        assert len(at.desk._ledger._entries) <= 8
        assert isinstance(at.desk._trail, SlateTrail)
        assert (await at.desk.state(commands[0].id)).state is S.REJECTED
        assert at.desk._trail.asked[-1] == commands[0].id


async def test_that_a_listener_that_fails_harms_no_command(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        failures = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
        at.desk.listeners.insert(0, lambda *_: 1 / 0)
        assert (await at.write(tag, 42)).state is S.CONFIRMED
        assert len(failures) == 2
