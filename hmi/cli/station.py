"""Which project and which station a verb is about. Used by every verb that has a PROJECT argument."""

import argparse
import os
import sys
from pathlib import Path

from hmi.cli import speech
from hmi.model.errors import ProjectError, UsageError
from hmi.model.project import Project
from hmi.model.station import Station, station_of


def add_project(entry: argparse.ArgumentParser) -> None:
    """Declare the argument PROJECT."""
    entry.add_argument("project", metavar="PROJECT", type=Path, help=speech.tell("cli.argument.project"))


def open_project(folder: Path) -> Project:
    """Read a project; what is broken in it is left out, `hmi check` says what.

    Args:
        folder: the project folder, or its `project.json`.

    Raises:
        ProjectError: when `project.json` itself cannot be used; names file and line.
    """
    from hmi.project import read_project

    result = read_project(project_folder(folder))
    if result.project is not None:
        return result.project
    worst = result.problems[0]
    place = f"{folder / worst.file}:{worst.line}" if worst.line else str(folder / worst.file)
    raise ProjectError(worst.reason.code, place=place, **worst.reason.arguments)


def project_folder(given: Path) -> Path:
    """Give the project folder that an argument means.

    Raises:
        UsageError: when there is no such folder.
    """
    folder = given.parent if given.name == "project.json" else given
    if not folder.is_dir():
        raise UsageError("cli.no_such_folder", place=str(given))
    return folder.resolve()


def station_for(project: Project, data: Path | None) -> Station:
    """Give the folders of a project on this station."""
    return station_of(project.header.name, project.header.id, data=data, environ=os.environ)


def own_command(*words: str | Path) -> tuple[str, ...]:
    """Give the command line that starts this program again, as a process of its own."""
    start = (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "hmi")
    return (*start, *map(str, words))


def let_children_find_us() -> None:
    """Make sure that `python -m hmi` finds this very package, from whatever folder it is started."""
    root = str(Path(__file__).resolve().parents[2])
    known = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(known))
