"""What windows and the command line say to the engine, and what it says to them. Pure; every process may import it.

Every `Ask…` carries a `number` that its sender chooses (rising, from 1, by connection) and gets exactly one answer with
the same number: the one that its docstring names, or `Refused`. What the engine says unasked (`Told…`) has no number.
The engine never waits for a window: what a slow window has not taken is replaced by the newest state, so each `Told…`
is either whole (a state) or may be missed without harm.

Rights: everything may be read without a session by the account that owns the data folder (no other account gets a
connection). Whoever writes, acknowledges, applies or changes users needs a session with the right.
"""

import msgspec

from hmi.link.messages import Message, Refused
from hmi.model.alarm import AcknowledgeOutcome, AlarmStand
from hmi.model.command import Command, CommandResult
from hmi.model.event import AuditRow, HistoryQuery, JournalRow
from hmi.model.reason import Reason
from hmi.model.user import SignedIn, UserEntry

PROTOCOL = 2
"""Version of this conversation; another one is refused with `link.other_version`."""
MOST_STANDS = 1_000
"""Most alarms of one `ToldAlarms`; the counts are of all."""


class _Ask(Message, frozen=True, kw_only=True):
    """Base of everything that is asked."""

    number: int


class AskHello(_Ask, frozen=True, kw_only=True, tag="hello"):
    """First of all: who I am. Answer: `Attached`."""

    pid: int
    station: str
    """What the audit trail calls this window: host name and number of the window, or `cli`."""
    protocol: int = PROTOCOL
    watches: bool = True
    """Whether it wants to be told (windows do, the command line does not)."""


class Attached(_Ask, frozen=True, kw_only=True, tag="attached"):
    """Which image to look at, and what this engine is."""

    pid: int
    generation: int
    project: str
    """Id of the project that runs."""
    applied: int = 0
    """Number of the apply that runs, rising; 0 for the first."""
    needs_administrator: bool = False
    """No user exists yet: the first window asks for the administrator's password."""
    demo: bool = False


class AskPing(_Ask, frozen=True, kw_only=True, tag="ping"):
    """Are you there? Answer: `Pong`; the time between is the delay that the header shows."""

    active: bool = True
    """Whether somebody touched keyboard, mouse or screen since the last one (for the idle lock)."""


class Pong(_Ask, frozen=True, kw_only=True, tag="pong"):
    """I am."""


# ---------------------------------------------------------------------------------------------------- sessions


class AskFirstAdministrator(_Ask, frozen=True, kw_only=True, tag="first_administrator"):
    """Make the first user. Only while there is none. Answer: `Welcome`."""

    name: str
    password: str


class AskSignIn(_Ask, frozen=True, kw_only=True, tag="sign_in"):
    """Sign in by name and password. Answer: `Welcome`. Wrong name and wrong password cannot be told apart (SE-07)."""

    name: str
    password: str


class AskBadge(_Ask, frozen=True, kw_only=True, tag="badge"):
    """Sign in by badge (what its reader types) and PIN. Answer: `Welcome`."""

    badge: str
    pin: str


class AskResume(_Ask, frozen=True, kw_only=True, tag="resume"):
    """Go on with a session after a restart of engine or window. Answer: `Welcome`."""

    token: str


class AskSignOut(_Ask, frozen=True, kw_only=True, tag="sign_out"):
    """End this connection's session. Answer: `Done`."""


class Welcome(_Ask, frozen=True, kw_only=True, tag="welcome"):
    """The session of this connection from now on."""

    session: SignedIn


class ToldSession(Message, frozen=True, kw_only=True, tag="session"):
    """The session has ended or was locked."""

    reason: Reason
    locked: bool = False


class AskUsers(_Ask, frozen=True, kw_only=True, tag="ask_users"):
    """Who may sign in? Answer: `Users`."""


class Users(_Ask, frozen=True, kw_only=True, tag="users"):
    """All users, by name."""

    users: tuple[UserEntry, ...]


class AskAddUser(_Ask, frozen=True, kw_only=True, tag="add_user"):
    """Add a user, or change title, role and `enabled` of one that exists (`change`). Needs `users`. Answer: `Done`."""

    user: UserEntry
    password: str = ""
    badge: str = ""
    pin: str = ""
    change: bool = False


class AskPassword(_Ask, frozen=True, kw_only=True, tag="password"):
    """Change a password: one's own with the old one, another's with the right `users`. Answer: `Done`."""

    name: str
    password: str
    old: str = ""


class Done(_Ask, frozen=True, kw_only=True, tag="done"):
    """It is done, and its record is durable."""


# ---------------------------------------------------------------------------------------------------- commands


class AskCommand(_Ask, frozen=True, kw_only=True, tag="command"):
    """Write. Answer: `CommandStands` with REQUESTED or REJECTED; what follows comes as `ToldCommand`."""

    command: Command


class AskCommandState(_Ask, frozen=True, kw_only=True, tag="command_state"):
    """What became of a command (after a lost link)? Answer: `CommandStands`; `Refused` when the id never came."""

    command: str


class CommandStands(_Ask, frozen=True, kw_only=True, tag="command_stands"):
    """Where a command stands."""

    result: CommandResult


class ToldCommand(Message, frozen=True, kw_only=True, tag="told_command"):
    """A command of this connection's session has come to another state; also later: the PLC set it back."""

    result: CommandResult


# ---------------------------------------------------------------------------------------------------- alarms


class AskAlarms(_Ask, frozen=True, kw_only=True, tag="ask_alarms"):
    """What stands? Answer: `Alarms`."""


class Alarms(_Ask, frozen=True, kw_only=True, tag="alarms"):
    """All alarms that are not normal, most urgent and newest first, at most `MOST_STANDS`."""

    version: int
    stands: tuple[AlarmStand, ...]
    total: int


class ToldAlarms(Message, frozen=True, kw_only=True, tag="told_alarms"):
    """The same, whole, whenever something changed (gathered: at most ten times a second)."""

    version: int
    stands: tuple[AlarmStand, ...]
    total: int
    sounding: int = 0
    """Priority that sounds now (1 is the most urgent), 0 for none: unacknowledged and not silenced."""


class AskAcknowledge(_Ask, frozen=True, kw_only=True, tag="acknowledge"):
    """Acknowledge the occurrences that the operator saw. Needs `acknowledge`. Answer: `Acknowledged`, once durable."""

    occurrences: tuple[str, ...]
    note: str = ""


class Acknowledged(_Ask, frozen=True, kw_only=True, tag="acknowledged"):
    """What became of each."""

    outcomes: tuple[AcknowledgeOutcome, ...]


class AskSilence(_Ask, frozen=True, kw_only=True, tag="silence"):
    """Sound off for everything that sounds now, on every window. Answer: `Done`."""


class AskReset(_Ask, frozen=True, kw_only=True, tag="reset"):
    """Reset latched alarms by occurrence. Needs `acknowledge`. Answer: `Acknowledged`."""

    occurrences: tuple[str, ...]


# ---------------------------------------------------------------------------------------------------- history, apply


class AskHistoryServer(_Ask, frozen=True, kw_only=True, tag="history_server"):
    """Where are journal and audit answered? Starts the history server when none runs. Answer: `HistoryAt`."""


class HistoryAt(_Ask, frozen=True, kw_only=True, tag="history_at"):
    """Name of its socket in the runtime folder; it speaks `HistoryMessage`."""

    socket: str


class AskApply(_Ask, frozen=True, kw_only=True, tag="apply"):
    """Run this project folder from now on, or the one before (`back`). Needs `apply`. Answer: `Applied`."""

    folder: str = ""
    back: bool = False
    look_only: bool = False
    """Only tell the difference."""


class Difference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an apply changes, in numbers and as lines of `hmi diff`."""

    lines: tuple[Reason, ...] = ()
    """At most 500; each says one item (`project.diff…`)."""
    total: int = 0
    devices_restarted: tuple[str, ...] = ()


class Applied(_Ask, frozen=True, kw_only=True, tag="applied"):
    """It runs (or would, with `look_only`)."""

    applied: int
    difference: Difference
    restore_point: str = ""
    """Name of what one step back goes to."""


class ToldApplied(Message, frozen=True, kw_only=True, tag="told_applied"):
    """Another project runs: read it again from the engine's copy."""

    applied: int
    folder: str


class ToldStore(Message, frozen=True, kw_only=True, tag="told_store"):
    """How the store is: None when every record gets to disk, else why not and how many wait in memory.

    With none waiting the reason may also be what was lost or set aside since the engine's start.
    """

    reason: Reason | None = None
    waiting: int = 0


# ---------------------------------------------------------------------------------------------------- demo


class AskDemoFault(_Ask, frozen=True, kw_only=True, tag="demo_fault"):
    """Break the engine of `hmi demo`: `kill`, `flood`, `disk_full`, `clock_step`, `whole`. Answer: `Done`."""

    kind: str


EngineMessage = (
    AskHello | Attached | AskPing | Pong | AskFirstAdministrator | AskSignIn | AskBadge | AskResume | AskSignOut
    | Welcome | ToldSession | AskUsers | Users | AskAddUser | AskPassword | Done | AskCommand | AskCommandState
    | CommandStands | ToldCommand | AskAlarms | Alarms | ToldAlarms | AskAcknowledge | Acknowledged | AskSilence
    | AskReset | AskHistoryServer | HistoryAt | AskApply | Applied | ToldApplied | ToldStore | AskDemoFault | Refused
)  # fmt: skip
"""Everything that is said on the engine's socket."""


# ---------------------------------------------------------------------------------------------------- history server

HISTORY_SOCKET = "history.sock"
"""Name of the history server's socket in the runtime folder."""


class AskJournal(_Ask, frozen=True, kw_only=True, tag="ask_journal"):
    """Rows of the alarm journal, newest first. Answer: `Journal`."""

    query: HistoryQuery


class Journal(_Ask, frozen=True, kw_only=True, tag="journal"):
    """The rows."""

    rows: tuple[JournalRow, ...]
    more: bool = False
    damaged: tuple[int, ...] = ()
    """Numbers of rows that do not read back as they were written; they are left out."""


class AskAudit(_Ask, frozen=True, kw_only=True, tag="ask_audit"):
    """Rows of the audit trail, newest first. Answer: `Audit`."""

    query: HistoryQuery


class Audit(_Ask, frozen=True, kw_only=True, tag="audit"):
    """The rows."""

    rows: tuple[AuditRow, ...]
    more: bool = False
    damaged: tuple[int, ...] = ()
    """Numbers of rows that do not read back as they were written; they are left out."""


HistoryMessage = AskJournal | Journal | AskAudit | Audit | Refused
"""Everything that is said on the history server's socket."""
