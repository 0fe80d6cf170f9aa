"""Checks the hash chain of the audit trail. Used by the reader for `hmi audit verify`; a thread or process of its own.

What it proves. Each row's hash covers the row and the hash before it, so any change, removal, insertion or exchange in
the middle breaks the chain at the first row concerned. Rows cut off at the end are found by the head that is kept
beside the rows (`heads`), and by the note in a file of its own (`audit.head`), which also finds a store that was put
back to an older copy or deleted.

What it cannot prove. There is no secret in it: whoever may write the data folder as this account, knows the program,
and rewrites all hashes from the changed row on, together with the head and the note, leaves a trail that is whole in
itself. Against that person only a copy of the head helps that they cannot reach: `hmi audit verify` prints it (count
and hash) to be noted elsewhere, and `--head COUNT:HASH` checks a later trail against such a note. Nor does a chain say
that what it records was true, or that everything was recorded.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from hmi.model.reason import Reason, reason
from hmi.store.headnote import HeadNote, read_note
from hmi.store.rows import GENESIS, Damaged, audit_hash
from hmi.store.tables import audit, heads

_AT_ONCE = 2000
"""Rows of one transaction; the writer's log can be cut back between two."""
_TOLD = {"store.audit_cut", "store.note_missing"}
"""Reasons of rows by which the store itself tells that rows before them are missing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came out."""

    rows: int
    """That fit, from the first on."""
    hash: str
    """Of the last one that fits."""
    broken: Reason | None = None
    """What is wrong first; None when the trail is whole."""
    earlier: str = ""
    """File that holds the trail before this one: that store was damaged and was set aside."""


class _Chain:
    """Goes along the rows."""

    def __init__(self, noted: tuple[int, str] | None) -> None:
        self._noted = noted
        self.rows, self.hash = 0, GENESIS
        self.earlier = ""
        self.broken: Reason | None = None

    def take(self, row: dict[str, Any]) -> bool:
        """Check the next row; False when the chain ends here."""
        sequence, expected = row["sequence"], self.rows + 1
        if sequence < expected:
            self.broken = reason("store.audit_extra", sequence=sequence)
        elif sequence > expected:
            self.broken = reason("store.audit_missing", first=expected, last=sequence - 1)
        elif not self._fits(row):
            self.broken = reason("store.audit_changed", sequence=sequence)
        elif self._noted is not None and self._noted[0] == sequence and self._noted[1] != row["hash"]:
            self.broken = reason("store.audit_other_head", sequence=sequence)
        else:
            told = _told(row)
            if told is not None and told.code in _TOLD:
                self.broken = reason("store.audit_told", sequence=sequence)
            elif told is not None and told.code == "store.set_aside" and sequence == 1:
                self.earlier = str(told.arguments.get("file", ""))
        if self.broken is None:
            self.rows, self.hash = sequence, row["hash"]
        return self.broken is None

    def _fits(self, row: dict[str, Any]) -> bool:
        try:
            return bool(audit_hash(row, self.hash) == row["hash"])
        except Damaged:
            return False

    def end(self, head: tuple[int, str], note: HeadNote | None, hash_at_note: str) -> None:
        """Check what is said elsewhere about the end.

        Args:
            head: count and hash that the store keeps.
            note: of the file beside it, read before the rows.
            hash_at_note: hash of the row that the note speaks of, when there is one.
        """
        known = [
            head,
            *([(note.audit, note.hash)] if note is not None else []),
            *([self._noted] if self._noted else []),
        ]
        most = max(count for count, _ in known)
        if most > self.rows:
            self.broken = reason("store.audit_end_missing", first=self.rows + 1, last=most)
        elif head != (self.rows, self.hash):
            self.broken = reason("store.audit_head_differs", sequence=self.rows)
        elif note is None and self.rows:
            self.broken = reason("store.audit_no_note", sequence=self.rows)
        elif note is not None and note.audit and note.hash != hash_at_note:
            self.broken = reason("store.audit_other_head", sequence=note.audit)


def verify(connection: Connection, folder: Path, noted: tuple[int, str] | None = None) -> Verdict:
    """Go through the whole trail.

    Args:
        connection: for reading.
        folder: of the store, where the note lies.
        noted: count and hash of a head that was noted elsewhere.
    """
    note = read_note(folder)
    chain, hash_at_note = _Chain(noted), ""
    last: int | None = None
    while True:
        with connection.begin():
            question = select(audit).order_by(audit.c.sequence).limit(_AT_ONCE)
            rows = (
                connection.execute(question if last is None else question.where(audit.c.sequence > last))
                .mappings()
                .all()
            )
            head = connection.execute(select(heads.c["count"], heads.c["hash"]).where(heads.c.name == "audit")).first()
        for row in rows:
            if not chain.take(dict(row)):
                return Verdict(chain.rows, chain.hash, chain.broken, chain.earlier)
            if note is not None and note.audit == chain.rows:
                hash_at_note = chain.hash
        if len(rows) < _AT_ONCE:
            break
        last = rows[-1]["sequence"]
    chain.end((head[0], head[1]) if head is not None else (0, GENESIS), note, hash_at_note)
    return Verdict(chain.rows, chain.hash, chain.broken, chain.earlier)


def verify_nothing(folder: Path, noted: tuple[int, str] | None = None) -> Verdict:
    """Judge a station that has no store."""
    chain = _Chain(noted)
    chain.end((0, GENESIS), read_note(folder), "")
    return Verdict(0, GENESIS, chain.broken)


def _told(row: dict[str, Any]) -> Reason | None:
    """Give the reason of a row of the engine's own."""
    if row["kind"] != "engine" or not row["reason"]:
        return None
    try:
        return msgspec.json.decode(row["reason"], type=Reason)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
