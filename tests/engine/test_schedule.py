"""When a poll is due: on its beat, and under overload each class more seldom but none never."""

import pytest

from hmi.engine.scan.schedule import Schedule
from hmi.model.device import ScanClass

CLASSES = {name: ScanClass(name=name, period_ms=period) for name, period in (("a", 100), ("b", 200), ("c", 1000))}


def test_that_everything_is_due_at_first_and_the_shorter_period_goes_first():
    schedule = Schedule()
    order = []
    for _ in range(3):
        name, wait_s = schedule.choose(CLASSES, 5.0)
        assert wait_s == 0
        order.append(name)
        schedule.done(CLASSES[name], 5.0)
    assert order == ["a", "b", "c"]
    assert schedule.choose(CLASSES, 5.0) == ("a", pytest.approx(0.1))
    assert schedule.missed == 0


def test_that_no_class_starves_when_the_polls_of_the_faster_ones_take_longer_than_their_periods():
    schedule = Schedule()
    now, asked = 0.0, dict.fromkeys(CLASSES, 0)
    while now < 60:
        name, wait_s = schedule.choose(CLASSES, now)
        now += wait_s + 0.25
        asked[name] += 1
        schedule.done(CLASSES[name], now)
    assert asked["a"] > asked["b"] > asked["c"] > 10


def test_that_beats_that_have_passed_are_left_out_and_counted():
    schedule = Schedule()
    only = {"a": CLASSES["a"]}
    schedule.choose(only, 0.0)
    schedule.done(CLASSES["a"], 0.35)
    assert schedule.missed == 3
    assert schedule.choose(only, 0.35) == ("a", pytest.approx(0.05))


def test_that_a_restart_makes_everything_due_and_a_class_that_left_is_forgotten():
    schedule = Schedule()
    for name in CLASSES:
        schedule.choose(CLASSES, 0.0)
        schedule.done(CLASSES[name], 0.0)
    schedule.keep(["c"])
    assert schedule.choose({"c": CLASSES["c"]}, 0.0) == ("c", pytest.approx(1.0))
    schedule.restart()
    assert schedule.choose({"c": CLASSES["c"]}, 0.0) == ("c", 0.0)
    schedule.restart()
    schedule.done(CLASSES["c"], 0.0)
    assert schedule.choose({"c": CLASSES["c"]}, 0.0) == ("c", 0.0)
    assert schedule.choose({}, 0.0) is None
