"""Digits put together out of pictures say what the value is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.display.lay_numbers import decimals_of
from hmi.display.numbers import ROWS, UNIT
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from tests.display.rig import element, level_tag, stage_of, tag
from tests.display.stand_in import StandIn

THIN = "\N{THIN SPACE}"
MINUS = "\N{MINUS SIGN}"


def texts_of(stage):
    """Place in the atlas -> what is written there, of all cells with digits."""
    atlas, names = stage._atlas, {}
    for key, run in atlas._runs.items():
        if key[0] == "digits":
            names.update(zip(range(run.first, run.first + run.count), key[2], strict=True))
    names.update({cell.number: "dashes" for key, cell in atlas._keys.items() if key[0] == "digits"})
    return {tuple(atlas.columns[number, :2]): text for number, text in names.items()}


def written(stage, by_source):
    """The text of the only number, read back from the cells that are alive, left to right."""
    fragments, first = stage.fragments, stage.numbers.first
    found = []
    for row in range(first, first + ROWS):
        if fragments.alive[row] and row != first + UNIT:
            text = by_source.get((fragments.rows[row, 2], fragments.rows[row, 3]))
            if text is not None:
                found.append((fragments.rows[row, 0] - fragments.rows[row, 4] / 2, text))
    return "".join(text for _, text in sorted(found))


def expected(value, decimals):
    scaled = int(np.rint(value * 10**decimals))
    whole, fraction = divmod(abs(scaled), 10**decimals)
    return (MINUS if scaled < 0 else "") + str(whole) + (f".{fraction:0{decimals}}" if decimals else "")


class Rig:
    def __init__(self, decimals, digits=12, **props):
        self.tag = level_tag(decimals=decimals)
        self.source = StandIn({self.tag.path: self.tag})
        element_ = element("r", "readout", (60, 20, 300, 56), {"value": "{L/T.Level}"}, digits=digits, unit="", **props)
        self.stage = stage_of([element_], {self.tag.path: self.tag}, self.source)
        self.texts = texts_of(self.stage)

    def show(self, value, cause=Cause.NONE):
        self.source.set(self.tag.path, value, cause)
        self.stage.update()
        return written(self.stage, self.texts)


RIGS: dict[int, Rig] = {}


@settings(max_examples=60, deadline=None)
@given(value=st.floats(-9e7, 9e7), decimals=st.integers(0, 4))
def test_that_any_number_is_written_as_it_is(value, decimals):
    rig = RIGS.setdefault(decimals, Rig(decimals))
    wanted = expected(value, decimals)
    assert rig.show(value) == (wanted if len(wanted) <= 12 and abs(value) < 1e9 else "####")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (0.0, 0, "0"),
        (0.04, 1, "0.0"),
        (-0.04, 1, "0.0"),
        (-0.06, 1, f"{MINUS}0.1"),
        (9.96, 1, "10.0"),
        (1005.0, 0, "1005"),
        (100000.5, 1, "100000.5"),
        (7.005, 3, "7.005"),
        (1.000042, 6, "1.000042"),
        (123456789.0, 0, "123456789"),
    ],
)
def test_that_zeros_inside_and_roundings_are_kept(value, decimals, text):
    assert Rig(decimals).show(value) == text


def test_that_groups_of_three_stand_apart():
    rig = Rig(0)
    rig.show(8412.0)
    wide = rig.stage.fragments.rows[rig.stage.fragments.alive][:, 0]
    narrow = Rig(0)
    narrow.show(412.0)
    assert np.ptp(wide) - np.ptp(narrow.stage.fragments.rows[narrow.stage.fragments.alive][:, 0]) > 13


def test_that_a_number_longer_than_its_room_is_never_cut():
    rig = Rig(1, digits=5)
    assert rig.show(999.9) == "999.9"
    assert rig.show(1000.0) == "####"
    assert rig.show(-99.9) == f"{MINUS}99.9"
    assert rig.show(-100.0) == "####"
    assert rig.show(1e300) == "####"
    assert rig.show(-1e300) == "####"
    assert rig.show(12.3) == "12.3"


def test_that_a_value_without_a_number_shows_no_digit():
    rig = Rig(1)
    assert rig.show(55.1, Cause.NOT_A_NUMBER) == "dashes"
    assert rig.show(float("nan")) == "dashes"
    assert rig.show(55.1, Cause.DEVICE_OFFLINE) == "55.1"


@pytest.mark.parametrize(
    ("fields", "decimals"),
    [
        ({"decimals": 3}, 3),
        ({"type": DataType.FLOAT32}, 1),
        ({"type": DataType.INT16}, 0),
        ({"type": DataType.INT16, "scale": 0.1}, 1),
        ({"type": DataType.UINT32, "offset": 0.5}, 1),
        ({}, 0),
    ],
)
def test_that_decimals_follow_the_tag(fields, decimals):
    assert decimals_of(tag("L/X", **fields)) == decimals


def test_that_pictures_stand_on_whole_device_pixels():
    for scale in (1.0, 1.25, 2.0):
        one = level_tag()
        source = StandIn({one.path: one})
        source.set(one.path, 8412.3)
        stage = stage_of(
            [
                element("r", "readout", (60.3, 20.7, 300, 56), {"value": "{L/T.Level}"}, tag="X"),
                element("b", "bar", (20, 100, 150, 120), {"value": "{L/T.Level}"}),
                element("v", "valve", (200.5, 100, 56, 56), {"open": "{L/T.Level}"}),
            ],
            {one.path: one},
            source,
            scale=scale,
        )
        alive = stage.fragments.rows[stage.fragments.alive]
        left, top = alive[:, 0] - alive[:, 4] / 2, alive[:, 1] - alive[:, 5] / 2
        assert np.array_equal(left, np.rint(left))
        assert np.array_equal(top, np.rint(top))
        assert (alive[:, 6:8] == 1).all()
