"""dev.py: verbs, exit codes, what it says on a bare machine, and that nothing it starts outlives it."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import dev
import hmi
from installer.setup import bench, checks, children, environment, machine
from installer.setup.environment import ROOT
from installer.setup.says import Stop

DEV = [sys.executable, str(ROOT / "dev.py")]
CI = ROOT / ".ci" / "run"


@pytest.fixture
def bare_machine(monkeypatch):
    """Nothing is there: no library, no font, no Xvfb, no ensurepip."""
    monkeypatch.setattr(machine, "_loads", lambda library: False)
    monkeypatch.setattr(machine, "_has_font", lambda package: False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


def test_that_the_menu_names_every_verb(capsys):
    with pytest.raises(SystemExit) as end:
        dev.main(["--help"])
    assert end.value.code == 0
    told = capsys.readouterr().out
    for verb in ("setup", "demo", "test", "check", "bench", "lock", "new-driver", "new-symbol", "screenshots"):
        assert re.search(rf"^    {verb}\s", told, re.MULTILINE)


@pytest.mark.parametrize("arguments", [[], ["dmeo"], ["bench", "a", "b"], ["check", "--quick"]], ids=str)
def test_that_a_wrong_word_ends_with_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        dev.main(arguments)
    assert end.value.code == 2
    assert "usage: dev.py" in capsys.readouterr().err


def test_that_dev_and_its_neighbours_need_the_standard_library_only():
    files = [
        ROOT / "dev.py",
        *sorted((ROOT / "installer" / "setup").glob("*.py")),
        ROOT / "tests" / "house" / "rules.py",
    ]
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith(("import ", "from ")):
                top = line.split()[1].partition(".")[0]
                assert top in sys.stdlib_module_names or top == "installer", f"{file.name}: {line}"


def test_that_a_bare_machine_is_told_the_exact_line_with_code_3(bare_machine, monkeypatch, capsys):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert dev.main(["demo"]) == 3
    told = capsys.readouterr().err
    assert "sudo apt-get install -y --no-install-recommends python3-venv libglib2.0-0 libegl1 libgl1" in told
    for package in ("libxcb-cursor0", "fonts-inter", "fonts-noto-cjk", "xvfb"):
        assert package in told


def test_that_a_bare_machine_of_another_distribution_is_told_the_libraries(bare_machine, monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert dev.main(["demo"]) == 3
    assert "libxcb-cursor.so.0" in capsys.readouterr().err


@pytest.fixture
def root_of_a_bare_machine(bare_machine, monkeypatch, tmp_path):
    """What apt-get is asked for, and a list of what it answers (None for well)."""
    asked: list[str] = []
    answers: list[str | None] = []

    def apt(command):
        asked.append(" ".join(command[:2]))
        assert len(command) == len(set(command))
        return answers.pop(0) if answers else None

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(machine, "APT_LISTS", tmp_path)
    monkeypatch.setattr(machine, "_quietly", apt)
    return asked, answers


def test_that_root_installs_what_is_missing_and_fetches_lists_first(root_of_a_bare_machine):
    asked, _ = root_of_a_bare_machine
    machine.provide(machine.missing(qt=True, display=True))
    assert asked == ["apt-get update", "apt-get install"]


def test_that_old_lists_are_fetched_anew_when_an_install_fails(root_of_a_bare_machine, tmp_path):
    asked, answers = root_of_a_bare_machine
    (tmp_path / "mirror_Packages.lz4").touch()
    answers[:] = ["404 not found"]
    machine.provide(machine.missing(qt=True, display=True))
    assert asked == ["apt-get install", "apt-get update", "apt-get install"]


def test_that_what_apt_said_is_shown_when_it_cannot_install(root_of_a_bare_machine):
    _, answers = root_of_a_bare_machine
    answers[:] = [None, "E: no space left"]
    with pytest.raises(Stop, match="E: no space left") as stop:
        machine.provide(machine.missing(qt=True, display=True))
    assert stop.value.code == 3


def test_that_check_needs_no_library_of_the_screen(bare_machine):
    assert machine.missing(qt=False, display=False).packages == ["python3-venv"]


def test_that_this_machine_lacks_nothing_and_is_looked_at_quickly():
    started = time.process_time()
    needs = machine.missing(qt=True, display=False)
    assert needs.packages == []
    assert time.process_time() - started < 0.3


@dataclass
class Pip:
    """What pip was asked for and what it answers."""

    asked: list[list[str]] = field(default_factory=list)
    code: int = 0
    output: str = ""


@pytest.fixture
def own_venv(monkeypatch, tmp_path):
    """A fresh `.venv` folder and locks; what pip is asked for is noted."""
    locks = tmp_path / "requirements"
    locks.mkdir()
    (locks / "core.lock").write_text("one==1\n")
    made = tmp_path / ".venv"
    (made / "bin").mkdir(parents=True)
    (made / "lib" / "python3.11" / "site-packages" / "pip").mkdir(parents=True)
    (made / "bin" / "python").symlink_to(sys.executable)
    (made / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.2\n")
    pip = Pip()

    def answer(command, **_):
        pip.asked.append(command)
        return subprocess.CompletedProcess(command, pip.code, pip.output)

    monkeypatch.setattr(environment, "VENV", made)
    monkeypatch.setattr(environment, "LOCKS", locks)
    monkeypatch.setattr(subprocess, "run", answer)
    return locks, pip


def test_that_a_lock_is_installed_once_with_hashes(own_venv):
    _, pip = own_venv
    environment.provide("core")
    environment.provide("core")
    (command,) = pip.asked
    assert {"--require-hashes", "--only-binary=:all:"} <= set(command)


def test_that_hmi_is_a_command_of_the_environment_from_any_folder(tmp_path, own_venv, monkeypatch):
    environment.provide("core")
    monkeypatch.undo()
    (link,) = (tmp_path / ".venv" / "lib").rglob("clearline.pth")
    assert Path(link.read_text().strip()) == ROOT
    script = tmp_path / ".venv" / "bin" / "hmi"
    assert os.access(script, os.X_OK)
    ran = subprocess.run(
        [sys.executable, str(script), "--version"],
        cwd=tmp_path,
        env=children.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, f"hmi {hmi.__version__}\n"), ran.stderr


def test_that_an_environment_whose_making_was_interrupted_is_made_anew(own_venv, monkeypatch):
    made = []
    monkeypatch.setattr(venv.EnvBuilder, "create", lambda self, folder: made.append((self.clear, folder)))
    (environment.VENV / "lib" / "python3.11" / "site-packages" / "pip").rmdir()
    environment.provide("core")
    assert made == [(True, environment.VENV)]


def test_that_a_changed_lock_is_installed_anew(own_venv):
    locks, pip = own_venv
    environment.provide("core")
    (locks / "core.lock").write_text("one==2\n")
    environment.provide("core")
    assert len(pip.asked) == 2


def test_that_a_changed_interpreter_is_noticed(own_venv):
    _, pip = own_venv
    environment.provide("core")
    (environment.VENV / "pyvenv.cfg").write_text("version = 3.13.1\n")
    environment.provide("core")
    assert len(pip.asked) == 2


def test_that_a_failed_install_leaves_no_stamp_and_speaks_of_the_plants_certificates(own_venv):
    _, pip = own_venv
    pip.code, pip.output = 1, ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...'))")
    with pytest.raises(Stop, match="certificate authority of its own") as stop:
        environment.provide("core")
    assert stop.value.code == 3
    pip.code, pip.output = 0, ""
    environment.provide("core")
    assert len(pip.asked) == 2


def test_that_the_exit_code_of_the_child_is_passed_on():
    assert children.run(["-c", "import sys; sys.exit(7)"]) == 7
    assert children.run(["-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]) == 128 + signal.SIGKILL


def test_that_children_find_the_house_from_any_folder(tmp_path):
    (tmp_path / "hmi").mkdir()
    (tmp_path / "hmi" / "__init__.py").write_text("raise RuntimeError('the wrong one')")
    assert children.run(["-c", f"import hmi, os; assert os.getcwd() == {str(tmp_path)!r}"], folder=tmp_path) == 0


def test_that_a_test_file_is_found_from_the_callers_folder(monkeypatch):
    monkeypatch.chdir(ROOT / "tests" / "house")
    assert dev._from_root("test_dev.py::test_x") == f"{Path(__file__).resolve()}::test_x"
    assert dev._from_root("-x") == "-x"
    assert dev._from_root("no_such_file.py") == "no_such_file.py"


@pytest.fixture
def asked_of_pytest(monkeypatch):
    """What `dev.py test` on four cores would start, without starting it."""
    asked: list[list[str]] = []
    monkeypatch.setattr(dev, "provide", lambda *groups: None)
    monkeypatch.setattr(checks, "check", lambda: True)

    def run(arguments, **_):
        asked.append(arguments)
        return 0

    monkeypatch.setattr(children, "run", run)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    return asked


def test_that_the_whole_run_uses_the_cores(asked_of_pytest):
    assert dev.main(["test"]) == 0
    assert asked_of_pytest == [["-m", "pytest", "-q", "-n", "4", "--dist", "worksteal"]]


@pytest.mark.parametrize("words", [["-k", "alarm"], ["--pdb"], ["dev.py"], ["--all"]], ids=" ".join)
def test_that_chosen_tests_run_one_after_the_other(asked_of_pytest, words):
    assert dev.main(["test", *words]) == 0
    assert "-n" not in asked_of_pytest[0]


@pytest.mark.parametrize(("cores", "used"), [(None, None), (1, None), (2, "2"), (4, "4"), (32, "4")])
def test_that_two_to_four_cores_are_used(cores, used):
    assert dev.workers(cores) == ([] if used is None else ["-n", used, "--dist", "worksteal"])


ON_A_SCREEN = """
import sys
from installer.setup import children
with children.screen(wanted=True) as variables:
    sys.exit(children.run(["-c", {code!r}], variables=children.environment(**variables)))
"""
CHILD = """
import os, signal, sys, time
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda number, _: sys.exit(number))
print(os.environ["DISPLAY"], os.getpid(), flush=True)
time.sleep(30)
"""


@pytest.fixture
def on_a_screen():
    """dev.py's way to a virtual display with a child on it: (process, pid of the display, pid of the child)."""
    with subprocess.Popen(
        [sys.executable, "-c", ON_A_SCREEN.format(code=CHILD)],
        cwd=ROOT,
        env=children.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stdout is not None
        display, child = started.stdout.readline().split()
        assert re.fullmatch(r":\d+", display)
        (server,) = [pid for pid in children_of(started.pid) if name_of(pid) == "Xvfb"]
        yield started, server, int(child)
        for pid in (int(child), started.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def children_of(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def name_of(pid):
    """Name of a living process, else an empty text."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""
    return "" if "State:\tZ" in status else status.split()[1]


@pytest.mark.needs_package("xvfb", program="Xvfb")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_that_a_signal_reaches_the_child_and_leaves_no_display_behind(on_a_screen, number):
    started, server, _ = on_a_screen
    started.send_signal(number)
    _, told = started.communicate(timeout=8)
    assert started.returncode == number
    assert "no screen here" in told
    assert name_of(server) == ""


@pytest.mark.needs_package("xvfb", program="Xvfb")
def test_that_display_and_child_end_even_when_dev_is_killed(on_a_screen):
    started, server, child = on_a_screen
    started.kill()
    started.wait()
    deadline = time.monotonic() + 5
    while (name_of(server) or name_of(child)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (name_of(server), name_of(child)) == ("", "")


def test_that_check_prints_only_what_failed_and_why(monkeypatch, capsys):
    parts = (
        checks.Part("first", "reason one", ("-c", "print('all well')")),
        checks.Part("second", "reason two", ("-c", "import sys; print('line 3 is wrong'); sys.exit(1)")),
    )
    monkeypatch.setattr(checks, "PARTS", parts)
    assert checks.check() is False
    told = capsys.readouterr().err
    assert "reason two" in told
    assert "line 3 is wrong" in told
    assert "all well" not in told
    monkeypatch.setattr(checks, "PARTS", parts[:1])
    assert checks.check() is True


@pytest.fixture
def benchmarks(tmp_path, monkeypatch):
    """A house with two benchmarks, one of which fails."""
    folder = tmp_path / "tests" / "benchmarks"
    shutil.copytree(ROOT / "tests" / "benchmarks", folder, ignore=shutil.ignore_patterns("bench_*", "__pycache__"))
    rows = [
        {"name": "commit", "figure": 2.25, "unit": "ms", "goal": "3 or less", "met": True},
        {"name": "空", "figure": 7, "unit": "", "goal": None, "met": None},
    ]
    (folder / "bench_commit.py").write_text(f"def run():\n    print('noise')\n    return {rows!r}\n")
    (folder / "bench_odd.py").write_text("def run():\n    return [{'name': 'x'}]\n")
    monkeypatch.setattr(bench, "FOLDER", folder)
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    variables = {**children.environment(), "PYTHONPATH": str(tmp_path)}
    monkeypatch.setattr(bench, "environment", lambda **more: {**variables, **more})
    return rows


def test_that_a_benchmark_answers_in_json(benchmarks, capsys):
    assert bench.run("commit", as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == benchmarks


def test_that_benchmarks_are_shown_as_a_table_and_a_broken_one_fails(benchmarks, capfd):
    assert bench.run(None, as_json=False) == 1
    out, err = capfd.readouterr()
    assert out.splitlines()[1].split() == ["commit", "2.25", "ms", "3", "or", "less", "yes"]
    assert "bench_odd: a row has the keys ['name']" in err


def test_that_an_unknown_benchmark_is_a_wrong_word(benchmarks):
    with pytest.raises(Stop, match="no benchmark 'speed'; there are: commit, odd") as stop:
        bench.run("speed", as_json=True)
    assert stop.value.code == 2


def test_that_ci_runs_what_everybody_runs():
    assert os.access(CI, os.X_OK)
    assert CI.read_text(encoding="utf-8").strip().splitlines()[-1] == "exec python3 dev.py test"
