"""What `dev.py new-driver` and `new-symbol` write runs, is typed, keeps the house rules, and passes its own tests."""

import shutil
import subprocess
import sys

import pytest

from installer.setup import scaffold
from installer.setup.children import environment
from installer.setup.environment import ROOT
from installer.setup.says import Stop

IGNORED = shutil.ignore_patterns("__pycache__", ".mypy_cache", "bench_*")
NEW = {"driver": "line_scale", "symbol": "line_gauge"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house with one new driver and one new symbol."""
    root = tmp_path_factory.mktemp("house")
    for folder in ("hmi", "resources", "tests/guards", "tests/contracts", "tests/house", "tests/drivers"):
        shutil.copytree(ROOT / folder, root / folder, ignore=IGNORED)
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, root / file)
    before = {path for path in root.rglob("*") if path.is_file()}
    for kind, name in NEW.items():
        assert scaffold.new(kind, name, root) == 0
    written = sorted(path.relative_to(root).as_posix() for path in set(root.rglob("*")) - before if path.is_file())
    return root, written


def run(root, *arguments):
    variables = {**environment(QT_QPA_PLATFORM="offscreen"), "PYTHONPATH": str(root)}
    ran = subprocess.run(
        [sys.executable, *arguments], cwd=root, env=variables, capture_output=True, text=True, timeout=110, check=False
    )
    return ran.returncode, ran.stdout + ran.stderr


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", NEW)
def test_that_new_files_lie_in_the_rooms_of_their_kind(house, kind):
    _, written = house
    name = NEW[kind]
    rooms = {"driver": ("model/devices", "drivers"), "symbol": ("model/symbols", "display/symbols")}[kind]
    for room in rooms:
        assert any(path.startswith(f"hmi/{room}/{name}") for path in written), written
        assert any(path.startswith(f"tests/{room}/") and name in path for path in written), written


@pytest.mark.timeout(120)
def test_that_new_files_pass_style_format_types_and_house_rules(house):
    root, written = house
    python = [path for path in written if path.endswith(".py")]
    source = [path for path in python if path.startswith("hmi/")]
    for command in (
        ("-m", "ruff", "check", *python),
        ("-m", "ruff", "format", "--check", *python),
        ("-m", "mypy", "--cache-dir", str(root / ".mypy_cache"), *source),
    ):
        code, told = run(root, *command)
        assert code == 0, told
    code, told = run(root, "tests/house/rules.py")
    assert not [line for line in told.splitlines() if any(line.startswith(path) for path in written)], told


@pytest.mark.timeout(120)
def test_that_new_files_keep_the_import_contracts(house):
    root, _ = house
    code, told = run(root, "-c", "from tests.contracts.imports import broken; print(broken()[0])")
    assert code == 0, told
    assert NEW["driver"] not in told
    assert f'"hmi.drivers.{NEW["driver"]}"' in (root / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.timeout(120)
def test_that_new_files_pass_their_own_tests(house):
    root, written = house
    tests = [path for path in written if path.startswith("tests/")]
    code, told = run(root, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert code == 0, told


def test_that_the_engine_and_the_check_find_the_new_driver(house):
    root, _ = house
    code, told = run(root, "-c", "from hmi.model.devices import PROTOCOLS; print(PROTOCOLS['line-scale'].driver)")
    assert (code, told.strip()) == (0, "hmi.drivers.line_scale")


def test_that_nothing_is_overwritten(house):
    root, _ = house
    with pytest.raises(Stop, match="exists already; nothing was written"):
        scaffold.new("driver", NEW["driver"], root)


@pytest.mark.parametrize("name", ["", "Tank", "2tanks", "my-tank", "../tank", "class", "tank_", "_tank"])
def test_that_a_name_that_is_no_module_is_refused(name, tmp_path):
    with pytest.raises(Stop, match="is no name for a symbol"):
        scaffold.new("symbol", name, tmp_path)
    assert list(tmp_path.iterdir()) == []
