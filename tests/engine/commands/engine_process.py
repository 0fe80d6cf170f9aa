"""An engine with its store as a process of its own, for tests that kill it or cut its link.

`python -m tests.engine.commands.engine_process FOLDER HOST:PORT[,HOST:PORT...] [DEADLINE_MS]`: device PLCn with the
set-point SPn (hr10) for each server. Commands come as lines of JSON on stdin; every answer and later state goes out
as a line of JSON on stdout, with the monotonic time at which it was told, and `{"good": [paths]}` whenever another
set-point has become good or not.
"""

import asyncio
import logging
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.engine.readings import Readings
from hmi.model.clock import SystemClock
from hmi.model.command import Command, CommandResult
from hmi.model.ident import number_of_id
from hmi.model.project import Project
from hmi.model.tag import Tag, WriteRules
from hmi.store import open_store
from tests.engine.works import device, project, station, tag


class Somebody:
    """The one user."""

    user = "op"

    def may(self, right: str) -> bool:
        return right == "write"


def set_points(servers: list[str], deadline_ms: int) -> list[Tag]:
    rules = WriteRules(deadline_ms=deadline_ms, every_ms=0, watch_ms=0)
    return [
        tag(f"SP{number}", "hr10", of=f"PLC{number}", writable=True, rules=rules) for number, _ in enumerate(servers, 1)
    ]


def plant(servers: list[str], deadline_ms: int) -> Project:
    devices = []
    for number, server in enumerate(servers, 1):
        host, _, port = server.rpartition(":")
        options = msgspec.json.encode({"host": host, "port": int(port), "request_ms": 1000})
        devices.append(device(f"PLC{number}", protocol="modbus-tcp", options=options, scan="normal"))
    return project(devices, set_points(servers, deadline_ms))


def say(what: dict[str, Any]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode({**what, "mono_ns": time.monotonic_ns()}) + b"\n")
    sys.stdout.buffer.flush()


def tell(result: CommandResult) -> None:
    code = result.reason.code if result.reason is not None else ""
    say({"id": result.id, "state": result.state.value, "code": code, "value": result.value})


async def watch(engine: Engine, tags: list[Tag]) -> None:
    """Says which set-points are good, whenever that has changed."""
    readings, before = Readings(engine.table, SystemClock()), None
    while True:
        found = [one.path for one in tags if (of := readings.reading(number_of_id(one.id))) is not None and of.good]
        if found != before:
            say({"good": found})
            before = found
        await asyncio.sleep(0.02)


async def serve(folder: Path, servers: list[str], deadline_ms: int) -> None:
    place, clock = station(folder), SystemClock()
    make_folders(place)
    store = await open_store(place.data)
    what = plant(servers, deadline_ms)
    engine = Engine(what, place, clock, keeper=store.writer, standing=store.standing)
    engine.commands.listeners.append(lambda _, result: tell(result))
    stop, ready = asyncio.Event(), asyncio.Event()
    work = asyncio.create_task(engine.run(stop, ready))
    await ready.wait()
    looking = asyncio.create_task(watch(engine, list(what.tags)))
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        tell(await engine.commands.submit(msgspec.json.decode(line, type=Command), Somebody(), "test"))
    looking.cancel()
    stop.set()
    await work
    await store.writer.close()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    deadline = int(sys.argv[3]) if len(sys.argv) > 3 else 5000
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2].split(","), deadline))
