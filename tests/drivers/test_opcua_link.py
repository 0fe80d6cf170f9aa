"""Subscriptions and sessions against a server whose cable loses, swallows, garbles and cuts."""

import asyncio
import contextlib
import struct
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from hmi.drivers.contract import Block, Delivery, Item, Sink, WriteItem, WriteState
from hmi.drivers.opcua import create
from hmi.drivers.opcua.driver import OpcUaDriver
from hmi.drivers.opcua.messages import Service
from hmi.drivers.opcua.subscription import GRACE_S
from hmi.model.clock import SystemClock
from hmi.model.devices.opcua import OpcUaOptions, parse_address
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from hmi.model.tag import TYPE_CODES, DataType
from hmi.model.value import value_of
from tests.drivers.conformance import shown, soon
from tests.drivers.opcua_fixtures import fresh_server, shared_server  # noqa: F401
from tests.drivers.opcua_server import PUBLISH_ANSWER, Cable, UaServer, cable

QUICK = {"publishing_ms": 20, "sampling_ms": 0, "keep_alive_ms": 200, "request_ms": 500}


def items_of(*names: str, kind: DataType = DataType.FLOAT64) -> list[Item]:
    options = OpcUaOptions(endpoint="opc.tcp://127.0.0.1/x")
    return [
        Item(at, parse_address(f"ns=2;s={name}", kind, options), TYPE_CODES[kind], (), 256)
        for at, name in enumerate(names)
    ]


@dataclass
class Rig:
    server: UaServer
    cable: Cable
    driver: OpcUaDriver


@contextlib.asynccontextmanager
async def rig(at: UaServer, secrets: Any = None, **options: Any) -> AsyncIterator[Rig]:
    async with cable(at.port) as between:
        chosen = OpcUaOptions(endpoint=f"opc.tcp://127.0.0.1:{between.port}/tests", **{**QUICK, **options})
        driver = create(chosen, SystemClock(), secrets)
        try:
            await driver.open()
            yield Rig(at, between, driver)
        finally:
            between.frozen = False
            await driver.close()


@dataclass
class Told:
    """What a subscription has told."""

    sink: Sink
    items: list[Item]
    work: "asyncio.Task[None]"

    async def next(self, limit_s: float = 3.0) -> Delivery:
        taking = asyncio.create_task(self.sink.take())
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.wait({taking, self.work}, return_when=asyncio.FIRST_COMPLETED)
                if not taking.done():
                    self.work.result()
                return taking.result()
        finally:
            taking.cancel()

    async def values(self, count: int) -> list[Any]:
        """The next so many changes, in their order."""
        found: list[Any] = []
        while len(found) < count:
            delivery = await self.next()
            if delivery.block is not None and not delivery.complete:
                found += changes(delivery.block, self.items)
        return found


def changes(block: Block, items: list[Item]) -> list[Any]:
    codes = {item.index: item.type_code for item in items}
    return [
        (index, Cause(cause) if cause else block.texts.get(index, value_of(raw, codes[index])))
        for index, raw, cause in zip(block.index.tolist(), block.raw.tolist(), block.cause.tolist(), strict=True)
    ]


@contextlib.asynccontextmanager
async def subscribed(at: Rig, items: list[Item], most: int = 16) -> AsyncIterator[Told]:
    sink = Sink(most)
    work = asyncio.create_task(at.driver.subscribe(at.driver.plan(items), sink), name="subscription under test")
    try:
        yield Told(sink, items, work)
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_that_every_change_between_two_messages_comes_in_its_order(server):
    async with rig(server, publishing_ms=200) as at, subscribed(at, items_of("Level")) as told:
        assert await told.values(1) == [(0, 2.5)]
        for value in (3.0, 4.0, 5.0):
            server.put("Level", value)
        assert await told.values(3) == [(0, 3.0), (0, 4.0), (0, 5.0)]


async def test_that_a_quiet_server_is_heard_by_its_keep_alives(server):
    async with rig(server) as at, subscribed(at, items_of("Level")) as told:
        await told.values(1)
        for _ in range(3):
            assert (await told.next()).block is None
        assert told.sink.silence_s == pytest.approx(0.2 + GRACE_S)


async def test_that_one_bad_node_leaves_the_rest_at_work_and_is_tried_again(server):
    async with rig(server, retest_s=1) as at, subscribed(at, items_of("Level", "Later", "Speed")) as told:
        assert sorted(await told.values(3)) == [(0, 2.5), (1, Cause.ILLEGAL_ADDRESS), (2, 7.0)]
        server.put("Speed", 8.0)
        assert await told.values(1) == [(2, 8.0)]
        server.call(server.server.nodes.objects.add_variable(ua.NodeId("Later", 2), "Later", 9.0))
        while (found := await told.values(1)) == [(1, Cause.ILLEGAL_ADDRESS)]:
            pass
        assert found == [(1, 9.0)]


@pytest.mark.parametrize("limit", [0, 1, 7, 1000])
async def test_that_the_limits_of_the_server_are_kept_by_batches(server, limit):
    server.limit(11705, limit)
    server.limit(11714, limit)
    items = items_of(*(f"N{number:04d}" for number in range(20)))
    async with rig(server) as at:
        at.cable.seen.clear()
        found = shown(await at.driver.read(at.driver.plan(items)), items)
        assert list(found.values()) == [float(number) for number in range(20)]
        requests = {0: 1, 1: 20, 7: 3, 1000: 1}[limit]
        assert at.cable.seen[Service.READ] == requests
        async with subscribed(at, items) as told:
            assert sorted(await told.values(20)) == [(number, float(number)) for number in range(20)]
            assert at.cable.seen[Service.CREATE_ITEMS] == requests


async def test_that_a_limit_of_our_own_is_kept_as_well(server):
    async with rig(server, max_nodes=6) as at:
        at.cable.seen.clear()
        await at.driver.read(at.driver.plan(items_of(*(f"N{number:04d}" for number in range(20)))))
        assert at.cable.seen[Service.READ] == 4


async def test_that_swallowed_publish_answers_end_the_link_a_second_after_the_longest_silence(server):
    async with rig(server) as at, subscribed(at, items_of("Level")) as told:
        await told.values(1)
        at.cable.swallow = lambda kind: kind == PUBLISH_ANSWER
        began = time.monotonic()
        at.cable.swallowed = 0
        with pytest.raises(LinkLost) as caught:
            while True:
                await told.next()
        assert caught.value.cause is Cause.DEVICE_TIMED_OUT
        assert at.cable.swallowed
        assert 0.5 < time.monotonic() - began < 0.2 + 1.0
        assert at.cable.connected == 1  # nothing but the messages was missing


async def test_that_a_lost_message_is_had_again_or_everything_is_read_anew(server, allow_logs):
    allow_logs("hmi.driver.opcua", "messages were lost")
    async with rig(server) as at, subscribed(at, items_of("Level", "Speed")) as told:
        await told.values(2)
        swallowed: list[int] = []

        def one(kind: int) -> bool:
            if kind == PUBLISH_ANSWER and not swallowed:
                swallowed.append(kind)
                return True
            return False

        await told.next()
        at.cable.swallow = one
        server.put("Level", 11.0)
        async with asyncio.timeout(3):
            while not swallowed:
                await asyncio.sleep(0.005)
        server.put("Speed", 12.0)
        seen: dict[int, Any] = {}
        while seen != {0: 11.0, 1: 12.0}:
            delivery = await told.next()
            if delivery.block is not None:
                seen.update(changes(delivery.block, told.items))
        assert swallowed == [PUBLISH_ANSWER]


async def test_that_a_subscription_that_the_server_ends_ends_the_link(server):
    async with rig(server) as at, subscribed(at, items_of("Level")) as told:
        await told.values(1)
        at.cable.edit = lambda kind, chunk: (
            chunk
            if kind != PUBLISH_ANSWER
            else instead(chunk, message(chunk, ua.StatusChangeNotification(ua.StatusCode(0x800A0000))))
        )
        with pytest.raises(LinkLost) as caught:
            while True:
                await told.next()
        assert caught.value.cause is Cause.SUBSCRIPTION_ENDED


@pytest.mark.parametrize("garbage", [b"", b"\x01", b"\xff" * 40])
async def test_that_a_garbled_message_ends_the_link_and_nothing_else(server, garbage):
    async with rig(server) as at, subscribed(at, items_of("Level")) as told:
        await told.values(1)
        at.cable.edit = lambda kind, chunk: chunk if kind != PUBLISH_ANSWER else instead(chunk, chunk[24:50] + garbage)
        with pytest.raises(LinkLost) as caught:
            while True:
                await told.next()
        # Garbage may name another subscription: then it is no sign of life.
        assert caught.value.cause in (Cause.MALFORMED_ANSWER, Cause.DEVICE_TIMED_OUT)


async def test_that_fewer_publish_requests_are_kept_when_the_server_wants_it_so(server):
    refused: list[int] = []

    def refuse(kind: int, chunk: bytes) -> bytes:
        if kind != PUBLISH_ANSWER or len(refused) > 1:
            return chunk
        refused.append(kind)
        fault = ua.ServiceFault()
        fault.ResponseHeader.ServiceResult = ua.StatusCode(0x80780000)
        return instead(chunk, struct_to_binary(fault))

    async with rig(server) as at:
        at.cable.edit = refuse
        async with subscribed(at, items_of("Level")) as told:
            for _ in range(4):
                await told.next()
            assert at.driver._subscription is not None
            assert at.driver._subscription._depth == 1


async def test_that_lost_changes_are_counted_and_said(server, expected_logs):
    expected_logs.expect("hmi.driver.opcua", "overflowed")
    async with rig(server) as at, subscribed(at, items_of("Level")) as told:
        await told.values(1)
        server.put("Level", 3.0, status=0x0480)
        assert await told.values(1) == [(0, 3.0)]
        assert at.driver.statistics().lost_changes == 1


async def test_that_another_interval_than_wanted_is_used_and_said(server, expected_logs):
    expected_logs.expect("hmi.driver.opcua", "every 60 ms and not every 20")

    def slower(kind: int, chunk: bytes) -> bytes:
        return chunk[:-16] + struct.pack("<dII", 60.0, 3000, 10) if kind == Service.CREATE_SUBSCRIPTION + 3 else chunk

    async with rig(server) as at:
        at.cable.edit = slower
        async with subscribed(at, items_of("Level")) as told:
            await told.values(1)
            assert told.sink.silence_s == pytest.approx(0.6 + GRACE_S)


async def test_that_a_new_subscription_takes_the_place_of_the_one_before(server):
    async with rig(server) as at:
        async with subscribed(at, items_of("Level")) as told:
            await told.values(1)
        async with subscribed(at, items_of("Speed")) as told:
            assert await told.values(1) == [(0, 7.0)]
            server.put("Speed", 8.0)
            assert await told.values(1) == [(0, 8.0)]
        assert at.cable.seen[Service.DELETE_SUBSCRIPTIONS] == 1


async def test_that_a_full_sink_holds_up_the_server_and_loses_nothing(server):
    async with rig(server, queue_size=100) as at, subscribed(at, items_of("Level"), most=1) as told:
        await told.values(1)
        for value in range(30):
            server.put("Level", 100.0 + value)
            await asyncio.sleep(0.01)
        assert await told.values(30) == [(0, 100.0 + value) for value in range(30)]


async def test_that_a_write_without_an_answer_resets_its_connection_at_the_deadline(server):
    async with rig(server) as at:
        (cell,) = items_of("Cell", kind=DataType.INT32)
        (result,) = await at.driver.write([WriteItem(cell, 1)], soon())
        assert result.state is WriteState.DONE
        at.cable.frozen = True
        (result,) = await at.driver.write([WriteItem(cell, 2)], soon(0.2))
        assert (result.state, result.cause) == (WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT)
        with pytest.raises(LinkLost):
            await at.driver.read(at.driver.plan([cell]))
        at.cable.frozen = False
        async with asyncio.timeout(2):
            while not at.cable.resets:  # what our kernel still held is thrown away with it
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "value", "there"),
    [("Byte", 7, 7), ("Int64", -(2**62), -(2**62)), ("UInt64", 2**63, 2**63), ("Float", 0.1, 0.10000000149011612),
     ("String", "你好", "你好"), ("Bool", False, False), ("Double", 3, 3.0), ("Int16", 7.6, 8)],
)  # fmt: skip
async def test_that_a_written_value_takes_the_type_of_its_node(server, name, value, there):
    kind = {"String": DataType.STRING, "Bool": DataType.BOOL, "UInt64": DataType.UINT64}.get(name, DataType.FLOAT64)
    async with rig(server) as at:
        (result,) = await at.driver.write([WriteItem(items_of(name, kind=kind)[0], value)], soon())
        assert result.state is WriteState.DONE
        assert server.value(name) == there


async def test_that_a_late_answer_is_counted_and_taken_for_no_other(server):
    async with rig(server, request_ms=150) as at:
        items = items_of("Level")
        plan = at.driver.plan(items)
        at.cable.frozen = True
        assert shown(await at.driver.read(plan), items) == {0: Cause.DEVICE_TIMED_OUT}
        at.cable.frozen = False
        server.put("Level", 9.0)
        assert shown(await at.driver.read(plan), items) == {0: 9.0}
        assert at.driver.statistics().late_answers == 1


async def test_that_a_second_silent_request_ends_the_link(server):
    async with rig(server, request_ms=100) as at:
        plan = at.driver.plan(items_of("Level"))
        at.cable.frozen = True
        await at.driver.read(plan)
        with pytest.raises(LinkLost) as caught:
            await at.driver.read(plan)
        assert caught.value.cause is Cause.DEVICE_TIMED_OUT


SIGN_IN = {"user": "hmi", "secret": "line"}


@pytest.mark.parametrize(
    ("options", "password", "cause"),
    [
        ({**SIGN_IN}, "secret", Cause.PASSWORD_IN_CLEAR),
        ({**SIGN_IN}, None, Cause.SECRET_MISSING),
        ({"user": "hmi"}, "secret", Cause.SECRET_MISSING),
        ({**SIGN_IN, "allow_clear_password": True}, "wrong", Cause.ACCESS_DENIED),
    ],
)
async def test_that_a_refused_sign_in_says_why(server, options, password, cause):
    with pytest.raises(LinkLost) as caught:
        async with rig(server, lambda name: password, **options):
            pass
    assert caught.value.cause is cause


async def test_that_user_and_password_are_taken_when_an_unprotected_password_was_allowed(server):
    asked: list[str] = []

    def secrets(name: str) -> str:
        asked.append(name)
        return "secret"

    async with rig(server, secrets, **SIGN_IN, allow_clear_password=True) as at:
        assert shown(await at.driver.read(at.driver.plan(items_of("Level"))), items_of("Level")) == {0: 2.5}
    assert asked == ["line"]


async def test_that_the_channel_is_renewed_while_values_come(server):
    async with rig(server) as at:
        plan = at.driver.plan(items_of("Level"))
        for _ in range(3):
            await at.driver._wire.renew()
            assert shown(await at.driver.read(plan), items_of("Level")) == {0: 2.5}


def message(chunk: bytes, part: Any) -> bytes:
    """The body of a publish answer with one part."""
    answer = ua.PublishResponse()
    answer.Parameters.SubscriptionId = subscription_of(chunk)
    answer.Parameters.NotificationMessage.SequenceNumber = 1
    answer.Parameters.NotificationMessage.NotificationData = [part]
    return struct_to_binary(answer)


def subscription_of(chunk: bytes) -> int:
    return int(struct.unpack_from("<I", chunk, 24 + 4 + 8 + 4 + 4 + 1 + 4 + 3)[0])


def instead(chunk: bytes, body: bytes) -> bytes:
    """A chunk with another body."""
    return chunk[:4] + struct.pack("<I", 24 + len(body)) + chunk[8:24] + body
