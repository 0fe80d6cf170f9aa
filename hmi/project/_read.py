"""Reads a project folder into a `Project` and a list of problems.

Called by every process; raises nothing for bad content.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from hmi.model.alarm import Alarm
from hmi.model.device import Device
from hmi.model.ident import is_id
from hmi.model.project import FORMAT, Project, ProjectHeader
from hmi.model.screen import Element, NavigationItem
from hmi.model.tag import Instance, Tag, TagType
from hmi.project._expand import expand
from hmi.project._expand_alarms import expand_alarms
from hmi.project._file import ReadFile, conflict_fault, format_of, problem_of, read_file
from hmi.project._folder import FoundFile, found_files
from hmi.project._kinds import PROJECT_FILE, Kind, header_key
from hmi.project._later import LaterElements
from hmi.project._lines import Fault, decode_line, fault, shape_fault
from hmi.project._migrate import migrated_project
from hmi.project._positions import line_of, positions
from hmi.project._problem import Problem, ReadResult, Spot, sorted_problems
from hmi.project.names import is_project_name

_PROJECT = msgspec.json.Decoder(ProjectHeader)


class _Gathered(msgspec.Struct):
    """What the files have brought so far."""

    header: ProjectHeader | None = None
    items: dict[type, list[Any]] = msgspec.field(default_factory=dict)
    screens: list[Any] = msgspec.field(default_factory=list)
    elements: dict[str, tuple[Element, ...]] = msgspec.field(default_factory=dict)
    spots: dict[str, Spot] = msgspec.field(default_factory=dict)
    problems: list[Problem] = msgspec.field(default_factory=list)
    later: dict[str, FoundFile] | None = None
    """Screen id -> its file, where elements are left for later."""


def element_key(screen_id: str, element_id: str) -> str:
    """Give the key of an element in `ReadResult.spots`: its id is its own within the screen only."""
    return f"{screen_id}/{element_id}"


def read_project(folder: Path, *, elements_later: bool = False) -> ReadResult:
    """Read a project folder.

    Args:
        folder: where `project.json` lies.
        elements_later: decode the elements of a screen when they are first asked for; nothing is then said of what is
            wrong with them, nor where they stand.

    Returns:
        Everything that can be read, and what cannot. Content never raises; a broken line loses itself only.
    """
    gathered = _Gathered(later={} if elements_later else None)
    for _ in read_files(folder, gathered):
        pass
    if gathered.header is None:
        return ReadResult(None, sorted_problems(gathered.problems), gathered.spots)
    project = Project(
        header=gathered.header,
        devices=_sorted(gathered, Device),
        types=_sorted(gathered, TagType),
        instances=_sorted(gathered, Instance),
        tags=_sorted(gathered, Tag),
        screens=tuple(sorted(gathered.screens, key=lambda screen: str(screen.id))),
        elements=gathered.elements if gathered.later is None else LaterElements(gathered.later),
        navigation=_sorted(gathered, NavigationItem),
        alarms=_sorted(gathered, Alarm),
    )
    expanded, problems = expand(project, gathered.spots)
    alarms, more = expand_alarms(project, gathered.spots)
    return ReadResult(
        replace(project, expanded=expanded, expanded_alarms=alarms),
        sorted_problems([*gathered.problems, *problems, *more]),
        gathered.spots,
    )


def read_files(folder: Path, gathered: _Gathered | None = None) -> Iterator[ReadFile]:
    """Read the `.jsonl` files one by one; an id that an earlier file has is taken for broken, as the reader does.

    Args:
        folder: the project folder.
        gathered: where everything is kept, for `read_project`; the writer needs the files only.
    """
    kept = gathered or _Gathered()
    for found in found_files(folder, kept.problems):
        if found.path == PROJECT_FILE:
            kept.header = _read_header(found, kept)
            continue
        later = kept.later is not None and found.path.startswith(f"{Kind.SCREENS}/")
        file = read_file(found, kept.problems, head_only=later)
        if file is not None and _keep(file, kept):
            yield file


def _read_header(found: FoundFile, gathered: _Gathered) -> ProjectHeader | None:
    """Read `project.json`."""
    problems = gathered.problems
    whole = found.content.removeprefix(b"\xef\xbb\xbf")
    content, conflict = _without_conflict(whole.strip())
    if conflict is not None:
        problems.append(problem_of(conflict, found.path, line_of(whole, "$.conflict")))
    header, wrong = _header_of(content)
    if wrong is not None:
        problems.append(problem_of(wrong, found.path, _line_of_fault(whole, wrong)))
    else:
        for place, line in positions(whole).items():
            gathered.spots[header_key(place)] = Spot(found.path, line)
    return header


def _line_of_fault(content: bytes, wrong: Fault) -> int:
    """Give the line of `project.json` that a fault is about."""
    broken = wrong.reason.arguments.get("byte")
    if broken is not None:
        return content[: len(content) - len(content.lstrip()) + int(broken)].count(b"\n") + 1
    if wrong.reason.code == "project.cut_short":
        return content.rstrip().count(b"\n") + 1
    field = wrong.reason.arguments.get("field")
    place = f"{wrong.place or '$'}.{field}" if wrong.reason.code == "project.unknown_field" else wrong.place
    return line_of(content, place) if place else 1


def conflict_note(content: bytes) -> msgspec.Raw | None:
    """Give the note that a merge left in `project.json` because both sides are at odds, or None."""
    if b'"conflict"' not in content or shape_fault(content.strip()) is not None:
        return None
    return msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get("conflict")


def _without_conflict(content: bytes) -> tuple[bytes, Fault | None]:
    """Take that note out, so that the project opens with our side."""
    note = conflict_note(content)
    if note is None:
        return content, None
    fields = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    del fields["conflict"]
    named = msgspec.json.decode(bytes(note))
    names = named.get("fields") if isinstance(named, dict) else None
    shown = tuple(map(str, names)) if isinstance(names, list) and names else ("?",)
    return msgspec.json.encode(fields), conflict_fault("project.json", shown)


def _header_of(content: bytes) -> tuple[ProjectHeader | None, Fault | None]:
    """Decode `project.json`, whatever its format."""
    wrong = shape_fault(content)
    if wrong is not None:
        return None, wrong
    form, wrong = format_of(content)
    if wrong is None and form < FORMAT:
        content, wrong = migrated_project(content, form)
    if wrong is not None:
        return None, wrong
    header, wrong = decode_line(content, _PROJECT)
    if wrong is not None:
        return None, wrong
    if not is_id(header.id):
        return None, fault("bad_id", place="$.id", mend="id", id=header.id)
    if not is_project_name(header.name):
        return None, fault("bad_project_name", place="$.name", mend="project_name", name=header.name[:80])
    return header, None


def _keep(file: ReadFile, gathered: _Gathered) -> bool:
    """Take the items of a file over; gives False for a second file of one screen, which nobody may then touch."""
    if file.screen is not None:
        screen = file.screen
        if screen.id in gathered.spots:
            gathered.problems.append(
                problem_of(fault("duplicate_id", place=screen.id, mend="duplicate_id", id=screen.id), file.path, 1)
            )
            return False
        gathered.spots[screen.id] = Spot(file.path, 1)
        gathered.screens.append(screen)
        if gathered.later is not None:
            gathered.later[screen.id] = FoundFile(file.path, file.content)
            return True
        elements = sorted((item for _, item in file.items), key=lambda element: str(element.id))
        gathered.elements[screen.id] = tuple(elements)
        for line, item in file.items:
            gathered.spots[element_key(screen.id, item.id)] = Spot(file.path, line)
        return True
    fresh: list[tuple[int, Any]] = []
    for line, item in file.items:
        if item.id in gathered.spots:
            wrong = fault("duplicate_id", place=item.id, mend="duplicate_id", id=item.id)
            gathered.problems.append(problem_of(wrong, file.path, line))
            file.broken.append(_line_of(file.content, line))
            continue
        gathered.spots[item.id] = Spot(file.path, line)
        gathered.items.setdefault(type(item), []).append(item)
        fresh.append((line, item))
    file.items = fresh
    return True


def _line_of(content: bytes, number: int) -> bytes:
    """Give one line as it stands in the file."""
    return content.split(b"\n")[number - 1].strip(b" \t\r")


def _sorted(gathered: _Gathered, kind: type) -> tuple[Any, ...]:
    """Give the items of one kind sorted by id."""
    return tuple(sorted(gathered.items.get(kind, ()), key=lambda item: str(item.id)))
