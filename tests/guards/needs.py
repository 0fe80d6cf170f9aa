"""What tests need from outside, real data and packages of Debian: there, or installed by name, or skipped with reason.

    @pytest.mark.needs_package("mbpoll", program="mbpoll")
    @pytest.mark.needs_package("libmodbus5", library="libmodbus.so.5")
    def test_that_an_independent_client_reads_the_same(test_data): ...

Packages are installed once, after collection, for the tests that were chosen: apt may take longer than a test may.
"""

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from installer.setup import machine
from installer.setup.says import Stop

_ROOT = Path(__file__).resolve().parents[2]
_REASONS = pytest.StashKey[dict[str, str]]()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data from outside: HMI_TEST_DATA, else ../shared/data beside the checkout, else skipped."""
    named = os.environ.get("HMI_TEST_DATA")
    folder = Path(named) if named else _ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no real data: set HMI_TEST_DATA to its folder ({folder} does not exist)")
    return folder


def _is_there(program: str | None, library: str | None, file: str | None) -> bool:
    if library is not None:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
    return (program is None or shutil.which(program) is not None) and (file is None or Path(file).exists())


def _install(name: str) -> str | None:
    """Installs a package of Debian by name; returns None when that went well, else the reason in words."""
    wanted = machine.Needs()
    wanted.add(name)
    try:
        machine.provide(wanted)
    except Stop as stop:
        return f"needs the Debian package {name}: " + " ".join(str(stop).split())[:300]
    return None


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Every worker of a run comes here at the same moment, and apt turns the second one away."""
    if sys.platform != "linux":
        yield
        return
    import fcntl

    folder = os.open(Path(__file__).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Installs what the chosen tests need and this machine lacks, in one go a package."""
    reasons = session.config.stash.setdefault(_REASONS, {})
    if session.config.option.collectonly:
        return
    for item in session.items:
        for marker in item.iter_markers("needs_package"):
            (name,) = marker.args
            probe = {key: marker.kwargs.get(key) for key in ("program", "library", "file")}
            if name in reasons or _is_there(**probe):
                continue
            with _one_at_a_time():
                reason = None if _is_there(**probe) else _install(name)
            if reason is None and not _is_there(**probe):
                reason = f"{name} is installed but does not bring {next(filter(None, probe.values()), name)}"
            reasons[name] = reason or ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips a test whose package could not be had."""
    reasons = item.config.stash.get(_REASONS, {})
    for marker in item.iter_markers("needs_package"):
        if reason := reasons.get(marker.args[0]):
            pytest.skip(reason)
