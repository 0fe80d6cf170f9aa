"""How the window starts: what it loads, what it puts back, and that it loads nothing more once it is painted."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
NEVER = (
    *("pyqtgraph", "sqlalchemy", "asyncua", "pymodbus", "openpyxl", "PySide6.QtOpenGL", "PySide6.QtQuick"),
    *("asyncio", "qasync"),
    *("hmi.display.entry", "logging.handlers", "secrets", "socket"),
)
"""What a window has no use for before its first paint, or at all."""


def python(code, *words, folder):
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_that_the_import_of_python_is_put_back(tmp_path):
    code = (
        "import builtins\nbefore = builtins.__import__\nimport hmi.shell.app\n"
        "print(builtins.__import__ is before)\nimport PySide6.QtSvg\nprint(builtins.__import__ is before)"
    )
    assert python(code, folder=tmp_path).split() == ["True", "True"]


def test_that_numpy_is_loaded_before_qt(tmp_path):
    code = "import sys, hmi.shell.app\nnames = list(sys.modules)\nprint(names.index('numpy') < names.index('PySide6'))"
    assert python(code, folder=tmp_path).strip() == "True"


def test_that_what_describes_signatures_is_loaded_when_it_is_asked_for_and_is_then_whole(tmp_path):
    code = (
        "import sys, hmi.shell.app\nfrom PySide6 import QtCore\n"
        "part = sys.modules['shibokensupport.signature.parser']\nprint('__getattr__' in vars(part))\n"
        "print(QtCore.QObject.objectName.__doc__)\nprint('__getattr__' in vars(part))\n"
        "try:\n    QtCore.QPoint('a', 3)\nexcept TypeError as error:\n    print('Supported signatures' in str(error))\n"
        "print(compile is sys.modules['builtins'].compile, compile.__module__)"
    )
    first, signature, then, *rest = python(code, folder=tmp_path).splitlines()
    assert (first, then) == ("True", "False")
    assert signature == "objectName(self, /) -> str"
    assert rest == ["True", "True builtins"]


LATER = {
    "hmi.display.alarm_colours",
    "hmi.display.axes",
    "hmi.display.faceplates",
    "hmi.display.memory",
    "hmi.display.pointing",
    "hmi.link.engine_messages",
    "hmi.shell.devices_panel",
    "hmi.shell.faceplates",
}
"""Loaded after the first paint: what clicks, alarms and the link need."""
WATCHED = """
import json, sys
from hmi.cli.main import main
import hmi.shell.app as app

at_paint, at_run = [], []
painted_before, run_before = app._Running._painted, app._Running.run


def painted(self):
    at_paint.extend(sys.modules)
    painted_before(self)


async def run(self):
    at_run.extend(sys.modules)
    return await run_before(self)


app._Running._painted, app._Running.run = painted, run
seconds = sys.argv[2]
code = main(["window", sys.argv[1], "--data", sys.argv[3], "--seconds", seconds, "--size", "1366x768"])
after = sorted(set(sys.modules) - set(at_run))
print(json.dumps({"code": code, "at_paint": at_paint, "after": after}))
"""


def watched(folder, seconds):
    shown = python(WATCHED, str(EXAMPLE), str(seconds), str(folder / "data"), folder=folder)
    return json.loads(shown.strip().splitlines()[-1])


def test_that_nothing_dear_is_loaded_before_the_first_paint_and_nothing_at_all_once_the_loop_runs(tmp_path):
    found = watched(tmp_path, 3)
    assert found["at_paint"]
    assert [name for name in found["at_paint"] if name.startswith(NEVER)] == []
    assert sorted(LATER & set(found["at_paint"])) == []
    assert found["after"] == []


@pytest.mark.long
def test_that_nothing_is_loaded_in_ten_seconds_once_the_loop_runs(tmp_path):
    assert watched(tmp_path, 10)["after"] == []


def test_that_a_window_without_an_engine_says_so_and_is_no_success_as_a_picture(tmp_path):
    file = tmp_path / "window.png"
    code = "import sys\nfrom hmi.cli.main import main\nprint(main(sys.argv[1:]))"
    words = ["window", str(EXAMPLE), "--data", str(tmp_path), "--screenshot", str(file), "--seconds", "1"]
    assert python(code, *words, folder=tmp_path).strip().splitlines()[-1] == "1"
    assert file.stat().st_size > 10_000


@pytest.mark.parametrize("where", ["show_start", "_show"])
def test_that_a_window_that_fails_at_its_start_ends_with_a_code_and_not_in_a_crash(tmp_path, where):
    code = (
        "import sys\nfrom hmi.cli.main import main\nimport hmi.shell.app as app\n"
        "def fail(self, *words):\n    raise ZeroDivisionError\n"
        "owner = app.MainWindow if sys.argv[1] == 'show_start' else app._Running\n"
        "setattr(owner, sys.argv[1], fail)\nprint(main(sys.argv[2:]))"
    )
    words = [where, "window", str(EXAMPLE), "--data", str(tmp_path)]
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "HMI_LANG": "en"}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_that_a_window_ended_from_outside_says_so_by_its_code(tmp_path, number, code):
    environ = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "hmi", "window", str(EXAMPLE), "--data", str(tmp_path / "data")]
    window = subprocess.Popen(command, cwd=ROOT, env=environ)
    deadline = time.monotonic() + 8
    while not list(tmp_path.rglob(f"window-{window.pid}.json")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    window.send_signal(number)
    assert window.wait(5) == code
    assert not list(tmp_path.rglob("window-*.json"))
