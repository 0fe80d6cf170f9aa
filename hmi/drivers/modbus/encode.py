"""From a value in device units to the request that writes it, checked as far as it can be before it leaves. Pure.

Rows MB-02, MB-07, MB-15, MB-16: the orders are those of the decode, a bit of a register is written by a mask
(function 22).
"""

import math
import struct

from hmi.drivers.modbus.decode import byte_places
from hmi.drivers.modbus.pdu import Function, mask_register, write_coil, write_coils, write_register, write_registers
from hmi.model.devices.modbus_address import REGISTERS, ModbusPoint, Table
from hmi.model.quality import Cause
from hmi.model.tag import DataType
from hmi.model.value import PresentValue

_RANGES: dict[DataType, tuple[int, int]] = {
    DataType.INT16: (-(2**15), 2**15 - 1),
    DataType.UINT16: (0, 2**16 - 1),
    DataType.INT32: (-(2**31), 2**31 - 1),
    DataType.UINT32: (0, 2**32 - 1),
    DataType.INT64: (-(2**63), 2**63 - 1),
    DataType.UINT64: (0, 2**64 - 1),
    DataType.BCD16: (0, 9999),
    DataType.BCD32: (0, 99_999_999),
}
_FLOAT32_MAX = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]


def encode_write(point: ModbusPoint, value: PresentValue) -> bytes | Cause:
    """Make the request that writes a value, or say why there is none.

    Args:
        point: where it goes.
        value: in device units; a whole type takes the nearest whole number.

    Returns:
        The PDU, or the cause: CONFIGURATION_ERROR (not writable), TYPE_MISMATCH, BELOW_RANGE, ABOVE_RANGE,
        NOT_A_NUMBER, INFINITE, TEXT_INVALID, TEXT_TOO_LONG.
    """
    if not point.writable:
        return Cause.CONFIGURATION_ERROR
    if isinstance(value, str) != (point.data_type is DataType.STRING):
        return Cause.TYPE_MISMATCH
    if point.data_type is DataType.BOOL:
        return _encode_bit(point, value)
    data = _text(point, value) if isinstance(value, str) else _number(point, value)
    if isinstance(data, Cause):
        return data
    return write_register(point.address, data) if len(data) == 2 else write_registers(point.address, data)


def multiple_form(pdu: bytes) -> bytes | None:
    """Give function 15 or 16 for a request with 5 or 6, for devices that know only those; None for any other."""
    address = int.from_bytes(pdu[1:3], "big")
    if pdu[0] == Function.WRITE_COIL:
        return write_coils(address, [pdu[3] == 0xFF])
    return write_registers(address, pdu[3:5]) if pdu[0] == Function.WRITE_REGISTER else None


def changed_register(answer: bytes, point: ModbusPoint, mask_pdu: bytes) -> bytes | None:
    """Give the request that writes a register back with one bit changed; None when the answer to its read is not right.

    Args:
        answer: PDU of the answer to the read of one register.
        point: the bit.
        mask_pdu: the mask write that the device did not know.
    """
    if len(answer) != 4 or answer[1] != 2:
        return None
    and_mask, or_mask = struct.unpack(">HH", mask_pdu[3:7])
    register = int.from_bytes(answer[2:4], "big") & and_mask | or_mask & ~and_mask
    return write_register(point.address, register.to_bytes(2, "big"))


def _encode_bit(point: ModbusPoint, value: PresentValue) -> bytes | Cause:
    """Write a coil or one bit of a register."""
    if value not in (0, 1):
        return Cause.TYPE_MISMATCH
    if point.table is Table.COIL:
        return write_coil(point.address, bool(value))
    mask = 1 << (point.bit or 0)
    return mask_register(point.address, 0xFFFF ^ mask, mask if value else 0)


def _number(point: ModbusPoint, value: bool | int | float) -> bytes | Cause:
    """Lay a number out in registers."""
    if not math.isfinite(value):
        return Cause.NOT_A_NUMBER if math.isnan(value) else Cause.INFINITE
    kind = point.data_type
    size = 2 * REGISTERS[kind]
    if kind in (DataType.FLOAT32, DataType.FLOAT64):
        number = float(value)
        if kind is DataType.FLOAT32 and abs(number) > _FLOAT32_MAX:
            return Cause.ABOVE_RANGE if number > 0 else Cause.BELOW_RANGE
        little = struct.pack("<f" if size == 4 else "<d", number)
    else:
        whole = value if isinstance(value, int) else round(value)
        low, high = _RANGES[kind]
        if not low <= whole <= high:
            return Cause.BELOW_RANGE if whole < low else Cause.ABOVE_RANGE
        if kind in (DataType.BCD16, DataType.BCD32):
            whole = int(str(int(whole)), 16)
        little = (int(whole) & (1 << size * 8) - 1).to_bytes(size, "little")
    wire = bytearray(size)
    for place, byte in zip(byte_places(point.order, size), little, strict=True):
        wire[place] = byte
    return bytes(wire)


def _text(point: ModbusPoint, value: str) -> bytes | Cause:
    """Lay a text out in registers, filled up with NUL."""
    try:
        data = value.encode(point.encoding.value)
    except UnicodeEncodeError:
        return Cause.TEXT_INVALID
    if "\0" in value:
        return Cause.TEXT_INVALID
    if len(data) > point.text_bytes:
        return Cause.TEXT_TOO_LONG
    data = data.ljust(point.span * 2, b"\0")
    if not point.swapped:
        return data
    pairs = bytearray(data)
    pairs[0::2], pairs[1::2] = data[1::2], data[0::2]
    return bytes(pairs)
