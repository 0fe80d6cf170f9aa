"""Tags that instances of types bring."""

from dataclasses import replace

import msgspec
import pytest

import hmi.project._expand as expand_room
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.text import Text
from hmi.project import expand
from tests.project.cases import raw, small_project
from tests.project.said import assert_said


def changed(**fields) -> Project:
    """Give the small project with its one instance changed."""
    project = small_project()
    return replace(project, instances=(msgspec.structs.replace(project.instances[0], **fields),))


def test_that_an_instance_brings_its_members_with_parameters_filled_in_and_overrides():
    project = small_project()
    run, speed = project.tags_by_path["Line/M1.Run"], project.tags_by_path["Line/M1.Speed"]
    assert (run.device, run.address, run.title) == ("PLC2", "c40", Text(en="Runs on PLC2"))
    assert (speed.device, speed.address, speed.unit, speed.scale) == ("PLC1", "hr140", "rpm", 0.1)


def test_that_ids_follow_from_instance_and_member_and_survive_a_rename():
    project = small_project()
    before = {tag.id for tag in project.expanded}
    assert before == {derived_id(project.instances[0].id, name) for name in ("Run", "Speed")}
    after, problems = expand(changed(path="Elsewhere"))
    assert problems == ()
    assert {tag.id for tag in after} == before
    assert {tag.path for tag in after} == {"Elsewhere.Run", "Elsewhere.Speed"}


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ({"of": "Nothing"}, "unknown_type", "Line/M1"),
        ({"parameters": {}}, "missing_parameter", "Line/M1"),
        ({"parameters": {"plc": "P", "first": "x"}}, "parameter_no_number", "Line/M1"),
        ({"parameters": {"plc": "P", "first": "1001"}}, "parameter_range", "Line/M1"),
        ({"parameters": {"plc": "P", "first": "nan"}}, "parameter_range", "Line/M1"),
        ({"parameters": {"plc": "P", "second": "1"}}, "unknown_parameter", "Line/M1"),
        ({"overrides": {"Nothing": raw({})}}, "unknown_member", "Line/M1"),
    ],
)
def test_that_a_wrong_instance_brings_nothing_and_is_named(fields: dict, code: str, place: str):
    tags, problems = expand(changed(**fields))
    assert tags == ()
    for problem in problems:
        assert_said(problem)
    assert [(one.reason.code, one.place) for one in problems] == [(f"project.{code}", place)]


@pytest.mark.parametrize("override", [{"unit": 7}, {"id": "x"}, {"nothing": 1}])
def test_that_a_wrong_override_costs_its_member_only(override: dict):
    tags, problems = expand(changed(overrides={"Run": raw(override)}))
    assert [tag.path for tag in tags] == ["Line/M1.Speed"]
    assert [(one.reason.code, one.place) for one in problems] == [("project.bad_override", "Line/M1.Run")]


def test_that_an_override_cannot_change_the_name_of_a_member():
    tags, _ = expand(changed(overrides={"Run": raw({"name": "Walk"})}))
    assert "Line/M1.Run" in {tag.path for tag in tags}


def test_that_a_gap_without_parameter_is_named_and_two_dollars_are_one():
    project = small_project()
    members = project.types[0].members
    odd = msgspec.structs.replace(members[0], address="c$frist")
    rich = msgspec.structs.replace(members[1], unit="$$/h")
    kind = msgspec.structs.replace(project.types[0], members=(odd, rich))
    instance = msgspec.structs.replace(project.instances[0], overrides={})
    tags, problems = expand(replace(project, types=(kind,), instances=(instance,)))
    assert [(one.reason.code, one.reason.arguments) for one in problems] == [("project.unknown_gap", {"name": "frist"})]
    assert [tag.unit for tag in tags] == ["$/h"]


def test_that_a_few_short_lines_cannot_ask_for_endless_tags_or_texts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(expand_room, "MOST_TAGS", 1)
    tags, problems = expand(small_project())
    assert len(tags) == 1
    assert [one.reason.code for one in problems] == ["project.too_many_tags"]
    monkeypatch.undo()
    tags, problems = expand(changed(parameters={"plc": "x" * 5000}, overrides={}))
    assert tags == ()
    assert {one.reason.code for one in problems} == {"project.filled_too_long"}
    for problem in problems:
        assert_said(problem)


def test_that_a_value_with_a_dollar_is_not_filled_a_second_time():
    tags, problems = expand(changed(parameters={"plc": "$first"}, overrides={}))
    assert problems == ()
    assert {tag.device for tag in tags} == {"$first"}
