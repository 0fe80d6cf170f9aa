"""`hmi demo`: the example line with simulated PLCs, engine and window, in a data folder of its own.

The example is copied, and its devices get ports of loopback that are free at this moment: several demos run side by
side, and what is tried out in one never touches what is shipped.
"""

import argparse
import errno
import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

import msgspec

from hmi.cli import speech
from hmi.cli.parser import Parser, file_name, seconds, size, theme
from hmi.cli.run import window_words
from hmi.cli.station import find_screen, has_screen, let_children_find_us, open_project, own_command, station_for
from hmi.model.device import Device
from hmi.model.errors import EnvironmentFault
from hmi.resources import resource_path

EXAMPLE = "buffer-line"
DEFAULT_SECONDS = 10.0
"""How long the demo runs before its picture is taken."""
_PLACE = re.compile(r"(?P<scheme>opc\.tcp://)[^/:]+:(?P<port>\d+)(?P<rest>.*)")
"""An OPC UA endpoint with its port."""
PICTURE_STARTS = 3
"""A window that is to take a picture and fails so often is given up; an operator's is started for ever."""


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    entry = subparsers.add_parser("demo", help=speech.tell("cli.demo.help"), description=speech.tell("cli.demo.help"))
    entry.add_argument("--screenshot", metavar="FILE", type=file_name, help=speech.tell("cli.option.screenshot"))
    entry.add_argument("--seconds", metavar="N", type=seconds, help=speech.tell("cli.option.seconds"))
    entry.add_argument("--screen", metavar="PATH", help=speech.tell("cli.option.screen"))
    entry.add_argument("--size", metavar="WxH", type=size, help=speech.tell("cli.option.size"))
    entry.add_argument("--full-screen", action="store_true", help=speech.tell("cli.option.full_screen"))
    entry.add_argument("--theme", metavar="NAME", type=theme, help=speech.tell("cli.option.theme"))
    entry.add_argument("--headless", action="store_true", help=speech.tell("cli.option.demo_headless"))


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    if not args.headless and args.screenshot is None and not has_screen():  # before anything is started
        raise EnvironmentFault("cli.no_display")
    if args.data is not None:
        return _run_in(Path(os.path.realpath(args.data)), args)
    folder = Path(tempfile.mkdtemp(prefix="clearline-demo-"))
    try:
        return _run_in(folder, args)
    finally:
        _clear_away(folder)


def _run_in(data: Path, args: argparse.Namespace) -> int:
    """Run the demo in a data folder."""
    from hmi.cli.logs import log_to
    from hmi.launcher import Part, Role, keep_alive

    project = data / "demo" / EXAMPLE
    copy_example(resource_path("examples", EXAMPLE), project)
    opened = open_project(project)
    if args.screen is not None:
        find_screen(opened, args.screen)
    station = station_for(opened, data)
    log_to(station.data, "launcher")
    let_children_find_us()
    own = ("--data", str(data))
    parts = [
        Part(Role.SIMULATOR, own_command("simulate", project, *own)),
        Part(Role.ENGINE, own_command("engine", project, "--demo", *own)),
    ]
    if not args.headless:
        words = [*window_words(args), "--simulator"]
        ends_all, most_starts = {0}, 0
        if args.screen is not None:
            words += ["--screen", args.screen]
        if args.screenshot is not None:
            picture = os.path.abspath(args.screenshot)
            words += ["--screenshot", picture, "--seconds", f"{args.seconds or DEFAULT_SECONDS}"]
            ends_all, most_starts = {0, 1}, PICTURE_STARTS
        elif args.seconds is not None:
            words += ["--seconds", f"{args.seconds}"]
        window = own_command("window", project, *own, *words)
        parts.append(Part(Role.WINDOW, window, ends_all=frozenset(ends_all), most_starts=most_starts))
    return keep_alive(parts, station.runtime, limit_s=args.seconds if args.headless else None)


def _clear_away(folder: Path) -> None:
    """Remove what a demo without a data folder of its own has made."""
    project = folder / "demo" / EXAMPLE
    if project.is_dir():
        shutil.rmtree(station_for(open_project(project), folder).runtime, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def copy_example(source: Path, target: Path) -> None:
    """Copy a project, unless the copy is there already, and give its devices free ports of loopback.

    Args:
        source: the example, which may be read-only.
        target: where the copy goes. One that is there is kept, with what was changed in it.

    Raises:
        EnvironmentFault: when the example is not there, or cannot be written where it is to go.
    """
    if not source.is_dir():
        raise EnvironmentFault("cli.no_example", place=str(source))
    try:
        if not target.exists():
            shutil.copytree(source, target, copy_function=shutil.copyfile)
    except OSError as error:
        words = error.strerror or os.strerror(errno.EACCES)  # copytree gathers its faults and gives no one number
        raise EnvironmentFault("cli.data_not_writable", place=str(target), error=words) from error
    ports: dict[int, int] = {}
    for path in sorted((target / "devices").glob("*.jsonl")):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *(_moved(line, ports) for line in lines if line.strip())]) + "\n", "utf-8")


def _moved(line: str, ports: dict[int, int]) -> str:
    """Give a device's line another port; devices that share one go on sharing it."""
    device = msgspec.json.decode(line, type=Device)
    options = msgspec.json.decode(device.options)
    if not isinstance(options, dict):
        return line
    if "port" in options:
        port = ports.setdefault(int(options["port"]), free_port(set(ports.values())))
        options = {**options, "host": "127.0.0.1", "port": port}
    elif place := _PLACE.match(str(options.get("endpoint", ""))):
        port = ports.setdefault(int(place["port"]), free_port(set(ports.values())))
        options = {**options, "endpoint": f"{place['scheme']}127.0.0.1:{port}{place['rest']}"}
    else:
        return line
    moved = msgspec.structs.replace(device, options=msgspec.Raw(msgspec.json.encode(options)))
    return msgspec.json.encode(moved).decode()


def free_port(taken: set[int]) -> int:
    """Find a port of loopback that nobody listens on."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
