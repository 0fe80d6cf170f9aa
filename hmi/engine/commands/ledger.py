"""What is known of each command: its rows in the audit trail, what was told of it, and which ones are open.

An end is told only when its row is durable. The open ones are kept beside their rows, in the same unit, so that an
engine that was killed knows at its next start what may have been executed. Event loop.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from hmi.engine.commands.ports import Listener, Sender
from hmi.engine.commands.targets import Target
from hmi.engine.commands.wish import Wish
from hmi.model.clock import Clock
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.event import AuditKind, AuditRow
from hmi.model.reason import Reason, reason
from hmi.model.value import PresentValue, Value
from hmi.store.contract import Keeper, StationValue

log = logging.getLogger("hmi.command")

OPEN_KEY = "commands.open"
"""Piece of station data with the commands that have not ended."""
MOST_KNOWN = 2_000
"""So many ended commands are remembered; older ones are looked up in the audit trail."""
WORDS = 1_000
"""Longest text of a value or screen in the audit trail, characters."""
_MOST = 2**63 - 1


class OpenCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command that has not ended, as the next engine finds it."""

    command: Command
    user: str
    station: str
    path: str
    """Of the tag."""
    device: str
    address: str
    raw: bool | int | float | str
    """Device units."""
    value: bool | int | float | str
    """Engineering units."""
    old: bool | int | float | str | None = None


_OPEN = msgspec.json.Decoder(list[OpenCommand])


@dataclass(slots=True, eq=False)
class Entry:
    """One command of this run."""

    command: Command
    sender: Sender
    path: str = ""
    target: Target | None = None
    wish: Wish | None = None
    old: Value = None
    deadline_ns: int = 0
    """Monotonic ns."""
    open: OpenCommand | None = None
    """While it has not ended."""
    told: CommandResult | None = None
    """The newest state that anybody was told."""
    read_back: Value = None
    unsettled: bool = False
    """Nobody knows whether it was executed; it is still to be read back."""
    freed: Callable[[], None] = lambda: None
    """Called when its end was told: the tag may be written again."""


class Ledger:
    """All commands of this run."""

    def __init__(self, keeper: Keeper | None, clock: Clock) -> None:
        """Start empty.

        Args:
            keeper: takes the rows; without one every command is refused.
            clock: stamps them.
        """
        self.listeners: list[Listener] = []
        self._keeper = keeper
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._open: dict[str, OpenCommand] = {}

    def find(self, command: str) -> Entry | None:
        """Give a command of this run by its id."""
        return self._entries.get(command)

    def add(self, entry: Entry) -> None:
        """Take a command; the oldest ended ones are forgotten."""
        if len(self._entries) >= MOST_KNOWN:
            for ident in [one for one, known in self._entries.items() if known.open is None][: MOST_KNOWN // 4]:
                del self._entries[ident]
        self._entries[entry.command.id] = entry

    @property
    def open_count(self) -> int:
        """Commands that have not ended."""
        return len(self._open)

    @property
    def trouble(self) -> Reason | None:
        """Why nothing can be recorded at present."""
        if self._keeper is None:
            return reason("command.no_store")
        why = self._keeper.state.reason
        return None if why is None else reason("command.store", cause_code=why.code, **why.arguments)

    def keep(
        self, entry: Entry, state: CommandState, why: Reason | None = None, read: Value = None
    ) -> "asyncio.Future[None]":
        """Hand the row of a state over, and bring the list of open commands up to date with it."""
        is_open = state in (CommandState.REQUESTED, CommandState.SENT) or entry.unsettled
        before = self._open.get(entry.command.id)
        if is_open and entry.open is not None:
            self._open[entry.command.id] = entry.open
        else:
            self._open.pop(entry.command.id, None)
            entry.open = None
        row = self._row(entry, state, why, read)
        if self._keeper is None:
            nothing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            nothing.set_result(None)
            return nothing
        if self._open.get(entry.command.id) is before:
            return self._keeper.keep(row)
        return self._keeper.keep(row, StationValue(key=OPEN_KEY, value=msgspec.json.encode(list(self._open.values()))))

    async def end(
        self,
        entry: Entry,
        state: CommandState,
        why: Reason | None = None,
        read: Value = None,
        *,
        round_trip_ns: int = 0,
        certain: bool = False,
    ) -> None:
        """End a command, or give it another end; told when the row is durable.

        Args:
            entry: the command.
            state: its end.
            why: the reason.
            read: what was read back, engineering units.
            round_trip_ns: from the write's leaving to its read-back.
            certain: nothing was sent, so that it is told at once.
        """
        entry.read_back = read
        durable = self.keep(entry, state, why, read)
        if certain:
            durable.add_done_callback(_ignore)
        else:
            await asyncio.wait({durable})  # not cancelled with the one that waits: the record is to be kept anyway
            durable.result()
        self._tell(entry, state, why, read, round_trip_ns)
        if not entry.unsettled:
            entry.freed()

    def sent(self, entry: Entry) -> None:
        """Record and tell that a command leaves now."""
        self.keep(entry, CommandState.SENT).add_done_callback(_ignore)
        self._tell(entry, CommandState.SENT)

    def reject(self, entry: Entry, why: Reason) -> CommandResult:
        """Record that a command was refused when it came; its sender gets the answer, nobody else is told."""
        self.keep(entry, CommandState.REJECTED, why).add_done_callback(_ignore)
        entry.told = CommandResult(id=entry.command.id, state=CommandState.REJECTED, reason=why, old=entry.old)
        return entry.told

    def _tell(
        self, entry: Entry, state: CommandState, why: Reason | None = None, read: Value = None, round_trip_ns: int = 0
    ) -> None:
        """Say that a command has come to a state."""
        result = CommandResult(
            id=entry.command.id, state=state, reason=why, value=read, old=entry.old, round_trip_ns=round_trip_ns
        )
        entry.told = result
        log.info("command %s on %s: %s%s", result.id, entry.path, state.value, f" ({why.code})" if why else "")
        loop = asyncio.get_running_loop()
        for listener in self.listeners:
            loop.call_soon(listener, entry.sender, result)

    def left(self, station: Mapping[str, bytes]) -> list[OpenCommand]:
        """Give the commands that an earlier engine left open."""
        stored = station.get(OPEN_KEY)
        if not stored:
            return []
        try:
            found = _OPEN.decode(stored)
        except msgspec.MsgspecError as error:
            log.error("the list of open commands cannot be read: %s", error)
            return []
        self._open = {one.command.id: one for one in found}
        return found

    def _row(self, entry: Entry, state: CommandState, why: Reason | None, read: Value) -> AuditRow:
        command, details = entry.command, {}
        if state is CommandState.REQUESTED and command.shown is not None:
            details["shown"] = str(storable(command.shown))
        if command.undoes:
            details["undoes"] = command.undoes[:64]
        if state is CommandState.SENT and entry.open is not None:
            details |= {"device": entry.open.device, "address": entry.open.address, "raw": str(entry.open.raw)[:WORDS]}
        wished = entry.wish.value if entry.wish is not None else command.value
        return AuditRow(
            kind=AuditKind.COMMAND,
            server_ns=self._clock.wall_ns(),
            user=entry.sender.user,
            station=entry.sender.station,
            screen=command.screen[:WORDS],
            tag=entry.path,
            tag_id=command.tag[:64],
            command=command.id[:64],
            state=state,
            old=storable(entry.old),
            new=storable(wished),
            read_back=storable(read),
            note=command.reason[:WORDS],
            reason=why,
            details=details,
        )


def result_of(rows: Sequence[AuditRow]) -> CommandResult | None:
    """Say where a command of an earlier run stands, by its durable rows, oldest first; None without any."""
    states = [row for row in rows if row.state is not None]
    if not states:
        return None
    newest = states[-1]
    state = newest.state or CommandState.UNKNOWN
    return CommandResult(id=newest.command, state=state, reason=newest.reason, value=newest.read_back, old=newest.old)


def storable(value: Value) -> PresentValue | None:
    """Give a value that every store can hold: numbers that are none, or need more than 64 bits, become words."""
    if isinstance(value, str):
        return value[:WORDS]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and not -_MOST <= value <= _MOST:
        return str(value)[:40] if value.bit_length() < 4096 else "?"
    return value


def _ignore(future: "asyncio.Future[None]") -> None:
    """Let nobody miss a record for which nobody waited."""
    if not future.cancelled():
        future.exception()
