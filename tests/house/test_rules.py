"""Each house rule finds what it is for and passes what is decent."""

import ast

import pytest

from tests.house import rules
from tests.house.rules import File

# (path, text, what the finding says); forbidden words are put together so that the rules do not find this file.
BAD = [
    ("hmi/model/" + "utils.py", "", "says nothing"),
    ("hmi/" + "shared/x.py", "", "says nothing"),
    ("hmi/x.py", "a = 1\n" * 601, "more than 600"),
    ("hmi/x.py", "a = 1\n" * 401, "more than 400"),
    ("hmi/x.py", "try:\n    f()\nexcept Exception:\n    pass\n", "broad except"),
    ("hmi/x.py", "try:\n    f()\nexcept (ValueError, BaseException) as e:\n    log.exception('x')\n", "broad except"),
    ("hmi/x.py", "try:\n    f()\nexcept:\n    pass\n", "broad except"),
    ("hmi/x.py", "assert x\n", "assert in source"),
    ("docs/x.md", "see https://" + "pypi." + "org/project", "host name"),
    ("dev.py", "apt from deb." + "debian.org", "host name"),
    ("hmi/x.py", "DATA = '/wo" + "rk/main'", "path of one machine"),
    ("README.md", "cd /ro" + "ot/x", "path of one machine"),
    ("hmi/x.py", "# TO" + "DO: later", "unfinished"),
    ("hmi/x.py", "HOST = '0.0." + "0.0'", "listens on every address"),
    ("hmi/shell/x.py", "app.processEvents()", "processEvents"),
    ("hmi/shell/x.py", "b.clicked.connect(lambda: self.open())", "lambda"),
    ("tests/x/test_x.py", "def test_reader_works():\n    assert 1\n", "says nothing"),
    ("tests/x/test_x.py", "def test_that_it_reads():\n    read()\n", "asserts nothing"),
    ("tests/x/test_x.py", "async def test_that_it_reads():\n    await read()\n", "asserts nothing"),
    # A step of this name asserts, but it is not the one that is called here.
    ("tests/x/test_x.py", "def test_that_it_reads(r):\n    same_in_each(r)\n", "asserts nothing"),
    ("tests/x/test_x.py", "from hmi.x import same_in_each\ndef test_that_it_is(r):\n    same_in_each(r)\n", "asserts"),
]
GOOD = [
    ("hmi/model/value.py", "a = 1\n" * 400),
    ("tests/x/board.py", "a = 1\n" * 600),
    ("hmi/x.py", "try:\n    f()\nexcept OSError:\n    g()\n"),
    ("hmi/x.py", "try:\n    f()\nexcept BaseException:\n    g()\n    raise\n"),
    ("tests/x/test_x.py", "def test_that_it_reads():\n    with pytest.raises(ValueError):\n        read()\n"),
    ("tests/x/test_x.py", "def test_that_it_reads(qtbot):\n    qtbot.waitUntil(lambda: True)\n"),
    ("tests/x/test_x.py", "from tests.x.y import same_in_each\ndef test_that_it_reads(r):\n    same_in_each(r)\n"),
    ("tests/x/test_x.py", "def test_that_it_reads(board):\n    board.same_in_each()\n"),
    ("tests/x/board.py", "def test_like():\n    pass\n"),
    ("hmi/shell/x.py", "b.clicked.connect(self.open)\nb.clicked.connect(lambda: None)"),
    ("hmi/x.py", "VERSION = '10.0.0.0.1'\nURL = '127.0.0.1'"),
    ("hmi/x.py", "not python at all ("),
]


def same_in_each(rows):
    """Like the steps that tests share: a test that calls it can fail."""
    assert len(set(rows)) == 1


def found(path, text):
    file = File(path, text)
    return [str(finding) for rule in rules.RULES for finding in rule(file)]


@pytest.mark.parametrize(("path", "text", "says"), BAD, ids=lambda value: repr(value)[:40])
def test_that_a_broken_rule_is_found_with_its_reason(path, text, says):
    (finding,) = found(path, text)
    assert says in finding
    assert finding.startswith(f"{path}:")


@pytest.mark.parametrize(("path", "text"), GOOD, ids=lambda value: repr(value)[:40])
def test_that_decent_files_pass(path, text):
    assert found(path, text) == []


def test_that_an_edge_may_catch_everything_when_it_logs(monkeypatch):
    monkeypatch.setitem(rules.BROAD_EXCEPT_EDGES, "hmi/edge.py", "process main")
    assert found("hmi/edge.py", "try:\n    f()\nexcept Exception:\n    log.exception('it broke')\n") == []
    assert len(found("hmi/edge.py", "try:\n    f()\nexcept Exception:\n    pass\n")) == 1


def test_that_a_long_file_needs_its_reason(monkeypatch):
    monkeypatch.setitem(rules.LONG_FILES, "hmi/long.py", "one table")
    assert found("hmi/long.py", "a = 1\n" * 500) == []
    assert len(found("hmi/long.py", "a = 1\n" * 601)) == 1


def test_that_every_exception_is_still_needed():
    for path in rules.LONG_FILES:
        assert (rules.ROOT / path).read_text(encoding="utf-8").count("\n") > rules.LINES_ASK, path
    for path in rules.BROAD_EXCEPT_EDGES:
        tree = File(path, (rules.ROOT / path).read_text(encoding="utf-8")).tree
        handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
        assert any(rules._is_broad(handler.type) for handler in handlers), path


def test_that_files_are_listed_without_git(tmp_path):
    (tmp_path / "hmi").mkdir()
    (tmp_path / ".venv").mkdir()
    for name in ("hmi/a.py", ".venv/b.py", "picture.png"):
        (tmp_path / name).write_text("x = 1\n")
    assert [file.path for file in rules.files(tmp_path)] == ["hmi/a.py"]


def test_that_a_step_which_only_prints_is_no_assertion():
    assert "same_in_each" in rules._steps_that_assert()
    assert "_known_to_git" not in rules._steps_that_assert()
