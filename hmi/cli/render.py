"""`hmi render`: a screen as a picture, without a display; live when an engine runs, else with the never-read look."""

import argparse
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.parser import Parser, file_name, size, theme
from hmi.cli.station import add_project, find_screen, open_project, station_for
from hmi.model.errors import EnvironmentFault

if TYPE_CHECKING:
    from PySide6 import QtGui


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.render.help")
    entry = subparsers.add_parser("render", help=words, description=words)
    add_project(entry)
    entry.add_argument("screen", metavar="SCREEN", help=speech.tell("cli.argument.screen"))
    entry.add_argument(
        "-o", "--output", metavar="FILE", type=file_name, required=True, help=speech.tell("cli.option.output")
    )
    entry.add_argument("--size", metavar="WxH", type=size, help=speech.tell("cli.option.picture_size"))
    entry.add_argument("--theme", metavar="NAME", type=theme, default="day", help=speech.tell("cli.option.theme"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    project = open_project(args.project)
    screen = find_screen(project, args.screen)
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
    _save(image, args.output)
    del application
    return 0


def _save(image: "QtGui.QImage", path: Path) -> None:
    """Write a picture; by Python, because Qt does not say why it could not.

    Raises:
        EnvironmentFault: when the file cannot be written.
    """
    from PySide6 import QtCore

    content = QtCore.QBuffer()
    content.open(QtCore.QIODevice.OpenModeFlag.WriteOnly)
    image.save(content, "PNG")  # type: ignore[call-overload]  # the stub wants bytes, PySide6 a text
    try:
        path.write_bytes(content.data().data())
    except OSError as error:
        raise EnvironmentFault("cli.output_not_writable", place=str(path), error=str(error.strerror)) from error


def _check_output(path: Path) -> None:
    """Refuse a file that cannot be written before anything is drawn.

    Raises:
        EnvironmentFault: when its folder is missing or may not be written.
    """
    # os.path, because the questions of Path raise at a name that is too long and at a loop of links.
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise EnvironmentFault("cli.output_no_folder", place=str(path), folder=folder)
    if os.path.isdir(path):
        raise EnvironmentFault("cli.output_is_folder", place=str(path))
    if not os.access(path if os.path.exists(path) else folder, os.W_OK):
        raise EnvironmentFault("cli.output_not_writable", place=str(path), error=os.strerror(errno.EACCES))
