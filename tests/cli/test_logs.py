"""The logs of the processes: where they lie, and that they never grow without end."""

import logging

import pytest

from hmi.cli import logs


@pytest.fixture
def log(tmp_path, monkeypatch):
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(logs, "_BYTES", 1000)
    path = logs.log_to(tmp_path, "window")
    yield path
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def test_that_a_full_log_is_put_aside_and_the_oldest_is_dropped(log):
    for number in range(200):
        logging.getLogger("hmi.test").info("%03d %s", number, "x" * 150)
    names = sorted(path.name for path in log.parent.iterdir())
    assert names == ["window.log", *(f"window.log.{number}" for number in range(1, 6))]
    assert all(path.stat().st_size < 1400 for path in log.parent.iterdir())
    order = [*(log.with_name(f"window.log.{number}") for number in range(5, 0, -1)), log]
    kept = [line.split("] ")[1][:3] for path in order for line in path.read_text(encoding="utf-8").splitlines()]
    assert kept == [f"{number:03d}" for number in range(200 - len(kept), 200)]


def test_that_a_log_is_carried_on_by_the_next_start(log, tmp_path):
    logging.getLogger("hmi.test").info("first")
    logs.log_to(tmp_path, "window")
    logging.getLogger("hmi.test").info("second")
    assert [line[-6:].strip() for line in log.read_text(encoding="utf-8").splitlines()] == ["first", "second"]
