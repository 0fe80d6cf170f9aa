"""`hmi diff A B [--json]`: what differs between two projects, by object and field."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hmi.cli import speech
from hmi.cli.parser import Parser
from hmi.cli.station import open_project

if TYPE_CHECKING:
    from hmi.project.diff import ObjectChange


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    words = speech.tell("project.cli.diff.help")
    entry = subparsers.add_parser("diff", help=words, description=words)
    entry.add_argument("before", metavar="A", type=Path, help=speech.tell("project.cli.diff.before"))
    entry.add_argument("after", metavar="B", type=Path, help=speech.tell("project.cli.diff.after"))
    entry.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))


def run(args: argparse.Namespace) -> int:
    """Compare two projects; a difference is an answer, not an error."""
    import msgspec

    from hmi.project.diff import diff_projects

    changes = diff_projects(open_project(args.before), open_project(args.after))
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(changes), indent=2).decode())
        return 0
    if not changes:
        print(speech.tell("project.cli.diff.equal"))
    for change in changes:
        _print(change)
    return 0


def _print(change: "ObjectChange") -> None:
    """Say one change in words, with its fields below."""
    from hmi.project.names import visible

    kind = speech.tell(f"project.kind.{change.kind}")
    print(visible(speech.tell(f"project.diff.{change.change.value}", kind=kind, name=change.name, id=change.id)))
    for field in change.fields:
        words = {"field": field.field, "before": _shown(field.before), "after": _shown(field.after)}
        print(visible("    " + speech.tell("project.diff.field", **words)))


def _shown(value: Any) -> str:
    """Write a value; absent means that the default holds."""
    import msgspec

    return speech.tell("project.diff.default") if value is None else msgspec.json.encode(value).decode()
