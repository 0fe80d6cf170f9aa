"""What happens to a command after its checks, from its record to its end. Engine process, one task a command.

    REQUESTED   recorded; nothing leaves before that record is durable
      REJECTED    something changed meanwhile, or the record did not get to disk in time: nothing was sent
    SENT        handed to the driver
      CONFIRMED   echoed, and read back as wished (a pulse: echoed)
      FAILED      refused by the device, lost before it was sent, or another value is read back
      TIMED_OUT   no answer by the deadline; the connection was reset, so nothing of it arrives later. It stays timed
                  out: what is read once the device is back is told with it, but confirms nothing
      UNKNOWN     sent, and the connection was lost: may have executed. Read back once the device is back and runs, then
                  CONFIRMED or FAILED. Never sent again
    after CONFIRMED, within `watch_ms`, FAILED when the PLC sets the value back

A pulse cannot be read back, so its UNKNOWN is an end.
"""

import asyncio

from hmi.drivers.contract import WriteResult, WriteState
from hmi.engine.commands.checks import Checks
from hmi.engine.commands.ledger import Entry, Ledger
from hmi.engine.commands.ports import Devices
from hmi.engine.commands.read_back import SETTLE_S, ReadBack, read_once, read_until_agreed
from hmi.engine.commands.targets import Target
from hmi.engine.commands.wish import Wish, shown
from hmi.engine.device_port import DevicePort
from hmi.model.clock import Clock
from hmi.model.command import CommandState
from hmi.model.device import DeviceState
from hmi.model.errors import LinkLost
from hmi.model.quality import Cause, words_of
from hmi.model.reason import Reason, reason
from hmi.model.value import Value

WATCH_S = 0.2
"""Between two looks at a confirmed value, seconds."""
RETURN_S = 0.1
"""Between two looks whether a device is back, seconds."""
EARLY_NS = 5_000_000
"""A timer may ring so much before its time, ns."""
FOLLOW_S = 60.0
"""So long a command without an answer waits for its device, to tell what is read then; seconds."""
_WORKING = frozenset({DeviceState.ONLINE, DeviceState.DEGRADED})


class Newest:
    """The newest command that left for each tag: a later one ends the watch over the ones before."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}
        self._sent_ns: dict[int, int] = {}

    def put(self, tag: int, entry: Entry, now_ns: int) -> None:
        """Note that a command leaves."""
        self._entries[tag] = entry
        self._sent_ns[tag] = now_ns

    def is_newest(self, tag: int, entry: Entry) -> bool:
        """Whether no other one has left since."""
        return self._entries.get(tag) is entry

    def sent_ns(self, tag: int) -> int | None:
        """When the newest one left, monotonic ns."""
        return self._sent_ns.get(tag)


class Execution:
    """Carries commands out."""

    def __init__(self, ledger: Ledger, checks: Checks, devices: Devices, newest: Newest, clock: Clock) -> None:
        """Take what is needed.

        Args:
            ledger: records and tells.
            checks: asked once more before the write leaves.
            devices: at work.
            newest: which command left last for each tag.
            clock: of deadlines.
        """
        self._ledger = ledger
        self._checks = checks
        self._devices = devices
        self._newest = newest
        self._clock = clock

    async def run(self, entry: Entry, target: Target, wish: Wish, recorded: "asyncio.Future[None]") -> None:
        """Carry a command out that has passed its checks.

        Args:
            entry: the command.
            target: its tag.
            wish: what is written.
            recorded: done when the row of REQUESTED is durable.
        """
        if why := await self._recorded(entry, recorded) or self._changed(entry, target, wish):
            await self._ledger.end(entry, CommandState.REJECTED, why, certain=True)
            return
        device = self._devices.find(target.device)
        if device is None:
            gone = reason("command.device_offline", device=target.device)
            await self._ledger.end(entry, CommandState.REJECTED, gone, certain=True)
            return
        sent_ns = self._clock.monotonic_ns()
        self._newest.put(target.tag.number, entry, sent_ns)
        self._ledger.sent(entry)
        try:
            result = await device.write(target.tag, wish.raw, entry.deadline_ns)
        except LinkLost as lost:
            why = reason("command.not_sent", cause_code=words_of(lost.cause))
            await self._ledger.end(entry, CommandState.FAILED, why)
            return
        await self._answered(entry, target, wish, device, result, sent_ns)

    async def settle(self, entry: Entry, target: Target, wish: Wish) -> None:
        """Wait until the device of an unknown command is back and runs, and read whether it was executed."""
        if target.rules.pulse:
            return
        found = await self._when_back(entry, target, wish)
        entry.unsettled = False
        if found is None:
            await self._ledger.end(entry, CommandState.UNKNOWN, reason("command.cannot_settle"))
        elif found.agreed:
            await self._ledger.end(entry, CommandState.CONFIRMED, reason("command.settled"), found.value)
        else:
            why = _differs("command.settled_not", entry, found)
            await self._ledger.end(entry, CommandState.FAILED, why, found.value)

    # ---------------------------------------------------------------- before the write

    async def _recorded(self, entry: Entry, recorded: "asyncio.Future[None]") -> Reason | None:
        """Wait until the request is durable; an executed command without a record must not be."""
        remaining_s = (entry.deadline_ns - self._clock.monotonic_ns()) / 1e9
        done, _ = await asyncio.wait({recorded}, timeout=max(remaining_s, 0.0))
        if done:
            recorded.result()
            return None
        return self._ledger.trouble or reason("command.not_recorded")

    def _changed(self, entry: Entry, target: Target, wish: Wish) -> Reason | None:
        """Check again what may have changed while the record was written."""
        if entry.target is not target:
            return reason("command.project_changed")
        return self._checks.still(target, wish, entry.sender.station)

    # ---------------------------------------------------------------- after the write

    async def _answered(
        self, entry: Entry, target: Target, wish: Wish, device: DevicePort, result: WriteResult, sent_ns: int
    ) -> None:
        """Go on by what the driver says of the write."""
        device.hasten([target.tag, *([target.told_by] if target.told_by is not None else [])])
        late = self._clock.monotonic_ns() >= entry.deadline_ns - EARLY_NS
        deadline_s = target.rules.deadline_ms / 1000
        match result.state:
            case WriteState.REFUSED if result.cause is Cause.DEVICE_TIMED_OUT:
                why = reason("command.not_sent_in_time", seconds=deadline_s)
                await self._ledger.end(entry, CommandState.TIMED_OUT, why)
            case WriteState.REFUSED:
                why = reason("command.refused", cause_code=words_of(result.cause))
                await self._ledger.end(entry, CommandState.FAILED, why)
            case WriteState.UNKNOWN if result.cause is Cause.DEVICE_TIMED_OUT and late:
                await self._ledger.end(entry, CommandState.TIMED_OUT, reason("command.no_answer", seconds=deadline_s))
                await self._follow(entry, target, wish)
            case WriteState.DONE if target.rules.pulse:
                trip_ns = self._clock.monotonic_ns() - sent_ns
                await self._ledger.end(entry, CommandState.CONFIRMED, None, wish.value, round_trip_ns=trip_ns)
            case _ if target.rules.pulse:
                why = reason("command.pulse_unknown", cause_code=words_of(result.cause))
                await self._ledger.end(entry, CommandState.UNKNOWN, why)
            case _:
                await self._read_back(entry, target, wish, device, result, sent_ns)

    async def _read_back(
        self, entry: Entry, target: Target, wish: Wish, device: DevicePort, result: WriteResult, sent_ns: int
    ) -> None:
        """Read back over the same connection, and end the command by that."""
        found = await read_until_agreed(device, target, wish.raw, self._clock, entry.deadline_ns)
        if found is None:
            cause = result.cause if result.cause is not Cause.NONE else Cause.DEVICE_OFFLINE
            await self._unknown(entry, target, wish, reason("command.may_have_executed", cause_code=words_of(cause)))
            return
        trip_ns = self._clock.monotonic_ns() - sent_ns
        if not found.agreed:
            code = "command.differs" if result.state is WriteState.DONE else "command.answered_wrongly_differs"
            why = _differs(code, entry, found, result.cause)
            await self._ledger.end(entry, CommandState.FAILED, why, found.value, round_trip_ns=trip_ns)
            return
        why_confirmed = None
        if result.state is not WriteState.DONE:
            why_confirmed = reason("command.answered_wrongly", cause_code=words_of(result.cause))
        await self._ledger.end(entry, CommandState.CONFIRMED, why_confirmed, found.value, round_trip_ns=trip_ns)
        await self._watch(entry, target, wish, device)

    async def _unknown(self, entry: Entry, target: Target, wish: Wish, why: Reason) -> None:
        entry.unsettled = True
        await self._ledger.end(entry, CommandState.UNKNOWN, why)
        await self.settle(entry, target, wish)

    # ---------------------------------------------------------------- later

    async def _watch(self, entry: Entry, target: Target, wish: Wish, device: DevicePort) -> None:
        """Look whether a confirmed value stays, until the time is up or another command on the tag leaves."""
        until_ns = self._clock.monotonic_ns() + target.rules.watch_ms * 1_000_000
        while (left_s := (until_ns - self._clock.monotonic_ns()) / 1e9) > 0:
            await asyncio.sleep(min(WATCH_S, left_s))
            found = await read_once(device, target, wish.raw, self._clock)
            if found is None or not self._newest.is_newest(target.tag.number, entry):
                return
            if not found.agreed and found.value is not None and not found.not_running:
                device.hasten([target.tag])
                code = "command.set_back" if found.value == entry.old else "command.changed_after"
                why = reason(code, reads=shown(target.tag.tag, found.value, wish.value))
                await self._ledger.end(entry, CommandState.FAILED, why, found.value)
                return

    async def _follow(self, entry: Entry, target: Target, wish: Wish) -> None:
        """Tell with a command that timed out what is read once its device is back."""
        if target.rules.pulse:
            return
        found = await self._when_back(entry, target, wish, limit_s=FOLLOW_S)
        if found is not None and found.value is not None and self._newest.is_newest(target.tag.number, entry):
            why = reason("command.no_answer_reads", reads=shown(target.tag.tag, found.value, wish.value))
            await self._ledger.end(entry, CommandState.TIMED_OUT, why, found.value)

    async def _when_back(
        self, entry: Entry, target: Target, wish: Wish, limit_s: float | None = None
    ) -> ReadBack | None:
        """Read the tag as soon as its device is connected and proven to run; None when that cannot be any more."""
        until_ns = None if limit_s is None else self._clock.monotonic_ns() + int(limit_s * 1e9)
        while until_ns is None or self._clock.monotonic_ns() < until_ns:
            if entry.target is not target:
                return None  # another address, another device: what is read there says nothing
            device = self._devices.find(target.device)
            if device is not None and device.state in _WORKING and device.verdict is Cause.NONE:
                settled_ns = self._clock.monotonic_ns() + int(SETTLE_S * 1e9)
                found = await read_until_agreed(device, target, wish.raw, self._clock, settled_ns)
                if found is not None and found.value is not None and not found.not_running:
                    return found
            await asyncio.sleep(RETURN_S)
        return None


def _differs(code: str, entry: Entry, found: ReadBack, answered: Cause = Cause.NONE) -> Reason:
    """Say that something else is read than was written."""
    wrote: Value = entry.wish.value if entry.wish is not None else None
    tag = entry.target.tag.tag if entry.target is not None else None
    if found.not_running:
        return reason("command.not_running_after", cause_code=words_of(found.cause))
    if found.value is None or tag is None:
        return reason("command.reads_bad", cause_code=words_of(found.cause))
    words = {"wrote": shown(tag, wrote, found.value), "reads": shown(tag, found.value, wrote)}
    if code == "command.answered_wrongly_differs":
        return reason(code, **words, cause_code=words_of(answered))
    return reason(code, **words)
