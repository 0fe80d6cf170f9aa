"""What commands need of other rooms of the engine, as this room sees it. `hmi.engine.core` puts them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hmi.engine.device_port import DevicePort
from hmi.model.command import CommandResult
from hmi.model.event import AuditRow
from hmi.model.reason import Reason
from hmi.model.tag import Tag
from hmi.model.value import Reading


class Session(Protocol):
    """Somebody who is signed in."""

    @property
    def user(self) -> str:
        """Name, as it stands in the audit trail."""
        ...

    def may(self, right: str) -> bool:
        """Whether this session has a right now (a locked or ended one has none)."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose command it is, to find the window that is to be told."""

    session: Session | None
    """None for a command of an earlier run of the engine: whoever resumed that session is the user at the station."""
    user: str
    station: str


Listener = Callable[[Sender, CommandResult], None]
"""Told of each later state of a command, in order, from the event loop; what it raises harms no command."""


class Trail(Protocol):
    """The audit trail of earlier runs."""

    async def of_command(self, command: str) -> Sequence[AuditRow] | None:
        """Give the durable rows of a command's id, oldest first; none when it never came.

        Never blocks the loop. None when the trail cannot be read: then nobody knows whether it came.
        """
        ...


class Values(Protocol):
    """The present values of all tags."""

    def reading(self, number: int) -> Reading | None:
        """Give the reading of a tag by the number of its id, engineering units; None when there is no such row."""
        ...


class Devices(Protocol):
    """The devices of the running project."""

    def find(self, name: str) -> DevicePort | None:
        """Give a device by its name; None when there is none at work."""
        ...


class StationInControl(Protocol):
    """Which station may write."""

    def refusal(self, station: str, tag: Tag) -> Reason | None:
        """Say why a station may not write a tag; None when it may."""
        ...


class ThisStation:
    """The rule of a line with one station: whoever is connected to this engine is at it, and it is in control."""

    def refusal(self, station: str, tag: Tag) -> Reason | None:
        """Refuse nothing."""
        del station, tag
        return None
