"""Protocols: one file each with its options, address grammar and types; `PROTOCOLS` lists them."""

from hmi.model.devices import modbus_tcp, opcua, simulator
from hmi.model.devices.spec import Point, ProtocolSpec

__all__ = ["PROTOCOLS", "PROTOCOLS_BY_SCHEME", "Point", "ProtocolSpec"]

PROTOCOLS: dict[str, ProtocolSpec] = {spec.name: spec for spec in (modbus_tcp.SPEC, opcua.SPEC, simulator.SPEC)}
"""The protocols by the name that stands in `Device.protocol`."""
PROTOCOLS_BY_SCHEME: dict[str, ProtocolSpec] = {spec.scheme or spec.name: spec for spec in PROTOCOLS.values()}
"""The protocols by what stands before `://` of a device's URL."""
