"""What the windows of an engine are served with, and what one window asks of the service. Engine process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hmi.engine.alarms import AlarmDesk
from hmi.engine.commands import CommandDesk
from hmi.engine.deployment import Deployment
from hmi.engine.history_server import HistoryServerChild
from hmi.engine.sessions import Session, Sessions
from hmi.link.engine_messages import Attached, ToldAlarms
from hmi.store.contract import Keeper


@dataclass(frozen=True, slots=True)
class Parts:
    """What the windows are served with."""

    alarms: AlarmDesk
    commands: CommandDesk
    sessions: Sessions
    deployment: Deployment
    history: HistoryServerChild
    keeper: Keeper
    generation: Callable[[], int]
    """Of the image."""
    project_id: str
    demo: Callable[[str], None] | None = None
    """In the engine of `hmi demo`: breaks something on purpose."""


class Seat(Protocol):
    """One window, as the service knows it."""

    watching: bool
    """Whether it wants to be told."""
    session: Session | None
    station: str

    def tell(self, kind: str, frame: bytes) -> None:
        """Tell something unasked; never waits."""
        ...


class Desk(Protocol):
    """The service, as one window knows it."""

    @property
    def parts(self) -> Parts:
        """What it serves with."""
        ...

    def attached(self, number: int) -> Attached:
        """Give the answer to a window's first words."""
        ...

    def watches(self, seat: Seat) -> None:
        """Tell a new window how everything is."""
        ...

    def gone(self, seat: Seat) -> None:
        """Forget a window."""
        ...

    def told_alarms(self) -> ToldAlarms:
        """Give the list of alarms."""
        ...

    def applied(self) -> None:
        """Tell all windows that another project runs."""
        ...
