"""The last hour in memory: a screen that is opened later shows what happened meanwhile; gaps are gaps."""

import math
import time

import numpy as np
import pytest
from PySide6 import QtWidgets

from hmi.display.memory import GAP_NS, KEPT, MOST, TrendMemory
from hmi.display.scene import ScreenView
from hmi.display.theme import load_theme
from hmi.model.quality import Cause
from hmi.model.text import Language
from tests.display.rig import element, level_tag, pixels, screen
from tests.display.stand_in import StandIn, tag

TAG = level_tag()
SPARK = element(
    "s", "sparkline", (0, 0, 300, 120), {"value": "{L/T.Level}"}, number=False, words=False, seconds=600, clock=False
)
STATE = StandIn({}).poll()


def remembered(source, elements=(SPARK,), tags=None):
    return TrendMemory(source, elements, tags or source.tags)


def pass_seconds(memory, source, count, value=lambda second: 50.0, cause=Cause.NONE):
    for second in range(count):
        source.now += 1_000_000_000
        source.set(TAG.path, value(second), cause)
        memory.frame(STATE)


@pytest.fixture
def source():
    return StandIn({TAG.path: TAG})


def test_that_one_sample_a_second_is_kept_whatever_the_rate_of_frames(source):
    memory = remembered(source)
    for _ in range(300):
        source.now += 33_333_333
        source.set(TAG.path, 50.0)
        memory.frame(STATE)
    stamps, values = memory.samples("{L/T.Level}", 600)
    assert 9 <= len(stamps) <= 11
    assert set(values) == {50.0}


def test_that_only_an_hour_is_kept(source):
    memory = remembered(source)
    pass_seconds(memory, source, KEPT + 50, value=float)
    stamps, values = memory.samples(" { L/T.Level } ", 1e9)
    assert len(stamps) == KEPT
    assert np.all(np.diff(stamps) > 0)
    assert values[-1] == KEPT + 49


@pytest.mark.parametrize("cause", [Cause.STALE, Cause.DEVICE_OFFLINE, Cause.ENGINE_SILENT, Cause.NEVER_READ])
def test_that_what_is_not_to_be_trusted_is_a_gap(source, cause):
    memory = remembered(source)
    pass_seconds(memory, source, 20)
    pass_seconds(memory, source, 20, cause=cause)
    pass_seconds(memory, source, 20)
    _, values = memory.samples("{L/T.Level}", 600)
    assert [math.isnan(value) for value in values] == [False] * 20 + [True] * 20 + [False] * 20


def test_that_time_in_which_nobody_sampled_is_a_gap(source):
    memory = remembered(source)
    pass_seconds(memory, source, 5)
    source.now += GAP_NS + 30_000_000_000
    memory.frame(STATE)
    _, values = memory.samples("{L/T.Level}", 600)
    assert [math.isnan(value) for value in values] == [False] * 5 + [True, False]


def test_that_only_what_trends_show_is_remembered_and_an_expression_too(source):
    other = element("r", "readout", (0, 0, 100, 40), {"value": "{L/Other}"})
    computed = element("c", "sparkline", (0, 0, 100, 40), {"value": "{L/T.Level} * 2"})
    memory = remembered(source, (SPARK, other, computed))
    pass_seconds(memory, source, 3)
    assert memory.samples("{L/Other}", 600) is None
    assert memory.samples("{L/T.Level} * 2", 600)[1] == [100.0] * 3


def test_that_another_version_of_the_project_keeps_the_past_of_what_both_show(source):
    memory = remembered(source)
    pass_seconds(memory, source, 10)
    more = element("m", "sparkline", (0, 0, 100, 40), {"value": "{L/T.Level} * 2"})
    memory.take_project((more, SPARK), source.tags)
    pass_seconds(memory, source, 1)
    assert memory.samples("{L/T.Level}", 600)[1] == [50.0] * 11
    assert [math.isnan(one) for one in memory.samples("{L/T.Level} * 2", 600)[1]] == [True] * 10 + [False]


def test_that_the_memory_is_bounded(source):
    many = [element(f"e{n}", "sparkline", (0, 0, 99, 40), {"value": f"{{L/T.Level}} + {n}"}) for n in range(MOST + 5)]
    memory = remembered(source, many)
    assert memory.samples(f"{{L/T.Level}} + {MOST - 1}", 1) is not None
    assert memory.samples(f"{{L/T.Level}} + {MOST + 1}", 1) is None


def test_that_a_screen_opened_later_shows_what_happened_meanwhile(source, qtbot):
    memory = remembered(source)
    pass_seconds(memory, source, 600, value=lambda second: 20.0 if second < 300 else 80.0)
    seen = {}
    for name, known in (("with", memory), ("without", None)):
        view = ScreenView(source, None, load_theme(), Language.EN)
        qtbot.addWidget(view)
        view.remember(known)
        view.resize(400, 320)
        view.show_screen(screen(), (SPARK,), source.tags)
        view.show()
        QtWidgets.QApplication.processEvents()
        trend = np.array([0x68, 0x47, 0x1F])
        found = np.abs(pixels(view.grab().toImage())[:120, :280] - trend).max(axis=2) < 40
        seen[name] = (found[:, 20:130], found[:, 160:260])
    left, right = seen["with"]
    assert np.flatnonzero(left.any(axis=1)).mean() > 80  # 20 % is low in the picture for the first half
    assert np.flatnonzero(right.any(axis=1)).mean() < 40
    assert left.any(axis=0).mean() > 0.9
    assert not seen["without"][0].any()


def test_that_a_frame_costs_less_than_a_fifth_of_a_millisecond():
    tags = {f"L/T{n}": tag(f"L/T{n}") for n in range(40)}
    source = StandIn(tags)
    memory = remembered(source, [element(p, "sparkline", (0, 0, 99, 40), {"value": f"{{{p}}}"}) for p in tags], tags)
    for path in tags:
        source.set(path, 1.0)
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        for _ in range(300):
            source.now += 33_333_333
            memory.frame(STATE)
        rounds.append((time.process_time() - begin) / 300)
    assert min(rounds) < 0.2e-3
