"""`hmi window`: one window on a station whose engine runs elsewhere; by the launcher, or by hand for a second one."""

import argparse
import gc
import os
from pathlib import Path

from hmi.cli import speech
from hmi.cli.parser import Parser, seconds, size, theme
from hmi.cli.station import add_project, find_screen, has_screen, open_project, project_folder, station_for
from hmi.model.errors import EnvironmentFault


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.window.help")
    entry = subparsers.add_parser("window", help=words, description=words)
    add_project(entry)
    entry.add_argument("--screenshot", metavar="FILE", type=Path, help=speech.tell("cli.option.screenshot"))
    entry.add_argument("--seconds", metavar="N", type=seconds, help=speech.tell("cli.option.seconds"))
    entry.add_argument("--screen", metavar="PATH", help=speech.tell("cli.option.screen"))
    entry.add_argument("--size", metavar="WxH", type=size, help=speech.tell("cli.option.size"))
    entry.add_argument("--full-screen", action="store_true", help=speech.tell("cli.option.full_screen"))
    entry.add_argument("--theme", metavar="NAME", type=theme, help=speech.tell("cli.option.theme"))
    entry.add_argument("--first-paint", action="store_true", help=argparse.SUPPRESS)
    entry.add_argument("--simulator", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hmi.cli.logs import log_to

    gc.disable()  # a fifth of the start; `hmi.shell.app` turns it on again after the first paint
    folder = project_folder(args.project)
    project = open_project(folder, elements_later=True)
    if args.screen is not None:
        find_screen(project, args.screen)
    station = station_for(project, args.data)
    log_to(station.data, "window")
    if not has_screen():
        if args.screenshot is None:
            raise EnvironmentFault("cli.no_display")
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from hmi.shell.app import Wishes, run_window

    wishes = Wishes(
        default_language=speech.language(),
        language=args.language,
        screen=args.screen or "",
        size=args.size,
        full_screen=args.full_screen,
        theme=args.theme or "",
        screenshot=args.screenshot,
        seconds=args.seconds,
        simulator=args.simulator,
        first_paint=args.first_paint,
        folder=folder,
    )
    return run_window(project, station, wishes)
