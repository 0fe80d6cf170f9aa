"""The writer: what counts as a change, and that a wrong call leaves the image untouched."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.image import blocks
from hmi.image.layout import COLUMNS, PAGE, Word, columns_over, file_size
from hmi.image.slots import cut
from hmi.image.writer import ImageFull, ImageWriter
from hmi.model.quality import Cause, Status
from hmi.model.value import TypeCode
from tests.image.hand import HandClock, commit, new_image, numbers


def made_in(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).mkdir()
    return list(names)


def arrays(count: int) -> dict[str, np.ndarray]:
    return {
        "rows": np.arange(1, count + 1, dtype=np.intp),
        "raw": np.ones(count, dtype=np.uint64),
        "value": np.ones(count),
        "status": np.zeros(count, dtype=np.uint32),
        "cause": np.zeros(count, dtype=np.uint16),
        "source_ns": np.ones(count, dtype=np.int64),
        "receive_ns": np.ones(count, dtype=np.int64),
        "mono_ns": np.ones(count, dtype=np.int64),
    }


def test_that_every_column_starts_on_a_page_of_its_own():
    capacity, slots = 1025, 4096
    columns = columns_over(bytearray(file_size(capacity, slots)), capacity, slots)
    base = columns.header.__array_interface__["data"][0]
    starts = [getattr(columns, name).__array_interface__["data"][0] - base for name, _ in COLUMNS]
    ends = [start + getattr(columns, name).nbytes for start, (name, _) in zip(starts, COLUMNS, strict=True)]
    assert all(start % PAGE == 0 for start in starts)
    assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": np.array([1, 1, 2], dtype=np.intp)},
        {"rows": np.array([1, 2, 9], dtype=np.intp)},
        {"rows": np.array([0, 1, 2], dtype=np.intp)},
        {"rows": np.array([-1, 1, 2], dtype=np.intp)},
        {"rows": np.array([1, 2, 3], dtype=np.uint64)},
        {"raw": np.ones(2, dtype=np.uint64)},
        {"raw": np.ones((3, 1), dtype=np.uint64)},
        {"value": np.ones(3, dtype=np.float32)},
        {"status": np.zeros(3, dtype=np.int64)},
        {"mono_ns": np.ones(4, dtype=np.int64)},
        {"texts": {1: b"no slot"}},
        {"texts": {9: b""}},
    ],
    ids=lambda wrong: "-".join(wrong),
)
def test_that_a_wrong_call_is_refused_before_anything_is_written(tmp_path, wrong):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    before = bytes(writer._image.memory)
    with pytest.raises(ValueError, match=r"rows|expected|fit|in use"):
        writer.commit(**(arrays(3) | wrong))
    assert bytes(writer._image.memory) == before


def test_that_rows_which_were_right_once_are_looked_at_again_when_they_can_have_changed(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    call = arrays(3)
    writer.commit(**call)
    call["rows"][2] = 1
    with pytest.raises(ValueError, match="rows"):
        writer.commit(**call)
    fixed = np.array([1, 2, 3], dtype=np.intp)
    view = fixed.view()
    view.flags.writeable = False
    writer.commit(**(call | {"rows": view}))
    fixed[2] = 1
    with pytest.raises(ValueError, match="rows"):
        writer.commit(**(call | {"rows": view}))


def test_that_an_unchanged_value_moves_its_receive_time_but_not_the_change_sequence(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12])
    commit(writer, [1, 2], [5.0, 6.0], source_ns=100, receive_ns=100, mono_ns=100)
    sequence, seen = writer.change_sequence, writer.columns.seq[1:3].copy()
    assert commit(writer, [1, 2], [5.0, 6.0], source_ns=200, receive_ns=200, mono_ns=201) == 0
    assert writer.change_sequence == sequence
    assert (writer.columns.seq[1:3] == seen).all()
    assert writer.columns.receive_ns[1:3].tolist() == [200, 200]
    assert writer.columns.mono_ns[1:3].tolist() == [201, 201]
    assert writer.columns.source_ns[1:3].tolist() == [100, 100]


def test_that_no_number_twice_is_no_change(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11])
    commit(writer, [1], [np.nan])
    assert commit(writer, [1], [np.nan]) == 0


def test_that_a_quality_alone_counts_as_a_change(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12])
    commit(writer, [1, 2], [5.0, 6.0])
    status = np.array([Status.BAD_NO_COMMUNICATION, Status.GOOD], dtype=np.uint32)
    cause = np.array([Cause.DEVICE_OFFLINE, Cause.NONE], dtype=np.uint16)
    assert writer.commit_quality(np.array([1, 2], dtype=np.intp), status, cause) == 1
    assert writer.columns.value[1] == 5.0
    assert writer.columns.cause[1] == Cause.DEVICE_OFFLINE
    assert writer.columns.seq[1] > writer.columns.seq[2]


def test_that_good_answers_take_back_a_quality_that_was_written_between_them(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    for _ in range(2):  # from the second time on, all three are known to be good
        commit(writer, [1, 2, 3], [5.0, 6.0, 7.0])
    bad = np.array([Status.BAD_NO_COMMUNICATION], dtype=np.uint32)
    writer.commit_quality(np.array([2], dtype=np.intp), bad, np.array([Cause.DEVICE_OFFLINE], dtype=np.uint16))
    assert commit(writer, [1, 2, 3], [5.0, 6.0, 7.0]) == 1
    assert writer.changed.tolist() == [2]
    assert writer.columns.cause[1:4].tolist() == writer.columns.status[1:4].tolist() == [0, 0, 0]


def test_that_one_bad_answer_among_good_ones_is_seen_although_all_were_known_to_be_good(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    for _ in range(2):
        commit(writer, [1, 2, 3], [5.0, 6.0, 7.0])
    assert writer.all_good
    answers = arrays(3) | {"cause": np.array([0, 30, 0], dtype=np.uint16)}
    writer.commit(**answers)
    assert not writer.all_good
    assert writer.columns.cause[1:4].tolist() == [0, 30, 0]
    writer.commit(**(answers | {"cause": np.zeros(3, dtype=np.uint16)}))
    assert writer.columns.cause[1:4].tolist() == [0, 0, 0]
    assert writer.all_good


@pytest.mark.parametrize("rows", [[1, 2, 3], [3, 1, 2]], ids=["in order", "shuffled"])
def test_that_a_change_within_the_deadband_is_written_without_counting(tmp_path, rows):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    writer.set_deadband(np.array([1, 2], dtype=np.intp), np.array([1.0, 1.0]))

    def write(first: float, second: float, third: float, **quality) -> int:
        values = {1: first, 2: second, 3: third}
        return commit(writer, rows, [values[row] for row in rows], **quality)

    assert write(10.0, 10.0, 10.0) == 3
    assert write(10.5, 10.5, 10.5) == 1  # row 3 has no deadband
    assert (writer.columns.value[1:4] == 10.5).all()
    assert write(10.9, 10.9, 10.5) == 0  # 0.4 on from the last, 0.9 from the value that counted
    assert write(11.0, 11.0, 10.5) == 2  # a whole deadband counts
    assert write(11.0, 11.0, 10.5, status=0x8000_0000, cause=30) == 3
    assert write(np.nan, np.nan, np.nan, status=0x8000_0000, cause=30) == 3


def test_that_infinity_and_a_signalling_nan_from_a_device_leave_no_tick_half_written(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12, 13])
    rows = np.array([1, 2, 3], dtype=np.intp)
    writer.set_deadband(rows, np.ones(3))
    signalling = float(np.array([0x7FF0_0000_0000_0001], dtype=np.uint64).view(np.float64)[0])
    assert commit(writer, rows, [np.inf, -np.inf, signalling]) == 3
    assert commit(writer, rows, [np.inf, 5.0, signalling]) == 1  # infinity minus infinity is no warning in there
    assert commit(writer, rows, [-np.inf, 5.5, np.nan]) == 2
    assert int(writer.columns.header[Word.GSEQ]) % 2 == 0


def test_that_rows_beyond_the_capacity_are_refused_whole(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11])
    free = len(writer.columns.ident) - writer.used
    with pytest.raises(ImageFull):
        writer.append(np.arange(100, 101 + free, dtype=np.uint64), [4] * (free + 1))
    assert writer.used == 2
    assert len(writer.append(np.arange(100, 100 + free, dtype=np.uint64), [4] * free)) == free


def test_that_a_text_lies_in_its_own_slot_and_no_other(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12], TypeCode.TEXT, text_bytes=400)
    commit(writer, [1, 2], [np.nan, np.nan], texts={1: b"a" * 64, 2: b"b" * 64})
    before = writer.columns.slots.tobytes()
    commit(writer, [1], [np.nan], texts={1: b""})
    assert writer.columns.slots.tobytes().count(b"b" * 64) == before.count(b"b" * 64) == 1


def test_that_a_new_generation_is_newer_although_the_wall_clock_was_set_back(tmp_path):
    clock = HandClock()
    first = new_image(tmp_path, clock, [11])
    clock.wall -= 3600 * 1_000_000_000
    second = new_image(tmp_path, clock, [11], newer_than=first.generation)
    assert second.generation > first.generation
    third = ImageWriter.create(tmp_path, 1, clock)
    assert third.path.exists()
    assert third.generation not in (first.generation, second.generation)


def test_that_a_released_row_has_no_tag_any_more(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12])
    version = int(writer.columns.header[Word.MAP_VERSION])
    writer.release(1)
    assert writer.columns.ident[1:3].tolist() == [0, 12]
    assert int(writer.columns.header[Word.MAP_VERSION]) > version


def test_that_an_id_of_nothing_gets_no_row(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11])
    with pytest.raises(ValueError, match="ids must not be 0"):
        writer.append(numbers(0), [4])


@pytest.mark.parametrize("text", ["", "abc", "液位高", "a液", "😀😀"])
@pytest.mark.parametrize("size", range(9))
def test_that_a_text_is_cut_between_characters(text, size):
    content = cut(text, size)
    assert len(content) <= size
    assert text.startswith(content.decode())


ROWS = st.lists(st.integers(1, 12), unique=True, min_size=1, max_size=12) | st.builds(
    lambda first, count: list(range(first, min(first + count, 13))), st.integers(1, 12), st.integers(1, 12)
)
TICKS = st.lists(
    st.tuples(ROWS, st.lists(st.integers(0, 3), min_size=12, max_size=12), st.sampled_from([0, 30])),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("block", [3, 5, blocks.BLOCK])
@pytest.mark.parametrize("deadband", [0.0, 2.0])
@settings(max_examples=30, deadline=None)
@given(ticks=TICKS)
def test_that_any_order_of_rows_leaves_what_a_plain_table_would_hold(tmp_path_factory, block, deadband, ticks):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", block)
        writer = new_image(tmp_path_factory.mktemp("image"), HandClock(), list(range(101, 113)))
        bands = {row: deadband * (row % 2) for row in range(1, 13)}
        writer.set_deadband(np.arange(1, 13), np.array(list(bands.values())))
        table: dict[int, tuple[float, int, int, int]] = {}
        counted: dict[int, float] = {}
        sequences = dict.fromkeys(range(1, 13), int(writer.columns.seq[1]))
        for number, (rows, values, cause) in enumerate(ticks, 1):
            expected = []
            for row in rows:
                now = (float(values[row - 1] + row), cause)
                if row not in table or table[row][:2] != now:
                    requalified = row not in table or table[row][1] != cause
                    if requalified or abs(now[0] - counted[row]) >= bands[row]:
                        expected.append(row)
                        counted[row] = now[0]
                    table[row] = (*now, number, number)
                else:
                    table[row] = (*now, table[row][2], number)
            commit(
                writer,
                rows,
                [float(values[row - 1] + row) for row in rows],
                cause=cause,
                source_ns=number,
                receive_ns=number,
            )
            assert writer.changed.tolist() == expected
            sequences.update(dict.fromkeys(expected, writer.change_sequence))
    columns = writer.columns
    for row, held in table.items():
        found = (columns.value[row], columns.cause[row], columns.source_ns[row], columns.receive_ns[row])
        assert found == held
    assert columns.seq[1:13].tolist() == list(sequences.values())
    assert int(columns.header[Word.GSEQ]) % 2 == 0


def test_that_one_quality_and_one_time_for_all_rows_may_be_given_once(tmp_path):
    writer, other = (new_image(tmp_path / name, HandClock(), [11, 12, 13]) for name in made_in(tmp_path, "a", "b"))
    call = arrays(3) | {"status": np.full(3, 0x8000_0000, dtype=np.uint32), "cause": np.full(3, 30, dtype=np.uint16)}
    once = {name: np.broadcast_to(call[name][0], 3) for name in ("status", "cause", "source_ns", "mono_ns")}
    assert writer.commit(**call) == other.commit(**(call | once)) == 3
    for name in ("raw", "value", "status", "cause", "source_ns", "receive_ns", "mono_ns", "seq"):
        assert (getattr(writer.columns, name)[1:4] == getattr(other.columns, name)[1:4]).all()
