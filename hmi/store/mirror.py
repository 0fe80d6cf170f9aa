"""What the store holds beside journal and audit, in memory: standing alarms, users, sessions, station data. Pure.

The writer's thread keeps it in step with what is committed. It tells what a batch of records changes in the tables,
and it is what a new store is begun with when the old one broke: none of it hangs on a disk that can fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import msgspec

from hmi.model.alarm import AlarmEvent, AlarmState
from hmi.model.event import JournalRow
from hmi.store.contract import Record, SessionRecord, Standing, StationValue, UserRecord
from hmi.store.rows import Damaged, clean_text

Document = JournalRow | UserRecord | SessionRecord | StationValue

KINDS: dict[str, type[Document]] = {
    "standing": JournalRow,
    "users": UserRecord,
    "sessions": SessionRecord,
    "station": StationValue,
}
"""Table -> what its documents are."""


def document_of(table: str, content: bytes) -> Document:
    """Read a document of a table.

    Raises:
        Damaged: when it cannot be read.
    """
    try:
        return msgspec.json.decode(content, type=KINDS[table])
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"a document of {table}: {error}"
        raise Damaged(message) from error


_ACKNOWLEDGED = frozenset({AlarmState.ACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED})
_BY = " acknowledged"
"""After the id of an alarm: key of the row by which somebody acknowledged it. A later row (its return, when it latches)
takes the place of the newest one, and who it was must outlive a restart."""


@dataclass(frozen=True, slots=True)
class Change:
    """One document that a record sets, or takes away when `content` is None."""

    table: str
    key: str
    content: Document | None


def changes_of(record: Record) -> tuple[Change, ...]:
    """Tell what a record changes; nothing for one that changes no document."""
    match record:
        case JournalRow():
            return _standing_changes(record)
        case UserRecord():
            return (Change("users", clean_text(record.entry.name.casefold()), record),)
        case SessionRecord():
            return (Change("sessions", clean_text(record.digest), None if record.ended else record),)
        case StationValue():
            return (Change("station", clean_text(record.key), record),)
        case _:
            return ()


def _standing_changes(row: JournalRow) -> tuple[Change, ...]:
    """Tell what a row of the journal changes: its alarm, and who acknowledged it for as long as that counts."""
    if row.event is AlarmEvent.REFUSED:
        return ()
    key = clean_text(row.alarm)
    newest = Change("standing", key, None if row.new_state is AlarmState.NORMAL else row)
    if row.event is AlarmEvent.ACKNOWLEDGED and row.new_state in _ACKNOWLEDGED:
        return newest, Change("standing", key + _BY, row)
    if row.old_state in _ACKNOWLEDGED and row.new_state not in _ACKNOWLEDGED:
        return newest, Change("standing", key + _BY, None)
    return (newest,)


@dataclass(slots=True)
class Mirror:
    """The documents by table and key."""

    documents: dict[str, dict[str, Document]] = field(default_factory=lambda: {table: {} for table in KINDS})

    def take(self, changes: Iterable[Change]) -> None:
        """Follow what was committed."""
        for change in changes:
            if change.content is None:
                self.documents[change.table].pop(change.key, None)
            else:
                self.documents[change.table][change.key] = change.content

    def everything(self) -> list[Change]:
        """Give all documents, for a store that begins anew."""
        return [
            Change(table, key, content)
            for table, contents in self.documents.items()
            for key, content in contents.items()
        ]

    def standing(self, *, known: bool) -> Standing:
        """Give it as an engine finds it at its start.

        Args:
            known: whether this is what the store holds.
        """
        found = [each for contents in self.documents.values() for each in contents.values()]
        return Standing(
            alarms=self._alarms(),
            users=tuple(one for one in found if isinstance(one, UserRecord)),
            sessions=tuple(one for one in found if isinstance(one, SessionRecord)),
            station={one.key: one.value for one in found if isinstance(one, StationValue)},
            known=known,
        )

    def _alarms(self) -> tuple[JournalRow, ...]:
        """Give the newest rows, and those of acknowledges that came before them."""
        standing = self.documents["standing"]
        found = [
            (row.sequence, not key.endswith(_BY), row)
            for key, row in standing.items()
            if isinstance(row, JournalRow) and (not key.endswith(_BY) or _came_after(standing, key, row))
        ]
        return tuple(row for _, _, row in sorted(found, key=lambda one: one[:2]))


def _came_after(standing: dict[str, Document], key: str, row: JournalRow) -> bool:
    """Tell whether the newest row of an alarm is another one than that of its acknowledge."""
    newest = standing.get(key.removesuffix(_BY))
    return newest is not None and newest != row


def numbered(change: Change, sequence: int) -> Change:
    """Give the change of a journal row with the number that the row got."""
    if not isinstance(change.content, JournalRow):
        return change
    return replace(change, content=msgspec.structs.replace(change.content, sequence=sequence))
