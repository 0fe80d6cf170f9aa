"""Addresses that the device does not have (MB-08) and values that span several registers (MB-05)."""

import struct
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmi.drivers.modbus.driver import PROBES_PER_READ
from hmi.drivers.modbus.pdu import ExceptionCode
from hmi.model.quality import Cause
from tests.drivers.modbus_server import ModbusServer
from tests.drivers.rig import items_of, rig
from tests.guards.async_tests import run_coroutine


class HandClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.now_ns = 10**12

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_that_one_missing_register_does_not_harm_its_neighbours():
    async with rig() as at:
        at.server.holding[0:20] = range(20)
        at.server.holes = {(4, 7)}
        addresses = [f"hr{number}" for number in range(20)]
        expected = [Cause.ILLEGAL_ADDRESS if number == 7 else number for number in range(20)]
        assert await at.read(*addresses) == expected
        at.requests()
        assert await at.read(*addresses) == expected
        assert at.requests() == [(3, 0, 7), (3, 8, 12)]


async def test_that_a_missing_register_that_nobody_asked_for_only_parts_the_request():
    async with rig() as at:
        at.server.holes = {(4, 3)}
        assert await at.read("hr0", "hr1", "hr5", "hr6") == [0, 0, 0, 0]
        at.requests()
        assert await at.read("hr0", "hr1", "hr5", "hr6") == [0, 0, 0, 0]
        assert at.requests() == [(3, 0, 2), (3, 5, 2)]


async def test_that_the_end_of_the_devices_map_is_found():
    async with rig() as at:
        at.server.holes = {(4, place) for place in range(30, 200)}
        values = await at.read(*(f"hr{number}" for number in range(60)))
        assert values[:30] == [0] * 30
        for _ in range(3):
            values = await at.read(*(f"hr{number}" for number in range(60)))
        assert values == [0] * 30 + [Cause.ILLEGAL_ADDRESS] * 30


async def test_that_the_search_never_adds_more_requests_than_its_bound():
    async with rig() as at:
        at.server.holes = {(4, place) for place in range(0, 250, 2)}
        addresses = [f"hr{number}" for number in range(250)]
        plan_requests = 2
        readings = 0
        while (values := await at.read(*addresses)).count(0) < 125:
            readings += 1
            assert readings < 20
            assert len(at.requests()) <= PROBES_PER_READ + 2 * 125 + plan_requests
        assert values[1::2] == [0] * 125
        assert set(values[0::2]) == {Cause.ILLEGAL_ADDRESS}
        at.requests()
        await at.read(*addresses)
        assert len(at.requests()) == 125


async def test_that_a_device_with_a_smaller_limit_than_it_should_is_read_in_smaller_blocks():
    server = ModbusServer(most_registers=32, most_code=ExceptionCode.ILLEGAL_VALUE)
    async with rig(server) as at:
        server.holding[0:200] = range(200)
        addresses = [f"hr{number}" for number in range(200)]
        for _ in range(6):
            values = await at.read(*addresses)
        assert values == list(range(200))


async def test_that_a_refused_address_is_tried_again_slowly_and_comes_back(clock):
    async with rig(clock=clock, retest_s=60) as at:
        at.server.holes = {(4, 7)}
        addresses = [f"hr{number}" for number in range(10)]
        await at.read(*addresses)
        at.requests()
        trials = []
        for second in range(1, 300):
            clock.now_ns += 10**9
            assert (await at.read(*addresses))[7] is Cause.ILLEGAL_ADDRESS
            trials += [second] * at.requests().count((3, 7, 1))
        assert trials == [5, 15, 35, 75, 135, 195, 255]
        at.server.holes.clear()
        clock.now_ns += 10 * 10**9
        assert (await at.read(*addresses))[7] is Cause.ILLEGAL_ADDRESS
        clock.now_ns += 10 * 10**9
        assert await at.read(*addresses) == [0] * 10
        assert at.requests()[-1] == (3, 0, 10)


async def test_that_a_refused_address_by_which_the_device_is_judged_is_back_within_a_second_or_so(clock):
    """Refused for forty seconds, while a program is loaded: all tags of the device wait for it."""
    async with rig(clock=clock, retest_s=60) as at:
        at.server.holes = {(4, 100)}
        (signature,) = items_of("hr100")
        plan = at.driver.plan([replace(signature, evidence=True)])
        trials = []
        for second in range(1, 41):
            clock.now_ns += 10**9
            assert (await at.driver.read(plan)).cause.tolist() == [Cause.ILLEGAL_ADDRESS]
            trials += [second] * bool(at.requests())
        assert trials == list(range(1, 41))
        at.server.holes.clear()
        clock.now_ns += 10**9
        assert (await at.driver.read(plan)).cause.tolist() == [Cause.NONE]


async def test_that_a_whole_map_that_was_away_is_back_with_the_first_address_that_answers(clock):
    async with rig(clock=clock) as at:
        at.server.holes = {(4, place) for place in range(300)}
        addresses = [f"hr{number}" for number in range(300)]
        for _ in range(25):
            assert set(await at.read(*addresses)) == {Cause.ILLEGAL_ADDRESS}
        at.server.holes.clear()
        clock.now_ns += 5 * 10**9
        assert await at.read(*addresses) == [0] * 300
        at.requests()
        await at.read(*addresses)
        assert at.requests() == [(3, 0, 125), (3, 125, 125), (3, 250, 50)]


async def test_that_a_reading_that_fails_in_the_middle_of_the_search_goes_on_with_it():
    async with rig() as at:
        at.server.holes = {(4, 7), (4, 3)}
        addresses = [f"hr{number}" for number in range(10)]
        at.server.before = lambda _: setattr(at.server, "drop", 1 if len(at.server.log) == 2 else at.server.drop)
        await at.read(*addresses)
        for _ in range(2):
            values = await at.read(*addresses)
        assert [number for number, value in enumerate(values) if value != 0] == [3, 7]


async def test_that_what_is_refused_for_one_plan_is_known_to_the_other():
    async with rig() as at:
        at.server.holes = {(4, 7)}
        assert await at.read("hr7") == [Cause.ILLEGAL_ADDRESS]
        at.requests()
        assert await at.read("hr6", "hr7", "hr8") == [0, Cause.ILLEGAL_ADDRESS, 0]
        assert at.requests() == [(3, 6, 1), (3, 8, 1)]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sets(st.integers(0, 39), max_size=12),
    st.lists(st.tuples(st.integers(0, 36), st.sampled_from(["", ":int32", ":float64"])), min_size=1, max_size=25),
)
def test_that_with_any_holes_exactly_the_values_without_one_are_good(holes, wanted):
    widths = {"": 1, ":int32": 2, ":float64": 4}
    addresses = [f"hr{place}{suffix}" for place, suffix in wanted]
    expected = [
        Cause.ILLEGAL_ADDRESS if holes & set(range(place, place + widths[suffix])) else 0 for place, suffix in wanted
    ]

    async def work() -> None:
        async with rig() as at:
            at.server.holes = {(4, place) for place in holes}
            for _ in range(4):
                values = await at.read(*addresses)
            assert values == expected

    run_coroutine(work())


async def test_that_bits_are_isolated_as_registers_are():
    async with rig() as at:
        at.server.holes = {(0, 9), (1, 3)}
        at.server.tables[0][8] = at.server.tables[1][4] = 1
        values = await at.read("c8", "c9", "c10", "di2", "di3", "di4")
        assert values == [True, Cause.ILLEGAL_ADDRESS, False, False, Cause.ILLEGAL_ADDRESS, True]


async def test_that_a_value_of_several_registers_is_never_torn():
    """The server changes every value before each request; a value put together from two requests would show."""
    async with rig(max_registers=7, gap_registers=3) as at:
        state = {"tick": 0}

        def advance(_: object) -> None:
            state["tick"] += 1
            for place in range(0, 60, 2):
                at.server.put(place, struct.pack(">HH", state["tick"], state["tick"]))
            at.server.put(70, struct.pack(">HHHH", *[state["tick"]] * 4))

        at.server.before = advance
        for _ in range(20):
            values = await at.read(
                *(f"hr{place}:uint32" for place in range(0, 60, 2)), "hr70:uint64", "hr1", "hr3:uint32"
            )
            for value in values[:31]:
                words = {value >> shift & 0xFFFF for shift in (range(0, 64, 16) if value >> 32 else (0, 16))}
                assert len(words) == 1


async def test_that_the_requests_keep_the_limits_of_the_device():
    async with rig(max_registers=16, max_bits=24, gap_registers=2, gap_bits=4) as at:
        await at.read(*(f"hr{place}" for place in range(0, 100, 3)), *(f"c{place}" for place in range(0, 100, 5)))
        for function, _, count in at.requests():
            assert count <= (24 if function == 1 else 16)


async def test_that_the_last_register_is_reached():
    async with rig() as at:
        at.server.holding[65531] = 9
        at.server.put(65532, struct.pack(">d", 2.5))
        at.server.tables[0][65535] = 1
        assert await at.read("hr65532:float64", "465532", "c65535") == [2.5, 9, True]
