"""Merging (MB-05, MB-06): no value split, no limit passed, every value covered, as few requests as can be."""

from hypothesis import given
from hypothesis import strategies as st

from hmi.drivers.modbus.planner import Span, plan_windows

spans = st.builds(lambda start, size: (start, start + size), st.integers(0, 60), st.integers(1, 6))


def allowed(start: int, end: int, wanted: set[Span], most: int, gap: int, forbidden: list[Span]) -> bool:
    """Whether one request may read a range, told the slow way."""
    needed = {place for first, last in wanted for place in range(first, last)}
    run = longest = 0
    for place in range(start, end):
        run = 0 if place in needed else run + 1
        longest = max(longest, run)
    walled = any(start <= low and high <= end for low, high in forbidden)
    return end - start <= most and longest <= gap and not walled


def fewest(wanted: list[Span], most: int, gap: int, forbidden: list[Span]) -> int:
    """The smallest number of groups in which each may be read by one request (all partitions, for small sets)."""
    everything = set(wanted)

    def split(rest: list[Span], groups: list[list[Span]], best: int) -> int:
        if len(groups) >= best:
            return best
        if not rest:
            ok = all(
                allowed(min(s for s, _ in group), max(e for _, e in group), everything, most, gap, forbidden)
                for group in groups
            )
            return len(groups) if ok else best
        head, tail = rest[0], rest[1:]
        for group in groups:
            group.append(head)
            best = split(tail, groups, best)
            group.pop()
        groups.append([head])
        best = split(tail, groups, best)
        groups.pop()
        return best

    return split(wanted, [], len(wanted) + 1)


@given(st.lists(spans, max_size=40), st.integers(6, 30), st.integers(0, 8), st.lists(spans, max_size=3))
def test_that_every_value_is_whole_in_one_request_and_no_limit_is_passed(wanted, most, gap, forbidden):
    forbidden = [wall for wall in forbidden if not any(s <= wall[0] and wall[1] <= e for s, e in wanted)]
    windows = plan_windows(wanted, most, gap, forbidden)
    assert sorted(span for window in windows for span in window.spans) == sorted(set(wanted))
    for window in windows:
        assert all(window.start <= start and end <= window.end for start, end in window.spans)
        assert allowed(window.start, window.end, set(wanted), most, gap, forbidden)
        assert window.start in {start for start, _ in window.spans}
        assert window.end in {end for _, end in window.spans}


@given(
    st.lists(spans, min_size=1, max_size=6, unique=True),
    st.integers(6, 30),
    st.integers(0, 8),
    st.lists(spans, max_size=2),
)
def test_that_no_other_way_of_merging_needs_fewer_requests(wanted, most, gap, forbidden):
    forbidden = [wall for wall in forbidden if not any(s <= wall[0] and wall[1] <= e for s, e in wanted)]
    assert len(plan_windows(wanted, most, gap, forbidden)) == fewest(wanted, most, gap, forbidden)


def test_that_a_gap_is_read_along_up_to_the_allowance_and_not_beyond():
    assert [(w.start, w.end) for w in plan_windows([(0, 1), (5, 6)], 125, 4)] == [(0, 6)]
    assert [(w.start, w.end) for w in plan_windows([(0, 1), (6, 7)], 125, 4)] == [(0, 1), (6, 7)]


def test_that_a_value_at_the_limit_goes_whole_into_the_next_request():
    windows = plan_windows([(place, place + 1) for place in range(124)] + [(124, 126)], 125, 0)
    assert [(w.start, w.end) for w in windows] == [(0, 124), (124, 126)]


def test_that_twenty_thousand_values_are_merged_quickly():
    import time

    began = time.process_time()
    windows = plan_windows([(place, place + 2) for place in range(0, 60_000, 3)], 125, 4)
    assert len(windows) == 477
    assert time.process_time() - began < 0.5
