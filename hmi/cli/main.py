"""The door of the command line: picks the verb, imports it alone, turns every fault into one sentence and an exit code.

Exit codes: 0 well (a bad value is an answer), 1 errors found, 2 wrong usage, 3 the environment lacks something, 70 a
fault of the program itself, which is written to the log. 130 after Ctrl-C.
"""

import argparse
import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from hmi import __version__
from hmi.cli import speech
from hmi.cli.logs import OWN_FAULT, keep_fault
from hmi.cli.parser import Parser, add_common
from hmi.model.errors import EnvironmentFault, HmiError, UsageError
from hmi.words import say_error

VERBS = (
    "demo", "new", "run", "window", "engine", "simulate", "check", "render", "diff", "merge", "apply", "tags", "alarms",
    "audit", "user",
)  # fmt: skip
"""Every verb; each has a file of its name here."""

COMMON = frozenset({"--data", "--language"})
"""Options that every verb has, each with a value."""

HARD_ENDS = frozenset({"window"})
"""Verbs that do not end by the interpreter's own end after a fault: it would take half a window apart, and crash."""

WELL, ERRORS, USAGE, ENVIRONMENT, INTERRUPTED = 0, 1, 2, 3, 130

_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EROFS})
"""What a system answers when a disk takes no more; of the environment, whoever was writing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what a command line asks for.

    Args:
        arguments: without the program's name; None takes those of the process.

    Returns:
        The exit code.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # idle threads of numpy cost 70 ms at every start
    words = sys.argv[1:] if arguments is None else arguments
    speech.use(speech.wished_language(words, os.environ))
    given = _verb_first(words)
    speech.take_any_output()
    try:
        code = _do(given)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a reader who has gone and a full disk still have their sentence
        return code
    except HmiError as error:
        speech.complain(say_error(error, speech.language()))
        return _code_of(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_output()
        return WELL
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK_FAULTS:
            speech.complain(speech.tell("cli.disk_fault", error=str(error.strerror)))
            _give_up_output()
            return ENVIRONMENT
        keep_fault(given, error)
        if given[0] in HARD_ENDS:
            os._exit(OWN_FAULT)
        return OWN_FAULT


def _verb_first(given: Sequence[str]) -> list[str]:
    """Put options that stand before the verb behind it, where each verb has them: `hmi --language en check plant`."""
    at = 0
    while at < len(given) and given[at].partition("=")[0] in COMMON:
        at += 1 if "=" in given[at] else 2
    verb = given[at : at + 1]
    return [*verb, *given[:at], *given[at + 1 :]] if verb and verb[0] in VERBS else list(given[at:])


def _do(given: Sequence[str]) -> int:
    """Read the command line and do its verb."""
    try:
        args = build_parser(given).parse_args(given)
        speech.use(args.language or speech.language())
        return int(args.run(args))
    except SystemExit as end:  # argparse has said its piece
        return int(end.code or 0) if isinstance(end.code, int | None) else USAGE


def build_parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Make the parser: with one verb's arguments when that verb is asked for, else with all, for the help."""
    parser = Parser(prog="hmi", description=speech.tell("cli.description"))
    parser.add_argument(
        "--version", action="version", version=f"hmi {__version__}", help=speech.tell("cli.argparse.version")
    )
    parser.set_defaults(language=None, data=None)
    subparsers = parser.add_subparsers(
        title=speech.tell("cli.verbs"), metavar="VERB", required=True, parser_class=Parser
    )
    wanted = given[0] if given and given[0] in VERBS else ""
    for name in (wanted,) if wanted else VERBS:
        verb = _verb(name)
        verb.add(subparsers)
        entry = subparsers.choices[name]
        entry.set_defaults(run=verb.run)
        add_common(entry)
    return parser


def _verb(name: str) -> ModuleType:
    """Import the file of a verb."""
    return importlib.import_module(f"hmi.cli.{name}")


def _code_of(error: HmiError) -> int:
    """Give the exit code of an expected fault."""
    if isinstance(error, UsageError):
        return USAGE
    return ENVIRONMENT if isinstance(error, EnvironmentFault) else ERRORS


def _give_up_output() -> None:
    """Let the interpreter end quietly although nobody takes what is still in the buffer."""
    with contextlib.suppress(io.UnsupportedOperation, AttributeError):  # an output of a test, or none at all
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())
        os.close(devnull)
