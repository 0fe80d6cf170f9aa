"""Merges a file of a project three ways, by object and by field.

Used by `hmi merge`, which git calls as its merge driver; pure.

Objects are found by their ids, so that neither moved lines nor neighbours disturb. What only one side changed is taken;
what both changed in the same way, too. Where both changed one field differently, the object keeps ours, and a line

    {"conflict":ID,"fields":[...],"ours":{...},"theirs":{...}}

follows the objects: both versions stay, `hmi check` names it, and the project still opens. Removing that line settles
it. An object that one side removed and the other changed is kept, with such a line whose missing side is null. In
`project.json` the same stands in its field `conflict`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.project import FORMAT, ProjectHeader
from hmi.project._file import format_of
from hmi.project._kinds import FORMS, Kind, plain_item
from hmi.project._lines import Fault, decode_line, lines_of, shape_fault
from hmi.project._migrate import migrated_header, migrated_item, migrated_project
from hmi.project._write import header_bytes, item_line

_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PROJECT = msgspec.json.Decoder(ProjectHeader)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
LARGEST = 64 * 2**20
"""Largest file, bytes."""
Raws = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One object that both sides changed in ways that exclude each other."""

    id: str
    """Id of the object; empty for a file's header or `project.json`."""
    fields: tuple[str, ...]
    """The fields at odds; empty when one side removed the object."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result."""

    content: bytes
    conflicts: tuple[Conflict, ...]


@dataclass(slots=True)
class _Side:
    """One version of a file."""

    header: Raws = field(default_factory=dict)
    items: dict[str, bytes] = field(default_factory=dict)
    """Id -> line."""
    loose: list[bytes] = field(default_factory=list)
    """Lines without a usable id: broken ones, and conflicts that an earlier merge left."""
    whole: bool = False
    """It is a `project.json`: one object and nothing else."""


def merge_file(base: bytes, ours: bytes, theirs: bytes) -> Merged:
    """Merge three versions of one file.

    Args:
        base: the common ancestor; empty when there is none.
        ours: this side.
        theirs: the other side.

    Raises:
        ProjectError: one of them is no file of a project, or they are of different kinds.
    """
    if ours == theirs:
        return Merged(ours, ())
    if base in (ours, theirs):
        return Merged(theirs if base == ours else ours, ())
    sides = [_side(content) for content in (base, ours, theirs)]
    if not base.strip():
        sides[0] = _Side(whole=sides[1].whole)
    if len({side.whole for side in sides}) > 1 or _kind(sides[1]) != _kind(sides[2]):
        raise ProjectError("project.merge_kinds")
    return _merge_project(*sides) if sides[1].whole else _merge_lines(*sides)


def _kind(side: _Side) -> bytes:
    return side.header.get("kind", b"")


def _side(content: bytes) -> _Side:
    """Take a version apart."""
    side = _Side()
    lines = [line for _, line in lines_of(content)]
    if not lines:
        return side
    whole = content.removeprefix(b"\xef\xbb\xbf").strip()
    if shape_fault(whole) is None and "kind" not in _opened(whole):
        side.header, side.whole = _opened(_lifted(whole, migrated_project)), True
        return side
    if shape_fault(lines[0]) is not None:
        raise ProjectError("project.merge_no_project_file")
    named = _text(_opened(lines[0]).get("kind", b"null"))
    if named not in list(Kind):
        raise ProjectError("project.merge_no_project_file")
    kind = Kind(named)
    form, _ = format_of(lines[0])
    side.header = _opened(_lifted(lines[0], lambda line, form: migrated_header(line, form, kind)))
    for line in lines[1:]:
        if form < FORMAT and _id_of(line) is not None:
            line, _ = migrated_item(line, form, kind)
        ident = _id_of(line)
        if ident is None or ident in side.items:
            side.loose.append(line)
        else:
            side.items[ident] = line
    return side


def _lifted(line: bytes, lift: Callable[[bytes, int], tuple[bytes, Fault | None]]) -> bytes:
    """Bring a header to the present format, so that versions from before and after a migration can be merged."""
    form, wrong = format_of(line)
    if wrong is not None:
        raise ProjectError("project.merge_no_project_file")
    return lift(line, form)[0] if form < FORMAT else line


def _opened(content: bytes) -> Raws:
    """Give the fields of an object as raw JSON."""
    return {name: bytes(raw).strip() for name, raw in _RAW.decode(content).items()}


def _text(raw: bytes) -> str | None:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, str) else None


def _id_of(line: bytes) -> str | None:
    """Give the id of a line, or None when it has none that can be used."""
    if shape_fault(line) is not None:
        return None
    fields = _opened(line)
    return _text(fields["id"]) if "id" in fields and "conflict" not in fields else None


def _merge_lines(base: _Side, ours: _Side, theirs: _Side) -> Merged:
    """Merge files of items."""
    conflicts: list[Conflict] = []
    notes: list[bytes] = []
    header, at_odds = _merge_fields(base.header, ours.header, theirs.header)
    if at_odds:
        conflicts.append(Conflict("", tuple(at_odds)))
        notes.append(_note("", at_odds, _joined(ours.header), _joined(theirs.header)))
    lines: list[bytes] = []
    decoder = msgspec.json.Decoder(FORMS[Kind(_text(header["kind"]) or "")].line)
    for ident in sorted({**base.items, **ours.items, **theirs.items}):
        versions = (base.items.get(ident), ours.items.get(ident), theirs.items.get(ident))
        line, odd = _merge_item(*versions, decoder)
        if line is not None:
            lines.append(line)
        if odd is not None:
            conflicts.append(Conflict(ident, tuple(odd)))
            notes.append(_note(ident, odd, versions[1], versions[2]))
    loose = _merge_loose(base.loose, ours.loose, theirs.loose)
    loose += [note for note in notes if note not in loose]
    return Merged(b"\n".join([_joined(header), *lines, *loose, b""]), tuple(conflicts))


def _merge_item(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, decoder: "msgspec.json.Decoder[Any]"
) -> tuple[bytes | None, list[str] | None]:
    """Merge one object; gives its line (None: removed) and the fields at odds (None: no conflict)."""
    if _same(ours, theirs) or _same(base, theirs):
        return ours, None
    if _same(base, ours):
        return theirs, None
    if ours is None or theirs is None:
        return ours if theirs is None else theirs, []
    merged, at_odds = _merge_fields(_opened(base) if base else {}, _opened(ours), _opened(theirs))
    return _canonical(_joined(merged), decoder), at_odds or None


def _canonical(line: bytes, decoder: "msgspec.json.Decoder[Any]") -> bytes:
    """Write a merged object as the writer would, so that the next save changes nothing."""
    item, wrong = decode_line(line, decoder)
    return line if wrong is not None else item_line(plain_item(item))


def _merge_project(base: _Side, ours: _Side, theirs: _Side) -> Merged:
    """Merge `project.json`."""
    waiting = [side.header.pop("conflict", None) for side in (ours, theirs)]
    merged, at_odds = _merge_fields(base.header, ours.header, theirs.header)
    header, wrong = decode_line(_joined(merged), _PROJECT)
    if wrong is not None:
        raise ProjectError("project.merge_no_project_file")
    if not at_odds:
        older = next((msgspec.Raw(one) for one in waiting if one is not None), None)
        return Merged(header_bytes(header) if older is None else header_bytes(header, conflict=older), ())
    own, other = ({name: msgspec.Raw(raw) for name, raw in side.header.items()} for side in (ours, theirs))
    note = msgspec.Raw(msgspec.json.encode({"fields": at_odds, "ours": own, "theirs": other}))
    return Merged(header_bytes(header, conflict=note), (Conflict("", tuple(at_odds)),))


def _merge_fields(base: Raws, ours: Raws, theirs: Raws, place: str = "") -> tuple[Raws, list[str]]:
    """Merge the fields of one object; ours stands where both sides are at odds."""
    merged: Raws = {}
    at_odds: list[str] = []
    for name in dict.fromkeys([*ours, *theirs]):
        value, odd = _merge_value(base.get(name), ours.get(name), theirs.get(name), f"{place}{name}")
        at_odds += odd
        if value is not None:
            merged[name] = value
    return merged, at_odds


def _merge_value(
    base: bytes | None, ours: bytes | None, theirs: bytes | None, place: str
) -> tuple[bytes | None, list[str]]:
    """Merge one value: objects key by key, lists of named objects by their names, everything else as a whole."""
    if _same(ours, theirs) or _same(base, theirs):
        return ours, []
    if _same(base, ours):
        return theirs, []
    if ours is not None and theirs is not None:
        if ours[:1] == theirs[:1] == b"{":
            fields, at_odds = _merge_fields(_opened(_object(base)), _opened(ours), _opened(theirs), f"{place}.")
            return _joined(fields), at_odds
        named = [_named(version or b"[]") for version in (base, ours, theirs)]
        old, own, other = named
        if old is not None and own is not None and other is not None:
            members, at_odds = _merge_fields(old, own, other, f"{place}.")
            return b"[" + b",".join(members.values()) + b"]", at_odds
    return ours, [place]


def _object(raw: bytes | None) -> bytes:
    return raw if raw is not None and raw[:1] == b"{" else b"{}"


def _named(raw: bytes) -> Raws | None:
    """Give a list of objects by their `name`, or None when it is another list."""
    if raw[:1] != b"[":
        return None
    members: Raws = {}
    for one in _LIST.decode(raw):
        content = bytes(one).strip()
        name = _text(_opened(content).get("name", b"null")) if content[:1] == b"{" else None
        if name is None or name in members:
            return None
        members[name] = content
    return members


def _merge_loose(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> list[bytes]:
    """Merge lines that are not objects: what a side removed goes, what a side added comes."""
    gone = {line for line in base if line not in ours or line not in theirs}
    return [line for line in dict.fromkeys([*ours, *theirs]) if line not in gone]


def _same(one: bytes | None, other: bytes | None) -> bool:
    """Tell whether two values mean the same."""
    if one is None or other is None:
        return one is other
    return one == other or bool(msgspec.json.decode(one) == msgspec.json.decode(other))


def _joined(fields: Raws) -> bytes:
    """Write an object of raw fields."""
    return msgspec.json.encode({name: msgspec.Raw(raw) for name, raw in fields.items()})


def _note(ident: str, at_odds: list[str], ours: bytes | None, theirs: bytes | None) -> bytes:
    """Write the line that keeps both versions."""
    sides: dict[str, Any] = {
        name: msgspec.Raw(version) if version is not None else None
        for name, version in (("ours", ours), ("theirs", theirs))
    }
    return msgspec.json.encode({"conflict": ident, "fields": at_odds, **sides})
