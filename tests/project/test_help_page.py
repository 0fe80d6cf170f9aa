"""The help's page about project files names every field, and its examples are what they say."""

import re
from pathlib import Path

import pytest

from hmi.model import alarm, device, project, screen, tag, text, user
from hmi.project import check_folder, write_project
from hmi.project.imports import empty_project, import_tags, read_tag_table
from hmi.project.imports._table import COLUMNS
from tests.project.cases import small_project

HELP = Path(__file__).resolve().parents[2] / "resources" / "help"
STRUCTS = [
    project.ProjectHeader, device.ScanClass, text.Text, device.Device, device.Heartbeat, device.CpuState,
    device.MapSignature, tag.Tag, tag.Span, tag.Limits, tag.TagType, tag.Parameter, tag.Instance, screen.Screen,
    screen.Element, screen.NavigationItem, alarm.Alarm, tag.WriteRules, tag.Interlock, tag.Ramp, user.Role,
]  # fmt: skip


def page(language: str) -> str:
    return (HELP / language / "project-files.md").read_text("utf-8")


def section(language: str, heading: str) -> str:
    (found,) = re.findall(rf"^### {heading}$(.*?)(?=^##)", page(language), re.MULTILINE | re.DOTALL)
    return found


def rows(markdown: str) -> list[str]:
    return re.findall(r"^\| `([a-z_]+)` \| .+ \|$", markdown, re.MULTILINE)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_that_every_field_is_described_and_no_other(language: str, struct: type):
    assert sorted(rows(section(language, struct.__name__))) == sorted(struct.__struct_fields__)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_a_member_has_the_fields_of_a_tag_and_a_name(language: str):
    assert rows(section(language, "Member")) == ["name"]
    assert set(tag.Member.__struct_fields__) - {"name"} == set(tag.Tag.__struct_fields__) - {"id", "path"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_an_alarm_of_a_type_has_the_fields_of_an_alarm_a_member_and_a_name(language: str):
    own = {"member", "name"}
    assert set(rows(section(language, "TypeAlarm"))) == own
    fields = set(alarm.TypeAlarm.__struct_fields__) - own
    assert fields == set(alarm.Alarm.__struct_fields__) - {"id", "path", "tag"}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_every_column_of_a_table_is_described_in_its_order(language: str):
    (columns,) = re.findall(r"^```csv.*?^```$(.*?)^## ", page(language), re.MULTILINE | re.DOTALL)
    assert tuple(rows(columns)) == COLUMNS


def examples(language: str, kind: str) -> dict[str, str]:
    return dict(re.findall(rf"^```{kind} (\S+)$\n(.*?)^```$", page(language), re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_the_examples_are_files_of_a_sound_project_in_the_form_the_writer_gives(language: str, tmp_path: Path):
    write_project(small_project(), tmp_path)
    for file in [one for room in ("tags", "types", "screens", "alarms") for one in (tmp_path / room).iterdir()]:
        file.unlink()
    found = examples(language, "jsonl")
    assert set(found) == {"tags/line1.jsonl", "types/motors.jsonl", "screens/tank.jsonl", "alarms/line1.jsonl"}
    for name, content in found.items():
        (tmp_path / name).write_text(content, "utf-8")
    result = check_folder(tmp_path)
    assert {one.file for one in result.problems} <= {"navigation/navigation.jsonl"}
    assert "Line/M1.Run" in result.project.tags_by_path
    assert write_project(result.project, tmp_path) == ()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_that_the_table_of_the_page_can_be_imported(language: str):
    (content,) = examples(language, "csv").values()
    read = read_tag_table(content.encode(), empty_project("p"))
    assert read.faults == []
    assert import_tags(empty_project("p"), read).added == 3
