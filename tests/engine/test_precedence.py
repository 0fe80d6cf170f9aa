"""What wins when several things are to be said about one value."""

import itertools

import numpy as np
import pytest

from hmi.engine.precedence import is_bad, keeps_value, prevailing, status_of_causes
from hmi.model.quality import CAUSES, Cause, Look, Status, look_of

OVERLAYS = [
    Cause.NONE,
    Cause.LIVENESS_PENDING,
    Cause.PLC_NOT_RUNNING,
    Cause.HEARTBEAT_STOPPED,
    Cause.MAP_CHANGED,
    Cause.ONLY_ZEROS,
]


def settle(own: Cause, overlay: Cause, old: bool) -> Cause:
    status, cause = prevailing(
        np.array([CAUSES[own].status], dtype=np.uint32),
        np.array([own], dtype=np.uint16),
        np.array([overlay], dtype=np.uint16),
        np.array([old]),
    )
    assert status[0] == CAUSES[Cause(int(cause[0]))].status
    assert (status.dtype, cause.dtype) == (np.uint32, np.uint16)
    return Cause(int(cause[0]))


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_that_the_look_shown_is_never_milder_than_any_of_its_reasons(overlay, old):
    for own in Cause:
        shown = settle(own, overlay, old)
        assert look_of(shown) == max(look_of(own), look_of(overlay), Look.STALE if old else Look.GOOD)


@pytest.mark.parametrize(
    ("own", "overlay", "old", "expected"),
    [
        (Cause.NONE, Cause.NONE, False, Cause.NONE),
        (Cause.NONE, Cause.NONE, True, Cause.STALE),
        (Cause.NONE, Cause.PLC_NOT_RUNNING, False, Cause.PLC_NOT_RUNNING),
        (Cause.NONE, Cause.PLC_NOT_RUNNING, True, Cause.STALE),
        (Cause.ABOVE_RANGE, Cause.LIVENESS_PENDING, False, Cause.LIVENESS_PENDING),
        (Cause.ABOVE_RANGE, Cause.NONE, False, Cause.ABOVE_RANGE),
        (Cause.DEVICE_OFFLINE, Cause.LIVENESS_PENDING, True, Cause.DEVICE_OFFLINE),
        (Cause.ILLEGAL_ADDRESS, Cause.MAP_CHANGED, False, Cause.MAP_CHANGED),
        (Cause.CONFIGURATION_ERROR, Cause.MAP_CHANGED, False, Cause.CONFIGURATION_ERROR),
        (Cause.NOT_IN_PROJECT, Cause.MAP_CHANGED, True, Cause.NOT_IN_PROJECT),
        (Cause.ENGINE_RESTARTED, Cause.PLC_NOT_RUNNING, True, Cause.ENGINE_RESTARTED),
        (Cause.NEVER_READ, Cause.MAP_CHANGED, True, Cause.NEVER_READ),
        (Cause.SIMULATED, Cause.NONE, True, Cause.STALE),
    ],
)
def test_that_ties_and_special_cases_are_settled(own, overlay, old, expected):
    assert settle(own, overlay, old) is expected


def test_that_a_status_of_the_driver_stays_where_nothing_is_laid_over_it():
    status, _ = prevailing(
        np.array([0x4001_0000], dtype=np.uint32),
        np.array([Cause.NONE], dtype=np.uint16),
        np.array([Cause.NONE], dtype=np.uint16),
        np.array([False]),
    )
    assert status[0] == 0x4001_0000


def test_that_the_tables_agree_with_the_model_for_every_cause():
    causes = np.array(list(CAUSES), dtype=np.uint16)
    assert status_of_causes(causes).tolist() == [rule.status for rule in CAUSES.values()]
    assert keeps_value(causes).tolist() == [rule.keeps_value for rule in CAUSES.values()]
    assert is_bad(causes).tolist() == [rule.status >= Status.BAD for rule in CAUSES.values()]


@pytest.mark.parametrize("unknown", sorted(set(range(0, 65536, 509)) - set(map(int, Cause))))
def test_that_a_cause_nobody_knows_is_bad_and_keeps_nothing(unknown):
    cause = np.array([unknown], dtype=np.uint16)
    assert is_bad(cause).all()
    assert not keeps_value(cause).any()


def test_that_no_cause_lies_outside_of_the_tables():
    assert max(itertools.chain(Cause)) < 127
