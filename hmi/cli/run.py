"""`hmi run`: the line on the screen; engine and window are kept alive by the launcher, which is this process.

The engine lives as long as the launcher: closing the window ends both in order. `--keep-engine` leaves it running
headless, `--headless` starts no window at all (what a service does). An engine that already runs for this station
is used as it is.
"""

import argparse

from hmi.cli import speech
from hmi.cli.parser import Parser, size, theme
from hmi.cli.station import (
    add_project,
    has_screen,
    let_children_find_us,
    open_project,
    own_command,
    project_folder,
    station_for,
)
from hmi.model.errors import EnvironmentFault
from hmi.model.station import Station


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    entry = subparsers.add_parser("run", help=speech.tell("cli.run.help"), description=speech.tell("cli.run.help"))
    add_project(entry)
    entry.add_argument("--headless", action="store_true", help=speech.tell("cli.option.headless"))
    entry.add_argument("--keep-engine", action="store_true", help=speech.tell("cli.option.keep_engine"))
    entry.add_argument("--size", metavar="WxH", type=size, help=speech.tell("cli.option.size"))
    entry.add_argument("--full-screen", action="store_true", help=speech.tell("cli.option.full_screen"))
    entry.add_argument("--theme", metavar="NAME", type=theme, help=speech.tell("cli.option.theme"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hmi.cli.logs import log_to
    from hmi.launcher import Part, Role, keep_alive

    folder = project_folder(args.project)
    if not args.headless and not has_screen():  # before anything is started
        raise EnvironmentFault("cli.no_display")
    station = station_for(open_project(folder), args.data)
    log_to(station.data, "launcher")
    let_children_find_us()
    data: tuple[str, ...] = ("--data", str(args.data)) if args.data is not None else ()
    parts = []
    if not engine_runs(station):
        parts.append(Part(Role.ENGINE, own_command("engine", folder, *data), outlives=args.keep_engine))
    if not args.headless:
        window = own_command("window", folder, *data, *window_words(args))
        parts.append(Part(Role.WINDOW, window, ends_all=frozenset({0})))
    return keep_alive(parts, station.runtime)


def engine_runs(station: Station) -> bool:
    """Tell whether an engine of this station runs already, by the lock that it holds."""
    from hmi.engine.lock import StationLock

    station.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        StationLock(station.data / "engine.lock").release()
    except EnvironmentFault:
        return True
    return False


def window_words(args: argparse.Namespace) -> tuple[str, ...]:
    """Give the arguments of a window that were given to the verb that starts it."""
    words: list[str] = []
    if args.language is not None:
        words += ["--language", args.language.value]
    if args.size is not None:
        words += ["--size", f"{args.size[0]}x{args.size[1]}"]
    if args.theme is not None:
        words += ["--theme", args.theme]
    if args.full_screen:
        words.append("--full-screen")
    return tuple(words)
