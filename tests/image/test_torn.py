"""No torn tick: a writer in another process, a reader here, every accepted row recomputed from its tick."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hmi.image.layout import Word
from hmi.image.mapped import open_image
from hmi.image.pointer import read_pointer
from hmi.image.reader import LiveSource
from hmi.image.remains import remains_of_image
from hmi.image.shown import LiveShown
from tests.image.law import broken_rows, idents, new_writer, tick_of_rows, write_tick

ROWS = 5000


@contextlib.contextmanager
def writing(folder: Path, rows: int, hertz: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.image.law", str(folder), str(rows), str(hertz)]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def watch(folder: Path, seconds: float, hertz: float) -> tuple[int, int, int]:
    """Read all rows for some seconds; gives accepted reads with changes, broken rows, and the newest tick."""
    source = LiveSource(folder / "current")
    while not len(source.idents()):  # a writer flat out leaves no room to read the row map at each try
        assert source.poll().alive
    shown = source.show(idents(ROWS))
    reads = broken = 0
    end = due = time.monotonic()
    end += seconds
    while time.monotonic() < end:
        assert source.poll().alive
        if len(shown.refresh()):
            reads += 1
            broken += broken_rows(shown.columns)
        if hertz:
            due += 1 / hertz
            time.sleep(max(0.0, due - time.monotonic()))
    return reads, broken, int(shown.columns.source_ns.max())


@pytest.mark.timeout(20)
def test_that_no_row_and_no_tick_is_torn_at_a_brisk_pace(tmp_path):
    with writing(tmp_path, ROWS, 400):
        reads, broken, newest = watch(tmp_path, 5.0, 200)
    assert broken == 0
    assert reads > 100
    assert newest > 500


def interrupted(shown: LiveShown, writer, rows, times: int) -> None:
    """Let the writer finish a tick in the middle of the next reads."""
    land, tick = shown._land, 100

    def land_and_write(*arguments) -> None:
        nonlocal times, tick
        land(*arguments)
        if times > 0:
            times -= 1
            tick += 1
            write_tick(writer, rows, tick)

    shown._land = land_and_write


def test_that_a_read_which_a_tick_has_crossed_is_made_again(tmp_path):
    writer, rows = new_writer(tmp_path, 100)
    source = LiveSource(tmp_path / "current")
    source.poll()
    shown = source.show(idents(100))
    shown.refresh()
    for tick in (97, 98, 99, 100):
        write_tick(writer, rows, tick)
    interrupted(shown, writer, rows, 2)
    assert len(shown.refresh()) == 100
    assert int(shown.columns.source_ns.max()) == 102
    assert broken_rows(shown.columns) == 0


def test_that_a_read_which_ticks_cross_again_and_again_leaves_the_frame_before(tmp_path):
    writer, rows = new_writer(tmp_path, 100)
    source = LiveSource(tmp_path / "current")
    source.poll()
    shown = source.show(idents(100))
    shown.refresh()
    for tick in (97, 98, 99, 100):
        write_tick(writer, rows, tick)
    interrupted(shown, writer, rows, 99)
    assert len(shown.refresh()) == 0
    assert shown.columns.source_ns.max() == 0
    interrupted(shown, writer, rows, 0)


def test_that_the_check_sees_a_torn_row_and_a_torn_tick(tmp_path):
    writer, rows = new_writer(tmp_path, ROWS)
    source = LiveSource(tmp_path / "current")
    source.poll()
    shown = source.show(idents(ROWS))
    for tick in range(1, 9):
        write_tick(writer, rows, tick)
    shown.refresh()
    assert broken_rows(shown.columns) == 0
    shown.columns.value[17] += 1
    assert broken_rows(shown.columns) == 1
    shown.columns.value[17] -= 1
    write_tick(writer, rows, 9)
    shown.columns.source_ns[0] = shown.columns.source_ns.max() + 1
    assert broken_rows(shown.columns) > ROWS // 4


def test_that_a_reader_without_the_sequence_check_does_see_torn_ticks(tmp_path):
    """The stress is worth something only if the fault that it looks for does occur."""
    with writing(tmp_path, ROWS, 0):
        pointer = read_pointer(tmp_path / "current")
        image = open_image(tmp_path / pointer.name)
        shown = LiveShown(idents(ROWS))
        torn, end = 0, time.monotonic() + 3.0
        while not torn and time.monotonic() < end:
            shown._land(image.columns, slice(1, ROWS + 1), ROWS)
            torn = broken_rows(shown._landing)
    assert torn


@pytest.mark.long
@pytest.mark.timeout(180)
def test_that_nothing_is_torn_in_a_minute_flat_out(tmp_path):
    with writing(tmp_path, ROWS, 0):
        reads, broken, newest = watch(tmp_path, 60.0, 0)
    assert broken == 0
    assert reads > 500
    assert newest > 10_000


@pytest.mark.long
@pytest.mark.timeout(600)
def test_that_two_hundred_killed_writers_leave_no_mixed_row_to_adopt(tmp_path):
    chance = random.Random(5)
    odd = mixed = 0
    for _ in range(200):
        with writing(tmp_path, ROWS, 0) as process:
            time.sleep(chance.uniform(0.0, 0.02))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        pointer = read_pointer(tmp_path / "current")
        image = open_image(tmp_path / pointer.name)
        odd += image.word(Word.GSEQ) & 1
        columns = image.columns
        remains = remains_of_image(tmp_path / "current")
        places = (remains.ident // np.uint64(7919)).astype(np.int64) - 1
        raw = (remains.source_ns * 1_000_003 + places).astype(np.uint64)
        assert (remains.raw == raw).all()
        assert (remains.value == raw.astype(np.float64)).all()
        assert (remains.status == raw % np.uint64(1000)).all()
        assert (remains.cause == raw % np.uint64(97)).all()
        raw_all = (columns.source_ns[1 : ROWS + 1] * 1_000_003 + np.arange(ROWS)).astype(np.uint64)
        mixed += int(np.count_nonzero(columns.raw[1 : ROWS + 1] != raw_all))
        if not image.word(Word.GSEQ) & 1:
            newest = int(remains.source_ns.max())
            assert (remains.source_ns == tick_of_rows(newest, ROWS)).all()
        image.path.unlink()
    assert odd > 0, "no writer was killed in the middle of a tick: the test proves nothing"
    assert mixed > 0, "no row was ever mixed: the test proves nothing"
