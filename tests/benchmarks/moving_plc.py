"""A Modbus TCP server whose registers all move at once, for benchmarks; a process of its own.

    python -m tests.benchmarks.moving_plc REGISTERS SHORTEST_S LONGEST_S

Every register holds the number of the step; the next step comes after a random time between the two. It writes its port
as the first line; when its standard input is closed it writes the steps as [[number, monotonic ns], ...] and ends.
"""

import asyncio
import contextlib
import json
import random
import struct
import sys
import time

_HEADER = struct.Struct(">HHHBBHH")
"""Transaction, protocol, length, unit, function, first register, count (MBAP and PDU of a read)."""


class MovingPlc:
    """Serves function 3 (read holding registers); anything else is refused."""

    def __init__(self, registers: int) -> None:
        self.registers = registers
        self.steps: list[tuple[int, int]] = []
        self._memory = b""
        self.step()

    def step(self) -> None:
        """Moves every register on."""
        number = (len(self.steps) + 1) % 30_000
        self._memory = struct.pack(">H", number) * self.registers
        self.steps.append((number, time.monotonic_ns()))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(6)
                body = await reader.readexactly(int.from_bytes(head[4:6], "big"))
                transaction, _, _, unit, function, first, count = _HEADER.unpack((head + body)[: _HEADER.size])
                if function == 3 and first + count <= self.registers:
                    answer = bytes((unit, function, 2 * count)) + self._memory[2 * first : 2 * (first + count)]
                else:
                    answer = bytes((unit, function | 0x80, 2))
                writer.write(struct.pack(">HHH", transaction, 0, len(answer)) + answer)
                await writer.drain()
        writer.close()


async def main(registers: int, shortest_s: float, longest_s: float) -> None:
    """Runs until the standard input is closed."""
    plc = MovingPlc(registers)
    server = await asyncio.start_server(plc.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    chance = random.Random(1)
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), chance.uniform(shortest_s, longest_s))
        plc.step()
    print(json.dumps(plc.steps[:-1]), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
