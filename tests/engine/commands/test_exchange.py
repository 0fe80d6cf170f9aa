"""Single writes over the connection that polls: what the scan offers to the commands."""

import asyncio
import time

import pytest

from hmi.drivers.contract import Statistics, WriteResult, WriteState
from hmi.engine.evidence import Watched
from hmi.engine.plant import build_plant
from hmi.engine.scan import exchange
from hmi.engine.scan.exchange import Exchange
from hmi.model.clock import SystemClock
from hmi.model.devices import PROTOCOLS
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.engine.works import device, project, tag

NOTHING = Watched((), -1, -1)


class Deaf:
    """A driver that lets deadlines pass."""

    def __init__(self) -> None:
        self.closed = 0

    async def write(self, items, deadline_mono_ns):
        await asyncio.sleep(10)

    async def close(self):
        self.closed += 1

    def statistics(self):
        return Statistics()


class Lost(Deaf):
    """A driver whose link is gone."""

    async def write(self, items, deadline_mono_ns):
        raise LinkLost(Cause.DEVICE_RESET)


def plant_tag():
    plant = build_plant(project([device("PLC1", bench="x")], [tag("SP", "cell:sp", writable=True)]), PROTOCOLS)
    return next(one for one in plant.tags if one.tag.path == "SP")


def made(looks: list[int]) -> Exchange:
    return Exchange("PLC1", SystemClock(), lambda: NOTHING, lambda *_: True, lambda: looks.append(1))


async def test_that_without_a_connection_a_write_is_refused_at_once():
    way, began = made([]), time.monotonic()
    with pytest.raises(LinkLost):
        await way.write(plant_tag(), 1, time.monotonic_ns() + 10**9)
    with pytest.raises(LinkLost):
        await way.read_back([plant_tag()], time.monotonic_ns() + 10**9)
    with way.over(Lost()):
        way.end()
        with pytest.raises(LinkLost):
            await way.write(plant_tag(), 1, time.monotonic_ns() + 10**9)
    assert time.monotonic() - began < 0.9, "nobody waits for the deadline"


async def test_that_a_driver_that_lets_a_deadline_pass_is_closed_and_the_write_unknown(monkeypatch, expected_logs):
    expected_logs.expect("hmi.command", "let the deadline of a write pass")
    monkeypatch.setattr(exchange, "GRACE_S", 0.05)
    looks: list[int] = []
    way, driver = made(looks), Deaf()
    with way.over(driver):
        result = await way.write(plant_tag(), 1, time.monotonic_ns() + 10_000_000)
    assert result == WriteResult(0, WriteState.UNKNOWN, Cause.DEVICE_TIMED_OUT)
    assert (driver.closed, looks) == (1, [1])


async def test_that_a_lost_link_is_looked_at_at_once():
    looks: list[int] = []
    way = made(looks)
    with way.over(Lost()), pytest.raises(LinkLost):
        await way.write(plant_tag(), 1, time.monotonic_ns() + 10**9)
    assert looks == [1]


async def test_that_an_older_connection_does_not_take_away_the_present_one():
    way, first, second = made([]), Lost(), Lost()
    older = way.over(first)
    older.__enter__()
    with way.over(second):
        older.__exit__(None, None, None)
        assert way._driver is second
    assert way._driver is None
    with pytest.raises(LinkLost):
        await way.write(plant_tag(), 1, time.monotonic_ns() + 10**9)
