"""`hmi render`: a screen as a picture, without a display; live when an engine runs, else with the never-read look."""

import argparse
import difflib
import os
from pathlib import Path

from hmi.cli import speech
from hmi.cli.parser import Parser, size, theme
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.errors import EnvironmentFault, ProjectError
from hmi.model.project import Project
from hmi.model.screen import Screen


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.render.help")
    entry = subparsers.add_parser("render", help=words, description=words)
    add_project(entry)
    entry.add_argument("screen", metavar="SCREEN", help=speech.tell("cli.argument.screen"))
    entry.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True, help=speech.tell("cli.option.output")
    )
    entry.add_argument("--size", metavar="WxH", type=size, help=speech.tell("cli.option.picture_size"))
    entry.add_argument("--theme", metavar="NAME", type=theme, default="day", help=speech.tell("cli.option.theme"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    project = open_project(args.project)
    screen = _find(project, args.screen)
    _check_output(args.output)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from hmi.display.picture import ensure_application, picture_of
    from hmi.display.theme import load_theme
    from hmi.image.reader import LiveSource

    application = ensure_application()
    source = LiveSource(station_for(project, args.data).pointer)
    image = picture_of(
        screen,
        project.elements.get(screen.id, ()),
        project.tags_by_path,
        theme=load_theme(args.theme),
        language=speech.language(),
        source=source if source.poll().generation else None,
        size=args.size,
    )
    if not image.save(str(args.output), "PNG"):  # type: ignore[call-overload]  # the stub wants bytes, PySide6 a text
        raise EnvironmentFault("cli.output_not_writable", place=str(args.output), error="PNG")
    del application
    return 0


def _find(project: Project, path: str) -> Screen:
    """Find a screen by its path.

    Raises:
        ProjectError: when the project has no such screen; names those that it has.
    """
    if path in project.screens_by_path:
        return project.screens_by_path[path]
    known = sorted(project.screens_by_path)
    near = difflib.get_close_matches(path, known, n=5, cutoff=0.5) or known[:10]
    raise ProjectError("cli.screen_unknown", place=path, known=", ".join(near) or "-")


def _check_output(path: Path) -> None:
    """Refuse a file that cannot be written before anything is drawn.

    Raises:
        EnvironmentFault: when its folder is missing or may not be written.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        raise EnvironmentFault("cli.output_no_folder", place=str(path), folder=str(folder))
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise EnvironmentFault("cli.output_not_writable", place=str(path), error=os.strerror(13))
