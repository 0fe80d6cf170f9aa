"""One alarm with what it watches. Pure; made by `alarm_plan`, or of the journal row of one that no project has."""

from dataclasses import dataclass

from hmi.model.alarm import AlarmKind
from hmi.model.event import JournalRow
from hmi.model.text import Language, Text
from hmi.words import say

HIGH_SIDE = frozenset({AlarmKind.HIGH, AlarmKind.HIGH_HIGH})
WITH_LIMIT = frozenset({*HIGH_SIDE, AlarmKind.LOW, AlarmKind.LOW_LOW})


@dataclass(frozen=True, slots=True)
class Watch:
    """One alarm with what it watches; what people see of it is made when it comes."""

    id: str
    path: str
    tag: str
    """Path."""
    tag_id: str
    kind: AlarmKind
    priority: int
    limit: float | None
    deadband: float
    values: tuple[int, ...]
    on_delay_ns: int
    off_delay_ns: int
    latching: bool
    needs_acknowledge: bool
    device: str
    """Name; empty for a tag without a device."""
    number: int
    """Of the tag's id."""
    tag_deadband: float
    """A smaller change of the value is in no list of changes."""
    own_title: Text
    subject: Text
    """Title of tag or device, for an alarm without a title of its own."""

    @property
    def key(self) -> tuple[str, str, AlarmKind]:
        """What makes it the same alarm in a changed project: it watches the same in the same way."""
        return self.id, self.tag_id, self.kind

    @property
    def title(self) -> Text:
        """The message: its own, or what it is about and the kind."""
        if self.own_title:
            return self.own_title
        zh, en = (
            say(f"alarms.title.{self.kind.value}", language, subject=self.subject.pick(language))
            for language in (Language.ZH, Language.EN)
        )
        return Text(zh=zh, en=en)


def watch_of_row(row: JournalRow) -> Watch:
    """Give what is known of an alarm that only the journal knows any more."""
    return Watch(
        id=row.alarm,
        path=row.path,
        tag=row.tag,
        tag_id=row.tag_id,
        kind=row.kind,
        priority=row.priority,
        limit=row.limit,
        deadband=0.0,
        values=(),
        on_delay_ns=0,
        off_delay_ns=0,
        latching=False,
        needs_acknowledge=True,
        device="",
        number=0,
        tag_deadband=0.0,
        own_title=row.title,
        subject=row.title,
    )
