"""Names of people as the header shows them: the engine's messages carry the name to sign in with. GUI thread.

The list of users is asked from the engine when a name comes up that is not known yet, and again now and then while
names are being shown. Until the answer is there, and for people who were removed since, the sign-in name stands.
Signals: `changed()`.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol

from PySide6 import QtCore

from hmi.model.errors import LinkLost
from hmi.model.reason import Reason
from hmi.views.alarm_words import time_words

ASK_EVERY_S = 30.0
"""Shortest time between two asks for a name that stays unknown."""
FRESH_S = 600.0
"""A list that is older is asked for again: names may have been changed."""


class UsersEnd(Protocol):
    """What is needed of the link to the engine."""

    @property
    def attached(self) -> bool:
        """Whether the engine can be asked now."""
        ...

    async def ask(self, make: Callable[[int], Any]) -> Any:
        """Ask and wait; raises LinkLost or TimeoutError."""
        ...

    def start(self, work: Callable[[], Any], name: str) -> None:
        """Run a coroutine function as a task of the link."""
        ...


class People(QtCore.QObject):
    """Sign-in name -> name as shown."""

    changed = QtCore.Signal()
    """A name is shown otherwise than before."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        """Begin with nobody known."""
        super().__init__(parent)
        self._end: UsersEnd | None = None
        self._names: dict[str, str] = {}
        self._asked_s = -FRESH_S
        self._soon = QtCore.QTimer(self)
        self._soon.setObjectName("people soon")
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._ask)

    def attach(self, end: UsersEnd) -> None:
        """Ask this engine from now on."""
        self._end = end
        self._asked_s = -FRESH_S

    def name_of(self, user: str) -> str:
        """Give the name as shown; the name to sign in with while no other is known. May be called while painting."""
        if not user:
            return ""
        name = self._names.get(user.casefold())
        age_s = time.monotonic() - self._asked_s
        if age_s > (ASK_EVERY_S if name is None else FRESH_S) and not self._soon.isActive():
            self._soon.start()
        return name or user

    def named(self, why: Reason) -> Reason:
        """Give a reason with the person in it as shown, and its time as the clock shows it."""
        shown = dict(why.arguments)
        user, at_ns = shown.get("user"), shown.get("at_ns")
        if isinstance(user, str):
            shown["user"] = self.name_of(user)
        if isinstance(at_ns, int):
            shown["time"] = time_words(at_ns)
        return Reason(why.code, shown)

    @QtCore.Slot()
    def _ask(self) -> None:
        end = self._end
        if end is None or not end.attached:
            return
        self._asked_s = time.monotonic()

        async def work() -> None:
            from hmi.link.engine_messages import AskUsers, Users  # loaded with the link, after the first paint

            try:
                answer = await end.ask(lambda number: AskUsers(number=number))
            except (LinkLost, TimeoutError):
                return  # asked again in a while
            if isinstance(answer, Users):
                names = {one.name.casefold(): one.title or one.name for one in answer.users}
                if names != self._names:
                    self._names = names
                    self.changed.emit()

        end.start(work, "users")
