"""Reading and writing of project folders."""

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.model.tag import Span, Tag
from hmi.project import read_project, write_project
from tests.project.cases import by_id, completed, projects, raw, small_project


def folder_bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@settings(max_examples=25, deadline=None)
@given(projects())
def test_that_a_project_comes_back_from_its_files_as_it_was(project: Project):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(project, folder)
        result = read_project(folder)
        assert [problem for problem in result.problems if problem.file != "types/types.jsonl"] == []
        assert result.project == project
        before = folder_bytes(folder)
        assert write_project(result.project, folder) == ()
        assert folder_bytes(folder) == before
        other = folder / "other"
        write_project(result.project, other)
        assert folder_bytes(other) == before


def test_that_only_values_that_differ_from_the_default_are_written(tmp_path: Path):
    project = small_project()
    tag = Tag(id=project.tags[0].id, path="A", scale=1.0, span=Span(), title=project.tags[0].title)
    write_project(replace(project, tags=(tag,)), tmp_path)
    line = (tmp_path / "tags/tags.jsonl").read_text("utf-8").splitlines()[1]
    assert set(msgspec.json.decode(line)) == {"id", "path"} | ({"title"} if tag.title else set())


def test_that_minus_zero_and_zero_give_the_same_bytes(tmp_path: Path):
    project = small_project()
    for name, number in (("a", -0.0), ("b", 0.0)):
        changed = replace(project, tags=(msgspec.structs.replace(project.tags[0], span=Span(low=number)),))
        write_project(changed, tmp_path / name)
    assert folder_bytes(tmp_path / "a") == folder_bytes(tmp_path / "b")


def test_that_the_order_in_which_a_mapping_was_filled_does_not_show(tmp_path: Path):
    project = small_project()
    for name, states in (("a", ("1", "0", "10")), ("b", ("10", "1", "0"))):
        tag = msgspec.structs.replace(project.tags[0], states=dict.fromkeys(states, project.header.title))
        write_project(replace(project, tags=(tag,)), tmp_path / name)
    assert folder_bytes(tmp_path / "a") == folder_bytes(tmp_path / "b")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_that_a_number_that_json_cannot_say_is_refused_before_anything_is_written(tmp_path: Path, number: float):
    project = small_project()
    broken = replace(project, tags=(msgspec.structs.replace(project.tags[0], scale=number),))
    with pytest.raises(ProjectError):
        write_project(broken, tmp_path / "p")
    assert folder_bytes(tmp_path) == {}


def test_that_an_item_stays_in_its_file_and_a_new_one_goes_to_the_default_file(tmp_path: Path):
    project = small_project()
    write_project(project, tmp_path)
    (tmp_path / "tags/tags.jsonl").rename(tmp_path / "tags/tank.jsonl")
    new = Tag(id="0000000000001", path="New")
    assert write_project(replace(project, tags=by_id([*project.tags, new])), tmp_path) == ("tags/tags.jsonl",)
    assert (tmp_path / "tags/tags.jsonl").read_text("utf-8").splitlines()[1:] == ['{"id":"0000000000001","path":"New"}']


def test_that_only_the_file_that_changes_is_touched(tmp_path: Path):
    project = small_project()
    write_project(project, tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.jsonl")}
    changed = msgspec.structs.replace(project.tags[0], unit="m")
    assert write_project(replace(project, tags=(changed, *project.tags[1:])), tmp_path) == ("tags/tags.jsonl",)
    touched = {path.name for path, time in times.items() if path.stat().st_mtime_ns != time}
    assert touched == {"tags.jsonl"}


def test_that_a_broken_line_loses_no_other_and_survives_saving(tmp_path: Path):
    project = small_project()
    write_project(project, tmp_path)
    file = tmp_path / "tags/tags.jsonl"
    lines = file.read_text("utf-8").splitlines()
    lines[2] = lines[2].replace('"path"', '"pathh"')
    file.write_text("\n".join([*lines, "rubbish", ""]), "utf-8")
    result = read_project(tmp_path)
    assert result.project is not None
    assert len(result.project.tags) == 2
    assert [(problem.file, problem.line, problem.reason.code) for problem in result.problems] == [
        ("tags/tags.jsonl", 3, "project.unknown_field"),
        ("tags/tags.jsonl", 5, "project.not_json"),
    ]
    changed = tuple(msgspec.structs.replace(tag, unit="new") for tag in result.project.tags)
    assert write_project(replace(result.project, tags=changed), tmp_path) == ("tags/tags.jsonl",)
    assert file.read_text("utf-8").splitlines()[-2:] == [lines[2], "rubbish"]


def test_that_elements_left_for_later_are_those_of_a_whole_reading_at_that_time(tmp_path: Path):
    write_project(small_project(), tmp_path)
    file = sorted((tmp_path / "screens").glob("*.jsonl"))[0]
    file.write_text(file.read_text("utf-8") + "rubbish\n", "utf-8")
    whole = read_project(tmp_path)
    later = read_project(tmp_path, elements_later=True)
    file.unlink()
    assert whole.project is not None
    assert later.project is not None
    assert [problem.reason.code for problem in whole.problems] == ["project.not_json"]
    assert later.problems == ()
    assert any(whole.project.elements.values())
    assert dict(later.project.elements) == whole.project.elements
    assert replace(later.project, elements=whole.project.elements) == whole.project


def test_that_an_element_of_an_unknown_type_is_kept_byte_for_byte(tmp_path: Path):
    project = small_project()
    write_project(project, tmp_path)
    file = next((tmp_path / "screens").glob("Overview.jsonl"))
    strange = '{"id":"ezzzzzzzzzzz1","type":"pack.thing","at":[1,2,3,4],"props":{"b": 1.50,  "a":[1e2, "\\u00e4"]}}'
    file.write_bytes(file.read_bytes() + strange.encode() + b"\n")
    result = read_project(tmp_path)
    assert result.problems == ()
    moved = {
        screen: tuple(
            msgspec.structs.replace(one, at=(5.0, 2.0, 3.0, 4.0)) if one.type == "pack.thing" else one for one in inner
        )
        for screen, inner in result.project.elements.items()
    }
    write_project(replace(result.project, elements=moved), tmp_path)
    assert '"at":[5,2,3,4],"props":{"b": 1.50,  "a":[1e2, "\\u00e4"]}}' in file.read_text("utf-8")


def test_that_raw_parts_with_line_ends_do_not_tear_their_line(tmp_path: Path):
    project = small_project()
    device = msgspec.structs.replace(project.devices[0], options=msgspec.Raw(b'{\n "host":\r\n "x"\n}'))
    write_project(replace(project, devices=(device,)), tmp_path)
    result = read_project(tmp_path)
    assert bytes(result.project.devices[0].options) == b'{"host":"x"}'


def test_that_a_removed_screen_takes_its_file_along_and_two_of_one_name_have_two_files(tmp_path: Path):
    project = small_project()
    twin = msgspec.structs.replace(project.screens[0], id="1111111111111", path="Overview: twin")
    twins = completed(
        replace(project, screens=(*project.screens, twin, msgspec.structs.replace(twin, id="2222222222222")))
    )
    write_project(twins, tmp_path)
    assert len(list((tmp_path / "screens").iterdir())) == 4
    write_project(project, tmp_path)
    assert sorted(path.name for path in (tmp_path / "screens").iterdir()) == ["Overview-Tank.jsonl", "Overview.jsonl"]


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/x", "CON", "a\\b", "..", "C:/x"])
def test_that_no_name_of_a_screen_leads_out_of_the_folder(tmp_path: Path, path: str):
    project = small_project()
    screen = msgspec.structs.replace(project.screens[0], path=path)
    inner = tmp_path / "deep" / "project"
    write_project(completed(replace(project, screens=(screen,))), inner)
    assert set(tmp_path.iterdir()) == {tmp_path / "deep"}
    assert set((tmp_path / "deep").iterdir()) == {inner}
    stems = [file.stem.casefold() for file in (inner / "screens").iterdir()]
    assert len(stems) == 1
    assert stems[0] not in ("con", "..", "")


_KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.project.cases import small_project
from dataclasses import replace
import msgspec
from hmi.project import write_project
import hmi.project.replace_file as door
calls = 0
real = {{name: getattr(os, name) for name in ("replace", "fsync")}}
def counted(name):
    def call(*args):
        global calls
        calls += 1
        if calls > {after}:
            os.kill(os.getpid(), 9)
        return real[name](*args)
    return call
for name in real:
    setattr(os, name, counted(name))
project = small_project()
def new(items):
    return tuple(msgspec.structs.replace(item, title=msgspec.structs.replace(item.title, en="new")) for item in items)
write_project(replace(project, tags=new(project.tags), devices=new(project.devices), screens=new(project.screens)),
Path({folder!r}))
"""


@pytest.mark.parametrize("after", [0, 1, 2, 4, 7])
def test_that_kill_9_in_the_middle_of_writing_leaves_each_file_old_or_new(tmp_path: Path, after: int):
    project = small_project()
    write_project(project, tmp_path)
    old = folder_bytes(tmp_path)
    root = str(Path(__file__).resolve().parents[2])
    script = _KILLED.format(root=root, folder=str(tmp_path), after=after)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == -9, done.stderr
    result = read_project(tmp_path)
    assert result.problems == ()
    for items in (result.project.tags, result.project.devices):
        assert len({item.title.en == "new" for item in items}) == 1, "a file is half old and half new"
    assert set(old) <= set(folder_bytes(tmp_path))
    write_project(project, tmp_path)
    assert {name: content for name, content in folder_bytes(tmp_path).items() if name in old} == old


def test_that_default_props_are_left_out(tmp_path: Path):
    project = small_project()
    bare = {
        screen: tuple(msgspec.structs.replace(one, props=raw({})) for one in inner)
        for screen, inner in project.elements.items()
    }
    write_project(replace(project, elements=bare), tmp_path)
    assert all(b"props" not in file.read_bytes() for file in (tmp_path / "screens").iterdir())
