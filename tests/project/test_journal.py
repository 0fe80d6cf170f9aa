"""The journal of edits: nothing that was done is ever lost."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmi.model.errors import ProjectError
from hmi.project import read_project, write_project
from hmi.project.edits import Rename, What, remove, replaced
from hmi.project.edits.journal import EditJournal, finish_save, state_of
from tests.project.cases import small_project
from tests.project.test_edits import edits


def unit_edit(project, unit: str):
    return replaced(msgspec.structs.replace(project.tags[0], unit=unit))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_that_replaying_the_journal_gives_the_state_and_the_history(tmp_path: Path, data: st.DataObject):
    path = tmp_path / "edits.journal"
    folder = tmp_path / "p"
    path.unlink(missing_ok=True)
    start = small_project()
    disk = start
    with EditJournal(path, start) as journal:
        for _ in range(data.draw(st.integers(0, 6))):
            match data.draw(st.sampled_from(["do", "do", "undo", "redo", "save"])):
                case "do":
                    try:
                        journal.do(data.draw(edits(journal.project)))
                    except ProjectError:
                        continue
                case "undo":
                    journal.undo()
                case "redo":
                    journal.redo()
                case "save":
                    journal.save(folder)
                    disk = journal.project
    with EditJournal(path, disk) as again:
        assert again.project == journal.project
        assert again.set_aside is None
        assert (again.history.position, again.history.steps) == (journal.history.position, journal.history.steps)
        while again.history.can_undo:
            again.undo()
        assert again.project == start


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_that_a_line_torn_by_a_crash_is_dropped_and_the_others_hold(tmp_path: Path, cut: int):
    path = tmp_path / "edits.journal"
    project = small_project()
    with EditJournal(path, project) as journal:
        first = journal.do(unit_edit(project, "one"))
        journal.do(unit_edit(project, "two"))
    path.write_bytes(path.read_bytes()[:-cut])
    with EditJournal(path, project) as again:
        assert again.project == first
        assert again.recovered == 1
        again.do(unit_edit(project, "three"))
    with EditJournal(path, project) as once_more:
        assert once_more.project.tags[0].unit == "three"


def test_that_a_long_torn_line_leaves_nothing_behind(tmp_path: Path):
    path = tmp_path / "edits.journal"
    project = small_project()
    with EditJournal(path, project):
        whole = path.read_bytes()
    path.write_bytes(whole + b'{"step":"do","edit":' + b" " * 5000)
    with EditJournal(path, project):
        assert path.read_bytes() == whole


def test_that_what_was_saved_is_not_counted_as_recovered(tmp_path: Path):
    path, folder = tmp_path / "edits.journal", tmp_path / "p"
    project = small_project()
    with EditJournal(path, project) as journal:
        journal.do(unit_edit(project, "x"))
        journal.undo()
        journal.save(folder)
    with EditJournal(path, project) as again:
        assert again.recovered == 0
        assert again.history.can_redo


_KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from hmi.project import read_project
from hmi.project.edits.journal import EditJournal
from tests.project.test_journal import unit_edit
project = read_project(Path({folder!r})).project
journal = EditJournal(Path({journal!r}), project)
for number in range(1000):
    journal.do(unit_edit(project, str(number)))
    print(number, flush=True)
"""


def test_that_after_kill_9_every_edit_that_was_reported_done_is_there(tmp_path: Path):
    folder, path = tmp_path / "p", tmp_path / "edits.journal"
    write_project(small_project(), folder)
    root = str(Path(__file__).resolve().parents[2])
    script = _KILLED.format(root=root, folder=str(folder), journal=str(path))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as child:
        done = 0
        for line in child.stdout:
            done = int(line)
            if done >= 20:
                child.kill()
                break
        done = max([done, *map(int, child.stdout)])
    project = read_project(folder).project
    with EditJournal(path, project) as journal:
        assert int(journal.project.tags[0].unit) in (done, done + 1)
        journal.undo()
        assert int(journal.project.tags[0].unit) in (done - 1, done)


def test_that_undo_goes_back_beyond_a_save(tmp_path: Path):
    path, folder = tmp_path / "edits.journal", tmp_path / "p"
    project = small_project()
    write_project(project, folder)
    with EditJournal(path, project) as journal:
        journal.do(unit_edit(project, "saved"))
        assert journal.save(folder) == ("tags/tags.jsonl",)
        journal.do(unit_edit(project, "not saved"))
    on_disk = read_project(folder).project
    assert on_disk.tags[0].unit == "saved"
    with EditJournal(path, on_disk) as again:
        assert (again.project.tags[0].unit, again.recovered) == ("not saved", 1)
        again.undo()
        again.undo()
        assert again.project == project


_SAVED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from hmi.project import read_project
from hmi.project.edits import Rename, What
from hmi.project.edits.journal import EditJournal
project = read_project(Path({folder!r})).project
journal = EditJournal(Path({journal!r}), project)
journal.do(Rename(what=What.DEVICE, id=project.devices[0].id, name="New"))
calls, real = 0, os.replace
def counted(*args):
    global calls
    calls += 1
    if calls > {after}:
        os.kill(os.getpid(), 9)
    return real(*args)
os.replace = counted
journal.save(Path({folder!r}))
"""


@pytest.mark.parametrize("after", [0, 3, 6, 7, 8, 9, 99])
def test_that_a_save_killed_at_any_moment_is_finished_or_undone_as_a_whole(tmp_path: Path, after: int):
    folder, path = tmp_path / "p", tmp_path / "edits.journal"
    project = small_project()
    write_project(project, folder)
    root = str(Path(__file__).resolve().parents[2])
    script = _SAVED.format(root=root, folder=str(folder), journal=str(path), after=after)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == (0 if after == 99 else -9), done.stderr
    expected = Rename(what=What.DEVICE, id=project.devices[0].id, name="New").apply(project)
    finish_save(path, folder)
    assert not finish_save(path, folder)
    on_disk = read_project(folder)
    assert on_disk.problems == ()
    assert on_disk.project in (project, expected)
    with EditJournal(path, on_disk.project) as journal:
        assert journal.project == expected
        assert journal.set_aside is None
        assert journal.undo() == project


def test_that_a_journal_of_another_state_is_set_aside_and_not_thrown_away(tmp_path: Path):
    path = tmp_path / "edits.journal"
    project = small_project()
    with EditJournal(path, project) as journal:
        journal.do(unit_edit(project, "x"))
    before = path.read_bytes()
    other = remove(project.tags[1]).apply(project)
    for number in (1, 2):
        with EditJournal(path, other) as again:
            assert again.project == other
            assert again.set_aside == tmp_path / f"edits.journal.aside-{number}"
        assert (tmp_path / f"edits.journal.aside-{number}").read_bytes() == before
        path.write_bytes(before)


@pytest.mark.parametrize("content", [b"", b"\0\xff rubbish", b"rubbish\n", b"{}\n"])
def test_that_a_file_that_is_no_journal_is_begun_anew(tmp_path: Path, content: bytes):
    path = tmp_path / "edits.journal"
    path.write_bytes(content)
    project = small_project()
    with EditJournal(path, project) as journal:
        assert journal.project == project
        journal.do(unit_edit(project, "x"))
    with EditJournal(path, project) as again:
        assert again.project.tags[0].unit == "x"


def test_that_an_edit_that_cannot_be_done_leaves_no_trace(tmp_path: Path):
    path = tmp_path / "edits.journal"
    project = small_project()
    with EditJournal(path, project) as journal:
        before = path.read_bytes()
        with pytest.raises(ProjectError):
            journal.do(Rename(what=What.TAG, id=project.tags[0].id, name=project.tags[1].path))
        assert path.read_bytes() == before
        assert journal.undo() == project
        assert journal.redo() == project
        assert path.read_bytes() == before


def test_that_equal_projects_have_equal_states_whatever_files_they_lie_in(tmp_path: Path):
    project = small_project()
    write_project(project, tmp_path)
    (tmp_path / "tags/tags.jsonl").rename(tmp_path / "tags/other.jsonl")
    assert state_of(read_project(tmp_path).project) == state_of(project)
    assert state_of(remove(project.tags[0]).apply(project)) != state_of(project)
