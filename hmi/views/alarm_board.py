"""What stands, as every view of the window shows it: one list, one set of counts, one flash. GUI thread.

Fed by the shell with what the engine tells; banner, page, header and the marks on screens read it, so that their
counts cannot differ. Signals: `changed()`.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from PySide6 import QtCore

from hmi.display.alarm_marks import AlarmMark
from hmi.display.alarm_shapes import WAITING, shown_state
from hmi.display.flash import Flash
from hmi.model.alarm import PRIORITIES, Alarm, AlarmStand, AlarmState
from hmi.model.project import Project
from hmi.model.tag import Tag

if TYPE_CHECKING:
    from hmi.link.engine_messages import ToldAlarms


class Counts(msgspec.Struct, frozen=True):
    """How many rows there are, by priority."""

    unacknowledged: tuple[int, int, int] = (0, 0, 0)
    """Of priority 1, 2 and 3: those that wait for somebody to acknowledge."""
    loud: tuple[bool, bool, bool] = (False, False, False)
    """Whether one of them is still active, or needs a reset; the others have only returned."""
    standing: int = 0
    """All that the list shows."""
    total: int = 0
    """All that the engine has; more than `standing` when there are too many to be told."""


class AlarmBoard(QtCore.QObject):
    """Keeps what the engine told last."""

    changed = QtCore.Signal()
    """Something that stands is different, or nothing is known any more."""

    def __init__(self, project: Project, parent: QtCore.QObject | None = None) -> None:
        """Begin with nothing known.

        Args:
            project: whose words are used.
            parent: owner.
        """
        super().__init__(parent)
        self.flash = Flash(self)
        self.stands: tuple[AlarmStand, ...] = ()
        self.counts = Counts()
        self.sounding = 0
        """Priority that sounds; 0 for none."""
        self.known = False
        """Whether the engine is attached: what it said before may be old."""
        self._version = -1
        self._alarms: Mapping[str, Alarm] = {}
        self.project = project
        self.take_project(project)

    def take_project(self, project: Project) -> None:
        """Take words and limits from another project."""
        self._alarms = {alarm.id: alarm for alarm in project.all_alarms}
        self.project = project
        self.changed.emit()

    def take(self, told: "ToldAlarms") -> None:
        """Take over what the engine tells."""
        self.stands = told.stands
        self.sounding = told.sounding
        self.known = True
        self._version = told.version
        waiting, loud = [0, 0, 0], [False, False, False]
        for stand in told.stands:
            place = min(max(stand.priority, 1), 3) - 1
            waiting[place] += shown_state(stand) in WAITING
            loud[place] |= _flashes(stand)
        total = max(told.total, len(told.stands))
        self.counts = Counts((waiting[0], waiting[1], waiting[2]), (loud[0], loud[1], loud[2]), len(told.stands), total)
        self.flash.run(any(loud))
        self.changed.emit()

    def lose(self) -> None:
        """The engine is away: what stands is shown as it was, and said to be old; nothing sounds."""
        if self.known:
            self.known = False
            self.sounding = 0
            self.changed.emit()

    def alarm(self, stand: AlarmStand) -> Alarm | None:
        """Give what the project says of an alarm; None for those that the product makes itself."""
        return self._alarms.get(stand.alarm)

    def tag(self, stand: AlarmStand) -> Tag | None:
        """Give the tag of an alarm, where the project has it."""
        return self.project.tags_by_path.get(stand.tag)

    def marks(self) -> dict[str, AlarmMark]:
        """Give path of a tag -> the most urgent alarm that stands on it, for the screens."""
        found: dict[str, AlarmMark] = {}
        for stand in self.stands:
            mark = AlarmMark(min(max(stand.priority, 1), 3), shown_state(stand))
            before = found.get(stand.tag)
            if before is None or mark.rank < before.rank:
                found[stand.tag] = mark
        return found


def _flashes(stand: AlarmStand) -> bool:
    return shown_state(stand) in (AlarmState.UNACKNOWLEDGED, AlarmState.LATCHED_UNACKNOWLEDGED)


__all__ = ["PRIORITIES", "AlarmBoard", "Counts"]
