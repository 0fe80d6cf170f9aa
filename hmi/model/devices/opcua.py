"""OPC UA: options of a device, its URL form, its addresses. Used by project check, engine and command line; pure.

Addresses are node ids as OPC UA part 6, 5.3.1.10 writes them:

    ns=1;s=Line.Speed     text        ns=2;i=1001      number (`i=2258` is ns=0)
    ns=3;g=09087e75-8e5e-499b-954f-f2a9603db28a        b=M/RbKBsRVkePCePcx24oRA==      GUID, bytes in base64

The type of a tag decides how its value is kept (whole number, floating number, text, bool), not how it is asked: an
OPC UA server tells the type with every value.
"""

import base64
import binascii
import ipaddress
import re
import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Meta

from hmi.model.devices.spec import ProtocolSpec
from hmi.model.errors import AddressError
from hmi.model.tag import DataType
from hmi.model.text import Text

NAME = "opcua"
SCHEME = "opc.tcp"
DEFAULT_PORT = 4840
LONGEST_TEXT = 4096
"""Characters of a text identifier (part 3, 8.2.4)."""
_NODE = re.compile(r"(?:ns=(?P<space>[0-9]{1,5});)?(?P<kind>[isgb])=(?P<rest>.+)", re.DOTALL)


class Mode(StrEnum):
    """How values come."""

    SUBSCRIBE = "subscribe"
    """The server tells what has changed."""
    POLL = "poll"
    """Everything is read at the period of its scan class."""


class IdKind(StrEnum):
    """Kind of the identifier of a node."""

    NUMBER = "i"
    TEXT = "s"
    GUID = "g"
    BYTES = "b"


class OpcUaOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How an OPC UA server is reached and asked."""

    endpoint: Annotated[str, Meta(min_length=12, max_length=512, pattern=r"^opc\.tcp://[^\s@?#]+$")]
    """URL of the server, for example opc.tcp://192.168.0.10:4840/plc."""
    user: Annotated[str, Meta(max_length=256)] = ""
    """Name to sign in with; empty signs in anonymously."""
    secret: Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    """Name under which the station keeps the password of `user`; the password itself never stands in a project."""
    allow_clear_password: bool = False
    """Send the password unprotected when the server offers nothing better. Unsafe: whoever listens on the network can
    read it. Off: the connection is refused."""
    mode: Mode = Mode.SUBSCRIBE
    """subscribe: the server tells changes; poll: everything is read at the period of its scan class."""
    publishing_ms: Annotated[int, Meta(ge=10, le=60_000)] = 250
    """How often the server tells changes, 10 to 60,000 ms; it may choose another interval, which is then used."""
    sampling_ms: Annotated[int, Meta(ge=0, le=60_000)] = 250
    """How often the server looks at a value, 0 (as fast as it can) to 60,000 ms."""
    queue_size: Annotated[int, Meta(ge=1, le=10_000)] = 10
    """Changes of one value that the server keeps until it tells them, 1 to 10,000; the oldest are lost first."""
    keep_alive_ms: Annotated[int, Meta(ge=100, le=600_000)] = 2000
    """Longest silence of a server that has nothing to tell, 100 to 600,000 ms; 1 s later all values are stale."""
    connect_ms: Annotated[int, Meta(ge=50, le=60_000)] = 4000
    """Longest time for look-up, connecting and signing in together, 50 to 60,000 ms."""
    request_ms: Annotated[int, Meta(ge=20, le=60_000)] = 2000
    """Longest time for the answer to one request, 20 to 60,000 ms; two silent requests in a row end the connection."""
    max_nodes: Annotated[int, Meta(ge=1, le=10_000)] = 1000
    """Most nodes of one request, 1 to 10,000; a smaller limit that the server names is kept as well."""
    retest_s: Annotated[int, Meta(ge=1, le=86_400)] = 30
    """Pause before a node that the server refused to watch is tried again, 1 to 86,400 s."""


@dataclass(frozen=True, slots=True)
class OpcUaPoint:
    """A node id that has been read and checked."""

    namespace: int
    """Index of the namespace, 0 to 65535."""
    kind: IdKind
    identifier: int | str | bytes
    """A number for NUMBER, else the text, or the 16 bytes of a GUID as they come over the wire, or the bytes."""
    data_type: DataType
    """How the value is kept; what the server sends decides how it is read."""
    canonical: str
    writable: bool = True
    """Whether it may be written is known by the server only."""


def parse_address(address: str, tag_type: DataType | None, options: OpcUaOptions) -> OpcUaPoint:
    """Read a node id.

    Args:
        address: `ns=N;s=...`, `i=`, `g=` or `b=`.
        tag_type: the tag's `type`; None is float64.
        options: of the device.

    Raises:
        AddressError: naming the part that is wrong.
    """
    plain = address.strip()
    found = _NODE.fullmatch(plain)
    if found is None:
        raise AddressError("opcua.address.unreadable", address=address)
    namespace = int(found["space"] or 0)
    if namespace > 0xFFFF:
        raise AddressError("opcua.address.namespace", address=address, part=found["space"])
    data_type = tag_type or DataType.FLOAT64
    if data_type not in SPEC.types:
        raise AddressError("opcua.address.type", address=address, type=data_type.value)
    kind = IdKind(found["kind"])
    identifier, spelled = _identifier(kind, found["rest"], address)
    prefix = f"ns={namespace};" if namespace else ""
    return OpcUaPoint(namespace, kind, identifier, data_type, f"{prefix}{kind.value}={spelled}")


def _identifier(kind: IdKind, rest: str, address: str) -> tuple[int | str | bytes, str]:
    """Read what stands behind the kind; gives it with its one spelling."""
    try:
        match kind:
            case IdKind.NUMBER:
                if not (rest.isascii() and rest.isdigit() and int(rest) < 2**32):
                    raise ValueError
                return int(rest), str(int(rest))
            case IdKind.GUID:
                if not re.fullmatch(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", rest):
                    raise ValueError
                guid = uuid.UUID(rest)
                return guid.bytes_le, str(guid)
            case IdKind.BYTES:
                data = base64.b64decode(rest, validate=True)
                if not 0 < len(data) <= LONGEST_TEXT:
                    raise ValueError
                return data, base64.b64encode(data).decode()
            case _:
                if len(rest) > LONGEST_TEXT or not rest.isprintable():
                    raise ValueError
                return rest, rest
    except (ValueError, binascii.Error):
        raise AddressError("opcua.address.identifier", address=address, part=rest[:80]) from None


def host_and_port(endpoint: str) -> tuple[str, int]:
    """Give host and port of an endpoint.

    Raises:
        AddressError: naming the part that is wrong.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressError("opcua.url.unreadable", url=endpoint) from None
    if parts.scheme != SCHEME:
        raise AddressError("opcua.url.scheme", url=endpoint, part=parts.scheme)
    if port == 0 or not host or len(host) > 253 or any(letter.isspace() or letter in '%\\"<>' for letter in host):
        raise AddressError("opcua.url.host", url=endpoint, part=host or "")
    if ":" in host or host.replace(".", "").isdigit():
        try:
            ipaddress.ip_address(host)
        except ValueError:
            raise AddressError("opcua.url.host", url=endpoint, part=host) from None
    return host, port or DEFAULT_PORT


def options_of_url(url: str) -> OpcUaOptions:
    """Read `opc.tcp://HOST:PORT/PATH?option=value&...`; port 4840 unless given, IPv6 in brackets.

    Raises:
        AddressError: naming the part that is wrong; a user or password in the URL is refused.
    """
    plain, _, query = url.strip().partition("?")
    scheme, separator, rest = plain.partition("://")
    endpoint = f"{scheme.lower()}{separator}{rest}"
    if "@" in rest:
        raise AddressError("opcua.url.password", url=f"{scheme}://...")
    if "#" in plain or any(letter.isspace() or not letter.isprintable() for letter in plain):
        raise AddressError("opcua.url.unreadable", url=url)
    host, port = host_and_port(endpoint)
    path = "/" + rest.partition("/")[2] if "/" in rest else ""
    bracketed = f"[{host}]" if ":" in host else host
    endpoint = f"{SCHEME}://{bracketed}:{port}{path}"  # one spelling, for the device's id follows from it
    found: dict[str, str] = {"endpoint": endpoint}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name in found or name not in OpcUaOptions.__struct_fields__:
            raise AddressError("opcua.url.option_unknown", url=url, part=name)
        found[name] = value
    for name, value in found.items():
        try:
            msgspec.convert({"endpoint": endpoint, name: value}, OpcUaOptions, strict=False)
        except msgspec.ValidationError:
            raise AddressError("opcua.url.option_value", url=url, part=name, value=value) from None
    return msgspec.convert(found, OpcUaOptions, strict=False)


def subscribes(options: OpcUaOptions) -> bool:
    """Tell whether a device's values come by subscription."""
    return options.mode is Mode.SUBSCRIBE


SPEC = ProtocolSpec(
    name=NAME,
    scheme=SCHEME,
    title=Text(zh="OPC UA", en="OPC UA"),
    options=OpcUaOptions,
    types=frozenset(DataType) - {DataType.BCD16, DataType.BCD32},
    parse_address=parse_address,
    options_of_url=options_of_url,
    driver="hmi.drivers.opcua",
    subscribes=subscribes,
    secrets=True,
    evidence_type=DataType.INT64,
)
