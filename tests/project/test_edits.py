"""Edits: what they do, and that each can be taken back to the byte."""

import tempfile
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model.errors import ProjectError
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import Tag
from hmi.project import check_project, write_project
from hmi.project.edits import (
    AddElements,
    Edit,
    Group,
    History,
    MoveElements,
    RemoveElements,
    Rename,
    ReplaceElements,
    SetBinding,
    SetHeader,
    SetProps,
    What,
    add,
    applied,
    decode_edit,
    encode_edit,
    remove,
    replaced,
)
from tests.project import cases
from tests.project.cases import raw, small_project


def written(project: Project) -> dict[str, bytes]:
    """Give the bytes of a project's files."""
    with tempfile.TemporaryDirectory() as name:
        write_project(project, Path(name))
        return {path.name: path.read_bytes() for path in Path(name).rglob("*.json*")}


@st.composite
def edits(draw, project: Project) -> Edit:
    """Any edit that the project can take."""
    what = draw(st.sampled_from(What))
    items = {
        What.DEVICE: project.devices, What.TYPE: project.types, What.INSTANCE: project.instances,
        What.TAG: project.tags, What.SCREEN: project.screens, What.NAVIGATION: project.navigation,
        What.ALARM: project.alarms,
    }[what]  # fmt: skip
    source = {
        What.DEVICE: cases.devices, What.TYPE: cases.types, What.INSTANCE: cases.instances, What.TAG: cases.tags,
        What.SCREEN: cases.screens, What.NAVIGATION: cases.navigation, What.ALARM: cases.alarms,
    }[what]  # fmt: skip
    screens = [screen.id for screen in project.screens]
    drawn = [(screen, element) for screen in screens for element in project.elements[screen]]
    choices = ["add", "header"]
    choices += ["remove", "replace"] if items else []
    choices += ["rename"] if items and what is not What.NAVIGATION else []
    choices += ["add_elements"] if screens else []
    choices += ["move", "props", "bind", "remove_elements", "replace_elements"] if drawn else []
    match draw(st.sampled_from(choices)):
        case "add":
            item = draw(source.filter(lambda new: all(new.id != other.id for other in items)))
            return add(item, draw(cases.some(cases.elements)) if what is What.SCREEN else ())
        case "header":
            return SetHeader(header=msgspec.structs.replace(draw(cases.headers), id=project.header.id))
        case "remove":
            return remove(draw(st.sampled_from(items)))
        case "replace":
            old = draw(st.sampled_from(items))
            return replaced(msgspec.structs.replace(draw(source), id=old.id))
        case "rename":
            item = draw(st.sampled_from(items))
            name = draw(st.sampled_from(["Fresh", "Other 1"]))
            return Rename(what=what, id=item.id, name=name)
        case "add_elements":
            screen = draw(st.sampled_from(screens))
            taken = {element.id for element in project.elements[screen]}
            new = [one for one in draw(cases.some(cases.elements)) if one.id not in taken]
            return AddElements(screen=screen, elements=tuple(new))
    screen, element = draw(st.sampled_from(drawn))
    box = draw(st.tuples(*[cases.numbers] * 4))
    slot = draw(st.sampled_from(["value", "other", *element.bind]))
    changed = msgspec.structs.replace(draw(cases.elements), id=element.id)
    return draw(
        st.sampled_from(
            [
                MoveElements(screen=screen, boxes={element.id: box}),
                SetProps(screen=screen, id=element.id, props=draw(cases.raws)),
                SetBinding(screen=screen, id=element.id, slot=slot, expression=draw(cases.references | st.just(""))),
                RemoveElements(screen=screen, ids=(element.id,)),
                ReplaceElements(screen=screen, elements=(changed,)),
            ]
        )
    )


projects = st.just(small_project()) | cases.projects()


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_that_an_edit_and_its_inverse_give_the_project_back(data: st.DataObject):
    project = data.draw(projects)
    edit = data.draw(edits(project))
    refused = ""
    try:
        changed = edit.apply(project)
    except ProjectError as error:
        changed, refused = project, error.reason.code
    if refused:
        assert refused in ("project.edit_name_taken", "project.edit_bad_name")
        return
    back = edit.invert(project)
    assert back.apply(changed) == project
    assert back.invert(changed).apply(project) == changed
    assert decode_edit(bytes(encode_edit(edit))) == edit
    assert decode_edit(bytes(encode_edit(back))) == back


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_that_a_group_of_edits_is_taken_back_to_the_byte(data: st.DataObject):
    start = project = data.draw(projects)
    group = []
    for _ in range(data.draw(st.integers(1, 5))):
        edit = data.draw(edits(project))
        try:
            project = edit.apply(project)
        except ProjectError:
            continue
        group.append(edit)
    one = Group(edits=tuple(group))
    assert one.apply(start) == project
    back = one.invert(start)
    assert back.apply(project) == start
    assert decode_edit(bytes(encode_edit(back))) == back
    assert written(back.apply(project)) == written(start)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_that_every_state_a_project_ever_had_can_be_reached_by_undo(data: st.DataObject):
    project = small_project()
    history = History()
    seen = [project]
    for _ in range(data.draw(st.integers(1, 10))):
        move = data.draw(st.sampled_from(["do", "do", "undo", "redo"]))
        if move == "undo" and history.can_undo:
            project = history.back().apply(project)
        elif move == "redo" and history.can_redo:
            project = history.forth().apply(project)
        elif move == "do":
            try:
                project = applied(project, history, data.draw(edits(project)))
            except ProjectError:
                continue
            seen.append(project)
    while history.can_redo:
        project = history.forth().apply(project)
    reached = [project]
    while history.can_undo:
        project = history.back().apply(project)
        reached.append(project)
    assert all(state in reached for state in seen)


def test_that_a_new_edit_after_two_undos_keeps_the_way_back_through_both():
    start = small_project()
    history = History()
    tag = start.tags[0]
    project = applied(start, history, replaced(msgspec.structs.replace(tag, unit="one")))
    first = project
    project = applied(project, history, Rename(what=What.TAG, id=tag.id, name="Renamed"))
    second = project
    for _ in range(2):
        project = history.back().apply(project)
    project = applied(project, history, remove(tag))
    states = [project]
    while history.can_undo:
        project = history.back().apply(project)
        states.append(project)
    assert states[1:] == [start, first, second, first, start]


def test_that_renaming_a_tag_rewrites_its_references_and_no_others():
    project = small_project()
    tag = project.tags_by_path["Line/Tank1.Level"]
    after = Rename(what=What.TAG, id=tag.id, name="Line/Tank 9.水位").apply(project)
    bound = [source for inner in after.elements.values() for one in inner for source in one.bind.values()]
    assert "{Line/Tank 9.水位}" in bound
    assert "{Line/M1.Run} and {Line/Tank 9.水位} > 5" in bound
    assert errors(after) == []


def test_that_renaming_an_instance_rewrites_the_references_to_its_members():
    project = small_project()
    after = Rename(what=What.INSTANCE, id=project.instances[0].id, name="Hall/M7").apply(project)
    assert {tag.path for tag in after.expanded} == {"Hall/M7.Run", "Hall/M7.Speed"}
    assert {tag.id for tag in after.expanded} == {tag.id for tag in project.expanded}
    assert errors(after) == []


def test_that_renaming_a_device_follows_into_tags_parameters_overrides_and_health_tags():
    project = small_project()
    for name in ("PLC1", "PLC2"):
        project = Rename(what=What.DEVICE, id=project.devices_by_name[name].id, name=f"{name} new").apply(project)
    assert {tag.device for tag in project.all_tags} == {"PLC1 new", "PLC2 new"}
    assert "{System/Devices/PLC1 new.RoundTripMs} + 0 * {Line/M1.Speed}" in {
        source for inner in project.elements.values() for one in inner for source in one.bind.values()
    }
    assert errors(project) == []


def test_that_renaming_a_type_or_a_screen_follows_into_instances_navigation_and_parents():
    project = small_project()
    project = Rename(what=What.TYPE, id=project.types[0].id, name="Drive").apply(project)
    project = Rename(what=What.SCREEN, id=project.screens_by_path["Overview"].id, name="Start").apply(project)
    assert project.instances[0].of == "Drive"
    assert len(project.expanded) == 2
    assert project.navigation[0].screens == ("Start",)
    assert project.screens_by_path["Overview/Tank"].parent == "Start"
    assert errors(project) == []


def test_that_a_rename_is_undone_exactly_even_where_the_new_name_was_referred_to_before():
    project = small_project()
    screen = project.screens[0]
    dangling = Element(id=derived_id("x"), type="readout", at=(0.0, 0.0, 9.0, 9.0), bind={"value": "{Later}"})
    project = AddElements(screen=screen.id, elements=(dangling,)).apply(project)
    edit = Rename(what=What.TAG, id=project.tags_by_path["Line/Tank1.Level"].id, name="Later")
    assert edit.invert(project).apply(edit.apply(project)) == project


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda p: add(p.tags[0]), "edit_exists"),
        (lambda p: remove(Tag(id="0000000000009", path="x")), "edit_missing"),
        (lambda p: replaced(NavigationItem(id="0000000000009")), "edit_missing"),
        (lambda p: Rename(what=What.TAG, id=p.tags[0].id, name=p.tags[1].path), "edit_name_taken"),
        (lambda p: Rename(what=What.TAG, id=p.tags[0].id, name="Line/M1.Run"), "edit_name_taken"),
        (lambda p: Rename(what=What.TAG, id=p.tags[0].id, name="a}{b"), "edit_bad_name"),
        (lambda p: Rename(what=What.DEVICE, id=p.devices[0].id, name="a/b"), "edit_bad_name"),
        (lambda p: Rename(what=What.NAVIGATION, id=p.navigation[0].id, name="x"), "edit_no_name"),
        (lambda p: MoveElements(screen="none", boxes={}), "edit_missing"),
        (lambda p: SetBinding(screen=p.screens[0].id, id="none", slot="a", expression="1"), "edit_missing"),
        (lambda p: SetHeader(header=msgspec.structs.replace(p.header, id="0000000000009")), "edit_project_id"),
        (lambda p: Group(edits=(remove(p.tags[0]), remove(p.tags[0]))), "edit_missing"),
    ],
)
def test_that_an_edit_that_cannot_be_done_says_why_and_changes_nothing(edit, code: str):
    project = small_project()
    with pytest.raises(ProjectError) as raised:
        edit(project).apply(project)
    assert raised.value.reason.code == f"project.{code}"
    assert project == small_project()


def test_that_a_removed_screen_comes_back_with_its_elements():
    project = small_project()
    edit = remove(project.screens_by_path["Overview"])
    gone = edit.apply(project)
    assert len(gone.elements) == 1
    assert edit.invert(project).apply(gone) == project
    assert add(Screen(id="0000000000009", path="New")).apply(project).elements["0000000000009"] == ()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"edit":"nothing"}', b'{"edit":"remove","what":"tag"}', b"[" * 9999])
def test_that_rubbish_is_no_edit(content: bytes):
    with pytest.raises(ProjectError):
        decode_edit(content)


def test_that_the_edits_of_elements_do_what_they_say():
    project = small_project()
    screen = project.screens_by_path["Overview"].id
    element = project.elements[screen][0]
    moved = MoveElements(screen=screen, boxes={element.id: (1.0, 2.0, 3.0, 4.0)}).apply(project)
    assert moved.elements[screen][0].at == (1.0, 2.0, 3.0, 4.0)
    dressed = SetProps(screen=screen, id=element.id, props=raw({"size": 30})).apply(project)
    assert bytes(dressed.elements[screen][0].props) == b'{"size":30}'
    unbound = SetBinding(screen=screen, id=element.id, slot="value", expression="").apply(project)
    assert unbound.elements[screen][0].bind == {}
    assert replace(project) == small_project()


def errors(project: Project) -> list[str]:
    return [one.place for one in check_project(project) if one.severity != "hint"]
