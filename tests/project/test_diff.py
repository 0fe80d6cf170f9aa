"""Differences between projects, by object and field."""

from dataclasses import replace

import msgspec
from hypothesis import given, settings

from hmi.model.project import Project
from hmi.model.tag import Span, Tag
from hmi.project.diff import Change, FieldChange, diff_projects
from hmi.project.edits import MoveElements, SetProps, remove
from tests.project.cases import by_id, projects, raw, small_project


def test_that_a_changed_tag_is_one_change_with_its_fields():
    project = small_project()
    old = project.tags_by_path["Line/Tank1.Level"]
    new = msgspec.structs.replace(old, unit="m", span=Span(low=0, high=50), scale=1.0)
    after = replace(project, tags=by_id([new if one is old else one for one in project.tags]))
    (change,) = diff_projects(project, after)
    assert (change.change, change.kind, change.name) == (Change.CHANGED, "tag", "Line/Tank1.Level")
    assert set(change.fields) == {
        FieldChange(field="unit", before="%", after="m"),
        FieldChange(field="span.high", before=100, after=50),
        FieldChange(field="scale", before=0.1, after=None),
    }


def test_that_properties_and_places_of_elements_are_named():
    project = small_project()
    screen = project.screens_by_path["Overview"].id
    element = next(one for one in project.elements[screen] if one.type == "readout")
    after = SetProps(screen=screen, id=element.id, props=raw({"tag": "LI-2", "size": 30})).apply(project)
    after = MoveElements(screen=screen, boxes={element.id: (0.0, 24.0, 136.0, 56.0)}).apply(after)
    (change,) = diff_projects(project, after)
    assert (change.kind, change.name) == ("element", "Overview: readout")
    assert {field.field for field in change.fields} == {"at", "props.tag", "props.size"}


def test_that_added_and_removed_objects_are_listed_with_their_names():
    project = small_project()
    after = remove(project.screens_by_path["Overview"]).apply(project)
    after = replace(after, tags=by_id([*after.tags, Tag(id="0000000000009", path="New")]))
    changes = {(str(one.change), one.kind, one.name) for one in diff_projects(project, after)}
    assert changes == {
        ("removed", "screen", "Overview"),
        ("removed", "element", "Overview: readout"),
        ("removed", "element", "Overview: lamp"),
        ("added", "tag", "New"),
    }


def test_that_spaces_in_raw_parts_are_no_difference():
    project = small_project()
    device = msgspec.structs.replace(project.devices[0], options=msgspec.Raw(b' { "host" : "192.168.0.10" } '))
    same = [device if one.id == device.id else one for one in project.devices]
    if project.devices[0].name != "PLC1":
        same = [msgspec.structs.replace(one, options=msgspec.Raw(b" " + bytes(one.options))) for one in project.devices]
    assert diff_projects(project, replace(project, devices=tuple(same))) == ()


@settings(max_examples=25, deadline=None)
@given(projects(), projects())
def test_that_a_diff_is_empty_exactly_for_equal_projects_and_mirrors(one: Project, other: Project):
    assert diff_projects(one, one) == ()
    there, back = diff_projects(one, other), diff_projects(other, one)
    opposite = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED, Change.CHANGED: Change.CHANGED}
    assert {(opposite[each.change], each.kind, each.id) for each in there} == {
        (each.change, each.kind, each.id) for each in back
    }
    msgspec.json.encode(there)
