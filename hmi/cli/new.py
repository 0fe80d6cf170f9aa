"""`hmi new DIR [--tags FILE] [--name NAME]`: makes a project, or takes a table of tags into one.

The first screens are drawn from the tags.
"""

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.model.errors import EnvironmentFault, ProjectError, UsageError
from hmi.model.project import Project

if TYPE_CHECKING:
    from hmi.project.imports import NewProject, TagTable


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("project.cli.new.help")
    entry = subparsers.add_parser("new", help=words, description=words)
    entry.add_argument("folder", metavar="DIR", type=_folder, help=speech.tell("project.cli.new.folder"))
    entry.add_argument("--tags", metavar="FILE", type=Path, help=speech.tell("project.cli.new.tags"))
    entry.add_argument("--name", metavar="NAME", help=speech.tell("project.cli.new.name"))


def _folder(text: str) -> Path:
    """Read the folder; an empty word (a variable of a script that was not set) is not the present one.

    Raises:
        ArgumentTypeError: when it is empty.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(speech.tell("project.cli.new.no_name"))
    return Path(text)


def run(args: argparse.Namespace) -> int:
    """Make or update a project; when anything is wrong, nothing is written."""
    from hmi.project.imports import empty_project

    folder: Path = args.folder.absolute()
    present = _present(folder)
    if present is not None and args.tags is None:
        raise ProjectError("project.cli.new.exists", place=str(args.folder))
    name: str = args.name or folder.name
    # What the system gave us that is no text (a name of another encoding) cannot stand in a file.
    project = present or empty_project(name.encode("utf-8", "replace").decode())
    if args.tags is None:
        _write(project, folder, new=True)
        print(speech.tell("project.cli.new.made_empty", folder=str(args.folder), name=project.header.name))
    else:
        table, made = _import(args.tags, project)
        if made is None:
            _complain(args.tags, table)
            return 1
        _write(made.project, folder, new=present is None)
        _report(made, table, args.folder)
    _register(folder)
    print(speech.tell("project.cli.new.next", folder=str(args.folder)))
    return 0


def _present(folder: Path) -> Project | None:
    """Give the project that the folder holds already.

    Raises:
        ProjectError: there is one that cannot be read.
        UsageError: the folder, or one above it, is a file.
        EnvironmentFault: the system does not take such a path.
    """
    from hmi.cli.station import open_project

    try:
        nearest = next(one for one in (folder, *folder.parents) if one.exists())
        if not nearest.is_dir():
            raise UsageError("project.cli.new.no_folder", place=str(nearest))
    except OSError as error:
        raise EnvironmentFault("project.cli.not_written", place=str(folder), error=str(error.strerror)) from error
    return open_project(folder) if (folder / "project.json").exists() else None


def _import(file: Path, project: Project) -> "tuple[TagTable, NewProject | None]":
    """Read the table and take it into the project; without a project when the table has faults.

    Raises:
        UsageError: the table cannot be opened.
    """
    from hmi.project.imports import import_tags, read_tag_table, table_content

    try:
        content = table_content(file)
    except OSError as error:
        raise UsageError("project.cli.no_such_file", place=str(file)) from error
    table = read_tag_table(content, project)
    return table, None if table.faults else import_tags(project, table)


def _complain(file: Path, table: "TagTable") -> None:
    """Say each fault in a sentence with its line and column."""
    from hmi.project.names import visible
    from hmi.words import say_reason

    for fault in table.faults:
        column = speech.tell("project.csv.column", column=fault.column) if fault.column else ""
        speech.complain(visible(f"{file}:{fault.line}: {column}{say_reason(fault.reason, speech.language())}"))
    speech.complain(speech.tell("project.csv.nothing_written"))


def _write(project: Project, folder: Path, *, new: bool) -> None:
    """Write the project; a new folder appears as a whole or not at all.

    Raises:
        EnvironmentFault: the disk is full or the folder cannot be written.
    """
    from hmi.project import write_project

    try:
        if new and not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".hmi-new-", dir=folder.parent) as beside:
                write_project(project, Path(beside) / "project")
                (Path(beside) / "project").rename(folder)
        else:
            write_project(project, folder)
    except OSError as error:
        raise EnvironmentFault("project.cli.not_written", place=str(folder), error=str(error.strerror)) from error


def _report(made: "NewProject", table: "TagTable", folder: Path) -> None:
    """Say what has been done."""
    project = made.project
    print(
        speech.tell(
            "project.cli.new.made",
            folder=str(folder), name=project.header.name, devices=len(project.devices), tags=len(project.tags),
            added=made.added, changed=made.changed,
        )
    )  # fmt: skip
    for path in table.kept:
        print(speech.tell("project.cli.new.kept", tag=path))
    if made.overview_kept:
        print(speech.tell("project.cli.new.overview_kept"))
    if made.left_out:
        print(speech.tell("project.cli.new.left_out", count=made.left_out))


def _register(folder: Path) -> None:
    """Register the merge driver, and say what is left to do by hand."""
    from hmi.cli.merge_driver import Registered, register

    match register(folder):
        case Registered.DONE:
            print(speech.tell("project.cli.new.driver"))
        case Registered.NO_REPOSITORY:
            print(speech.tell("project.cli.new.no_repository", folder=str(folder)))
        case Registered.FAILED:
            speech.complain(speech.tell("project.cli.new.driver_failed"))
