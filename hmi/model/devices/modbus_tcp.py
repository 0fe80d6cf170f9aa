"""Modbus TCP: options of a device, its URL form, its addresses. Used by project check, engine and command line; pure.

The limits come from the Modbus Application Protocol V1.1b3 (6.1, 6.3) and the messaging guide V1.0b (4.4.1: 1 to 16
requests in flight); rows MB-01 to MB-13 of the standards.
"""

import ipaddress
from functools import cache
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Meta

from hmi.model.devices.modbus_address import AddressDefaults, ModbusPoint, TextEncoding, WordOrder, parse_modbus_address
from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.tag import DataType
from hmi.model.text import Text

NAME = "modbus-tcp"


class ModbusTcpOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How a Modbus TCP device is reached and asked."""

    host: Annotated[str, Meta(min_length=1, max_length=253)]
    """Address or name of the device or gateway, for example 192.168.0.10."""
    port: Annotated[int, Meta(ge=1, le=65535)] = 502
    """TCP port, 1 to 65535."""
    unit: Annotated[int, Meta(ge=0, le=255)] = 1
    """Unit identifier, 0 to 255. Directly connected PLCs mostly take 1, some 0 or 255; behind a gateway it is the
    serial address."""
    order: WordOrder = WordOrder.ABCD
    """Byte order of values of two or four registers, unless the address names another."""
    text_encoding: TextEncoding = TextEncoding.ASCII
    """Encoding of texts, unless the address names another."""
    text_swapped: bool = False
    """Texts have their first character in the low byte of a register, unless the address says otherwise."""
    connect_ms: Annotated[int, Meta(ge=50, le=60_000)] = 3000
    """Longest time for name look-up and connecting, 50 to 60,000 ms."""
    request_ms: Annotated[int, Meta(ge=20, le=60_000)] = 1000
    """Longest time for the answer to one request, 20 to 60,000 ms; two silent requests in a row end the connection."""
    max_registers: Annotated[int, Meta(ge=1, le=125)] = 125
    """Most registers of one read, 1 to 125; many small devices give only 16 to 64."""
    max_bits: Annotated[int, Meta(ge=1, le=2000)] = 2000
    """Most coils or discrete inputs of one read, 1 to 2,000."""
    gap_registers: Annotated[int, Meta(ge=0, le=124)] = 4
    """Registers that nobody asked for and that may be read along to save a request, 0 to 124 in a row."""
    gap_bits: Annotated[int, Meta(ge=0, le=1999)] = 32
    """Bits that nobody asked for and that may be read along to save a request, 0 to 1,999 in a row."""
    depth: Annotated[int, Meta(ge=1, le=16)] = 1
    """Requests in flight at once, 1 to 16. More than 1 is tried out on each connection and given up at the first
    missing answer."""
    delay_ms: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """Pause between an answer and the next request, 0 to 10,000 ms, for gateways that need it."""
    retest_s: Annotated[int, Meta(ge=1, le=86_400)] = 60
    """Longest pause before an address that the device refused is tried again, 1 to 86,400 s; the first is 5 s."""
    fallback_multiple: bool = False
    """A device that does not know functions 5 and 6 (exception 01) is written with 15 and 16 instead."""
    unsafe_bit_write: bool = False
    """A bit of a register is written by reading the register, changing the bit and writing it back, when the device
    does not know function 22. Unsafe: what the PLC changes in between is lost. Off: such a write is refused."""


def parse_address(address: str, tag_type: DataType | None, options: ModbusTcpOptions) -> ModbusPoint:
    """Read an address with the device's defaults.

    Args:
        address: in the grammar of `hmi.model.devices.modbus_address`.
        tag_type: the tag's `type`, None when the address decides (int16 for a register, bool for a bit).
        options: of the device.

    Raises:
        AddressError: naming the part that is wrong.
    """
    return parse_modbus_address(
        address, tag_type, _defaults(options.order, options.text_encoding, options.text_swapped, options.max_registers)
    )


@cache
def _defaults(order: WordOrder, encoding: TextEncoding, swapped: bool, max_registers: int) -> AddressDefaults:
    """Keep one object for all tags of alike devices."""
    return AddressDefaults(order=order, encoding=encoding, swapped=swapped, max_registers=max_registers)


def options_of_url(url: str) -> ModbusTcpOptions:
    """Read `modbus-tcp://HOST:PORT/UNIT?option=value&...`; port 502 and unit 1 unless given, IPv6 in brackets.

    Raises:
        AddressError: naming the part that is wrong.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        port = parts.port
    except ValueError:
        raise AddressError("modbus.url.unreadable", url=url) from None
    if parts.scheme != NAME:
        raise AddressError("modbus.url.scheme", url=url, part=parts.scheme)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError("modbus.url.unreadable", url=url)
    found: dict[str, str] = {"host": _checked_host(host, url)}
    if port is not None:
        found["port"] = str(port)
    if unit := unquote(parts.path).strip("/"):
        found["unit"] = unit
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in found or name not in ModbusTcpOptions.__struct_fields__:
            raise AddressError("modbus.url.option_unknown", url=url, part=name)
        found[name] = value
    return _converted(found, url)


def check_options(options: ModbusTcpOptions) -> None:
    """Refuse options of the right types that no device can have.

    Raises:
        AddressError: the host is no address and no name.
    """
    if not is_host(options.host):
        raise AddressError("modbus.host", place="host", part=options.host[:80])


def is_host(host: str) -> bool:
    """Tell whether a resolver could take a host: an address, or a name that does not look like one."""
    if not host or len(host) > 253 or any(letter.isspace() or letter in '%\\"<>/' for letter in host):
        return False
    if ":" not in host and not host.replace(".", "").isdigit():
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:  # 192.168.0.256 is no name either
        return False
    return True


def _checked_host(host: str | None, url: str) -> str:
    """Refuse a host that no resolver could take."""
    if host is None or not is_host(host):
        raise AddressError("modbus.url.host", url=url, part=host or "")
    return host


def _converted(found: dict[str, str], url: str) -> ModbusTcpOptions:
    """Turn texts into options, one by one, so that the message names the one that is wrong."""
    for name, value in found.items():
        try:
            msgspec.convert({"host": "x", name: value}, ModbusTcpOptions, strict=False)
        except msgspec.ValidationError:
            raise AddressError("modbus.url.option_value", url=url, part=name, value=value) from None
    return msgspec.convert(found, ModbusTcpOptions, strict=False)


SPEC = ProtocolSpec(
    name=NAME,
    title=Text(zh="Modbus TCP", en="Modbus TCP"),
    options=ModbusTcpOptions,
    types=frozenset(DataType),
    parse_address=parse_address,
    options_of_url=options_of_url,
    driver="hmi.drivers.modbus",
    check_options=check_options,
)
