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


@dataclass(frozen=True, slots=True)
class Change:
    """One document that a record sets, or takes away when `content` is None."""

    table: str
    key: str
    content: Document | None


def change_of(record: Record) -> Change | None:
    """Tell what a record changes; None for one that changes no document."""
    match record:
        case JournalRow():
            if record.event is AlarmEvent.REFUSED:
                return None
            return Change(
                "standing", clean_text(record.alarm), None if record.new_state is AlarmState.NORMAL else record
            )
        case UserRecord():
            return Change("users", clean_text(record.entry.name.casefold()), record)
        case SessionRecord():
            return Change("sessions", clean_text(record.digest), None if record.ended else record)
        case StationValue():
            return Change("station", clean_text(record.key), record)
        case _:
            return None


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
            alarms=tuple(sorted((one for one in found if isinstance(one, JournalRow)), key=lambda row: row.sequence)),
            users=tuple(one for one in found if isinstance(one, UserRecord)),
            sessions=tuple(one for one in found if isinstance(one, SessionRecord)),
            station={one.key: one.value for one in found if isinstance(one, StationValue)},
            known=known,
        )


def numbered(change: Change, sequence: int) -> Change:
    """Give the change of a journal row with the number that the row got."""
    if not isinstance(change.content, JournalRow):
        return change
    return replace(change, content=msgspec.structs.replace(change.content, sequence=sequence))
