"""The whole way of a command over a real Modbus connection: sent, read back, told, recorded."""

import asyncio

import pytest

from hmi.drivers.modbus.pdu import ExceptionCode, Function, Request
from hmi.model.command import CommandState
from hmi.model.quality import Cause
from tests.engine.commands.rig import Somebody, ask, at_work, setpoint, wait, words

S = CommandState
WRITES = (Function.WRITE_REGISTER, Function.WRITE_REGISTERS, Function.WRITE_COIL, Function.MASK_REGISTER)


async def test_that_a_write_is_requested_sent_and_confirmed_with_the_value_read_back(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 42, reason="try", screen="Line", shown=0)
        first = await at.submit(command)
        assert (first.state, first.old) == (S.REQUESTED, 0)
        end = await at.until(command)
        assert (end.state, end.reason, end.value, end.old) == (S.CONFIRMED, None, 42, 0)
        assert 0 < end.round_trip_ns < 1_000_000_000
        assert at.states(command) == [S.SENT, S.CONFIRMED]
        assert at.server.holding[10] == 42
        assert len(at.writes()) == 1


async def test_that_every_state_has_a_row_in_the_audit_trail(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 42, reason="try", screen="Line", shown=0)
        await at.submit(command, Somebody("anna"))
        await at.until(command)
        rows = at.slate.of(command.id)
        assert [row.state for row in rows] == [S.REQUESTED, S.SENT, S.CONFIRMED]
        for row in rows:
            assert (row.user, row.station, row.screen, row.tag, row.tag_id) == (
                "anna", "window 1", "Line", "SP", tag.id,
            )  # fmt: skip
            assert (row.old, row.new, row.note) == (0, 42, "try")
        assert [row.read_back for row in rows] == [None, None, 42]
        assert rows[0].details == {"shown": "0"}
        assert rows[1].details == {"device": "PLC1", "address": "hr10", "raw": "42"}


async def test_that_a_refused_command_is_recorded_with_its_reason(tmp_path):
    tag = setpoint(rule_right="recipe")
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 42)
        answer = await at.submit(command)
        assert (answer.state, answer.reason.code) == (S.REJECTED, "command.no_right")
        (row,) = at.slate.of(command.id)
        assert (row.state, row.reason, row.new) == (S.REJECTED, answer.reason, 42)
        assert at.writes() == []
        assert at.told == []


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("c10", True), ("c10", False), ("hr10", -7), ("hr10:uint16", 65535), ("hr10:bcd16", 9876),
        ("hr10.0", True), ("hr10.15", True), ("hr10:string:9", "Ab 12"), ("hr10:string:8:swapped", "abcd"),
        ("hr10:string:12:gbk", "阀门打开"),
        *[
            (f"hr10:{kind}:{order}", value)
            for order in ("ABCD", "CDAB", "BADC", "DCBA")
            for kind, value in (
                ("int32", -70_000), ("uint32", 4_000_000_000), ("float32", 1234.5), ("bcd32", 12345678),
                ("int64", -(2**63)), ("uint64", 2**64 - 1), ("float64", -0.0078125),
            )
        ],
    ],
)  # fmt: skip
async def test_that_every_type_in_every_order_round_trips(tmp_path, address, value):
    tag = setpoint(address=address)
    async with at_work(tmp_path, tag) as at:
        end = await at.write(tag, value)
        assert (end.state, end.value, words(end)) == (S.CONFIRMED, value, "")
        await wait(lambda: at.reading(tag).value == value)


async def test_that_the_image_shows_the_new_value_long_before_a_slow_poll_is_due(tmp_path):
    tag = setpoint(scan="normal")
    async with at_work(tmp_path, tag) as at:
        end = await at.write(tag, 42)
        await wait(lambda: at.reading(tag).value == 42, 0.3)
        assert (end.state, at.reading(tag).value) == (S.CONFIRMED, 42)


async def test_that_a_read_back_passes_a_poll_of_many_blocks(tmp_path):
    tags = [setpoint(f"T{number}", f"hr{number * 200}", scan="normal") for number in range(60)]
    async with at_work(tmp_path, *tags) as at:
        at.server.log.clear()
        await wait(lambda: at.server.log)  # a poll has begun
        at.server.delay_s = 0.004
        end = await at.write(tags[0], 5)
        assert end.state is S.CONFIRMED
        assert end.round_trip_ns < 60 * 4_000_000


# ------------------------------------------------------------------------------------------ servers that misbehave


def only_writes(answer):
    """Twists the answers to writes alone."""

    def twist(request: Request, frame: bytes) -> list[bytes]:
        return answer(frame) if request.function in WRITES else [frame]

    return twist


async def test_that_a_server_that_never_answers_ends_as_timed_out_with_a_reset_socket(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint(rule_deadline_ms=200)
    async with at_work(tmp_path, tag) as at:
        at.server.twist = only_writes(lambda _: [])
        connections = at.server.connections
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.TIMED_OUT, "command.no_answer")
        assert "may have been executed" in words(end)
        await wait(lambda: at.server.connections > connections)
        assert at.server.resets == 1
        assert len(at.writes()) == 1


async def test_that_a_reset_connection_is_made_anew_before_a_slow_poll_is_due(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint(rule_deadline_ms=200, scan="normal")
    async with at_work(tmp_path, tag) as at:
        at.server.twist = only_writes(lambda _: [])
        end = await at.write(tag, 42)
        await at.good(tag, limit_s=0.6)
        assert (end.state, at.reading(tag).good) == (S.TIMED_OUT, True)


async def test_that_an_answer_after_the_deadline_confirms_nothing(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint(rule_deadline_ms=200)
    async with at_work(tmp_path, tag) as at:
        loop = asyncio.get_running_loop()
        sessions = at.server._sessions
        late: list[bool] = []

        def twist(request: Request, frame: bytes) -> list[bytes]:
            if request.function not in WRITES:
                return [frame]
            (session,) = sessions
            loop.call_later(0.4, lambda: late.append(session._transport.write(frame) is None))
            return []

        at.server.twist = twist
        command = ask(tag, 42)
        await at.submit(command)
        end = await at.until(command)
        assert end.state is S.TIMED_OUT
        await wait(lambda: late)
        told = await at.until(command, S.TIMED_OUT, count=2)
        assert (told.reason.code, told.value) == ("command.no_answer_reads", 42)
        assert at.states(command) == [S.SENT, S.TIMED_OUT, S.TIMED_OUT]
        assert len(at.writes()) == 1


async def test_that_a_write_whose_answer_is_lost_with_the_link_is_unknown_and_then_found_executed(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:

        def before(request: Request) -> None:
            at.server.close_next = request.function in WRITES

        at.server.before = before
        command = ask(tag, 42)
        await at.submit(command)
        end = await at.until(command, S.CONFIRMED)
        assert at.states(command) == [S.SENT, S.UNKNOWN, S.CONFIRMED]
        assert (end.reason.code, end.value) == ("command.settled", 42)
        assert at.slate.states(command.id) == [S.REQUESTED, S.SENT, S.UNKNOWN, S.CONFIRMED]
        assert len(at.writes()) == 1
        at.server.before = None
        await at.good(tag)  # the read-back that settles a command comes before the next poll of the tag
        assert (await at.write(tag, 43)).state is S.CONFIRMED


async def test_that_a_write_that_was_lost_with_the_link_is_found_not_executed_and_not_repeated(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:

        def before(request: Request) -> None:
            at.server.close_next = request.function in WRITES
            if request.function in WRITES:
                at.server.refuse = {Function.WRITE_REGISTER: ExceptionCode.DEVICE_FAILURE}

        at.server.before = before
        command = ask(tag, 42)
        await at.submit(command)
        end = await at.until(command, S.FAILED)
        assert at.states(command) == [S.SENT, S.UNKNOWN, S.FAILED]
        assert words(end) == "Not executed: wrote 42, after the connection came back it reads 0."
        assert len(at.writes()) == 1


async def test_that_nothing_else_is_written_to_a_tag_before_an_unknown_command_is_settled(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag, other = setpoint(), setpoint("Other", "hr20")
    async with at_work(tmp_path, tag, other) as at:

        def before(request: Request) -> None:
            at.server.close_next = at.server.close_next or request.function in WRITES

        at.server.before = before
        command = ask(tag, 42)
        await at.submit(command)
        await at.until(command, S.UNKNOWN)
        answer = await at.submit(ask(tag, 43))
        assert answer.reason.code in ("command.unsettled", "command.device_offline")
        await at.until(command, S.CONFIRMED)


async def test_that_a_wrong_echo_is_judged_by_what_is_read_back(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.server.twist = only_writes(lambda frame: [frame[:-1] + bytes((frame[-1] ^ 1,))])
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.CONFIRMED, "command.answered_wrongly")

        # The device has put it somewhere else.
        at.server.twist = only_writes(lambda frame: [frame[:9] + bytes((frame[9] ^ 1,)) + frame[10:]])
        at.server.put = lambda *_, **__: None
        end = await at.write(tag, 43)
        assert (end.state, end.reason.code) == (S.FAILED, "command.answered_wrongly_differs")
        assert "wrote 43, reads 42" in words(end)


@pytest.mark.parametrize(
    ("code", "cause"),
    [(ExceptionCode.ILLEGAL_ADDRESS, "illegal_address"), (ExceptionCode.ILLEGAL_VALUE, "illegal_value"),
     (ExceptionCode.BUSY, "device_busy")],
)  # fmt: skip
async def test_that_a_device_that_refuses_is_said_to_have_refused(tmp_path, code, cause):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.server.refuse[Function.WRITE_REGISTER] = code
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.FAILED, "command.refused")
        assert end.reason.arguments == {"cause_code": f"cause.{cause}"}
        assert at.server.connections == 1


async def test_that_a_device_that_fails_in_the_middle_is_read_back(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.server.refuse[Function.WRITE_REGISTER] = ExceptionCode.DEVICE_FAILURE
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.FAILED, "command.answered_wrongly_differs")


async def test_that_another_value_read_back_is_a_failure_in_numbers(tmp_path):
    tag = setpoint(scale=0.1)
    async with at_work(tmp_path, tag) as at:
        at.server.holding[10] = 410
        await wait(lambda: at.reading(tag).value == 41.0)
        at.server.put = lambda *_, **__: None
        end = await at.write(tag, 50.0)
        assert (end.state, end.value, words(end)) == (S.FAILED, 41.0, "Wrote 50.0, reads 41.0.")


async def test_that_a_value_that_a_gateway_shows_late_is_waited_for(tmp_path):
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        put, loop = at.server.put, asyncio.get_running_loop()
        at.server.put = lambda *arguments: loop.call_later(0.25, put, *arguments)
        end = await at.write(tag, 42)
        assert (end.state, end.value) == (S.CONFIRMED, 42)


async def test_that_a_value_that_the_plc_sets_back_after_300_ms_is_told_as_a_failure(tmp_path):
    tag = setpoint(scale=0.1, rule_watch_ms=1500)
    async with at_work(tmp_path, tag) as at:
        at.server.holding[10] = 410
        await wait(lambda: at.reading(tag).value == 41.0)
        command = ask(tag, 50.0)
        await at.submit(command)
        await at.until(command, S.CONFIRMED)
        await asyncio.sleep(0.3)
        at.server.holding[10] = 410
        end = await at.until(command, S.FAILED)
        assert (end.value, words(end)) == (41.0, "The PLC set it back to 41.0.")
        assert at.slate.states(command.id) == [S.REQUESTED, S.SENT, S.CONFIRMED, S.FAILED]


async def test_that_another_value_than_the_old_one_is_not_called_set_back(tmp_path):
    tag = setpoint(rule_watch_ms=1500)
    async with at_work(tmp_path, tag) as at:
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command, S.CONFIRMED)
        at.server.holding[10] = 7
        assert (await at.until(command, S.FAILED)).reason.code == "command.changed_after"


async def test_that_a_later_command_ends_the_watch_over_the_one_before(tmp_path):
    tag = setpoint(rule_watch_ms=600)
    async with at_work(tmp_path, tag) as at:
        first, second = ask(tag, 50), ask(tag, 60)
        for command in (first, second):
            await at.submit(command)
            await at.until(command)
        await asyncio.sleep(0.8)
        assert at.states(first) == at.states(second) == [S.SENT, S.CONFIRMED]


async def test_that_a_tag_may_be_confirmed_by_another_one(tmp_path):
    tag = setpoint(rule_read_back="PV", rule_tolerance=0.5)
    value = setpoint("PV", "hr20", scale=0.1)
    async with at_work(tmp_path, tag, value) as at:
        command = ask(tag, 50)
        await at.submit(command)
        await at.until(command, S.SENT)
        await asyncio.sleep(0.15)
        assert at.states(command) == [S.SENT]
        at.server.holding[20] = 497
        end = await at.until(command)
        assert (end.state, round(end.value, 6)) == (S.CONFIRMED, 49.7)


async def test_that_another_tag_that_never_follows_is_a_failure_at_the_deadline(tmp_path):
    tag, value = setpoint(rule_read_back="PV", rule_deadline_ms=300), setpoint("PV", "hr20")
    async with at_work(tmp_path, tag, value) as at:
        end = await at.write(tag, 50)
        assert (end.state, words(end)) == (S.FAILED, "Wrote 50, reads 0.")


async def test_that_of_a_pulse_only_the_echo_counts(tmp_path):
    tag = setpoint(address="c10", rule_pulse=True, rule_watch_ms=1000)
    async with at_work(tmp_path, tag) as at:
        served = at.server.serve

        def serve(pdu: bytes) -> tuple[Request, bytes]:
            request, answer = served(pdu)
            if request.function in WRITES:
                at.server.tables[0][10] = 0
            return request, answer

        at.server.serve = serve
        end = await at.write(tag, True)
        assert (end.state, end.value) == (S.CONFIRMED, True)
        await asyncio.sleep(0.3)
        assert [result.state for _, result in at.told] == [S.SENT, S.CONFIRMED]


async def test_that_an_unknown_pulse_stays_unknown(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint(address="c10", rule_pulse=True)
    async with at_work(tmp_path, tag) as at:

        def before(request: Request) -> None:
            at.server.close_next = request.function in WRITES

        at.server.before = before
        command = ask(tag, True)
        await at.submit(command)
        assert (await at.until(command)).reason.code == "command.pulse_unknown"
        await at.good(tag)
        at.server.before = None
        assert at.states(command) == [S.SENT, S.UNKNOWN]
        assert len(at.writes()) == 1


async def test_that_nothing_is_kept_for_a_device_that_comes_back(tmp_path, allow_logs):
    allow_logs("hmi.driver", "trying again")
    tag = setpoint()
    async with at_work(tmp_path, tag) as at:
        at.server.stop()
        await wait(lambda: at.reading(tag).cause in (Cause.DEVICE_RESET, Cause.DEVICE_REFUSED))
        answer = await at.submit(ask(tag, 42))
        assert (answer.state, answer.reason.code) == (S.REJECTED, "command.device_offline")


async def test_that_a_write_that_a_busy_connection_holds_up_never_leaves(tmp_path):
    tag = setpoint(rule_deadline_ms=150)
    async with at_work(tmp_path, tag, options={"request_ms": 2000}) as at:
        at.server.drop = 1
        at.server.arrived.clear()
        await at.server.arrived.wait()
        end = await at.write(tag, 42)
        assert (end.state, end.reason.code) == (S.TIMED_OUT, "command.not_sent_in_time")
        await asyncio.sleep(0.1)
        assert at.writes() == []


async def test_that_two_tags_of_a_device_may_be_written_at_once(tmp_path):
    one, two = setpoint("A", "hr10"), setpoint("B", "hr30")
    async with at_work(tmp_path, one, two) as at:
        first, second = ask(one, 1), ask(two, 2)
        await asyncio.gather(at.submit(first), at.submit(second))
        assert {(await at.until(first)).state, (await at.until(second)).state} == {S.CONFIRMED}
