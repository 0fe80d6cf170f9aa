"""Tables of tags: what they bring, what is wrong with them, and that they may come again."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hmi.model.project import Project
from hmi.model.tag import DataType, Limits, Span, Tag
from hmi.model.text import Language, Text
from hmi.project import check_project
from hmi.project.edits import Rename, What
from hmi.project.imports import NewProject, TagTable, empty_project, import_tags, read_tag_table
from hmi.words import load, say_reason

HEAD = "tag,device,address,type,unit,scale,offset,low,high,writable,description"
URL = "modbus-tcp://127.0.0.1:502/1"
TABLE = f"""{HEAD}
Line/Tank1.Level,{URL},hr100,int16,%,0.1,-5,,,,液位
Line/Tank1.Temp,{URL},ir0:float32:CDAB,,°C,,,,,,Temperature
Line/Tank1.SP,{URL},hr103,float32,°C,,,20,90,true,
Line/P1.Run,modbus-tcp://127.0.0.1:502/2,c5,bool,,,,,,x,
Line/P1.Fault,{URL},hr100.3,,,,,,,,
"""


def table(text: str | bytes, project: Project | None = None) -> TagTable:
    content = text.encode() if isinstance(text, str) else text
    return read_tag_table(content, project or empty_project("p"))


def imported(text: str, project: Project | None = None) -> NewProject:
    project = project or empty_project("p")
    read = table(text, project)
    assert read.faults == []
    return import_tags(project, read)


def faults(text: str | bytes) -> list[tuple[int, str, str]]:
    read = table(text)
    for fault in read.faults:
        for language in Language:
            assert fault.reason.code in load(language)
            assert say_reason(fault.reason, language)
    return [(fault.line, fault.column, fault.reason.code) for fault in read.faults]


def test_that_a_table_brings_tags_as_the_issue_says():
    project = imported(TABLE).project
    level, temp, setpoint, run, fault = (
        project.tags_by_path[f"Line/{name}"] for name in ("Tank1.Level", "Tank1.Temp", "Tank1.SP", "P1.Run", "P1.Fault")
    )
    assert (level.address, level.type, level.unit, level.scale, level.offset) == ("hr100", DataType.INT16, "%", 0.1, -5)
    assert level.title == Text(zh="液位")
    assert (temp.type, temp.address, temp.title) == (DataType.FLOAT32, "ir0:float32:CDAB", Text(en="Temperature"))
    assert (temp.scale, temp.offset, temp.writable) == (1.0, 0.0, False)
    assert (setpoint.write, setpoint.writable) == (Span(low=20, high=90), True)
    assert (run.type, run.writable) == (DataType.BOOL, True)
    assert (fault.type, fault.address) == (DataType.BOOL, "hr100.3")
    assert {device.name for device in project.devices} == {"PLC1", "PLC2"}
    assert run.device != level.device == fault.device
    assert {str(one.severity) for one in check_project(project)} == {"hint"}


def test_that_a_table_brings_opc_ua_devices():
    url = "opc.tcp://127.0.0.1:4840/line"
    text = f"""{HEAD}
Line/Speed,{url},ns=1;s=Speed,,rpm,0.1,,0,100,true,Speed
Line/Batch,{url},ns=1;s=Batch,string,,,,,,,
Line/Total,opc.tcp://127.0.0.1/line,ns=1;i=7,int64,kg,,,,,,
"""
    project = imported(text).project
    (device,) = project.devices
    assert (device.protocol, msgspec.json.decode(device.options)) == ("opcua", {"endpoint": url})
    found = [(tag.address, tag.type) for tag in sorted(project.tags, key=lambda tag: tag.path)]
    expected = [("ns=1;s=Batch", DataType.STRING), ("ns=1;s=Speed", DataType.FLOAT64), ("ns=1;i=7", DataType.INT64)]
    assert found == expected
    assert {str(one.severity) for one in check_project(project)} == {"hint"}


def test_that_different_spellings_of_one_url_are_one_device():
    text = f"{HEAD}\nA,modbus-tcp://10.0.0.1,hr1,,,,,,,,\nB,modbus-tcp://10.0.0.1:502/1,hr2,,,,,,,,\n"
    assert len(imported(text).project.devices) == 1


def test_that_a_fault_names_the_line_in_which_its_row_begins():
    assert faults(f'{HEAD}\n\n"A\nB",{URL},hr1,,,,,,,,\n"C\n{{",x,,,,,,,,,\n') == [
        (3, "tag", "project.bad_path"), (5, "tag", "project.bad_path"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("液位", "utf-8"), ("液位", "gb18030"), ("液位 °C", "utf-8"), ("液位 °C", "gb18030"), ("温度", "gb18030"),
        ("λ = 3 µm, °C, é, Ж", "utf-8"),
    ],
)  # fmt: skip
def test_that_a_table_is_read_in_the_encoding_that_wrote_it(words: str, encoding: str):
    """In GBK the bytes of 液位 are good UTF-8, too."""
    read = table(f'{HEAD}\nA,{URL},hr1,,,,,,,,"{words}"\n'.encode(encoding))
    assert read.faults == []
    assert words in (read.tags[0].title.zh, read.tags[0].title.en)


def test_that_a_second_import_adds_and_changes_nothing():
    first = imported(TABLE)
    second = imported(TABLE, first.project)
    assert (first.added, first.changed, second.added, second.changed) == (5, 0, 0, 0)
    assert second.project == first.project
    assert not second.overview_kept


def test_that_ids_follow_from_the_table_and_not_from_the_project():
    one, other = (imported(TABLE, empty_project(name)).project for name in ("one", "other"))
    assert [tag.id for tag in one.tags] == [tag.id for tag in other.tags]
    assert [device.id for device in one.devices] == [device.id for device in other.devices]


def test_that_hand_made_changes_stay_where_the_table_says_nothing():
    project = imported(TABLE).project
    old = project.tags_by_path["Line/Tank1.Temp"]
    by_hand = msgspec.structs.replace(
        old, limits=Limits(high=80), decimals=2, span=Span(low=-10, high=150), writable=False
    )
    project = replace(project, tags=tuple(by_hand if one is old else one for one in project.tags))
    project = Rename(what=What.TAG, id=old.id, name="Line/Tank1.Temperature").apply(project)
    project = Rename(what=What.DEVICE, id=project.devices_by_name["PLC1"].id, name="Filler").apply(project)
    again = imported(TABLE.replace("°C,,,,,,Temperature", "K,,,,,,Temperature"), project)
    after = again.project.tags_by_path["Line/Tank1.Temperature"]
    assert (after.limits, after.decimals, after.span) == (Limits(high=80), 2, Span(low=-10, high=150))
    assert (after.unit, after.device) == ("K", "Filler")
    assert (again.added, again.changed) == (0, 1)
    assert len(again.project.devices) == 2


def test_that_a_tag_made_by_hand_is_left_alone():
    project = empty_project("p")
    mine = Tag(id="0000000000001", path="Line/Tank1.Level", unit="mine")
    read = table(TABLE, replace(project, tags=(mine,)))
    assert read.kept == ["Line/Tank1.Level"]
    made = import_tags(replace(project, tags=(mine,)), read)
    assert made.project.tags_by_path["Line/Tank1.Level"] == mine
    assert len(made.project.tags) == 5


def test_that_an_overview_changed_by_hand_is_left_alone_and_an_untouched_one_grows():
    project = imported(TABLE).project
    more = TABLE + f"Line/Tank2.Level,{URL},hr200,,,,,,,,\n"
    grown = imported(more, project)
    assert not grown.overview_kept
    shown = {source for inner in grown.project.elements.values() for one in inner for source in one.bind.values()}
    assert "{Line/Tank2.Level}" in shown
    screen = project.screens[0].id
    by_hand = replace(project, elements={**project.elements, screen: project.elements[screen][1:]})
    kept = imported(more, by_hand)
    assert kept.overview_kept
    assert kept.project.elements == by_hand.elements


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + TABLE.encode(),
        TABLE.encode("gbk"),
        TABLE.encode("utf-16"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\n\n,,,,\n").encode(),
        TABLE.replace("tag,device", " Tag ,DEVICE").encode(),
        "\n".join(f'"{line}"'.replace(",", '","') for line in TABLE.splitlines()).encode(),
    ],
)
def test_that_encodings_and_delimiters_of_common_programs_are_understood(content: bytes):
    read = table(content)
    assert read.faults == []
    assert import_tags(empty_project("p"), read).project.tags == imported(TABLE).project.tags


def test_that_a_decimal_comma_is_one_where_semicolons_part_the_cells():
    text = f"{HEAD}\nA,{URL},hr1,,,2,,,,,".replace(",", ";").replace(";2;", ";0,25;")
    assert imported(text).project.tags[0].scale == 0.25
    assert faults(f'{HEAD}\nA,{URL},hr1,,,"0,25",,,,,') == [(2, "scale", "project.csv.number")]


def test_that_a_part_of_the_columns_is_enough():
    assert len(imported(f"address,tag,device\nhr1,A,{URL}\n").project.tags) == 1


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f",{URL},hr1,,,,,,,,", "tag", "project.csv.cell_empty"),
        (f"a{{b}},{URL},hr1,,,,,,,,", "tag", "project.bad_path"),
        (f"../x,{URL},hr1,,,,,,,,", "tag", "project.bad_path"),
        ("A,,hr1,,,,,,,,", "device", "project.csv.cell_empty"),
        ("A,PLC7,hr1,,,,,,,,", "device", "project.csv.device"),
        ("A,http://x/1,hr1,,,,,,,,", "device", "project.csv.device"),
        ("A,modbus-tcp://:x/1,hr1,,,,,,,,", "device", "modbus.url.unreadable"),
        ("A,opc.tcp://hmi:x@h/1,ns=1;s=A,,,,,,,,", "device", "opcua.url.password"),
        ("A,opc.tcp://h/1,hr1,,,,,,,,", "address", "opcua.address.unreadable"),
        ("A,opc.tcp://h/1,ns=1;s=A,bcd16,,,,,,,", "address", "opcua.address.type"),
        ("A,modbus-tcp://h/999,hr1,,,,,,,,", "device", "modbus.url.option_value"),
        (f"A,{URL},,,,,,,,,", "address", "project.csv.cell_empty"),
        (f"A,{URL},zz9,,,,,,,,", "address", "modbus.address.unknown_table"),
        (f"A,{URL},hr99999,,,,,,,,", "address", "modbus.address.out_of_range"),
        (f"A,{URL},hr1:float32,int16,,,,,,,", "address", "modbus.address.type_contradicts"),
        (f"A,{URL},hr1,int17,,,,,,,", "type", "project.csv.type"),
        (f"A,{URL},hr1,,{'x' * 33},,,,,,", "unit", "project.csv.too_long"),
        (f"A,{URL},hr1,,,ten,,,,,", "scale", "project.csv.number"),
        (f"A,{URL},hr1,,,nan,,,,,", "scale", "project.csv.number"),
        (f"A,{URL},hr1,,,1e999,,,,,", "scale", "project.csv.number"),
        (f"A,{URL},hr1,,,1_0,,,,,", "scale", "project.csv.number"),
        (f"A,{URL},hr1,,,0,,,,,", "scale", "project.scale_zero"),
        (f"A,{URL},hr1,,,,x,,,,", "offset", "project.csv.number"),
        (f"A,{URL},hr1,,,,,9,1,,", "high", "project.low_not_below_high"),
        (f"A,{URL},hr1,,,,,,,maybe,", "writable", "project.csv.flag"),
        (f"A,{URL},ir1,,,,,,,true,", "writable", "project.not_writable"),
        (f"A,{URL},hr1,,,,,,,,,,,", "", "project.csv.too_many_cells"),
    ],
)
def test_that_a_wrong_cell_is_named_with_its_line_and_column(row: str, column: str, code: str):
    assert faults(f"{HEAD}\nGood,{URL},hr1,,,,,,,,\n\n{row}\n") == [(4, column, code)]


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        ("", 1, "empty"),
        ("\n\n", 1, "empty"),
        (HEAD, 1, "empty"),
        ("tag,device\nA,B\n", 1, "missing_column"),
        (f"{HEAD},colour\n", 1, "unknown_column"),
        (f"{HEAD},tag\n", 1, "column_twice"),
        (f'{HEAD}\n"A,{URL},hr1\n', 2, "quoting"),
        (HEAD.encode() + b"\nA\0B,x,y\n", 2, "binary"),
        (HEAD.encode() + b"\n\x81\n", 2, "encoding"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 3, "binary"),
        (f"{HEAD}\nA,{URL},hr1,,,,,,,,\nA,{URL},hr2,,,,,,,,\n", 3, "tag_twice"),
    ],
)
def test_that_a_file_that_is_no_table_of_tags_is_one_sentence(content: str | bytes, line: int, code: str):
    assert [(fault[0], fault[2]) for fault in faults(content)] == [(line, f"project.csv.{code}")]


def test_that_no_more_faults_are_listed_than_anybody_reads():
    assert len(faults(f"{HEAD}\n" + f"A,{URL},zz,,,,,,,,\n" * 500)) == 50


pieces = st.sampled_from([HEAD, URL, "A", ",", ";", "\n", '"', "hr1", "1e9", "\t", "true", "液", "\r", " ", "\0", "{"])


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.lists(pieces, max_size=40).map("".join).map(str.encode))
@example(b"\xff\xfe\x00")
@example((HEAD + "\nA," + URL + ",hr" + "9" * 5000).encode())
def test_that_no_bytes_at_all_make_the_import_raise(content: bytes):
    read = table(content)
    assert read.faults or read.tags
