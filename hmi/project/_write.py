"""Writes a project into its folder: only files that change, each by a temporary file and a rename.

Called by save and `hmi new`.

An item stays in the file in which it stands, a new one goes to the default file of its kind. Lines that the reader
could not use are kept at the end of their file, so that saving never loses what somebody may still mend.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from hmi.model.errors import ProjectError
from hmi.model.project import FORMAT, Project, ProjectHeader
from hmi.model.screen import Screen
from hmi.model.tag import Instance, TagType
from hmi.project._encode import encode_line, plain
from hmi.project._file import ReadFile
from hmi.project._folder import read_bounded
from hmi.project._kinds import FORMS, PROJECT_FILE, Kind
from hmi.project._read import conflict_note, read_files
from hmi.project.names import file_stem
from hmi.project.replace_file import replace_file

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""File names that Windows keeps for devices."""


class _Target(msgspec.Struct):
    """One file as it shall be."""

    kind: Kind
    screen: Screen | None = None
    items: list[Any] = msgspec.field(default_factory=list)
    broken: list[bytes] = msgspec.field(default_factory=list)


def write_project(project: Project, folder: Path) -> tuple[str, ...]:
    """Write a project.

    A crash leaves each file old or new, never half. `Project.expanded` and `expanded_alarms` are not
    written: they follow from the instances.

    Args:
        project: what shall stand there.
        folder: made when missing.

    Returns:
        The files that were written or removed, relative to the folder.

    Raises:
        ProjectError: a number that JSON cannot say, or one of the folders is a link that leads elsewhere.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for kind in Kind:
        if (folder / kind.value).is_symlink():
            raise ProjectError("project.link", place=str(folder / kind.value))
    before = {file.path: file for file in read_files(folder)}
    targets = _targets(project, before, folder)
    contents = {path: _content(target) for path, target in targets.items()}
    contents[PROJECT_FILE] = header_bytes(project.header, **_conflict(folder))
    changed: list[str] = []
    for path in sorted(contents, key=lambda one: (one == PROJECT_FILE, one)):
        if _write_file(folder, path, contents[path]):
            changed.append(path)
    for path, file in sorted(before.items()):
        if file.kind is Kind.SCREENS and path not in targets:
            (folder / path).unlink(missing_ok=True)
            changed.append(path)
    return tuple(changed)


def header_bytes(header: ProjectHeader, **more: msgspec.Raw) -> bytes:
    """Give the content of `project.json`.

    Args:
        header: what it says.
        more: further keys, for the note of an unsettled merge.
    """
    compact = msgspec.json.encode({"format": FORMAT, **plain(header), **more})
    return msgspec.json.format(compact, indent=2) + b"\n"


def _conflict(folder: Path) -> dict[str, msgspec.Raw]:
    """Give the note of an unsettled merge in `project.json`: it stays, as its like do in the other files."""
    note = conflict_note(read_bounded(folder, PROJECT_FILE, []) or b"")
    return {} if note is None else {"conflict": note}


def item_line(item: Any) -> bytes:
    """Give the line of one item, without its end."""
    match item:
        case TagType():
            return encode_line(item, kind="type")
        case Instance():
            return encode_line(item, kind="instance")
        case _:
            return encode_line(item)


def header_line(kind: Kind, screen: Screen | None = None) -> bytes:
    """Give the first line of a file, without its end."""
    head = {"format": FORMAT, "kind": kind.value}
    return encode_line(screen, **head) if screen is not None else msgspec.json.encode(head)


def _content(target: _Target) -> bytes:
    """Give the bytes of a file."""
    items = sorted(target.items, key=lambda item: str(item.id))
    lines = [header_line(target.kind, target.screen), *map(item_line, items), *target.broken, b""]
    return b"\n".join(lines)


def _targets(project: Project, before: dict[str, ReadFile], folder: Path) -> dict[str, _Target]:
    """Decide which item goes into which file."""
    home: dict[str, str] = {}
    targets: dict[str, _Target] = {}
    for path, file in before.items():
        if file.screen is not None:
            home[file.screen.id] = path
            continue
        targets[path] = _Target(file.kind, broken=file.broken)
        home.update((item.id, path) for _, item in file.items)
    listed: tuple[tuple[Kind, tuple[Any, ...]], ...] = (
        (Kind.DEVICES, project.devices),
        (Kind.TYPES, (*project.types, *project.instances)),
        (Kind.TAGS, project.tags),
        (Kind.NAVIGATION, project.navigation),
        (Kind.ALARMS, project.alarms),
    )
    for kind, items in listed:
        for item in items:
            place = home.get(item.id, "")
            if place not in targets or targets[place].kind is not kind:
                place = _free_file(FORMS[kind].file, targets, folder)
            targets.setdefault(place, _Target(kind)).items.append(item)
    taken = {path.casefold() for path in before}
    for screen in project.screens:
        place = home.get(screen.id) or _screen_file(screen, taken, folder)
        taken.add(place.casefold())
        broken = before[place].broken if place in before else []
        targets[place] = _Target(Kind.SCREENS, screen, list(project.elements.get(screen.id, ())), broken)
    return targets


def _free_file(path: str, targets: dict[str, _Target], folder: Path) -> str:
    """Give the default file of a kind, or a numbered one beside it when the file there could not be read."""
    stem = path.removesuffix(".jsonl")
    number = 1
    candidate = path
    while candidate not in targets and os.path.lexists(folder / candidate):
        number += 1
        candidate = f"{stem}-{number}.jsonl"
    return candidate


def _screen_file(screen: Screen, taken: set[str], folder: Path) -> str:
    """Name the file of a new screen after its path."""
    stem = file_stem(screen.path)
    if stem.casefold() in _RESERVED:
        stem += "-screen"
    path = f"{Kind.SCREENS}/{stem}.jsonl"
    if path.casefold() in taken or os.path.lexists(folder / path):
        path = f"{Kind.SCREENS}/{stem}-{screen.id}.jsonl"
    return path


def _write_file(folder: Path, path: str, content: bytes) -> bool:
    """Bring one file to its new content; gives False when it has it already."""
    target = folder / path
    if target.is_file() and not target.is_symlink() and target.read_bytes() == content:
        return False
    target.parent.mkdir(exist_ok=True)
    replace_file(target, content)
    return True
