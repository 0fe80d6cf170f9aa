"""`hmi diff`: what differs, in words and as JSON."""

import json
from pathlib import Path

import pytest

from hmi.cli.main import main
from hmi.project import write_project
from hmi.project.edits import Rename, What, remove
from tests.project.cases import small_project


@pytest.fixture
def folders(tmp_path: Path) -> tuple[str, str]:
    project = small_project()
    write_project(project, tmp_path / "a")
    changed = Rename(what=What.TAG, id=project.tags_by_path["Line/Tank1.Level"].id, name="Line/T.Level").apply(project)
    changed = remove(changed.tags_by_path["Line/Tank1.SP"]).apply(changed)
    write_project(changed, tmp_path / "b")
    return str(tmp_path / "a"), str(tmp_path / "b")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["- tag Line/Tank1.SP (", "~ tag Line/T.Level (", 'path: "Line/Tank1.Level" -> "Line/T.Level"']),
        ("zh-CN", ["- 位号 Line/Tank1.SP（", "~ 位号 Line/T.Level（", 'path："Line/Tank1.Level" -> "Line/T.Level"']),
    ],
)
def test_that_changes_are_said_by_object(folders, capsys, language: str, words: list[str]):
    assert main(["diff", *folders, "--language", language]) == 0
    said = capsys.readouterr().out
    for word in words:
        assert word in said
    assert "bind.value" in said


def test_that_json_lists_objects_with_fields(folders, capsys):
    assert main(["diff", *folders, "--json"]) == 0
    changes = json.loads(capsys.readouterr().out)
    renamed = next(one for one in changes if one["kind"] == "tag" and one["change"] == "changed")
    assert renamed["fields"] == [{"field": "path", "before": "Line/Tank1.Level", "after": "Line/T.Level"}]


def test_that_equal_projects_are_said_to_be_equal(folders, capsys):
    assert main(["diff", folders[0], folders[0], "--language", "en"]) == 0
    assert capsys.readouterr().out == "The projects are equal.\n"


def test_that_a_folder_that_cannot_be_read_is_an_error(folders, tmp_path: Path, capsys):
    assert main(["diff", folders[0], str(tmp_path)]) == 1
    assert main(["diff", folders[0], str(tmp_path / "none")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_that_a_mark_of_direction_in_a_title_is_shown_and_turns_nothing_around(folders, tmp_path, capsys):
    for path in (tmp_path / "b" / "tags").glob("*.jsonl"):
        path.write_text(path.read_text(encoding="utf-8").replace('"unit":"', '"unit":"\u202e'), encoding="utf-8")
    assert main(["diff", *folders, "--language", "en"]) == 0
    said = capsys.readouterr().out
    assert "\u202e" not in said
    assert r"\u202e" in said
