"""`hmi merge`: the merge driver of git, from the command line."""

from pathlib import Path

import pytest

from hmi.cli.main import main

HEAD = '{"format":1,"kind":"tags"}\n'
BASE = HEAD + '{"id":"1000000000001","path":"A","scale":2,"unit":"a"}\n'


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    for path in paths:
        path.write_text(BASE)
    return paths


def test_that_the_result_is_written_to_ours(files: list[Path]):
    files[1].write_text(BASE.replace('"a"', '"b"'))
    files[2].write_text(BASE.replace(":2", ":3"))
    assert main(["merge", *map(str, files)]) == 0
    assert files[1].read_text() == HEAD + '{"id":"1000000000001","path":"A","scale":3,"unit":"b"}\n'
    assert files[0].read_text() == BASE


def test_that_a_conflict_ends_with_1_and_is_named(files: list[Path], tmp_path: Path, capsys):
    files[1].write_text(BASE.replace('"a"', '"b"'))
    files[2].write_text(BASE.replace('"a"', '"c"'))
    out = tmp_path / "out"
    assert main(["merge", *map(str, files), "-o", str(out), "--language", "en"]) == 1
    assert f"{out}: both sides of a merge changed unit of 1000000000001" in capsys.readouterr().err
    assert '"unit":"b"' in out.read_text()
    assert '"unit":"c"' in out.read_text()
    assert files[1].read_text() == BASE.replace('"a"', '"b"')


def test_that_a_file_that_is_none_of_ours_is_left_as_it_is(files: list[Path], capsys):
    files[1].write_text("our rubbish")
    files[2].write_text("their rubbish")
    assert main(["merge", *map(str, files)]) == 1
    assert files[1].read_text() == "our rubbish"
    assert "Traceback" not in capsys.readouterr().err


def test_that_a_missing_file_is_wrong_usage(files: list[Path], tmp_path: Path):
    assert main(["merge", str(tmp_path / "none"), *map(str, files[1:])]) == 2
    assert files[1].read_text() == BASE
