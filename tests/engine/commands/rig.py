"""What the tests of the commands share: a keeper in memory, people, an engine at work on a scriptable Modbus server."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from hmi.engine.commands import CommandDesk, Sender
from hmi.engine.core import Engine
from hmi.engine.folders import make_folders
from hmi.model.clock import SystemClock
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.event import AuditRow
from hmi.model.project import Project
from hmi.model.reason import Reason
from hmi.model.tag import Tag, WriteRules
from hmi.model.text import Language
from hmi.model.value import Reading
from hmi.store.contract import Record, Standing, StationValue, StoreState
from hmi.words import say_reason
from tests.drivers.modbus_server import ModbusServer, serving
from tests.engine.works import device, project, station, tag

_IDS = itertools.count(1)
ENDS = frozenset(CommandState) - {CommandState.REQUESTED, CommandState.SENT}


@dataclass
class Somebody:
    """Somebody who is signed in."""

    user: str = "op"
    rights: frozenset[str] = frozenset({"write"})

    def may(self, right: str) -> bool:
        return right in self.rights


class Slate:
    """A keeper in memory: what was handed over is durable at once, or when `release` is called after `hold`."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.durable: list[Record] = []
        self.trouble: Reason | None = None
        self._held: list[tuple[tuple[Record, ...], asyncio.Future[None]]] | None = None

    @property
    def state(self) -> StoreState:
        return StoreState(self.trouble, len(self.records) - len(self.durable))

    def keep(self, *records: Record) -> "asyncio.Future[None]":
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.records += records
        if self._held is None:
            self.durable += records
            done.set_result(None)
        else:
            self._held.append((records, done))
        return done

    def hold(self) -> None:
        self._held = []

    def release(self) -> None:
        held, self._held = self._held or [], None
        for records, done in held:
            self.durable += records
            done.set_result(None)

    @property
    def rows(self) -> list[AuditRow]:
        return [one for one in self.records if isinstance(one, AuditRow)]

    def of(self, command: str) -> list[AuditRow]:
        return [row for row in self.rows if row.command == command]

    def states(self, command: str) -> list[CommandState | None]:
        return [row.state for row in self.of(command)]

    @property
    def station(self) -> dict[str, bytes]:
        """The station data as the next engine would find it."""
        return {one.key: one.value for one in self.durable if isinstance(one, StationValue)}


class SlateTrail:
    """The trail of earlier runs, read from slates."""

    def __init__(self, *slates: Slate) -> None:
        self.slates = slates
        self.readable = True
        self.asked: list[str] = []

    async def of_command(self, command: str) -> Sequence[AuditRow] | None:
        self.asked.append(command)
        if not self.readable:
            return None
        return [
            row
            for slate in self.slates
            for row in slate.durable
            if isinstance(row, AuditRow) and row.command == command
        ]


def ask(of: Tag, value, **fields) -> Command:
    """A command with a new id."""
    return Command(id=fields.pop("id", None) or f"c{next(_IDS)}", tag=of.id, value=value, **fields)


def words(result: CommandResult) -> str:
    return say_reason(result.reason, Language.EN) if result.reason is not None else ""


@dataclass
class Desk:
    """An engine's desk of commands, with what it told."""

    desk: CommandDesk
    slate: Slate
    told: list[tuple[Sender, CommandResult]] = field(default_factory=list)

    async def submit(self, command: Command, who: Somebody | None = None, *, nobody: bool = False) -> CommandResult:
        return await self.desk.submit(command, None if nobody else who or Somebody(), "window 1")

    def states(self, command: Command | str) -> list[CommandState]:
        ident = command if isinstance(command, str) else command.id
        return [result.state for _, result in self.told if result.id == ident]

    async def until(
        self, command: Command, *states: CommandState, limit_s: float = 4.0, count: int = 1
    ) -> CommandResult:
        """Waits until a command was told to have come to one of the states (any end by default), so often."""
        wanted = states or ENDS
        async with asyncio.timeout(limit_s):
            while True:
                found = [one for _, one in self.told if one.id == command.id and one.state in wanted]
                if len(found) >= count:
                    return found[count - 1]
                await asyncio.sleep(0.005)

    async def write(self, of: Tag, value, limit_s: float = 4.0, **fields) -> CommandResult:
        """Submits and gives the end."""
        command = ask(of, value, **fields)
        result = await self.submit(command)
        return result if result.state is CommandState.REJECTED else await self.until(command, limit_s=limit_s)


@dataclass
class Works(Desk):
    """A desk of an engine at work on a Modbus server."""

    server: ModbusServer = field(default_factory=ModbusServer)
    engine: Engine = None  # type: ignore[assignment]

    def reading(self, of: Tag) -> Reading:
        from hmi.engine.readings import Readings
        from hmi.model.ident import number_of_id

        found = Readings(self.engine.table, SystemClock()).reading(number_of_id(of.id))
        assert found is not None
        return found

    async def good(self, *tags: Tag, limit_s: float = 4.0) -> None:
        await wait(lambda: all(self.reading(one).good for one in tags), limit_s)

    def writes(self) -> list[tuple[int, int, bytes]]:
        """(function, address, data) of the writes that came to the server."""
        return [
            (int(one.function), one.address, one.data) for one in self.server.log if one.function in (5, 6, 15, 16, 22)
        ]


async def wait(condition: Callable[[], object], limit_s: float = 4.0) -> None:
    async with asyncio.timeout(limit_s):
        while not condition():
            await asyncio.sleep(0.005)


def setpoint(path: str = "SP", address: str = "hr10", **fields) -> Tag:
    """A writable tag; keyword arguments of its rules begin with `rule_`."""
    rules = {name[5:]: fields.pop(name) for name in list(fields) if name.startswith("rule_")}
    rules = {"deadline_ms": 1500, "every_ms": 0, "watch_ms": 0, **rules}
    return tag(path, address, writable=True, rules=WriteRules(**rules), **fields)


def plan_of(server: ModbusServer, tags: Sequence[Tag], **fields) -> Project:
    options = {"host": "127.0.0.1", "port": server.port, "request_ms": 300, **fields.pop("options", {})}
    plc = device("PLC1", protocol="modbus-tcp", options=msgspec.json.encode(options), **fields)
    return project([plc], list(tags))


@contextlib.asynccontextmanager
async def at_work(
    folder: Path,
    *tags: Tag,
    server: ModbusServer | None = None,
    slate: Slate | None = None,
    wait_good: bool = True,
    standing: Standing | None = None,
    **fields,
) -> AsyncIterator[Works]:
    """An engine with these tags on a server, once all are good; `server` may be one that listens already."""
    async with contextlib.AsyncExitStack() as stack:
        if server is None or not server.port:
            server = await stack.enter_async_context(serving(server))
        place, kept = station(folder), slate or Slate()
        make_folders(place)
        engine = Engine(plan_of(server, tags, **fields), place, SystemClock(), keeper=kept, standing=standing)
        engine.commands._trail = SlateTrail(kept)
        works = Works(engine.commands, kept, server=server, engine=engine)
        engine.commands.listeners.append(lambda sender, result: works.told.append((sender, result)))
        stop, ready = asyncio.Event(), asyncio.Event()
        work = asyncio.create_task(engine.run(stop, ready), name="engine under test")
        try:
            up = asyncio.create_task(ready.wait())
            await asyncio.wait({work, up}, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
            if wait_good:
                await works.good(*tags)
            yield works
        finally:
            stop.set()
            await work
