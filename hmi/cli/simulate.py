"""`hmi simulate`: real Modbus TCP servers on loopback for the devices of a project, a process model behind them."""

import argparse

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.cli.station import add_project, open_project, project_folder, station_for
from hmi.model.reason import Argument


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.simulate.help")
    entry = subparsers.add_parser("simulate", help=words, description=words)
    add_project(entry)
    entry.add_argument(
        "--fault", metavar="DEVICE=KIND", action="append", default=[], help=speech.tell("cli.option.fault")
    )
    entry.add_argument("--seed", metavar="N", type=int, default=1, help=speech.tell("cli.option.seed"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hmi.cli.logs import log_to
    from hmi.simulate import parse_fault, serve

    folder = project_folder(args.project)
    faults = dict(parse_fault(text) for text in args.fault)
    station = station_for(open_project(folder), args.data)
    log_to(station.data, "simulator")
    return serve(folder, station, faults=faults, seed=args.seed, say=_say)


def _say(code: str, arguments: dict[str, Argument]) -> None:
    """Say what goes on; where a port is open must be seen."""
    print(speech.tell(code, **arguments), flush=True)
