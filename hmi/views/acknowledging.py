"""Acknowledging and silencing: each press asks once, names what was painted, and says in words what came of it.

GUI thread. Nothing is painted as acknowledged from here: the list is what the engine tells. Signals: `answered()`.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from PySide6 import QtCore

from hmi.model.errors import LinkLost
from hmi.model.reason import Reason, reason

if TYPE_CHECKING:
    from hmi.views.people import People

SAID_MS = 12_000
"""How long an answer stays in words."""


class EngineEnd(Protocol):
    """What the views need of the link to the engine."""

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


class Acknowledging(QtCore.QObject):
    """Asks the engine on behalf of banner and page."""

    answered = QtCore.Signal()
    """`said`, `busy` or the name of somebody is different."""

    def __init__(self, parent: QtCore.QObject | None = None) -> None:
        """Begin without an engine."""
        super().__init__(parent)
        self._engine: EngineEnd | None = None
        self._people: People | None = None
        self.said: Reason | None = None
        """Why the newest press did not do what it asked for."""
        self.busy: frozenset[str] = frozenset()
        """Occurrences whose answer is waited for."""
        self._over = QtCore.QTimer(self)
        self._over.setObjectName("acknowledge said")
        self._over.setSingleShot(True)
        self._over.setInterval(SAID_MS)
        self._over.timeout.connect(self._forget)

    def attach(self, engine: EngineEnd) -> None:
        """Ask this engine from now on."""
        self._engine = engine
        self.people.attach(engine)

    @property
    def people(self) -> "People":
        """Names of those who acknowledged; made when it is first wanted, which is after the first paint."""
        if self._people is None:
            from hmi.views.people import People

            self._people = People(self)
            self._people.changed.connect(self.answered)
        return self._people

    def press(self, occurrences: Iterable[str]) -> None:
        """Acknowledge what was painted when somebody pressed; those that are being asked for are not asked again."""
        from hmi.link.engine_messages import AskAcknowledge  # loaded with the link, after the first paint

        self._ask(occurrences, lambda number, seen: AskAcknowledge(number=number, occurrences=seen))

    def reset(self, occurrences: Iterable[str]) -> None:
        """Reset latched alarms."""
        from hmi.link.engine_messages import AskReset

        self._ask(occurrences, lambda number, seen: AskReset(number=number, occurrences=seen))

    def silence(self) -> None:
        """Sound off, on every window."""
        engine = self._engine
        if engine is None or not engine.attached:
            self._say(reason("views.not_attached"))
            return

        from hmi.link.engine_messages import AskSilence
        from hmi.link.messages import Refused

        async def work() -> None:
            try:
                answer = await engine.ask(lambda number: AskSilence(number=number))
            except (LinkLost, TimeoutError):
                self._say(reason("views.answer_lost"))
                return
            if isinstance(answer, Refused):
                self._say(answer.reason)

        engine.start(work, "silence")

    def _ask(self, occurrences: Iterable[str], make: Callable[[int, tuple[str, ...]], object]) -> None:
        seen = tuple(one for one in dict.fromkeys(occurrences) if one and one not in self.busy)
        engine = self._engine
        if not seen:
            return
        if engine is None or not engine.attached:
            self._say(reason("views.not_attached"))
            return
        self.busy |= set(seen)
        self._say(None)

        async def work() -> None:
            try:
                answer = await engine.ask(lambda number: make(number, seen))
                self._say(_why(answer))
            except (LinkLost, TimeoutError):
                self._say(reason("views.answer_lost"))
            finally:
                self.busy -= set(seen)
                self.answered.emit()

        engine.start(work, "acknowledge")

    def _say(self, why: Reason | None) -> None:
        self.said = why
        if why is not None:
            self._over.start()
        self.answered.emit()

    @QtCore.Slot()
    def _forget(self) -> None:
        self._say(None)


def _why(answer: object) -> Reason | None:
    """Give the first refusal of an answer."""
    from hmi.link.engine_messages import Acknowledged
    from hmi.link.messages import Refused

    if isinstance(answer, Refused):
        return answer.reason
    if isinstance(answer, Acknowledged):
        return next((one.reason for one in answer.outcomes if not one.done and one.reason is not None), None)
    return None
