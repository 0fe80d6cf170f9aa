"""The supervisor: back-off, a new driver for every attempt, states in words, one log line a fault."""

import asyncio
import contextlib
import itertools
import random

import pytest

from hmi.drivers.contract import Statistics
from hmi.engine.supervise import Backoff, Limits, Line
from hmi.model.device import DeviceState
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause
from tests.image.hand import HandClock


class EvenChance(random.Random):
    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


class Device:
    """Drivers made for one device, and what shall happen to each."""

    def __init__(self, *fates) -> None:
        self.fates = list(fates)
        self.made: list[TestDriver] = []

    def __call__(self) -> "TestDriver":
        driver = TestDriver(self.fates[min(len(self.made), len(self.fates) - 1)])
        self.made.append(driver)
        return driver


class TestDriver:
    __test__ = False

    def __init__(self, fate) -> None:
        self.fate = fate
        self.opened = self.closed = 0

    async def open(self) -> None:
        if isinstance(self.fate, Cause):
            raise LinkLost(self.fate)
        if self.fate == "broken":
            raise RuntimeError("a fault of the driver")
        if self.fate == "hangs":
            await asyncio.Event().wait()
        self.opened += 1

    async def close(self) -> None:
        self.closed += 1
        if self.fate == "hangs in close":
            await asyncio.Event().wait()

    def statistics(self) -> Statistics:
        return Statistics()


class Bed:
    """A line with an injected clock whose pauses take no time; ends after so many of them."""

    def __init__(self, device: Device, pauses: int, session=None, limits: Limits | None = None, silent=None) -> None:
        self.clock = HandClock()
        self.causes: list[Cause] = []
        self.pauses: list[float] = []
        self.states: list[DeviceState] = []
        self._left = pauses
        self._done = asyncio.Event()
        self.line = Line(
            "PLC1",
            device,
            session or self.never,
            self.causes.append,
            self.clock,
            limits=limits,
            silent_after_s=silent,
            chance=EvenChance(),
            sleep=self._sleep,
        )

    async def never(self, driver, answered) -> None:
        raise LinkLost(Cause.DEVICE_OFFLINE)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.states.append(self.line.state)
        self.clock.advance(seconds)
        self._left -= 1
        if self._left <= 0:
            self._done.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)

    async def run(self) -> None:
        task = asyncio.create_task(self.line.run())
        done = asyncio.create_task(self._done.wait())
        await asyncio.wait({task, done}, return_when=asyncio.FIRST_COMPLETED)
        for each in (task, done):
            each.cancel()
        await asyncio.wait({task, done})


def test_that_the_waiting_doubles_to_a_second_and_then_grows_slowly_to_five():
    backoff = Backoff(EvenChance())
    waits = [round(backoff.next_s(), 3) for _ in range(16)]
    assert waits[:5] == [0.1, 0.2, 0.4, 0.8, 1.0]
    assert all(1.0 < later / before <= 1.201 for before, later in itertools.pairwise(waits[4:13]))
    assert waits[-1] == 5.0
    backoff.reset()
    assert backoff.next_s() == pytest.approx(0.1)


def test_that_two_devices_do_not_come_back_in_one_moment():
    one, other = Backoff(random.Random(1)), Backoff(random.Random(2))
    waits = [(one.next_s(), other.next_s()) for _ in range(12)]
    assert all(first != second for first, second in waits)
    assert all(0.07 < wait < 6.3 for pair in waits for wait in pair)


async def test_that_every_attempt_has_a_new_driver_which_is_closed(expected_logs):
    expected_logs.expect("hmi.driver", "DEVICE_REFUSED; trying again")
    device = Device(Cause.DEVICE_REFUSED)
    bed = Bed(device, 6)
    await bed.run()
    assert len(device.made) == 6
    assert [driver.closed for driver in device.made] == [1] * 6
    assert bed.causes == [Cause.DEVICE_REFUSED] * 6
    assert bed.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.2])


async def test_that_a_fault_is_logged_once_and_the_return_with_its_count(expected_logs, caplog):
    caplog.set_level("INFO", "hmi.driver")
    expected_logs.allow("hmi.driver", "trying again")

    async def answers_once(driver, answered):
        answered()
        raise LinkLost(Cause.DEVICE_RESET)

    device = Device(Cause.HOST_UNKNOWN, Cause.HOST_UNKNOWN, Cause.HOST_UNKNOWN, "good", Cause.HOST_UNKNOWN)
    bed = Bed(device, 6, answers_once)
    await bed.run()
    assert [record.getMessage() for record in caplog.records] == [
        "device PLC1: HOST_UNKNOWN; trying again until it answers",
        "device PLC1: back after 3 failed attempts",
        "device PLC1: DEVICE_RESET; trying again until it answers",
    ]


async def test_that_only_a_connection_that_held_resets_the_waiting(expected_logs):
    expected_logs.allow("hmi.driver", "trying again")

    async def short(driver, answered):
        answered()
        raise LinkLost(Cause.DEVICE_RESET)

    bed = Bed(Device("good"), 4, short)
    await bed.run()
    assert bed.pauses == pytest.approx([0.1, 0.2, 0.4, 0.8])

    async def long(driver, answered):
        answered()
        steady.clock.advance(6)
        raise LinkLost(Cause.DEVICE_RESET)

    steady = Bed(Device("good"), 4, long)
    await steady.run()
    assert steady.pauses == pytest.approx([0.1] * 4)


async def test_that_an_open_that_hangs_is_ended_and_its_driver_closed(expected_logs):
    expected_logs.expect("hmi.driver", "DEVICE_TIMED_OUT")
    device = Device("hangs")
    bed = Bed(device, 2, limits=Limits(open_s=0.02))
    await bed.run()
    assert bed.causes == [Cause.DEVICE_TIMED_OUT] * 2
    assert device.made[0].closed == 1


async def test_that_a_link_without_data_is_ended_by_the_age_of_the_data(expected_logs):
    expected_logs.expect("hmi.driver", "DEVICE_TIMED_OUT")

    async def silent(driver, answered):
        answered()
        bed.clock.advance(16)
        await asyncio.Event().wait()

    device = Device("good")
    bed = Bed(device, 1, silent, limits=Limits(look_s=0.01))
    await bed.run()
    assert bed.causes == [Cause.DEVICE_TIMED_OUT]
    assert device.made[0].closed == 1


async def test_that_a_device_of_which_nothing_is_asked_stays_connected():
    async def silent(driver, answered):
        await asyncio.Event().wait()

    bed = Bed(Device("good"), 1, silent, limits=Limits(look_s=0.01), silent=lambda: None)
    task = asyncio.create_task(bed.line.run())
    async with asyncio.timeout(2):
        while bed.line.state is not DeviceState.ONLINE:
            await asyncio.sleep(0.005)
    bed.clock.advance(100)
    await asyncio.sleep(0.05)
    assert bed.causes == []
    task.cancel()
    await asyncio.wait({task})


async def test_that_a_driver_with_a_fault_of_its_own_is_tried_again_like_a_broken_link(expected_logs):
    expected_logs.expect("hmi.driver", "its driver failed")
    expected_logs.expect("hmi.driver", "DEVICE_FAILURE; trying again")
    bed = Bed(Device("broken"), 3)
    await bed.run()
    assert bed.causes == [Cause.DEVICE_FAILURE] * 3


async def test_that_a_driver_that_hangs_in_close_does_not_hold_the_next_attempt(expected_logs):
    expected_logs.expect("hmi.driver", "cannot be closed")
    expected_logs.allow("hmi.driver", "trying again")
    device = Device("hangs in close")
    bed = Bed(device, 2, limits=Limits(close_s=0.02))
    await bed.run()
    assert len(device.made) == 2


async def test_that_the_states_follow_the_connection(expected_logs):
    expected_logs.allow("hmi.driver", "trying again")
    seen = []

    async def once(driver, answered):
        seen.append(bed.line.state)
        answered()
        seen.append(bed.line.state)
        raise LinkLost(Cause.DEVICE_OFFLINE)

    bed = Bed(Device("good"), 1, once)
    assert bed.line.state is DeviceState.CONNECTING
    await bed.run()
    assert seen == [DeviceState.CONNECTING, DeviceState.ONLINE]
    assert bed.states == [DeviceState.OFFLINE]


async def test_that_connections_reset_before_any_answer_mean_that_all_slots_are_held(expected_logs):
    expected_logs.allow("hmi.driver", "trying again")

    async def reset(driver, answered):
        raise LinkLost(Cause.DEVICE_RESET)

    bed = Bed(Device("good"), 3, reset)
    await bed.run()
    assert bed.states == [DeviceState.OFFLINE, DeviceState.SLOTS_HELD, DeviceState.SLOTS_HELD]


async def test_that_cancelling_closes_the_driver_at_work():
    at_work = asyncio.Event()

    async def working(driver, answered):
        answered()
        at_work.set()
        await asyncio.Event().wait()

    device = Device("good")
    bed = Bed(device, 1, working)
    task = asyncio.create_task(bed.line.run())
    await at_work.wait()
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    assert [driver.closed for driver in device.made] == [1]
    assert bed.causes == []


@pytest.mark.parametrize("where", ["open", "session", "close"])
async def test_that_a_cancellation_that_a_driver_lets_out_is_a_fault_like_any_other(expected_logs, monkeypatch, where):
    """A protocol library whose inner future was cancelled: nobody asked our line to end."""
    expected_logs.expect("hmi.driver", "cannot be closed" if where == "close" else "its driver failed")
    expected_logs.allow("hmi.driver", "trying again")

    async def escapes(self) -> None:
        raise asyncio.CancelledError

    async def session(driver, answered) -> None:
        answered()
        if where == "session":
            raise asyncio.CancelledError
        raise LinkLost(Cause.DEVICE_FAILURE)

    if where != "session":
        monkeypatch.setattr(TestDriver, where, escapes)
    bed = Bed(Device("good"), 3, session)
    async with asyncio.timeout(2):
        await bed.run()
    assert bed.causes == [Cause.DEVICE_FAILURE] * 3


async def test_that_the_tags_learn_of_a_lost_link_before_session_and_driver_have_ended(expected_logs, monkeypatch):
    expected_logs.allow("hmi.driver", "trying again")
    told: dict[str, list[Cause]] = {}

    async def session(driver, answered) -> None:
        answered()
        bed.clock.advance(16)
        try:
            await asyncio.Event().wait()
        finally:
            told["session"] = list(bed.causes)

    async def close(self) -> None:
        told["close"] = list(bed.causes)

    monkeypatch.setattr(TestDriver, "close", close)
    bed = Bed(Device("good"), 1, session, limits=Limits(look_s=0.01))
    await bed.run()
    assert told == {"session": [Cause.DEVICE_TIMED_OUT], "close": [Cause.DEVICE_TIMED_OUT]}


async def test_that_a_session_that_outlives_its_connection_is_not_heard(expected_logs):
    expected_logs.allow("hmi.driver", "trying again")
    expected_logs.expect("hmi.driver", "its session does not end")
    release, heard = asyncio.Event(), asyncio.Event()

    async def stubborn(driver, answered) -> None:
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()
        answered()
        heard.set()

    bed = Bed(Device("good"), 1, stubborn, limits=Limits(look_s=0.01, close_s=0.02), silent=lambda: -1.0)
    await bed.run()
    release.set()
    await heard.wait()
    assert bed.line.state is DeviceState.OFFLINE
