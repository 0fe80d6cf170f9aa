"""What the reader says to files that are wrong, by accident or on purpose: problems, never an exception."""

import os
import shutil
import socket
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hmi.project._file as file_room
import hmi.project._folder as folder_room
from hmi.model.errors import ProjectError
from hmi.project import check_folder, read_project, write_project
from tests.project.cases import small_project
from tests.project.said import assert_said

HEADER = '{"format":1,"kind":"tags"}'
TAG = '{"id":"0000000000001","path":"A"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_project(small_project(), tmp_path)
    return tmp_path


def found(folder: Path, file: str, content: str | bytes) -> list[tuple[str, int, str, str]]:
    """Write a file and list the problems of it: severity, line, code, place."""
    target = folder / file
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    problems = read_project(folder).problems
    assert {problem.file for problem in problems} <= {file}
    for problem in problems:
        assert_said(problem)
    return [(str(one.severity), one.line, one.reason.code.removeprefix("project."), one.place) for one in problems]


def line_of(json_text: str) -> str:
    return f"{HEADER}\n{json_text}\n{TAG}\n"


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ('{"id":"0000000000002","path":"B","path":"C"}', "duplicate_key", "path"),
        ('{"id":"0000000000002","path" :"B","path" : "C"}', "duplicate_key", "path"),
        ('{"id":"0000000000002","path":"B","title":{"en":"a","en":"\\u0062"}}', "duplicate_key", "en"),
        ('{"id":"0000000000002","path":"B","scale":NaN}', "not_json", ""),
        ('{"id":"0000000000002","path":"B","scale":Infinity}', "not_json", ""),
        ('{"id":"0000000000002","path":"B","scale":1e999}', "number_too_large", ""),
        ('{"id":"0000000000002","path":"B","slot_bytes":' + "9" * 40 + "}", "number_too_large", ""),
        ('{"id":"0000000000002","path":"B","slot_bytes":' + "9" * 5000 + "}", "number_too_large", ""),
        ('{"id":"0000000000002","path":"B","span":{"low":"x"}}', "expected_number", "$.span.low"),
        ('{"id":"0000000000002","path":"B","spann":{}}', "unknown_field", ""),
        ('{"id":"0000000000002","path":"B","type":"int17"}', "wrong_choice", "$.type"),
        ('{"id":"0000000000002"}', "missing_field", ""),
        ('{"id":"0000000000002","path":"B"', "cut_short", ""),
        ('{"id":"0000000000002","path":"B"}}', "not_json", ""),
        ('{"id":"../../etc/00","path":"B"}', "bad_id", "$.id"),
        ('{"id":"0000000000000","path":"B"}', "bad_id", "$.id"),
        ('["id"]', "not_object", ""),
        ("7", "not_object", ""),
        ("[" * 100_000, "too_deep", ""),
        ('{"id":"0000000000002","path":"B","states":' + '{"a":' * 50 + "1" + "}" * 51, "too_deep", ""),
        ('{"id":"0000000000002","path":"' + "x" * 300_000 + '"}', "line_too_long", ""),
        ('{"id":"0000000000002","path":"\\ud800"}', "cut_short", ""),
        ('{"conflict":"0000000000003","fields":["unit"],"ours":{},"theirs":{}}', "conflict", "0000000000003"),
    ],
)
def test_that_a_wrong_line_is_named_with_its_number_and_place_and_the_next_is_read(
    folder: Path, line: str, code: str, place: str
):
    problems = found(folder, "tags/more.jsonl", line_of(line))
    assert problems == [("error", 2, code, place)]
    assert "A" in read_project(folder).project.tags_by_path


def test_that_a_text_full_of_braces_is_not_taken_for_depth(folder: Path):
    assert (
        found(folder, "tags/more.jsonl", line_of('{"id":"0000000000002","path":"B","unit":"' + "{[" * 40 + '"}')) == []
    )


def test_that_bytes_that_are_no_utf_8_are_named(folder: Path):
    content = HEADER.encode() + b'\n{"id":"0000000000002","path":"\xff"}\n'
    assert found(folder, "tags/more.jsonl", content) == [("error", 2, "not_utf8", "")]


def test_that_a_byte_order_mark_is_a_warning_and_windows_line_ends_are_none(folder: Path):
    content = b"\xef\xbb\xbf" + f"{HEADER}\r\n\r\n{TAG}\r\n".encode()
    assert found(folder, "tags/more.jsonl", content) == [("warning", 1, "byte_order_mark", "")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_file"),
        ("\n \n", "empty_file"),
        (TAG, "no_format"),
        ('{"format":2,"kind":"tags"}', "newer_format"),
        ('{"format":-1,"kind":"tags"}', "newer_format"),
        ('{"format":1,"kind":"devices"}', "wrong_kind"),
        ('{"format":1,"kind":"x"}', "wrong_choice"),
        ('{"format":"1","kind":"tags"}', "expected_whole"),
        ("rubbish", "not_json"),
    ],
)
def test_that_a_wrong_header_costs_its_file_only(folder: Path, content: str, code: str):
    assert [problem[2] for problem in found(folder, "tags/more.jsonl", content)] == [code]
    assert len(read_project(folder).project.tags) == 3
    before = (folder / "tags/more.jsonl").read_bytes()
    write_project(read_project(folder).project, folder)
    assert (folder / "tags/more.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "cut_short"),
        ("[]", "not_object"),
        ('{"format":1,"id":"0000000000001"}', "missing_field"),
        ('{"format":1,"id":"x","name":"a"}', "bad_id"),
        ('{"format":1,"id":"0000000000001","name":"../../tmp/x"}', "bad_project_name"),
        ('{"format":1,"id":"0000000000001","name":""}', "bad_project_name"),
        ('{"format":99,"id":"0000000000001","name":"a"}', "newer_format"),
        ('{"format":1,"id":"0000000000001","name":"a","name":"b"}', "duplicate_key"),
    ],
)
def test_that_a_wrong_project_file_gives_no_project_but_a_reason(folder: Path, content: str, code: str):
    assert [problem[2] for problem in found(folder, "project.json", content)] == [code]
    assert read_project(folder).project is None


def test_that_an_empty_or_missing_folder_is_a_missing_project_file(tmp_path: Path):
    for place in (tmp_path, tmp_path / "nowhere"):
        result = read_project(place)
        assert result.project is None
        assert [problem.reason.code for problem in result.problems] == ["project.missing"]


def test_that_an_id_that_stands_twice_is_read_once_and_both_lines_are_kept(folder: Path):
    assert found(folder, "tags/more.jsonl", f"{HEADER}\n{TAG}\n{TAG}\n") == [
        ("error", 3, "duplicate_id", "0000000000001")
    ]
    (folder / "tags/zmore.jsonl").write_text(f"{HEADER}\n{TAG}\n")
    write_project(read_project(folder).project, folder)
    assert (folder / "tags/more.jsonl").read_text().count("0000000000001") == 2
    assert (folder / "tags/zmore.jsonl").read_text().count("0000000000001") == 1


def test_that_a_screen_file_copied_by_hand_is_named_and_never_touched(folder: Path):
    original = folder / "screens/Overview.jsonl"
    copy = folder / "screens/copy.jsonl"
    copy.write_bytes(original.read_bytes())
    result = read_project(folder)
    assert [(one.file, one.reason.code) for one in result.problems] == [
        ("screens/copy.jsonl", "project.duplicate_id")
    ] or [(one.file, one.reason.code) for one in result.problems] == [
        ("screens/Overview.jsonl", "project.duplicate_id")
    ]
    write_project(result.project, folder)
    assert copy.exists()
    assert original.exists()


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_that_links_pipes_and_sockets_are_refused_and_not_opened(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
):
    outside = tmp_path_factory.mktemp("outside")
    secret = outside / "secret.jsonl"
    secret.write_text(f"{HEADER}\n{TAG}\n")
    (folder / "tags/link.jsonl").symlink_to(secret)
    os.mkfifo(folder / "tags/pipe.jsonl")
    (folder / "tags/dir.jsonl").mkdir()
    with socket.socket(socket.AF_UNIX) as listening:
        place = os.getcwd()
        os.chdir(folder / "tags")  # paths of sockets are short
        try:
            listening.bind("socket.jsonl")
        finally:
            os.chdir(place)
        result = read_project(folder)
    assert [(one.file, one.reason.code) for one in result.problems if one.file != "tags/socket.jsonl"] == [
        ("tags/dir.jsonl", "project.not_plain"),
        ("tags/link.jsonl", "project.link"),
        ("tags/pipe.jsonl", "project.not_plain"),
    ]
    assert "tags/socket.jsonl" in {one.file for one in result.problems}
    assert "A" not in result.project.tags_by_path
    write_project(result.project, folder)
    assert secret.read_text() == f"{HEADER}\n{TAG}\n"


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_that_a_linked_room_is_neither_read_nor_written(folder: Path, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside")
    (folder / "navigation/navigation.jsonl").rename(outside / "navigation.jsonl")
    (folder / "navigation").rmdir()
    (folder / "navigation").symlink_to(outside)
    result = read_project(folder)
    assert [(one.file, one.reason.code) for one in result.problems] == [("navigation", "project.link")]
    before = (outside / "navigation.jsonl").read_bytes()
    with pytest.raises(ProjectError, match="link"):
        write_project(small_project(), folder)
    assert [file.name for file in outside.iterdir()] == ["navigation.jsonl"]
    assert (outside / "navigation.jsonl").read_bytes() == before


def test_that_files_are_bounded_in_size_sum_and_number(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "tags/more.jsonl").write_text(line_of(" " * 2000))
    monkeypatch.setattr(folder_room, "FILE_BYTES", 1000)
    assert ("tags/more.jsonl", "project.too_large") in {
        (one.file, one.reason.code) for one in read_project(folder).problems
    }
    monkeypatch.setattr(folder_room, "FILE_BYTES", 100_000)
    monkeypatch.setattr(folder_room, "PROJECT_BYTES", 500)
    assert "project.too_much" in {one.reason.code for one in read_project(folder).problems}
    monkeypatch.undo()
    monkeypatch.setattr(folder_room, "FILES", 1)
    assert "project.too_many_files" in {one.reason.code for one in read_project(folder).problems}


def test_that_not_every_one_of_countless_broken_lines_is_listed(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_room, "MOST_BROKEN", 3)
    problems = found(folder, "tags/more.jsonl", HEADER + "\nx" * 9)
    assert [problem[2] for problem in problems] == ["not_json", "not_json", "more_broken"]
    before = (folder / "tags/more.jsonl").read_bytes()
    write_project(read_project(folder).project, folder)
    assert (folder / "tags/more.jsonl").read_bytes() == before + b"\n"


pieces = st.sampled_from(
    [
        HEADER,
        TAG,
        "\n",
        '{"id":',
        '"',
        "\\",
        "[",
        "{",
        "}",
        ",",
        ":",
        "1e9",
        "null",
        "\\ud800",
        "\ufeff",
        "\0",
        "é",
        "0",
    ]
)
files = st.sampled_from(["project.json", "tags/f.jsonl", "types/f.jsonl", "screens/f.jsonl", "devices/f.jsonl"])


@settings(max_examples=150, deadline=None)
@given(files, st.binary(max_size=300) | st.lists(pieces, max_size=30).map("".join).map(str.encode))
@example("screens/f.jsonl", b'{"format":1,"kind":"screens","id":"0000000000001","path":"A","width":1e400}')
@example("types/f.jsonl", b'{"format":0,"kind":"types"}\n{"id":"0000000000001","members":7}')
@example("tags/f.jsonl", b'{"version":0,"kind":"tags"}\n{"id":"0000000000001","lo":[],"states":{"a":[[1]]}}')
@example("project.json", b'{"version":0,"scan":7}')
@example("project.json", b'{"format":1,"conflict":{"fields":7}}')
def test_that_no_bytes_at_all_make_the_reader_raise(file: str, content: bytes):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "p"
        shutil.copytree(Path(__file__).parent / "fixtures" / "format-0", folder)
        (folder / file).write_bytes(content)
        result = read_project(folder)
        if file != "project.json":
            assert result.project is not None
        elif result.project is None:
            assert result.problems
        for problem in result.problems:
            msgspec.json.encode(problem)


PROJECT_JSON = """
{
  "format": 1,
  "id": "0000000000001",
  "name": "plant",
  "title": {"en": "a \\"b\\": {"},
  "scan_classes": [
    {"name": "fast", "period_ms": 200},
    {
      "name": "slow",
      "period_ms": 2000
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ('"period_ms": 2000', '"period_ms": "2000"', "expected_whole", 10),
        ('"period_ms": 2000', '"period_ms": 2000,\n      "period": 1', "unknown_field", 11),
        ('"period_ms": 2000', '"period_ms": 2000,', "not_json", 11),
        ('"period_ms": 2000', '"period_ms": 5', "period", 10),
        ('"period_ms": 2000', '"period_ms": 2000,\n      "stale_after_ms": 10', "stale_after", 11),
        ('"name": "slow"', '"name": "fast"', "path_twice", 9),
        ('"name": "slow"', '"name": "slow",\n      "name": "slower"', "duplicate_key", 10),
        ('"name": "plant"', '"name": "a plant/"', "bad_project_name", 4),
        ('"name": "plant"', '"name": "plant", "start": "0000000000009"', "unknown_start", 4),
        ('"id": "0000000000001"', '"id": "x"', "bad_id", 3),
        ('"format": 1', '"format": "1"', "expected_whole", 2),
        ("  ]\n}\n", "", "cut_short", 11),
    ],
)
def test_that_a_fault_of_project_json_is_named_with_its_line(tmp_path, before, after, code, line):
    assert PROJECT_JSON.count(before) == 1
    content = PROJECT_JSON.removeprefix("\n").replace(before, after)
    (tmp_path / "project.json").write_text(content, "utf-8")
    found = [one for one in check_folder(tmp_path).problems if one.reason.code == f"project.{code}"]
    assert [(one.file, one.line) for one in found] == [("project.json", line)]
