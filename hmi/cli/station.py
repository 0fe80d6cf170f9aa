"""Which project and which station a verb is about. Used by every verb that has a PROJECT argument."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.parser import file_name
from hmi.model.errors import EnvironmentFault, ProjectError, UsageError
from hmi.model.project import Project
from hmi.model.screen import Screen
from hmi.model.station import Station, station_of

if TYPE_CHECKING:
    from hmi.project import Problem


def add_project(entry: argparse.ArgumentParser) -> None:
    """Declare the argument PROJECT."""
    entry.add_argument("project", metavar="PROJECT", type=file_name, help=speech.tell("cli.argument.project"))


def open_project(folder: Path, *, elements_later: bool = False) -> Project:
    """Read a project; what is broken in it is left out, `hmi check` says what.

    Args:
        folder: the project folder, or its `project.json`.
        elements_later: decode the elements of a screen when they are first asked for.

    Raises:
        ProjectError: when `project.json` itself cannot be used; names file and line.
    """
    from hmi.project import read_project

    result = read_project(project_folder(folder), elements_later=elements_later)
    if result.project is not None:
        return result.project
    raise _error_of(result.problems[0], folder)


def open_whole_project(folder: Path) -> Project:
    """Read a project in which nothing may be broken.

    Args:
        folder: the project folder, or its `project.json`.

    Raises:
        ProjectError: at the first line that cannot be used; names file and line.
    """
    from hmi.project import Severity, read_project

    result = read_project(project_folder(folder))
    for problem in result.problems:
        if problem.severity is Severity.ERROR or result.project is None:
            raise _error_of(problem, folder)
    if result.project is None:
        raise ProjectError("cli.no_such_folder", place=str(folder))
    return result.project


def find_screen(project: Project, path: str) -> Screen:
    """Find a screen by its path.

    Raises:
        ProjectError: when the project has no such screen; names those that it has.
    """
    import difflib

    if path in project.screens_by_path:
        return project.screens_by_path[path]
    known = sorted(project.screens_by_path)
    near = difflib.get_close_matches(path, known, n=5, cutoff=0.5) or known[:10]
    raise ProjectError("cli.screen_unknown", place=path or '""', known=", ".join(near) or "-")


def _error_of(problem: "Problem", folder: Path) -> ProjectError:
    """Make the error of a problem that ends a verb."""
    place = f"{folder / problem.file}:{problem.line}" if problem.line else str(folder / problem.file)
    return ProjectError(problem.reason.code, place=place, **problem.reason.arguments)


def project_folder(given: Path) -> Path:
    """Give the project folder that an argument means.

    Raises:
        UsageError: when there is no such folder.
    """
    folder = given.parent if given.name == "project.json" else given
    # os.path, because Path.is_dir raises at a name that is too long, and Path.resolve at a loop of links.
    if not os.path.isdir(folder):
        raise UsageError("cli.no_such_folder", place=str(given))
    return Path(os.path.realpath(folder))


def station_for(project: Project, data: Path | None) -> Station:
    """Give the folders of a project on this station.

    Raises:
        EnvironmentFault: when no data folder is given and the account has no home.
    """
    try:
        return station_of(project.header.name, project.header.id, data=data, environ=os.environ)
    except RuntimeError as error:  # of Path.home
        raise EnvironmentFault("cli.no_home") from error


def own_command(*words: str | Path) -> tuple[str, ...]:
    """Give the command line that starts this program again, as a process of its own."""
    start = (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "hmi")
    return (*start, *map(str, words))


def let_children_find_us() -> None:
    """Make sure that `python -m hmi` finds this very package, from whatever folder it is started."""
    root = str(Path(__file__).resolve().parents[2])
    known = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(known))


def has_screen() -> bool:
    """Tell whether there is something to open a window on: a display server, or what Qt was told to take instead."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform != "linux" or any(os.environ.get(name) for name in names)
