"""An engine that ends in the middle of a tick: nothing that a window shows stays good, and nothing is torn."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hmi.image.layout import Word
from hmi.image.reader import LiveSource
from hmi.image.shown import LiveShown
from hmi.model.quality import Cause, Status
from tests.image.dying import GOOD_TICKS
from tests.image.hand import HandClock, commit, new_image, numbers, source_of
from tests.image.law import idents

ROWS = 500


@contextlib.contextmanager
def dying(folder: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.image.dying", str(folder), str(ROWS), how]
    root = Path(__file__).resolve().parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def _until_silent(source: LiveSource, shown: LiveShown, limit_s: float) -> int:
    """Look 30 times a second, as a window does, until the source is silent; how many tags changed in that look."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        alive, changed = source.poll().alive, len(shown.refresh())
        if not alive:
            return changed
        time.sleep(1 / 30)
    pytest.fail(f"the engine was dead for {limit_s} s and still counts as alive")


@pytest.mark.parametrize("how", ["killed", "stuck"])
def test_that_a_process_that_ends_in_the_middle_of_a_tick_leaves_a_window_without_a_good_value(tmp_path, how):
    with dying(tmp_path, how) as process:
        source = LiveSource(tmp_path / "current")
        assert source.poll().alive
        shown = source.show(idents(ROWS))
        assert len(shown.refresh()) == ROWS
        before = shown.columns.raw.copy()
        status = shown.columns.status.copy()
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
        assert _until_silent(source, shown, 4.0) == ROWS
        state = source.poll()
        assert state.reason is not None
        assert state.reason.code == "engine.silent"
        assert len(shown.refresh()) == 0
        kept = status < Status.BAD
        assert kept.any()
        assert set(shown.columns.cause[kept].tolist()) == {int(Cause.ENGINE_SILENT)}
        assert (shown.columns.status != Status.GOOD).all()
        assert (shown.columns.raw == before).all()  # of the last whole tick, none of the half one
        assert int(shown.columns.source_ns.max()) == GOOD_TICKS


def test_that_the_next_engine_takes_the_silence_away(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11, 12])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11, 12))
    commit(writer, [1, 2], [1.0, 2.0])
    source.poll()
    shown.refresh()
    writer.columns.header[Word.GSEQ] += np.uint64(1)
    clock.advance(60)
    assert not source.poll().alive
    assert len(shown.refresh()) == 2
    assert shown.columns.cause.tolist() == [Cause.ENGINE_SILENT] * 2
    assert shown.columns.value.tolist() == [1.0, 2.0]
    again = new_image(tmp_path, clock, [11, 12], newer_than=writer.generation)
    commit(again, [1, 2], [3.0, 4.0])
    clock.advance(1)
    assert source.poll().alive
    assert len(shown.refresh()) == 2
    assert shown.columns.cause.tolist() == [Cause.NONE] * 2
    assert shown.columns.value.tolist() == [3.0, 4.0]


def test_that_a_tick_half_written_for_a_second_counts_as_silence_whatever_the_heartbeat_says(tmp_path):
    clock = HandClock()
    writer = new_image(tmp_path, clock, [11])
    source = source_of(tmp_path, clock)
    source.poll()
    shown = source.show(numbers(11))
    commit(writer, [1], [1.0])
    source.poll()
    shown.refresh()
    header = writer.columns.header
    for step in range(20):  # each look meets another tick in the making: that is a busy engine
        header[Word.GSEQ] += np.uint64(1)
        assert source.poll().alive, step
        header[Word.GSEQ] += np.uint64(1)
        clock.advance(0.1)
        writer.heartbeat()
    header[Word.GSEQ] += np.uint64(1)
    looks = []
    for _ in range(15):
        looks.append(source.poll().alive)
        shown.refresh()
        clock.advance(0.1)
        writer.heartbeat()
    assert looks == [True] * 11 + [False] * 4
    assert shown.columns.cause[0] == Cause.ENGINE_SILENT
    header[Word.GSEQ] += np.uint64(1)  # it was only held up
    assert source.poll().alive
    shown.refresh()
    assert shown.columns.cause[0] == Cause.NONE
