"""What a new engine adopts: of this boot's image, else of the snapshot, by ids, never a half-written row."""

import numpy as np
import pytest

from hmi.image.layout import Word
from hmi.image.remains import adopt, remains_of_columns, remains_of_image
from hmi.image.snapshot import read_snapshot, write_snapshot
from hmi.image.writer import ImageWriter
from hmi.model.errors import ImageError
from hmi.model.quality import Cause, Status
from hmi.model.value import TypeCode
from tests.image.hand import SECOND, HandClock, commit, new_image, numbers


def left_by(writer: ImageWriter):
    return remains_of_columns(writer.columns, writer.used)


def test_that_rows_are_adopted_by_id_and_look_stale(tmp_path):
    clock = HandClock()
    old = new_image(tmp_path, clock, [11, 12, 13])
    commit(old, [1, 2, 3], [1.0, 2.0, 3.0], source_ns=5, receive_ns=6, mono_ns=7)
    new = ImageWriter.create(tmp_path, 4, clock, newer_than=old.generation)
    new.append(numbers(14, 13, 11), [4, 4, 4])
    assert adopt(new, remains_of_image(tmp_path / "current")) == 2
    columns = new.columns
    assert columns.value[2:4].tolist() == [3.0, 1.0]
    assert columns.cause[1:4].tolist() == [Cause.NEVER_READ, Cause.ENGINE_RESTARTED, Cause.ENGINE_RESTARTED]
    assert columns.status[2] == Status.UNCERTAIN_LAST_USABLE_VALUE
    assert (columns.source_ns[2], columns.receive_ns[2], columns.mono_ns[2]) == (5, 6, 7)


def test_that_a_tag_of_another_type_is_not_adopted(tmp_path):
    clock = HandClock()
    old = new_image(tmp_path, clock, [11])
    commit(old, [1], [1.0])
    new = ImageWriter.create(tmp_path, 1, clock, newer_than=old.generation)
    new.append(numbers(11), [int(TypeCode.INT64)])
    assert adopt(new, left_by(old)) == 0
    assert new.columns.cause[1] == Cause.NEVER_READ


def test_that_tags_never_read_or_gone_from_the_project_are_not_adopted(tmp_path):
    clock = HandClock()
    old = new_image(tmp_path, clock, [11, 12])
    commit(old, [2], [1.0])
    old.commit_quality(
        np.array([2], dtype=np.intp),
        np.array([Status.BAD_NODE_ID_UNKNOWN], dtype=np.uint32),
        np.array([Cause.NOT_IN_PROJECT], dtype=np.uint16),
    )
    new = ImageWriter.create(tmp_path, 2, clock, newer_than=old.generation)
    new.append(numbers(11, 12), [4, 4])
    assert adopt(new, left_by(old)) == 0


def test_that_texts_come_along_and_are_cut_to_a_smaller_slot(tmp_path):
    clock = HandClock()
    old = new_image(tmp_path, clock, [11, 12], TypeCode.TEXT, text_bytes=400)
    commit(old, [1, 2], [1.0, 2.0], texts={1: "液位高".encode(), 2: b"steam"})
    new = ImageWriter.create(tmp_path, 2, clock, text_bytes=400, newer_than=old.generation)
    new.append(numbers(12, 11), [int(TypeCode.TEXT)] * 2, [64, 4])
    assert adopt(new, left_by(old)) == 2
    assert left_by(new).texts == {12: "steam", 11: "液"}


def test_that_an_image_of_an_older_boot_is_not_adopted(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11])
    commit(writer, [1], [1.0])
    assert remains_of_image(tmp_path / "current") is not None
    writer.columns.header[Word.BOOT] += np.uint64(1)
    assert remains_of_image(tmp_path / "current") is None


def test_that_rows_of_a_tick_that_was_cut_off_are_left_out(tmp_path):
    writer = new_image(tmp_path, HandClock(), [11, 12])
    commit(writer, [1, 2], [1.0, 2.0])
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    writer.columns.seq[2] = writer.change_sequence + 1
    writer.columns.raw[2] = 77
    assert remains_of_image(tmp_path / "current").ident.tolist() == [11]


def test_that_a_snapshot_gives_back_what_it_was_given(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12], TypeCode.TEXT, text_bytes=400)
    commit(writer, [1, 2], [1.5, np.nan], source_ns=3, receive_ns=4, mono_ns=5, texts={1: "液位".encode()})
    before = left_by(writer)
    write_snapshot(tmp_path / "snapshot.bin", before)
    after = read_snapshot(tmp_path / "snapshot.bin", clock)
    for name in before.__slots__:
        if name == "texts":
            assert after.texts == before.texts == {11: "液位", 12: ""}
        else:
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
    assert [path.name for path in tmp_path.glob("snapshot*")] == ["snapshot.bin"]


def test_that_any_damaged_byte_of_a_snapshot_is_seen(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12])
    commit(writer, [1, 2], [1.5, 2.5])
    path = tmp_path / "snapshot.bin"
    write_snapshot(path, left_by(writer))
    content = path.read_bytes()
    boot = range(8, 16)  # another boot is not damage
    for place in set(range(len(content))) - set(boot):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :])
        with pytest.raises(ImageError, match="snapshot_broken"):
            read_snapshot(path, clock)
    for length in (0, 5, 40, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(ImageError, match="snapshot_broken"):
            read_snapshot(path, clock)


def test_that_a_snapshot_of_an_older_boot_has_ages_by_the_wall_clock(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12, 13])
    path = tmp_path / "snapshot.bin"
    commit(writer, [1], [1.0], receive_ns=clock.wall - 60 * SECOND, mono_ns=999)
    commit(writer, [2], [2.0], receive_ns=clock.wall + 60 * SECOND, mono_ns=999)
    write_snapshot(path, left_by(writer))
    content = path.read_bytes()
    path.write_bytes(content[:8] + bytes([content[8] ^ 1]) + content[9:])
    after = read_snapshot(path, clock)
    assert (clock.monotonic - after.mono_ns[:2]).tolist() == [60 * SECOND, 0]
    assert after.mono_ns[2] == 0


def test_that_no_snapshot_at_all_is_no_fault(tmp_path):
    assert read_snapshot(tmp_path / "snapshot.bin", HandClock()) is None


def test_that_a_snapshot_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    path = tmp_path / "snapshot.bin"
    commit(writer, [1], [1.0])
    write_snapshot(path, left_by(writer))
    before = path.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", disk_full)
    commit(writer, [1], [2.0])
    with pytest.raises(OSError, match="No space"):
        write_snapshot(path, left_by(writer))
    assert path.read_bytes() == before
    assert list(tmp_path.glob("snapshot*.new")) == []
