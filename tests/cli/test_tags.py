"""`hmi tags`: a value that is not good is an answer, a tag that does not exist is an error."""

import json
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from hmi.cli import tags
from hmi.cli.main import main
from hmi.cli.readings import TagReader, iso_utc
from hmi.image.memory import MemorySource
from hmi.model.ident import number_of_id
from hmi.model.quality import Cause
from hmi.model.tag import DataType, Tag
from hmi.model.value import TypeCode

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "resources" / "examples" / "buffer-line"
KEYS = {"tag", "value", "quality", "good", "source_time", "receive_time", "age_s", "cause"}

LEVEL = Tag(id="0000000000001", path="Line/Tank1.Level", type=DataType.INT16, scale=0.1, unit="%")
COUNT = Tag(id="0000000000002", path="Line/Count", type=DataType.UINT64)
FLAG = Tag(id="0000000000003", path="Line/Run", type=DataType.BOOL)
NAME = Tag(id="0000000000004", path="Line/Name", type=DataType.STRING)
TAGS = [LEVEL, COUNT, FLAG, NAME]


@pytest.fixture(autouse=True)
def _station(monkeypatch, tmp_path):
    monkeypatch.setenv("HMI_LANG", "en")
    monkeypatch.setenv("HMI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def answers(source):
    reader = TagReader.of(TAGS, source)
    reader.changed()
    return [reader.answer(index) for index in range(len(TAGS))]


def put(source, tag, value, code, cause=Cause.NONE, **more):
    source.put(number_of_id(tag.id), value, code, cause, **more)


def test_that_values_come_in_engineering_units_and_their_own_type():
    source = MemorySource()
    source.set_alive()
    put(source, LEVEL, 551, TypeCode.INT64, engineering=55.1, age_ns=2_000_000_000)
    put(source, COUNT, 2**64 - 1, TypeCode.UINT64)
    put(source, FLAG, True, TypeCode.BOOL)
    put(source, NAME, "B-0417", TypeCode.TEXT, engineering=math.nan)
    level, count, flag, name = answers(source)
    assert (level.value, level.quality, level.good, level.cause) == (55.1, "good", True, None)
    assert level.age_s == pytest.approx(2.0, abs=0.5)
    assert count.value == 2**64 - 1
    assert flag.value is True
    assert name.value == "B-0417"


@pytest.mark.parametrize(
    ("cause", "value", "quality"),
    [
        (Cause.DEVICE_TIMED_OUT, 55.1, "bad"),
        (Cause.SENTINEL, None, "bad"),
        (Cause.PLC_NOT_RUNNING, 55.1, "uncertain"),
        (Cause.FORCED, 55.1, "good"),
        (Cause.STALE, 55.1, "uncertain"),
    ],
)
def test_that_the_cause_decides_what_is_answered(cause, value, quality):
    source = MemorySource()
    source.set_alive()
    put(source, LEVEL, 551, TypeCode.INT64, cause, engineering=55.1)
    answer = answers(source)[0]
    assert (answer.value, answer.quality, answer.cause) == (value, quality, cause.name.lower())
    assert answer.good is (quality == "good")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_that_no_number_is_null_and_bad(number):
    source = MemorySource()
    source.set_alive()
    put(source, LEVEL, number, TypeCode.FLOAT64)
    answer = answers(source)[0]
    assert (answer.value, answer.quality, answer.good) == (None, "bad", False)


def test_that_a_value_that_never_came_is_null_whatever_the_cause():
    source = MemorySource()
    source.set_alive()
    for tag, code in zip(TAGS, (TypeCode.INT64, TypeCode.UINT64, TypeCode.BOOL, TypeCode.TEXT), strict=True):
        put(source, tag, 0 if tag is not NAME else "", code, Cause.DEVICE_REFUSED)
        source.rows[number_of_id(tag.id)].receive_ns = 0
    for answer in answers(source):
        assert (answer.value, answer.quality, answer.cause) == (None, "bad", "device_refused")


def test_that_without_an_engine_the_cause_is_said():
    for answer in answers(MemorySource()):
        assert (answer.value, answer.good, answer.cause, answer.age_s) == (None, False, "engine_silent", None)


def test_that_a_cause_of_a_newer_engine_is_never_good():
    source = MemorySource()
    source.set_alive()
    put(source, LEVEL, 551, TypeCode.INT64, engineering=55.1)
    reader = TagReader.of(TAGS, source)
    reader.changed()
    reader.shown.columns.cause[0] = np.uint16(999)
    assert not reader.answer(0).good


@pytest.mark.parametrize("path", ["", "Line/\x1b[2J"])
def test_that_a_tag_of_any_name_is_named_in_one_line(path, capsys):
    assert main(["tags", "read", str(EXAMPLE), path]) == 1
    said = capsys.readouterr().err
    assert said.startswith(r"Line/\x1b[2J: " if path else '"": ')
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("tag", "value", "words"),
    [
        (LEVEL, 768 * 0.1, "76.8 %"),
        (msgspec.structs.replace(LEVEL, type=DataType.FLOAT32, scale=1.0), float(np.float32(60.1)), "60.1 %"),
        (msgspec.structs.replace(LEVEL, unit="\x1b[2J\n%"), 5.5, r"5.5 \x1b[2J\n%"),
        (NAME, "a\tb\x1b", r"a\tb\x1b"),
    ],
)
def test_that_a_line_for_people_has_no_noise_and_moves_no_cursor(tag, value, words):
    source = MemorySource()
    source.set_alive()
    text = isinstance(value, str)
    code = TypeCode.TEXT if text else TypeCode.FLOAT64
    put(source, tag, value, code, engineering=math.nan if text else value)
    reader = TagReader.of([tag], source)
    reader.changed()
    assert tags._line(reader.answer(0), tag).split("\t")[1] == words


def test_that_times_are_iso_utc_or_nothing():
    assert iso_utc(1_700_000_000_123_456_789) == "2023-11-14T22:13:20.123456Z"
    assert iso_utc(0) is None


def test_that_reading_without_an_engine_is_an_answer(capsys):
    assert main(["tags", "read", str(EXAMPLE), "System/Engine.TickMs", "Batch/Number", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["tag"] for row in rows] == ["System/Engine.TickMs", "Batch/Number"]
    for row in rows:
        assert set(row) == KEYS
        assert (row["value"], row["good"], row["cause"]) == (None, False, "engine_silent")


def test_that_an_unknown_tag_is_an_error_that_names_what_is_near(capsys):
    assert main(["tags", "read", str(EXAMPLE), "Batch/Numbr", "--json"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "Batch/Numbr" in said.err
    assert "Batch/Number" in said.err


def test_that_the_list_can_be_narrowed(capsys):
    assert main(["tags", "list", str(EXAMPLE), "--json"]) == 0
    everything = json.loads(capsys.readouterr().out)
    assert main(["tags", "list", str(EXAMPLE), "batch", "--json"]) == 0
    some = json.loads(capsys.readouterr().out)
    assert 0 < len(some) < len(everything)
    assert all("batch" in row["tag"].lower() for row in some)
    assert main(["tags", "list", str(EXAMPLE), "Batch/*"]) == 0
    assert all(line.startswith("Batch/") for line in capsys.readouterr().out.splitlines())


def test_that_watching_prints_all_once_and_ends_in_time(capsys):
    assert main(["tags", "watch", str(EXAMPLE), "Batch/Number", "--seconds", "0.3", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert set(json.loads(lines[0])) == KEYS
