"""What a window draws from and asks through: live (image), in memory (tests, editor) and over history (replay).

The window's process calls these from its frame clock on the GUI thread; no call blocks.
"""

from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt

from hmi.model.command import Command, CommandResult
from hmi.model.reason import Reason

U8 = npt.NDArray[np.uint64]
I8 = npt.NDArray[np.int64]
U4 = npt.NDArray[np.uint32]
U2 = npt.NDArray[np.uint16]
U1 = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]


class ShownColumns(msgspec.Struct):
    """Columns of the tags that somebody shows, in the order in which they were asked for; n long each.

    `Shown.refresh` brings them up to date, never torn: they are of one tick. Where everything changed it puts other
    arrays of the same length in their place, so take them from here after each refresh and keep none.
    """

    raw: U8
    """Device value, 64 bits by `type_code`."""
    value: npt.NDArray[np.float64]
    """Engineering value as a number (NaN where there is none; texts are in `Shown.text`)."""
    type_code: U1
    """`TypeCode`."""
    status: U4
    """OPC UA status; while the engine is silent that of `Cause.ENGINE_SILENT`, except for rows that are bad anyway."""
    cause: U2
    """`Cause`; while the engine is silent `ENGINE_SILENT`, except for rows that are bad anyway (as never-read ones)."""
    source_ns: I8
    receive_ns: I8
    receive_mono_ns: I8
    """Monotonic ns of the receipt, 0 = never; age = `ValueSource.monotonic_ns()` - this."""


class Shown(Protocol):
    """A set of tags that somebody shows."""

    columns: ShownColumns

    def refresh(self) -> Indices:
        """Bring the columns up to date.

        Returns:
            Indices into the asked-for order whose raw, value, status or cause changed since the last call (all of
            them at the first call, after a new generation, and when the engine dies or returns). Empty when a tick is
            being written for too long: the next frame asks again.
        """
        ...

    def touch(self) -> None:
        """Bring the receive times alone up to date (they move without a change of value); for ages shown in words."""
        ...

    def text(self, index: int) -> str:
        """Give the words of a text tag ("" for any other)."""
        ...


class EngineState(msgspec.Struct, frozen=True):
    """Whether what is shown is alive."""

    alive: bool
    reason: Reason | None
    """Why not alive; None when alive."""
    heartbeat_wall_ns: int
    """Wall time of the last heartbeat, ns UTC: the clock that the header paints. 0 when there never was one."""
    heartbeat_age_ns: int
    """How long ago that was, by the monotonic clock; 0 when never."""
    generation: int
    """Changes with every start of the engine; 0 when none was ever seen."""


class ValueSource(Protocol):
    """Where values come from."""

    def poll(self) -> EngineState:
        """Look at pointer file and heartbeat; rebind everything shown when the generation or the row map has changed.

        Called once a frame, before any `refresh`.
        """
        ...

    def show(self, idents: U8) -> Shown:
        """Ask for tags by the numbers of their ids (`hmi.model.ident.number_of_id`); unknown ones are never read."""
        ...

    def monotonic_ns(self) -> int:
        """The clock that ages are taken from."""
        ...


class CommandDoor(Protocol):
    """The only way of a click to the engine."""

    def submit(self, command: Command) -> CommandResult:
        """Ask for a write. Returns at once: REQUESTED, or REJECTED with the reason."""
        ...

    def take_results(self) -> list[CommandResult]:
        """Take what has become of earlier commands since the last call; called by the frame clock."""
        ...
