"""Protocols: one file each with its options, address grammar and types; `PROTOCOLS` lists them."""

from hmi.model.devices import modbus_tcp, simulator
from hmi.model.devices.spec import Point, ProtocolSpec

__all__ = ["PROTOCOLS", "Point", "ProtocolSpec"]

PROTOCOLS: dict[str, ProtocolSpec] = {spec.name: spec for spec in (modbus_tcp.SPEC, simulator.SPEC)}
"""The protocols by the name that stands in `Device.protocol` and before `://` of a device's URL."""
