"""Modbus frames and PDUs as bytes, pure: the driver asks and checks with it, a simulating server answers with it.

Sources: Modbus Application Protocol V1.1b3 (sections 6 and 7), Modbus Messaging on TCP/IP V1.0b (3.1.3, MBAP header).
A request or answer here is a PDU (function code first); `frame` puts the MBAP header before it.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum

HEADER_BYTES = 7
"""Transaction id, protocol id, length, unit."""
MAX_PDU_BYTES = 253
MAX_FRAME_BYTES = HEADER_BYTES + MAX_PDU_BYTES
MAX_READ_REGISTERS = 125
MAX_READ_BITS = 2000
MAX_WRITE_REGISTERS = 123
MAX_WRITE_BITS = 1968
EXCEPTION_BIT = 0x80

HEADER = struct.Struct(">HHHB")
"""Transaction id, protocol id, length of what follows the length field, unit."""
_FIVE = struct.Struct(">BHH")
_SEVEN = struct.Struct(">BHHH")
_MULTIPLE = struct.Struct(">BHHB")


class Function(IntEnum):
    """Function codes that are spoken."""

    READ_COILS = 1
    READ_DISCRETE = 2
    READ_HOLDING = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    WRITE_COILS = 15
    WRITE_REGISTERS = 16
    MASK_REGISTER = 22


READS = frozenset({Function.READ_COILS, Function.READ_DISCRETE, Function.READ_HOLDING, Function.READ_INPUT})
BIT_READS = frozenset({Function.READ_COILS, Function.READ_DISCRETE})


class ExceptionCode(IntEnum):
    """Exception codes (V1.1b3, section 7)."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4
    ACKNOWLEDGE = 5
    BUSY = 6
    MEMORY_PARITY = 8
    GATEWAY_NO_PATH = 10
    GATEWAY_TARGET_SILENT = 11


class BadPdu(ValueError):
    """A request that a server cannot read; `exception` is what it answers."""

    def __init__(self, exception: ExceptionCode) -> None:
        """Keep the exception code."""
        super().__init__(exception.name)
        self.exception = exception


@dataclass(frozen=True, slots=True)
class Request:
    """A request as a server sees it."""

    function: Function
    address: int
    """First PDU address."""
    count: int
    """Registers or bits."""
    data: bytes = b""
    """Writes of registers: 2 bytes a register, high byte first. Writes of coils: packed, lowest bit first.
    Mask write: AND mask and OR mask."""


def frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    """Put the MBAP header before a PDU.

    Args:
        transaction: 0 to 65535.
        unit: 0 to 255.
        pdu: 1 to 253 bytes.
    """
    return HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu


def read_request(function: Function, address: int, count: int) -> bytes:
    """Ask for registers (1 to 125) or bits (1 to 2,000)."""
    return _FIVE.pack(function, address, count)


def data_bytes(function: int, count: int) -> int:
    """Give the bytes of data that the answer to a read carries."""
    return (count + 7) // 8 if function in BIT_READS else count * 2


def write_coil(address: int, on: bool) -> bytes:
    """Function 5: FF00 is on, 0000 off (V1.1b3, 6.5)."""
    return _FIVE.pack(Function.WRITE_COIL, address, 0xFF00 if on else 0)


def write_register(address: int, data: bytes) -> bytes:
    """Function 6: one register, 2 bytes (6.6)."""
    return _FIVE.pack(Function.WRITE_REGISTER, address, int.from_bytes(data, "big"))


def write_coils(address: int, bits: list[bool]) -> bytes:
    """Function 15: 1 to 1,968 coils (6.11)."""
    data = packed_bits(bits)
    return _MULTIPLE.pack(Function.WRITE_COILS, address, len(bits), len(data)) + data


def write_registers(address: int, data: bytes) -> bytes:
    """Function 16: 1 to 123 registers, 2 bytes each (6.12)."""
    return _MULTIPLE.pack(Function.WRITE_REGISTERS, address, len(data) // 2, len(data)) + data


def mask_register(address: int, and_mask: int, or_mask: int) -> bytes:
    """Function 22: register = (register AND and_mask) OR (or_mask AND NOT and_mask) (6.16)."""
    return _SEVEN.pack(Function.MASK_REGISTER, address, and_mask, or_mask)


def packed_bits(bits: list[bool]) -> bytes:
    """Pack bits, the first into the lowest bit of the first byte."""
    number = sum(1 << position for position, bit in enumerate(bits) if bit)
    return number.to_bytes((len(bits) + 7) // 8, "little")


def unpacked_bits(data: bytes, count: int) -> list[bool]:
    """Unpack the first `count` bits."""
    number = int.from_bytes(data, "little")
    return [bool(number >> position & 1) for position in range(count)]


def echo_of(request: bytes) -> bytes:
    """Give the answer that a right device gives to a write: the whole request, or its first five bytes (15 and 16)."""
    return request[:5] if request[0] in (Function.WRITE_COILS, Function.WRITE_REGISTERS) else request


def read_answer(function: Function, data: bytes) -> bytes:
    """Answer a read; `data` as `data_bytes` long."""
    return bytes((function, len(data))) + data


def exception_answer(function: int, code: ExceptionCode) -> bytes:
    """Refuse a request."""
    return bytes((function & 0x7F | EXCEPTION_BIT, code))


def parse_request(pdu: bytes) -> Request:
    """Read a request as a server does.

    Raises:
        BadPdu: with the exception code to answer: 1 for an unknown function, 2 when the range passes the end of the
            table, 3 when lengths or quantities contradict each other.
    """
    try:
        function = Function(pdu[0])
    except (IndexError, ValueError):
        raise BadPdu(ExceptionCode.ILLEGAL_FUNCTION) from None
    if len(pdu) < 5:
        raise BadPdu(ExceptionCode.ILLEGAL_VALUE)
    _, address, second = _FIVE.unpack_from(pdu)
    match function:
        case Function.WRITE_COIL:
            if len(pdu) != 5 or second not in (0, 0xFF00):
                raise BadPdu(ExceptionCode.ILLEGAL_VALUE)
            return Request(function, address, 1, b"\x01" if second else b"\x00")
        case Function.WRITE_REGISTER:
            request, right = Request(function, address, 1, pdu[3:5]), len(pdu) == 5
        case Function.MASK_REGISTER:
            request, right = Request(function, address, 1, pdu[3:7]), len(pdu) == 7
        case Function.WRITE_COILS | Function.WRITE_REGISTERS:
            bits = function is Function.WRITE_COILS
            length = (second + 7) // 8 if bits else second * 2
            right = 1 <= second <= (MAX_WRITE_BITS if bits else MAX_WRITE_REGISTERS)
            right = right and len(pdu) == 6 + length and pdu[5] == length
            request = Request(function, address, second, pdu[6:])
        case _:
            most = MAX_READ_BITS if function in BIT_READS else MAX_READ_REGISTERS
            request, right = Request(function, address, second), len(pdu) == 5 and 1 <= second <= most
    if not right:
        raise BadPdu(ExceptionCode.ILLEGAL_VALUE)
    if request.address + request.count > 65536:
        raise BadPdu(ExceptionCode.ILLEGAL_ADDRESS)
    return request
