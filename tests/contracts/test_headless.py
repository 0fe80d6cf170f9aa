"""What a process loads: headless verbs load no Qt, and the window's first picture none of the dear libraries.

Each verb runs as its own process; what counts is `sys.modules` when it ends, not what a contract says about the source.
"""

import importlib.util
import json
import subprocess
import sys

import pytest

from installer.setup.children import environment
from installer.setup.environment import ROOT

QT = ("PySide6", "shiboken6", "pyqtgraph", "qasync")
DEAR_TO_THE_WINDOW = ("pyqtgraph", "sqlalchemy", "asyncua", "pymodbus")
"""DESIGN.md 8.8: none of these before the first paint; the last three never in the window."""

EXAMPLE = "resources/examples/buffer-line"
HEADLESS = (
    ["--help"],
    ["engine", "--help"],
    ["run", "--help"],
    ["simulate", "--help"],
    ["check", "--help"],
    ["tags", "--help"],
    ["new", "--help"],
    ["check", EXAMPLE],
    ["tags", "list", EXAMPLE],
    ["diff", EXAMPLE, EXAMPLE],
)
DRAWING = (["render", EXAMPLE, "Overview", "-o", "{tmp}/overview.png", "--size", "1366x768"],)

WITNESS = """
import json, runpy, sys
sys.argv[:] = ["hmi", *sys.argv[1:]]
code = 0
try:
    runpy.run_module("hmi", run_name="__main__", alter_sys=True)
except SystemExit as end:
    code = end.code or 0
print()
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def run(arguments):
    """Exit code, names of the top packages that were loaded, everything that was printed."""
    if importlib.util.find_spec("hmi.cli") is None:
        pytest.skip("hmi.cli is not built yet")
    if EXAMPLE in arguments and not (ROOT / EXAMPLE).is_dir():
        pytest.skip(f"{EXAMPLE} is not built yet")
    ran = subprocess.run(
        [sys.executable, "-c", WITNESS, *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    *printed, witness = ran.stdout.splitlines() or ["null"]
    code, loaded = json.loads(witness) or (None, [])
    return code, set(loaded), "\n".join([*printed, ran.stderr])


@pytest.mark.timeout(100)
@pytest.mark.parametrize("arguments", HEADLESS, ids=" ".join)
def test_that_a_headless_verb_loads_no_qt(arguments):
    code, loaded, printed = run(arguments)
    assert code == 0, printed
    assert loaded.isdisjoint(QT), f"hmi {' '.join(arguments)} loads {sorted(loaded.intersection(QT))}"


@pytest.mark.timeout(100)
@pytest.mark.parametrize("arguments", DRAWING, ids=lambda arguments: arguments[0])
def test_that_the_first_picture_loads_no_dear_library(arguments, tmp_path):
    code, loaded, printed = run([argument.format(tmp=tmp_path) for argument in arguments])
    assert code == 0, printed
    assert "PySide6" in loaded
    assert loaded.isdisjoint(DEAR_TO_THE_WINDOW), f"loads {sorted(loaded.intersection(DEAR_TO_THE_WINDOW))}"


def test_that_the_witness_sees_what_is_loaded(tmp_path):
    code = WITNESS.replace('runpy.run_module("hmi", run_name="__main__", alter_sys=True)', "import qasync; sys.exit(3)")
    ran = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    end, loaded = json.loads(ran.stdout.splitlines()[-1])
    assert end == 3
    assert {"PySide6", "qasync", "shiboken6"} <= set(loaded)
