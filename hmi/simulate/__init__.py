"""Simulated PLCs: real Modbus TCP and OPC UA servers on loopback for a project; the process of `hmi simulate`.

The way of a value here: `process` (or `generic` for tags it does not know) -> `plc` (faults) -> `registers` (the
address map made from the project's own tags) -> `endpoint` (sockets); for OPC UA `ua_plc` -> `ua_endpoint`. `control`
offers the faults on an owner-only local socket.
"""

from hmi.simulate.serve import parse_fault, serve

__all__ = ["parse_fault", "serve"]
