"""The way of a click to the engine: asks once, shows what the engine says, never repeats and never queues. GUI thread.

Made before the first paint, when nobody is attached yet, so it knows no asyncio: `attach` gives it the way to ask. A
command whose link is lost while it is open counts as UNKNOWN, and is settled by its id when the engine is back.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from hmi.model.command import Command, CommandResult, CommandState
from hmi.model.errors import LinkLost
from hmi.model.reason import Reason, reason

_OPEN = (CommandState.REQUESTED, CommandState.SENT, CommandState.UNKNOWN)


class Way(Protocol):
    """What the door needs of the link to the engine."""

    @property
    def attached(self) -> bool:
        """Whether the engine can be asked now."""
        ...

    def begin(self, make: "Callable[[int], object]") -> "Coroutine[object, object, object]":
        """Ask in this very turn of the loop; gives what waits for the answer. Raises LinkLost, nothing sent then."""
        ...

    async def ask(self, make: "Callable[[int], object]") -> object:
        """Ask and wait; raises LinkLost or TimeoutError."""
        ...

    def start(self, work: "Callable[[], object]", name: str) -> None:
        """Run a coroutine function as a task of the link."""
        ...


class EngineDoor:
    """The `CommandDoor` of a window; see `hmi.image.contract`."""

    def __init__(self) -> None:
        """Begin without a way to the engine."""
        self._way: Way | None = None
        self._open: dict[str, CommandState] = {}
        self._results: list[CommandResult] = []

    def attach(self, way: Way) -> None:
        """Ask through this from now on."""
        self._way = way

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of the commands whose end is not known."""
        return tuple(self._open)

    def submit(self, command: Command) -> CommandResult:
        """Ask for a write; REJECTED at once when the engine cannot be asked, and then nothing is kept of it."""
        way = self._way
        if way is None or not way.attached:
            return CommandResult(id=command.id, state=CommandState.REJECTED, reason=reason("shell.not_attached"))
        from hmi.link.engine_messages import AskCommand  # loaded with the link, after the first paint

        try:
            asked = way.begin(lambda number: AskCommand(number=number, command=command))
        except LinkLost:
            return CommandResult(id=command.id, state=CommandState.REJECTED, reason=reason("shell.not_attached"))
        self._open[command.id] = CommandState.REQUESTED
        way.start(lambda: self._hear(command.id, asked), "command")
        return CommandResult(id=command.id, state=CommandState.REQUESTED)

    def take_results(self) -> list[CommandResult]:
        """Take what has become of commands since the last call."""
        results, self._results = self._results, []
        return results

    def told(self, result: CommandResult) -> None:
        """Take over what the engine told of a command, also long after its end ("the PLC set it back")."""
        if result.state in _OPEN:
            if result.id not in self._open:
                return  # an old state that was told late
            self._open[result.id] = result.state
        else:
            self._open.pop(result.id, None)
        self._results.append(result)

    def link_lost(self) -> None:
        """Nothing more will be heard of what is open: it may have been executed."""
        for ident in self._open:
            self._unknown(ident)

    def settle(self) -> None:
        """The engine is back: ask what became of what is open, by id."""
        if self._way is None:
            return
        for ident in tuple(self._open):
            self._way.start(self._settling(ident), "command state")

    def _settling(self, ident: str) -> "Callable[[], object]":
        from hmi.link.engine_messages import AskCommandState

        async def ask() -> None:
            if self._way is not None:
                asked = self._way.ask(lambda number: AskCommandState(number=number, command=ident))
                await self._hear(ident, asked, settling=True)

        return ask

    async def _hear(self, ident: str, asked: "Awaitable[object]", *, settling: bool = False) -> None:
        """Wait for an answer; whatever happens, the command is told of."""
        from hmi.link.engine_messages import CommandStands
        from hmi.link.messages import Refused

        try:
            answer = await asked
        except (LinkLost, TimeoutError):
            self._unknown(ident)
            return
        if isinstance(answer, CommandStands):
            if ident in self._open:
                self.told(answer.result)
        elif isinstance(answer, Refused) and ident in self._open:
            self._end(ident, answer.reason, settling=settling)

    def _end(self, ident: str, why: Reason, *, settling: bool) -> None:
        """The engine does not know it (it never came there), or refused it before it was one."""
        if settling:
            result = CommandResult(id=ident, state=CommandState.FAILED, reason=reason("shell.never_came"))
        else:
            result = CommandResult(id=ident, state=CommandState.REJECTED, reason=why)
        self.told(result)

    def _unknown(self, ident: str) -> None:
        if self._open.get(ident) in (CommandState.REQUESTED, CommandState.SENT):
            self._open[ident] = CommandState.UNKNOWN
            why = reason("shell.link_cut")
            self._results.append(CommandResult(id=ident, state=CommandState.UNKNOWN, reason=why))
