"""Starts what dev.py was asked for, passes signals and exit codes on, and lends it a screen where there is none.

Called by dev.py; standard library only. Nothing started here outlives dev.py: the virtual display is ended with it,
and the kernel ends both even when dev.py itself is killed.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from installer.setup.environment import ROOT, VENV, python
from installer.setup.says import Stop, say

SCREEN = "1920x1080x24"


def environment(**more: str) -> dict[str, str]:
    """The variables that every process of ours gets, beside those that the user set."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    programs = os.pathsep.join([str(python().parent), os.environ.get("PATH", "")])
    ours = {
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": path,
        "PYTHONSAFEPATH": "1",
        "PATH": programs,
        "VIRTUAL_ENV": str(VENV),
    }
    if sys.platform == "linux":
        ours["LC_ALL"] = "C.UTF-8"  # Qt warns at every start about a locale that is not UTF-8
    return {**os.environ, **ours, **more}


def run(arguments: Sequence[str], *, variables: dict[str, str] | None = None, folder: Path | None = None) -> int:
    """Runs Python of `.venv` with these arguments until it ends.

    Args:
        arguments: what follows the interpreter, such as `-m hmi demo`.
        variables: the child's whole environment; ours by default.
        folder: the child's current folder; the caller's by default, so that file names mean what they say.

    Returns:
        The child's exit code; 128 + n when signal n ended it, as shells say it.
    """
    with _passing_signals_on() as adopt:
        child = subprocess.Popen(
            [str(python()), *arguments],
            env=variables or environment(),
            cwd=folder,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        adopt(child)
        code = child.wait()
    return code if code >= 0 else 128 - code


class _Adoption:
    """Holds the child to which signals go; one that comes before there is a child is kept for it."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.early: list[int] = []

    def __call__(self, child: "subprocess.Popen[bytes]") -> None:
        self.child = child
        for number in self.early:
            child.send_signal(number)

    def pass_on(self, number: int, _: FrameType | None) -> None:
        if (number == signal.SIGINT or os.name == "nt") and _terminal_sends_it():
            return  # the terminal sent it to the child as well; twice would end it before it can say goodbye
        if self.child is None:
            self.early.append(number)
        else:
            with contextlib.suppress(ProcessLookupError):
                self.child.send_signal(number)


def _terminal_sends_it() -> bool:
    if os.name == "nt":
        return True
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def _passing_signals_on() -> Iterator[_Adoption]:
    adoption = _Adoption()
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, adoption.pass_on) for number in numbers}
    try:
        yield adoption
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def screen(*, wanted: bool) -> Iterator[dict[str, str]]:
    """A virtual display for the time of the block when there is no screen.

    Args:
        wanted: false leaves everything as it is (the machine has a screen, or the verb opens no window).

    Yields:
        The variables that lead a child to it; empty when none was started.
    """
    if not wanted:
        yield {}
        return
    reader, writer = os.pipe()
    # -displayfd lets the server choose a free number and tell it: runs side by side do not clash.
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(
        command,
        pass_fds=[writer],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_parent,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise Stop(3, "the virtual display (Xvfb) did not start")
        say(f"no screen here: the window opens on a virtual display, :{number}; --screenshot FILE takes its picture")
        yield {"DISPLAY": f":{number}"}
    finally:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _die_with_parent() -> None:
    """Asks the kernel to end this process with its parent, also when the parent is killed (Linux)."""
    pr_set_pdeathsig = 1
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
