"""`hmi check PROJECT [--json] [--strict]`: everything that can be found wrong without a device."""

import argparse
from typing import TYPE_CHECKING

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.cli.station import add_project, project_folder

if TYPE_CHECKING:
    from hmi.project import Problem


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("project.cli.check.help")
    entry = subparsers.add_parser("check", help=words, description=words)
    add_project(entry)
    entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
    entry.add_argument("--strict", action="store_true", help=speech.tell("project.cli.check.strict"))


def run(args: argparse.Namespace) -> int:
    """Check a project; 1 when there are errors, with `--strict` also when there are warnings."""
    from hmi.project import Severity
    from hmi.project.check import check_folder

    problems = check_folder(project_folder(args.project)).problems
    if args.json:
        _print_json(problems)
    else:
        for problem in problems:
            print(_line(problem))
        counts = {severity.value: sum(one.severity is severity for one in problems) for severity in Severity}
        print(speech.tell("project.cli.check.summary", **counts))
    refused = {Severity.ERROR, Severity.WARNING} if args.strict else {Severity.ERROR}
    return int(any(problem.severity in refused for problem in problems))


def _line(problem: "Problem") -> str:
    """Write one problem as compilers do, so that editors can jump to it."""
    from hmi.project.names import visible
    from hmi.words import say_reason

    language = speech.language()
    where = f"{problem.file}:{problem.line}" if problem.line else problem.file or "."
    severity = speech.tell(f"project.severity.{problem.severity.value}")
    what = f"{problem.place}: " if problem.place else ""
    words = f"{say_reason(problem.reason, language)} — {say_reason(problem.mend, language)}"
    return visible(f"{where}: {severity}: {what}{words}")


def _print_json(problems: "tuple[Problem, ...]") -> None:
    """Print a list of objects; codes and arguments stay beside the words, for programs."""
    import msgspec

    from hmi.words import say_reason

    language = speech.language()
    answers = [
        {
            "severity": problem.severity.value,
            "file": problem.file,
            "line": problem.line or None,
            "place": problem.place,
            "message": say_reason(problem.reason, language),
            "mend": say_reason(problem.mend, language),
            "code": problem.reason.code,
            "arguments": problem.reason.arguments,
        }
        for problem in problems
    ]
    print(msgspec.json.format(msgspec.json.encode(answers), indent=2).decode())
