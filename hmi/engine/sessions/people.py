"""The users of the station in memory, and the rules for their names and secrets. Pure."""

import unicodedata
from collections.abc import Iterable

import msgspec

from hmi.engine.sessions.hashing import LONGEST_SECRET
from hmi.model.errors import HmiError
from hmi.model.user import ADMINISTRATOR, UserEntry
from hmi.store.contract import UserRecord

LONGEST_NAME = 64
SHORTEST_PASSWORD, SHORTEST_PIN, SHORTEST_BADGE = 8, 4, 4


class SessionRefused(HmiError):
    """Something about users or sessions was refused; the reason says why."""


class People:
    """Users by name, compared without case."""

    def __init__(self, users: Iterable[UserRecord]) -> None:
        """Take over what the store holds."""
        self._users = {key_of(user.entry.name): user for user in users}

    def __len__(self) -> int:
        """How many there are, disabled ones included."""
        return len(self._users)

    def find(self, name: str) -> UserRecord | None:
        """Give a user."""
        return self._users.get(key_of(name))

    def by_badge(self, digest: str) -> UserRecord | None:
        """Give the user of a badge."""
        return next((user for user in self._users.values() if user.badge_digest == digest), None)

    def put(self, user: UserRecord) -> None:
        """Add a user, or change one."""
        self._users[key_of(user.entry.name)] = user

    def entries(self) -> tuple[UserEntry, ...]:
        """Give all as people see them, by name."""
        return tuple(self._users[key].entry for key in sorted(self._users))

    def last_administrator(self, name: str) -> bool:
        """Tell whether a user is the only enabled administrator."""
        able = [key for key, user in self._users.items() if user.entry.enabled and user.entry.role == ADMINISTRATOR]
        return able == [key_of(name)]


def key_of(name: str) -> str:
    """Give what names are compared by."""
    return unicodedata.normalize("NFKC", name).casefold()


def check_name(name: str) -> None:
    """Refuse a name that cannot be typed or told apart.

    Raises:
        SessionRefused: when it is empty, too long, has spaces at its ends or signs that cannot be seen.
    """
    if not 0 < len(name) <= LONGEST_NAME or name != name.strip() or not name.isprintable():
        raise SessionRefused("sessions.name_unfit", longest=LONGEST_NAME)


def check_password(name: str, password: str) -> None:
    """Refuse a password that is no protection.

    Raises:
        SessionRefused: when it is shorter than 8 or longer than 256 characters, or the name itself.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_SECRET:
        raise SessionRefused("sessions.password_length", shortest=SHORTEST_PASSWORD, longest=LONGEST_SECRET)
    if key_of(password.strip()) == key_of(name) or len(set(password)) < 3:
        raise SessionRefused("sessions.password_weak")


def check_badge(badge: str, pin: str) -> None:
    """Refuse a badge or PIN that is too short.

    Raises:
        SessionRefused: when one is.
    """
    if not SHORTEST_BADGE <= len(badge) <= LONGEST_SECRET:
        raise SessionRefused("sessions.badge_length", shortest=SHORTEST_BADGE)
    if not SHORTEST_PIN <= len(pin) <= LONGEST_SECRET:
        raise SessionRefused("sessions.pin_length", shortest=SHORTEST_PIN)


def with_entry(user: UserRecord, entry: UserEntry) -> UserRecord:
    """Give a user with other public fields."""
    return msgspec.structs.replace(user, entry=entry)
