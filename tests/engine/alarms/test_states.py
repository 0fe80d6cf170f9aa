"""The state table: searched to its closure against rows AL-01 to AL-06 written down anew, and by random strings."""

import random
from collections import deque
from itertools import product

import pytest

from hmi.engine.alarms.states import ACTIVE, TABLE, UNACKNOWLEDGED, Effect, step
from hmi.model.alarm import AlarmEvent, AlarmState

N, U, A = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED
R, LU, LA = AlarmState.RETURNED, AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED
COLUMNS = (
    AlarmEvent.OCCURRED, AlarmEvent.ACKNOWLEDGED, AlarmEvent.RETURNED, AlarmEvent.RESET, AlarmEvent.REALARMED
)  # fmt: skip
ROWS = {
    # state: occurs, acknowledge, returns (plain, latching, unneeded, both), reset, re-alarm; "x" refuses, None is "-"
    N: (U, "x", (None, None, None, None), "x", None),
    U: (U, A, (R, LU, N, LA), "x", U),
    A: (None, "x", (N, LA, N, LA), "x", U),
    R: (U, N, (None, None, None, None), "x", None),
    LU: (U, LA, (None, None, None, None), "x", None),
    LA: (U, "x", (None, None, None, None), N, None),
}
MANNERS = list(product((False, True), (True, False)))


def expected(state: AlarmState, event: AlarmEvent, latching: bool, needed: bool):
    if event is AlarmEvent.REMOVED:
        return None if state is N else N
    cell = ROWS[state][COLUMNS.index(event)]
    return cell[latching + 2 * (not needed)] if isinstance(cell, tuple) else cell


def check(state: AlarmState, event: AlarmEvent, latching: bool, needed: bool) -> AlarmState:
    found = step(state, event, latching=latching, needs_acknowledge=needed)
    wanted = expected(state, event, latching, needed)
    if wanted is None:
        assert (found.state, found.effects) == (state, Effect.NONE)
    elif wanted == "x":
        assert found.state is state
        assert found.effects == Effect.REFUSE | Effect.JOURNAL
        assert found.reason.startswith("alarms.")
    else:
        assert found.state is wanted
        assert Effect.REFUSE not in found.effects
    return found.state


EVENTS = (*COLUMNS, AlarmEvent.REMOVED)


@pytest.mark.parametrize(("latching", "needed"), MANNERS)
def test_that_the_table_is_the_rows_of_the_standard_wherever_it_can_be_reached(latching: bool, needed: bool):
    seen, open_ = {N}, deque([N])
    while open_:
        state = open_.popleft()
        for event in EVENTS:
            after = check(state, event, latching, needed)
            if after not in seen:
                seen.add(after)
                open_.append(after)
    assert seen == {(False, True): {N, U, A, R}, (True, True): {N, U, A, LU, LA}, (False, False): {N, U, A},
                    (True, False): {N, U, A, LA}}[latching, needed]  # fmt: skip


@pytest.mark.parametrize("seed", range(50))
def test_that_no_string_of_200_events_leaves_the_rows_of_the_standard(seed: int):
    chance = random.Random(seed)
    latching, needed = chance.choice(MANNERS)
    state = N
    for _ in range(200):
        state = check(state, chance.choice(EVENTS), latching, needed)
        assert latching or state not in (LU, LA)
        assert needed or state not in (R, LU)


def test_that_every_coming_back_is_a_new_occurrence_and_only_the_first_coming_is_not_counted_again():
    for state, events in {N: False, R: True, LU: True, LA: False}.items():
        effects = step(state, AlarmEvent.OCCURRED, latching=True, needs_acknowledge=True).effects
        assert Effect.NEW_OCCURRENCE | Effect.ANNUNCIATE | Effect.JOURNAL in effects
        assert (Effect.COUNT in effects) is events
    again = step(U, AlarmEvent.OCCURRED, latching=False, needs_acknowledge=True).effects
    assert again == Effect.COUNT, "AL-02: no second annunciation"


def test_that_states_are_told_apart_as_the_list_needs_it():
    assert {U, A} == ACTIVE
    assert {U, R, LU} == UNACKNOWLEDGED
    assert {state for state, _ in TABLE} == set(AlarmState)
