"""Quality: every cause has its status, its look and its words."""

import pytest

from hmi.model.quality import CAUSES, Cause, Look, QualityClass, Status, look_of, quality_class, status_of
from hmi.model.text import Language
from hmi.words import load


def test_that_every_cause_has_a_rule():
    assert set(CAUSES) == set(Cause)


@pytest.mark.parametrize("cause", Cause)
def test_that_only_good_causes_look_alive(cause: Cause):
    good = quality_class(status_of(cause)) is QualityClass.GOOD
    assert good == (cause in (Cause.NONE, Cause.FORCED))
    assert (look_of(cause) is Look.GOOD) == (cause is Cause.NONE)
    if look_of(cause) is Look.STALE:
        assert quality_class(status_of(cause)) is QualityClass.UNCERTAIN


@pytest.mark.parametrize("language", Language)
def test_that_every_cause_has_words(language: Language):
    missing = [cause.name for cause in Cause if f"cause.{cause.name.lower()}" not in load(language)]
    assert missing == []


def test_that_an_unknown_cause_is_drawn_bad():
    assert look_of(9999) is Look.BAD


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.GOOD, QualityClass.GOOD),
        (Status.UNCERTAIN, QualityClass.UNCERTAIN),
        (Status.BAD, QualityClass.BAD),
        (0xC000_0000, QualityClass.BAD),
    ],
)
def test_that_the_class_is_in_the_two_highest_bits(status: int, expected: QualityClass):
    assert quality_class(status) is expected


def test_that_the_numbers_of_looks_and_causes_never_change():
    # They stand in images and journals: a number may be added, never given another meaning.
    assert [look.name for look in Look] == [
        "GOOD", "SIMULATED", "SUBSTITUTED", "FORCED", "OUT_OF_RANGE", "UNCERTAIN", "NOT_RUNNING", "STALE", "BAD",
        "NEVER_READ",
    ]  # fmt: skip
    assert (Cause.STALE, Cause.DEVICE_OFFLINE, Cause.PLC_NOT_RUNNING, Cause.SENTINEL) == (2, 10, 20, 53)
