"""The identity of the boot: the same for all, whatever the wall clock does, and honest where there is none."""

import time
from pathlib import Path

from hmi.image import boot, reader, remains, snapshot, writer
from hmi.image.remains import remains_of_columns, remains_of_image
from hmi.image.snapshot import read_snapshot, write_snapshot
from tests.image.hand import HandClock, commit, new_image, source_of


def _without_boot_name(monkeypatch) -> None:
    """As on a system that tells none; each room asks anew, like processes of their own."""

    def refuse(self, *_: object, **__: object) -> str:
        raise OSError

    monkeypatch.setattr(Path, "read_text", refuse)
    for room in (writer, reader, remains, snapshot):
        monkeypatch.setattr(room, "boot_identity", boot.boot_identity.__wrapped__)


def test_that_a_boot_has_one_number_which_the_wall_clock_does_not_move(monkeypatch):
    first = boot.boot_identity.__wrapped__()
    assert first not in (0, boot.UNKNOWN_BOOT)
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 120 * 10**9)
    assert boot.boot_identity.__wrapped__() == first


def test_that_a_step_of_the_wall_clock_leaves_an_engine_alive_where_the_system_tells_no_boot(tmp_path, monkeypatch):
    clock = HandClock()
    new = new_image(tmp_path, clock, [11])
    _without_boot_name(monkeypatch)
    now = time.time_ns()
    new = new_image(tmp_path, clock, [11], newer_than=new.generation)
    monkeypatch.setattr(time, "time_ns", lambda: now + 120 * 10**9)
    source = source_of(tmp_path, clock)
    assert source.poll().alive
    clock.advance(2)
    assert not source.poll().alive


def test_that_what_was_left_is_not_trusted_where_the_system_tells_no_boot(tmp_path, monkeypatch):
    _without_boot_name(monkeypatch)
    clock = HandClock()
    new = new_image(tmp_path, clock, [11])
    commit(new, [1], [4.0], receive_ns=clock.wall, mono_ns=clock.monotonic)
    write_snapshot(tmp_path / "snapshot.bin", remains_of_columns(new.columns, new.used))
    assert remains_of_image(tmp_path / "current") is None
    clock.monotonic -= 1000 * 10**9  # the machine was started anew
    clock.wall += 60 * 10**9
    found = read_snapshot(tmp_path / "snapshot.bin", clock)
    assert found is not None
    assert found.mono_ns[found.ident == 11].tolist() == [clock.monotonic - 60 * 10**9]
