"""What the store keeps and how the engine hands it over. Engine process and command line; pure.

The engine hands records over on its event loop and goes on; a writer thread gathers what came within 50 ms into one
transaction (`synchronous=FULL`) and only then the future of each record is done. Nothing is reported to anybody as
done before that. While the disk refuses, records wait in memory, in order, and `state` says why; none is dropped.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from hmi.model.event import AuditRow, JournalRow
from hmi.model.reason import Reason
from hmi.model.user import UserEntry

GROUP_S = 0.05
"""Longest wait for others before a commit, seconds."""


class UserRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user with its secrets, as the store keeps it. The key is `entry.name`, compared without case."""

    entry: UserEntry
    password_hash: str = ""
    """argon2id, in its own text form; empty when the user cannot sign in by password."""
    badge_digest: str = ""
    """Keyed digest of what the badge reader types."""
    pin_hash: str = ""
    """argon2id."""


class SessionRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session; the token itself is known to its window alone."""

    digest: str
    """SHA-256 of the token, hex."""
    user: str
    station: str
    since_ns: int
    used_ns: int
    """Wall ns UTC."""
    locked: bool = False
    ended: bool = False
    demo: bool = False


class StationValue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A piece of station data, for example the digest of the project that was applied."""

    key: str
    value: bytes
    """JSON."""


Record = JournalRow | AuditRow | UserRecord | SessionRecord | StationValue
"""What can be kept. A `JournalRow` also brings the table of standing alarms up to date, in the same transaction."""


@dataclass(frozen=True, slots=True)
class StoreState:
    """How the store is."""

    reason: Reason | None = None
    """Why nothing gets to disk at present; None when all is well."""
    waiting: int = 0
    """Records in memory that are not yet durable."""
    notice: Reason | None = None
    """What was lost or set aside since the engine's start, short; the audit trail says more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an engine finds at its start."""

    alarms: tuple[JournalRow, ...] = ()
    """The newest row of every alarm that was not normal, by sequence; where another came after it, the row by which
    somebody acknowledged it stands before that."""
    users: tuple[UserRecord, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    """Those that have not ended."""
    station: dict[str, bytes] = field(default_factory=dict)
    known: bool = True
    """False when the store could not be read yet (locked, disk trouble): what it holds is not known. Then nobody may
    be made first administrator, and `OpenStore.later` brings the rest."""


class Keeper(Protocol):
    """The writing half of the store, as the rooms of the engine know it."""

    def keep(self, *records: Record) -> "asyncio.Future[None]":
        """Hand records over, in this order, as one unit that is kept whole or not at all.

        Returns:
            Done when they are durable. It never fails while the engine runs: on a refusing disk it waits. It is
            cancelled when the engine stops before that.
        """
        ...

    @property
    def state(self) -> StoreState:
        """How it is now."""
        ...
