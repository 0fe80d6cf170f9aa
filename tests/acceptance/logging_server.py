"""Modbus servers that write down each write with its monotonic time; run inside a network namespace.

`python -m tests.acceptance.logging_server LOG HOST DELAY_S...`: one server for each delay of answers to writes; prints
their ports as one line of JSON.
"""

import asyncio
import contextlib
import sys
import time
from pathlib import Path

import msgspec

from hmi.drivers.modbus.pdu import Function, Request
from tests.drivers.modbus_server import ModbusServer, serving

WRITES = (Function.WRITE_REGISTER, Function.WRITE_REGISTERS, Function.WRITE_COIL, Function.MASK_REGISTER)


async def serve(log: Path, host: str, delays_s: list[float]) -> None:
    """Serves until it is killed."""
    async with contextlib.AsyncExitStack() as stack:
        ports = []
        for delay_s in delays_s:
            server = await stack.enter_async_context(serving(ModbusServer(host=host)))
            server.before = note(log, server, delay_s)
            ports.append(server.port)
        sys.stdout.buffer.write(msgspec.json.encode(ports) + b"\n")
        sys.stdout.buffer.flush()
        await asyncio.Event().wait()


def note(log: Path, server: ModbusServer, delay_s: float):
    """Writes down what comes, and lets the answer to a write take its time."""

    def before(request: Request) -> None:
        server.delay_s = delay_s if request.function in WRITES else 0.0
        if request.function in WRITES:
            value = int.from_bytes(request.data, "big")
            line = {"port": server.port, "value": value, "mono_ns": time.monotonic_ns()}
            with log.open("ab") as file:
                file.write(msgspec.json.encode(line) + b"\n")

    return before


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2], [float(one) for one in sys.argv[3:]]))
