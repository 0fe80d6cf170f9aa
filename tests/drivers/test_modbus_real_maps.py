"""Maps of real devices that nobody here wrote: each channel's address is read, and its registers come back whole."""

import json
import re
import struct
from pathlib import Path

import pytest

from hmi.model.tag import DataType
from tests.drivers.conformance import item_of, shown
from tests.drivers.modbus_server import ModbusServer
from tests.drivers.rig import point, rig

_TABLES = {"holding": "hr", "input": "ir", "coil": "c", "discrete": "di"}
_TYPES = {
    None: DataType.UINT16,
    "u16": DataType.UINT16,
    "s16": DataType.INT16,
    "u32": DataType.UINT32,
    "s32": DataType.INT32,
    "u64": DataType.UINT64,
    "float": DataType.FLOAT32,
}


def channels(template: Path) -> list[tuple[str, DataType]]:
    """Addresses and types of a template of wb-mqtt-serial (JSON with lines of // comments), each once."""
    text = re.sub(r"^\s*//.*$", "", template.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, DataType] = {}
    for channel in json.loads(text)["device"].get("channels", []):
        table = _TABLES.get(channel.get("reg_type"))
        bits = table in ("c", "di")
        if table is None or (not bits and channel.get("format") not in _TYPES):
            continue
        place = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)", str(channel.get("address", "")))
        if place is None:  # a part of a register or a computed address: the format's own extensions
            continue
        found[f"{table}{place[1]}"] = DataType.BOOL if bits else _TYPES[channel.get("format")]
    return sorted(found.items())


async def test_that_every_channel_of_real_device_maps_reads_what_the_device_holds(test_data):
    folder = test_data / "devicemaps" / "wb-mqtt-serial" / "templates"
    maps = {path.name: channels(path) for path in sorted(folder.glob("*.json"))}
    assert sum(len(found) for found in maps.values()) > 1000, "the data is not what this test is for"
    server = ModbusServer()
    for table in (3, 4):
        server.put(0, struct.pack(">65536H", *((address * 40503 + table) & 0xFFFF for address in range(65536))), table)
    for table in (0, 1):
        server.tables[table] = [int((address + table) % 3 == 0) for address in range(65536)]
    async with rig(server) as here:
        for name, found in maps.items():
            items = [item_of(number, point(address, kind)) for number, (address, kind) in enumerate(found)]
            read = shown(await here.block(items), items)
            for number, (address, kind) in enumerate(found):
                assert read[number] == expected(address, kind), f"{name}: {address} as {kind}"


def expected(address: str, kind: DataType) -> object:
    """What the server above holds there, decoded the slow way."""
    table, place = re.fullmatch(r"(hr|ir|c|di)(.+)", address).groups()
    start = int(place, 0)
    if kind is DataType.BOOL:
        return (start + (table == "di")) % 3 == 0
    code = {"uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "uint64": "Q", "float32": "f"}[kind]
    size = struct.calcsize(">" + code)
    number = {"ir": 3, "hr": 4}[table]
    words = [((start + offset) * 40503 + number) & 0xFFFF for offset in range(size // 2)]
    return pytest.approx(struct.unpack(">" + code, struct.pack(f">{len(words)}H", *words))[0], rel=1e-6)
