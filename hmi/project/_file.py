"""Reads one `.jsonl` file: header, items, and the lines that cannot be used. Called by reader and writer."""

from typing import Any

import msgspec

from hmi.model.ident import is_id
from hmi.model.project import FORMAT
from hmi.model.reason import reason
from hmi.model.screen import Screen
from hmi.project._folder import FoundFile
from hmi.project._kinds import FORMS, FileHeader, Kind, ScreenLine, kind_of_path, plain_item
from hmi.project._lines import LINES, Fault, decode_line, fault, lines_of, shape_fault
from hmi.project._migrate import migrated_header, migrated_item
from hmi.project._problem import Problem, Severity


class _Format(msgspec.Struct):
    """What tells the format of a file; format 0 called it `version`."""

    format: int | None = None
    version: int | None = None


class _ConflictLine(msgspec.Struct):
    """What `hmi.project.merge` leaves where both sides changed one field; `fields` and both versions follow."""

    conflict: str
    fields: tuple[str, ...] = ()


_CONFLICT = msgspec.json.Decoder(_ConflictLine)
_FORMAT = msgspec.json.Decoder(_Format)
_HEADER = msgspec.json.Decoder(FileHeader)
_SCREEN = msgspec.json.Decoder(ScreenLine)
_ITEMS: dict[Kind, "msgspec.json.Decoder[Any]"] = {
    kind: msgspec.json.Decoder(form.line) for kind, form in FORMS.items()
}


MOST_BROKEN = 1000
"""So many broken lines of one file are named at most."""


class ReadFile(msgspec.Struct):
    """One file as it was found."""

    path: str
    kind: Kind
    content: bytes
    screen: Screen | None = None
    """The screen, in a screen file."""
    items: list[tuple[int, Any]] = msgspec.field(default_factory=list)
    """(line, item) in the order of the file."""
    broken: list[bytes] = msgspec.field(default_factory=list)
    """Lines that cannot be used, kept as they are."""


def problem_of(found: Fault, file: str, line: int) -> Problem:
    """Make the error of a line."""
    return Problem(
        severity=Severity.ERROR,
        file=file,
        line=line,
        place=found.place,
        reason=found.reason,
        mend=reason(f"project.mend.{found.mend}"),
    )


def conflict_fault(ident: str, fields: tuple[str, ...]) -> Fault:
    """Make the fault of a conflict that a merge has left."""
    if not fields:
        return fault("conflict_removed", place=ident, mend="conflict", id=ident)
    return fault("conflict", place=ident, mend="conflict", id=ident, fields=", ".join(fields))


def format_of(line: bytes) -> tuple[int, Fault | None]:
    """Tell the format of a file from its first line (or from `project.json` as a whole)."""
    found, wrong = decode_line(line, _FORMAT)
    if wrong is not None:
        return 0, wrong
    number = found.format if found.format is not None else found.version
    if number is None:
        return 0, fault("no_format", mend="header")
    if not 0 <= number <= FORMAT:
        return number, fault("newer_format", mend="newer", found=number, known=FORMAT)
    return number, None


def read_file(found: FoundFile, problems: list[Problem], *, head_only: bool = False) -> ReadFile | None:
    """Read one file of items.

    Args:
        found: the file.
        problems: what is wrong with it is added here.
        head_only: leave the lines below the header for later.

    Returns:
        None when the header cannot be used, so that nothing is known about the lines below.
    """
    kind = kind_of_path(found.path)
    if kind is None:
        return None
    if found.content.startswith(b"\xef\xbb\xbf"):
        problems.append(
            Problem(
                severity=Severity.WARNING,
                file=found.path,
                line=1,
                reason=reason("project.byte_order_mark"),
                mend=reason("project.mend.byte_order_mark"),
            )
        )
    lines = lines_of(found.content)
    number, first = next(lines, (0, b""))
    result = ReadFile(found.path, kind, found.content)
    form, wrong = _read_header(result, first)
    if wrong is not None:
        problems.append(problem_of(wrong, found.path, number))
        return None
    if head_only:
        return result
    decoder = _ITEMS[kind]
    seen: set[str] = set()
    for number, line in lines:
        if number > LINES:
            problems.append(problem_of(fault("too_many_lines", mend="too_large", limit=LINES), found.path, number))
            return None
        item, wrong = _read_item(line, kind, form, decoder)
        if wrong is None and item.id in seen:
            wrong = fault("duplicate_id", place=item.id, mend="duplicate_id", id=item.id)
        if wrong is None:
            seen.add(item.id)
            result.items.append((number, item))
        else:
            result.broken.append(line)
            if len(result.broken) < MOST_BROKEN:
                problems.append(problem_of(wrong, found.path, number))
            elif len(result.broken) == MOST_BROKEN:
                problems.append(problem_of(fault("more_broken"), found.path, number))
    return result


def _read_header(result: ReadFile, line: bytes) -> tuple[int, Fault | None]:
    """Read the header line; gives the file's format."""
    if not line:
        return 0, fault("empty_file", mend="header")
    wrong = shape_fault(line)
    if wrong is not None:
        return 0, wrong
    form, wrong = format_of(line)
    if wrong is not None:
        return form, wrong
    if form < FORMAT:
        line, wrong = migrated_header(line, form, result.kind)
        if wrong is not None:
            return form, wrong
    header, wrong = decode_line(line, _SCREEN if result.kind is Kind.SCREENS else _HEADER)
    if wrong is not None:
        return form, wrong
    if header.kind is not result.kind:
        return form, fault(
            "wrong_kind", place="$.kind", mend="header", found=header.kind.value, folder=result.kind.value
        )
    if isinstance(header, ScreenLine):
        if not is_id(header.id):
            return form, fault("bad_id", place="$.id", mend="id", id=header.id)
        result.screen = Screen(**{name: getattr(header, name) for name in Screen.__struct_fields__})
    return form, None


def _read_item(line: bytes, kind: Kind, form: int, decoder: "msgspec.json.Decoder[Any]") -> tuple[Any, Fault | None]:
    """Read one item line."""
    wrong = shape_fault(line)
    if line.startswith(b'{"conflict"') and wrong is None:
        note, wrong = decode_line(line, _CONFLICT)
        if wrong is None:
            wrong = conflict_fault(note.conflict, note.fields)
    if wrong is None and form < FORMAT:
        line, wrong = migrated_item(line, form, kind)
    if wrong is not None:
        return None, wrong
    item, wrong = decode_line(line, decoder)
    if wrong is not None:
        return None, wrong
    if not is_id(item.id):
        return None, fault("bad_id", place="$.id", mend="id", id=item.id)
    return plain_item(item), None
