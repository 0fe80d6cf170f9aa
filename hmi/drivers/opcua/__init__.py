"""OPC UA: one session to one server, polled or subscribed. The engine imports this module when a device needs it."""

from hmi.drivers.opcua.driver import create

__all__ = ["create"]
