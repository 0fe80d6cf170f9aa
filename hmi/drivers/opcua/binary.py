"""Pieces of OPC UA binary (part 6, 5.2): reading within bounds, and the few things that are written. Pure."""

import struct
from collections.abc import Iterable

from hmi.model.devices.opcua import IdKind, OpcUaPoint

EPOCH_TICKS = 116_444_736_000_000_000
"""1970 in OPC UA's 100 ns since 1601 (part 6, 5.2.2.5)."""
LATEST_TICKS = EPOCH_TICKS + (2**63 - 1) // 100
"""Last moment that fits ns since 1970 in 64 bits; later ones (year 9999 means "never") count as none."""

_U16, _U32, _I32, _I64 = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<i"), struct.Struct("<q")


class MalformedAnswer(ValueError):
    """An answer that does not keep to the encoding."""


class Reader:
    """Reads one message from its beginning; everything that would pass its end raises `MalformedAnswer`."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        """Begin at a place."""
        self.data = data
        self.at = at

    def skip(self, count: int) -> None:
        """Step over bytes."""
        if count < 0 or self.at + count > len(self.data):
            raise MalformedAnswer("the message ends too early")
        self.at += count

    def take(self, count: int) -> bytes:
        """Give bytes."""
        start = self.at
        self.skip(count)
        return self.data[start : self.at]

    def u8(self) -> int:
        """Give one byte."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Give 16 bits."""
        return int(_U16.unpack(self.take(2))[0])

    def u32(self) -> int:
        """Give 32 bits."""
        return int(_U32.unpack(self.take(4))[0])

    def i64(self) -> int:
        """Give 64 bits with sign."""
        return int(_I64.unpack(self.take(8))[0])

    def f64(self) -> float:
        """Give a double."""
        return float(struct.unpack("<d", self.take(8))[0])

    def length(self) -> int:
        """Give the length of an array or text; -1 is none, as 0 is."""
        count = int(_I32.unpack(self.take(4))[0])
        if count < -1 or count > len(self.data) - self.at:  # each element takes a byte at least
            raise MalformedAnswer("an array longer than the message")
        return count

    def raw_text(self) -> bytes | None:
        """Give a String or ByteString as its bytes, None for null."""
        count = self.length()
        return None if count < 0 else self.take(count)

    def node_id(self) -> tuple[int, int | None]:
        """Give namespace and number of a node id; None for other kinds. Takes expanded ones too."""
        form = self.u8()
        kind = form & 0x3F
        number: int | None = None
        space = 0
        if kind == 0:
            number = self.u8()
        elif kind == 1:
            space, number = self.u8(), self.u16()
        elif kind == 2:
            space, number = self.u16(), self.u32()
        else:
            space = self.u16()
            if kind == 4:
                self.skip(16)
            elif kind in (3, 5):
                self.raw_text()
            else:
                raise MalformedAnswer("a node id of no known form")
        if form & 0x80:
            self.raw_text()
        if form & 0x40:
            self.skip(4)
        return space, number

    def skip_diagnostic(self, depth: int = 0) -> None:
        """Step over a DiagnosticInfo."""
        if depth > 16:
            raise MalformedAnswer("diagnostics nested too deeply")
        mask = self.u8()
        for bit in (0x01, 0x02, 0x08, 0x04):
            if mask & bit:
                self.skip(4)
        if mask & 0x10:
            self.raw_text()
        if mask & 0x20:
            self.skip(4)
        if mask & 0x40:
            self.skip_diagnostic(depth + 1)

    def extension(self) -> tuple[int | None, "Reader | None"]:
        """Give type number (namespace 0, else None) and body of an extension object; None when it has no binary one."""
        space, number = self.node_id()
        form = self.u8()
        if form == 0:
            return number, None
        body = self.raw_text() or b""
        return (number if space == 0 else None), Reader(body) if form == 1 else None


def nanoseconds(ticks: int) -> int:
    """Turn an OPC UA time into ns since 1970; 0 for none and for what does not fit."""
    return (ticks - EPOCH_TICKS) * 100 if 0 < ticks <= LATEST_TICKS else 0


def u32(*values: int) -> bytes:
    """Write numbers of 32 bits."""
    return struct.pack(f"<{len(values)}I", *values)


def text(value: str | bytes | None) -> bytes:
    """Write a String or ByteString."""
    if value is None:
        return b"\xff\xff\xff\xff"
    data = value.encode() if isinstance(value, str) else value
    return _I32.pack(len(data)) + data


def array(items: Iterable[bytes]) -> bytes:
    """Write an array of encoded things."""
    parts = list(items)
    return _I32.pack(len(parts)) + b"".join(parts)


def node_id(point: OpcUaPoint) -> bytes:
    """Write the node id of an address."""
    space, identifier = point.namespace, point.identifier
    if isinstance(identifier, int):
        return number_id(identifier, space)
    head = _U16.pack(space)
    match point.kind:
        case IdKind.GUID:
            return b"\x04" + head + (identifier if isinstance(identifier, bytes) else identifier.encode())
        case IdKind.BYTES:
            return b"\x05" + head + text(identifier)
        case _:
            return b"\x03" + head + text(identifier)


def number_id(number: int, space: int = 0) -> bytes:
    """Write a node id with a number, in the shortest form."""
    if space == 0 and number < 256:
        return bytes((0, number))
    if space < 256 and number < 65536:
        return b"\x01" + bytes((space,)) + _U16.pack(number)
    return b"\x02" + _U16.pack(space) + _U32.pack(number)
