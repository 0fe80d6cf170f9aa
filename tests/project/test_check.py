"""The check: each rule finds its fault, with file, line and place, and finds nothing where nothing is wrong."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings

from hmi.model.device import CpuState, Heartbeat, MapSignature, ScanClass
from hmi.model.project import Project
from hmi.model.tag import DataType, Limits, Span, Tag
from hmi.model.text import Text
from hmi.project import check_folder, check_project, element_key, read_project, write_project
from tests.project.cases import by_id, completed, projects, raw, small_project
from tests.project.said import assert_said

change = msgspec.structs.replace


def tag_with(**fields) -> Project:
    """Give the small project with its tag Line/Tank1.Level changed."""
    project = small_project()
    old = project.tags_by_path["Line/Tank1.Level"]
    return replace(project, tags=by_id([change(one, **fields) if one is old else one for one in project.tags]))


def device_with(**fields) -> Project:
    project = small_project()
    return replace(
        project, devices=tuple(change(one, **fields) if one.name == "PLC1" else one for one in project.devices)
    )


def element_with(**fields) -> Project:
    project = small_project()
    screen = project.screens_by_path["Overview"].id
    inner = tuple(change(one, **fields) if one.type == "readout" else one for one in project.elements[screen])
    return replace(project, elements={**project.elements, screen: inner})


def header_with(**fields) -> Project:
    project = small_project()
    return replace(project, header=change(project.header, **fields))


def screen_with(**fields) -> Project:
    project = small_project()
    return replace(
        project, screens=tuple(change(one, **fields) if one.path == "Overview/Tank" else one for one in project.screens)
    )


def navigation_with(**fields) -> Project:
    project = small_project()
    return replace(project, navigation=(change(project.navigation[0], **fields),))


def found(project: Project) -> set[tuple[str, str]]:
    problems = check_project(project)
    for problem in problems:
        assert_said(problem)
    return {(str(one.severity), one.reason.code) for one in problems}


def test_that_a_sound_project_has_no_problems():
    assert found(small_project()) == set()


@pytest.mark.parametrize(
    ("project", "severity", "code"),
    [
        (tag_with(path="Line/Tank1.SP"), "error", "project.path_twice"),
        (tag_with(path="Line/M1"), "error", "project.path_twice"),
        (tag_with(path="System/Engine.TickMs"), "error", "project.path_reserved"),
        (tag_with(path="a{b}"), "error", "project.bad_path"),
        (tag_with(path="a//b"), "error", "project.bad_path"),
        (tag_with(path="a\nb"), "error", "project.bad_path"),
        (tag_with(path="x" * 201), "error", "project.bad_path"),
        (tag_with(device="PLC9"), "error", "project.unknown_device"),
        (tag_with(device=""), "error", "project.address_without_device"),
        (tag_with(address=""), "error", "project.no_address"),
        (tag_with(address="hr100.99"), "error", "modbus.address.bit"),
        (tag_with(address="hr100:float32", type=DataType.INT16), "error", "modbus.address.type_contradicts"),
        (tag_with(address="ir5", writable=True), "error", "project.not_writable"),
        (tag_with(address="hr101"), "hint", "project.address_twice"),
        (tag_with(scan="hourly"), "error", "project.unknown_scan"),
        (tag_with(scale=0.0), "error", "project.scale_zero"),
        (tag_with(deadband=-1.0), "error", "project.negative"),
        (tag_with(decimals=16), "error", "project.outside"),
        (tag_with(slot_bytes=0), "error", "project.outside"),
        (tag_with(span=Span(low=5, high=5)), "error", "project.low_not_below_high"),
        (tag_with(instrument=Span(low=5, high=4)), "error", "project.low_not_below_high"),
        (tag_with(normal=Span(low=5, high=4)), "error", "project.low_not_below_high"),
        (tag_with(write=Span(low=5, high=4)), "error", "project.low_not_below_high"),
        (tag_with(limits=Limits(low=5, high_high=4)), "error", "project.low_not_below_high"),
        (tag_with(states={"on": Text(en="On")}), "error", "project.state_no_number"),
        (device_with(name="PLC2"), "error", "project.path_twice"),
        (device_with(name="PLC/1"), "error", "project.bad_name"),
        (device_with(protocol="carrier-pigeon"), "error", "project.unknown_protocol"),
        (device_with(options=raw({"host": 5})), "error", "project.expected_text"),
        (device_with(options=raw({"host": "a", "porrt": 5})), "error", "project.unknown_field"),
        (device_with(options=raw([])), "error", "project.expected_object"),
        (device_with(options=raw({"host": "192.168.0.256"})), "error", "modbus.host"),
        (device_with(options=raw({"host": "a b"})), "error", "modbus.host"),
        (device_with(options=raw({"host": "a", "port": 0})), "error", "project.at_least"),
        (device_with(options=raw({"host": "a", "port": 99999})), "error", "project.at_most"),
        (device_with(options=raw({"host": ""})), "error", "project.text_longer"),
        (device_with(scan="hourly"), "error", "project.unknown_scan"),
        (device_with(liveness=None), "hint", "project.liveness_unknown"),
        (device_with(liveness=Heartbeat(address="rubbish")), "error", "modbus.address.unreadable"),
        (device_with(liveness=Heartbeat(address="c5")), "error", "project.not_whole"),
        (device_with(liveness=Heartbeat(address="hr5:float32")), "error", "project.not_whole"),
        (device_with(liveness=Heartbeat(address="hr5", within_s=0.0)), "error", "project.not_positive"),
        (device_with(liveness=CpuState(address="hr5", running=())), "error", "project.no_running_state"),
        (device_with(signature=MapSignature(address="", expected=1)), "error", "modbus.address.empty"),
        (element_with(type="pack_only"), "warning", "project.unknown_family"),
        (element_with(props=raw({"colour": "red"})), "error", "symbol.props_unreadable"),
        (element_with(props=raw({"size": 9999})), "error", "symbol.props_range"),
        (element_with(bind={}), "warning", "project.slot_unbound"),
        (element_with(bind={"value": "{Nothing}"}), "error", "project.unknown_tag"),
        (element_with(bind={"value": "{./Level}"}), "error", "project.unknown_tag"),
        (element_with(bind={"value": "1", "extra": "1"}), "error", "project.unknown_slot"),
        (element_with(at=(0.0, 0.0, 0.0, 5.0)), "error", "project.no_size"),
        (element_with(at=(-50.0, 0.0, 50.0, 50.0)), "warning", "project.outside_screen"),
        (element_with(at=(1900.0, 0.0, 50.0, 50.0)), "warning", "project.over_edge"),
        (
            element_with(type="numeric_entry", bind={"setpoint": "{Line/Tank1.SP} + 1"}),
            "error",
            "project.slot_not_plain",
        ),
        (screen_with(parent="Nowhere"), "error", "project.unknown_screen"),
        (screen_with(path="Overview"), "error", "project.path_twice"),
        (screen_with(width=0), "error", "project.outside"),
        (screen_with(level=5), "error", "project.outside"),
        (navigation_with(screens=("Nowhere",)), "error", "project.unknown_screen"),
        (navigation_with(screens=()), "warning", "project.no_screen"),
        (header_with(start="0000000000001"), "error", "project.unknown_start"),
        (header_with(scan_classes=(ScanClass(name="normal", period_ms=0),)), "error", "project.period"),
        (header_with(scan_classes=(ScanClass(name="normal", stale_after_ms=10),)), "error", "project.stale_after"),
        (header_with(scan_classes=(ScanClass(name="slow"),)), "error", "project.unknown_scan"),
        (replace(small_project(), navigation=()), "warning", "project.no_navigation"),
    ],
)
def test_that_a_fault_is_found(project: Project, severity: str, code: str):
    assert (severity, code) in found(project)


@pytest.mark.parametrize("source", ["1 +", "{open", "unknown(1)", "__import__('os')", "", "x" * 5000])
def test_that_a_binding_that_does_not_compile_is_an_error_at_its_slot(source: str):
    problems = [one for one in check_project(element_with(bind={"value": source})) if one.severity == "error"]
    assert [one.place.rpartition(".")[2] for one in problems] == ["value"]
    assert problems[0].reason.code.startswith("expression.")


def test_that_a_device_that_is_not_polled_needs_no_liveness_rule():
    assert found(device_with(liveness=None, commissioned=False)) == set()
    assert found(device_with(liveness=None, enabled=False)) == set()


def test_that_problems_carry_file_and_line_also_for_tags_of_instances(tmp_path: Path):
    project = small_project()
    kind = project.types[0]
    members = (kind.members[0], change(kind.members[1], address="rubbish"))
    project = completed(replace(project, types=(change(kind, members=members),)))
    write_project(project, tmp_path)
    result = check_folder(tmp_path)
    line = result.spots[project.instances[0].id].line
    assert [(one.file, one.line, one.place) for one in result.problems] == [
        ("types/types.jsonl", line, "Line/M1.Speed")
    ]
    assert result.broken


def test_that_the_problem_of_an_element_points_to_its_line(tmp_path: Path):
    project = element_with(bind={"value": "{Nothing}"})
    write_project(project, tmp_path)
    problems = check_folder(tmp_path).problems
    spots = read_project(tmp_path).spots
    screen = project.screens_by_path["Overview"].id
    element = next(one.id for one in project.elements[screen] if one.type == "readout")
    assert [(one.file, one.line) for one in problems] == [spots[element_key(screen, element)]]


def test_that_problems_of_reading_and_checking_come_in_the_order_of_the_files(tmp_path: Path):
    write_project(tag_with(device="PLC9"), tmp_path)
    with (tmp_path / "tags/tags.jsonl").open("a") as file:
        file.write("rubbish\n")
    with (tmp_path / "devices/devices.jsonl").open("a") as file:
        file.write("rubbish\n")
    problems = check_folder(tmp_path).problems
    assert [(one.file, one.line) for one in problems] == sorted((one.file, one.line) for one in problems)
    assert len(problems) == 3


@settings(max_examples=40, deadline=None)
@given(projects())
def test_that_no_project_makes_the_check_raise(project: Project):
    for problem in check_project(project):
        msgspec.json.encode(problem)
        assert problem.mend.code.startswith("project.mend.")


def test_that_two_names_for_one_address_are_found_through_different_spellings():
    project = small_project()
    twin = Tag(id="0000000000009", path="Twin", device="PLC1", address="40101")
    problems = check_project(replace(project, tags=by_id([*project.tags, twin])))
    assert [one.reason.code for one in problems] == ["project.address_twice"]
    assert {problems[0].place, problems[0].reason.arguments["other"]} == {"Twin", "Line/Tank1.Level"}
