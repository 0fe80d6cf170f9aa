"""Alarms and write rules in project files: read, written, expanded, checked, compared, merged, edited."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from hmi.model.alarm import Alarm, AlarmKind, TypeAlarm, type_alarm_id
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.tag import DataType, Interlock, Limits, Member, Ramp, Span, WriteRules
from hmi.model.text import Text
from hmi.project import check_folder, check_project, expand_alarms, read_project, write_project
from hmi.project.diff import diff_projects
from hmi.project.edits import Rename, What
from hmi.project.merge import merge_file
from tests.project.cases import by_id, completed, raw, small_project
from tests.project.said import assert_said

change = msgspec.structs.replace
DONE = Text(en="Close the valve")


def alarm_with(**fields) -> Project:
    """The small project with its alarm of Line/Tank1.Level changed."""
    project = small_project()
    alarms = [change(one, **fields) if one.path == "Line/Tank1.Level:high" else one for one in project.alarms]
    return replace(project, alarms=by_id(alarms))


def tag_with(path: str, **fields) -> Project:
    project = small_project()
    return replace(project, tags=by_id([change(one, **fields) if one.path == path else one for one in project.tags]))


def type_with(*alarms: TypeAlarm, **of_instance) -> Project:
    project = small_project()
    kinds = (change(project.types[0], alarms=alarms),)
    return replace(project, types=kinds, instances=(change(project.instances[0], **of_instance),))


def rules_with(**fields) -> Project:
    return tag_with("Line/Tank1.SP", rules=WriteRules(**fields))


def more(*alarms: Alarm, **of_tag) -> Project:
    project = tag_with("Line/Tank1.Level", **of_tag) if of_tag else small_project()
    return replace(project, alarms=by_id([*project.alarms, *alarms]))


def level(name: str, kind: AlarmKind, limit: float | None = None, **fields) -> Alarm:
    path = f"Line/Tank1.Level:{name}"
    return Alarm(id=derived_id(path), path=path, tag="Line/Tank1.Level", kind=kind, limit=limit, action=DONE, **fields)


def found(project: Project) -> set[tuple[str, str]]:
    problems = check_project(project)
    for problem in problems:
        assert_said(problem)
    return {(str(one.severity), one.reason.code.removeprefix("project.")) for one in problems}


@pytest.mark.parametrize(
    ("project", "severity", "code"),
    [
        (alarm_with(tag="Nothing"), "error", "unknown_tag"),
        (alarm_with(path="线/阀 1.状态:关"), "error", "path_twice"),
        (alarm_with(path="a{b}"), "error", "bad_alarm_path"),
        (alarm_with(kind=AlarmKind.HIGH_HIGH), "error", "alarm_no_limit"),
        (alarm_with(kind=AlarmKind.COMMUNICATION), "error", "alarm_communication"),
        (alarm_with(kind=AlarmKind.DISCRETE, values=()), "error", "alarm_no_values"),
        (alarm_with(priority=0), "error", "outside"),
        (alarm_with(priority=4), "error", "outside"),
        (alarm_with(deadband=-1.0), "error", "negative"),
        (alarm_with(on_delay_s=-1.0), "error", "negative"),
        (alarm_with(off_delay_s=-1.0), "error", "negative"),
        (alarm_with(respond_s=-1.0), "error", "negative"),
        (alarm_with(limit=101.0), "warning", "alarm_outside_span"),
        (alarm_with(deadband=95.0), "warning", "alarm_no_return"),
        (alarm_with(respond_s=5.0), "warning", "alarm_delay"),
        (alarm_with(action=Text()), "warning", "alarm_no_action"),
        (more(instrument=Span(low=0, high=80)), "error", "alarm_never"),
        (more(type=DataType.BOOL), "error", "alarm_type"),
        (more(level("low", AlarmKind.LOW, 95.0)), "error", "low_not_below_high"),
        (more(level("hh", AlarmKind.HIGH_HIGH, 90.0)), "error", "low_not_below_high"),
        (
            type_with(TypeAlarm(name="a", member="Nope", kind=AlarmKind.BAD_QUALITY), alarms={}),
            "error",
            "unknown_member",
        ),
        (
            type_with(*[TypeAlarm(name="a", member="Run", kind=AlarmKind.BAD_QUALITY, action=DONE)] * 2, alarms={}),
            "error",
            "path_twice",
        ),
        (type_with(TypeAlarm(name="a/b", member="Run", kind=AlarmKind.BAD_QUALITY), alarms={}), "error", "bad_name"),
        (rules_with(interlocks=(Interlock(condition="1 +", title=DONE),)), "error", "expression.nothing_after"),
        (rules_with(interlocks=(Interlock(condition="{Nope} > 1", title=DONE),)), "error", "unknown_tag"),
        (rules_with(interlocks=(Interlock(condition="value > 1"),)), "warning", "interlock_without_words"),
        (rules_with(ramp=Ramp(working="Nope")), "error", "unknown_tag"),
        (rules_with(ramp=Ramp(rate="Nope")), "error", "unknown_tag"),
        (rules_with(ramp=Ramp(rate_per_min=0.0)), "error", "not_positive"),
        (rules_with(read_back="Nope"), "error", "unknown_tag"),
        (rules_with(right="fly"), "warning", "right_of_nobody"),
        (rules_with(largest_step=0.0), "error", "not_positive"),
        (rules_with(tolerance=-1.0), "error", "negative"),
        (rules_with(deadline_ms=99), "error", "outside"),
        (rules_with(every_ms=-1), "error", "outside"),
        (tag_with("Line/Tank1.Level", rules=WriteRules(needs_reason=True)), "warning", "rules_unused"),
    ],
)
def test_that_a_fault_is_found(project: Project, severity: str, code: str):
    if code.startswith("expression."):
        assert any(one[0] == severity and one[1].startswith("expression.") for one in found(project))
    else:
        assert (severity, code) in found(project)


@pytest.mark.parametrize(
    "project",
    [
        more(level("low", AlarmKind.LOW, 10.0), level("hh", AlarmKind.HIGH_HIGH, 95.0)),
        more(level("off", AlarmKind.LOW, 95.0, enabled=False)),
        more(level("q", AlarmKind.BAD_QUALITY)),
        alarm_with(limit=80.0, path="Anything"),
        alarm_with(tag="System/Devices/PLC1.RoundTripMs", limit=50.0, deadband=1.0),
        rules_with(interlocks=(Interlock(condition="value < 5 and {value} > 1", title=DONE),)),
    ],
)
def test_that_what_is_sound_is_left_alone(project: Project):
    assert found(project) == set()


def test_that_an_instance_brings_the_alarms_of_its_type_with_what_differs_in_it():
    (alarm,) = small_project().expanded_alarms
    instance = small_project().instances[0]
    assert alarm.id == type_alarm_id(instance.id, "Run", "trip")
    assert (alarm.path, alarm.tag) == ("Line/M1.Run:trip", "Line/M1.Run")
    assert (alarm.on_delay_s, alarm.priority, alarm.values) == (2, 1, (0,))
    assert alarm.title == Text(zh="PLC2 电机停", en="Motor on PLC2 stopped")
    assert [one.id for one in small_project().all_alarms] == sorted(one.id for one in small_project().all_alarms)


@pytest.mark.parametrize(
    ("override", "code"), [({"on_delay": 2}, "bad_alarm_override"), ({"priority": "x"}, "bad_alarm_override")]
)
def test_that_a_wrong_override_costs_its_alarm_only(override: dict, code: str):
    project = small_project()
    other = TypeAlarm(name="bad", member="Speed", kind=AlarmKind.BAD_QUALITY)
    changed = type_with(*project.types[0].alarms, other, alarms={"Run:trip": raw(override)})
    alarms, problems = expand_alarms(changed)
    assert [one.path for one in alarms] == ["Line/M1.Speed:bad"]
    assert [one.reason.code for one in problems] == [f"project.{code}"]
    for problem in problems:
        assert_said(problem)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (type_with(alarms={"Run:nothing": raw({})}), "unknown_alarm"),
        (
            type_with(TypeAlarm(name="a", member="Run", kind=AlarmKind.BAD_QUALITY, title=Text(en="$nope")), alarms={}),
            "unknown_gap",
        ),
    ],
)
def test_that_what_cannot_be_made_is_named(changed: Project, code: str):
    alarms, problems = expand_alarms(changed)
    assert alarms == ()
    assert [one.reason.code for one in problems] == [f"project.{code}"]
    assert_said(problems[0])


def test_that_own_references_in_write_rules_become_those_of_the_instance():
    project = small_project()
    rules = WriteRules(
        interlocks=(Interlock(condition="{./Run} or {./Run} and value < $first", title=Text(en="$plc")),),
        ramp=Ramp(working="./Speed", rate="Line/Tank1.Level"),
        read_back="./Speed",
    )
    members = (*project.types[0].members, Member(name="SP", device="$plc", address="hr9", writable=True, rules=rules))
    changed = completed(replace(project, types=(change(project.types[0], members=members),)))
    made = changed.tags_by_path["Line/M1.SP"].rules
    (lock,) = made.interlocks
    assert lock.condition == "{Line/M1.Run} or {Line/M1.Run} and value < 40"
    assert lock.title == Text(en="PLC2")
    assert (made.ramp, made.read_back) == (Ramp(working="Line/M1.Speed", rate="Line/Tank1.Level"), "Line/M1.Speed")


def test_that_a_plain_own_reference_is_sound_for_the_check_and_a_missing_one_is_named():
    project = small_project()

    def with_condition(condition: str) -> Project:
        rules = WriteRules(interlocks=(Interlock(condition=condition, title=DONE),))
        sp = Member(name="SP", device="$plc", address="hr9", writable=True, rules=rules)
        members = (*project.types[0].members, sp)
        return completed(replace(project, types=(change(project.types[0], members=members),)))

    assert found(with_condition("{./Run} and {./Speed} < 5")) == set()
    assert ("error", "unknown_tag") in found(with_condition("{./Walk}"))


def test_that_alarms_stand_in_their_own_folder_and_come_back_as_they_were(tmp_path: Path):
    project = small_project()
    changed = write_project(project, tmp_path)
    assert "alarms/alarms.jsonl" in changed
    lines = (tmp_path / "alarms/alarms.jsonl").read_text("utf-8").splitlines()
    assert lines[0] == '{"format":1,"kind":"alarms"}'
    assert '"tag":"Line/Tank1.Level","kind":"high","deadband":2' in lines[1]
    result = read_project(tmp_path)
    assert (result.project, result.problems) == (project, ())
    assert write_project(project, tmp_path) == ()


def test_that_a_project_without_the_folder_reads_as_before(tmp_path: Path):
    write_project(replace(small_project(), alarms=()), tmp_path)
    assert not (tmp_path / "alarms").exists()
    result = read_project(tmp_path)
    assert result.problems == ()
    assert result.project.alarms == ()


def test_that_a_broken_line_loses_no_other_and_problems_carry_their_line(tmp_path: Path):
    write_project(alarm_with(action=Text()), tmp_path)
    with (tmp_path / "alarms/alarms.jsonl").open("a") as file:
        file.write('{"id":"0000000000009","path":"x","tag":"y","kind":"highest"}\n')
    result = check_folder(tmp_path)
    assert [(one.file, one.line, str(one.severity)) for one in result.problems] == [
        ("alarms/alarms.jsonl", 2, "warning"),
        ("alarms/alarms.jsonl", 4, "error"),
    ]
    assert len(result.project.alarms) == 2


def test_that_problems_of_alarms_of_instances_point_to_the_instance(tmp_path: Path):
    project = completed(type_with(change(small_project().types[0].alarms[0], action=Text())))
    write_project(project, tmp_path)
    result = check_folder(tmp_path)
    line = result.spots[project.instances[0].id].line
    assert [(one.file, one.line, one.place) for one in result.problems] == [
        ("types/types.jsonl", line, "Line/M1.Run:trip")
    ]


def test_that_a_difference_names_the_alarm_and_its_field():
    (one,) = diff_projects(small_project(), alarm_with(on_delay_s=7.0))
    assert (one.kind, one.name) == ("alarm", "Line/Tank1.Level:high")
    assert [(field.field, field.before, field.after) for field in one.fields] == [("on_delay_s", 5, 7)]


def test_that_two_sides_merge_one_alarm_by_field(tmp_path: Path):
    contents = []
    for number, project in enumerate([small_project(), alarm_with(on_delay_s=7.0), alarm_with(priority=1)]):
        write_project(project, tmp_path / str(number))
        contents.append((tmp_path / str(number) / "alarms/alarms.jsonl").read_bytes())
    merged = merge_file(*contents)
    assert merged.conflicts == ()
    (tmp_path / "0/alarms/alarms.jsonl").write_bytes(merged.content)
    alarm = next(one for one in read_project(tmp_path / "0").project.alarms if one.path.endswith(":high"))
    assert (alarm.on_delay_s, alarm.priority) == (7, 1)


def test_that_alarms_and_write_rules_follow_a_renamed_tag():
    project = small_project()
    ident = project.tags_by_path["Line/Tank1.Level"].id
    edit = Rename(what=What.TAG, id=ident, name="Hall/T.Level")
    after = edit.apply(project)
    alarm = next(one for one in after.alarms if one.path.endswith(":high"))
    assert (alarm.tag, alarm.path) == ("Hall/T.Level", "Hall/T.Level:high")
    rules = after.tags_by_path["Line/Tank1.SP"].rules
    assert rules.interlocks[0].condition == "{Line/M1.Run} and {value} < {Hall/T.Level} + 20"
    assert rules.ramp.working == "Hall/T.Level"
    assert found(after) == set()
    assert edit.invert(project).apply(after) == project


def test_that_alarms_and_write_rules_follow_a_renamed_instance():
    project = small_project()
    after = Rename(what=What.INSTANCE, id=project.instances[0].id, name="Hall/M7").apply(project)
    assert [one.path for one in after.expanded_alarms] == ["Hall/M7.Run:trip"]
    assert "{Hall/M7.Run}" in after.tags_by_path["Line/Tank1.SP"].rules.interlocks[0].condition


def test_that_limits_of_a_tag_serve_alarms_that_name_none():
    assert found(more(level("low", AlarmKind.LOW), limits=Limits(low=5.0, high=90.0))) == set()
