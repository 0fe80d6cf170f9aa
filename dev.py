#!/usr/bin/env python3
"""The one script for people who work on Clearline HMI: `python3 dev.py demo`, `python3 dev.py test`.

Needs nothing but Python (standard library only). Each verb first provides what it needs: shared libraries and fonts of
the system, the virtual environment `.venv`, the packages of the lock; what is there already costs no time. Exit codes:
0 well, 1 errors found, 2 wrong usage, 3 the environment lacks something; a started program's own code is passed on.
"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from installer.setup import bench, checks, children, environment, locks, machine, scaffold
from installer.setup.environment import ROOT
from installer.setup.says import Stop, say


def provide(*groups: str, qt: bool = True, display: bool = False) -> None:
    """Brings the machine and `.venv` to what a verb needs."""
    machine.provide(machine.missing(qt=qt, display=display))
    environment.provide(*groups)


def setup(_: argparse.Namespace) -> int:
    """Provides everything that the other verbs need."""
    provide("core", "dev", display=True)
    say("ready: `python3 dev.py demo` shows it")
    return 0


def demo(options: argparse.Namespace) -> int:
    """Opens the window with the example line, simulator and engine behind it."""
    provide("core", display=True)
    return _show(["-m", "hmi", "demo", *options.rest])


def screenshots(options: argparse.Namespace) -> int:
    """Makes every picture of README and help anew by running the program."""
    provide("core", "dev", display=True)
    return _show(["-m", "tests.acceptance.pictures", *options.rest], folder=ROOT)


def _show(arguments: list[str], folder: Path | None = None) -> int:
    offscreen = os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal", "vnc"))
    with children.screen(wanted=machine.no_screen() and not offscreen) as variables:
        return children.run(arguments, variables=children.environment(**variables), folder=folder)


def check(_: argparse.Namespace) -> int:
    """Style, format, types, import contracts, house rules."""
    provide("core", "dev", qt=False)
    return 0 if checks.check() else 1


def test(options: argparse.Namespace) -> int:
    """`check` and all tests, on several cores; with arguments for pytest only those tests, one after the other."""
    provide("core", "dev")
    arguments = [_from_root(argument) for argument in options.rest]
    well = True
    if not arguments:
        well = checks.check()
    chosen = ["-m", "long or not long"] if options.all else []
    if not arguments and not options.all:  # what takes minutes is a strain on purpose: it has the machine for itself
        chosen = workers(os.cpu_count())
    variables = children.environment(QT_QPA_PLATFORM="offscreen")
    code = children.run(["-m", "pytest", "-q", *chosen, *arguments], variables=variables, folder=ROOT)
    if not well:
        say("check failed: what and why stands above the tests")
    return code or (0 if well else 1)


def workers(cores: int | None) -> list[str]:
    """Words that tell pytest to use these cores, four at most; each worker takes over what is left of a slower one."""
    return ["-n", str(min(cores, 4)), "--dist", "worksteal"] if cores and cores > 1 else []


def _from_root(argument: str) -> str:
    """A test file named from the caller's folder, as pytest finds it from the root."""
    path, colons, name = argument.partition("::")
    return f"{Path(path).resolve()}{colons}{name}" if not path.startswith("-") and Path(path).exists() else argument


def run_bench(options: argparse.Namespace) -> int:
    """Measures; prints a table, or with --json a list."""
    provide("core", "dev")
    return bench.run(options.name, as_json=options.json)


def lock(_: argparse.Namespace) -> int:
    """Resolves installer/requirements/*.in anew into hash-checked locks (maintainers)."""
    provide("core", "dev", qt=False)
    return locks.resolve()


def new_driver(options: argparse.Namespace) -> int:
    """Writes the files of a new protocol driver and its test."""
    provide("core", "dev", qt=False)
    return scaffold.new("driver", options.name)


def new_symbol(options: argparse.Namespace) -> int:
    """Writes the files of a new symbol family and its test."""
    provide("core", "dev", qt=False)
    return scaffold.new("symbol", options.name)


def parser() -> argparse.ArgumentParser:
    """The menu of verbs."""
    menu = argparse.ArgumentParser(prog="dev.py", description=(__doc__ or "").splitlines()[0])
    verbs = menu.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, work: object) -> argparse.ArgumentParser:
        line = (work.__doc__ or "").splitlines()[0]
        entry = verbs.add_parser(name, help=line, description=line)
        entry.set_defaults(work=work, rest=[])
        return entry

    verb("setup", setup)
    verb("demo", demo).epilog = "What follows goes to `hmi demo`, such as --screenshot FILE --seconds N."
    verb("check", check)
    entry = verb("test", test)
    entry.add_argument("--all", action="store_true", help="also what takes minutes")
    entry.epilog = "What follows goes to pytest: files, -k, -x."
    entry = verb("bench", run_bench)
    entry.add_argument("name", nargs="?", help="only the benchmark of this name")
    entry.add_argument("--json", action="store_true", help="a list of name, figure, unit, goal, met")
    verb("lock", lock)
    verb("new-driver", new_driver).add_argument("name", help="one word, lower case, such as s7")
    verb("new-symbol", new_symbol).add_argument("name", help="one word, lower case, such as compressor")
    verb("screenshots", screenshots)
    return menu


PASSING_ON = ("demo", "test", "screenshots")
"""Verbs that hand what they do not know to the program they start."""


def main(arguments: list[str]) -> int:
    """Reads the command line and does the verb."""
    menu = parser()
    if arguments and arguments[0] in PASSING_ON and not {"-h", "--help"} & set(arguments[1:2]):
        own = [word for word in arguments[1:] if arguments[0] == "test" and word == "--all"]
        options = menu.parse_args([arguments[0], *own])
        options.rest = [word for word in arguments[1:] if word not in own]
    else:
        options = menu.parse_args(arguments)
    try:
        return int(options.work(options))
    except Stop as stop:
        say(str(stop))
        return stop.code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
