"""The pipe is solid with flow and hollow without; it follows its points and never leaves them."""

import pytest
from PySide6 import QtCore

from hmi.display.symbols.pipe import line_path
from hmi.model.symbols.pipe import FAMILY
from tests.display.symbols.seen import (
    AT,
    BAD,
    THEMES,
    Value,
    difference,
    expect_all_differ,
    expect_documented,
    expect_inside,
    ink_bounds,
    seen,
)

BENT = [[0, 8], [80, 8], [80, 100]]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("arrows", [[], [0.3], [0.0, 1.0]])
def test_each_state_of_a_pipe_differs_without_colour(theme, arrows):
    states = {"flow": Value(1), "none": Value(0), "bad": Value(1, BAD)}
    expect_all_differ(
        {name: seen("pipe", {"flow": one}, theme=theme, arrows=arrows) for name, one in states.items()}, 60
    )


def test_a_pipe_that_nobody_watches_is_drawn_without_flow():
    assert difference(seen("pipe", points=BENT), seen("pipe", {"flow": Value(0)}, points=BENT)) == 0


def test_a_signal_line_is_thinner_than_a_pipe_and_dashed():
    signal = seen("pipe", points=[[0, 8], [160, 8]], kind="signal")
    row = signal[AT[1] + 8, AT[0] : AT[0] + 160]
    assert 20 < (row < 150).sum() < 130
    left, top, right, bottom = ink_bounds(signal)
    assert bottom - top <= 2
    assert right - left >= 155


def test_a_measured_flow_counts_above_its_threshold():
    none, some = (seen("pipe", {"flow": Value(number)}, above=0.5) for number in (0.4, 0.6))
    assert difference(none, seen("pipe", {"flow": Value(0)})) == 0
    assert difference(some, seen("pipe", {"flow": Value(1)})) == 0


def test_points_outside_of_the_box_are_drawn_too():
    _, _, right, bottom = ink_bounds(seen("pipe", {"flow": Value(1)}, points=BENT))
    assert AT[0] + 80 <= right <= AT[0] + 84
    assert bottom == AT[1] + 100


@pytest.mark.parametrize("arrows", [[], [0.5], [1.0], [0.0]])
def test_a_pipe_keeps_to_its_line(arrows):
    picture = seen("pipe", {"flow": Value(1)}, points=[[0, 8], [160, 8]], arrows=arrows)
    expect_inside(picture, (160, 16), (4, 4, 4, 4))


def test_a_bend_has_the_radius_that_is_asked_for():
    points = tuple(QtCore.QPointF(x, y) for x, y in BENT)
    sharp, round_ = line_path(points, 0), line_path(points, 12)
    # A quarter of a circle instead of two legs of 12 px: 24 - 12 pi / 2 = 5.15 px shorter.
    assert sharp.length() - round_.length() == pytest.approx(5.15, abs=0.05)


def test_a_pipe_with_less_than_two_points_draws_nothing():
    assert difference(seen("pipe", {"flow": Value(1)}, points=[[0, 8]]), seen("")) == 0


def test_the_pipe_is_documented():
    expect_documented(FAMILY)
