"""The tests' end of an engine process: starts it, hands it commands, gathers what it says."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from hmi.model.command import Command
from hmi.model.ident import derived_id

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class OtherEnd:
    process: asyncio.subprocess.Process
    said: list[dict[str, Any]] = field(default_factory=list)

    async def gather(self) -> None:
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self.said.append(msgspec.json.decode(line))

    def ask(self, number: int, value: int, ident: str) -> None:
        """Asks for a write of SP<number>."""
        command = Command(id=ident, tag=derived_id("tag", f"SP{number}"), value=value)
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(command) + b"\n")

    def of(self, ident: str) -> list[dict[str, Any]]:
        return [one for one in self.said if one.get("id") == ident]

    def states(self, ident: str) -> list[str]:
        return [one["state"] for one in self.of(ident)]

    def good(self) -> list[str]:
        return next((one["good"] for one in reversed(self.said) if "good" in one), [])

    async def until_good(self, *paths: str, limit_s: float = 10.0) -> None:
        async with asyncio.timeout(limit_s):
            while not set(paths) <= set(self.good()):
                await asyncio.sleep(0.005)

    async def until(self, ident: str, *states: str, limit_s: float = 10.0) -> dict[str, Any]:
        async with asyncio.timeout(limit_s):
            while True:
                found = [one for one in self.of(ident) if one["state"] in states]
                if found:
                    return found[0]
                await asyncio.sleep(0.002)


@contextlib.asynccontextmanager
async def engine_process(
    folder: Path, *servers: str, deadline_ms: int = 5000, before: Sequence[str] = ()
) -> AsyncIterator[OtherEnd]:
    """An engine as a process; killed at the end, when it is still there.

    Args:
        folder: of its data.
        servers: HOST:PORT of each device.
        deadline_ms: of a write.
        before: words before the command, such as those that enter a network namespace.
    """
    words = [*before, sys.executable, "-m", "tests.engine.commands.engine_process", folder, ",".join(servers)]
    with (folder / "engine.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *words,
            str(deadline_ms),
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
    end = OtherEnd(process)
    gathering = asyncio.create_task(end.gather())
    try:
        yield end
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await gathering
        process._transport.close()  # type: ignore[attr-defined]
