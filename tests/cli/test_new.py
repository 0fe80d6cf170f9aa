"""`hmi new`: from a table to a project, or one sentence and nothing written."""

import shutil
import subprocess
from pathlib import Path

import pytest

from hmi.cli.main import main
from hmi.project import check_folder, read_project

HEAD = "tag,device,address,type,unit,scale,offset,low,high,writable,description"
URL = "modbus-tcp://127.0.0.1:502/1"
TABLE = f"{HEAD}\nLine/Tank1.Level,{URL},hr100,int16,%,0.1,,0,100,,液位\nLine/P1.Run,{URL},c5,bool,,,,,,true,\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "tags.csv"
    file.write_text(TABLE, "utf-8")
    return file


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_that_a_table_becomes_a_project_without_errors(tmp_path: Path, table: Path, capsys):
    assert main(["new", str(tmp_path / "line"), "--tags", str(table), "--language", "en"]) == 0
    result = check_folder(tmp_path / "line")
    assert {str(one.severity) for one in result.problems} == {"hint"}
    assert result.project.header.name == "line"
    assert "Devices: 1, tags: 2 (new: 2, changed: 0)" in capsys.readouterr().out


def test_that_doing_it_again_touches_no_file(tmp_path: Path, table: Path):
    for _ in range(2):
        assert main(["new", str(tmp_path / "line"), "--tags", str(table)]) == 0
        before = everything(tmp_path / "line")
    assert main(["new", str(tmp_path / "line"), "--tags", str(table)]) == 0
    assert everything(tmp_path / "line") == before


def test_that_a_name_may_be_given_and_is_kept_as_title(tmp_path: Path):
    assert main(["new", str(tmp_path / "x"), "--name", "Filling line 灌装"]) == 0
    header = read_project(tmp_path / "x").project.header
    assert (header.name, header.title.zh) == ("Filling-line", "Filling line 灌装")


def test_that_an_empty_project_has_a_screen_and_no_errors(tmp_path: Path):
    assert main(["new", str(tmp_path / "x")]) == 0
    result = check_folder(tmp_path / "x")
    assert result.problems == ()
    assert result.project.screens


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_wrong_cells_are_named_and_nothing_is_written(tmp_path: Path, table: Path, capsys, language: str):
    table.write_text(TABLE + f"B,{URL},zz1,,,,,,,,\nC,{URL},hr1,,,ten,,,,,\n", "utf-8")
    assert main(["new", str(tmp_path / "deep" / "line"), "--tags", str(table), "--language", language]) == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert lines[0].startswith(f"{table}:4: ")
    assert "address" in lines[0]
    assert lines[1].startswith(f"{table}:5: ")
    assert '"ten"' in lines[1]
    assert "Traceback" not in said.err
    assert {path.name for path in tmp_path.iterdir()} == {"tags.csv"}


def test_that_a_faulty_table_leaves_an_existing_project_as_it_is(tmp_path: Path, table: Path):
    assert main(["new", str(tmp_path / "line"), "--tags", str(table)]) == 0
    before = everything(tmp_path / "line")
    table.write_text(TABLE.replace("hr100", "hr200").replace("c5", "c99999"), "utf-8")
    assert main(["new", str(tmp_path / "line"), "--tags", str(table)]) == 1
    assert everything(tmp_path / "line") == before


def test_that_an_existing_project_is_not_made_anew(tmp_path: Path, capsys):
    assert main(["new", str(tmp_path / "x")]) == 0
    before = everything(tmp_path / "x")
    assert main(["new", str(tmp_path / "x"), "--language", "en"]) == 1
    assert "there is a project already" in capsys.readouterr().err
    assert everything(tmp_path / "x") == before


def test_that_a_broken_project_is_not_written_over(tmp_path: Path, table: Path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "project.json").write_text("rubbish")
    assert main(["new", str(tmp_path / "x"), "--tags", str(table)]) == 1
    assert everything(tmp_path / "x") == {"project.json": b"rubbish"}


def test_that_a_missing_table_or_a_file_for_a_folder_is_wrong_usage(tmp_path: Path, table: Path, capsys):
    assert main(["new", str(tmp_path / "x"), "--tags", str(tmp_path / "none.csv")]) == 2
    assert main(["new", str(tmp_path / "x"), "--tags", str(tmp_path)]) == 2
    assert main(["new", str(table)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_that_files_of_others_in_the_folder_stay(tmp_path: Path, table: Path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "README").write_text("mine")
    (tmp_path / "x" / ".gitattributes").write_text("*.png binary\n")
    assert main(["new", str(tmp_path / "x"), "--tags", str(table)]) == 0
    assert (tmp_path / "x" / "README").read_text() == "mine"
    attributes = (tmp_path / "x" / ".gitattributes").read_text().splitlines()
    assert attributes[0] == "*.png binary"
    assert any(line.startswith("*.jsonl merge=") for line in attributes)


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost", "-c", "init.defaultBranch=main"]
    return subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_that_git_merges_two_branches_by_object(tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "gitconfig"))
    assert git(tmp_path, "init", "repo").returncode == 0
    folder = tmp_path / "repo" / "line"
    assert main(["new", str(folder), "--tags", str(table)]) == 0
    git(folder, "add", ".")
    assert git(folder, "commit", "-m", "base").returncode == 0
    tags = folder / "tags/tags.jsonl"
    base = tags.read_text("utf-8")
    git(folder, "checkout", "-b", "other")
    tags.write_text(base.replace('"unit":"%"', '"unit":"m"'), "utf-8")
    git(folder, "commit", "-am", "unit")
    git(folder, "checkout", "main")
    tags.write_text(base.replace('"scale":0.1', '"scale":0.5'), "utf-8")
    git(folder, "commit", "-am", "scale")
    merged = git(folder, "merge", "other", "-m", "both")
    assert merged.returncode == 0, merged.stdout + merged.stderr
    level = read_project(folder).project.tags_by_path["Line/Tank1.Level"]
    assert (level.unit, level.scale) == ("m", 0.5)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_that_git_stops_at_a_conflict_and_the_project_still_opens(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", str(tmp_path / "gitconfig"))
    assert git(tmp_path, "init", "repo").returncode == 0
    folder = tmp_path / "repo"
    assert main(["new", str(folder), "--tags", str(table)]) == 0
    git(folder, "add", ".")
    git(folder, "commit", "-m", "base")
    tags = folder / "tags/tags.jsonl"
    base = tags.read_text("utf-8")
    git(folder, "checkout", "-b", "other")
    tags.write_text(base.replace('"unit":"%"', '"unit":"m"'), "utf-8")
    git(folder, "commit", "-am", "m")
    git(folder, "checkout", "main")
    tags.write_text(base.replace('"unit":"%"', '"unit":"mm"'), "utf-8")
    git(folder, "commit", "-am", "mm")
    assert git(folder, "merge", "other").returncode == 1
    result = read_project(folder)
    assert result.project.tags_by_path["Line/Tank1.Level"].unit == "mm"
    assert [one.reason.code for one in result.problems] == ["project.conflict"]
