"""An independent server (libmodbus), an independent client (mbpoll) and `hmi tags read` agree in every type and order.

The whole chain in processes of its own: `hmi new` of a table, `hmi check --strict`, `hmi engine`, `hmi tags read`. What
the registers hold is laid out here by hand (`struct` and two swaps), mbpoll reads it back, and libmodbus's own float
functions decode what mbpoll read.
"""

import contextlib
import csv
import ctypes
import io
import json
import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.own_station import Answer, OwnStation, is_read
from tests.drivers.peers import LIBMODBUS, LIBMODBUS_SERVER, MBPOLL, mbpoll, server

pytestmark = [LIBMODBUS, MBPOLL, pytest.mark.timeout(60)]

KEYS = ["tag", "value", "quality", "good", "source_time", "receive_time", "age_s", "cause"]
HEAD = ("tag", "device", "address", "type", "unit", "scale", "offset", "low", "high", "writable", "description")
ORDERS = ("ABCD", "CDAB", "BADC", "DCBA")
SIZE = 500
"""Cells of each table of the server."""
CODES = {
    "int16": ">h", "uint16": ">H", "bcd16": ">H", "int32": ">i", "uint32": ">I", "bcd32": ">I", "int64": ">q",
    "uint64": ">Q", "float32": ">f", "float64": ">d",
}  # fmt: skip

Number = int | float


@dataclass(frozen=True)
class Case:
    """A tag, what its registers hold, and what must be said of it."""

    name: str
    table: str
    place: int
    count: int
    suffix: str = ""
    type: str = ""
    scale: str = ""
    offset: str = ""
    value: Any = None
    cause: str | None = None
    device: int = 0
    order: str = ""
    """Order of a number, for those who decode what mbpoll read."""
    kind: str = ""

    @property
    def address(self) -> str:
        """As the table says it."""
        return f"{self.table}{self.place}{self.suffix}"


def wire(data: bytes, order: str) -> list[int]:
    """Gives the registers of a value of which the highest byte comes first."""
    words = [data[place : place + 2] for place in range(0, len(data), 2)]
    if order in ("CDAB", "DCBA"):
        words.reverse()
    if order in ("BADC", "DCBA"):
        words = [word[::-1] for word in words]
    return [int.from_bytes(word, "big") for word in words]


def unwired(words: Sequence[int], order: str) -> bytes:
    """Turns registers back into a value of which the highest byte comes first."""
    swapped = [word.to_bytes(2, "big") for word in words]
    if order in ("BADC", "DCBA"):
        swapped = [word[::-1] for word in swapped]
    return b"".join(reversed(swapped) if order in ("CDAB", "DCBA") else swapped)


def bcd(value: int) -> int:
    """Gives packed decimal digits."""
    return int(str(value), 16)


class Plant:
    """Fills the tables of the server and notes the tags that lie in them."""

    def __init__(self) -> None:
        self.cells: dict[str, dict[int, int]] = {"c": {}, "di": {}, "hr": {}, "ir": {}}
        self.next = {"c": 3, "di": 5, "hr": 1, "ir": 2}
        self.cases: list[Case] = []
        self.bits()
        self.one_register()
        self.several_registers()
        self.no_numbers()
        self.texts()
        self.edges()

    def lay(self, table: str, words: Sequence[int]) -> int:
        """Lays cells behind the last ones, with a gap now and then; gives the first place."""
        place = self.next[table]
        for offset, word in enumerate(words):
            self.cells[table][place + offset] = word
        self.next[table] = place + len(words) + (3 if len(self.cases) % 7 == 0 else 0)
        assert self.next[table] <= SIZE
        return place

    def add(self, name: str, table: str, words: Sequence[int], **more: Any) -> None:
        """Adds a tag."""
        self.cases.append(Case(f"{name}_{len(self.cases)}", table, self.lay(table, words), len(words), **more))

    def number(self, kind: str, held: Number, order: str = "", *, raw: int | None = None, **more: Any) -> None:
        """Adds a number, in holding and input registers by turns; its type stands in the address by turns."""
        bits = raw if raw is not None else bcd(int(held)) if kind.startswith("bcd") else held
        code = CODES[kind] if raw is None else {2: ">H", 4: ">I", 8: ">Q"}[struct.calcsize(CODES[kind])]
        words = wire(struct.pack(code, bits), order or "ABCD")
        spoken = len(self.cases) % 2 == 0
        suffix = (f":{kind}" if spoken else "") + (f":{order}" if order else "")
        table = "ir" if len(self.cases) % 3 == 0 else "hr"
        truth = struct.unpack(code, struct.pack(code, held))[0] if kind.startswith("float") and raw is None else held
        more = {"value": truth, **more}
        shown = "" if spoken else kind
        self.add(kind + order, table, words, suffix=suffix, type=shown, order=order or "ABCD", kind=kind, **more)

    def bits(self) -> None:
        """Coils, discrete inputs, bits of registers: each value, neighbours that differ."""
        for place, bit in enumerate((1, 0, 0, 1, 1, 0, 1)):
            self.add("coil", "c", [bit], type="bool" if place % 2 else "", value=bool(bit))
            self.add("input", "di", [1 - bit], value=not bit)
        for table in ("hr", "ir"):
            for bit in range(16):
                self.add("bit", table, [0b1010_0110_0000_0001], suffix=f".{bit}", value=bit in (0, 9, 10, 13, 15))

    def one_register(self) -> None:
        """16 bits, with and without scaling."""
        for kind, values in {
            "int16": (0, 1, -1, 32767, -32768),
            "uint16": (0, 40000, 65535),
            "bcd16": (0, 9999, 1234),
        }.items():
            for value in values:
                self.number(kind, value)
        self.number("int16", 551, scale="0.1", offset="-5", value=50.1)
        self.number("int16", -300, scale="-0.5", value=150.0)
        self.number("uint16", 65535, offset="0.25", value=65535.25)
        self.number("bcd16", 4210, scale="0.01", value=42.1)

    def several_registers(self) -> None:
        """32 and 64 bits in every order; the bytes of a value all differ."""
        for order in ORDERS:
            self.number("int32", -123_456_789, order)
            self.number("uint32", 0x89AB_CDEF, order)
            self.number("bcd32", 87_654_321, order)
            self.number("float32", -1234.5678, order)
            self.number("int64", -(2**60) - 7, order)
            self.number("uint64", 0xF1E2_D3C4_B5A6_9788, order)
            self.number("float64", -math.e * 1e100, order)
            self.number("int32", 1_000_001, order, scale="0.001", value=1000.001)
            self.number("float32", 0.5, order, scale="4", offset="1", value=3.0)
            self.number("float64", 12.5, order, scale="-2", offset="100", value=75.0)
            self.number("uint64", 2**40, order, scale="0.25", value=float(2**38))
            self.number("bcd32", 1_020_304, order, scale="10", value=10_203_040.0)

    def edges(self) -> None:
        """Ends of the ranges, a device with another default order, the last register and the one behind it."""
        for kind, values in {
            "int32": (-(2**31), 2**31 - 1), "uint32": (2**32 - 1,), "int64": (-(2**63), 2**63 - 1),
            "uint64": (2**64 - 1, 2**63), "float32": (-0.0, 1e-45, 3.4028234663852886e38), "float64": (5e-324,),
            "bcd32": (99_999_999, 0),
        }.items():  # fmt: skip
            for value in values:
                self.number(kind, value)
        data = struct.pack(">f", 6.25)
        self.add(
            "default", "hr", wire(data, "CDAB"), type="float32", value=6.25, device=1, order="CDAB", kind="float32"
        )
        self.add(
            "over", "hr", wire(data, "BADC"), suffix=":float32:BADC", value=6.25, device=1, order="BADC", kind="float32"
        )
        self.cells["hr"][SIZE - 1] = 777
        self.cases.append(Case("last", "hr", SIZE - 1, 1, value=777))
        self.cases.append(Case("behind", "hr", SIZE, 0, cause="illegal_address"))
        self.cases.append(Case("across", "ir", SIZE - 1, 0, suffix=":float32", cause="illegal_address"))

    def no_numbers(self) -> None:
        """What is no number is null and says why, scaled or not; a wrong digit in each place."""
        for order in ORDERS:
            for kind, quiet, infinite in (
                ("float32", 0x7FC0_0000, 0x7F80_0000), ("float64", 0x7FF8 << 48, 0x7FF0 << 48),
            ):  # fmt: skip
                self.number(kind, 0, order, raw=quiet, value=None, cause="not_a_number")
                self.number(kind, 0, order, raw=infinite + 1, value=None, cause="not_a_number")
                self.number(kind, 0, order, raw=infinite, value=None, cause="infinite")
            self.number("bcd32", 0, order, raw=0x1234_567A, value=None, cause="bcd_digit")
        self.number("float32", 0, raw=0xFF80_0000, value=None, cause="infinite", scale="0.1", offset="3")
        self.number("float64", 1e308, value=None, cause="scaling_overflow", scale="10")
        for raw in (0xA000, 0x0F00, 0x00B0, 0x000C, 0xFFFF):
            self.number("bcd16", 0, raw=raw, value=None, cause="bcd_digit", scale="0.1")
        self.number("bcd32", 0, raw=0xA000_0000, value=None, cause="bcd_digit")

    def texts(self) -> None:
        """Both byte orders, odd lengths, encodings, padding; the second device has the first character low."""
        for words, encoding, length in (
            ("B-0417", "", 8), ("B-0417", "", 6), ("B-041", "", 5),
            ("灌装线", "gbk", 10), ("27 °C", "utf-8", 6), ("", "", 4),
        ):  # fmt: skip
            data = words.encode(encoding or "ascii").ljust((length + 1) // 2 * 2, b"\0")
            suffix = f":string:{length}" + (f":{encoding}" if encoding else "")
            self.add("text", "hr", wire(data, "ABCD"), suffix=suffix, value=words)
            self.add("text", "ir", wire(data, "BADC"), suffix=f"{suffix}:swapped", value=words)
            self.add("text", "hr", wire(data, "BADC"), suffix=suffix, value=words, device=1)
            self.add("text", "hr", wire(data, "ABCD"), suffix=f"{suffix}:straight", value=words, device=1)
        self.add("text", "hr", wire(b"AB  CD  ", "ABCD"), suffix=":8", type="string", value="AB  CD")
        self.add("text", "hr", wire(b"AB\0rest!", "ABCD"), suffix=":8", type="string", value="AB")
        self.add("text", "hr", wire(b"AB\xff\xfe", "ABCD"), suffix=":string:4", cause="text_invalid")

    def filling(self) -> str:
        """What the server is filled with."""
        digits = {"c": "0", "di": "1", "ir": "3", "hr": "4"}
        return json.dumps({digits[table]: cells for table, cells in self.cells.items()})

    def table(self, port: int) -> str:
        """The table of tags that a user would write."""
        urls = (f"modbus-tcp://127.0.0.1:{port}/1", f"modbus-tcp://127.0.0.1:{port}/1?order=CDAB&text_swapped=true")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEAD)
        for case in self.cases:
            row = (case.name, urls[case.device], case.address, case.type, "", case.scale, case.offset)
            writer.writerow([*row, "", "", "", ""])
        return text.getvalue()


@dataclass(frozen=True)
class Seen:
    """What the whole chain said, and what mbpoll said of the same server."""

    plant: Plant
    station: OwnStation
    port: int
    before: list[Answer]
    answers: list[Answer]
    after: list[Answer]
    polled: dict[str, dict[int, int]]
    now: datetime

    def pairs(self) -> Iterator[tuple[Case, Answer]]:
        """Each tag with its answer."""
        return zip(self.plant.cases, self.answers, strict=True)


def polled_tables(port: int) -> dict[str, dict[int, int]]:
    """Reads all tables of the server by mbpoll, as bare cells."""
    found: dict[str, dict[int, int]] = {}
    for table, kind in {"c": "0", "di": "1", "ir": "3:hex", "hr": "4:hex"}.items():
        found[table] = {}
        for first in range(0, SIZE, 100):
            cells = mbpoll(port, "-t", kind, "-r", str(first), "-c", "100", "127.0.0.1")
            found[table].update(enumerate((int(cell, 0) for cell in cells), first))
    return found


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Runs the chain once, mbpoll beside the running engine."""
    plant, station = Plant(), OwnStation(tmp_path_factory.mktemp("s"))
    tags = [case.name for case in plant.cases]
    with server(LIBMODBUS_SERVER, plant.filling()) as port:
        station.new(plant.table(port))
        before = station.read(*tags)
        with station.engine():
            answers = station.read_when(tags, is_read)
            now = datetime.now(UTC)
            polled = polled_tables(port)
            answers = station.read(*tags)
        after = station.read(*tags)
        yield Seen(plant, station, port, before, answers, after, polled, now)


def test_that_every_type_and_order_reads_as_what_the_server_holds(seen: Seen) -> None:
    wrong = []
    for case, answer in seen.pairs():
        value = answer["value"]
        close = isinstance(case.value, float) and isinstance(value, float) and (case.scale or case.offset)
        same = math.isclose(value, case.value, rel_tol=1e-12) if close else value == case.value
        if not same or type(value) is not type(case.value) or answer["cause"] != case.cause:
            wrong.append((case, answer["value"], answer["cause"]))
        bad = case.cause is not None
        assert (answer["quality"], answer["good"]) == (("bad", False) if bad else ("good", True)), (case, answer)
    assert wrong == []


def test_that_no_number_is_null_with_bad_quality_and_its_cause(seen: Seen) -> None:
    causes = {answer["cause"] for case, answer in seen.pairs() if case.cause is not None}
    wanted = {"not_a_number", "infinite", "bcd_digit", "text_invalid", "scaling_overflow", "illegal_address"}
    assert causes == wanted
    for case, answer in seen.pairs():
        assert (answer["value"] is None) == (case.cause is not None), (case, answer)


def test_that_mbpoll_reads_from_the_same_server_what_tags_read_says(seen: Seen) -> None:
    """The registers that mbpoll saw, decoded here; a good value must be just that."""
    compared = 0
    for case, answer in seen.pairs():
        if not case.count or case.cause is not None:
            continue
        words = [seen.polled[case.table][case.place + offset] for offset in range(case.count)]
        assert words == [seen.plant.cells[case.table][case.place + offset] for offset in range(case.count)]
        if case.table in ("c", "di"):
            truth: object = bool(words[0])
        elif case.suffix.startswith("."):
            truth = bool(words[0] >> int(case.suffix[1:]) & 1)
        elif case.kind.startswith("bcd"):
            truth = int(unwired(words, case.order).hex())
        elif case.kind:
            (truth,) = struct.unpack(CODES[case.kind], unwired(words, case.order))
        else:
            continue  # texts: the registers are the same, which was asserted above
        if case.scale or case.offset:
            assert isinstance(truth, int | float)
            truth = truth * float(case.scale or 1) + float(case.offset or 0)
            assert answer["value"] == pytest.approx(truth, rel=1e-12)
        else:
            assert (answer["value"], type(answer["value"])) == (truth, type(truth)), case
        compared += 1
    assert compared > 100


def test_that_mbpoll_decodes_the_types_and_orders_that_it_knows_to_the_same_numbers(seen: Seen) -> None:
    kinds = {"uint16": "", "int32": ":int", "float32": ":float"}
    wanted = [
        (case, answer["value"])
        for case, answer in seen.pairs()
        if case.kind in kinds and case.order in ("ABCD", "CDAB") and not (case.cause or case.scale or case.offset)
    ]
    assert {(case.kind, case.order) for case, _ in wanted} >= {
        (kind, order) for kind in ("int32", "float32") for order in ("ABCD", "CDAB")
    }
    for case, value in wanted:
        digit = {"hr": "4", "ir": "3"}[case.table]
        turned = ["-B"] if case.order == "ABCD" and case.kind != "uint16" else []
        (said,) = mbpoll(seen.port, "-t", digit + kinds[case.kind], *turned, "-r", str(case.place), "127.0.0.1")
        assert float(said) == pytest.approx(float(value), rel=1e-5, abs=1e-40), case


def test_that_libmodbus_decodes_floats_of_every_order_to_the_same_numbers(seen: Seen) -> None:
    library = ctypes.CDLL("libmodbus.so.5")
    parts = [ctypes.c_uint.in_dll(library, f"libmodbus_version_{part}").value for part in ("major", "minor", "micro")]
    if tuple(parts) >= (3, 1, 8):
        pytest.skip(f"libmodbus {parts} mixes bytes in its float functions (stephane/libmodbus issue 838)")
    orders = set()
    for case, answer in seen.pairs():
        if case.kind != "float32" or case.cause or case.scale:
            continue
        getter = getattr(library, f"modbus_get_float_{case.order.lower()}")
        getter.argtypes, getter.restype = [ctypes.POINTER(ctypes.c_uint16)], ctypes.c_float
        words = (ctypes.c_uint16 * 2)(*(seen.polled[case.table][case.place + offset] for offset in range(2)))
        assert getter(words) == answer["value"], case
        orders.add(case.order)
    assert orders == set(ORDERS)


def test_that_an_answer_has_the_fields_of_the_contract_and_true_times(seen: Seen) -> None:
    for answer in (*seen.before, *seen.answers, *seen.after):
        assert list(answer) == KEYS
        assert answer["source_time"] is None
    for case, answer in seen.pairs():
        if not case.count:
            continue
        received = datetime.fromisoformat(answer["receive_time"])
        assert abs(received - seen.now) < timedelta(seconds=15)
        assert answer["receive_time"].endswith("Z")
        assert 0 <= answer["age_s"] < 3


def test_that_without_an_engine_nothing_is_good_and_the_cause_is_said(seen: Seen) -> None:
    for answer in seen.before:
        assert (answer["value"], answer["quality"], answer["good"]) == (None, "bad", False)
        assert (answer["cause"], answer["receive_time"], answer["age_s"]) == ("engine_silent", None, None)
    for case, live, answer in zip(seen.plant.cases, seen.answers, seen.after, strict=True):
        assert not answer["good"], case
        if case.cause is None:
            assert (answer["value"], answer["quality"], answer["cause"]) == (
                live["value"],
                "uncertain",
                "engine_silent",
            )
        else:
            assert (answer["value"], answer["quality"]) == (None, "bad")


def test_that_a_dead_device_keeps_its_values_as_bad_and_what_was_no_value_stays_none(tmp_path: Path) -> None:
    station = OwnStation(tmp_path)
    filling = {"4": {0: 1234, 1: 0xA000, 2: 0x7FC0, 3: 0, 4: 0xFFFF, 5: 0x4142}}
    values = {"Whole": 1234, "Digits": None, "Number": None, "Words": None, "Behind": None, "Text": "AB"}
    addresses = dict(
        zip(values, ("hr0", "hr1:bcd16", "hr2:float32", "hr4:string:2", "hr5000", "hr5:string:2"), strict=True)
    )
    with contextlib.ExitStack() as stack:
        with server(LIBMODBUS_SERVER, json.dumps(filling)) as port:
            rows = [f"{name},modbus-tcp://127.0.0.1:{port},{address}" for name, address in addresses.items()]
            station.new("\n".join(["tag,device,address", *rows]) + "\n")
            stack.enter_context(station.engine())
            live = station.read_when(list(values), is_read)
            assert [answer["value"] for answer in live] == list(values.values())
        gone = {"device_reset", "device_refused", "device_offline", "device_timed_out"}
        dead = station.read_when(["Whole", "Text"], lambda answer: answer["cause"] in gone)
        dead = station.read(*values)
    assert [answer["value"] for answer in dead] == list(values.values())
    assert {answer["quality"] for answer in dead} == {"bad"}


def test_that_an_unknown_tag_is_an_error_and_says_nothing_else(seen: Seen) -> None:
    known = seen.plant.cases[0].name
    done = seen.station.hmi("tags", "read", seen.station.project, known, "Line/Nothing", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Line/Nothing" in done.stderr
    assert done.stderr.count("\n") == 1
