"""Each guard of tests/guards/ turns red on a test that breaks its rule, and leaves a decent test alone.

One pytest run of its own holds all the bad tests, each asked about by name; a test here says what has to be said of it.
"""

import os
import re
import subprocess
import sys
import textwrap

import pytest

from installer.setup.environment import ROOT

BAD_TESTS = """
import asyncio, logging, socket, subprocess, sys, threading, time, warnings
import pytest

STOP = threading.Event()

def test_warning(): warnings.warn("old", DeprecationWarning)
def test_log(): logging.getLogger("hmi.scan").warning("took %d ms", 70)
def test_log_that_never_comes(expected_logs): expected_logs.expect("hmi.scan", "took")
def test_log_of_another(expected_logs):
    expected_logs.expect("hmi.scan", "took")
    logging.getLogger("hmi.scan").warning("took 70 ms")
    logging.getLogger("hmi.scanner").error("broken")
def test_log_as_announced(expected_logs):
    expected_logs.expect("hmi.scan", "took")
    logging.getLogger("hmi.scan.overrun").warning("took 70 ms")
def test_log_as_allowed(allow_logs): allow_logs("hmi.scan")
def test_info_is_free(): logging.getLogger("hmi.scan").info("hello")

def test_thread(): threading.Thread(target=STOP.wait, name="forgotten", daemon=True).start()
def test_thread_that_ends():
    threading.Thread(target=time.sleep, args=(0.05,)).start()
def test_process():
    test_process.child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
def test_process_waited_for(): assert subprocess.run([sys.executable, "-c", ""]).returncode == 0

async def test_task(): asyncio.create_task(asyncio.sleep(30), name="forgotten")
async def test_task_awaited(): await asyncio.create_task(asyncio.sleep(0))
async def test_async_failure(): assert await asyncio.sleep(0, 1) == 2
@pytest.mark.timeout(3)
async def test_async_hang(): await asyncio.Event().wait()
def test_task_under_run():
    async def main(): asyncio.create_task(asyncio.sleep(30), name="cut off")
    asyncio.run(main())
def test_run_async(run_async): assert run_async(asyncio.sleep(0, 3)) == 3

def test_connect():
    with socket.socket() as sock, pytest.raises(OSError): sock.connect(("192.0.2.1", 502))
def test_bind():
    with socket.socket() as sock, pytest.raises(OSError): sock.bind(("", 0))
async def test_start_server():
    with pytest.raises(OSError): await asyncio.start_server(print, "0.0.0." + "0", 0)
def test_look_up():
    with pytest.raises(OSError): socket.create_connection(("plc7.plant.example", 502))
def test_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(OSError): sock.sendto(b"", ("192.0.2.1", 9))
async def test_loopback():
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)
    assert await reader.read() == b""
    writer.close(); await writer.wait_closed(); server.close(); await server.wait_closed()

@pytest.mark.timeout(0.5)
def test_hang(): time.sleep(20)

def test_qt_warning(qtbot):
    from PySide6 import QtCore
    QtCore.qWarning("not good")
def test_qt_message_of_the_platform(qtbot):
    from PySide6 import QtCore
    QtCore.qWarning("This plugin does not support raise()")
def test_timer(qapp):
    from PySide6 import QtCore
    test_timer.timer = QtCore.QTimer(); test_timer.timer.setObjectName("forgotten"); test_timer.timer.start(1000)
def test_window(qapp):
    from PySide6 import QtWidgets
    test_window.window = QtWidgets.QWidget(); test_window.window.show()
def test_window_of_the_bot(qtbot):
    from PySide6 import QtWidgets
    window = QtWidgets.QWidget(); qtbot.addWidget(window); window.show()
"""
MISSPELT = "@pytest.mark.misspelt\ndef test_marker(): pass\n"

RED = {
    "test_warning": "DeprecationWarning: old",
    "test_log": "unexpected WARNING from hmi.scan: took 70 ms",
    "test_log_that_never_comes": "expected a record of hmi.scan matching 'took', none came",
    "test_log_of_another": "unexpected ERROR from hmi.scanner: broken",
    "test_thread": "thread 'forgotten' is still running",
    "test_process": "child process [0-9]+ is still alive",
    "test_task": "left running when the test returned: forgotten",
    "test_async_failure": "assert 1 == 2",
    "test_async_hang": "TimeoutError",
    "test_task_under_run": "asyncio.run had to cancel tasks nobody waited for:\ncut off",
    "test_connect": "connect '192.0.2.1'",
    "test_bind": "bind ''",
    "test_start_server": r"bind '0\.0\.0\.0'",
    "test_look_up": "look-up of 'plc7.plant.example'",
    "test_datagram": "sendto '192.0.2.1'",
    "test_hang": "Timeout",
    "test_qt_warning": "not good",
    "test_timer": "QTimer 'forgotten'",
    "test_window": "is still open",
}
GREEN = [
    "test_log_as_announced",
    "test_log_as_allowed",
    "test_info_is_free",
    "test_thread_that_ends",
    "test_process_waited_for",
    "test_task_awaited",
    "test_run_async",
    "test_loopback",
    "test_qt_message_of_the_platform",
    "test_window_of_the_bot",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad_tests")
    (folder / "test_bad.py").write_text(BAD_TESTS, encoding="utf-8")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return _pytest(folder, "test_bad.py", "-rA")


def _pytest(folder, *arguments, code=None):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert code is None or run.returncode == code, run.stdout + run.stderr
    return run.stdout + run.stderr


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", RED)
def test_that_a_guard_turns_red(report, name):
    assert re.search(rf"^(FAILED|ERROR) test_bad\.py::{name}\b", report, re.MULTILINE), report[-3000:]
    sections = re.split(r"^_{3,} ?(?:ERROR at \w+ of )?(\w+) ?_{3,}$", report, flags=re.MULTILINE)
    told = "".join(text for title, text in zip(sections[1::2], sections[2::2], strict=True) if title == name)
    assert re.search(RED[name], told), told


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", GREEN)
def test_that_the_guards_leave_a_decent_test_alone(report, name):
    assert re.search(rf"^PASSED test_bad\.py::{name}$", report, re.MULTILINE), report[-3000:]
    assert not re.search(rf"^(FAILED|ERROR) test_bad\.py::{name}\b", report, re.MULTILINE), report[-3000:]


def test_that_an_unknown_marker_is_refused(tmp_path):
    (tmp_path / "test_bad.py").write_text("import pytest\n" + MISSPELT, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert "'misspelt' not found in `markers`" in _pytest(tmp_path, "test_bad.py")


def test_that_a_test_stuck_outside_of_python_ends_the_run_with_its_stack(tmp_path):
    stuck = """
        import ctypes, os, signal, pytest
        from tests.guards import time_limit
        time_limit.hard_end_s = lambda limit_s: 0.3
        def test_stuck_in_c():
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            ctypes.CDLL(None).sleep(30)
    """
    (tmp_path / "test_bad.py").write_text(textwrap.dedent(stuck), encoding="utf-8")
    for name in ("tests/conftest.py", "pyproject.toml"):
        (tmp_path / name.rpartition("/")[2]).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    assert re.search(r'File ".*test_bad.py", line \d+ in test_stuck_in_c', _pytest(tmp_path, "test_bad.py"))


@pytest.mark.timeout(60)
@pytest.mark.parametrize("workers", ["0", "1"])
def test_that_a_grandchild_whose_parent_died_fails_the_run(tmp_path, workers):
    orphan = """
        import subprocess, sys
        def test_orphan():
            forever = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
            assert subprocess.run([sys.executable, "-c", forever]).returncode == 0
    """
    (tmp_path / "test_bad.py").write_text(textwrap.dedent(orphan), encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    answer = _pytest(tmp_path, "test_bad.py", "-W", "ignore", "-n", workers, code=1)
    assert re.search(r"left behind by .*test_bad.py::test_orphan \(call\): process \d+: .*sleep\(60\)", answer), answer


def test_that_a_run_has_data_folders_of_its_own_and_removes_them(tmp_path):
    peek = """
        import os
        def test_peek():
            names = ("HMI_DATA_DIR", "XDG_RUNTIME_DIR", "XDG_DATA_HOME")
            assert all(os.path.isdir(os.environ[name]) for name in names)
            print("folder:", os.path.dirname(os.environ["HMI_DATA_DIR"]))
    """
    (tmp_path / "test_peek.py").write_text(textwrap.dedent(peek), encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (folder,) = re.findall(r"folder: (\S+)", _pytest(tmp_path, "test_peek.py", "-s"))
    assert folder != os.path.dirname(os.environ["HMI_DATA_DIR"])
    assert not os.path.exists(folder)
