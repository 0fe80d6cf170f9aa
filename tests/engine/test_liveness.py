"""The liveness rule table: what is evidence, how long its absence is borne, and what beats what."""

import pytest

from hmi.engine.liveness import Liveness, Seen
from hmi.model.device import CpuState, Heartbeat, MapSignature
from hmi.model.quality import Cause

S = 1_000_000_000
BEAT = Heartbeat(address="hr0", within_s=2.0)
CPU = CpuState(address="hr1", running=(1, 3))
MAP = MapSignature(address="hr2", expected=7)
REFUSED, BUSY = Cause.ILLEGAL_ADDRESS, Cause.DEVICE_BUSY


def good(value: int) -> Seen:
    return Seen(value, Cause.NONE)


def bad(cause: Cause) -> Seen:
    return Seen(0, cause)


PENDING, STOPPED, NOT_RUNNING, CHANGED, ZEROS = (
    Cause.LIVENESS_PENDING,
    Cause.HEARTBEAT_STOPPED,
    Cause.PLC_NOT_RUNNING,
    Cause.MAP_CHANGED,
    Cause.ONLY_ZEROS,
)
RUNS = Cause.NONE

CASES = [
    ("no rule at all", None, None, [(0, None, None, RUNS)]),
    ("a first beat is no evidence yet", BEAT, None, [(0, good(5), None, PENDING)]),
    ("a beat that moved", BEAT, None, [(0, good(5), None, PENDING), (1, good(6), None, RUNS)]),
    ("a beat held from the start", BEAT, None, [(0, good(5), None, PENDING), (2, good(5), None, PENDING),
                                                (2.1, good(5), None, STOPPED)]),
    ("a beat that stops, and goes on", BEAT, None, [(0, good(5), None, PENDING), (1, good(6), None, RUNS),
                                                    (3, good(6), None, RUNS), (3.1, good(6), None, STOPPED),
                                                    (3.2, good(7), None, RUNS)]),
    ("a beat that goes backwards moved too", BEAT, None, [(0, good(65535), None, PENDING), (1, good(3), None, RUNS)]),
    ("a fall to zero is no beat, the next change is", BEAT, None, [(0, good(65535), None, PENDING),
                                                                   (1, good(0), None, PENDING),
                                                                   (1.1, good(1), None, RUNS)]),
    ("a stopped PLC that clears its counter", BEAT, None, [(0, good(5), None, PENDING), (1, good(6), None, RUNS),
                                                           (3.1, good(6), None, STOPPED), (3.2, good(0), None, STOPPED),
                                                           (9, good(0), None, STOPPED), (10, good(1), None, RUNS)]),
    ("a bit that toggles", BEAT, None, [(0, good(0), None, PENDING), (1, good(1), None, RUNS), (2, good(0), None, RUNS),
                                        (3, good(1), None, RUNS)]),
    ("a fraction is not the whole number before it", None, MAP, [(0, None, good(7.9), CHANGED),
                                                                 (1, None, good(7.0), RUNS)]),
    ("a state of the CPU between two", CPU, None, [(0, good(1.5), None, NOT_RUNNING)]),
    ("a beat that cannot be read", BEAT, None, [(0, bad(BUSY), None, PENDING), (2.1, bad(BUSY), None, STOPPED)]),
    ("a pause of our own is not the PLC's", BEAT, None, [(0, good(5), None, PENDING), (1, good(6), None, RUNS),
                                                         (60, good(99), None, RUNS)]),
    ("a running CPU", CPU, None, [(0, good(3), None, RUNS)]),
    ("a stopped CPU", CPU, None, [(0, good(2), None, NOT_RUNNING), (0.1, good(1), None, RUNS)]),
    ("an unreadable CPU state", CPU, None, [(0, bad(BUSY), None, PENDING), (5.1, bad(BUSY), None, NOT_RUNNING)]),
    ("the right map", None, MAP, [(0, None, good(7), RUNS)]),
    ("another map, and the right one again", None, MAP, [(0, None, good(8), CHANGED), (1, None, good(7), RUNS)]),
    ("an address that is gone", None, MAP, [(0, None, good(7), RUNS), (1, None, bad(REFUSED), CHANGED)]),
    ("a signature unreadable for a moment", None, MAP, [(0, None, good(7), RUNS), (1, None, bad(BUSY), RUNS),
                                                        (5.1, None, bad(BUSY), CHANGED)]),
    ("no signature yet", None, MAP, [(0, None, bad(BUSY), PENDING)]),
    ("a changed map beats a running CPU", CPU, MAP, [(0, good(1), good(8), CHANGED)]),
    ("a changed map beats a stopped CPU", CPU, MAP, [(0, good(2), good(8), CHANGED)]),
    ("a signature of zero alone", None, MAP, [(0, None, good(7), RUNS), (1, None, good(0), ZEROS),
                                              (2, None, good(7), RUNS)]),
    ("a PLC that serves zeros stops its counter with it", BEAT, MAP, [(0, good(5), good(7), PENDING),
                                                                      (1, good(6), good(7), RUNS),
                                                                      (1.1, good(0), good(0), ZEROS),
                                                                      (9, good(0), good(0), ZEROS),
                                                                      (10, good(1), good(7), RUNS)]),
    ("a counter that moves is of another map", BEAT, MAP, [(0, good(5), good(0), CHANGED),
                                                           (1, good(6), good(0), CHANGED)]),
    ("zeros from a CPU that says STOP", CPU, MAP, [(0, good(2), good(0), ZEROS)]),
    ("zeros from a CPU that says nothing", CPU, MAP, [(0, good(0), good(0), ZEROS)]),
    ("a running CPU with a zero for its signature", CPU, MAP, [(0, good(1), good(0), CHANGED)]),
    ("a CPU state unreadable beside a zero", CPU, MAP, [(0, bad(BUSY), good(0), CHANGED)]),
    ("a signature that is zero by rights", BEAT, MapSignature(address="hr2", expected=0),
     [(0, good(5), good(0), PENDING), (1, good(6), good(0), RUNS), (9, good(0), good(0), STOPPED)]),
    ("a stopped CPU beats a pending map", CPU, MAP, [(0, good(2), bad(BUSY), NOT_RUNNING)]),
    ("a pending map is not yet good", CPU, MAP, [(0, good(1), bad(BUSY), PENDING)]),
    ("both good", CPU, MAP, [(0, good(1), good(7), RUNS)]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "signature", "steps"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_that_the_verdict_follows_the_table(rule, signature, steps):
    start = 100 * S
    liveness = Liveness(rule, signature, start)
    for seconds, rule_seen, signature_seen, expected in steps:
        now = start + int(seconds * S)
        assert liveness.observe(rule=rule_seen, signature=signature_seen, now_ns=now) is expected


def test_that_a_rule_shorter_than_two_polls_waits_for_two_polls():
    liveness = Liveness(Heartbeat(address="hr0", within_s=0.5), None, 0, poll_s=1.0)
    assert liveness.observe(rule=good(1), now_ns=S) is Cause.LIVENESS_PENDING
    assert liveness.observe(rule=good(2), now_ns=2 * S) is Cause.NONE
    assert liveness.observe(rule=good(2), now_ns=3 * S) is Cause.NONE
    assert liveness.observe(rule=good(2), now_ns=5 * S) is Cause.HEARTBEAT_STOPPED
