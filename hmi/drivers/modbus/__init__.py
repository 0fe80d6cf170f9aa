"""The Modbus TCP driver and, in `pdu`, the bytes of both sides of the protocol."""

from hmi.drivers.modbus.driver import create

__all__ = ["create"]
