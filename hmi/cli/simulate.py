"""`hmi simulate`: real Modbus TCP servers on loopback for the devices of a project, a process model behind them."""

import argparse

from hmi.cli import speech
from hmi.cli.parser import Parser, seed
from hmi.cli.station import add_project, open_whole_project, station_for
from hmi.model.reason import Argument


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("cli.simulate.help")
    entry = subparsers.add_parser("simulate", help=words, description=words)
    add_project(entry)
    entry.add_argument(
        "--fault", metavar="DEVICE=KIND", action="append", default=[], help=speech.tell("cli.option.fault")
    )
    entry.add_argument("--seed", metavar="N", type=seed, default=1, help=speech.tell("cli.option.seed"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    from hmi.cli.logs import log_to
    from hmi.simulate import parse_fault, serve

    faults = dict(parse_fault(text) for text in args.fault)
    project = open_whole_project(args.project)
    station = station_for(project, args.data)
    log_to(station.data, "simulator")
    return serve(project, station, faults=faults, seed=args.seed, say=_say)


def _say(code: str, arguments: dict[str, Argument]) -> None:
    """Say what goes on; where a port is open must be seen."""
    print(speech.tell(code, **arguments), flush=True)
