"""One person who is signed in. Engine process; handed to commands and alarms, which ask it for rights."""

from dataclasses import dataclass

from hmi.model.user import UserEntry
from hmi.store.contract import SessionRecord


@dataclass(slots=True)
class Session:
    """A session; it stays the same object while rights, lock and end change."""

    entry: UserEntry
    rights: frozenset[str]
    lock_after_s: float
    """Idle time until it is locked, seconds; 0 never."""
    record: SessionRecord
    touched_ns: int
    """Monotonic ns of the last touch of keyboard, mouse or screen."""

    @property
    def user(self) -> str:
        """Name, as it stands in the audit trail."""
        return self.entry.name

    @property
    def live(self) -> bool:
        """True while something can be done with it."""
        return not self.record.ended and not self.record.locked

    def may(self, right: str) -> bool:
        """Whether it has a right now; a locked or ended one has none."""
        return self.live and right in self.rights
