"""Who may do what: rights, roles and sessions. Pure; roles stand in `project.json`, users in the station's store."""

from enum import StrEnum

import msgspec

from hmi.model.text import Text


class Right:
    """Names of the rights that the product asks for; a project may name more of its own (`write.recipe`)."""

    WRITE = "write"
    """Set-points and commands, unless the tag names another right."""
    ACKNOWLEDGE = "acknowledge"
    APPLY = "apply"
    USERS = "users"
    """Add users, change roles and other people's passwords."""


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What people of one kind may do."""

    name: str
    title: Text = Text()
    rights: tuple[str, ...] = ()
    lock_after_s: float = 0.0
    """Idle time after which the session is locked (alarms stay visible); 0 never locks."""


OPERATOR, ENGINEER, ADMINISTRATOR = "operator", "engineer", "administrator"

DEFAULT_ROLES: tuple[Role, ...] = (
    Role(name=OPERATOR, title=Text(zh="操作员", en="Operator"), rights=(Right.WRITE, Right.ACKNOWLEDGE)),
    Role(
        name=ENGINEER,
        title=Text(zh="工程师", en="Engineer"),
        rights=(Right.WRITE, Right.ACKNOWLEDGE, Right.APPLY),
        lock_after_s=1800.0,
    ),
    Role(
        name=ADMINISTRATOR,
        title=Text(zh="管理员", en="Administrator"),
        rights=(Right.WRITE, Right.ACKNOWLEDGE, Right.APPLY, Right.USERS),
        lock_after_s=900.0,
    ),
)
"""Roles of a project that declares none."""


class UserEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user as people see it: no secret in it."""

    name: str
    """Name to sign in with: 1 to 64 characters, compared without case."""
    title: str = ""
    """Full name, as shown."""
    role: str = OPERATOR
    enabled: bool = True
    has_badge: bool = False


class SignedIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session as its window sees it."""

    token: str
    """Secret of the session, known to the window alone; the store keeps its digest."""
    user: UserEntry
    rights: tuple[str, ...]
    lock_after_s: float = 0.0
    demo: bool = False
    """True for the operator whom `hmi demo` signs in without a password."""


class SessionState(StrEnum):
    """What a window can do as somebody."""

    NOBODY = "nobody"
    """Nobody is signed in: everything can be seen, nothing done."""
    SIGNED_IN = "signed_in"
    LOCKED = "locked"
    """Idle for too long: as nobody, but the same person comes back by password or PIN alone."""
