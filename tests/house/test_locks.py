"""Inputs, locks and pyproject.toml say the same; no lock names a host or leaves a package without its hash."""

import re
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from installer.setup import locks
from installer.setup.environment import LOCKS, ROOT
from installer.setup.locks import GROUPS

PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ("linux", "win32")


def asked_for(group):
    lines = (
        line.partition("#")[0].strip() for line in (LOCKS / f"{group}.in").read_text(encoding="utf-8").splitlines()
    )
    return [Requirement(line) for line in lines if line]


def locked(group):
    """Name -> requirements with one exact version each (several when the lock forks by Python)."""
    found: dict[str, list[Requirement]] = {}
    text = (LOCKS / f"{group}.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        line = line.partition(" #")[0].strip()
        if line and not line.startswith("#"):
            requirement = Requirement(line.partition("--hash")[0].strip())
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def applies(requirement, python, platform):
    where = {"python_full_version": f"{python}.0", "python_version": python, "sys_platform": platform}
    where |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    return requirement.marker is None or requirement.marker.evaluate(where)


@pytest.mark.parametrize("group", GROUPS)
def test_that_the_lock_holds_what_the_input_asks_for(group):
    lock = locked(group)
    for wanted in asked_for(group):
        for python in PYTHONS:
            for platform in PLATFORMS:
                pins = [pin for pin in lock.get(canonicalize_name(wanted.name), []) if applies(pin, python, platform)]
                if not applies(wanted, python, platform):
                    assert pins == [], f"{group}: {wanted.name} is not asked for on {platform}; run dev.py lock"
                    continue
                assert len(pins) == 1, f"{group}: {wanted.name} on Python {python}, {platform}: {pins}; run dev.py lock"
                (version,) = [Version(specifier.version) for specifier in pins[0].specifier]
                assert version in wanted.specifier, f"{group}: {pins[0]} does not satisfy {wanted}; run dev.py lock"


@pytest.mark.parametrize("group", GROUPS)
def test_that_every_package_of_a_lock_is_pinned_and_has_hashes(group):
    text = (LOCKS / f"{group}.lock").read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line.strip() and not line.strip().startswith("#"):
            assert re.match(r"[a-z0-9._-]+==\S+ ", line), line[:80]
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line[:80]


@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("suffix", ["in", "lock"])
def test_that_no_lock_names_a_host_or_a_path(group, suffix):
    text = (LOCKS / f"{group}.{suffix}").read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S*|--?(?:extra-)?index-url|--find-links|@ file", text) == []


def test_that_two_groups_never_pin_different_versions():
    core = locked("core")
    for group in GROUPS[1:]:
        for name, pins in locked(group).items():
            if name in core:
                assert {str(pin.specifier) for pin in pins} <= {str(pin.specifier) for pin in core[name]}


def test_that_pyproject_and_the_core_input_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ranges = {Requirement(line).name: str(Requirement(line).specifier) for line in project["dependencies"]}
    assert ranges == {wanted.name: str(wanted.specifier) for wanted in asked_for("core")}


def test_that_the_pins_of_the_design_stand():
    pins = {name: str(pin[0].specifier) for name, pin in locked("core").items()}
    assert pins["pyside6-essentials"] == pins["shiboken6"] == "==6.11.3"
    assert pins["pymodbus"] == "==3.16.1"
    assert {"pyside6", "pyside6-addons"}.isdisjoint(pins)


def test_that_dev_lock_resolves_each_group_for_every_platform_within_the_ones_before(monkeypatch):
    asked: list[list[str]] = []

    def run(command, **_):
        asked.append(command)
        return 0

    def compile_lock(command, **_):
        return subprocess.CompletedProcess(command, run(command))

    monkeypatch.setattr(locks, "VENV", LOCKS)  # no uv there
    monkeypatch.setattr(locks, "run", run)
    monkeypatch.setattr(subprocess, "run", compile_lock)
    assert locks.resolve() == 0
    install, *resolved = asked
    assert install[-1] == "uv"
    assert [command[-1] for command in resolved] == [f"installer/requirements/{group}.in" for group in GROUPS]
    for number, command in enumerate(resolved):
        assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"} <= set(command)
        assert command.count("-c") == number
