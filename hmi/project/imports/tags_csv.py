"""Makes devices and tags of a CSV (`hmi new DIR --tags tags.csv`). Called by the command line; headless.

Ids follow from the device's options and the tag's name, so a second import updates what the first one made and adds
nothing twice. What a hand has changed in fields that the table does not fill, a new name included, stays.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec.structs import replace

from hmi.model.device import Device
from hmi.model.devices import PROTOCOLS_BY_SCHEME
from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.health import DEVICES, ENGINE
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.reason import reason
from hmi.model.tag import DataType, Span, Tag
from hmi.model.text import Text
from hmi.project._encode import encode_props
from hmi.project.check._devices import options_of
from hmi.project.imports._table import CellFault, Row, TableError, rows_of
from hmi.project.names import is_path, visible

SOURCE = "tags.csv"
"""What ids of imported tags begin with; the file's own name does not matter."""
MOST_FAULTS = 50
"""After so many faults the reading ends."""
UNIT_LENGTH = 32
WORDS_LENGTH = 1000
_YES = {"true", "yes", "y", "1", "x", "rw", "是", "可写"}
_NO = {"", "false", "no", "n", "0", "ro", "r", "否", "只读"}
_CHINESE = re.compile(r"[㐀-鿿]")
T = TypeVar("T")


@dataclass(slots=True)
class TagTable:
    """What a table brings, or what is wrong with it."""

    devices: list[Device] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    """Paths that a hand-made tag already has; it is left alone."""


class _WrongCell(Exception):
    """A cell that cannot be used."""

    def __init__(self, fault: CellFault) -> None:
        super().__init__(fault.reason.code)
        self.fault = fault


def read_tag_table(content: bytes, project: Project) -> TagTable:
    """Read a table.

    Args:
        content: the file.
        project: what there is already; its devices keep their names, its tags what the table does not say.

    Returns:
        Devices and tags that are new or changed; when there are faults, nothing of it may be used.
    """
    reading = _Reading(project)
    try:
        for row in rows_of(content):
            reading.take(row)
            if len(reading.table.faults) >= MOST_FAULTS:
                break
    except TableError as error:
        reading.table.faults.append(error.fault)
    table = reading.table
    if not table.faults and not reading.lines:
        table.faults.append(CellFault(1, "", reason("project.csv.empty")))
    return table


class _Reading:
    """One pass over a table."""

    def __init__(self, project: Project) -> None:
        """Index what there is already."""
        self.table = TagTable()
        self.lines: dict[str, int] = {}
        """Tag -> line."""
        self._ids = {tag.id: tag for tag in project.tags}
        self._paths = {tag.path: tag.id for tag in project.all_tags}
        self._devices = {device.id: device for device in project.devices}
        self._names = {device.name: device for device in project.devices}
        self._urls: dict[str, Device] = {}

    def take(self, row: Row) -> None:
        """Take one row."""
        try:
            tag = self._tag(row)
        except _WrongCell as wrong:
            self.table.faults.append(wrong.fault)
            return
        if tag is not None:
            self.table.tags.append(tag)

    def _tag(self, row: Row) -> Tag | None:
        """Make the tag of a row; None when a hand-made tag has its path."""
        path = _cell(row, "tag")
        if not is_path(path):
            raise _wrong(row, "tag", "project.bad_path", name=visible(path[:80]))
        if path.startswith((f"{ENGINE}.", f"{DEVICES}/")):
            raise _wrong(row, "tag", "project.path_reserved", path=path)
        if path in self.lines:
            raise _wrong(row, "tag", "project.csv.tag_twice", tag=path, line=self.lines[path])
        self.lines[path] = row.line
        device = self._device(row)
        spec, options = _usable(device, row)
        kind = _converted(row, "type", _data_type)
        try:
            point = spec.parse_address(_cell(row, "address"), kind, options)
        except AddressError as error:
            raise _WrongCell(CellFault(row.line, "address", error.reason)) from None
        writable = _converted(row, "writable", _flag)
        if writable and not point.writable:
            raise _wrong(row, "writable", "project.not_writable", address=point.canonical)
        ident = derived_id(SOURCE, path)
        old = self._ids.get(ident)
        if old is None and path in self._paths:
            self.table.kept.append(path)
            return None
        fresh = replace(
            old or Tag(id=ident, path=path),
            device=device.name,
            address=point.canonical,
            type=point.data_type,
            writable=bool(writable),
        )
        if point.data_type is DataType.STRING:
            _refuse_numbers(row)
        return _with_words(_with_numbers(fresh, row), row)

    def _device(self, row: Row) -> Device:
        """Find or make the device of a row."""
        given = _cell(row, "device")
        if given in self._urls:
            return self._urls[given]
        if "://" not in given and given in self._names:
            return self._names[given]
        spec = PROTOCOLS_BY_SCHEME.get(given.partition(":")[0].lower())
        if spec is None or ":" not in given:
            raise _wrong(
                row,
                "device",
                "project.csv.device",
                device=visible(given[:80]),
                known=", ".join(sorted(PROTOCOLS_BY_SCHEME)),
            )
        try:
            options = encode_props(spec.options_of_url(given))
        except AddressError as error:
            raise _WrongCell(CellFault(row.line, "device", error.reason)) from None
        ident = derived_id(SOURCE, "device", spec.name, bytes(options).decode())
        device = self._devices.get(ident)
        if device is None:
            device = Device(id=ident, name=self._free_name(), protocol=spec.name, options=options)
            self._devices[ident] = device
            self._names[device.name] = device
            self.table.devices.append(device)
        self._urls[given] = device
        return device

    def _free_name(self) -> str:
        """Give the next free name of a device."""
        number = 1
        while f"PLC{number}" in self._names:
            number += 1
        return f"PLC{number}"


def _usable(device: Device, row: Row) -> tuple[ProtocolSpec, Any]:
    """Give protocol and options of a device."""
    found = options_of(device)
    if found is None:
        raise _wrong(row, "device", "project.csv.device_broken", device=device.name)
    return found


def _refuse_numbers(row: Row) -> None:
    """Refuse scaling and range of a text: nothing that was written may be ignored silently."""
    for column in ("scale", "offset", "low", "high"):
        if row.cells.get(column):
            raise _wrong(row, column, "project.csv.text_has_none", column=column)


def _with_numbers(tag: Tag, row: Row) -> Tag:
    """Take over scale, offset and range; an empty cell leaves what there is."""
    scale = _converted(row, "scale", _number)
    offset = _converted(row, "offset", _number)
    low = _converted(row, "low", _number)
    high = _converted(row, "high", _number)
    if scale == 0:
        raise _wrong(row, "scale", "project.scale_zero")
    if low is not None and high is not None and not low < high:
        raise _wrong(row, "high", "project.low_not_below_high", low=low, high=high)
    if scale is not None:
        tag = replace(tag, scale=scale)
    if offset is not None:
        tag = replace(tag, offset=offset)
    if low is not None or high is not None:
        # The range of entry is also the best guess of what a scale should show, until a hand says better.
        span = tag.span if tag.span not in (Span(), tag.write) else Span(low=low, high=high)
        tag = replace(tag, write=Span(low=low, high=high), span=span)
    return tag


def _with_words(tag: Tag, row: Row) -> Tag:
    """Take over unit and description."""
    # A line end inside of a cell is a line end to spreadsheets only.
    unit, words = row.cells.get("unit", ""), " ".join(row.cells.get("description", "").split())
    for column, cell, longest in (("unit", unit, UNIT_LENGTH), ("description", words, WORDS_LENGTH)):
        if len(cell) > longest:
            raise _wrong(row, column, "project.csv.too_long", limit=longest)
        if not cell.isprintable():
            raise _wrong(row, column, "project.csv.invisible", cell=visible(cell[:80]))
    if unit:
        tag = replace(tag, unit=unit)
    if words:
        chinese = _CHINESE.search(words) is not None
        if words not in (tag.title.zh, tag.title.en):
            tag = replace(tag, title=Text(zh=words) if chinese else Text(en=words))
    return tag


def _wrong(row: Row, column: str, code: str, /, **arguments: str | float) -> _WrongCell:
    """Make the fault of a cell."""
    return _WrongCell(CellFault(row.line, column, reason(code, **arguments)))


def _cell(row: Row, column: str) -> str:
    """Give a cell that must not be empty."""
    cell = row.cells.get(column, "")
    if not cell:
        raise _wrong(row, column, "project.csv.cell_empty", column=column)
    return cell


def _converted(row: Row, column: str, convert: Callable[[str], T]) -> T | None:
    """Convert a cell; None when it is empty."""
    cell = row.cells.get(column, "")
    if not cell:
        return None
    if convert is _number and row.decimal_comma:
        cell = cell.replace(",", ".")
    try:
        return convert(cell)
    except ValueError:
        code = {"type": "type", "writable": "flag"}.get(column, "number")
        known = ", ".join(DataType)
        raise _wrong(row, column, f"project.csv.{code}", cell=visible(cell[:80]), known=known) from None


def _data_type(cell: str) -> DataType:
    return DataType(cell.casefold())


def _flag(cell: str) -> bool:
    lowered = cell.casefold()
    if lowered not in _YES | _NO:
        raise ValueError(cell)
    return lowered in _YES


def _number(cell: str) -> float:
    number = float(cell)
    if not math.isfinite(number) or "_" in cell:
        raise ValueError(cell)
    return number
