"""Fails a test that leaves a task, a thread, a timer, a window or a child process behind.

Autouse for every test. The fixture is set up before all other fixtures of a test and taken down after them, and after
the wider ones began: what a session fixture started earlier is not this test's fault. What is found is ended, so that
one fault shows once and not in every test that follows.
"""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

GRACE_S = 1.0
"""How long what was told to end may take to be gone."""

_TAG = "HMI_TEST_RUN"
"""Every process that descends from this run inherits this variable, also when its parent dies."""

_QT_FIXTURES = frozenset({"qtbot", "qapp", "qtlog", "qtmodeltester"})


def _tasks() -> set[Any]:
    """Pending tasks of all loops; CPython keeps them in module-level weak sets whose names differ by version."""
    found: set[Any] = set()
    for name in ("_all_tasks", "_scheduled_tasks", "_eager_tasks"):
        found.update(getattr(asyncio.tasks, name, ()))
    return {task for task in found if not task.done()}


def _threads() -> set[threading.Thread]:
    return {
        thread
        for thread in threading.enumerate()
        if type(thread).__name__ != "_DummyThread" and not thread.name.startswith("pytest_timeout")
    }


def _children() -> set[int]:
    """Living child processes by the kernel's own list (Linux); elsewhere an empty set."""
    found: set[int] = set()
    for task in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found.update(int(pid) for pid in task.read_text().split())
    return {pid for pid in found if _is_alive(pid)}


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
    return state not in "ZX" and "multiprocessing.resource_tracker" not in command


def _timers() -> set[Any]:
    """Running QTimers that Python knows of."""
    core, shiboken = sys.modules.get("PySide6.QtCore"), sys.modules.get("shiboken6")
    if core is None or shiboken is None:
        return set()
    kinds = _kinds(core.QTimer)
    timers = [thing for thing in gc.get_objects() if type(thing) in kinds]
    return {timer for timer in timers if shiboken.isValid(timer) and timer.isActive()}


def _kinds(kind: type) -> set[type]:
    """A class and all below it: looking for a type among some hundred thousand objects is cheap, isinstance is not."""
    return {kind}.union(*map(_kinds, kind.__subclasses__()))


def pytest_collection_finish() -> None:
    """Takes what stays for the whole run (modules, tests) out of every later look of the collector and of `_timers`."""
    gc.collect()
    gc.freeze()


def _windows() -> set[Any]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return set()
    return {widget for widget in widgets.QApplication.topLevelWidgets() if widget.isVisible()}


def _left(look: Callable[[], set[Any]], before: set[Any]) -> set[Any]:
    deadline = time.monotonic() + GRACE_S
    while (left := look() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    return left


def _end_process(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Marks this run's descendants; workers and what they start have the mark of the run that started them."""
    if not _is_worker(session):
        os.environ[_TAG] = uuid.uuid4().hex


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Ends orphans: grandchildren whose parent was killed are in no list of children, but they carry the mark.

    A run with workers looks when these have ended, once for all of them: so it also finds what a worker left that
    crashed, and no worker can take the processes of its neighbour for its own.
    """
    if _is_worker(session):
        return
    orphans = list(_orphans(f"{_TAG}={os.environ.get(_TAG)}".encode()))
    for pid, test, command in orphans:
        print(f"\nleft behind by {test}: process {pid}: {command}")
        _end_process(pid)
    if orphans and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_worker(session: pytest.Session) -> bool:
    return hasattr(session.config, "workerinput")


def _orphans(mark: bytes) -> Iterator[tuple[int, str, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with contextlib.suppress(OSError):
            variables = (folder / "environ").read_bytes().split(b"\0")
            if pid == os.getpid() or mark not in variables or not _is_alive(pid):
                continue
            test = next((one for one in variables if one.startswith(b"PYTEST_CURRENT_TEST=")), b"=?").partition(b"=")[2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")[:200]
            yield pid, test.decode(errors="replace"), command.decode(errors="replace")


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    uses_qt = not _QT_FIXTURES.isdisjoint(request.fixturenames)
    tasks, threads, children = _tasks(), _threads(), _children()
    timers, windows = (_timers(), _windows()) if uses_qt else (set(), set())
    yield
    complaints = []
    for pid in _left(_children, children):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200]
        complaints.append(f"child process {pid} is still alive: {command}")
        _end_process(pid)
    complaints += [f"thread {thread.name!r} is still running" for thread in _left(_threads, threads)]
    for task in _left(_tasks, tasks):
        complaints.append(f"task {task.get_name()!r} is still pending: {task.get_coro()}")
    if uses_qt:
        for timer in _left(_timers, timers):
            complaints.append(
                f"QTimer {timer.objectName()!r} of {timer.parent()} still runs every {timer.interval()} ms"
            )
            timer.stop()
        for window in _left(_windows, windows):
            complaints.append(f"window {window!r} is still open; hand it to qtbot.addWidget")
            window.close()
    if complaints:
        pytest.fail("left behind at the end of the test:\n" + "\n".join(complaints), pytrace=False)


@pytest.fixture(autouse=True)
def _no_task_cut_off(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """`asyncio.run` ends what its main coroutine forgot without a word: this says the word."""
    cut_off: list[str] = []
    original = asyncio.runners._cancel_all_tasks  # type: ignore[attr-defined]

    def cancel_all_tasks(loop: asyncio.AbstractEventLoop) -> None:
        cut_off.extend(f"{task.get_name()}: {task.get_coro()}" for task in asyncio.all_tasks(loop) if not task.done())
        original(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", cancel_all_tasks)
    yield
    if cut_off:
        pytest.fail("asyncio.run had to cancel tasks nobody waited for:\n" + "\n".join(cut_off), pytrace=False)
