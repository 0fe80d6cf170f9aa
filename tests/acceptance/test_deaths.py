"""Any process may die or freeze at any moment: what the window shows then, and that all come back without a hand."""

import json
import os
import signal
import time
from functools import partial

import pytest

from hmi.link.beat import read_processes
from tests.acceptance.demo_station import DemoStation, is_running

LIVE_S = 30.0
"""Until everything is live after a start; other tests share the machine."""
BACK_S = 15.0
HUNG_S = 10.0
BEAT_S = 0.6
"""The window says what it shows twice a second."""


def _has_ended(pid: int) -> bool:
    return not is_running(pid)


@pytest.fixture
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("d")
    station = DemoStation(folder, "--size", "1366x768", "--screen", "Overview")
    try:
        station.wait("everything is live", station.is_live, LIVE_S)
        yield station
    finally:
        found = read_processes(station.station.runtime)
        if station.launcher.poll() is None:
            station.launcher.kill()
            station.launcher.wait()
        for pid in found.running.values() if found is not None else ():
            station.wait(f"process {pid} has died with the launcher", partial(_has_ended, pid), 5)


@pytest.mark.timeout(90)
def test_that_engine_and_window_come_back_from_a_kill_and_all_end_in_order(demo):
    engine = demo.send("engine", signal.SIGKILL)
    demo.wait("another engine runs", lambda: demo.pid("engine") not in (0, engine), BACK_S)
    demo.wait("everything is live again", demo.is_live, BACK_S)
    engine = demo.pid("engine")
    window = demo.send("window", signal.SIGKILL)
    demo.wait("another window runs", lambda: demo.pid("window") not in (0, window), BACK_S)
    demo.wait("everything is shown live again", demo.is_live, BACK_S)
    assert demo.pid("engine") == engine
    pids = [demo.pid(role) for role in ("simulator", "engine", "window")]
    assert demo.stop() == 0
    assert not any(is_running(pid) for pid in pids)


@pytest.mark.long
@pytest.mark.timeout(120)
def test_that_a_frozen_engine_is_seen_within_two_seconds_and_replaced(demo):
    before = demo.beat().generation
    frozen = demo.send("engine", signal.SIGSTOP)
    seen_s = demo.wait("the window says so", lambda: not demo.beat().engine_alive, 2.0 + BEAT_S)
    beat = demo.beat()
    assert beat.reason == "engine.silent"
    demo.wait("every value is stale", lambda: set(demo.beat().looks) == {"stale"}, 2.0 + BEAT_S)
    demo.wait("another engine runs", lambda: demo.pid("engine") not in (0, frozen), HUNG_S + BACK_S)
    demo.wait("everything is live again", demo.is_live, BACK_S)
    assert demo.beat().generation != before
    assert not is_running(frozen)
    print(f"a frozen engine was seen after {seen_s:.2f} s")


@pytest.mark.long
@pytest.mark.timeout(60)
def test_that_the_return_of_an_engine_is_seen_within_two_seconds(demo):
    frozen = demo.send("engine", signal.SIGSTOP)
    demo.wait("the window says so", lambda: not demo.beat().engine_alive, 2.0 + BEAT_S)
    demo.send("engine", signal.SIGCONT)
    seen_s = demo.wait("the window says so", lambda: demo.beat().engine_alive, 2.0 + BEAT_S)
    demo.wait("everything is live again", demo.is_live, BACK_S)
    assert demo.pid("engine") == frozen
    assert seen_s <= 2.0 + 2 * BEAT_S


@pytest.mark.long
@pytest.mark.timeout(120)
def test_that_a_frozen_window_is_replaced_at_the_same_screen(demo):
    engine, screen = demo.pid("engine"), demo.beat().screen
    frozen = demo.send("window", signal.SIGSTOP)
    demo.wait("another window runs", lambda: demo.pid("window") not in (0, frozen), HUNG_S + BACK_S)
    demo.wait("everything is live again", demo.is_live, BACK_S)
    assert demo.beat().screen == screen
    assert demo.pid("engine") == engine


@pytest.mark.long
@pytest.mark.timeout(120)
def test_that_dead_plcs_are_bad_with_a_cause_and_come_back_by_themselves(demo):
    engine, window = demo.pid("engine"), demo.pid("window")
    demo.send("simulator", signal.SIGKILL)
    demo.wait("values are bad", lambda: demo.beat().looks.get("bad", 0) > 100, 5)
    answer = json.loads(demo.tags_read("Batch/Number"))[0]
    assert answer["good"] is False or demo.is_live()
    demo.wait("everything is live again", demo.is_live, 2 * BACK_S)
    assert (demo.pid("engine"), demo.pid("window")) == (engine, window)


@pytest.mark.long
@pytest.mark.timeout(120)
def test_that_nobody_survives_a_killed_launcher(demo):
    pids = [demo.pid(role) for role in ("simulator", "engine", "window")]
    os.kill(demo.launcher.pid, signal.SIGKILL)
    demo.launcher.wait()
    assert all(pids)
    demo.wait("all are gone", lambda: not any(is_running(pid) for pid in pids), 5)
    assert [is_running(pid) for pid in pids] == [False] * len(pids)


@pytest.mark.long
@pytest.mark.timeout(300)
def test_that_ten_kills_in_turn_are_all_survived(demo):
    for number in range(10):
        role = ("engine", "window", "simulator")[number % 3]
        pid = demo.send(role, signal.SIGKILL)
        demo.wait(f"another {role} runs", lambda role=role, pid=pid: demo.pid(role) not in (0, pid), BACK_S)
        demo.wait("everything is live again", demo.is_live, 2 * BACK_S)
        assert not is_running(pid)
        time.sleep(0.1 * number)
    found = read_processes(demo.station.runtime)
    assert found is not None
    starts = found.starts
    assert (starts["engine"], starts["window"], starts["simulator"]) == (5, 4, 4)
