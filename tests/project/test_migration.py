"""Older formats: each stays as a fixture and opens for ever."""

import shutil
from pathlib import Path

from hmi.model.project import FORMAT
from hmi.model.tag import Span
from hmi.model.text import Text
from hmi.project import read_project, write_project
from hmi.project._migrate import _STEPS

FIXTURES = Path(__file__).parent / "fixtures"


def test_that_every_older_format_has_its_step_and_its_fixture():
    assert len(_STEPS) == FORMAT
    assert {path.name for path in FIXTURES.iterdir()} >= {f"format-{number}" for number in range(FORMAT)}


def test_that_format_0_opens_with_the_meaning_it_had():
    result = read_project(FIXTURES / "format-0")
    assert result.problems == ()
    project = result.project
    assert project.header.format == FORMAT
    assert project.header.title == Text(en="Old line")
    assert {scan.name: scan.period_ms for scan in project.header.scan_classes} == {"fast": 250, "normal": 2000}
    level, setpoint = project.tags_by_path["Line/Tank1.Level"], project.tags_by_path["Line/Tank1.SP"]
    assert (level.span, level.writable, level.title.en) == (Span(low=0, high=100), False, "Level")
    assert (setpoint.span, setpoint.writable) == (Span(high=90), True), "in format 0 a tag was writable by default"
    speed = project.tags_by_path["Line/M1.Speed"]
    assert (speed.address, speed.writable, speed.span) == ("hr40", True, Span(low=0, high=1500))
    device = project.devices_by_name["PLC1"]
    assert (device.protocol, bytes(device.options)) == ("modbus-tcp", b'{"host":"192.168.0.10","unit":3}')
    screen = project.screens_by_path["Tank"]
    assert (screen.width, screen.height) == (1280, 800)
    element = project.elements[screen.id][0]
    assert (element.at, element.bind) == ((16, 24, 136, 56), {"value": "{Line/Tank1.Level}"})
    assert project.navigation[0].screens == ("Tank",)


def test_that_saving_a_migrated_project_writes_the_present_format_in_the_same_files(tmp_path: Path):
    folder = tmp_path / "p"
    shutil.copytree(FIXTURES / "format-0", folder)
    project = read_project(folder).project
    changed = write_project(project, folder)
    assert set(changed) == {path.relative_to(folder).as_posix() for path in folder.rglob("*.json*")}
    assert all(b'"version"' not in path.read_bytes() for path in folder.rglob("*.json*"))
    again = read_project(folder)
    assert again.problems == ()
    assert again.project == project


def test_that_an_item_without_the_form_of_its_old_format_is_one_problem(tmp_path: Path):
    folder = tmp_path / "p"
    shutil.copytree(FIXTURES / "format-0", folder)
    with (folder / "screens/tank.jsonl").open("a") as file:
        file.write('{"id": "6000000000003", "type": "panel", "x": 0, "y": 0, "w": 400}\n')
    result = read_project(folder)
    assert [(one.file, one.line, one.reason.code) for one in result.problems] == [
        ("screens/tank.jsonl", 4, "project.not_migrated")
    ]
    assert sum(map(len, result.project.elements.values())) == 2
