"""`hmi check`: the sentences, the JSON and the exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hmi.cli.main import main
from hmi.project import write_project
from tests.project.cases import small_project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_project(small_project(), tmp_path)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Change a text in a file; gives the line."""
    content = (folder / file).read_text("utf-8")
    assert old in content
    (folder / file).write_text(content.replace(old, new), "utf-8")
    return content[: content.index(old)].count("\n") + 1


def test_that_a_sound_project_ends_with_0(folder: Path, capsys):
    assert main(["check", str(folder), "--language", "en"]) == 0
    assert capsys.readouterr().out == "Errors: 0, warnings: 0, hints: 0\n"


def test_that_an_error_is_one_line_with_file_line_place_and_how_to_mend_it(folder: Path, capsys):
    line = spoil(folder, "tags/tags.jsonl", '"address":"hr100"', '"address":"zz9"')
    assert main(["check", str(folder), "--language", "en"]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith(f"tags/tags.jsonl:{line}: error: Line/Tank1.Level: ")
    assert " — correct the address" in first


def test_that_chinese_is_spoken_where_it_is_wished(folder: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    spoil(folder, "tags/tags.jsonl", '"device":"PLC1","address":"hr100"', '"device":"PLC9","address":"hr100"')
    monkeypatch.setenv("HMI_LANG", "zh-CN")
    assert main(["check", str(folder)]) == 1
    assert '错误: Line/Tank1.Level: 没有设备 "PLC9"' in capsys.readouterr().out


def test_that_warnings_count_only_with_strict(folder: Path):
    spoil(folder, "screens/Overview.jsonl", '"type":"readout"', '"type":"pack_only"')
    assert main(["check", str(folder)]) == 0
    assert main(["check", str(folder), "--strict"]) == 1


def test_that_hints_never_count(folder: Path, capsys):
    spoil(
        folder, "devices/devices.jsonl", '"liveness":{"type":"heartbeat","address":"hr0","within_s":3}', '"scan":"slow"'
    )
    assert main(["check", str(folder), "--strict", "--language", "en"]) == 0
    assert "hint: PLC1: " in capsys.readouterr().out


def test_that_json_is_a_list_of_objects_with_words_and_codes(folder: Path, capsys):
    line = spoil(folder, "tags/tags.jsonl", '"path":"Line/Tank1.SP"', '"path":"Line/Tank1.SP","scael":2')
    assert main(["check", str(folder), "--json", "--language", "en"]) == 1
    answers = json.loads(capsys.readouterr().out)
    assert answers[0] == {
        "severity": "error",
        "file": "tags/tags.jsonl",
        "line": line,
        "place": "",
        "message": 'there is no field "scael"',
        "mend": "correct the field; the page project-files of the help lists all fields",
        "code": "project.unknown_field",
        "arguments": {"field": "scael"},
    }


def test_that_a_folder_without_a_project_is_an_error_and_a_missing_one_wrong_usage(tmp_path: Path, capsys):
    assert main(["check", str(tmp_path), "--language", "en"]) == 1
    assert "project.json: error: the file is missing" in capsys.readouterr().out
    assert main(["check", str(tmp_path / "none")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_that_the_command_loads_no_qt_no_driver_and_no_numpy(folder: Path):
    script = (
        "import sys\nfrom hmi.cli.main import main\n"
        f"assert main(['check', {str(folder)!r}]) == 0\n"
        "wrong = {'PySide6', 'numpy', 'pymodbus', 'asyncua', 'sqlalchemy', 'hmi.engine', 'hmi.drivers'}\n"
        "wrong &= set(sys.modules)\n"
        "assert not wrong, wrong\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
