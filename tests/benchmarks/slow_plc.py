"""A Modbus TCP server that answers each request so many ms after it came, one after another; for benchmarks of writes.

    python -m tests.benchmarks.slow_plc REGISTERS MOVING DELAY_MS

The first MOVING of its registers move at 4 Hz, the others hold what is written. It writes its port as the first line;
when its standard input is closed it writes what came for single registers, in order, as
[[function, register, came, answered], ...] (monotonic ns), and ends. A process of its own.
"""

import asyncio
import contextlib
import json
import struct
import sys
import time

READ, WRITE, WRITE_MANY = 3, 6, 16
STEP_S = 0.25


class SlowPlc:
    """Serves functions 3, 6 and 16; anything else is refused."""

    def __init__(self, registers: int, moving: int, delay_s: float) -> None:
        self._moving, self._delay_s = moving, delay_s
        self._memory = bytearray(2 * registers)
        self.exchanges: list[tuple[int, int, int, int]] = []
        self._step = 0

    def step(self) -> None:
        """Moves the registers that move."""
        self._step = (self._step + 1) % 30_000
        self._memory[: 2 * self._moving] = struct.pack(">H", self._step) * self._moving

    def answer(self, pdu: bytes) -> bytes:
        """Carries a request out and gives its answer."""
        function, first, number = struct.unpack(">BHH", pdu[:5])
        if function == READ and 2 * (first + number) <= len(self._memory):
            return bytes((READ, 2 * number)) + bytes(self._memory[2 * first : 2 * (first + number)])
        if function == WRITE and 2 * first < len(self._memory):
            self._memory[2 * first : 2 * first + 2] = pdu[3:5]
            return pdu
        if function == WRITE_MANY and 2 * (first + number) <= len(self._memory):
            self._memory[2 * first : 2 * (first + number)] = pdu[6 : 6 + 2 * number]
            return pdu[:5]
        return bytes((function | 0x80, 2))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers one connection."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(7)
                pdu = await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                came = time.monotonic_ns()
                answer = self.answer(pdu)
                await asyncio.sleep(self._delay_s)
                writer.write(head[:4] + struct.pack(">HB", len(answer) + 1, head[6]) + answer)
                await writer.drain()
                function, first, number = struct.unpack(">BHH", pdu[:5])
                if function != READ or number == 1:
                    self.exchanges.append((function, first, came, time.monotonic_ns()))
        writer.close()


async def main(registers: int, moving: int, delay_ms: float) -> None:
    """Runs until the standard input is closed."""
    plc = SlowPlc(registers, moving, delay_ms / 1000)
    server = await asyncio.start_server(plc.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), ended.set)
    while not ended.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), STEP_S)
        plc.step()
    print(json.dumps(plc.exchanges), flush=True)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
