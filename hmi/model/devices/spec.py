"""What a protocol tells about itself without its driver: options, addresses, types. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from hmi.model.tag import DataType
from hmi.model.text import Text


class Point(Protocol):
    """An address that has been read and checked. Each protocol has a frozen dataclass of its own."""

    @property
    def data_type(self) -> DataType:
        """Layout in the device."""
        ...

    @property
    def writable(self) -> bool:
        """Whether the protocol can write there at all."""
        ...

    @property
    def canonical(self) -> str:
        """The address in the one spelling that files and messages use."""
        ...


def _accept(options: Any) -> None:
    """Find nothing wrong."""


@dataclass(frozen=True, slots=True)
class ProtocolSpec:
    """One protocol."""

    name: str
    """As it stands in `Device.protocol`."""
    title: Text
    options: type[msgspec.Struct]
    """Struct of `Device.options`."""
    types: frozenset[DataType]
    """Types that an address may have."""
    parse_address: Callable[[str, DataType | None, Any], Point]
    """(address, the tag's type or None, the device's options) -> Point; raises AddressError."""
    options_of_url: Callable[[str], msgspec.Struct]
    """Options of a device given as a URL; raises AddressError."""
    driver: str
    """Module of the driver, imported by the engine only when a device needs it."""
    check_options: Callable[[Any], None] = _accept
    """Raises AddressError where options of the right types make no sense, with the name of the option as its place."""
    scheme: str = ""
    """What stands before `://` of a device's URL; empty is the name."""
    subscribes: Callable[[Any], bool] | None = None
    """(the device's options) -> whether its driver is subscribed to instead of polled; None: always polled."""
    secrets: bool = False
    """True when its driver's `create` takes a third argument that looks up the station's secrets by name."""
    evidence_type: DataType | None = None
    """Type with which the addresses of liveness rule and map signature are read; None leaves it to the address."""
