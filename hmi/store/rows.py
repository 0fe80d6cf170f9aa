"""How rows and documents lie in the tables: plain numbers and texts, a check sum, and the audit trail's hash chain.

Pure (no SQLAlchemy). Used by writer, reader and verification, so that all three speak of the same bytes: sums and
hashes are taken over the values as they are stored, in a fixed order, as one JSON array.
"""

import hashlib
import math
import zlib
from typing import Any, TypeVar

import msgspec

from hmi.model.event import AuditRow, JournalRow
from hmi.model.reason import Reason
from hmi.model.text import Text

Stored = int | float | str | bytes | None
"""What a column holds."""

R = TypeVar("R")

JOURNAL_COLUMNS = tuple(JournalRow.__struct_fields__)
"""Columns of the journal, in the order in which they are summed."""
AUDIT_COLUMNS = tuple(AuditRow.__struct_fields__)

AUDIT_FORM = 1
"""Form in which new rows of the audit trail are hashed."""
AUDIT_FORMS: dict[int, tuple[str, ...]] = {
    1: (
        "sequence", "kind", "server_ns", "user", "station", "screen", "tag", "tag_id", "command", "state", "old",
        "new", "read_back", "note", "reason", "details",
    )
}  # fmt: skip
"""Form -> the columns that its hash covers. A migration that adds a column adds a form and never changes an old one."""

GENESIS = "0" * 64
"""What stands before the first row."""

_ANY = ("old", "new", "read_back", "details", "reason", "title")
"""Columns that hold JSON."""
_EMPTY = ("value", "limit", "reason", "state", "old", "new", "read_back")
"""Columns that may hold nothing."""


class Damaged(Exception):
    """A row or document does not read back as it was written."""


def journal_values(row: JournalRow, sequence: int) -> dict[str, Stored]:
    """Give the columns of a row of the journal, its check sum too.

    Args:
        row: as the engine made it.
        sequence: its number in the journal, from 1.

    Raises:
        OverflowError: when a number needs more than 64 bits.
        TypeError: when a field holds what no column takes.
    """
    values = _values(row, JOURNAL_COLUMNS) | {"sequence": sequence}
    for name in ("value", "limit"):
        number = values[name]
        values[name] = float(number) if isinstance(number, int | float) and not math.isnan(number) else None
    values["check_sum"] = check_sum(*(values[name] for name in JOURNAL_COLUMNS))
    return values


def journal_row(values: dict[str, Any]) -> JournalRow:
    """Read a row of the journal back from its columns.

    Raises:
        Damaged: when it is not what was written.
    """
    if values["check_sum"] != check_sum(*(values[name] for name in JOURNAL_COLUMNS)):
        message = f"journal row {values['sequence']}: wrong check sum"
        raise Damaged(message)
    return _row({name: values[name] for name in JOURNAL_COLUMNS}, JournalRow)


def audit_values(row: AuditRow, sequence: int, before: str) -> dict[str, Stored]:
    """Give the columns of a row of the audit trail, its hash too.

    Args:
        row: as the engine made it.
        sequence: its number in the trail, from 1.
        before: hash of the row before it, or `GENESIS`.

    Raises:
        OverflowError: when a number needs more than 64 bits.
        TypeError: when a field holds what no column takes.
    """
    values = _values(row, AUDIT_COLUMNS) | {"sequence": sequence, "form": AUDIT_FORM}
    values["hash"] = audit_hash(values, before)
    return values


def audit_row(values: dict[str, Any]) -> AuditRow:
    """Read a row of the audit trail back from its columns; whether the chain holds is for `verify` to say.

    Raises:
        Damaged: when it cannot be read.
    """
    return _row({name: values[name] for name in AUDIT_COLUMNS}, AuditRow)


def audit_hash(values: dict[str, Any], before: str) -> str:
    """Give the hash that belongs to a row and what stands before it: SHA-256, hex.

    Raises:
        Damaged: when the row is of a form that does not exist.
    """
    columns = AUDIT_FORMS.get(values["form"])
    if columns is None:
        message = f"audit row {values['sequence']}: unknown form {values['form']}"
        raise Damaged(message)
    canonical = _canonical((values["form"], *(values[name] for name in columns)))
    return hashlib.sha256(before.encode() + b"\n" + canonical).hexdigest()


def document(content: msgspec.Struct) -> bytes:
    """Give a struct as it lies in a table: JSON."""
    try:
        return msgspec.json.encode(content)
    except UnicodeEncodeError:
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(content)))


def check_sum(*values: Stored) -> int:
    """Give the check sum of stored values (CRC-32): it finds a flipped bit, not a forger."""
    return zlib.crc32(_canonical(values))


def _canonical(values: tuple[Any, ...]) -> bytes:
    """Encode stored values for sum and hash; a value that no writer of ours stores gets bytes of its own."""
    try:
        return msgspec.json.encode(values)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        return repr(values).encode("utf-8", "backslashreplace")


def _values(row: JournalRow | AuditRow, columns: tuple[str, ...]) -> dict[str, Any]:
    """Give the fields of a row as columns hold them."""
    return {name: _stored(name, getattr(row, name)) for name in columns}


def _stored(name: str, value: Any) -> Any:
    if value is None and name in _EMPTY:
        return None
    if name in _ANY:
        return _json_text(value)
    if isinstance(value, str):
        return clean_text(str(value))
    if isinstance(value, bool | int):
        number = int(value)
        if not -(2**63) <= number < 2**63:
            message = f"{name}: {number} needs more than 64 bits"
            raise OverflowError(message)
        return number
    if isinstance(value, float) and name in _EMPTY:
        return value
    message = f"{name} cannot be {value!r}"
    raise TypeError(message)


def _json_text(value: Reason | Text | dict[str, str] | float | str) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(value))).decode()


def _row(values: dict[str, Any], kind: type[R]) -> R:
    """Turn columns into a row."""
    try:
        for name in _ANY:
            if isinstance(values.get(name), str):
                values[name] = msgspec.json.decode(values[name])
        if isinstance(values.get("start_up"), int):
            values["start_up"] = bool(values["start_up"])
        return msgspec.convert(values, kind)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"row {values.get('sequence')}: {error}"
        raise Damaged(message) from error


def clean_text(text: str) -> str:
    r"""Write what is no character (half a surrogate pair) as `\udc80`, so that one odd text never holds up a store."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _cleaned(value: Any) -> Any:
    """Clean every text of what JSON holds."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each) for each in value]
    return value
