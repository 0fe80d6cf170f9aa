"""What is kept for ever: rows of alarm journal and audit trail. Pure; written by the store, sent over the link.

Rows are made by the engine and are final: the store gives them nothing but a sequence number (and, in the audit
trail, the hash chain). Words stand beside codes, so that a row can be read when project or catalogue have changed.
"""

from enum import StrEnum

import msgspec

from hmi.model.alarm import AlarmEvent, AlarmKind, AlarmState
from hmi.model.command import CommandState
from hmi.model.reason import Reason
from hmi.model.text import Text


class JournalRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change of an alarm, or one refusal (AL-34). Append-only."""

    sequence: int = 0
    """Given by the store, rising without a gap; 0 before."""
    occurrence: str
    alarm: str
    """Id."""
    path: str
    tag: str
    """Path of the tag at that time."""
    tag_id: str
    kind: AlarmKind
    priority: int
    event: AlarmEvent
    old_state: AlarmState
    new_state: AlarmState
    value: float | None = None
    limit: float | None = None
    status: int = 0
    """OPC UA status of the value."""
    cause: int = 0
    """`Cause` of the value."""
    active_since_ns: int
    """Wall ns UTC when the condition of this occurrence was first met; restarts keep it."""
    source_ns: int = 0
    """Of the value, ns UTC; 0 when the device tells none."""
    receive_ns: int = 0
    server_ns: int
    """Wall ns UTC at which the engine decided."""
    user: str = ""
    """Who did it; empty for the plant itself."""
    station: str = ""
    """Which window or command line."""
    note: str = ""
    reason: Reason | None = None
    """Of a refusal."""
    title: Text = Text()
    """The message as it was shown."""
    start_up: bool = False
    count: int = 1


class AuditKind(StrEnum):
    """What somebody did."""

    COMMAND = "command"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SIGN_IN_REFUSED = "sign_in_refused"
    SESSION_LOCKED = "session_locked"
    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    RESET = "reset"
    """A latched alarm was reset."""
    APPLY = "apply"
    USER_ADDED = "user_added"
    USER_CHANGED = "user_changed"
    ENGINE = "engine"
    """Start and stop of the engine, trouble of the store."""


class AuditRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act, or one state of a command. Append-only and hash-chained: `hmi audit verify` finds any change."""

    sequence: int = 0
    """Given by the store, rising without a gap; 0 before."""
    kind: AuditKind
    server_ns: int
    """Wall ns UTC."""
    user: str = ""
    station: str = ""
    screen: str = ""
    tag: str = ""
    """Path."""
    tag_id: str = ""
    command: str = ""
    """Id of the command; its rows follow one another by state."""
    state: CommandState | None = None
    old: bool | int | float | str | None = None
    """Value before, engineering units."""
    new: bool | int | float | str | None = None
    """Value asked for, engineering units."""
    read_back: bool | int | float | str | None = None
    note: str = ""
    """Reason that the user gave."""
    reason: Reason | None = None
    """Why it ended as it did."""
    details: dict[str, str] = {}
    """What else belongs to it, for example the words of the difference that was applied."""


class HistoryQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of journal or audit are wanted, newest first."""

    before_sequence: int = 0
    """Only rows older than this one; 0 starts at the newest."""
    after_sequence: int = 0
    """Only rows newer than this one."""
    from_ns: int = 0
    to_ns: int = 0
    """Wall ns UTC; 0 leaves an end open."""
    tag: str = ""
    """Path of a tag; empty is all."""
    user: str = ""
    alarm: str = ""
    occurrence: str = ""
    command: str = ""
    limit: int = 200
    """Most rows, 1 to 1000."""
