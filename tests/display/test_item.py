"""What is seen of a quality."""

import numpy as np
import pytest

from hmi.display.item import RULES, SEEN_OF_CAUSE, Line, Seen, see
from hmi.model.quality import CAUSES, Cause, Look, Status, status_of


def seen_of(cause, status=None, missing=False):
    status = status_of(cause) if status is None else status
    return Seen(int(see(np.array([status], np.uint32), np.array([cause], np.uint16), np.array([missing], np.bool_))[0]))


@pytest.mark.parametrize("cause", list(Cause))
def test_that_every_cause_is_seen_as_its_look_says(cause):
    look = CAUSES[cause].look
    expected = {Seen(int(look))}
    if look is Look.OUT_OF_RANGE:
        expected = {Seen.BELOW_RANGE if cause is Cause.BELOW_RANGE else Seen.ABOVE_RANGE}
    elif look is Look.BAD and not CAUSES[cause].keeps_value:
        expected = {Seen.BAD_EMPTY}
    elif cause is Cause.ENGINE_SILENT:
        expected = {Seen.SILENT}
    assert {seen_of(cause)} == expected


def test_that_a_cause_of_a_newer_version_is_bad_never_good():
    for cause in (199, 300, 65535):
        assert seen_of(cause, Status.GOOD) is Seen.BAD_EMPTY
    assert not [cause for cause in range(1, 256) if SEEN_OF_CAUSE[cause] == Seen.GOOD]


def test_that_a_status_without_a_cause_is_seen_by_its_severity():
    assert seen_of(0, Status.GOOD) is Seen.GOOD
    assert seen_of(0, Status.UNCERTAIN) is Seen.UNCERTAIN
    assert seen_of(0, Status.BAD_SENSOR_FAILURE) is Seen.BAD
    assert seen_of(0, 0xC0000000) is Seen.BAD


def test_that_a_missing_value_is_never_seen_as_good():
    for cause in Cause:
        assert seen_of(cause, missing=True) in (Seen.BAD_EMPTY, Seen.NEVER_READ)


def test_that_only_good_is_drawn_without_any_sign():
    for seen in Seen:
        rule = RULES[seen]
        sign = rule.mark or rule.hatched or rule.dashes or rule.line is not Line.NONE
        assert sign is (seen is not Seen.GOOD)
