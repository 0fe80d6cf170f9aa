"""The launcher with small stand-in processes: what dies comes back, what hangs is ended, nobody is left over."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hmi.image import layout
from hmi.launcher import Part, Role, child, keep_alive, plan, silence, watch
from hmi.link.beat import WindowBeat, read_processes, window_beat_path, write_beside

ROOT = Path(__file__).resolve().parents[2]
LIVES = "import time; time.sleep(600)"


def part(role, code, **more):
    return Part(role, (sys.executable, "-c", code), **more)


@pytest.fixture
def runtime(tmp_path):
    return tmp_path / "run"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(plan, "FIRST_PAUSE_S", 0.02)


def wait_for(what, limit_s=8.0):
    deadline = time.monotonic() + limit_s
    while not what():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.01)


def is_alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def end_soon(when):
    """Sends this process a SIGTERM once something has come to pass."""

    def work():
        wait_for(when)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_that_a_window_closed_by_its_user_ends_everything(runtime):
    engine = part(Role.ENGINE, LIVES)
    window = part(Role.WINDOW, "raise SystemExit(0)", ends_all=frozenset({0}))
    assert keep_alive([engine, window], runtime) == 0
    assert read_processes(runtime) is None


def test_that_a_process_that_dies_is_started_again(runtime, allow_logs):
    allow_logs("hmi.launcher", "engine ended with -9")
    seen = set()

    def killed_twice():
        found = read_processes(runtime)
        pid = found.running.get("engine", 0) if found else 0
        if pid and pid not in seen and len(seen) < 3:
            seen.add(pid)
            if len(seen) < 3:
                os.kill(pid, signal.SIGKILL)
        return len(seen) == 3

    thread = end_soon(killed_twice)
    assert keep_alive([part(Role.ENGINE, LIVES)], runtime) == 0
    thread.join()


def test_that_pauses_double_up_to_five_seconds():
    pauses = [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    monkey = pytest.MonkeyPatch()
    monkey.setattr(plan, "FIRST_PAUSE_S", 0.2)
    assert [plan.pause_s(failures) for failures in range(1, 8)] == pauses
    monkey.undo()


def test_that_a_first_start_that_is_refused_ends_everything_with_its_code(runtime):
    engine = part(Role.ENGINE, "raise SystemExit(3)")
    window = part(Role.WINDOW, LIVES)
    assert keep_alive([engine, window], runtime) == 3


def test_that_a_part_that_may_fail_three_times_ends_everything_with_the_third(runtime, expected_logs):
    expected_logs.expect("hmi.launcher", "window ended with 70; it is started again")
    expected_logs.expect("hmi.launcher", "window ended with 70 after 3 starts")
    window = part(Role.WINDOW, "raise SystemExit(70)", most_starts=3)
    assert keep_alive([part(Role.ENGINE, LIVES), window], runtime) == 1


def test_that_a_hung_window_is_ended_and_started_again(runtime, monkeypatch, expected_logs):
    expected_logs.expect("hmi.launcher", "gives no sign of life")
    expected_logs.expect("hmi.launcher", "window ended with -9")
    monkeypatch.setattr(watch, "HUNG_S", 0.3)
    runtime.mkdir()
    pids = []

    def window_again():
        found = read_processes(runtime)
        pid = found.running.get("window", 0) if found else 0
        if pid and pid not in pids:
            pids.append(pid)
            write_beside(window_beat_path(runtime, pid), WindowBeat(pid=pid, mono_ns=time.monotonic_ns()))
        return len(pids) == 2

    thread = end_soon(window_again)
    assert keep_alive([part(Role.WINDOW, LIVES)], runtime) == 0
    thread.join()


def test_that_a_stopped_engine_is_ended_and_started_again(runtime, monkeypatch, expected_logs):
    expected_logs.expect("hmi.launcher", "engine .* gives no sign of life")
    expected_logs.expect("hmi.launcher", "engine ended with -9")
    monkeypatch.setattr(watch, "HUNG_S", 0.3)
    runtime.mkdir()
    pids = []

    def engine_again():
        found = read_processes(runtime)
        pid = found.running.get("engine", 0) if found else 0
        if pid and pid not in pids:
            pids.append(pid)
            write_image(runtime, pid, time.monotonic_ns())
            os.kill(pid, signal.SIGSTOP)
        return len(pids) == 2

    thread = end_soon(engine_again)
    assert keep_alive([part(Role.ENGINE, LIVES)], runtime) == 0
    thread.join()


def write_image(folder, pid, beat_ns):
    page = bytearray(layout.PAGE)
    page[layout.Word.BEAT_MONO * 8 : layout.Word.BEAT_MONO * 8 + 8] = beat_ns.to_bytes(8, "little")
    (folder / "image-7.bin").write_bytes(page)
    (folder / "current").write_text(f"image-7.bin 7 {pid}\n")


def test_that_the_engine_beat_is_read_where_the_image_has_it(tmp_path):
    write_image(tmp_path, 4711, 123_456_789_012)
    assert silence.last_sign_ns(Role.ENGINE, tmp_path, 4711) == 123_456_789_012
    assert silence.last_sign_ns(Role.ENGINE, tmp_path, 4712) == 0
    assert silence.BEAT_AT == layout.Word.BEAT_MONO * 8


@pytest.mark.parametrize(
    "pointer", ["", "image-7.bin 7", "../../etc/passwd 7 4711", "image-8.bin 8 4711", "\x00 7 4711"]
)
def test_that_rubbish_in_the_pointer_file_is_no_sign_of_life(tmp_path, pointer):
    write_image(tmp_path, 4711, 5)
    (tmp_path / "current").write_text(pointer)
    assert silence.last_sign_ns(Role.ENGINE, tmp_path, 4711) == 0


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")
def test_that_an_engine_that_is_to_outlive_is_left_running(runtime):
    engine = part(Role.ENGINE, LIVES, outlives=True)
    pids = {}

    def started():
        found = read_processes(runtime)
        pids.update(found.running if found else {})
        return "window" in pids

    thread = end_soon(started)
    assert keep_alive([engine, part(Role.WINDOW, LIVES)], runtime) == 0
    thread.join()
    assert is_alive(pids["engine"])
    assert not is_alive(pids["window"])
    os.kill(pids["engine"], signal.SIGKILL)
    os.waitpid(pids["engine"], 0)


def test_that_a_process_that_ignores_the_end_is_ended_by_force(runtime, monkeypatch):
    monkeypatch.setattr(watch, "STOP_LIMIT_S", 0.3)
    stubborn = (
        "import signal,time,sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(600)"
    )
    one = child.Child(part(Role.ENGINE, stubborn))
    one.start()
    time.sleep(0.3)
    pid = one.pid
    one.stop(0.3)
    assert not is_alive(pid)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_that_nobody_is_orphaned_when_the_launcher_ends(tmp_path, number):
    code = f"""
import sys
from pathlib import Path
from hmi.launcher import Part, Role, keep_alive
lives = (sys.executable, "-c", {LIVES!r})
parts = [Part(Role.SIMULATOR, lives), Part(Role.ENGINE, lives), Part(Role.WINDOW, lives)]
sys.exit(keep_alive(parts, Path({str(tmp_path)!r})))
"""
    launcher = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    wait_for(lambda: (found := read_processes(tmp_path)) and len(found.running) == 3)
    pids = read_processes(tmp_path).running
    launcher.send_signal(number)
    assert launcher.wait(8) == (0 if number == signal.SIGTERM else -9)
    wait_for(lambda: not any(is_alive(pid) for pid in pids.values()))


def test_that_the_launcher_loads_no_qt_and_no_numpy():
    code = (
        "import sys, hmi.launcher; print([m for m in ('PySide6', 'numpy', 'asyncio', 'hmi.image') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() in ("[]", "['asyncio']")


def test_that_a_window_that_cannot_be_started_again_is_tried_again_and_ends_nothing(
    runtime, tmp_path, expected_logs, caplog
):
    expected_logs.expect("hmi.launcher", "window ended with 9")
    expected_logs.expect("hmi.launcher", "window cannot be started now")
    script, back = tmp_path / "window", tmp_path / "back"
    script.write_text(f"#!/bin/sh\nmv {script} {back}\nexit 9\n")
    script.chmod(0o700)
    simulator = part(Role.SIMULATOR, LIVES)
    window = Part(Role.WINDOW, (str(script),), ends_all=frozenset({0}))
    pids = set()

    def mended():
        """Puts the program back once it could not be started: it was away from its first end on."""
        found = read_processes(runtime)
        if found and found.running.get("simulator"):
            pids.add(found.running["simulator"])
        if not (back.exists() and any("cannot be started" in record.getMessage() for record in caplog.records)):
            return False
        script.write_text("#!/bin/sh\nexit 0\n")
        script.chmod(0o700)
        return True

    thread = threading.Thread(target=wait_for, args=(mended,))
    thread.start()
    assert keep_alive([simulator, window], runtime) == 0
    thread.join()
    assert len(pids) == 1


def test_that_a_part_that_can_never_be_started_again_ends_everything_after_its_most_starts(
    runtime, tmp_path, expected_logs
):
    expected_logs.expect("hmi.launcher", "window ended with 9")
    expected_logs.expect("hmi.launcher", "window cannot be started now")
    expected_logs.expect("hmi.launcher", "could not be started in 3 starts")
    script = tmp_path / "window"
    script.write_text(f"#!/bin/sh\nrm {script}\nexit 9\n")
    script.chmod(0o700)
    assert keep_alive([Part(Role.WINDOW, (str(script),), most_starts=3)], runtime, 5.0) == 1


def test_that_a_first_start_that_the_system_refuses_is_said_at_once(runtime, tmp_path):
    with pytest.raises(FileNotFoundError):
        keep_alive([part(Role.SIMULATOR, LIVES), Part(Role.WINDOW, (str(tmp_path / "none"),))], runtime, 5.0)
