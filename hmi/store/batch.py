"""Works out what units of records write: numbers, hashes, what stands afterwards. Pure; used by the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hmi.model.event import AuditRow, JournalRow
from hmi.store.contract import Record
from hmi.store.mirror import Change, changes_of, numbered
from hmi.store.rows import GENESIS, audit_values, document, journal_values

RECORD_FAULTS = (OverflowError, TypeError, ValueError, AttributeError)
"""What a record that no table takes raises."""


@dataclass(frozen=True, slots=True)
class Heads:
    """How far the tables have come."""

    journal: int = 0
    audit: int = 0
    hash: str = GENESIS
    commits: int = 0


@dataclass(slots=True)
class Batch:
    """What a batch of units writes."""

    heads: Heads
    """After it."""
    journal: list[dict[str, Any]] = field(default_factory=list)
    audit: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    refused: dict[int, Exception] = field(default_factory=dict)
    """Place of a unit -> why no table takes it."""


def plan(units: Sequence[Sequence[Record]], before: Heads) -> Batch:
    """Work out what units write.

    Args:
        units: in order; one that no table takes is left out as a whole and named.
        before: how far the tables have come.
    """
    batch = Batch(replace(before, commits=before.commits + 1))
    for place, unit in enumerate(units):
        part = Batch(batch.heads)
        try:
            for record in unit:
                _plan_record(part, record)
        except RECORD_FAULTS as error:
            batch.refused[place] = error
            continue
        batch.heads = part.heads
        batch.journal += part.journal
        batch.audit += part.audit
        batch.changes += part.changes
    return batch


def _plan_record(batch: Batch, record: Record) -> None:
    """Add one record to a batch."""
    changes = changes_of(record)
    match record:
        case JournalRow():
            sequence = batch.heads.journal + 1
            batch.journal.append(journal_values(record, sequence))
            batch.heads = replace(batch.heads, journal=sequence)
            changes = tuple(numbered(change, sequence) for change in changes)
        case AuditRow():
            values = audit_values(record, batch.heads.audit + 1, batch.heads.hash)
            batch.audit.append(values)
            batch.heads = replace(batch.heads, audit=batch.heads.audit + 1, hash=str(values["hash"]))
        case _ if not changes:
            message = f"{type(record).__name__} is no record"
            raise TypeError(message)
    for change in changes:
        if change.content is not None:
            document(change.content)  # what cannot be encoded is refused here, before anything is written
    batch.changes += changes
