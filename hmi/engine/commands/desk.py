"""Takes commands and answers for them. Engine process, event loop; called by the engine's end of the link.

An id executes once: a second command with it gets the answer of the first, also after a restart of the engine.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from hmi.engine.commands.checks import Checks, Passed, Rate
from hmi.engine.commands.execution import Execution, Newest
from hmi.engine.commands.ledger import Entry, Ledger, OpenCommand, result_of
from hmi.engine.commands.ports import Devices, Listener, Sender, Session, StationInControl, ThisStation, Trail, Values
from hmi.engine.commands.targets import Target, Targets
from hmi.engine.commands.undo import Undone, undone_of_rows, wish_to_undo
from hmi.engine.commands.wish import Wish
from hmi.engine.plant import Plant, PlantTag
from hmi.model.clock import Clock
from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.reason import Reason, reason
from hmi.store.contract import Keeper

log = logging.getLogger("hmi.command")

MOST_OPEN = 256
"""Most commands that are under way at once."""
ID_CHARACTERS = 64


class CommandDesk:
    """All commands of one engine."""

    def __init__(
        self,
        keeper: Keeper | None,
        trail: Trail,
        values: Values,
        devices: Devices,
        clock: Clock,
        *,
        control: StationInControl | None = None,
    ) -> None:
        """Start; `plan` gives it a plant, and until `begin` every command is refused.

        Args:
            keeper: takes the audit rows; without one every command is refused.
            trail: gives those of earlier runs.
            values: present values.
            devices: the devices at work.
            clock: of deadlines and rows.
            control: which station may write; None for a line with one station.
        """
        self._ledger = Ledger(keeper, clock)
        self._trail = trail
        self._values = values
        self._clock = clock
        self._checks = Checks(values, devices, control or ThisStation())
        self._newest = Newest()
        self._execution = Execution(self._ledger, self._checks, devices, self._newest, clock)
        self._targets: Targets | None = None
        self._begun = False
        self._arriving: dict[str, asyncio.Future[CommandResult]] = {}
        self._busy: dict[str, Entry] = {}
        """By id of the tag: the command on it that has not ended."""
        self._tasks: dict[asyncio.Task[None], Entry] = {}

    @property
    def listeners(self) -> list[Listener]:
        """Told of later states."""
        return self._ledger.listeners

    def plan(self, plant: Plant) -> None:
        """Follow a plant, at the start and at every apply; what is under way for a changed tag is not sent any more."""
        self._targets = Targets(plant)
        for entry in self._tasks.values():
            now = self._targets.find(entry.command.tag)
            if entry.target is None or now is None or not _alike(entry.target, now):
                entry.target = now

    def begin(self, station: Mapping[str, bytes]) -> None:
        """Take over what an earlier engine left open: nobody knows whether it was executed, until it is read back.

        Args:
            station: the station data that the store found (`Standing.station`). `plan` was called before.
        """
        self._begun = True
        for left in self._ledger.left(station):
            entry = Entry(left.command, Sender(None, left.user, left.station), path=left.path, old=left.old)
            entry.wish, entry.open, entry.unsettled = Wish(left.value, left.raw), left, True
            entry.target = self._same_place(left)
            self._ledger.add(entry)
            self._busy[left.command.tag] = entry
            self._start(self._settle_left(entry, entry.target, entry.wish), entry)

    async def submit(self, command: Command, session: Session | None, station: str) -> CommandResult:
        """Take a command.

        Args:
            command: what is asked.
            session: who asks; None when nobody is signed in.
            station: where, as the audit trail calls it.

        Returns:
            REQUESTED or REJECTED, its row handed over; what follows is told to the listeners. For an id that came
            before, where that command stands.
        """
        if not 0 < len(command.id) <= ID_CHARACTERS or not command.id.isprintable():
            return CommandResult(id=command.id[:ID_CHARACTERS], state=CommandState.REJECTED, reason=_bad_id())
        arriving = self._arriving.get(command.id)
        if arriving is not None:
            return await asyncio.shield(arriving)
        known = self._ledger.find(command.id)
        if known is not None:
            return self._again(known, command)
        self._arriving[command.id] = future = asyncio.get_running_loop().create_future()
        try:
            result = await self._take(command, session, station)
        except BaseException:
            future.cancel()
            raise
        finally:
            del self._arriving[command.id]
        future.set_result(result)
        return result

    async def state(self, command: str) -> CommandResult | None:
        """Say where a command stands, as far as it was told; None when the id never came, or nobody can tell."""
        known = self._ledger.find(command)
        if known is not None and known.told is not None:
            return known.told
        rows = await self._trail.of_command(command)
        return result_of(rows) if rows else None

    async def close(self) -> None:
        """Stop; what is under way is left to the next engine to settle, nothing is sent any more."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---------------------------------------------------------------- arriving

    async def _take(self, command: Command, session: Session | None, station: str) -> CommandResult:
        rows = await self._trail.of_command(command.id)
        if rows:
            found = result_of(rows)
            if found is not None:
                return found
        undone = await self._undone(command) if command.undoes else None
        sender = Sender(session, session.user if session is not None else "", station)
        entry = Entry(command, sender)
        target = self._targets.find(command.tag) if self._targets is not None else None
        entry.path = target.tag.tag.path if target is not None else ""
        self._ledger.add(entry)
        passed: Passed | Reason | None = None
        if rows is None:
            passed = reason("command.trail_unreadable")
        elif undone is not None and target is not None:
            passed = wish_to_undo(undone, target, command, self._values.reading(target.tag.number))
        if passed is None:
            passed = self._check(command, target, session, station)
        if isinstance(passed, Reason):
            return self._reject(entry, passed, target)
        return self._request(entry, passed)

    def _check(self, command: Command, target: Target | None, session: Session | None, station: str) -> Passed | Reason:
        if (trouble := self._ledger.trouble) is not None:
            return trouble
        if not self._begun:
            return reason("command.not_begun")
        if self._ledger.open_count >= MOST_OPEN:
            return reason("command.too_many", most=MOST_OPEN)
        busy = self._busy.get(command.tag)
        sent_ns = self._newest.sent_ns(target.tag.number) if target is not None else None
        since_ns = None if sent_ns is None else self._clock.monotonic_ns() - sent_ns
        rate = Rate(busy is not None, busy is not None and busy.unsettled, since_ns)
        return self._checks.first(command, target, session, station, rate)

    def _reject(self, entry: Entry, why: Reason, target: Target | None) -> CommandResult:
        reading = self._values.reading(target.tag.number) if target is not None else None
        entry.old = reading.value if reading is not None else None
        return self._ledger.reject(entry, why)

    def _request(self, entry: Entry, passed: Passed) -> CommandResult:
        """Record a command that has passed, and let it go."""
        target, wish, command = passed.target, passed.wish, entry.command
        entry.target, entry.wish, entry.old = target, wish, passed.old
        entry.deadline_ns = self._clock.monotonic_ns() + target.rules.deadline_ms * 1_000_000
        entry.open = OpenCommand(
            command=command,
            user=entry.sender.user,
            station=entry.sender.station,
            path=entry.path,
            device=target.device,
            address=target.address,
            raw=wish.raw,
            value=wish.value,
            old=entry.old,
        )
        recorded = self._ledger.keep(entry, CommandState.REQUESTED)
        entry.told = CommandResult(id=command.id, state=CommandState.REQUESTED, old=entry.old)
        self._busy[command.tag] = entry
        self._start(self._execution.run(entry, target, wish, recorded), entry)
        return entry.told

    async def _undone(self, command: Command) -> Undone | Reason:
        """Look up the command that is to be undone."""
        known = self._ledger.find(command.undoes)
        if known is not None:
            told = known.told.state if known.told is not None else None
            wrote = known.wish.value if known.wish is not None else None
            return Undone(known.command.tag, told, known.old, wrote, known.read_back)
        rows = await self._trail.of_command(command.undoes)
        if rows is None:
            return reason("command.trail_unreadable")
        return undone_of_rows(rows) or reason("command.undo_unknown")

    def _again(self, known: Entry, command: Command) -> CommandResult:
        """Answer a command whose id came before."""
        if known.command != command:
            return CommandResult(id=command.id, state=CommandState.REJECTED, reason=reason("command.id_used"))
        return known.told or CommandResult(id=command.id, state=CommandState.REQUESTED, old=known.old)

    # ---------------------------------------------------------------- under way

    def _start(self, work: Coroutine[Any, Any, None], entry: Entry) -> None:
        entry.freed = lambda: self._free(entry)
        task = asyncio.create_task(self._guarded(work, entry), name=f"command {entry.command.id}")
        self._tasks[task] = entry
        task.add_done_callback(self._tasks.pop)

    async def _guarded(self, work: Coroutine[Any, Any, None], entry: Entry) -> None:
        """Let a fault of the program end the one command, and say so: it may have been sent."""
        try:
            await work
        except Exception:
            log.exception("command %s on %s: a fault of the program", entry.command.id, entry.path)
            entry.unsettled = False
            await self._ledger.end(entry, CommandState.UNKNOWN, reason("command.fault"))
        finally:
            self._free(entry)

    def _free(self, entry: Entry) -> None:
        """Let others write the tag again."""
        if self._busy.get(entry.command.tag) is entry and not entry.unsettled:
            del self._busy[entry.command.tag]

    async def _settle_left(self, entry: Entry, target: Target | None, wish: Wish) -> None:
        """Settle what an earlier engine left."""
        if target is None or target.rules.pulse:
            entry.unsettled = False
            await self._ledger.end(entry, CommandState.UNKNOWN, reason("command.left_unknown"))
            return
        await self._ledger.end(entry, CommandState.UNKNOWN, reason("command.left"))
        await self._execution.settle(entry, target, wish)

    def _same_place(self, left: OpenCommand) -> Target | None:
        """Find the tag of a command that was left, where it still lies at the same address of the same device."""
        target = self._targets.find(left.command.tag) if self._targets is not None else None
        if target is None or (target.device, target.address) != (left.device, left.address):
            return None
        return target


def _alike(before: Target, now: Target) -> bool:
    """Whether a tag is written and read as before an apply, by the same rules."""
    return before.rules == now.rules and _lies(before.tag, now.tag) and _lies(before.told_by, now.told_by)


def _lies(before: PlantTag | None, now: PlantTag | None) -> bool:
    """Whether a tag lies where it lay."""
    if before is None or now is None:
        return before is now
    ours, theirs = before.tag, now.tag
    return (ours.device, ours.scale, ours.offset) == (theirs.device, theirs.scale, theirs.offset) and bool(
        before.point == now.point
    )


def _bad_id() -> Reason:
    return reason("command.bad_id")
