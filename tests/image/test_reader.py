"""The live source: never raises, never shows an old value as alive, and finds the engine again by itself."""

import gc

import numpy as np
import pytest

from hmi.image import layout
from hmi.image.layout import Word
from hmi.image.pointer import Pointer, image_name, read_pointer, sweep, write_pointer
from hmi.model.quality import CAUSES, Cause, QualityClass, Status, quality_class, status_of
from hmi.model.value import TypeCode
from tests.image.hand import SECOND, HandClock, commit, new_image, numbers, source_of


def causes(shown) -> list[Cause]:
    return [Cause(cause) for cause in shown.columns.cause]


def test_that_everything_is_never_read_where_no_engine_ever_was(tmp_path):
    source = source_of(tmp_path, HandClock())
    shown = source.show(numbers(11, 12))
    state = source.poll()
    assert not state.alive
    assert state.reason.code == "engine.not_running"
    assert state.generation == state.heartbeat_wall_ns == 0
    assert shown.refresh().tolist() == [0, 1]
    assert causes(shown) == [Cause.NEVER_READ] * 2
    assert shown.refresh().tolist() == []


def test_that_changed_rows_alone_are_reported_in_the_order_asked_for(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12, 13])
    source = source_of(tmp_path, clock)
    assert source.poll().alive
    shown = source.show(numbers(13, 99, 11))
    assert shown.refresh().tolist() == [0, 1, 2]
    commit(writer, [3], [3.5], receive_ns=70, mono_ns=80)
    assert shown.refresh().tolist() == [0]
    assert shown.columns.value[0] == 3.5
    assert (shown.columns.receive_ns[0], shown.columns.receive_mono_ns[0]) == (70, 80)
    commit(writer, [2], [2.5])
    assert shown.refresh().tolist() == []
    assert causes(shown) == [Cause.NONE, Cause.NEVER_READ, Cause.NEVER_READ]


def test_that_receive_times_alone_are_had_by_touch(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    commit(writer, [1], [1.0], receive_ns=70, mono_ns=80)
    shown.refresh()
    commit(writer, [1], [1.0], receive_ns=90, mono_ns=100)
    assert shown.refresh().tolist() == []
    assert shown.columns.receive_mono_ns[0] == 80
    shown.touch()
    assert (shown.columns.receive_ns[0], shown.columns.receive_mono_ns[0]) == (90, 100)


def test_that_a_tick_in_the_making_leaves_the_frame_as_it_was(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    commit(writer, [1], [1.0])
    shown.refresh()
    commit(writer, [1], [2.0])
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    assert shown.refresh().tolist() == []
    assert shown.columns.value[0] == 1.0
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    assert shown.refresh().tolist() == [0]
    assert shown.columns.value[0] == 2.0


def test_that_an_engine_silent_for_a_second_and_a_half_makes_good_values_stale_and_its_return_all_live(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12, 13])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11, 12, 13))
    commit(writer, [1], [1.0])
    commit(writer, [2], [2.0], status=Status.BAD_TIMEOUT, cause=Cause.DEVICE_TIMED_OUT)
    shown.refresh()
    clock.advance(1.5)
    assert source.poll().alive
    clock.advance(0.01)
    state = source.poll()
    assert (state.alive, state.reason.code, state.reason.arguments) == (False, "engine.silent", {"seconds": 1})
    assert state.heartbeat_age_ns == int(1.51 * SECOND)
    assert shown.refresh().tolist() == [0, 1, 2]
    assert causes(shown) == [Cause.ENGINE_SILENT, Cause.DEVICE_TIMED_OUT, Cause.NEVER_READ]
    assert shown.columns.status[0] == Status.UNCERTAIN_LAST_USABLE_VALUE
    assert shown.columns.status[1] == Status.BAD_TIMEOUT
    assert shown.columns.value[:2].tolist() == [1.0, 2.0]
    assert shown.refresh().tolist() == []
    writer.heartbeat()
    assert source.poll().alive
    assert shown.refresh().tolist() == [0, 1, 2]
    assert causes(shown) == [Cause.NONE, Cause.DEVICE_TIMED_OUT, Cause.NEVER_READ]


@pytest.mark.parametrize("cause", sorted(CAUSES), ids=lambda cause: cause.name)
def test_that_a_silent_engine_makes_no_value_look_better(tmp_path, cause):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12])
    commit(writer, [1, 2], [1.0, 2.0], status=status_of(cause), cause=cause)
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    clock.advance(2)
    assert not source.poll().alive
    shown.refresh()
    assert quality_class(int(shown.columns.status[0])) == max(quality_class(status_of(cause)), QualityClass.UNCERTAIN)
    bad = quality_class(status_of(cause)) is QualityClass.BAD
    assert causes(shown) == [cause if bad else Cause.ENGINE_SILENT]


def test_that_a_row_gone_bad_while_the_engine_counts_as_silent_is_shown_bad(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12, 13])
    commit(writer, [1, 2, 3], [1.0, 2.0, 3.0])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11, 12, 13))
    source.link_ended = True
    clock.advance(0.5)
    assert not source.poll().alive
    shown.refresh()
    writer.commit_quality(
        np.array([2], dtype=np.intp),
        np.array([Status.BAD_NO_COMMUNICATION], dtype=np.uint32),
        np.array([Cause.DEVICE_OFFLINE], dtype=np.uint16),
    )
    assert shown.refresh().tolist() == [1]
    assert causes(shown) == [Cause.ENGINE_SILENT, Cause.DEVICE_OFFLINE, Cause.ENGINE_SILENT]


def test_that_a_change_of_everything_is_whole_although_only_some_rows_change_before_and_after(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12, 13])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11, 12, 13))
    expected = [0.0, 0.0, 0.0]
    commit(writer, [1, 2, 3], expected)
    for rows in ([1], [1, 2, 3], [2, 3], [1, 2, 3], [1, 2, 3], [3]):
        for row in rows:
            expected[row - 1] += 10.0 * row
        commit(writer, rows, [expected[row - 1] for row in rows], source_ns=int(sum(expected)))
        shown.refresh()
        assert shown.columns.value.tolist() == expected
        assert shown.columns.raw.view(np.float64).tolist() == expected


def test_that_tags_shown_first_while_the_engine_is_silent_are_stale_from_the_start(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    commit(writer, [1], [1.0])
    clock.advance(5)
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    shown.refresh()
    assert causes(shown) == [Cause.ENGINE_SILENT]


def test_that_an_ended_link_makes_the_heartbeat_suspicious_after_a_third_of_a_second(tmp_path):
    clock = HandClock()
    new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    clock.advance(0.4)
    assert source.poll().alive
    source.link_ended = True
    assert not source.poll().alive


def test_that_a_heartbeat_from_the_future_is_one_of_before_the_machine_was_started(tmp_path):
    clock = HandClock()
    new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    assert source.poll().alive
    clock.monotonic -= 1
    state = source.poll()
    assert (state.alive, state.reason.code, state.heartbeat_age_ns) == (False, "engine.not_running", 0)


def test_that_an_image_of_an_older_boot_is_never_alive(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    writer.columns.header[Word.BOOT] += np.uint64(1)
    assert source_of(tmp_path, clock).poll().reason.code == "engine.not_running"


def test_that_a_step_of_the_wall_clock_makes_nothing_young_or_old(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    commit(writer, [1], [1.0], mono_ns=clock.monotonic)
    shown.refresh()
    for step in (-86_400, 200_000):
        clock.wall += step * SECOND
        state = source.poll()
        assert state.alive
        assert state.heartbeat_age_ns == 0
        assert shown.refresh().tolist() == []
        assert source.monotonic_ns() - shown.columns.receive_mono_ns[0] == 0


def test_that_a_clean_stop_is_told_from_a_death(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    writer.close()
    assert source.poll().reason.code == "engine.closed"


def test_that_a_new_generation_is_bound_with_its_own_rows(tmp_path):
    clock = HandClock()
    first = new_image(tmp_path, clock, [11, 12])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11, 12))
    commit(first, [1, 2], [1.0, 2.0])
    shown.refresh()
    second = new_image(tmp_path, clock, [13, 12, 11], newer_than=first.generation)
    commit(second, [3], [111.0])
    clock.advance(0.6)
    second.heartbeat()
    assert source.poll().generation == second.generation
    assert shown.refresh().tolist() == [0, 1]
    assert shown.columns.value[0] == 111.0
    assert causes(shown) == [Cause.NONE, Cause.NEVER_READ]


def test_that_an_attach_message_makes_the_next_poll_look(tmp_path):
    clock = HandClock()
    first = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    second = new_image(tmp_path, clock, [11], newer_than=first.generation)
    assert source.poll().generation == first.generation
    source.look_now()
    assert source.poll().generation == second.generation


def test_that_a_tag_added_while_running_comes_alive_without_a_new_generation(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(12))
    shown.refresh()
    (row,) = writer.append(numbers(12), [4])
    commit(writer, [row], [7.0])
    source.poll()
    assert shown.refresh().tolist() == [0]
    assert shown.columns.value[0] == 7.0


def test_that_a_row_map_in_the_making_is_read_with_the_next_poll(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    commit(writer, [1], [7.0])
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    source = source_of(tmp_path, clock)
    assert source.poll().alive
    shown = source.show(numbers(11))
    assert shown.refresh().tolist() == [0]
    assert causes(shown) == [Cause.NEVER_READ]
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    source.poll()
    assert shown.refresh().tolist() == [0]
    assert shown.columns.value[0] == 7.0


def test_that_texts_are_read_with_their_rows(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12], TypeCode.TEXT, text_bytes=400)
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(12, 11, 99))
    commit(writer, [1, 2], [1.0, 2.0], texts={1: "液位".encode(), 2: b"high"})
    shown.refresh()
    assert [shown.text(index) for index in range(3)] == ["high", "液位", ""]


def test_that_a_slot_of_rubbish_is_no_text_and_no_fault(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11], TypeCode.TEXT, text_bytes=400)
    source = source_of(tmp_path, clock)
    source.poll()
    commit(writer, [1], [1.0], texts={1: b"\xff\xfe"})
    writer.columns.slot[1] = 0xFFFF_FFF0
    shown = source.show(numbers(11))
    shown.refresh()
    assert shown.text(0) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"rubbish",
        b"image-5.bin",
        b"image-5.bin 6 1",
        b"../image-5.bin 5 1",
        b"image-5.bin 5 x",
        b"\xff" * 90,
    ],
)
def test_that_a_pointer_of_rubbish_names_nothing(tmp_path, content):
    (tmp_path / "current").write_bytes(content)
    assert read_pointer(tmp_path / "current") is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\0" * 10),
        lambda path: path.write_bytes(b"\0" * 100_000),
        lambda path: path.write_bytes(path.read_bytes()[: -layout.PAGE]),
        lambda path: path.write_bytes(path.read_bytes() + b"\0" * layout.PAGE),
        lambda path: path.write_bytes(path.read_bytes()[1:] + b"\0"),
        lambda path: path.write_bytes(with_word(path, Word.CAPACITY, 2**63)),
        lambda path: path.write_bytes(with_word(path, Word.SLOTS_SIZE, 2**64 - 1)),
        lambda path: path.write_bytes(with_word(path, Word.SLOTS_AT, 0)),
        lambda path: path.write_bytes(with_word(path, Word.VERSION, 99)),
        lambda path: path.write_bytes(with_word(path, Word.GENERATION, 1)),
        lambda path: path.unlink(),
    ],
    ids=[
        "empty",
        "tiny",
        "zeros",
        "cut",
        "longer",
        "shifted",
        "capacity",
        "slots",
        "slots at",
        "version",
        "gen",
        "gone",
    ],
)
def test_that_a_file_that_is_no_image_leaves_what_was_seen_and_is_said_once(tmp_path, expected_logs, caplog, spoil):
    clock = HandClock()
    first = new_image(tmp_path, clock, [11])
    commit(first, [1], [1.0])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    shown.refresh()
    second = new_image(tmp_path, clock, [11], newer_than=first.generation)
    spoil(second.path)
    expected_logs.expect("hmi.image", "no image can be read")
    for _ in range(3):
        source.look_now()
        assert source.poll().generation == first.generation
        shown.refresh()
    assert shown.columns.value[0] == 1.0
    assert len(caplog.records) == 1


def with_word(path, word: Word, value: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[word * 8 : word * 8 + 8] = value.to_bytes(8, "little")
    return bytes(content)


def test_that_a_vanished_pointer_leaves_what_was_seen(tmp_path):
    clock = HandClock()
    new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    assert source.poll().alive
    (tmp_path / "current").unlink()
    source.look_now()
    assert source.poll().alive


def test_that_more_used_rows_than_there_is_room_for_are_not_believed(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    writer.columns.header[Word.USED] = 2**60
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    assert shown.refresh().tolist() == [0]


def test_that_an_unfinished_file_is_not_taken_for_an_image(tmp_path, expected_logs):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    writer.columns.header[Word.MAGIC] = 0
    expected_logs.expect("hmi.image", "not_an_image")
    assert source_of(tmp_path, clock).poll().generation == 0


def test_that_a_set_no_longer_shown_costs_nothing(tmp_path):
    clock = HandClock()
    new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    assert len(source._shown) == 1
    del shown
    gc.collect()
    assert len(source._shown) == 0


def test_that_old_images_are_swept_and_the_one_in_use_stays(tmp_path):
    for generation in (3, 5, 7):
        (tmp_path / image_name(generation)).write_bytes(b"x")
    (tmp_path / "image-x.bin").write_bytes(b"somebody else's")
    assert sweep(tmp_path, 5) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image-5.bin", "image-x.bin"]


def test_that_the_pointer_is_replaced_whole(tmp_path):
    path = tmp_path / "current"
    write_pointer(path, Pointer(image_name(5), 5, 77))
    write_pointer(path, Pointer(image_name(6), 6, 77))
    assert read_pointer(path) == Pointer("image-6.bin", 6, 77)
    assert [each.name for each in tmp_path.iterdir()] == ["current"]
