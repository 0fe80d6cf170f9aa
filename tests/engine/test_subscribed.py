"""An engine that is subscribed to an OPC UA server: changes, silence, evidence, apply, loss and return."""

import asyncio
import itertools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hmi.drivers.contract import Block, Delivery, Item
from hmi.engine.scan.held import Held
from hmi.model.device import Heartbeat, MapSignature
from hmi.model.health import device_path
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.value import TypeCode
from tests.drivers.opcua_fixtures import fresh_server, shared_server  # noqa: F401
from tests.drivers.opcua_server import PUBLISH_ANSWER, Cable, UaServer, cable
from tests.engine.works import Look, device, project, running, tag

WHOLE = DataType.INT64


def ua_device(port: int, name: str = "PLC1", **choices: Any):
    fields = {key: choices.pop(key) for key in ("liveness", "signature", "scan") if key in choices}
    options = {
        "endpoint": f"opc.tcp://127.0.0.1:{port}/tests", "publishing_ms": 20, "sampling_ms": 0, "keep_alive_ms": 200,
        "request_ms": 500, **choices,
    }  # fmt: skip
    return device(name, protocol="opcua", options=json.dumps(options).encode(), **{"scan": "normal", **fields})


def ua_tag(name: str, **fields: Any):
    return tag(name, f"ns=2;s={name}", **fields)


async def test_that_values_texts_and_bad_nodes_come_through_to_the_image_with_the_status_of_the_server(
    tmp_path, server
):
    async with cable(server.port) as between:
        tags = [ua_tag("Level"), ua_tag("Words", type=DataType.STRING), ua_tag("UInt64", type=DataType.UINT64)]
        what = project([ua_device(between.port)], [*tags, ua_tag("Nobody"), ua_tag("Speed", scan="tenth")])
        async with running(what, tmp_path) as engine:
            look = Look(tmp_path, what)
            assert await look.until("Level", Cause.NONE) == 2.5
            assert await look.until("Speed", Cause.NONE) == 7.0
            await look.until("Nobody", Cause.ILLEGAL_ADDRESS)
            assert look.text("Words") == "hello"
            row = engine.table.row_of(number_of_id(tags[2].id))
            assert int(engine.table.writer.columns.raw[row]) == 2**64 - 1
            server.put("Level", 3.5, status=0x40920000)
            await look.until("Level", Cause.REPORTED_UNCERTAIN)
            level = engine.table.row_of(number_of_id(tags[0].id))
            assert (look.value("Level"), int(engine.table.writer.columns.status[level])) == (3.5, 0x40920000)
            server.put("Level", 3.5, status=0x808C0000)
            await look.until("Level", Cause.REPORTED_BAD)
            assert np.isnan(look.value("Level"))
            assert int(engine.table.writer.columns.status[level]) == 0x808C0000


async def test_that_every_change_reaches_the_listeners_also_of_one_message(tmp_path, server):
    async with cable(server.port) as between:
        level = ua_tag("Level")
        what = project([ua_device(between.port, publishing_ms=200)], [level])
        async with running(what, tmp_path) as engine:
            look = Look(tmp_path, what)
            await look.until("Level", Cause.NONE)
            seen: list[float] = []
            columns = engine.table.writer.columns
            row = engine.table.row_of(number_of_id(level.id))
            engine.tick.listeners.append(
                lambda report: seen.append(float(columns.value[row])) if row in report.changed else None
            )
            await asyncio.sleep(0.3)  # what the subscription says at its start is past
            for value in range(10, 20):
                server.put("Level", float(value))
            async with asyncio.timeout(3):
                while seen[-1:] != [19.0]:
                    await asyncio.sleep(0.01)
            assert seen == [float(value) for value in range(10, 20)]


async def _quiet(tmp_path: Path, at: UaServer, between: Cable, seconds: float, names: list[str]) -> int:
    """Watch a quiet plant, in which nothing may be anything but good; gives how often somebody connected."""
    what = project([ua_device(between.port, keep_alive_ms=500)], [ua_tag(name) for name in names])
    async with running(what, tmp_path) as engine:
        look = Look(tmp_path, what)
        for name in names:
            await look.until(name, Cause.NONE)
        sequence, began = engine.table.writer.change_sequence, time.monotonic()
        rows = engine.table.rows_of(tag for each in engine._plant.devices.values() for tag in each.readable)
        while time.monotonic() - began < seconds:
            await asyncio.sleep(0.05)
            assert not engine.table.writer.columns.status[rows].any()
        ages = time.monotonic_ns() - engine.table.writer.columns.mono_ns[rows]
        assert ages.max() < 2e9  # each keep-alive makes them young
        assert engine.table.writer.change_sequence - sequence < 40 * max(1.0, seconds)  # the engine's own health only
        return between.accepted


async def test_that_a_quiet_plant_is_not_stale_and_not_connected_anew(tmp_path, server):
    async with cable(server.port) as between:
        assert await _quiet(tmp_path, server, between, 4.0, [f"N{number:04d}" for number in range(50)]) == 1


@pytest.mark.long
@pytest.mark.timeout(700)
async def test_that_a_thousand_values_quiet_for_ten_minutes_are_not_stale(tmp_path, server):
    async with cable(server.port) as between:
        assert await _quiet(tmp_path, server, between, 600.0, [f"N{number:04d}" for number in range(1000)]) == 1


async def test_that_swallowed_messages_make_all_values_bad_by_the_longest_silence_and_a_second(
    tmp_path, server, expected_logs
):
    expected_logs.expect("hmi.driver", "trying again")
    async with cable(server.port) as between:
        what = project([ua_device(between.port)], [ua_tag("Level"), ua_tag("Speed")])
        async with running(what, tmp_path):
            look = Look(tmp_path, what)
            await look.until("Level", Cause.NONE)
            await asyncio.sleep(0.3)
            between.swallow = lambda kind: kind == PUBLISH_ANSWER
            began = time.monotonic()
            await look.until("Level", Cause.DEVICE_TIMED_OUT)
            assert time.monotonic() - began < 0.2 + 1.1
            assert (look.value("Level"), look.cause("Speed")) == (2.5, Cause.DEVICE_TIMED_OUT)
            between.swallow = lambda kind: False
            await look.until("Speed", Cause.NONE)
            assert between.accepted >= 2


async def test_that_a_cut_makes_all_values_bad_at_once_and_they_come_back(tmp_path, server, expected_logs):
    expected_logs.expect("hmi.driver", "trying again")
    async with cable(server.port) as between:
        what = project([ua_device(between.port)], [ua_tag("Level")])
        async with running(what, tmp_path):
            look = Look(tmp_path, what)
            await look.until("Level", Cause.NONE)
            server.put("Level", 4.0)
            between.drop()
            await look.until("Level", Cause.DEVICE_RESET)
            assert await look.until("Level", Cause.NONE) == 4.0
            server.put("Level", 5.0)
            async with asyncio.timeout(3):
                while look.value("Level") != 5.0:
                    await asyncio.sleep(0.01)


async def test_that_a_stopped_heartbeat_and_another_program_are_seen_behind_a_quiet_subscription(tmp_path, server):
    beats = itertools.count(1)
    moving = True

    async def beat() -> None:
        while True:
            if moving:
                server.put("Beat", next(beats))
            await asyncio.sleep(0.1)

    plc = {
        "liveness": Heartbeat(address="ns=2;s=Beat", within_s=2.5),
        "signature": MapSignature(address="ns=2;s=Program", expected=77),
    }
    async with cable(server.port) as between:
        what = project([ua_device(between.port, **plc)], [ua_tag("Level"), ua_tag("Speed", scan="tenth")])
        beating = asyncio.create_task(beat())
        try:
            async with running(what, tmp_path):
                look = Look(tmp_path, what)
                await look.until("Level", Cause.NONE)
                await look.until("Speed", Cause.NONE)
                server.put("Program", 78)
                await look.until("Speed", Cause.MAP_CHANGED)
                server.put("Speed", 99.0)
                server.put("Program", 77)
                assert await look.until("Speed", Cause.NONE) == 99.0
                await look.until("Level", Cause.NONE)
                moving = False
                await look.until("Level", Cause.HEARTBEAT_STOPPED, 5.0)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)


async def test_that_an_apply_with_other_tags_keeps_the_connection(tmp_path, server):
    async with cable(server.port) as between:
        plc = ua_device(between.port)
        before, after = project([plc], [ua_tag("Level")]), project([plc], [ua_tag("Level"), ua_tag("Speed")])
        async with running(before, tmp_path) as engine:
            look = Look(tmp_path, after)
            await look.until("Level", Cause.NONE)
            await engine.apply(after)
            look = Look(tmp_path, after)
            assert await look.until("Speed", Cause.NONE) == 7.0
            server.put("Level", 8.0)
            async with asyncio.timeout(3):
                while look.value("Level") != 8.0:
                    await asyncio.sleep(0.01)
            assert between.accepted == 1


async def test_that_a_polled_device_is_read_at_its_period(tmp_path, server):
    async with cable(server.port) as between:
        what = project([ua_device(between.port, mode="poll", scan="fast")], [ua_tag("Level")])
        async with running(what, tmp_path):
            look = Look(tmp_path, what)
            await look.until("Level", Cause.NONE)
            server.put("Level", 8.0)
            async with asyncio.timeout(2):
                while look.value("Level") != 8.0:
                    await asyncio.sleep(0.01)
            assert PUBLISH_ANSWER - 3 not in between.seen


async def test_that_the_state_of_a_subscribed_device_is_told(tmp_path, server):
    async with cable(server.port) as between:
        what = project([ua_device(between.port)], [ua_tag("Level")])
        async with running(what, tmp_path):
            look = Look(tmp_path, what, ["Level", device_path("PLC1", "State")])
            await look.until("Level", Cause.NONE)
            assert look.value(device_path("PLC1", "State")) == 3


def test_that_several_changes_of_one_item_become_blocks_one_after_the_other_and_older_news_is_dropped():
    items = tuple(Item(at, None, TypeCode.INT64) for at in range(2))
    held = Held([items, items])

    def delivery(index: list[int], raw: list[int], source: int, *, complete: bool = False) -> Delivery:
        count = len(index)
        block = Block(
            np.array(index, np.int32), np.array(raw, np.uint64), np.zeros(count, np.uint32), np.zeros(count, np.uint16),
            np.full(count, source, np.int64), np.zeros(count, np.int64), np.zeros(count, np.int64),
        )  # fmt: skip
        return Delivery(block, 1, 2, complete=complete)

    def steps(what: Delivery) -> list[list[int]]:
        return [[*held.block(0, what).raw.tolist(), *held.block(1, what).raw.tolist()] for _ in held.take(what)]

    assert held.block(1, delivery([], [], 0)).cause.tolist() == [Cause.NEVER_READ] * 2
    assert steps(delivery([0, 1, 2, 3], [1, 2, 3, 4], 50, complete=True)) == [[1, 2, 3, 4]]
    assert steps(delivery([0, 3, 0, 0], [10, 40, 11, 12], 60)) == [[10, 2, 3, 40], [11, 2, 3, 40], [12, 2, 3, 40]]
    assert steps(delivery([1], [20], 40)) == [[12, 2, 3, 40]]  # was under way while everything was read anew
    assert steps(delivery([0], [13], 40)) == [[13, 2, 3, 40]]  # told by the device in this order
    assert steps(Delivery(None, 1, 2)) == [[13, 2, 3, 40]]
