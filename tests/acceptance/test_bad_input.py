"""What is wrong from outside ends in a clear sentence that names the place, in both languages, and writes nothing.

Most runs are `main(argv)` in this process, which is what `hmi` is; what depends on streams, bytes of the command line
or a port that is taken runs in processes of its own.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hmi.cli.main import main
from hmi.model.text import Language
from hmi.words.catalogue import load

ROOT = Path(__file__).resolve().parents[2]
HEAD = "tag,device,address,type,unit,scale,offset,low,high,writable,description"
URL = "modbus-tcp://127.0.0.1:502/1"
GOOD = f"{HEAD}\nLine/A,{URL},hr100,int16,%,0.1,-5,,,,level\nLine/B,{URL},hr101,int16,,,,0,10,true,\n"
LONG = "x" * 5000
"""More than a path may have."""
LONGEST_SENTENCE = 700
_CHINESE = re.compile(r"[一-鿿]")
_CODES = frozenset(load(Language.EN))

Tree = dict[str, bytes | None]


def tree(folder: Path) -> Tree:
    """What lies in a folder: path -> content, None for what is no file."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in sorted(folder.rglob("*"))
    }


@dataclass
class Place:
    """A folder with a good project `p`, a good table, a file, and a link to itself; the commands run in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def say(self, argv: list[str], language: Language) -> tuple[int, str]:
        """Runs a command in a language; gives its exit code and all that it said."""
        self.monkeypatch.setenv("HMI_LANG", language.value)
        code = main(argv)
        captured = self.capsys.readouterr()
        return code, captured.out + captured.err

    def refuses(self, argv: list[str], code: int, *needles: str) -> str:
        """Asserts that a command is refused well, in both languages; gives the English words."""
        before, english = tree(self.folder), ""
        for language in Language:
            found, said = self.say(argv, language)
            assert_well_said(said, language, needles)
            assert found == code, said
            english = said if language is Language.EN else english
        assert tree(self.folder) == before, "something was written"
        return english


def assert_well_said(said: str, language: Language, needles: tuple[str, ...]) -> None:
    """No traceback, no bare code, no endless line, nothing that moves a terminal; the right language; the place."""
    for needle in needles:
        assert needle in said, (needle, said[:2000])
    said = said.replace(LONG, "LONG")
    assert "Traceback" not in said
    assert not re.search(r"\b(\w+Error|Errno)\b", said), said
    words = set(re.findall(r"[a-z_]+(?:\.[a-z_0-9]+)+", said))
    assert not words & _CODES, said
    lines = said.splitlines()
    assert 1 <= len(lines) <= 12, said[:2000]
    for line in lines:
        assert len(line) <= LONGEST_SENTENCE, f"{len(line)} characters: {line[:200]}"
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", line), repr(line)
    foreign = bool(_CHINESE.search(said))
    assert foreign is (language is Language.ZH), said


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "good.csv").write_text(GOOD, encoding="utf-8")
    assert main(["new", str(folder / "p"), "--tags", str(folder / "good.csv")]) == 0
    (folder / "file").write_text("words\n")
    return folder


@pytest.fixture(autouse=True)
def _application(qapp: object) -> None:
    """Makes the application that `render` then finds: one without widgets would be in the way of all later tests."""


@pytest.fixture
def place(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Place:
    """The working folder of a test, and folders for data and sockets beside it."""
    folder = tmp_path / "work"
    shutil.copytree(made, folder)
    (folder / "loop").symlink_to("loop")
    monkeypatch.setenv("HMI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.chdir(folder)
    capsys.readouterr()
    return Place(folder, capsys, monkeypatch)


# ------------------------------------------------------------------------------------------------ arguments
RENDER = ["render", "p", "Overview/1920", "-o"]


@pytest.mark.parametrize(
    ("argv", "code", "needles"),
    [
        ([], 2, ["VERB"]),
        (["fly"], 2, ["fly"]),
        (["Check", "p"], 2, ["Check"]),
        (["--bogus"], 2, []),
        (["check"], 2, ["PROJECT"]),
        (["check", "p", "--bogus"], 2, ["--bogus"]),
        (["check", "p", "extra"], 2, ["extra"]),
        (["check", "nowhere"], 2, ["nowhere"]),
        (["check", "file"], 2, ["file"]),
        (["check", "loop"], 2, ["loop"]),
        (["check", LONG], 2, [LONG]),
        (["check", "p/tags"], 1, ["project.json"]),
        (["check", "p", "--data"], 2, ["--data"]),
        (["diff", "p"], 2, ["B"]),
        (["diff", "p", "file"], 2, ["file"]),
        (["diff", "p", "p/tags"], 1, ["p/tags/project.json"]),
        (["diff", "p", LONG], 2, [LONG]),
        (["merge", "file", "file"], 2, ["THEIRS"]),
        (["merge", "file", "nowhere", "file"], 2, ["nowhere"]),
        (["merge", "p", "file", "file"], 2, ["p"]),
        (["merge", "file", "file", "file", "-o", "nowhere/x"], 3, ["nowhere/x"]),
        (["merge", LONG, "file", "file"], 2, [LONG]),
        (["new"], 2, ["DIR"]),
        (["new", ""], 2, ["DIR"]),
        (["new", "file", "--tags", "good.csv"], 2, ["file"]),
        (["new", "file/below", "--tags", "good.csv"], 2, ["file"]),
        (["new", "file/a/b/c"], 2, ["file"]),
        (["new", "loop/x"], 3, ["loop/x"]),
        (["new", LONG], 3, [LONG]),
        (["new", "/proc/nothing/x", "--tags", "good.csv"], 3, ["/proc/nothing"]),
        (["new", "p"], 1, ["p", "--tags"]),
        (["new", "q", "--tags", "nowhere.csv"], 2, ["nowhere.csv"]),
        (["new", "q", "--tags", "p"], 2, ["p"]),
        (["new", "q", "--tags", "loop"], 2, ["loop"]),
        (["new", "q", "--tags", LONG], 2, [LONG]),
        (["new", "q", "--tags"], 2, ["--tags"]),
        ([*RENDER, "p"], 3, ["p"]),
        ([*RENDER, "loop"], 3, ["loop"]),
        ([*RENDER, "loop/x.png"], 3, ["loop/x.png"]),
        ([*RENDER, "nowhere/x.png"], 3, ["nowhere/x.png"]),
        ([*RENDER, LONG], 3, [LONG]),
        ([*RENDER, "x.png", "--size", "big"], 2, ["big"]),
        ([*RENDER, "x.png", "--size", "1x1"], 2, ["1x1"]),
        ([*RENDER, "x.png", "--size", "-5x600"], 2, ["--size"]),
        ([*RENDER, "x.png", "--size", "99999999x600"], 2, ["99999999x600"]),
        ([*RENDER, "x.png", "--theme", "../day"], 2, ["../day"]),
        (["render", "p", "Overview/1920"], 2, ["--output"]),
        (["render", "p", "Nowhere", "-o", "x.png"], 1, ["Nowhere", "Overview/1920"]),
        (["render", "p", "{Line/A}", "-o", "x.png"], 1, ["{Line/A}"]),
        (["tags"], 2, ["read|watch|list"]),
        (["tags", "fly"], 2, ["fly"]),
        (["tags", "read", "p"], 2, ["TAG"]),
        (["tags", "read", "p", "Line/Nothing"], 1, ["Line/Nothing"]),
        (["tags", "read", "p", "Line/A", "Line/b", "--json"], 1, ["Line/b", "Line/B"]),
        (["tags", "read", "p", "line/a"], 1, ["line/a"]),
        (["tags", "read", "p", ""], 1, ['""']),
        (["tags", "read", "file", "Line/A"], 2, ["file"]),
        (["tags", "watch", "p", "Line/A", "--seconds", "x1"], 2, ["x1"]),
        (["tags", "watch", "p", "Line/A", "--seconds", "nan"], 2, ["nan"]),
        (["tags", "watch", "p", "Line/A", "--seconds", "-1"], 2, ["--seconds"]),
        (["tags", "list", LONG], 2, [LONG]),
        (["demo", "--size", "0x0"], 2, ["0x0"]),
        (["demo", "--seconds", "1e999"], 2, ["1e999"]),
        (["demo", "--theme", "pink"], 2, ["pink"]),
        (["demo", "--screenshot"], 2, ["--screenshot"]),
        (["run", "nowhere"], 2, ["nowhere"]),
        (["run", "p", "--theme", "pink"], 2, ["pink"]),
        (["engine", "file"], 2, ["file"]),
        (["window", "nowhere"], 2, ["nowhere"]),
        (["simulate", "nowhere"], 2, ["nowhere"]),
        (["simulate", "p", "--fault", "PLC1"], 2, ["PLC1", "PLC-1=cable_pulled"]),
        (["simulate", "p", "--fault", "=stuck"], 2, ["=stuck"]),
        (["simulate", "p", "--fault", "PLC1=fire"], 2, ["fire", "stuck"]),
        (["simulate", "p", "--fault"], 2, ["--fault"]),
        (["simulate", "p", "--seed", "x1"], 2, ["--seed", "x1"]),
        (["simulate", "p", "--seed", "9" * 40], 2, ["9" * 40]),
    ],
    ids=lambda value: " ".join(value).replace(LONG, "LONG")[:60] if isinstance(value, list) else str(value),
)
def test_that_a_wrong_argument_is_named(place: Place, argv: list[str], code: int, needles: list[str]) -> None:
    said = place.refuses(argv, code, *needles)
    assert said.strip()
    assert all(needle in said for needle in needles)


@pytest.mark.parametrize("folder", ["file", "loop", "nowhere/" + LONG])
@pytest.mark.parametrize("verb", ["engine", "simulate", "run"])
def test_that_a_data_folder_that_cannot_be_one_is_the_environments_fault(place: Place, verb: str, folder: str) -> None:
    name = folder.removeprefix("nowhere/")
    assert name in place.refuses([verb, "p", "--data", folder], 3, name)


def test_that_a_language_that_is_not_spoken_is_named_in_english(place: Place) -> None:
    for language in Language:
        code, said = place.say(["check", "p", "--language", "xx"], language)
        assert code == 2
        assert_well_said(said, Language.EN, ("'xx'", "zh-CN"))


def test_that_reading_with_a_data_folder_that_cannot_be_one_is_an_answer(place: Place) -> None:
    for folder in ("file", "loop", "nowhere"):
        code, said = place.say(["tags", "read", "p", "Line/A", "--json", "--data", folder], Language.EN)
        assert code == 0, said
        assert json.loads(said)[0]["cause"] == "engine_silent"


# ------------------------------------------------------------------------------------------------ tables of tags
def row(**cells: str) -> str:
    """A table with one tag, some of its cells given."""
    known = dict.fromkeys(HEAD.split(","), "") | {"tag": "A", "device": URL, "address": "hr1"} | cells
    return f"{HEAD}\n{','.join(known.values())}\n"


TABLES: dict[str, tuple[str | bytes, str, str]] = {
    # name: (content, ":line: " and the column or what is wrong, needle)
    "empty": (b"", ":1:", ""),
    "blank lines": ("\n\r\n \n", ":1:", ""),
    "only a header": (HEAD + "\n", ":1:", ""),
    "missing column": ("tag,device\nA,b\n", ":1:", "address"),
    "unknown column": (HEAD.replace("unit", "units") + "\nA\n", ":1:", "units"),
    "column twice": (HEAD.replace("unit", "tag") + "\nA\n", ":1:", "tag"),
    "another table": ("name;value\n1;2\n", ":1:", "name"),
    "NUL bytes": (HEAD + "\nA,\0\n", ":2:", ""),
    "random bytes": (bytes(range(256)) * 50, ".csv:", ""),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ".csv:", ""),
    "UTF-32": (row().encode("utf-32"), ":1:", ""),
    "UTF-16 cut": (row().encode("utf-16")[:-1], ".csv:", ""),
    "GBK cut": (row(description="液位").encode("gbk") + b"\xff\xff", ":3:", ""),
    "10 MB cell": (row(description="x" * 10_000_000), ":2:", "131072"),
    "10 MB line": (b"x" * 10_000_000, ":1:", ""),
    "1 MB header": (",".join(["tag"] * 250_000), ":1:", "tag"),
    "open quote": (HEAD + '\n"A,b\n', ":2:", ""),
    "quote inside": (HEAD + '\n"A"b,c\n', ":2:", ""),
    "endless quote": (HEAD + '\n"' + "A\n" * 1_000_000, ".csv:", ""),
    "too many cells": (row().strip() + ",more\n", ":2:", "12"),
    "tag twice": (row() + row().splitlines()[1] + "\n", ":3:", "A"),
    "tag empty": (row(tag=" "), ":2:", "tag"),
    "tag out of the folder": (row(tag="../../etc/passwd"), ":2:", "../../etc/passwd"),
    "tag with braces": (row(tag="A{b}"), ":2:", "A{b}"),
    "tag in two lines": (row(tag='"A\nB"'), ":2:", "A\\nB"),
    "tag with an escape": (row(tag="A\x1b[31m"), ":2:", "A\\x1b[31m"),
    "tag that turns the line": (row(tag="A‮"), ":2:", "A\\u202e"),
    "tag too long": (row(tag="x" * 300), ":2:", "xxx"),
    "tag of the engine": (row(tag="System/Engine.TickMs"), ":2:", "System/Engine.TickMs"),
    "tag of a device": (row(tag="System/Devices/PLC1.State"), ":2:", "System/Devices/PLC1.State"),
    "device empty": (row(device=""), ":2:", "device"),
    "device unknown": (row(device="PLC77"), ":2:", "PLC77"),
    "another protocol": (row(device="http://x/"), ":2:", "http://x/"),
    "no host": (row(device="modbus-tcp://"), ":2:", "modbus-tcp://"),
    "no slashes": (row(device="modbus-tcp:127.0.0.1"), ":2:", "modbus-tcp:127.0.0.1"),
    "host of no address": (row(device="modbus-tcp://192.168.0.256/1"), ":2:", "192.168.0.256"),
    "host of three numbers": (row(device="modbus-tcp://192.168.0/1"), ":2:", "192.168.0"),
    "open bracket": (row(device="modbus-tcp://[::1/1"), ":2:", "[::1"),
    "port too high": (row(device="modbus-tcp://h:99999/1"), ":2:", "99999"),
    "port in words": (row(device="modbus-tcp://h:http/1"), ":2:", "http"),
    "unit too high": (row(device="modbus-tcp://h:502/256"), ":2:", "256"),
    "unit in words": (row(device="modbus-tcp://h:502/one"), ":2:", "one"),
    "unknown option": (row(device=f"{URL}?colour=red"), ":2:", "colour"),
    "wrong option": (row(device=f"{URL}?order=XYZW"), ":2:", "XYZW"),
    "secret in the URL": (row(device="modbus-tcp://me:word@h/1"), ":2:", "modbus-tcp"),
    "address empty": (row(address=""), ":2:", "address"),
    "address out of range": (row(address="hr65536"), ":2:", "hr65536"),
    "address past the end": (row(address="hr65535:float32"), ":2:", "65535"),
    "address below zero": (row(address="hr-1"), ":2:", "hr-1"),
    "address of zero from one": (row(address="40000"), ":2:", "40000"),
    "address of no table": (row(address="db1.w4"), ":2:", "db1"),
    "address ambiguous": (row(address="0x10"), ":2:", "hr0x64"),
    "address of 5000 digits": (row(address="hr" + "9" * 5000), ":2:", "hr999"),
    "address with a wrong suffix": (row(address="hr1:flaot32"), ":2:", "flaot32"),
    "suffix twice": (row(address="hr1:float32:ABCD:CDAB"), ":2:", "CDAB"),
    "suffix against type": (row(address="hr1:float32", type="int16"), ":2:", "float32"),
    "coil of a number": (row(address="c1", type="int16"), ":2:", "int16"),
    "bool without bit": (row(address="hr1", type="bool"), ":2:", "hr1"),
    "bit 16": (row(address="hr1.16"), ":2:", "16"),
    "bit of a coil": (row(address="c1.1"), ":2:", "c1.1"),
    "order of one register": (row(address="hr1:CDAB"), ":2:", "CDAB"),
    "string without length": (row(address="hr1", type="string"), ":2:", "hr1"),
    "string of no length": (row(address="hr1:string:0"), ":2:", "0"),
    "string too long": (row(address="hr1:string:251"), ":2:", "250"),
    "string with a scale": (row(address="hr1:string:4", scale="2"), ":2:", "scale"),
    "string with a range": (row(address="hr1:string:4", low="0", high="1"), ":2:", "low"),
    "unknown type": (row(type="int17"), ":2:", "int17"),
    "scale of zero": (row(scale="0"), ":2:", "scale"),
    "scale in words": (row(scale="ten"), ":2:", "ten"),
    "scale with a comma": (row(scale='"0,1"'), ":2:", "0,1"),
    "scale NaN": (row(scale="nan"), ":2:", "nan"),
    "scale infinite": (row(scale="1e999"), ":2:", "1e999"),
    "offset infinite": (row(offset="-inf"), ":2:", "-inf"),
    "offset with underscores": (row(offset="1_000"), ":2:", "1_000"),
    "low above high": (row(low="5", high="1"), ":2:", "5"),
    "low is high": (row(low="5", high="5"), ":2:", "5"),
    "writable perhaps": (row(writable="maybe"), ":2:", "maybe"),
    "writable input": (row(address="ir1", writable="yes"), ":2:", "ir1"),
    "unit too long": (row(unit="x" * 33), ":2:", "32"),
    "unit with an escape": (row(unit="\x1b[31m"), ":2:", "\\x1b[31m"),
    "description with a bell": (row(description="\x07level"), ":2:", "\\x07level"),
    "description too long": (row(description="x" * 1001), ":2:", "1000"),
    "Chinese and wrong": (row(tag="灌装/1#罐.液位{"), ":2:", "灌装/1#罐.液位{"),
}


@pytest.mark.parametrize("name", TABLES)
def test_that_a_wrong_table_is_refused_with_line_and_cell_and_makes_no_project(place: Place, name: str) -> None:
    content, where, needle = TABLES[name]
    (place.folder / "bad.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(place.folder)
    for folder in ("q", "p"):  # a new one, and one that is there
        for language in Language:
            code, said = place.say(["new", folder, "--tags", "bad.csv"], language)
            assert code == 1
            plain = said.replace("灌装/1#罐.液位{", "") if language is Language.EN else said
            assert_well_said(plain, language, ("bad.csv" + where.removeprefix(".csv"),))
            assert needle in said
            assert len(said.splitlines()) == 2, said
    assert tree(place.folder) == before


def test_that_fifty_wrong_rows_are_named_and_then_it_is_enough(place: Place) -> None:
    (place.folder / "bad.csv").write_text(f"{HEAD}\n" + "\n".join(f"T{n},{URL},hr-1" for n in range(5000)) + "\n")
    code, said = place.say(["new", "q", "--tags", "bad.csv"], Language.EN)
    lines = said.splitlines()
    assert (code, len(lines)) == (1, 51)
    assert lines[0].startswith("bad.csv:2: ")
    assert lines[49].startswith("bad.csv:51: ")


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (row(description="液位").encode("gbk"), "液位"),  # these four bytes are UTF-8, too: "Һλ"
        (row(description="27 °C; λ = 3 µm; café").encode(), "27 °C; λ = 3 µm; café"),
        (row(description="液位").encode("utf-16"), "液位"),
        (row(description="液位").encode("utf-8-sig"), "液位"),
        (row(description='"two\nlines"').encode(), "two lines"),
        (row(description="old Mac").replace("\n", "\r").encode(), "old Mac"),
    ],
    ids=["GBK", "UTF-8", "UTF-16", "byte order mark", "line end in a cell", "carriage returns"],
)
def test_that_what_spreadsheets_write_is_taken(place: Place, content: bytes, title: str) -> None:
    (place.folder / "fair.csv").write_bytes(content)
    assert place.say(["new", "q", "--tags", "fair.csv"], Language.EN)[0] == 0
    code, said = place.say(["tags", "list", "q", "A", "--json"], Language.EN)
    assert (code, json.loads(said)[0]["title"]) == (0, title)


# ------------------------------------------------------------------------------------------------ project files
def changed(old: str, new: str) -> Callable[[str], str]:
    """Puts something else into a file; what was there must have been."""

    def change(content: str) -> str:
        assert old in content
        return content.replace(old, new, 1)

    return change


SCREEN = "screens/Overview-1366.jsonl"
DEVICES = "devices/devices.jsonl"
TAGS = "tags/tags.jsonl"
ONE = '"id":"0000000000001"'

FILES: dict[str, tuple[str, Callable[[str], str | bytes], str, str]] = {
    # name: (file, change, line that is named, needle)
    "project empty": ("project.json", lambda _: "", "1", ""),
    "project NUL": ("project.json", lambda _: b"\0" * 100, "1", ""),
    "project random": ("project.json", lambda _: bytes(range(256)), "1", ""),
    "project cut": ("project.json", lambda text: text[:30], "3", ""),
    "project list": ("project.json", lambda _: "[]", "1", ""),
    "project deep": ("project.json", lambda _: "[" * 100_000, "1", ""),
    "project of the future": ("project.json", changed('"format": 1', '"format": 99'), "1", "99"),
    "project name twice": ("project.json", changed("{", '{"name": "x",'), "4", "name"),
    "project name hostile": ("project.json", changed('"name": "p"', '"name": "../x"'), "4", "../x"),
    "project unknown field": ("project.json", changed("{", '{"colour": 1,'), "1", "colour"),
    "period below zero": (
        "project.json", changed("{", '{"scan_classes": [{"name": "normal", "period_ms": -1}],'), "1", "-1",
    ),
    "device protocol": (DEVICES, changed("modbus-tcp", "smoke"), "2", "smoke"),
    "device option": (DEVICES, changed('"host"', '"hots"'), "2", "hots"),
    "device scan": (DEVICES, changed('"protocol"', '"scan":"warp","protocol"'), "2", "warp"),
    "device id twice": (DEVICES, lambda text: text + text.splitlines()[1] + "\n", "3", ""),
    "device cut": (DEVICES, lambda text: text[:-20], "2", ""),
    "kind of another": (DEVICES, changed('"kind":"devices"', '"kind":"tags"'), "1", "tags"),
    "tag address": (TAGS, changed("hr100", "hr70000"), "3", "hr70000"),
    "tag address of no form": (TAGS, changed("hr100", "???"), "3", "???"),
    "tag suffix against type": (TAGS, changed('"hr100"', '"hr100:float32"'), "3", "float32"),
    "tag without device": (TAGS, changed("PLC1", "PLC9"), "2", "PLC9"),
    "tag scale zero": (TAGS, changed("0.1", "0"), "3", "Line/A"),
    "tag NaN": (TAGS, changed("0.1", "NaN"), "3", ""),
    "tag scale endless": (TAGS, changed("0.1", "1e999"), "3", ""),
    "tag path in two lines": (TAGS, changed("Line/A", "Line/A\\nB"), "3", "Line/A\\nB"),
    "tag path taken": (TAGS, changed("Line/B", "Line/A"), "3", "Line/A"),
    "tag id of a path": (TAGS, lambda text: text + '{"id":"../../etc/00","path":"X"}\n', "4", "../../etc/00"),
    "tag line of 10 MB": (TAGS, lambda text: text + f'{{{ONE},"path":"{"x" * 10_000_000}"}}\n', "4", "262144"),
    "tag half a character": (TAGS, lambda text: text + f'{{{ONE},"path":"\\ud800"}}\n', "4", ""),
    "tag no UTF-8": (TAGS, lambda text: text.encode() + f'{{{ONE},"path":"'.encode() + b'\xff"}\n', "4", ""),
    "tag conflict of git": (TAGS, lambda text: text + "<<<<<<< ours\n", "4", ""),
    "screen unknown property": (SCREEN, changed('"props":{', '"props":{"wings":2,'), "2", "wings"),
}  # fmt: skip


def spoiled(place: Place, file: str, change: Callable[[str], str | bytes]) -> None:
    """Spoils a file of the project."""
    path = place.folder / "p" / file
    content = change(path.read_text(encoding="utf-8"))
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("name", FILES)
def test_that_a_spoiled_file_is_named_with_its_line(place: Place, name: str) -> None:
    file, change, line, needle = FILES[name]
    spoiled(place, file, change)
    said = place.refuses(["check", "p"], 1, f"{file}:{line}: ", needle)
    assert said.count(f"{file}:{line}: ") >= 1


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("project ")])
@pytest.mark.parametrize(
    "argv",
    [
        ["tags", "read", "p", "Line/A"], ["tags", "list", "p"], ["engine", "p"], ["simulate", "p"], ["run", "p"],
        ["window", "p"], [*RENDER, "x.png"], ["diff", "p", "p"], ["new", "p", "--tags", "good.csv"],
    ],
    ids=lambda argv: argv[0] + "-" + argv[1],
)  # fmt: skip
def test_that_every_verb_refuses_a_project_that_is_none_in_one_sentence(
    place: Place, name: str, argv: list[str]
) -> None:
    file, change, line, needle = FILES[name]
    spoiled(place, file, change)
    said = place.refuses(argv, 1, f"project.json:{line}", needle)
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, lambda path: path.symlink_to("/etc/passwd"), lambda path: os.mkfifo(path), lambda path: None],
    ids=["folder", "link", "pipe", "nothing"],
)
@pytest.mark.parametrize("file", ["project.json", "tags/more.jsonl"])
def test_that_what_is_no_plain_file_is_never_opened(place: Place, file: str, make: Callable[[Path], None]) -> None:
    path = place.folder / "p" / file
    path.unlink(missing_ok=True)
    make(path)
    if path.exists() or path.is_symlink() or file == "project.json":
        place.refuses(["check", "p"], 1, file)
    else:
        assert place.say(["check", "p"], Language.EN)[0] == 0


def test_that_a_foreign_file_of_git_in_another_encoding_is_added_to_and_kept(place: Place) -> None:
    file = place.folder / "p" / ".gitattributes"
    own = file.read_bytes()
    file.write_bytes("# 灌装线\n*.png binary\n".encode("gbk"))
    code, said = place.say(["new", "p", "--tags", "good.csv"], Language.EN)
    assert code == 0, said
    assert file.read_bytes() == "# 灌装线\n*.png binary\n".encode("gbk") + own


def test_that_a_link_in_place_of_a_file_of_git_is_not_followed(place: Place) -> None:
    file = place.folder / "p" / ".gitattributes"
    file.unlink()
    file.symlink_to(place.folder / "file")
    code, said = place.say(["new", "p", "--tags", "good.csv"], Language.EN)
    assert code == 0, said
    assert (place.folder / "file").read_text() == "words\n"


# ------------------------------------------------------------------------------------------------ expressions
@pytest.mark.parametrize(
    ("source", "needle"),
    [
        ("", ""), ("{Line/A} +", "11"), ("{Line/A", "1"), ("{Line/Nothing}", "Line/Nothing"), ("{}", "1"),
        ("__import__('os').system('x')", "17"), ("{Line/A}.__class__", "9"), ("lambda: 1", "7"), ("(x:=1)", "3"),
        ("[x for x in {Line/A}]", "1"), ("'a' * {Line/A}", "*"), ("nofunc({Line/A})", "nofunc"), ("min()", "min"),
        ("{Line/A} = 5", "=="), ("if {Line/A} then", "1"), ("{Line/A},5", "9"), ("(" * 900 + "1" + ")" * 900, ""),
        ("1+" * 50_000 + "1", "2000"), ("9" * 5000, "2000"), ("1\0+2", "U+0000"), ("1\n+‮2", "U+202E"),
        ("'open", "1"), ("1 ++", ""), ("{Line/A}{Line/B}", "9"), ("$missing", "$"), ("９+１", "1"),
    ],
    ids=lambda value: repr(value)[:30],
)  # fmt: skip
def test_that_a_wrong_expression_is_named_with_its_place(place: Place, source: str, needle: str) -> None:
    bound = '"value":"{Line/B}"'
    lines = (place.folder / "p" / SCREEN).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if bound in text)
    spoiled(place, SCREEN, changed(bound, f'"value":{json.dumps(source)}'))
    assert f"{SCREEN}:{line}: " in place.refuses(["check", "p"], 1, f"{SCREEN}:{line}: ", needle)


# ------------------------------------------------------------------------------------------------ in processes
def process(place: Place, *words: str | bytes, **more: object) -> "subprocess.CompletedProcess[bytes]":
    """Runs `hmi` in a process."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HMI_LANG": "en", **dict(more.pop("environ", {}))}  # type: ignore[call-overload]
    command = [sys.executable, "-m", "hmi", *words]
    more = {"stdout": subprocess.PIPE, **more}
    return subprocess.run(command, env=environ, stderr=subprocess.PIPE, timeout=15, check=False, **more)  # type: ignore[call-overload,no-any-return]


def test_that_bytes_that_are_no_text_are_shown_and_refused(place: Place) -> None:
    name = b"\xff\xe9"
    for words in ((b"check", name), (b"tags", b"read", b"p", name), (b"new", b"q", b"--tags", name)):
        done = process(place, *words)
        assert done.returncode in (1, 2)
        assert b"Traceback" not in done.stderr
        assert b"\\udcff\\udce9" in done.stderr


def test_that_a_folder_whose_name_is_no_text_may_hold_a_project(place: Place) -> None:
    done = process(place, b"new", b"q\xff\xe9", b"--tags", b"good.csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert process(place, b"check", b"q\xff\xe9").returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
def test_that_a_terminal_that_lacks_the_characters_gets_escapes_and_no_fault(place: Place, encoding: str) -> None:
    for words in (["check", "p"], ["--help"], ["new", "made-" + encoding, "--tags", "good.csv"]):
        done = process(place, *words, environ={"PYTHONIOENCODING": encoding, "HMI_LANG": "zh-CN"})
        assert (done.returncode, done.stderr) == (0, b""), done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_that_a_full_disk_at_the_output_is_the_environments_fault(place: Place) -> None:
    with open("/dev/full", "wb") as full:
        done = process(place, "tags", "list", "p", stdout=full)
    assert done.returncode == 3
    assert done.stderr.count(b"\n") == 1
    assert b"No space left" in done.stderr


def test_that_a_taken_port_ends_the_simulator_in_one_sentence(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (place.folder / "tags.csv").write_text(GOOD.replace(":502/", f":{port}/"))
        assert place.say(["new", "q", "--tags", "tags.csv"], Language.EN)[0] == 0
        done = process(place, "simulate", "q")
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.count(b"\n") == 1
    assert str(port).encode() in done.stderr


def test_that_a_device_that_is_not_here_or_not_simulated_ends_the_simulator_in_one_sentence(place: Place) -> None:
    (place.folder / "tags.csv").write_text(GOOD.replace("127.0.0.1", "192.0.2.7"))
    assert place.say(["new", "q", "--tags", "tags.csv"], Language.EN)[0] == 0
    done = process(place, "simulate", "q")
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert b"192.0.2.7" in done.stderr
    done = process(place, "simulate", "p", "--fault", "PLC9=stuck")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"PLC9" in done.stderr


def test_that_a_picture_that_cannot_be_written_is_the_environments_fault(place: Place) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = process(place, *RENDER, "/dev/full")
    assert done.returncode == 3, done.stderr
    assert b"/dev/full" in done.stderr


def test_that_a_window_of_a_screen_that_is_not_there_says_so(place: Place) -> None:
    done = process(
        place, "window", "p", "--screen", "Nowhere", "--seconds", "1", environ={"QT_QPA_PLATFORM": "offscreen"}
    )
    assert done.returncode == 1
    assert b"Nowhere" in done.stderr
