"""The address grammar of Modbus: `hr100`, `40101`, `4x101`, `hr0x64`, `hr100.3`, `hr0:float32:CDAB`, `hr0:string:20`.

`hr100` is PDU address 100, counted from 0; the five and six digit forms and `4x101` count from 1. Bit 0 is the lowest.
Used by project check, engine and command line through `hmi.model.devices`; pure. Rows MB-01 to MB-03 of the standards.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hmi.model.errors import AddressError
from hmi.model.tag import DataType


class Table(IntEnum):
    """The four tables; the number is the leading digit of the classic notation."""

    COIL = 0
    DISCRETE = 1
    INPUT = 3
    HOLDING = 4


class WordOrder(StrEnum):
    """Order of the bytes of a value of several registers as they come over the wire; A is the highest byte."""

    ABCD = "ABCD"
    """High word first, high byte first (big endian)."""
    CDAB = "CDAB"
    """Low word first, high byte first."""
    BADC = "BADC"
    """High word first, low byte first."""
    DCBA = "DCBA"
    """Low word first, low byte first (little endian)."""


class TextEncoding(StrEnum):
    """Encoding of texts in registers."""

    ASCII = "ascii"
    UTF8 = "utf-8"
    GBK = "gbk"


ADDRESSES = 65536
"""Addresses of each table (Modbus Application Protocol V1.1b3, 4.3)."""
MAX_TEXT_BYTES = 250
"""A text has to come in one answer of at most 125 registers (V1.1b3, 6.3)."""
MAX_WRITE_REGISTERS = 123
"""Most registers of one write (V1.1b3, 6.12)."""

REGISTERS: dict[DataType, int] = {
    DataType.INT16: 1,
    DataType.UINT16: 1,
    DataType.BCD16: 1,
    DataType.INT32: 2,
    DataType.UINT32: 2,
    DataType.FLOAT32: 2,
    DataType.BCD32: 2,
    DataType.INT64: 4,
    DataType.UINT64: 4,
    DataType.FLOAT64: 4,
}
"""Registers that a number occupies."""

_PREFIX = {Table.COIL: "c", Table.DISCRETE: "di", Table.INPUT: "ir", Table.HOLDING: "hr"}
_NAMES = {
    "c": Table.COIL, "coil": Table.COIL, "di": Table.DISCRETE, "discrete": Table.DISCRETE,
    "ir": Table.INPUT, "input": Table.INPUT, "hr": Table.HOLDING, "holding": Table.HOLDING,
}  # fmt: skip
_NAMED = re.compile(r"([a-z]+)(0x[0-9a-f]+|[0-9]+)", re.ASCII)
_COUNTED = re.compile(r"([0134])x([0-9]+)", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_TYPES = frozenset(kind.value for kind in DataType)
_ORDERS = frozenset(order.value for order in WordOrder)
_ENCODINGS = frozenset(encoding.value for encoding in TextEncoding)
_LONGEST = 100
"""Characters of an address; more is never one, and Python refuses to read numbers of thousands of digits."""


@dataclass(frozen=True, slots=True)
class ModbusPoint:
    """An address that has been read and checked."""

    table: Table
    address: int
    """PDU address, 0 to 65535."""
    data_type: DataType
    order: WordOrder
    """Order of the bytes, the address's own or the device's default; ABCD where there is only one register."""
    bit: int | None
    """Bit of a register, 0 (lowest) to 15; None when the value is not a bit of a register."""
    text_bytes: int
    """Length of a text in bytes; 0 for everything else."""
    encoding: TextEncoding
    swapped: bool
    """Texts: the first character lies in the low byte of the first register."""
    canonical: str
    """The one spelling that files and messages use, without what is the device's default."""

    @property
    def span(self) -> int:
        """Registers (or bits, for coils and discrete inputs) that it occupies."""
        if self.text_bytes:
            return (self.text_bytes + 1) // 2
        return REGISTERS.get(self.data_type, 1)

    @property
    def writable(self) -> bool:
        """Whether Modbus can write there at all: coils and holding registers, at most 123 registers at once."""
        return self.table in (Table.COIL, Table.HOLDING) and self.span <= MAX_WRITE_REGISTERS

    @property
    def counted(self) -> str:
        """The classic spelling counted from 1, six digits: `hr100` is `400101`."""
        return f"{int(self.table)}{self.address + 1:05d}"


@dataclass(frozen=True, slots=True)
class AddressDefaults:
    """What an address does not say itself: the device's order and the way its texts lie in registers."""

    order: WordOrder = WordOrder.ABCD
    encoding: TextEncoding = TextEncoding.ASCII
    swapped: bool = False
    max_registers: int = 125
    """Most registers that the device gives in one answer, 1 to 125."""


@dataclass(slots=True)
class _Suffixes:
    """What stood behind the colons; None where it did not."""

    data_type: DataType | None = None
    order: WordOrder | None = None
    length: int | None = None
    encoding: TextEncoding | None = None
    swapped: bool | None = None


def parse_modbus_address(text: str, tag_type: DataType | None, defaults: AddressDefaults) -> ModbusPoint:
    """Read an address.

    Args:
        text: as the user wrote it; spaces around it and the case of letters do not matter.
        tag_type: the tag's own `type`, or None when it leaves the layout to the address.
        defaults: of the device.

    Raises:
        AddressError: with a code of `modbus.po` and the part that is wrong.
    """
    if len(text) > _LONGEST:
        raise AddressError("modbus.address.unreadable", address=text[:_LONGEST] + "...", part=text[:20])
    head, *parts = [part.strip() for part in text.strip().split(":")]
    place, dot, bit_text = head.lower().partition(".")
    if not place:
        raise AddressError("modbus.address.empty", address=text)
    table, address = _place(place, text)
    bit = _bit(bit_text, table, text) if dot else None
    suffixes = _suffixes(parts, text)
    data_type = _data_type(table, bit, suffixes, tag_type, text)
    _refuse_unfit(data_type, suffixes, text)
    is_text = data_type is DataType.STRING
    many = REGISTERS.get(data_type, 1) > 1
    point = ModbusPoint(
        table=table,
        address=address,
        data_type=data_type,
        order=(suffixes.order or defaults.order) if many else WordOrder.ABCD,
        bit=bit,
        text_bytes=_text_bytes(suffixes.length, text) if is_text else 0,
        encoding=(suffixes.encoding or defaults.encoding) if is_text else TextEncoding.ASCII,
        swapped=(defaults.swapped if suffixes.swapped is None else suffixes.swapped) if is_text else False,
        canonical=_canonical(table, address, bit, data_type, suffixes),
    )
    if point.address + point.span > ADDRESSES:
        raise AddressError("modbus.address.past_end", address=text, last=ADDRESSES - 1, count=point.span)
    if table in (Table.INPUT, Table.HOLDING) and point.span > defaults.max_registers:
        raise AddressError("modbus.address.over_request", address=text, count=point.span, most=defaults.max_registers)
    return point


def _place(place: str, text: str) -> tuple[Table, int]:
    """Read table and PDU address from the part before the point and the colons."""
    if match := _NAMED.fullmatch(place):
        name, number = match.groups()
        if name not in _NAMES:
            raise AddressError("modbus.address.unknown_table", address=text, part=name)
        return _NAMES[name], _in_range(int(number, 0) if number.startswith("0x") else int(number), 0, text, number)
    if place.startswith("0x"):
        # In other products 0x64 is coil 64, to a programmer it is 100: whoever writes it has to say which.
        raise AddressError("modbus.address.ambiguous_0x", address=text, part=place)
    if match := _COUNTED.fullmatch(place):
        return Table(int(match[1])), _in_range(int(match[2]), 1, text, match[2])
    if _DIGITS.fullmatch(place):
        if len(place) not in (5, 6) or place[0] not in "0134":
            raise AddressError("modbus.address.digits", address=text, part=place)
        return Table(int(place[0])), _in_range(int(place[1:]), 1, text, place)
    raise AddressError("modbus.address.unreadable", address=text, part=place)


def _in_range(number: int, first: int, text: str, part: str) -> int:
    """Give the PDU address of a number that counts from `first`."""
    if not first <= number < ADDRESSES + first:
        high = ADDRESSES - 1 + first
        raise AddressError("modbus.address.out_of_range", address=text, part=part, low=first, high=high)
    return number - first


def _bit(bit_text: str, table: Table, text: str) -> int:
    """Read the bit behind the point."""
    if table in (Table.COIL, Table.DISCRETE):
        raise AddressError("modbus.address.bit_of_bit", address=text)
    if not _DIGITS.fullmatch(bit_text) or int(bit_text) > 15:
        raise AddressError("modbus.address.bit", address=text, part=bit_text)
    return int(bit_text)


def _suffixes(parts: list[str], text: str) -> _Suffixes:
    """Sort what stands behind the colons; each kind may stand once, in any order."""
    found = _Suffixes()
    for part in parts:
        field, value = _suffix(part, text)
        if getattr(found, field) is not None:
            raise AddressError("modbus.address.suffix_twice", address=text, part=part)
        setattr(found, field, value)
    return found


def _suffix(part: str, text: str) -> tuple[str, int | DataType | WordOrder | TextEncoding]:
    """Say which kind of suffix a part is (a field of `_Suffixes`) and what it means."""
    lowered = part.lower()
    if _DIGITS.fullmatch(part):
        return "length", int(part)
    if lowered in _TYPES:
        return "data_type", DataType(lowered)
    if part.upper() in _ORDERS:
        return "order", WordOrder(part.upper())
    if lowered in _ENCODINGS:
        return "encoding", TextEncoding(lowered)
    if lowered in ("swapped", "straight"):
        return "swapped", lowered == "swapped"
    raise AddressError("modbus.address.unknown_suffix", address=text, part=part)


def _data_type(table: Table, bit: int | None, suffixes: _Suffixes, tag_type: DataType | None, text: str) -> DataType:
    """Settle the layout from suffix, tag and table; whatever contradicts is refused."""
    named = suffixes.data_type
    if named is not None and tag_type is not None and named is not tag_type:
        raise AddressError("modbus.address.type_contradicts", address=text, part=named.value, type=tag_type.value)
    wanted = named or tag_type
    if table in (Table.COIL, Table.DISCRETE) or bit is not None:
        if wanted not in (None, DataType.BOOL):
            raise AddressError("modbus.address.bit_is_bool", address=text, type=str(wanted))
        return DataType.BOOL
    if wanted is DataType.BOOL:
        raise AddressError("modbus.address.bool_needs_bit", address=text)
    return wanted or DataType.INT16


def _refuse_unfit(data_type: DataType, suffixes: _Suffixes, text: str) -> None:
    """Refuse suffixes that mean nothing for the layout: nothing that was written may be ignored silently."""
    is_text = data_type is DataType.STRING
    if suffixes.order is not None and REGISTERS.get(data_type, 1) == 1:
        raise AddressError("modbus.address.order_unfit", address=text, part=suffixes.order.value, type=data_type.value)
    for part in (suffixes.length, suffixes.encoding, None if suffixes.swapped is None else "swapped"):
        if part is not None and not is_text:
            raise AddressError("modbus.address.text_only", address=text, part=str(part), type=data_type.value)


def _text_bytes(length: int | None, text: str) -> int:
    """Check the length of a text."""
    if length is None:
        raise AddressError("modbus.address.no_length", address=text)
    if not 1 <= length <= MAX_TEXT_BYTES:
        raise AddressError("modbus.address.length", address=text, part=length, most=MAX_TEXT_BYTES)
    return length


def _canonical(table: Table, address: int, bit: int | None, data_type: DataType, suffixes: _Suffixes) -> str:
    """Spell an address in the one way that files use."""
    words = [f"{_PREFIX[table]}{address}" + ("" if bit is None else f".{bit}")]
    if data_type not in (DataType.BOOL, DataType.INT16):
        words.append(data_type.value)
    if suffixes.length is not None:
        words.append(str(suffixes.length))
    words += [chosen.value for chosen in (suffixes.order, suffixes.encoding) if chosen is not None]
    if suffixes.swapped is not None:
        words.append("swapped" if suffixes.swapped else "straight")
    return ":".join(words)
