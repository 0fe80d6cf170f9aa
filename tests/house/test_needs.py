"""Tests that need something from outside get it, or are skipped with the reason."""

import os
import subprocess
import sys

import pytest

from installer.setup import machine
from installer.setup.environment import ROOT
from installer.setup.says import Stop
from tests.acceptance.pictures import FOLDER, PICTURES
from tests.guards import needs

PROBES = """
import pytest
@pytest.mark.needs_package("no-such-package-of-debian", program="no-such-program")
def test_needs_a_program(): assert False
@pytest.mark.needs_package("libc6", library="libc.so.6")
def test_needs_what_is_there(): assert True
def test_needs_data(test_data): assert (test_data / "plctags").is_dir()
"""


@pytest.fixture
def answer(tmp_path):
    (tmp_path / "test_probe.py").write_text(PROBES, encoding="utf-8")
    for name in ("tests/conftest.py", "pyproject.toml"):
        (tmp_path / name.rpartition("/")[2]).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")

    def run(**variables):
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "test_probe.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.stdout + ran.stderr

    return run


def test_that_a_missing_package_skips_with_the_reason_where_nobody_may_install(answer, tmp_path):
    (tmp_path / "bin").mkdir()
    told = answer(PATH=str(tmp_path / "bin"))
    assert "needs the Debian package no-such-package-of-debian" in told
    assert "PASSED test_probe.py::test_needs_what_is_there" in told


def test_that_missing_data_skip_with_the_reason(answer, tmp_path):
    told = answer(PATH=str(tmp_path), HMI_TEST_DATA=str(tmp_path / "nowhere"))
    assert "no real data: set HMI_TEST_DATA" in told


def test_that_the_named_folder_of_data_is_used(answer, tmp_path):
    (tmp_path / "plctags").mkdir()
    assert "PASSED test_probe.py::test_needs_data" in answer(PATH=str(tmp_path), HMI_TEST_DATA=str(tmp_path))


def test_that_a_package_is_installed_by_name_and_a_failure_is_the_reason(monkeypatch):
    asked = []
    monkeypatch.setattr(machine, "provide", lambda wanted: asked.append(wanted.packages))
    assert needs._install("mbpoll") is None
    assert asked == [["mbpoll"]]

    def refuse(wanted):
        raise Stop(3, "apt-get failed:\nE: no such package")

    monkeypatch.setattr(machine, "provide", refuse)
    assert needs._install("mbpoll") == "needs the Debian package mbpoll: apt-get failed: E: no such package"


def test_that_workers_install_one_after_the_other():
    fcntl = pytest.importorskip("fcntl")
    folder = os.open(os.path.dirname(needs.__file__), os.O_RDONLY)
    try:
        with needs._one_at_a_time(), pytest.raises(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(folder)


def test_that_every_picture_has_one_name_and_is_made_by_the_program():
    names = [picture.name for picture in PICTURES]
    assert len(names) == len(set(names))
    assert FOLDER == ROOT / "resources" / "help" / "pictures"
    linked = (ROOT / "README.md").read_text(encoding="utf-8").split("resources/help/pictures/")[1:]
    assert {link.partition(".png")[0] for link in linked} <= set(names)
