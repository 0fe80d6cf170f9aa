"""The list of alarms in a message of bounded size."""

import pytest

from hmi.engine.service.fitting import fitting
from hmi.link.engine_messages import MOST_STANDS, EngineMessage, ToldAlarms
from hmi.link.framing import MAX_MESSAGE_BYTES, Framing
from hmi.model.alarm import AlarmKind, AlarmStand, AlarmState
from hmi.model.text import Text


def stand(number: int, words: str) -> AlarmStand:
    return AlarmStand(
        alarm=f"a{number}", occurrence=f"o{number}", path=f"Line/T{number}:high", tag=f"Line/T{number}",
        kind=AlarmKind.HIGH, priority=2, state=AlarmState.UNACKNOWLEDGED, title=Text(zh=words, en=words),
        active_since_ns=number, changed_ns=number,
    )  # fmt: skip


@pytest.mark.parametrize(("count", "words", "told"), [
    (0, "", 0), (999, "short", 999), (MOST_STANDS + 5, "short", MOST_STANDS), (1000, "液位过高" * 500, None),
    (3, "x" * MAX_MESSAGE_BYTES, 0),
])  # fmt: skip
def test_that_the_most_urgent_alarms_are_told_however_long_their_titles_are(count, words, told):
    stands = [stand(number, words) for number in range(count)]
    some = fitting(stands)
    assert list(some) == stands[: len(some)]
    assert len(some) == told if told is not None else 50 < len(some) < 1000
    frame = Framing(EngineMessage).pack(ToldAlarms(version=1, stands=some, total=count))
    assert len(frame) <= MAX_MESSAGE_BYTES + 8
