"""Commands: an operator's write and what becomes of it. Pure; sent over the link, kept in the audit trail."""

from enum import StrEnum

import msgspec

from hmi.model.reason import Reason


class CommandState(StrEnum):
    """States of a command (DESIGN section 5)."""

    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    UNKNOWN = "unknown"


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A write that somebody asks for. The id comes from the sender and executes once."""

    id: str
    tag: str
    """Id of the tag, never its row or path."""
    value: bool | int | float | str
    """In engineering units."""
    reason: str = ""
    """Why, in the user's words; some tags ask for it."""
    screen: str = ""
    """Path of the screen where it was clicked."""
    shown: bool | int | float | str | None = None
    """The value that the operator saw when clicking; kept in the audit trail."""
    undoes: str = ""
    """Id of an earlier command whose old value is written again; `value` is then what the window shows for it."""


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a command stands."""

    id: str
    state: CommandState
    reason: Reason | None = None
    value: bool | int | float | str | None = None
    """What was read back."""
    old: bool | int | float | str | None = None
    """What it was before the write; None when not known."""
    round_trip_ns: int = 0
    """From the write's leaving to its read-back."""
