"""`hmi engine`: the engine alone, in the foreground; what the launcher and a service start."""

import argparse

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.cli.station import add_project, open_project, project_folder, station_for


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.engine.help")
    entry = subparsers.add_parser("engine", help=words, description=words)
    add_project(entry)
    entry.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)  # said by `hmi demo` alone


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hmi.cli.logs import log_to
    from hmi.engine import serve

    folder = project_folder(args.project)
    station = station_for(open_project(folder), args.data)
    written = log_to(station.data, "engine")
    code = serve(folder, station, demo=args.demo)
    if code:  # it has logged why; a person in front of a terminal must not see it vanish without a word
        speech.complain(speech.tell("cli.engine_failed", file=str(written)))
    return code
