"""Texts, reasons, errors, stations, health tags: the small words that every process shares."""

from pathlib import Path

import msgspec
import pytest

from hmi.model.device import Device, DeviceState
from hmi.model.errors import AddressError, ExpressionError, HmiError, LinkLost
from hmi.model.health import STATE_NUMBERS, STATE_WORDS, device_path, health_tags, state_of_number
from hmi.model.ident import derived_id, is_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.quality import Cause
from hmi.model.reason import Reason, reason
from hmi.model.station import station_of
from hmi.model.tag import Tag
from hmi.model.text import Language, Text


def test_that_a_text_without_words_of_a_language_gives_those_of_the_other():
    assert (Text(zh="阀").pick(Language.EN), Text(en="Valve").pick(Language.ZH)) == ("阀", "Valve")
    assert Text(zh="阀", en="Valve").pick(Language.ZH) == "阀"
    assert not Text()
    assert Text(zh="x")


def test_that_a_misspelt_field_of_a_tag_is_refused():
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"id":"0000000000001","path":"A","unitt":"x"}', type=Tag)


def test_that_errors_carry_their_reason_and_place():
    error = AddressError("modbus.address.empty", place="PLC1", address="x")
    assert isinstance(error, HmiError)
    assert (
        error.reason == reason("modbus.address.empty", address="x") == Reason("modbus.address.empty", {"address": "x"})
    )
    assert str(error) == "PLC1: modbus.address.empty(address=x)"
    assert ExpressionError("e", column=7).reason.arguments["column"] == 7
    assert LinkLost(Cause.DEVICE_TIMED_OUT).reason.code == "cause.device_timed_out"


def test_that_projects_of_one_name_do_not_meet_on_a_station(tmp_path: Path):
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "run"), "HMI_DATA_DIR": str(tmp_path / "data")}
    one = station_of("line", derived_id("one"), data=None, environ=environ)
    other = station_of("line", derived_id("other"), data=None, environ=environ)
    assert one.data != other.data
    assert one.runtime != other.runtime
    assert one.data.is_relative_to(tmp_path / "data")
    assert len(str(one.runtime.name)) <= 16
    given = station_of("line", derived_id("one"), data=tmp_path / "given", environ=environ)
    assert given.data.parent == tmp_path / "given"
    assert given.runtime != one.runtime, "two data folders are two stations"


def test_that_health_tags_have_stable_ids_and_all_states_their_words():
    device = Device(id=derived_id("d"), name="PLC1", protocol="modbus-tcp")
    project = Project(header=ProjectHeader(id=derived_id("p"), name="p"), devices=(device,))
    tags = health_tags(project)
    assert health_tags(project) == tags
    assert len({tag.id for tag in tags}) == len(tags)
    assert all(is_id(tag.id) for tag in tags)
    state = next(tag for tag in tags if tag.path == device_path("PLC1", "State"))
    assert set(STATE_NUMBERS) == set(STATE_WORDS) == set(DeviceState)
    assert set(state.states) == {str(number) for number in STATE_NUMBERS.values()}
    assert [state_of_number(number) for number in STATE_NUMBERS.values()] == list(STATE_NUMBERS)
    assert state_of_number(99) is None


def test_that_tags_of_a_project_are_found_by_path_and_sorted_by_id():
    tags = tuple(Tag(id=derived_id(name), path=name) for name in "abc")
    project = Project(header=ProjectHeader(id=derived_id("p"), name="p"), tags=tags[:2], expanded=tags[2:])
    assert [tag.id for tag in project.all_tags] == sorted(tag.id for tag in tags)
    assert project.tags_by_path["c"] is tags[2]
    assert set(project.scan_classes_by_name) == {"fast", "normal", "slow"}
